"""
The whole way against a real Dovecot: fetch → archive → parse → identify → classify → route → decide → store → mark.

    python -m benchmarks.receive [MAILS]

Prints mails a second, the share of a plain fetch by imapclient in the same run (what the network part alone would
allow), and the peak memory. A quarter of the mails carry an attachment of 100 kB. Ratios of one run mean something;
absolute figures are this machine's.
"""

import base64
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from mailbot.cases.database import open_database, upgrade
from mailbot.cases.store import SqlCaseStore
from mailbot.ingest.apart import read_apart
from mailbot.ingest.archive import FileArchive
from mailbot.receive import Receiver
from tests.office import an_office
from tests.servers import Account, Dovecot

BATCH = 200
TEXTS = (
    "There has been no doctor at the primary health centre of Onda block, district Bankura, for a month.\r\n",
    "গত পাঁচ মাস ধরে লক্ষ্মীর ভাণ্ডারের টাকা আসছে না। ডোমকল ব্লক, জেলা মুর্শিদাবাদ।\r\n",
    "राशन कार्ड के लिए आवेदन किया था, आज तक नहीं मिला। आसनसोल, पश्चिम बर्धमान।\r\n",
    "Amader gramer rasta tin bochor dhore bhanga. Patharpratima block, South 24 Parganas.\r\n",
)


def a_mail(number: int, dice: random.Random) -> bytes:
    text = "".join(dice.choice(TEXTS) for _ in range(dice.randint(3, 12)))
    body = f"{text}\r\nA Citizen\r\nMobile 69999{number:05d}\r\n".encode()
    head = (
        f"Received: from mail.example.net by mx.cmo.example; Mon, 23 Nov 2026 10:00:00 +0530\r\n"
        f"From: A Citizen <citizen{number}@example.net>\r\nTo: wbcmro@cmo.example\r\nSubject: Grievance {number}\r\n"
        f"Message-ID: <bench-{number}@example.net>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\nMIME-Version: 1.0\r\n"
    ).encode()
    if number % 4:
        return head + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body
    scan = base64.encodebytes(dice.randbytes(100_000)).replace(b"\n", b"\r\n")
    return (
        head
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
        + b"Content-Transfer-Encoding: 8bit\r\n\r\n"
        + body
        + b'\r\n--b\r\nContent-Type: image/jpeg; name="scan.jpg"\r\nContent-Transfer-Encoding: base64\r\n'
        + b'Content-Disposition: attachment; filename="scan.jpg"\r\n\r\n'
        + scan
        + b"--b--\r\n"
    )


def plain_fetch(account: Account) -> float:
    """Mails a second of imapclient alone, in batches of 50, nothing done with them."""
    with account.connect() as client:
        uids = client.search("ALL")
        started = time.perf_counter()
        for at in range(0, len(uids), 50):
            client.fetch(uids[at : at + 50], ["BODY.PEEK[]", "INTERNALDATE"])
        return len(uids) / (time.perf_counter() - started)


def whole_way(account: Account, folder: Path) -> float:
    engine = open_database(f"sqlite:///{folder / 'mailbot.db'}")
    upgrade(engine)
    receiver = Receiver(
        mailbox=account.mailbox(),
        archive=FileArchive(folder / "archive"),
        store=SqlCaseStore(engine),
        clock=lambda: datetime.now(UTC),
        read_apart=read_apart,
    )
    office = an_office()
    started = time.perf_counter()
    summary = receiver.run(office)
    seconds = time.perf_counter() - started
    print(f"taken: {summary}")
    return summary.fetched / seconds


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    dice = random.Random(1)  # noqa: S311 - the same mails each run
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        account = server.account()
        for at in range(0, mails, BATCH):
            account.deliver(*(a_mail(number, dice) for number in range(at, min(at + BATCH, mails))))
        fetch = plain_fetch(account)
        rate = whole_way(account, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"plain imapclient fetch: {fetch:8.0f} mails/s")
    print(f"the whole way:          {rate:8.0f} mails/s = {rate / fetch:.2f} of it")
    print(f"peak memory:            {peak:8.0f} MiB")


if __name__ == "__main__":
    main()
