"""
A human's second look: held mail is taken again, released or dismissed; a reminder is split off or joined.

In: a mail or a case as stored, and what a human decided. Out: what became of the mail. Promised: each deed is one
transaction and stands in the mail's history with who did it; a deed done before changes nothing; what the daemon
changed meanwhile is not overwritten; the ledger stays balanced, for a mail only changes its outcome.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mailbot.cases import lifecycle
from mailbot.cases.withdraw import withdraw, withdrawal_notices
from mailbot.errors import UnreadableMail, Unsettled
from mailbot.followed import read_follow_ups
from mailbot.ingest.reply import action_taken
from mailbot.intake import Office, Reading, decide_mails, held, open_as_told, render, standing_case
from mailbot.model import (
    Case,
    CaseState,
    Decision,
    Event,
    EventKind,
    FollowUp,
    Mail,
    MailDeed,
    Outcome,
    Revision,
    Stored,
    StoredMail,
)
from mailbot.ports import CaseStore, Clock, MailArchive
from mailbot.receive import TOO_LARGE, LetterReader, Reader, described, without_letters
from mailbot.told import Told, look_up_told, with_own_words

DISMISSED, RELEASED, JOINED = "dismissed by the desk", "released by the desk", "joined by the desk"
BY_THE_DESK = frozenset({EventKind.FOLLOWED_UP, EventKind.ANSWERED, EventKind.CLOSED})
"""Events of a released mail that the desk answers for; a grievance is still the complainant's own."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The mail as it is now, and whether that is new."""

    mail: StoredMail
    changed: bool


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """
    The desk's hand on mails that had their outcome. `by` names the human; `read` survives what a mail does to it, and
    `read_letters` adds the words of an attached letter, as when the mail was received.
    """

    archive: MailArchive
    store: CaseStore
    office: Callable[[], Office]
    clock: Clock
    read: Reader
    by: str
    read_letters: LetterReader = without_letters

    def find(self, written: str) -> StoredMail:
        """
        The one mail that this names: the beginning of its SHA-256, or its Message-ID.

        Raises:
            Unsettled: None, or several.
        """
        found = self.store.find_mails(written)
        if not found:
            raise Unsettled(f"no mail is named {written[:64]}")
        if len(found) > 1:
            names = ", ".join(one.taken.sha256[:16] for one in found)
            raise Unsettled(f"several mails are named so: {names}")
        return found[0]

    def retry(self, mail: StoredMail) -> Reviewed:
        """Take a held mail again, through today's code and configuration."""
        if mail.outcome is not Outcome.HELD:
            return Reviewed(mail, changed=False)
        if mail.reason.startswith(TOO_LARGE):
            raise Unsettled("only its header was fetched; the mail is whole in the mailbox")
        raw = self.archive.read(mail.taken.sha256)
        try:
            reading = Reading(taken=mail.taken, mail=self._read(raw))
        except UnreadableMail as error:
            decision = held(mail.taken, str(error))
        else:
            reading = replace(reading, taken=described(mail.taken, reading.mail))
            (decision,) = decide_mails([reading], self.store, self.office(), self.clock())
        if (decision.outcome, decision.reason) == (Outcome.HELD, mail.reason):
            return Reviewed(mail, changed=False)
        return self._commit(decision, mail, MailDeed.RETRIED)

    def release(self, mail: StoredMail, as_: Outcome, reference: str = "") -> Reviewed:
        """
        Do with a held mail what a human says it is: a grievance, a follow-up, or an officer's answer.

        Args:
            mail: Held.
            as_: CASE, FOLLOW_UP or REPLY.
            reference: The case of a follow-up or an answer; "" for the one the mail was held about.

        Raises:
            Unsettled: It is no longer held and was something else; or there is no such case; or it says nothing.
        """
        reference = reference or mail.reference
        if mail.outcome is as_ and (as_ is Outcome.CASE or mail.reference == reference):
            return Reviewed(mail, changed=False)
        self._must_be(mail, Outcome.HELD)
        reading = self._reading(mail)
        if as_ is Outcome.CASE:
            decision = open_as_told(reading, self.store, self.office(), self.clock())
        else:
            decision = self._join(reading, as_, self._case(reference))
        return self._commit(decision, mail, MailDeed.RELEASED)

    def dismiss(self, mail: StoredMail, why: str) -> Reviewed:
        """End a held mail as ignored, with the reason."""
        if mail.outcome is Outcome.IGNORED and mail.reason == DISMISSED:
            return Reviewed(mail, changed=False)
        self._must_be(mail, Outcome.HELD)
        decision = Decision(outcome=Outcome.IGNORED, reason=DISMISSED, mail=mail.taken, reference=mail.reference)
        return self._commit(decision, mail, MailDeed.DISMISSED, why=why)

    def split(self, reference: str, mail: StoredMail) -> Reviewed:
        """Make a case of its own of a mail that joined this one as a follow-up."""
        if mail.outcome is Outcome.CASE and mail.reference != reference:
            return Reviewed(mail, changed=False)
        self._must_be(mail, Outcome.FOLLOW_UP)
        if mail.reference != reference:
            raise Unsettled(f"this mail is a follow-up of {mail.reference}")
        decision = open_as_told(self._reading(mail), self.store, self.office(), self.clock(), looked=True)
        left = self._event(reference, EventKind.SPLIT, mail=mail.taken.sha256[:12], into=decision.reference)
        also = Decision(outcome=None, reason="a follow-up was split off", reference=reference, events=(left,))
        return self._commit(replace(decision, also=(also,)), mail, MailDeed.SPLIT)

    def join(self, reference: str, into: str) -> bool:
        """
        Make a case part of another: its mails follow up that one, its referrals are withdrawn, its officers' answers
        and its complainant's mails lead there from now on. Officers who must answer no longer are told. False when it
        was joined before.

        Raises:
            Unsettled: One of them is not there or not open, or both are the same.
        """
        case, other = self._stored_case(reference), self._stored_case(into)
        if case.joined_into == into:
            return False
        if reference == into:
            raise Unsettled("a case cannot be joined to itself")
        for one in (case, other):
            if not one.state.is_open:
                raise Unsettled(f"{one.reference} is {one.state.value}: only open cases are joined")
        (result,) = self.store.commit([self._joined(case, other)])
        self._check(result.state, result.reason)
        return True

    # --- how ----------------------------------------------------------------------------------------------------

    def _joined(self, case: Case, other: Case) -> Decision:
        mails = [
            mail
            for mail in self.store.mails_of_case(case.reference)
            if mail.outcome in (Outcome.CASE, Outcome.FOLLOW_UP)
        ]
        letter = self._read(self.archive.read(case.raw_sha256))
        followed = read_follow_ups(case, store=self.store, archive=self.archive, read=self.read)
        all_of_it = [FollowUp(number=1, sha256=case.raw_sha256, mail=letter), *followed]
        follow = self._signed(lifecycle.take_over(other, all_of_it, now=self.clock(), reason=JOINED))
        moved = [self._moved(mail, other.reference) for mail in mails]
        stay, withdrawn = withdraw(case.referrals)
        joined = Decision(
            outcome=None,
            reason=JOINED,
            case=replace(case, state=CaseState.DUPLICATE, joined_into=other.reference, referrals=stay, review=False),
            reference=case.reference,
            events=(self._event(case.reference, EventKind.JOINED, into=other.reference),),
            notices=withdrawal_notices(
                withdrawn,
                standing=other.in_charge(),
                now_with=other.in_charge(),
                own_post=self.office().directory.triage.code,
            ),
            withdrawn=tuple(each.number for each in withdrawn),
            also=(replace(render(follow, self.office().composer), outcome=None), *moved),
        )
        return render(joined, self.office().composer)

    def _moved(self, mail: StoredMail, reference: str) -> Decision:
        return Decision(
            outcome=Outcome.FOLLOW_UP,
            reason=JOINED,
            mail=mail.taken,
            reference=reference,
            thread=(mail.taken.message_id,) if mail.taken.message_id else (),
            revision=self._revision(mail, MailDeed.JOINED),
        )

    def _join(self, reading: Reading, as_: Outcome, case: Case) -> Decision:
        """The mail as a follow-up of a case or as the answer to it; rendered, and signed by the desk."""
        told = look_up_told({case.reference: case.reference}, self.store).get(case.reference, Told())
        if as_ is Outcome.FOLLOW_UP:
            mail = with_own_words(reading.mail, told.complainant)
            decision = self._follow_up(case, mail, reading.taken.sha256, RELEASED)
        else:
            mail = reading.mail
            words = action_taken(mail.reply_text, told.officers) or action_taken(mail.text, told.officers)
            if words is None:
                raise Unsettled("this mail has no words that could be the action taken")
            decision = lifecycle.officer_answer(
                case,
                post=_post_of(mail, case),
                words=words,
                message_id=mail.message_id,
                now=self.clock(),
                by_desk=True,
            )
        return replace(render(decision, self.office().composer), mail=reading.taken)

    def _follow_up(self, case: Case, mail: Mail, raw_sha256: str, reason: str) -> Decision:
        return lifecycle.follow_up(case, mail, raw_sha256=raw_sha256, now=self.clock(), reason=reason)

    def _commit(self, decision: Decision, mail: StoredMail, deed: MailDeed, *, why: str = "") -> Reviewed:
        signed = decision if deed is MailDeed.RETRIED else self._signed(decision)
        (result,) = self.store.commit([replace(signed, revision=self._revision(mail, deed, why))])
        self._check(result.state, result.reason)
        return Reviewed(self.find(mail.taken.sha256), changed=True)

    def _signed(self, decision: Decision) -> Decision:
        """The decision with the desk's name under what follows from its word."""
        return replace(decision, events=tuple(self._signed_event(event) for event in decision.events))

    def _signed_event(self, event: Event) -> Event:
        if event.kind is EventKind.OPENED:
            return replace(event, detail={**event.detail, "by": self.by})
        if event.kind not in BY_THE_DESK:
            return event
        who = {} if event.actor in (lifecycle.COMPLAINANT, lifecycle.DESK) else {"post": event.actor}
        return replace(event, actor=lifecycle.DESK, detail={**event.detail, **who, "by": self.by})

    def _revision(self, mail: StoredMail, deed: MailDeed, why: str = "") -> Revision:
        return Revision(at=self.clock(), deed=deed, by=self.by, was=mail, why=why)

    def _event(self, reference: str, kind: EventKind, **detail: str) -> Event:
        told = {**detail, "by": self.by}
        return Event(reference=reference, at=self.clock(), kind=kind, actor=lifecycle.DESK, detail=told)

    def _read(self, raw: bytes) -> Mail:
        return self.read_letters(raw, self.read(raw))

    def _reading(self, mail: StoredMail) -> Reading:
        try:
            read = self._read(self.archive.read(mail.taken.sha256))
        except UnreadableMail as error:
            raise Unsettled(f"this mail cannot be read: {error}") from error
        return Reading(taken=described(mail.taken, read), mail=read)

    def _case(self, reference: str) -> Case:
        """The case that stands for this reference."""
        return standing_case(self._stored_case(reference), self.store)

    def _stored_case(self, reference: str) -> Case:
        found = self.store.cases([reference]).get(reference) if reference else None
        if found is None:
            raise Unsettled(f"there is no case {reference}" if reference else "the case must be named")
        return found

    @staticmethod
    def _must_be(mail: StoredMail, outcome: Outcome) -> None:
        if mail.outcome is not outcome:
            about = f" of {mail.reference}" if mail.reference else ""
            raise Unsettled(f"this mail is not {outcome.value}: it is {mail.outcome.value}{about}")

    @staticmethod
    def _check(state: Stored, reason: str) -> None:
        if state is Stored.STALE:
            raise Unsettled("it was changed meanwhile; look again")
        if state is not Stored.STORED:
            raise Unsettled(f"the database refused it: {reason or state.value}")


def _post_of(mail: Mail, case: Case) -> str:
    """The post of this case whose officer wrote the mail; the desk itself when it is nobody's known address."""
    senders = {sender.address.casefold() for sender in mail.senders if sender.address}
    posts: Sequence[str] = [one.post for one in case.recipients() if one.address.casefold() in senders]
    return posts[0] if posts else lifecycle.DESK
