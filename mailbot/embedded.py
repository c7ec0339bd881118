"""
A mail server in a thread, for the demonstration and the tests: IMAP by pymap, an SMTP sink by aiosmtpd.

In: nothing but free ports of this machine. Out: a mailbox that is reached over real IMAP, and a sink that keeps what
was sent to it. Promised: both listen on loopback only, keep all in memory, end with their `with` block, and leave no
thread behind. Root layer: pymap and aiosmtpd are no part of a plain installation, so only the demonstration and the
tests import this file.
"""

import argparse
import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient
from proxyprotocol.result import ProxyResultLocal
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, DictBackend
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
PORT_ATTEMPTS = 5  # between choosing a free port and taking it, another process may be quicker


def append(client: IMAPClient, folder: str, raw: bytes, received_at: datetime | None = None) -> None:
    """Put a mail into a folder as a delivery would: unseen, received at that time (now)."""
    client.append(folder, raw, flags=(), msg_time=received_at or datetime.now(UTC))


class ImapServer:
    """
    An IMAP server with one account, in memory, in a thread of its own.

    UIDs begin at 101 and UIDVALIDITY is new at every start. Keywords are not kept.
    """

    def __init__(self, *, user: str = "grievance", password: str = "demo") -> None:  # noqa: S107 - a loopback toy
        self.host = LOOPBACK
        self.port = 0
        self.user = user
        self.password = password
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._connections: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="imap-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the embedded IMAP server did not start")
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def deliver(self, raw: bytes, *, folder: str = "INBOX", received_at: datetime | None = None) -> None:
        """Deliver a mail over real IMAP."""
        with self.connect() as client:
            append(client, folder, raw, received_at)

    def connect(self) -> IMAPClient:
        """A connection of one's own, logged in."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=START_SECONDS)
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else 40 ms for every APPEND
        client.normalise_times = False
        client.login(self.user, self.password)
        return client

    def kill_connections(self) -> None:
        """Cut every connection without a word."""
        if self._loop is not None:
            done = threading.Event()
            self._loop.call_soon_threadsafe(self._cut, done)
            done.wait(START_SECONDS)

    def _cut(self, done: threading.Event) -> None:
        for writer in self._connections:
            writer.transport.abort()
        done.set()

    # --- in the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits for us
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        arguments = self._arguments()
        # Half a million rounds of hashing at every login protect nobody here, nor need they threads of their own.
        quick = Config.from_args(arguments).hash_context.copy(rounds=1)
        here = Subsystem.for_asyncio()
        backend, config = await DictBackend.init(arguments, hash_context=quick, cpu_subsystem=here)
        config.apply_context()
        imap = IMAPServer(backend.login, config)

        # pymap's own callback lets its task be collected while it runs (Python 3.13 on), so we await ours.
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._connections.add(writer)
            try:
                about = SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes)
                await imap(reader, writer, about)
            except (OSError, EOFError):
                pass  # the client is gone
            finally:
                self._connections.discard(writer)
                writer.close()

        async with AsyncExitStack() as stack:
            await backend.start(stack)
            server = await asyncio.start_server(serve, LOOPBACK, 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()
            server.close()
            for writer in self._connections:
                writer.transport.abort()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if others:
                await asyncio.wait(others, timeout=1.0)

    def _arguments(self) -> argparse.Namespace:
        return argparse.Namespace(
            host=LOOPBACK,
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            passlib_cfg=None,
            proxy_protocol=None,
            inherited_sockets=None,
            demo_data=False,
            demo_user=self.user,
            demo_password=self.password,
        )


class ReceivedMail(NamedTuple):
    """What the sink was given: envelope sender, envelope recipients, and the mail."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class SmtpSink:
    """An SMTP server that takes everything and sends nothing on."""

    def __init__(self, callback: Callable[[ReceivedMail], None] | None = None) -> None:
        """`callback` is told of each mail in the server's thread, before the sender has its 250."""
        self.host = LOOPBACK
        self.port = 0
        self._callback = callback
        self._lock = threading.Lock()
        self._mails: list[ReceivedMail] = []
        self._controller: Controller | None = None

    @property
    def mails(self) -> list[ReceivedMail]:
        """All that has come so far, in order."""
        with self._lock:
            return list(self._mails)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd calls it so
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        mail = ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        with self._lock:
            self._mails.append(mail)
        if self._callback is not None:
            self._callback(mail)
        return "250 OK"

    def __enter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command at INFO
        for attempt in range(PORT_ATTEMPTS):
            self.port = _free_port()
            # Without a name aiosmtpd asks the resolver for ours, which can take seconds.
            controller = Controller(self, hostname=LOOPBACK, port=self.port, server_hostname="localhost")
            try:
                controller.start()
            except OSError:
                controller.stop(no_assert=True)
                if attempt == PORT_ATTEMPTS - 1:
                    raise
            else:
                self._controller = controller
                break
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def _free_port() -> int:
    """aiosmtpd cannot be started on port 0, so one is chosen first."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
