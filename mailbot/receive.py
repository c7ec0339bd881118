"""
Loop 1: what is new in the mailbox → one Decision a mail, all or nothing.

In: a mailbox, an archive, a store and an Office. Out: cases, follow-ups, answers, or mail that is ignored or held, each
with its reason. Promised: the raw mail is durable before a byte of it is interpreted; the mailbox is marked only
after the commit; a mail taken twice changes nothing; one bad mail never stops the next.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailbot.errors import StoreUnavailable, UnreadableMail
from mailbot.ingest.parse import mail_identity, read_mail
from mailbot.intake import Office, Reading, decide_mails, held
from mailbot.model import Decision, FetchedMail, Mail, MailboxId, MailKind, Outcome, Stored, TakenMail
from mailbot.ports import CaseStore, Clock, MailArchive, Mailbox

APART_FROM_ATTEMPT = 3
"""A mail whose taking was cut short so often is read in a process of its own: it may be what cuts us short."""

TOO_LARGE = "too large to take"
"""How the reason of a mail begins that was fetched by its header only."""

log = logging.getLogger(__name__)

Reader = Callable[[bytes], Mail]
LetterReader = Callable[[bytes, Mail], Mail]
Observer = Callable[[Decision, Mail], None]


@dataclass(slots=True)
class ReceiveSummary:
    """What one run took. `fetched` is the sum of the five that follow it."""

    fetched: int = 0
    cases: int = 0
    follow_ups: int = 0
    replies: int = 0
    ignored: int = 0
    held: int = 0
    seconds: float = 0.0

    def count(self, outcome: Outcome) -> None:
        name = {Outcome.CASE: "cases", Outcome.FOLLOW_UP: "follow_ups", Outcome.REPLY: "replies"}
        attribute = name.get(outcome, outcome.value)
        setattr(self, attribute, getattr(self, attribute) + 1)
        self.fetched += 1


def _observe_nothing(_decision: Decision, _mail: Mail) -> None:
    pass


def without_letters(_raw: bytes, mail: Mail) -> Mail:
    """A LetterReader that leaves attached letters closed."""
    return mail


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """
    The loop with the outside world it works on.

    `read_apart` reads a mail in a process of its own; `read_letters` adds the words of an attached letter to one that
    says little itself.
    """

    mailbox: Mailbox
    archive: MailArchive
    store: CaseStore
    clock: Clock
    read_apart: Reader
    read_letters: LetterReader = without_letters
    observe: Observer = _observe_nothing
    stopping: Callable[[], bool] = field(default=lambda: False)

    def run(self, office: Office) -> ReceiveSummary:
        """
        Take everything new, then return.

        Raises:
            MailboxError, ArchiveError, StoreUnavailable: The outside world failed; what was taken is safe, and the
                rest is found again next time.
        """
        started = time.monotonic()
        summary = ReceiveSummary()
        listing = self.mailbox.listing()
        self.store.note_listing(listing, self.clock())
        self._mark(listing.mailbox, self._still_there(self.store.unmarked(listing.mailbox), listing.uids))
        taken = self.store.taken(listing.mailbox)
        for batch in self.mailbox.fetch([uid for uid in listing.uids if uid not in taken]):
            self._take(batch, listing.mailbox, office, summary)
            if self.stopping():
                break
        summary.seconds = round(time.monotonic() - started, 3)
        return summary

    def _take(self, batch: Sequence[FetchedMail], mailbox: MailboxId, office: Office, summary: ReceiveSummary) -> None:
        """Archive, count the attempt, decide, commit, and only then mark."""
        names = self.archive.add([mail.raw for mail in batch])
        attempts = self.store.begin(mailbox, [mail.uid for mail in batch], self.clock())
        settled: set[int] = set()
        for group in _groups(list(zip(batch, names, strict=True)), attempts):
            read = [self._read(fetched, name, mailbox, attempts[fetched.uid]) for fetched, name in group]
            settled |= self._settle(read, office, summary)
        self._mark(mailbox, [mail.uid for mail in batch if mail.uid in settled])

    def _settle(self, read: Sequence[Reading | Decision], office: Office, summary: ReceiveSummary) -> set[int]:
        """
        Decide and commit until every mail has its outcome; give the UIDs that have.

        What the case's newer state made stale is decided anew; what the database refuses is held.
        """
        settled, _ = self._commit([entry for entry in read if isinstance(entry, Decision)], {}, summary)
        pending = [entry for entry in read if isinstance(entry, Reading)]
        while pending:
            ready = _ready(pending)
            decisions = self._decide(ready, office)
            done, stale = self._commit(decisions, {one.taken.uid: one.mail for one in ready}, summary)
            settled |= done
            tried = {reading.taken.uid for reading in ready} - stale
            pending = [reading for reading in pending if reading.taken.uid not in tried]
        return settled

    def _decide(self, readings: Sequence[Reading], office: Office) -> list[Decision]:
        """Decide a batch; when that fails, each mail by itself, and hold the one that fails alone (promise 7)."""
        try:
            return decide_mails(readings, self.store, office, self.clock())
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one mail does to us, the next is taken
            if len(readings) > 1:
                return [decision for reading in readings for decision in self._decide([reading], office)]
            return [held(readings[0].taken, _explained(error))]

    def _commit(
        self, decisions: Sequence[Decision], mails: Mapping[int, Mail], summary: ReceiveSummary
    ) -> tuple[set[int], set[int]]:
        """Store these; give the UIDs that have their outcome, and those to be decided anew."""
        settled: set[int] = set()
        stale: set[int] = set()
        refused: list[Decision] = []
        for decision, result in zip(decisions, self.store.commit(decisions) if decisions else (), strict=True):
            taken, outcome = decision.mail, decision.outcome
            if taken is None or outcome is None:
                raise ValueError("a mail's decision must name the mail and its outcome")
            if result.state is Stored.STALE:
                stale.add(taken.uid)
            elif result.state is Stored.FAILED:
                refused.append(held(taken, f"the database refused it: {result.reason}"))
            else:
                settled.add(taken.uid)
                summary.count(outcome if result.state is Stored.STORED else Outcome.IGNORED)
                if result.state is Stored.STORED and taken.uid in mails:
                    self.observe(decision, mails[taken.uid])
        return settled | self._hold(refused, summary), stale

    def _hold(self, decisions: Sequence[Decision], summary: ReceiveSummary) -> set[int]:
        """Hold what the database refused; what it refuses even then stays untaken in the mailbox, and is logged."""
        settled: set[int] = set()
        for decision, result in zip(decisions, self.store.commit(decisions) if decisions else (), strict=True):
            if result.state is Stored.FAILED:
                log.error("a mail could be neither stored nor held and stays in the mailbox: %s", result.reason)
            elif decision.mail is not None:
                settled.add(decision.mail.uid)
                summary.count(Outcome.HELD)
        return settled

    def _read(self, fetched: FetchedMail, sha256: str, mailbox: MailboxId, attempt: int) -> Reading | Decision:
        """Read a mail; one that is too large, or that cannot be read at all, is held."""
        taken = TakenMail(
            identity=mail_identity(fetched.raw),
            sha256=sha256,
            mailbox=mailbox,
            uid=fetched.uid,
            size_bytes=fetched.size_bytes,
            received_at=fetched.received_at,
        )
        reader = self.read_apart if attempt >= APART_FROM_ATTEMPT else read_mail
        try:
            mail = reader(fetched.raw)
        except UnreadableMail as error:
            return held(taken, str(error))
        mail = self.read_letters(fetched.raw, mail)
        taken = described(taken, mail)
        if not fetched.whole:
            return held(taken, f"{TOO_LARGE}: {fetched.size_bytes:,} bytes; it stays in the mailbox")
        return Reading(taken=taken, mail=mail)

    def _mark(self, mailbox: MailboxId, uids: Sequence[int]) -> None:
        """Tell the server, then note that it was told; cut short between the two, it is told again."""
        if uids:
            self.mailbox.mark(uids)
            self.store.note_marked(mailbox, uids, self.clock())

    @staticmethod
    def _still_there(unmarked: Sequence[int], uids: Sequence[int]) -> list[int]:
        shown = frozenset(uids)
        return [uid for uid in unmarked if uid in shown]


def _explained(error: Exception) -> str:
    """Name a fault of ours without the mail's words: the kind of error and where it arose, never its text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.name}, line {last.lineno}"
    log.error("a mail could not be decided and is held: %s in %s", type(error).__name__, where)
    return f"mailbot failed on it: {type(error).__name__} in {where}"


