"""
A proxy between an IMAP client and a real server that does, on order, what networks and servers do at their worst.

In: the port of a server, and orders (`inject`). Out: a port to connect to, and what has struck so far (`struck`).
Promised: without an order it changes nothing; an order strikes as often as it says and then the line is clean again, so
that a test can see the next call succeed; it ends with its `with` block. Loopback, no TLS.

The kinds, by when they strike:

    connection   refuse            reset as soon as it is accepted
    command      deny_login        NO [AUTHENTICATIONFAILED] to LOGIN
                 busy_login        NO [UNAVAILABLE] to LOGIN
                 cmd_no            NO [SERVERBUG] to the command `at`
                 cmd_bad           BAD to the command `at`
                 bye               BYE and the end, in answer to the command `at`
                 stall             no answer to the command `at`, and none to any after it
    answer       ack_lost          the command `at` is carried out, its OK is lost with the connection
                 dup_search        SEARCH twice
                 lose_search       no SEARCH
                 swallow_fetch     one FETCH with a body is missing
                 empty_body        the body is an empty literal
                 short_body        the body lacks its last byte, and the literal says so
                 drop_literal      the end, in the middle of a body
                 flags_noise       unsolicited FETCH, EXISTS and OK lines before each FETCH
                 garbage           a line that is no IMAP before the answer to the command `at`
    IDLE         bye_idle          BYE and the end
                 fin_idle          the end, without a word
                 stall_idle        silence for ever, mail or not
                 idle_coalesce     EXISTS in the same segment as the `+`
                 exists_first      EXISTS before the `+`
                 swallow_exists    EXISTS is never told
    bytes        split             each line in two segments
                 dribble           a few bytes at a time
                 reset             reset after `after` bytes to the client
"""

import re
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from tests.servers import Account

LOOPBACK = "127.0.0.1"
ALWAYS = 1_000_000_000
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
COMMAND = re.compile(rb"(\S+) (?:UID )?([A-Za-z]+)")
UNTAGGED = re.compile(rb"\* (?:\d+ )?([A-Za-z]+)")
AT_COMMAND = ("deny_login", "busy_login", "cmd_no", "cmd_bad", "bye", "stall")
LOGIN = ("LOGIN", "AUTHENTICATE")


@dataclass
class _Order:
    left: int
    at: str
    after: int


class _EndError(Exception):
    """This connection is over."""


