"""
One folder of one IMAP account, over imapclient: the Mailbox of `ports`.

In: where the account is and how much may be fetched at once. Out: what the folder holds, its mails as bytes, a nod to
the server for those that are taken. Promised: nothing is taken for a mail that the server did not send whole; no flag
is set but by `mark`; nothing outgrows its ceiling; every fault of the network, of the server and of the library is told
as MailboxUnavailable or MailboxRefused, and after it the connection is let go, so that the next call begins anew.

UIDs are those of the last `listing`: should the server number the folder anew meanwhile, `fetch` and `mark` refuse
rather than touch another mail.
"""

import ipaddress
import logging
import re
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal, NamedTuple, ParamSpec, TypeVar

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from mailbot.errors import MailboxError, MailboxRefused, MailboxUnavailable
from mailbot.model import FetchedMail, MailboxId, MailboxListing

MIB = 1024 * 1024
WINDOW = 40_000  # mails a search may answer for: at 11 bytes each, even twice as many stay under imaplib's 1,000,000
SURVEY = 500  # mails whose size and date are asked for in one command
MARKED_AT_ONCE = 500  # UIDs in one STORE or MOVE: 5.5 kB at worst, within the 8 kB that every server takes
CHUNK = MIB  # a larger mail is fetched in pieces of this size: memory stays near one copy of it
HEADER_CEILING = MIB  # of a mail that is too large, no more of the header than this
IDLE_CYCLE = 300.0  # seconds; servers and routers drop what is silent for longer than some ten minutes
HEARTBEAT = 0.5  # seconds between two looks at whether we shall stop
FAREWELL = 2.0  # seconds that a server may take to answer LOGOUT

