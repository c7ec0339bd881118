"""Promise 9: time and memory a mail have a ceiling whatever its bytes are."""

import base64
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.errors import UnreadableMail
from mailbot.ingest import apart
from mailbot.ingest.apart import read_apart
from mailbot.model import Mail
from tests.office import a_grievance, a_rig

CPU_SECONDS = 8
"""Four times the ceiling of 2 s: this machine may be shared."""
MEMORY_MIB = 300
"""Above what the interpreter and its libraries take by themselves."""
MIB = 2**20

HEAD = b"From: a@example.net\r\nMIME-Version: 1.0\r\n"
BOMBS: dict[str, Callable[[], bytes]] = {
    "encoded words": lambda: b"Subject: " + b"=?utf-8?b?4KaF?= " * 60_000 + b"\r\n\r\nx",
    "content type parameters": lambda: b"Content-Type: text/plain" + b";" * 200_000 + b"\r\n\r\nx",
    "rfc 2231 pieces": lambda: (
        b"Content-Type: text/plain" + b"".join(b";\r\n n*%d=x" % n for n in range(20_000)) + b"\r\n\r\nx"
    ),
    "one long header": lambda: b"Subject: " + b"x" * 5 * MIB + b"\r\n\r\nx",
    "many headers": lambda: b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nx",
    "many parts": lambda: (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 200_000 + b"--b--\r\n"
    ),
    "deep parts": lambda: (
        HEAD + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000))
    ),
    "deep html": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    "html comments": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!-- " * 200_000,
    "quoted lines": lambda: HEAD + b"\r\n" + b"> " * 1_000 + b"\r\n" + b"> quoted\r\n" * 500_000,
    "one line": lambda: HEAD + b"\r\n" + b"a " * 10 * MIB,
    "digits": lambda: HEAD + b"\r\n" + b"9 8-3/0 " * MIB,
    "recipients": lambda: HEAD + b"To: " + b", ".join(b"a%d@example.net" % n for n in range(50_000)) + b"\r\n\r\nx",
    "brackets": lambda: b"From: " + b"(" * 100_000 + b"\r\nTo: " + b"<" * 100_000 + b"\r\n\r\nx",
    "large attachment": lambda: (
        HEAD
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: application/pdf; name=x.pdf\r\n'
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"\x00" * 18 * MIB)
        + b"--b--\r\n"
    ),
    "references": lambda: HEAD + b"References: " + b"<a@b> " * 100_000 + b"\r\n\r\nx",
    "uuencode": lambda: HEAD + b"\r\n" + b"begin 644 x\r\n" * 100_000,
}

CHILD = f"""
import resource, sys
from mailbot.ingest.parse import read_mail
raw = sys.stdin.buffer.read()
mine = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mine + {MEMORY_MIB} * 2**20,) * 2)
used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + 1
resource.setrlimit(resource.RLIMIT_CPU, (used + {CPU_SECONDS},) * 2)
mail = read_mail(raw)
print("MemoryError" in str(mail.warnings) or "MemoryError" in str(mail.error))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_within_the_ceiling(name: str) -> None:
    raw = BOMBS[name]()
    assert len(raw) <= 25 * MIB
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=raw,
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert (done.returncode, done.stdout.strip()) == (0, b"False"), done.stderr.decode()[-500:]


def test_a_mail_that_kills_its_reader_is_held_and_we_live(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_apart(a_grievance()).subject == "No doctor at the health centre 1"
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"])
    with pytest.raises(UnreadableMail, match="signal 11"):
        read_apart(a_grievance())
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(apart, "WALL_SECONDS", 0.5)
    with pytest.raises(UnreadableMail, match=r"more than 0\.5 s"):
        read_apart(a_grievance())


def test_the_reader_apart_has_a_ceiling_of_memory_and_processor_time() -> None:
    """The limits as the child really has them."""
    program = (
        "import resource, sys; from mailbot.ingest import apart; "
        "apart.read_mail = lambda raw: sys.stderr.write(repr([resource.getrlimit(resource.RLIMIT_AS)[0], "
        "resource.getrlimit(resource.RLIMIT_CPU)[0]])) and None; apart.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], input=b"m" + b"x", capture_output=True, check=False)
    assert str([apart.MEMORY_BYTES, apart.CPU_SECONDS]) in done.stderr.decode()


def test_a_mail_that_cut_us_short_twice_is_read_apart(tmp_path: Path) -> None:
    with a_rig(tmp_path) as rig:
        uid = rig.mailbox.deliver(a_grievance())
        for _ in range(2):
            rig.store.begin(rig.mailbox.listing().mailbox, [uid], rig.clock())
        apart_read: list[bytes] = []

        def read(raw: bytes) -> Mail:
            apart_read.append(raw)
            return read_apart(raw)

        assert replace(rig.receiver(), read_apart=read).run(rig.office).cases == 1
        assert apart_read == [a_grievance()]
