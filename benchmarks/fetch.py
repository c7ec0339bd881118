"""
How fast the mailbox fetches, against Dovecot on this machine, beside a bare imapclient in the same run.

In: how many mails, of what size. Out: a table: mails a second, the ratio to imapclient as it comes, memory. Figures of
different runs on a shared machine do not compare; the ratio does. Each way runs in a process of its own, in turns.

    python -m benchmarks.fetch --mails 2000 --rounds 5
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from mailbot.ingest.archive import FileArchive
from mailbot.ingest.mailbox import ImapMailbox
from tests.servers import Account, Dovecot, dovecot_binary, sample_mail

BATCH = 50
SMALL, LARGE = 7_000, 400_000  # bytes: a mail of words, and one with an attachment


@dataclass(frozen=True)
class Place:
    """What a child needs to know."""

    port: int
    user: str
    password: str
    folder: str


def bare(place: Place, *, quiet: bool) -> Iterator[list[bytes]]:
    """imapclient in batches; `quiet` takes the logging out that formats every literal."""
    with IMAPClient("127.0.0.1", place.port, ssl=False) as client:
        if quiet:
            client._imap.debug = 0
        client.login(place.user, place.password)
        client.select_folder(place.folder)
        uids = client.search()
        for start in range(0, len(uids), BATCH):
            answer = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
            yield [data[b"BODY[]"] for data in answer.values()]


def mailbox(place: Place) -> Iterator[list[bytes]]:
    box = ImapMailbox(
        host="127.0.0.1",
        port=place.port,
        tls="none",
        username=place.user,
        password=place.password,
        folder=place.folder,
        batch_mails=BATCH,
    )
    for batch in box.fetch(box.listing().uids):
        yield [mail.raw for mail in batch]
    box.close()


def archived(place: Place) -> Iterator[list[bytes]]:
    """The mailbox, and each batch durably on the disk before the next."""
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        archive = FileArchive(Path(folder))
        for batch in mailbox(place):
            archive.add(batch)
            yield batch


WAYS: dict[str, Callable[[Place], Iterator[list[bytes]]]] = {
    "imapclient as it comes": lambda place: bare(place, quiet=False),
    "imapclient, logging off": lambda place: bare(place, quiet=True),
    "mailbox": mailbox,
    "mailbox + archive": archived,
}


def peak_kib() -> int:
    """The peak of this process alone; getrusage would carry that of its parent over."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0


def child(way: str, place: Place) -> None:
    """Fetch all once; tell how many, how long, how much memory it took above what the start took."""
    before = peak_kib()
    began = time.perf_counter()
    count = sum(len(batch) for batch in WAYS[way](place))
    seconds = time.perf_counter() - began
    peak = peak_kib()
    print(
        json.dumps({"count": count, "seconds": seconds, "peak_mib": peak / 1024, "grown_mib": (peak - before) / 1024})
    )


def measure(account: Account, rounds: int, ways: list[str]) -> dict[str, list[dict[str, float]]]:
    place = json.dumps([account.port, account.user, account.password, account.folder])
    results: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            command = [sys.executable, "-m", "benchmarks.fetch", "--child", way, place]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            results[way].append(json.loads(done.stdout))
    return results


def report(title: str, results: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{title}\n{'':26}{'mails/s':>9}{'ratio':>7}{'peak MiB':>10}{'grown MiB':>11}")
    first = 0.0
    for way, runs in results.items():
        rate = statistics.median(run["count"] / run["seconds"] for run in runs)
        first = first or rate
        peak, grown = (statistics.median(run[key] for run in runs) for key in ("peak_mib", "grown_mib"))
        print(f"{way:26}{rate:>9.0f}{rate / first:>7.2f}{peak:>10.0f}{grown:>11.0f}")


def fill(account: Account, mails: int, share_large: float) -> None:
    every = round(1 / share_large) if share_large else mails + 1
    account.deliver(
        *(sample_mail(n, size=LARGE if n % every == every - 1 else SMALL) for n in range(mails)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", nargs=2, metavar=("WAY", "PLACE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child[0], Place(*json.loads(arguments.child[1])))
        return
    if dovecot_binary() is None:
        sys.exit("no dovecot binary (apt install dovecot-imapd)")
    with Dovecot() as server:
        for title, share in (("words only, 7 kB each", 0.0), ("a quarter of 400 kB", 0.25)):
            account = server.account()
            fill(account, arguments.mails, share)
            report(f"{arguments.mails} mails, {title}", measure(account, arguments.rounds, list(WAYS)))
        account = server.account()
        account.deliver(sample_mail(1, size=45_000_000))
        report("one mail of 45 MB", measure(account, 3, ["imapclient as it comes", "mailbox"]))


if __name__ == "__main__":
    main()
