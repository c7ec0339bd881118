"""
How long from a delivery to a committed case, in the running daemon under IDLE on a real Dovecot.

    python -m benchmarks.idle [MAILS]

The mails come two to three seconds apart: of mails within one second Dovecot's Maildir tells up to 2 s late, in IDLE
and in answer to NOOP alike (its folders are looked at once a second).
"""

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from mailbot.cases.queries import list_cases
from mailbot.embedded import SmtpSink
from tests.office import a_grievance
from tests.servers import Dovecot
from tests.test_daemon import a_daemon, until


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    dice = random.Random(1)  # noqa: S311 - a pause, not a secret
    waits: list[float] = []
    with Dovecot() as server, SmtpSink() as smtp, tempfile.TemporaryDirectory() as folder:
        account = server.account()
        with a_daemon(Path(folder), account, smtp, poll=3_600) as running:
            until(lambda: running.notified("STATUS=reading the mailbox"))
            for number in range(1, mails + 1):
                time.sleep(dice.uniform(2.0, 3.0))
                account.deliver(a_grievance(number))
                began = time.perf_counter()
                until(lambda: len(running.rows(list_cases)) > len(waits))
                waits.append(time.perf_counter() - began)
    print(f"{mails} mails: median {statistics.median(waits):.2f} s, worst {max(waits):.2f} s from delivery to case")
    print("(looked at every 0.05 s; Dovecot itself tells after up to 0.5 s)")


if __name__ == "__main__":
    main()
