"""What tests run in processes of their own: `python -m tests.cases.worker <deed> <database URL> …`."""

import sys
import time
from datetime import timedelta

from mailbot.cases.database import open_database, upgrade
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.model import Channel, OutboxState
from tests.cases.decisions import an_opening
from tests.fakes import NOON


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def claim(url: str, owner: str) -> None:
    """Work the queue off; say each message that was taken."""
    outbox = SqlOutbox(open_database(url), owner)
    while entries := outbox.claim(Channel.SMS, NOON, limit=3, lease=timedelta(minutes=1)):
        for entry in entries:
            say(entry.id, outbox.settle(entry, OutboxState.SENT, at=NOON, provider_id=owner))


def commit(url: str, size: str) -> None:
    """Store batches without end; say each number whose commit has returned."""
    store = SqlCaseStore(open_database(url))
    batch = int(size)
    number = 1
    while True:
        store.commit([an_opening(n) for n in range(number, number + batch)])
        say(number + batch - 1)
        number += batch


def serials(url: str, count: str) -> None:
    """Reserve serials; say them."""
    store = SqlCaseStore(open_database(url))
    for _ in range(int(count)):
        say(store.reserve_serials(2026, 1))


def migrate(url: str, at: str) -> None:
    """Bring the database up to date at a moment that others were told too."""
    time.sleep(max(0.0, float(at) - time.time()))
    upgrade(open_database(url))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
