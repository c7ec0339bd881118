"""
One connection to an IMAP server, over imapclient, and the meaning of all that can go wrong with it.

In: where the server is and who we are. Out: a connection with a folder selected, on which commands of imapclient are
asked, and news waited for. Promised: no socket without a time limit; no password in the clear but to this machine; no
certificate taken on trust; every fault of the network, of the server and of the library is told as MailboxUnavailable
or MailboxRefused, without a word of a person or a mail, and costs the connection: the next call begins anew.
"""

import logging
import re
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Concatenate, Literal, ParamSpec, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from mailbot.errors import MailboxError, MailboxRefused, MailboxUnavailable
from mailbot.model import MailboxId
from mailbot.ports import is_loopback

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
Tls = Literal["implicit", "starttls", "none"]


class Connection:
    """A connection that is made when it is needed. Not for two threads at once."""

    def __init__(  # noqa: PLR0913 - the settings of one account, each by its name
        self,
        *,
        host: str,
        port: int,
        tls: Tls,
        username: str,
        password: str,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        # At DEBUG imapclient logs whole mails.
        logging.getLogger("imapclient").setLevel(logging.INFO)
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._timeout = SocketTimeout(connect=connect_timeout, read=read_timeout)
        self._client: IMAPClient | None = None
        self.selected: MailboxId | None = None

    @property
    def is_open(self) -> bool:
        return self._client is not None

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(self, command: Callable[Concatenate[IMAPClient, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have the client carry a command out."""
        client = self._client
        if client is None:
            raise MailboxUnavailable("there is no connection")
        try:
            return command(client, *args, **kwargs)
        except FOREIGN as error:
            self.drop()
            raise _translated(error) from error

    def demand(self, refusal: str, command: Callable[[IMAPClient, str], T], folder: str) -> T:
        """As `ask`, for a folder that a human must see to when the server says no for good."""
        try:
            return self.ask(command, folder)
        except MailboxUnavailable as error:
            cause = error.__cause__
            if cause is not None and (isinstance(cause, IMAPClientReadOnlyError) or _is_refusal(cause)):
                raise MailboxRefused(_told(refusal, cause)) from cause
            raise

    def offers(self, capability: str) -> bool:
        return bool(self.ask(IMAPClient.has_capability, capability))

    # --- connecting ---------------------------------------------------------------------------------------------

    def select(self, folder: str) -> int:
        """Select the folder for reading and writing, connecting first if need be; give the number of mails in it."""
        if self._client is None:
            self._connect()
        answer: Mapping[bytes, int] = self.demand("the server refuses the folder", IMAPClient.select_folder, folder)
        uidvalidity, total = answer.get(b"UIDVALIDITY"), answer.get(b"EXISTS")
        if not isinstance(uidvalidity, int) or not isinstance(total, int):
            self.drop()
            raise MailboxUnavailable("the server does not say how the folder is numbered (UIDVALIDITY, EXISTS)")
        self.selected = MailboxId(folder, uidvalidity)
        self.ask(_has_news)  # what SELECT says of the number of mails is no news
        return total

    def _connect(self) -> None:
        if self._tls == "none" and not is_loopback(self._host):
            raise MailboxRefused("tls = none is for this machine only: passwords and mails would cross the network")
        try:
            self._client = IMAPClient(self._host, self._port, ssl=self._tls == "implicit", timeout=self._timeout)
        except FOREIGN as error:
            raise _translated(error) from error
        self.ask(_prepare)
        if self._tls == "starttls":
            self.ask(IMAPClient.starttls)
        # LOGIN carries ASCII only, and imaplib does not quote the name; PLAIN takes whatever it is.
        simple = ATOM.fullmatch(self._username) and self._password.isascii() and self._password.isprintable()
        self.ask(IMAPClient.login if simple else IMAPClient.plain_login, self._username, self._password)
        self.ask(_introduce)

    def drop(self) -> None:
        """Let the connection go without a word: LOGOUT would wait for a dead peer."""
        client, self._client, self.selected = self._client, None, None
        if client is not None:
            with suppress(*FOREIGN):
                client.shutdown()

    def close(self) -> None:
        """Take leave, not for long; never raises."""
        if self._client is not None:
            with suppress(*FOREIGN):
                self._client.socket().settimeout(FAREWELL)
                self._client.logout()
        self.drop()

    # --- news ---------------------------------------------------------------------------------------------------

    def idle(self, seconds: float, stopping: Callable[[], bool]) -> bool:
        """
        IDLE, renewed within its cycle, until news, the end of the time, or a stop. True for news.

        imapclient's `idle_check` hides the end of a connection, loses what came together with the `+`, and breaks on a
        line in two pieces. Therefore we only watch for bytes, and let `idle_done` read them: it waits for whole lines,
        and is the proof of life. NOOP first: some servers tell in IDLE only what happens in IDLE.
        """
        end = time.monotonic() + seconds
        self.ask(IMAPClient.noop)
        while not (news := self.ask(_has_news)) and (left := end - time.monotonic()) > 0:
            self.ask(IMAPClient.idle)
            if not self.ask(_has_unread, self._timeout.read):
                self.ask(_watch, min(left, IDLE_CYCLE), stopping)
            if stopping():
                self.drop()  # a dead peer would hold DONE up
                return False
            self.ask(IMAPClient.idle_done)
        return news


# --- what we do with a client -----------------------------------------------------------------------------------


def _prepare(client: IMAPClient) -> None:
    # imaplib would format every line and literal for a log line that is thrown away: five times the work.
    client._imap.debug = 0
    client.normalise_times = False
    line = client.socket()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imaplib sends a command in pieces
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _introduce(client: IMAPClient) -> None:
    """Say who we are (RFC 2971), as Gmail asks. A server that offers ID and then declines may."""
    if client.has_capability("ID"):
        try:
            client.id_({"name": "mailbot"})
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return


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


def _watch(client: IMAPClient, seconds: float, stopping: Callable[[], bool]) -> None:
    """Return when bytes have come, when the time is over, or when we shall stop. Reads nothing."""
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(client.socket(), selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and not stopping():
            if selector.select(min(left, HEARTBEAT)):
                return


# --- what a fault means -----------------------------------------------------------------------------------------


def _is_refusal(error: BaseException) -> bool:
    """Whether the server answered, and its answer was a no that will not pass by itself."""
    # imapclient makes a LoginError of whatever happens during the login, a lost connection included.
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