class FaultyImap:
    """The proxy. `hide` are capabilities that the client shall not hear of."""

    def __init__(self, port: int, *, hide: Iterable[str] = ()) -> None:
        self.upstream = port
        self.hide = tuple(word.encode() for word in hide)
        self.struck: Counter[str] = Counter()
        self.commands: list[str] = []  # every command of the client, as one line
        self._orders: dict[str, _Order] = {}
        self._lock = threading.Lock()
        self._sessions: list[_Session] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="faulty-imap", daemon=True)

    def inject(self, kind: str, *, times: int = 1, at: str = "", after: int = 0) -> None:
        with self._lock:
            self._orders[kind] = _Order(times, at, after)

    def heal(self) -> None:
        """Take all orders back."""
        with self._lock:
            self._orders.clear()

    def strikes(self, kind: str, verb: str = "") -> bool:
        """Whether this fault is due now; it then counts as struck."""
        with self._lock:
            order = self._orders.get(kind)
            if order is None or order.left <= 0 or order.at not in ("", verb):
                return False
            order.left -= 1
            self.struck[kind] += 1
            return True

    def is_ordered(self, kind: str) -> bool:
        with self._lock:
            order = self._orders.get(kind)
            return order is not None and order.left > 0

    def bytes_until(self, kind: str) -> int:
        with self._lock:
            return self._orders[kind].after

    def cut(self) -> None:
        """Reset every connection."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.reset()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.cut()
        for session in self._sessions:
            session.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.strikes("refuse"):
                _reset(client)
                continue
            session = _Session(self, client)
            with self._lock:
                self._sessions.append(session)
            session.start()


class _Session:
    """One connection: a thread for what the client says, one for what the server answers."""

    def __init__(self, proxy: FaultyImap, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = socket.create_connection((LOOPBACK, proxy.upstream))
        for line in (self._client, self._server):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._verbs: dict[bytes, str] = {}
        self._verb = ""  # the command that is being answered
        self._stalled = False
        self._held = b""  # a `+` that waits for its EXISTS
        self._sent = 0
        self._threads = [
            threading.Thread(target=self._run, args=(self._commands,), name="faulty-imap-commands", daemon=True),
            threading.Thread(target=self._run, args=(self._answers,), name="faulty-imap-answers", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def reset(self) -> None:
        _reset(self._client)
        _reset(self._server)

    def _run(self, work: Callable[[], None]) -> None:
        with suppress(OSError, ValueError, _EndError):  # ValueError: the file was closed by the other thread
            work()
        self._hang_up()

    def _hang_up(self) -> None:
        for line in (self._client, self._server):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    # --- client to server ---------------------------------------------------------------------------------------

    def _commands(self) -> None:
        with self._client.makefile("rb") as lines:
            while line := lines.readline():
                if not self._strike_command(line):
                    self._server.sendall(line)

    def _strike_command(self, line: bytes) -> bool:
        """Note the command; True when a fault answers it, so that the server never hears of it."""
        found = COMMAND.match(line)
        if found is None:
            return self._stalled
        tag, self._verb = found[1], found[2].decode().upper()
        self._verbs[tag] = self._verb
        self._proxy.commands.append(line.decode(errors="replace").split(" ", 1)[1].strip())
        for kind in AT_COMMAND:
            due = not kind.endswith("_login") or self._verb in LOGIN
            if due and self._proxy.strikes(kind, self._verb):
                self._answer_for_server(kind, tag)
                return True
        return self._stalled

    def _answer_for_server(self, kind: str, tag: bytes) -> None:
        answers = {
            "deny_login": tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials of asha@example.org\r\n",
            "busy_login": tag + b" NO [UNAVAILABLE] Try again later\r\n",
            "cmd_no": tag + b" NO [SERVERBUG] Internal error\r\n",
            "cmd_bad": tag + b" BAD System Error (Failure)\r\n",
            "bye": b"* BYE Disconnected for inactivity.\r\n",
        }
        if kind == "stall":
            self._stalled = True
            return
        self._client.sendall(answers[kind])
        if kind == "bye":
            raise _EndError

    # --- server to client ---------------------------------------------------------------------------------------

    def _answers(self) -> None:
        with self._server.makefile("rb") as lines:
            while answer := _read_answer(lines):
                for piece in self._struck(self._without_hidden(answer)):
                    self._send(piece)

    def _struck(self, answer: bytes) -> list[bytes]:
        """What becomes of this answer."""
        if answer.startswith(b"+") and self._verb == "IDLE":
            return self._struck_plus(answer)
        tag = answer.split(b" ", 1)[0]
        if tag in self._verbs:
            if self._proxy.strikes("ack_lost", self._verbs[tag]):
                raise _EndError
            noise = [b"%% what is this\r\n"] if self._proxy.strikes("garbage", self._verbs[tag]) else []
            return [*noise, answer]
        found = UNTAGGED.match(answer)
        kind = found[1].decode().upper() if found else ""
        return {"EXISTS": self._struck_exists, "SEARCH": self._struck_search, "FETCH": self._struck_fetch}.get(
            kind, lambda plain: [plain]
        )(answer)

    def _struck_plus(self, plus: bytes) -> list[bytes]:
        proxy = self._proxy
        if proxy.strikes("bye_idle"):
            self._send(plus + b"* BYE Idle for too long\r\n")
            raise _EndError
        if proxy.strikes("fin_idle"):
            self._send(plus)
            raise _EndError
        if proxy.strikes("idle_coalesce"):
            self._held = plus
            return []
        if proxy.strikes("exists_first"):
            return [b"* 1 EXISTS\r\n", plus]
        if proxy.strikes("stall_idle"):
            self._send(plus)
            self._stalled = True
        return [plus]

    def _struck_exists(self, answer: bytes) -> list[bytes]:
        if self._verb == "IDLE" and self._proxy.strikes("swallow_exists"):
            return []
        held, self._held = self._held, b""
        return [held + answer]

    def _struck_search(self, answer: bytes) -> list[bytes]:
        if self._proxy.strikes("lose_search"):
            return []
        return [answer, answer] if self._proxy.strikes("dup_search") else [answer]

    def _struck_fetch(self, answer: bytes) -> list[bytes]:
        noise = []
        if self._proxy.strikes("flags_noise"):
            noise = [b"* 2 FETCH (FLAGS (\\Seen))\r\n", b"* 3 FETCH (UID 4000000000 FLAGS (\\Deleted))\r\n"]
            noise += [b"* OK Still here\r\n", b"* 1 EXISTS\r\n"]
        head, line_end, rest = answer.partition(b"}\r\n")
        if not line_end:
            return [*noise, answer]
        return [*noise, *self._struck_body(answer, head, rest)]

    def _struck_body(self, answer: bytes, head: bytes, rest: bytes) -> list[bytes]:
        proxy = self._proxy
        before, _, size = head.rpartition(b"{")
        body, tail = rest[: int(size)], rest[int(size) :]
        if proxy.strikes("swallow_fetch"):
            return []
        if proxy.strikes("drop_literal"):
            self._send(head + b"}\r\n" + body[: len(body) // 2])
            raise _EndError
        if proxy.strikes("empty_body"):
            return [before + b"{0}\r\n" + tail]
        if proxy.strikes("short_body"):
            return [before + b"{%d}\r\n" % (len(body) - 1) + body[:-1] + tail]
        return [answer]

    def _without_hidden(self, answer: bytes) -> bytes:
        if b"CAPABILITY" in answer:
            for word in self._proxy.hide:
                answer = re.sub(rb" " + re.escape(word) + rb"(?=[ \]\r])", b"", answer)
        return answer

    # --- bytes --------------------------------------------------------------------------------------------------

    def _send(self, data: bytes) -> None:
        if self._stalled:
            return
        if self._proxy.is_ordered("reset"):
            room = self._proxy.bytes_until("reset") - self._sent
            if len(data) >= room and self._proxy.strikes("reset"):
                self._client.sendall(data[: max(0, room)])
                self._settle()
                self.reset()
                raise _EndError
        self._sent += len(data)
        for piece in self._pieces(data):
            self._client.sendall(piece)

    def _pieces(self, data: bytes) -> Iterable[bytes]:
        if self._proxy.strikes("split"):
            middle = len(data) // 2
            yield data[:middle]
            time.sleep(0.02)
            yield data[middle:]
        elif self._proxy.strikes("dribble"):
            for start in range(0, len(data), 7):
                yield data[start : start + 7]
                time.sleep(0.001)
        else:
            yield data

    def _settle(self) -> None:
        """Give the bytes before a reset a moment to arrive: a reset throws away what was not read."""
        select.select([], [], [], 0.02)


def _read_answer(lines: BinaryIO) -> bytes:
    """One answer: a line, with the literals in it and the lines that follow them."""
    answer = line = lines.readline()
    while found := LITERAL.search(line):
        answer += lines.read(int(found[1]))
        line = lines.readline()
        answer += line
    return answer


def _reset(line: socket.socket) -> None:
    """End with RST instead of FIN."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RD)
    line.close()


@contextmanager
def faulty(account: Account, *, hide: Iterable[str] = ()) -> Iterator[tuple[FaultyImap, Account]]:
    """The account, reached through a proxy."""
    with FaultyImap(account.real_port, hide=hide) as proxy:
        yield proxy, account.via(proxy.port)


@contextmanager
def soon(deed: Callable[[], None], seconds: float = 0.3) -> Iterator[None]:
    """Do it from another thread a little later; done when the block ends."""
    timer = threading.Timer(seconds, deed)
    timer.start()
    try:
        yield
    finally:
        timer.join()
