"""
Real IMAP servers for the tests: pymap in a thread, and Dovecot where its binary is found.

In: nothing. Out: an `Account`, which is a folder of its own on one of them, with all that a test does to a mailbox from
outside: deliver, look, expunge, number anew, cut connections. Promised: loopback only; a server ends with its `with`
block; Dovecot runs as root or as a plain user, in a temporary folder, and only its own process group is ended.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from uuid import uuid4

from imapclient import IMAPClient

from mailbot.embedded import ImapServer, append
from mailbot.ingest.mailbox import ImapMailbox
from mailbot.model import FetchedMail

__all__ = ["Account", "Dovecot", "MailServer", "Pymap", "dovecot_binary", "fetched", "raws", "sample_mail"]

LOOPBACK = "127.0.0.1"
PASSWORD = "loopback"  # without a space: it stands in a line of Dovecot's configuration
PATIENCE = 30.0
START_ATTEMPTS = 3
SBIN = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class MailServer(Protocol):
    """What both servers offer."""

    host: str
    port: int

    def account(self) -> "Account":
        """A new, empty folder, reached under a name and a password."""

    def kick(self, user: str) -> None:
        """Cut the connections of this user."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A folder on a server, as seen from outside. `port` may be set to that of a proxy with `via`."""

    server: MailServer
    host: str
    port: int
    user: str
    password: str
    folder: str
    real_port: int

    def via(self, port: int) -> "Account":
        """The same folder, reached through a proxy at this port; the test itself still goes straight to it."""
        return replace(self, port=port)

    def mailbox(self, **settings: object) -> ImapMailbox:
        """An ImapMailbox for this folder, patient for 5 s unless told otherwise."""
        given: dict[str, object] = {
            "host": self.host,
            "port": self.port,
            "tls": "none",
            "username": self.user,
            "password": self.password,
            "folder": self.folder,
            "connect_timeout": 5.0,
            "read_timeout": 5.0,
            **settings,
        }
        return ImapMailbox(**given)  # type: ignore[arg-type]  # a test may set any of them, and wrongly too

    @contextmanager
    def connect(self, *, folder: str = "", select: bool = True) -> Iterator[IMAPClient]:
        """A connection of the test's own, the folder selected."""
        client = IMAPClient(self.host, self.real_port, ssl=False, timeout=PATIENCE)
        try:
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.normalise_times = False
            client.login(self.user, self.password)
            if select:
                client.select_folder(folder or self.folder)
            yield client
        finally:
            client.shutdown()

    def deliver(self, *raws: bytes, received_at: datetime | None = None) -> None:
        """
        Deliver without selecting: to pymap SELECT is news as well, and whoever is in IDLE there misses what comes
        while it tells them of that.
        """
        with self.connect(select=False) as client:
            for raw in raws:
                append(client, self.folder, raw, received_at)

    def uids(self, *, folder: str = "") -> list[int]:
        with self.connect(folder=folder) as client:
            return sorted(client.search("ALL"))

    def seen(self) -> list[int]:
        with self.connect() as client:
            return sorted(client.search("SEEN"))

    def folders(self) -> list[str]:
        with self.connect() as client:
            return [name for _, _, name in client.list_folders()]

    def raws(self, *, folder: str = "") -> list[bytes]:
        """The mails, in the order of their UIDs."""
        with self.connect(folder=folder) as client:
            answer = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
            return [answer[uid][b"BODY[]"] for uid in sorted(answer)]

    def expunge(self, *uids: int) -> None:
        with self.connect() as client:
            client.delete_messages(uids, silent=True)
            client.expunge(uids)

    def flag(self, uid: int, flag: bytes) -> None:
        with self.connect() as client:
            client.add_flags([uid], [flag], silent=True)

    def flip_uidvalidity(self) -> None:
        """Number the folder anew, as a restored mailbox is: the same mails, other UIDs, another UIDVALIDITY."""
        with self.connect() as client:
            kept = client.fetch(client.search("ALL"), ["BODY.PEEK[]", "INTERNALDATE"])
            client.close_folder()
            client.delete_folder(self.folder)
            client.create_folder(self.folder)
            for uid in sorted(kept):
                append(client, self.folder, kept[uid][b"BODY[]"], kept[uid][b"INTERNALDATE"])

    def kill_connections(self) -> None:
        self.server.kick(self.user)


def _account(server: MailServer, *, user: str, password: str) -> Account:
    """Make a folder of its own for this account."""
    account = Account(
        server=server,
        host=server.host,
        port=server.port,
        real_port=server.port,
        user=user,
        password=password,
        folder=f"Grievances {uuid4().hex[:8]}",
    )
    client = IMAPClient(account.host, account.port, ssl=False, timeout=PATIENCE)
    client.login(user, password)
    client.create_folder(account.folder)
    client.logout()
    return account


class Pymap(ImapServer):
    """pymap, which has one user: tests share it, each in its own folder, so `kick` cuts whatever is connected."""

    def account(self) -> Account:
        return _account(self, user=self.user, password=self.password)

    def kick(self, user: str) -> None:  # noqa: ARG002 - there is but one
        self.kill_connections()