# What imaplib and imapclient let through when a server, or the network, sends nonsense: ValueError for a doubled
# answer, TypeError, AttributeError and LookupError from their parsers, the rest for absurd sizes, dates and nesting.
FOREIGN = (
    IMAPClientError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
# A NO that passes by itself (RFC 5530), and the words of Gmail for the same.
PASSING = re.compile(r"\[(UNAVAILABLE|SERVERBUG|INUSE|LIMIT|OVERQUOTA)|system error|too many|try again|temporar", re.I)
RESPONSE_CODE = re.compile(r"\[([A-Z-]+)")
ATOM = re.compile(r"[A-Za-z0-9.@_+=!#$&'/:;<>?^`|~,-]+")  # a user name that LOGIN carries without quotes

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")
Tls = Literal["implicit", "starttls", "none"]


def never() -> bool:
    """No one asks us to stop."""
    return False


class _Shown(NamedTuple):
    """A mail as the server describes it before we fetch it."""

    uid: int
    size: int
    received_at: datetime


class ImapMailbox:
    """The Mailbox over imapclient. Not for two threads at once; `stopping` ends a wait within about a second."""

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
        # At DEBUG imapclient logs whole mails.
        logging.getLogger("imapclient").setLevel(logging.INFO)
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._folder = folder
        self._move_to = "" if move_to == folder else move_to  # copied into itself, a mail would come back for ever
        self._wants_idle = idle
        self._batch_mails, self._batch_bytes, self._max_bytes = batch_mails, batch_bytes, max_bytes
        self._timeout = SocketTimeout(connect=connect_timeout, read=read_timeout)
        self._stopping = stopping
        self._client: IMAPClient | None = None
        self._selected: MailboxId | None = None  # the folder as this connection has it
        self._listed: MailboxId | None = None  # the folder as the caller knows it
        self._target_ready = False

    # --- the port -----------------------------------------------------------------------------------------------

    def listing(self) -> MailboxListing:
        client = self._client or self._connect()
        total = self._select(client)
        uids: set[int] = set()
        for low, high in self._windows(client, total):
            uids.update(self._search(client, low, high))
        self._listed = self._selected
        return MailboxListing(mailbox=self._known(self._listed), uids=tuple(sorted(uids)))

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        for group in _groups(uids, SURVEY):
            for batch in self._batches(self._survey(group)):
                if mails := self._load(batch):
                    yield mails

    def mark(self, uids: Sequence[int]) -> None:
        for group in _groups(sorted(set(uids)), MARKED_AT_ONCE):
            client = self._at_work()
            ranges = _ranges(group)
            self._ask(client.add_flags, ranges, [SEEN], silent=True)
            if self._move_to:
                self._move(client, ranges)

    def wait(self, seconds: float) -> bool:
        if self._stopping():
            return False
        if self._client is None:
            self._select(self._connect())
            return True  # what came while there was no connection was told to nobody
        if self._wants_idle and self._ask(self._client.has_capability, "IDLE"):
            return self._idle(self._client, seconds)
        return self._pause(seconds)

    def close(self) -> None:
        if self._client is not None:
            with suppress(*FOREIGN):
                self._client.socket().settimeout(FAREWELL)
                self._client.logout()
        self._drop()

    # --- connection ---------------------------------------------------------------------------------------------

    def _at_work(self) -> IMAPClient:
        """The connection with the folder selected as it was last listed."""
        if self._client is None:
            self._select(self._connect())
        if self._listed is not None and self._selected != self._listed:
            self._drop()
            raise MailboxUnavailable("the server numbers the folder anew (UIDVALIDITY): it must be listed again")
        return self._client

    def _connect(self) -> IMAPClient:
        if self._tls == "none" and not _is_loopback(self._host):
            raise MailboxRefused("tls = none is for this machine only: passwords and mails would cross the network")
        client = self._client = self._ask(self._open)
        if self._tls == "starttls":
            self._ask(client.starttls)
        self._ask(self._login, client)
        self._ask(_introduce, client)
        return client

    def _open(self) -> IMAPClient:
        client = IMAPClient(self._host, self._port, ssl=self._tls == "implicit", timeout=self._timeout)
        # imaplib would format every line and literal for a log line that is thrown away: five times the work.
        client._imap.debug = 0
        client.normalise_times = False
        line = client.socket()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imaplib sends commands in pieces
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return client

    def _login(self, client: IMAPClient) -> None:
        # LOGIN carries ASCII only, and imaplib does not quote the name; PLAIN takes whatever it is.
        plain = ATOM.fullmatch(self._username) and self._password.isascii() and self._password.isprintable()
        (client.login if plain else client.plain_login)(self._username, self._password)

    def _select(self, client: IMAPClient) -> int:
        """Select the folder for reading and writing; give the number of mails in it."""
        try:
            answer: Mapping[bytes, int] = client.select_folder(self._folder)
            self._selected = MailboxId(self._folder, answer[b"UIDVALIDITY"])
            _has_news(client)  # what SELECT says of the number of mails is no news
            return int(answer[b"EXISTS"])
        except FOREIGN as error:
            self._drop()
            refused = isinstance(error, IMAPClientReadOnlyError) or _is_refusal(error)
            raise (
                MailboxRefused(_told("the server refuses the folder", error)) if refused else _translated(error)
            ) from error

    def _drop(self) -> None:
        """Let the connection go without a word: LOGOUT would wait for a dead peer."""
        client, self._client, self._selected, self._target_ready = self._client, None, None, False
        if client is not None:
            with suppress(*FOREIGN):
                client.shutdown()

    def _ask(self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command of the library; its faults become ours, and cost the connection."""
        try:
            return command(*args, **kwargs)
        except FOREIGN as error:
            self._drop()
            raise _translated(error) from error

    @staticmethod
    def _known(mailbox: MailboxId | None) -> MailboxId:
        if mailbox is None:
            raise MailboxUnavailable("the connection was lost while the folder was listed")
        return mailbox

    # --- listing ------------------------------------------------------------------------------------------------

    def _windows(self, client: IMAPClient, total: int) -> list[tuple[int, int | None]]:
        """
        Cut the folder into ranges of UIDs that hold at most WINDOW mails each.

        imaplib refuses a line of more than 1,000,000 bytes, which is a search over some 125,000 mails. The ranges are
        of UIDs and not of sequence numbers, so that a mail expunged meanwhile shifts nothing.
        """
        ends = self._uids_at(client, range(WINDOW, total, WINDOW))
        return list(zip([1, *(end + 1 for end in ends)], [*ends, None], strict=True))

    def _uids_at(self, client: IMAPClient, numbers: Sequence[int]) -> list[int]:
        if not numbers:
            return []
        client.use_uid = False
        try:
            answer: Mapping[int, Mapping[bytes, int]] = self._ask(client.fetch, list(numbers), ["UID"])
        finally:
            client.use_uid = True
        return sorted({data[b"UID"] for data in answer.values() if b"UID" in data})

    def _search(self, client: IMAPClient, low: int, high: int | None) -> Iterator[int]:
        found: Sequence[int] = self._ask(client.search, ["UID", f"{low}:{high or '*'}"])
        # `n:*` names the last mail even when its UID is below n (RFC 3501 6.4.8).
        return (uid for uid in found if low <= uid and (high is None or uid <= high))

    # --- fetching -----------------------------------------------------------------------------------------------

    def _survey(self, uids: Sequence[int]) -> list[_Shown]:
        """Ask for size and date first. A mail without its size is gone, or the answer was about another."""
        answer = self._ask(self._at_work().fetch, uids, ["RFC822.SIZE", "INTERNALDATE"])
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
        client = self._at_work()
        small = [mail.uid for mail in batch if mail.size <= min(CHUNK, self._max_bytes)]
        bodies = self._ask(client.fetch, small, ["BODY.PEEK[]"])
        mails = (self._mail(client, mail, _bytes(bodies, mail.uid, b"BODY[]")) for mail in batch)
        return [mail for mail in mails if mail is not None]

    def _mail(self, client: IMAPClient, shown: _Shown, body: bytes | None) -> FetchedMail | None:
        raw = self._verified(client, shown, body) if shown.size <= self._max_bytes else None
        whole = raw is not None and len(raw) <= self._max_bytes
        if not whole and max(shown.size, len(raw or b"")) > self._max_bytes:
            raw = self._part(client, shown.uid, "HEADER", 0, HEADER_CEILING) or None
        if raw is None:
            return None
        return FetchedMail(uid=shown.uid, raw=raw, size_bytes=shown.size, received_at=shown.received_at, whole=whole)

    def _verified(self, client: IMAPClient, shown: _Shown, body: bytes | None) -> bytes | None:
        """
        The mail as the server holds it, or None when that is not certain.

        A body of the size stated is believed. Some servers miscount, so any other is fetched a second time, in pieces
        up to its end: two downloads that agree are believed as well. An empty body is a mail only if its size is zero.
        """
        first = body if body is not None else self._in_pieces(client, shown)
        if first is None or (first and len(first) == shown.size):
            return first
        again = self._in_pieces(client, shown)
        agreed = again == first and bool(again or not shown.size)
        return again if agreed or (again and len(again) == shown.size) else None

    def _in_pieces(self, client: IMAPClient, shown: _Shown) -> bytes | None:
        """Fetch piece by piece up to the size stated, else to an empty piece, else to more than we take."""
        spool = BytesIO()
        while (piece := self._part(client, shown.uid, "", spool.tell(), CHUNK)) is not None:
            spool.write(piece)
            if not piece or spool.tell() == shown.size or spool.tell() > self._max_bytes:
                return spool.getvalue()
        return None

    def _part(self, client: IMAPClient, uid: int, section: str, start: int, length: int) -> bytes | None:
        answer = self._ask(client.fetch, [uid], [f"BODY.PEEK[{section}]<{start}.{length}>"])
        return _bytes(answer, uid, f"BODY[{section}]<{start}>".encode())

    # --- marking ------------------------------------------------------------------------------------------------

    def _move(self, client: IMAPClient, ranges: Sequence[str]) -> None:
        """MOVE, or the three commands it stands for. A bare EXPUNGE would take other people's deleted mails along."""
        if not self._target_ready:
            self._ensure_target(client)
        if self._ask(client.has_capability, "MOVE"):
            self._ask(client.move, ranges, self._move_to)
            return
        self._ask(client.copy, ranges, self._move_to)
        self._ask(client.add_flags, ranges, [DELETED], silent=True)
        if self._ask(client.has_capability, "UIDPLUS"):
            self._ask(client.uid_expunge, ranges)

    def _ensure_target(self, client: IMAPClient) -> None:
        try:
            if not client.folder_exists(self._move_to):
                client.create_folder(self._move_to)
        except FOREIGN as error:
            self._drop()
            if _is_refusal(error):
                raise MailboxRefused(_told("the folder to move to cannot be made", error)) from error
            raise _translated(error) from error
        self._target_ready = True

    # --- waiting ------------------------------------------------------------------------------------------------

    def _pause(self, seconds: float) -> bool:
        """Where the server cannot call us, the time itself is the news."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopping():
                return False
            time.sleep(min(left, HEARTBEAT))
        return True

    def _idle(self, client: IMAPClient, seconds: float) -> bool:
        """
        IDLE, renewed within its cycle, until news, the end of the time, or a stop.

        imapclient's `idle_check` hides the end of a connection, loses what came together with the `+`, and breaks on a
        line in two pieces. Therefore we only watch for bytes, and let `idle_done` read them: it waits for whole lines,
        and is the proof of life.
        """
        end = time.monotonic() + seconds
        while not (news := _has_news(client)) and (left := end - time.monotonic()) > 0:
            self._ask(client.idle)
            if not self._ask(_has_unread, client, self._timeout.read):
                self._watch(client.socket(), min(left, IDLE_CYCLE))
            if self._stopping():
                self._drop()  # a dead peer would hold DONE up
                return False
            self._ask(client.idle_done)
        return news

    def _watch(self, line: socket.socket, seconds: float) -> None:
        """Return when bytes have come, when the time is over, or when we shall stop. Reads nothing."""
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(line, selectors.EVENT_READ)
            while (left := end - time.monotonic()) > 0 and not self._stopping():
                if selector.select(min(left, HEARTBEAT)):
                    return


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


def _has_news(client: IMAPClient) -> bool:
    """Whether the server has told of mails (EXISTS) since we last asked, in answer to whatever command."""
    return bool(client._imap.untagged_responses.pop("EXISTS", None))


def _has_unread(client: IMAPClient, read_timeout: float) -> bool:
    """Whether words of the server lie in our buffers already, where no selector sees them."""
    line, imap = client.socket(), client._imap
    if isinstance(line, ssl.SSLSocket) and line.pending():
        return True
    if hasattr(imap, "_readbuf"):  # Python 3.14 and later: imaplib keeps a buffer of its own
        return bool(imap._readbuf)
    line.settimeout(0)
    try:
        return bool(imap.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        line.settimeout(read_timeout)


def _introduce(client: IMAPClient) -> None:
    """Say who we are (RFC 2971), as Gmail asks. A server that offers ID and then declines may."""
    if client.has_capability("ID"):
        try:
            client.id_({"name": "mailbot"})
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_refusal(error: BaseException) -> bool:
    """Whether the server answered, and its answer was a no that will not pass by itself."""
    lost = isinstance(error, IMAPClientAbortError) or isinstance(error.__context__, IMAPClientAbortError)
    return isinstance(error, IMAPClientError) and not lost and not PASSING.search(str(error))


def _translated(error: BaseException) -> MailboxError:
    """What a fault of the library or the network means for us."""
    if isinstance(error, LoginError) and _is_refusal(error):
        return MailboxRefused(_told("the server refuses the login", error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxRefused(f"the server's certificate is not trusted: {error.verify_message}")
    if isinstance(error, CapabilityError):
        return MailboxRefused("the server does not offer STARTTLS")
    if isinstance(error, (IMAPClientAbortError, TimeoutError)):
        return MailboxUnavailable(_told("the connection was lost", error))
    return MailboxUnavailable(_told("the mailbox cannot be worked with", error))


def _told(what: str, error: BaseException) -> str:
    """Our words, the kind of fault, and the server's code. Not its text: that may name a person or quote a mail."""
    code = RESPONSE_CODE.search(str(error)) if isinstance(error, IMAPClientError) else None
    said = code[1] if code else getattr(error, "strerror", None) or type(error).__name__
    return f"{what} ({said})"
