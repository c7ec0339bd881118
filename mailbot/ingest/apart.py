"""
Adapter: read one mail in a process of its own, with limits on memory and time.

In: raw bytes. Out: the same Mail that `parse.read_mail` gives, or UnreadableMail when the reading process died or went
beyond its limits. Used for a mail that may have killed us before (see `receive.APART_FROM_ATTEMPT`); the parent
survives whatever the mail does to its reader.
"""

import os
import pickle
import resource
import subprocess
import sys

from mailbot.errors import UnreadableMail
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail

MEMORY_BYTES = 768 * 2**20
CPU_SECONDS = 10
WALL_SECONDS = 30
"""Ten times what the worst mail of 25 MB takes; `facts` of the parser bombs are in tests/ingest/test_parse.py."""


def read_apart(raw: bytes) -> Mail:
    """
    Read a mail in a child process.

    Raises:
        UnreadableMail: The child crashed, ran out of its memory or time, or gave no answer.
    """
    try:
        child = subprocess.run(  # noqa: S603 - our own module, the mail goes to its standard input
            _command(), input=raw, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableMail(f"its reader took more than {WALL_SECONDS} s") from error
    if child.returncode:
        raise UnreadableMail(f"its reader ended with {_status(child.returncode)}")
    mail = pickle.loads(child.stdout)  # noqa: S301 - written by our own child, see main()
    if not isinstance(mail, Mail):
        raise UnreadableMail("its reader gave no answer")
    return mail


def _command() -> list[str]:
    return [sys.executable, "-m", "mailbot.ingest.apart"]


def _status(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit status {returncode}"


def main() -> None:
    """Be the child: limits first, then one mail from standard input, then the Mail to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = pickle.dumps(read_mail(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing to clean up, and no destructor may spoil the answer


if __name__ == "__main__":
    main()