class Dovecot:
    """A private Dovecot: any user may log in with the one password, and has a home of his own."""

    def __init__(self) -> None:
        self.host = LOOPBACK
        self.port = 0
        self.tls_port = 0
        self.password = PASSWORD
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path | None:
        """The self-made certificate, for SSL_CERT_FILE; None where openssl is missing."""
        path = self._folder / "cert.pem"
        return path if path.exists() else None

    def account(self) -> Account:
        return _account(self, user=f"user{uuid4().hex[:8]}", password=self.password)

    def kick(self, user: str) -> None:
        doveadm = shutil.which("doveadm") or "/usr/bin/doveadm"
        subprocess.run([doveadm, "-c", self._config, "kick", user], check=False, capture_output=True, timeout=PATIENCE)

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._folder.chmod(0o711)  # the mail user passes through it
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    # --- life ---------------------------------------------------------------------------------------------------

    @property
    def _config(self) -> Path:
        return self._folder / "dovecot.conf"

    def _start(self) -> None:
        binary = dovecot_binary()
        if binary is None:
            raise FileNotFoundError("no dovecot binary")
        _make_certificate(self._folder)
        for _ in range(START_ATTEMPTS):
            self.port, self.tls_port = _free_ports()
            self._config.write_text(self._configuration())
            # Its own session, and so its own process group: what we end is ours.
            self._process = subprocess.Popen(
                [binary, "-F", "-c", self._config], start_new_session=True, stderr=subprocess.DEVNULL
            )
            if self._is_up():
                return
        log = self._folder / "dovecot.log"
        raise RuntimeError(f"dovecot did not start: {log.read_text()[-2000:] if log.exists() else 'no log'}")

    def _is_up(self) -> bool:
        """Whether it greets; False when it has ended, as it does when another was quicker to take the port."""
        end = time.monotonic() + PATIENCE
        while self._process is not None and self._process.poll() is None and time.monotonic() < end:
            try:
                with socket.create_connection((self.host, self.port), timeout=PATIENCE) as line:
                    if line.recv(4).startswith(b"* OK"):
                        return True
            except OSError:
                time.sleep(0.02)
        return False

    def _stop(self) -> None:
        if self._process is not None:
            for order in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(self._process.pid, order)
                    self._process.wait(5)
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    continue
        shutil.rmtree(self._folder, ignore_errors=True)

    # --- configuration ------------------------------------------------------------------------------------------

    def _configuration(self) -> str:
        """As root, mails belong to nobody and logins run as Dovecot's own users; else all is the user's."""
        root = os.geteuid() == 0
        me = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        mails = self._folder / "mail"
        mails.mkdir(exist_ok=True)
        users = ""
        if root:
            os.chown(mails, me.pw_uid, me.pw_gid)
        else:
            users = f"default_internal_user = {me.pw_name}\ndefault_login_user = {me.pw_name}\n"
            users += f"default_internal_group = {grp.getgrgid(me.pw_gid).gr_name}\n"
        return f"""
protocols = imap
listen = {LOOPBACK}
base_dir = {self._folder}/run
state_dir = {self._folder}/state
log_path = {self._folder}/dovecot.log
{users}first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
mailbox_list_index = no
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={me.pw_uid} gid={me.pw_gid} home={mails}/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{self._tls_configuration()}
"""

    def _tls_configuration(self) -> str:
        if self.certificate is None:
            return "ssl = no"
        return f"ssl = yes\nssl_cert = <{self.certificate}\nssl_key = <{self._folder}/key.pem"


def dovecot_binary() -> str | None:
    """Where Dovecot is; /usr/sbin is not on the path of a plain user."""
    return shutil.which("dovecot", path=os.pathsep.join([os.environ.get("PATH", ""), *SBIN]))


def sample_mail(number: int, *, size: int = 0) -> bytes:
    """A small mail, told apart by its number; at least so many bytes."""
    head = (
        f"Message-ID: <{number}@example.org>\r\nFrom: Asha <asha@example.org>\r\nTo: cm@example.org\r\n"
        f"Subject: grievance {number}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\n\r\nNo water, {number}.\r\n"
    ).encode()
    line = b"x" * 76 + b"\r\n"
    return head + line * max(0, (size - len(head) + len(line) - 1) // len(line))


def fetched(mailbox: ImapMailbox, uids: Sequence[int]) -> list[FetchedMail]:
    return [mail for batch in mailbox.fetch(uids) for mail in batch]


def raws(mailbox: ImapMailbox) -> list[bytes]:
    """All that the folder holds, as the mailbox gives it."""
    return [mail.raw for mail in fetched(mailbox, mailbox.listing().uids)]


def _make_certificate(folder: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is not None:
        command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        command += ["-keyout", "key.pem", "-out", "cert.pem"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=PATIENCE)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((LOOPBACK, 0))
        other.bind((LOOPBACK, 0))
        return one.getsockname()[1], other.getsockname()[1]
