"""
Adapter: read one mail, or the letters attached to it, in a process of its own, with limits on memory and time.

In: raw bytes. Out: the same Mail that `parse.read_mail` gives, or UnreadableMail when the reading process died or went
beyond its limits; for letters, a mail with their words, or with the warning that they could not be read. `read_apart`
is for a mail that may have killed us before (see `receive.APART_FROM_ATTEMPT`); the parent survives whatever the mail
does to its reader.
"""

import os
import pickle
import resource
import subprocess
import sys

from mailbot.errors import UnreadableMail
from mailbot.ingest.extract import read_letters
from mailbot.ingest.letter import Letters, wants_letters, with_letters
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail

MEMORY_BYTES = 768 * 2**20
CPU_SECONDS = 10
WALL_SECONDS = 30
"""Ten times what the worst mail of 25 MB takes; `facts` of the parser bombs are in tests/ingest/test_parse.py."""


LETTERS_MEMORY_BYTES = 1536 * 2**20
LETTERS_CPU_SECONDS = 60
LETTERS_WALL_SECONDS = 90
"""For a mail's attached files together; tesseract, a child of the child, inherits them."""

_MAIL, _LETTERS = b"M", b"L"  # what is asked, the first byte the child reads


def read_apart(raw: bytes) -> Mail:
    """
    Read a mail in a child process.

    Raises:
        UnreadableMail: The child crashed, ran out of its memory or time, or gave no answer.
    """
    mail = _ask_child(raw, _MAIL, WALL_SECONDS)
    if not isinstance(mail, Mail):
        raise UnreadableMail("its reader gave no answer")
    return mail


def read_letters_apart(raw: bytes, mail: Mail) -> Mail:
    """
    The mail with the words of its attached letters, where it says too little itself; never raises for what they hold.

    Args:
        raw: The mail's bytes.
        mail: What was read of them. It comes back unchanged when it speaks for itself or brings nothing readable.
    """
    if not wants_letters(mail):
        return mail
    try:
        letters = _ask_child(raw, _LETTERS, LETTERS_WALL_SECONDS)
    except UnreadableMail:
        letters = None
    if not isinstance(letters, Letters):
        letters = Letters((), ("the attached files could not be read within their limits of time and memory",))
    return with_letters(mail, letters)


def _ask_child(raw: bytes, what: bytes, seconds: int) -> object:
    try:
        child = subprocess.run(  # noqa: S603 - our own module, the mail goes to its standard input
            _command(), input=what + raw, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableMail(f"its reader took more than {seconds} s") from error
    if child.returncode:
        raise UnreadableMail(f"its reader ended with {_status(child.returncode)}")
    answer: object = pickle.loads(child.stdout)  # noqa: S301 - written by our own child, see main()
    return answer


def _command() -> list[str]:
    return [sys.executable, "-m", "mailbot.ingest.apart"]


def _status(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit status {returncode}"


def main() -> None:
    """Be the child: limits first, then one mail from standard input, then the answer to standard output."""
    letters = sys.stdin.buffer.read(1) == _LETTERS
    memory, cpu = (LETTERS_MEMORY_BYTES, LETTERS_CPU_SECONDS) if letters else (MEMORY_BYTES, CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = sys.stdin.buffer.read()
    sys.stdout.buffer.write(pickle.dumps(read_letters(raw) if letters else read_mail(raw)))
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing to clean up, and no destructor may spoil the answer


if __name__ == "__main__":
    main()
