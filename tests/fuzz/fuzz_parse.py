"""
A mutation fuzzer of the reading: samples of the corpus, broken in many ways, must come out as clean mails, in time.

    python tests/fuzz/fuzz_parse.py [--count 200000] [--seed 1] [--seconds 600]

It prints one line of JSON: seed, mails tried, faults (with the number of the mail: the same seed makes it again), mails
over the ceiling of time, the slowest mail and the peak memory. Exit status 1 when there was a fault.
"""

import argparse
import json
import random
import re
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path

from mailbot.ingest.parse import mail_identity, read_mail
from mailbot.model import Mail

CORPUS = Path(__file__).parent.parent / "corpus"
FORMS = Path(__file__).parent.parent / "ingest"
CEILING_SECONDS = 2.0
_RAW_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")
_TOKENS = (
    b"=?utf-8?B?",
    b"?=",
    b"=?utf-8?q?=00=0D=0A?=",
    b"\r\n",
    b"\n\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xe0\xa6",
    b'"',
    b"<",
    b">",
    b"--b1",
    b"--b1--",
    b"Content-Type: multipart/mixed; boundary=b1\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: text/html\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"charset=utf-7",
    b"charset=utf-16",
    b"charset=idna",
    b"+2AA-",
    b"filename*0*=utf-8''%00%0d",
    b"filename=../../x\n",
    b"begin 644 x\n",
    b"From: ",
    b"To: undisclosed-recipients:;\n",
    b"> ",
    b">>> a@b.c 1/2/26 10:11 >>>\n",
    b"<blockquote>",
    b"<div>" * 40,
    b"\xe2\x80\xa8",
    b"Subject: =?",
    b"\x1b$B",
    b"\x1b(B",
    b"2026 10:11 <a@b.c> wrote:\n",
    b";" * 50,
    b"(" * 50,
    b"Action: failed\nFinal-Recipient: rfc822; a@b.c\n\n",
    b"9830012345 ",
    b"Aadhaar 9198 3000 1234 ",
    b"-- \n",
    b"_" * 40 + b"\n",
    b"X-Failed-Recipients: a@b.c\n",
    b"Auto-Submitted: auto-replied\n",
    b"\x78\x9f\x3e\x22",
    b"\xed\xa0\x80",
    b"&#xD800;",
)


@dataclass(slots=True)
class Report:
    seed: int
    count: int = 0
    faults: list[str] = field(default_factory=list)
    over_ceiling: int = 0
    slowest_seconds: float = 0.0
    peak_mib: int = 0


def seeds() -> list[bytes]:
    """The mails that are broken: the corpus, the automatic mails, the replies."""
    mails = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    automatic = (FORMS / "automatic.txt").read_bytes().split(b"\n=== ")[1:]
    mails += [block.partition(b"\n")[2] for block in automatic]
    head = (
        b"From: A <a@example.org>\nTo: Grievance Cell <grievance@example.net>\nSubject: Re: x\nIn-Reply-To: <1@x>\n\n"
    )
    replies = (FORMS / "replies.txt").read_bytes().split(b"\n=== ")[1:]
    mails += [head + re.sub(rb"(?m)^[+ -]", b"", block.partition(b"\n")[2]) for block in replies]
    return mails


def mutate(mail: bytes, others: Sequence[bytes], dice: random.Random) -> bytes:
    """One to eight breaks: bytes changed, taken out, put in, repeated, cut off, exchanged with another mail's."""
    raw = bytearray(mail)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(raw) + 1)
        length = dice.choice((0, 1, 1, 4, 30, 200))
        what = dice.randrange(7)
        if what == 0:
            raw[at : at + length] = b""
        elif what == 1:
            raw[at : at + length] = dice.choice(_TOKENS)
        elif what == 2:
            raw[at:at] = dice.randbytes(dice.randint(1, 8))
        elif what == 3:
            raw[at:at] = raw[at : at + 200] * dice.randint(1, 20)
        elif what == 4 and at < len(raw):
            raw[at] ^= 1 << dice.randrange(8)
        elif what == 5:
            other = dice.choice(others)
            start = dice.randrange(len(other) + 1)
            raw[at:at] = other[start : start + dice.choice((50, 500, 5_000))]
        elif dice.random() < 0.3:
            del raw[at:]
    return bytes(raw)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        value = list(asdict(value).values())
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [text for item in value for text in strings(item)]
    return []


def fault_of(mail: Mail) -> str:
    """What is wrong with a mail that was read; "" when nothing is."""
    for text in strings(mail):
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            return "a string with NUL or a lone surrogate"
    people = (*mail.senders, *mail.to, *mail.cc)
    shown = [mail.subject, *(one.name for one in people), *(one.name for one in mail.attachments)]
    lines = [*shown, mail.message_id, *mail.warnings, *mail.bounced, *(one.address for one in people)]
    if any(len(line.splitlines()) > 1 for line in lines):
        return "a line break in a line"
    if any(_RAW_WORD.search(line) for line in shown):
        return "a raw encoded word"
    if bool(mail.reply_text.strip()) != bool(mail.text.strip()):
        return "the reply was lost"
    if any("could not be read: " in warning for warning in mail.warnings):
        return f"a step failed: {mail.warnings}"
    return ""


def fuzz(*, seed: int, count: int, seconds: float) -> Report:
    """Read `count` broken mails, or as many as fit in the time."""
    dice = random.Random(seed)  # noqa: S311 - reproducible, no secret
    mails = seeds()
    report = Report(seed)
    began = time.monotonic()
    while report.count < count and time.monotonic() - began < seconds:
        raw = mutate(dice.choice(mails), mails, dice)
        report.count += 1
        started = time.process_time()
        try:
            fault = fault_of(read_mail(raw))
            mail_identity(raw)
        except Exception as error:  # noqa: BLE001 - a fuzzer counts whatever is raised
            fault = f"{type(error).__name__}: {error}"
        took = time.process_time() - started
        report.slowest_seconds = max(report.slowest_seconds, round(took, 3))
        report.over_ceiling += took > CEILING_SECONDS
        if fault:
            report.faults.append(f"mail {report.count}: {fault}")
    report.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    report = fuzz(seed=asked.seed, count=asked.count, seconds=asked.seconds)
    print(json.dumps(asdict(report), ensure_ascii=False))  # noqa: T201 - its answer
    return 1 if report.faults or report.over_ceiling else 0


if __name__ == "__main__":
    sys.exit(main())
