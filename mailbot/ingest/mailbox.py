"""
One folder of one IMAP account: the Mailbox of `ports`.

In: where the account is and how much may be fetched at once. Out: what the folder holds, its mails as bytes, a nod to
the server for those that are taken. Promised: nothing is taken for a mail that the server did not send whole; no flag
is set but by `mark`; nothing outgrows its ceiling; errors are those of `connection`.

UIDs are those of the last `listing`: should the server number the folder anew meanwhile, `fetch` and `mark` refuse
rather than touch another mail.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple, TypeVar

from imapclient import DELETED, SEEN, IMAPClient

from mailbot.errors import MailboxUnavailable
from mailbot.ingest.connection import HEARTBEAT, Connection, Tls
from mailbot.model import FetchedMail, MailboxId, MailboxListing

MIB = 1024 * 1024
WINDOW = 40_000  # mails a search may answer for: at 11 bytes each, even twice as many stay under imaplib's 1,000,000
SURVEY = 500  # mails whose size and date are asked for in one command
MARKED_AT_ONCE = 500  # UIDs in one STORE or MOVE: 5.5 kB at worst, within the 8 kB that every server takes
CHUNK = MIB  # a larger mail is fetched in pieces of this size: memory stays near one copy of it
HEADER_CEILING = MIB  # of a mail that is too large, no more of the header than this

Item = TypeVar("Item")


def never() -> bool:
    """No one asks us to stop."""
    return False


class _Shown(NamedTuple):
    """A mail as the server describes it before we fetch it."""

    uid: int
    size: int
    received_at: datetime


class ImapMailbox:
    """The Mailbox over IMAP. Not for two threads at once; `stopping` ends a wait within about a second."""

    def __init__(  # noqa: PLR0913 - the settings of one account, each by its name
        self,
        *,
        host: str,
        port: int,
        tls: Tls,
        username: str,
        password: str,
        folder: str,
        move_to: str = "",
        idle: bool = True,
        batch_mails: int = 50,
        batch_bytes: int = 16 * MIB,
        max_bytes: int = 50 * MIB,
        connect_timeout: float = 15.0,
        read_timeout: float = 60.0,
        stopping: Callable[[], bool] = never,
    ) -> None:
        self._line = Connection(
            host=host,
            port=port,
            tls=tls,
            username=username,
            password=password,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
        self._folder = folder
        self._move_to = "" if move_to == folder else move_to  # copied into itself, a mail would come back for ever
        self._wants_idle = idle
        self._batch_mails, self._batch_bytes, self._max_bytes = batch_mails, batch_bytes, max_bytes
        self._stopping = stopping
        self._listed: MailboxId | None = None  # the folder as the caller knows it

    # --- the port -----------------------------------------------------------------------------------------------

    def listing(self) -> MailboxListing:
        total = self._line.select(self._folder)
        mailbox = self._line.selected
        uids: set[int] = set()
        for low, high in self._windows(total):
            uids.update(self._search(low, high))
        if mailbox is None:
            raise MailboxUnavailable("the folder was not selected")
        self._listed = mailbox
        return MailboxListing(mailbox=mailbox, uids=tuple(sorted(uids)))

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        for group in _groups(uids, SURVEY):
            for batch in self._batches(self._survey(group)):
                if mails := self._load(batch):
                    yield mails

    def mark(self, uids: Sequence[int]) -> None:
        for number, group in enumerate(_groups(sorted(set(uids)), MARKED_AT_ONCE)):
            self._work()
            ranges = _ranges(group)
            self._line.ask(IMAPClient.add_flags, ranges, [SEEN], silent=True)
            if self._move_to:
                if number == 0:
                    self._line.demand("the folder to move to cannot be made", _make_folder, self._move_to)
                self._move(ranges)

    def wait(self, seconds: float) -> bool:
        if self._stopping():
            return False
        if not self._line.is_open:
            self._line.select(self._folder)
            return True  # what came while there was no connection was told to nobody
        if self._wants_idle and self._line.offers("IDLE"):
            return self._line.idle(seconds, self._stopping)
        return self._pause(seconds)

    def close(self) -> None:
        self._line.close()

    def _work(self) -> None:
        """See that the folder is selected, and is the one that was listed."""
        if not self._line.is_open:
            self._line.select(self._folder)
        if self._listed is not None and self._line.selected != self._listed:
            self._line.drop()
            raise MailboxUnavailable("the server numbers the folder anew (UIDVALIDITY): it must be listed again")

    def _pause(self, seconds: float) -> bool:
        """Where the server cannot call us, the time itself is the news."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopping():
                return False
            time.sleep(min(left, HEARTBEAT))
        return True

    # --- listing ------------------------------------------------------------------------------------------------

    def _windows(self, total: int) -> list[tuple[int, int | None]]:
        """
        Cut the folder into ranges of UIDs that hold at most WINDOW mails each.

        imaplib refuses a line of more than 1,000,000 bytes, which is a search over some 125,000 mails. The ranges are
        of UIDs and not of sequence numbers, so that a mail expunged meanwhile shifts nothing.
        """
        ends = self._uids_at(range(WINDOW, total, WINDOW))
        return list(zip([1, *(end + 1 for end in ends)], [*ends, None], strict=True))

    def _uids_at(self, numbers: Sequence[int]) -> list[int]:
        if not numbers:
            return []
        answer: Mapping[int, Mapping[bytes, int]] = self._line.ask(_fetch_by_number, numbers, ["UID"])
        return sorted({data[b"UID"] for data in answer.values() if b"UID" in data})

    def _search(self, low: int, high: int | None) -> Iterator[int]:
        found: Sequence[int] = self._line.ask(IMAPClient.search, ["UID", f"{low}:{high or '*'}"])
        # `n:*` names the last mail even when its UID is below n (RFC 3501 6.4.8).
        return (uid for uid in found if low <= uid and (high is None or uid <= high))

    # --- fetching -----------------------------------------------------------------------------------------------

    def _survey(self, uids: Sequence[int]) -> list[_Shown]:
        """Ask for size and date first. A mail without its size is gone, or the answer was about another."""
        self._work()
        answer = self._line.ask(IMAPClient.fetch, uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            _Shown(uid, size, _utc(data.get(b"INTERNALDATE")))
            for uid in uids
            if (data := answer.get(uid)) and isinstance(size := data.get(b"RFC822.SIZE"), int)
        ]

    def _batches(self, shown: Sequence[_Shown]) -> Iterator[list[_Shown]]:
        """Cut by number and by bytes; a mail that is larger than a batch may be stands alone."""
        batch: list[_Shown] = []
        weight = 0
        for mail in shown:
            size = mail.size if mail.size <= self._max_bytes else HEADER_CEILING
            if batch and (len(batch) >= self._batch_mails or weight + size > self._batch_bytes):
                yield batch
                batch, weight = [], 0
            batch.append(mail)
            weight += size
        if batch:
            yield batch

    def _load(self, batch: Sequence[_Shown]) -> list[FetchedMail]:
        self._work()
        small = [mail.uid for mail in batch if mail.size <= min(CHUNK, self._max_bytes)]
        bodies = self._line.ask(IMAPClient.fetch, small, ["BODY.PEEK[]"])
        mails = (self._mail(mail, _bytes(bodies, mail.uid, b"BODY[]")) for mail in batch)
        return [mail for mail in mails if mail is not None]

    def _mail(self, shown: _Shown, body: bytes | None) -> FetchedMail | None:
        raw = self._verified(shown, body) if shown.size <= self._max_bytes else None
        whole = raw is not None and len(raw) <= self._max_bytes
        if not whole and max(shown.size, len(raw or b"")) > self._max_bytes:
            raw = self._part(shown.uid, "HEADER", 0, HEADER_CEILING) or None
        if raw is None:
            return None
        return FetchedMail(uid=shown.uid, raw=raw, size_bytes=shown.size, received_at=shown.received_at, whole=whole)

    def _verified(self, shown: _Shown, body: bytes | None) -> bytes | None:
        """
        The mail as the server holds it, or None when that is not certain.

        A body of the size stated is believed. Some servers miscount, so any other is fetched a second time, in pieces
        up to its end: two downloads that agree are believed as well. An empty body is a mail only if its size is zero.
        """
        first = body if body is not None else self._in_pieces(shown)
        if first is None or (first and len(first) == shown.size):
            return first
        again = self._in_pieces(shown)
        agreed = again == first and bool(again or not shown.size)
        return again if agreed or (again and len(again) == shown.size) else None

    def _in_pieces(self, shown: _Shown) -> bytes | None:
        """Fetch piece by piece up to the size stated, else to an empty piece, else to more than we take."""
        spool = BytesIO()
        while (piece := self._part(shown.uid, "", spool.tell(), CHUNK)) is not None:
            spool.write(piece)
            if not piece or spool.tell() == shown.size or spool.tell() > self._max_bytes:
                return spool.getvalue()
        return None

    def _part(self, uid: int, section: str, start: int, length: int) -> bytes | None:
        answer = self._line.ask(IMAPClient.fetch, [uid], [f"BODY.PEEK[{section}]<{start}.{length}>"])
        return _bytes(answer, uid, f"BODY[{section}]<{start}>".encode())

    # --- marking ------------------------------------------------------------------------------------------------

    def _move(self, ranges: Sequence[str]) -> None:
        """MOVE, or the three commands it stands for. A bare EXPUNGE would take other people's deleted mails along."""
        if self._line.offers("MOVE"):
            self._line.ask(IMAPClient.move, ranges, self._move_to)
            return
        self._line.ask(IMAPClient.copy, ranges, self._move_to)
        self._line.ask(IMAPClient.add_flags, ranges, [DELETED], silent=True)
        if self._line.offers("UIDPLUS"):
            self._line.ask(IMAPClient.uid_expunge, ranges)