def described(taken: TakenMail, mail: Mail) -> TakenMail:
    """A mail as the ledger knows it, once it is read."""
    return replace(
        taken,
        message_id=mail.message_id,
        kind=mail.kind.value,
        sender=mail.sender.address,
        subject=mail.subject,
        warnings=mail.warnings,
    )


def _groups(
    batch: Sequence[tuple[FetchedMail, str]], attempts: Mapping[int, int]
) -> Iterator[Sequence[tuple[FetchedMail, str]]]:
    """One commit for all that is new; a commit of its own for each mail whose taking was cut short before."""
    fresh = [entry for entry in batch if attempts[entry[0].uid] <= 1]
    if fresh:
        yield fresh
    for entry in batch:
        if attempts[entry[0].uid] > 1:
            yield [entry]


def _ready(pending: Sequence[Reading]) -> list[Reading]:
    """
    Those that wait for none before them: a mail that answers an earlier one of this batch is decided after that one is
    stored, of two copies of a mail the second, and of two new letters of one writer: it may be a reminder.
    """
    ids: set[str] = set()
    writers: set[str] = set()
    ready = []
    for reading in pending:
        mail = reading.mail
        writer = mail.sender.address.casefold() if mail.kind in (MailKind.NEW, MailKind.FORWARD) else ""
        if writer not in writers and ids.isdisjoint(
            (*mail.in_reply_to, *mail.references, *mail.returned_ids, mail.message_id)
        ):
            ready.append(reading)
        if writer:
            writers.add(writer)
        if mail.message_id:
            ids.add(mail.message_id)
    return ready