# --- small questions --------------------------------------------------------------------------------------------


def _groups(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _ranges(uids: Sequence[int]) -> list[str]:
    """Ascending UIDs as an IMAP set: only true neighbours are joined, so that it names these and no other."""
    spans: list[list[int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return [str(low) if low == high else f"{low}:{high}" for low, high in spans]


def _bytes(answer: Mapping[int, Mapping[bytes, object]], uid: int, key: bytes) -> bytes | None:
    """What was asked for, if it came: a mail expunged meanwhile has no answer, or one without its body."""
    value = answer.get(uid, {}).get(key)
    return value if isinstance(value, bytes) else None


def _utc(internal_date: object) -> datetime:
    """INTERNALDATE in UTC. One that cannot be read counts as now: the mail was here by now."""
    try:
        if isinstance(internal_date, datetime) and internal_date.tzinfo is not None:
            return internal_date.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # an offset beyond a day, a year before the first
    return datetime.now(UTC)


def _fetch_by_number(
    client: IMAPClient, numbers: Sequence[int], items: Sequence[str]
) -> Mapping[int, Mapping[bytes, int]]:
    client.use_uid = False
    try:
        answer: Mapping[int, Mapping[bytes, int]] = client.fetch(list(numbers), items)
        return answer
    finally:
        client.use_uid = True


def _make_folder(client: IMAPClient, folder: str) -> None:
    if not client.folder_exists(folder):
        client.create_folder(folder)
