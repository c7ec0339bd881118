"""
How many mails a second `read_mail` reads, beside mail-parser used naively, over the same generated mails in one run.

Usage: python benchmarks/parse.py [MAILS] [ROUNDS]

Only the ratio means anything: both readers see the same mails, turn by turn, on the same machine. A quarter of them
carry a scan of 400 kB. Naive is what most programs do: parse_from_bytes,
then take texts and attachments. It finds neither kind, nor reply, nor language, nor phones; read_mail does all of that.
"""

import base64
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable

import mailparser

from mailbot.ingest.parse import read_mail

LETTERS = (
    "Respected Madam,\n\nThere is no drinking water in our lane since {n} February. The tanker does not come.\n",
    "মাননীয় মুখ্যমন্ত্রী,\n\nআমার বিধবা ভাতা {n} মাস ধরে বন্ধ। ব্লক অফিসে গেলে বলে পরে আসুন।\n",
    "महोदया,\n\nमेरा नाम राशन कार्ड में नहीं है। {n} बार आवेदन किया। कृपया मदद करें।\n",
    "didi, amar baba r bardhokko bhata {n} mas bondho. BDO office theke bole account number bhul.\n",
)
TRACE = "".join(
    f"Received: from mx{n}.example.org (mx{n}.example.org [192.0.2.{n}])\n by mail.example.net with ESMTPS id q{n}a;\n"
    f" Tue, 03 Mar 2026 10:11:1{n} +0530\n"
    for n in range(5)
)
SIGNED = "ARC-Seal: i=1; a=rsa-sha256; d=example.net; s=a;\n b=" + "\n ".join(["Zm9vYmFyYmF6" * 5] * 5) + "\n"


def make_mail(number: int, dice: random.Random) -> bytes:
    """One grievance as it comes from a webmail: trace, two renderings, at times a scan."""
    letter = LETTERS[number % len(LETTERS)].format(n=number % 27 + 1) * 3 + f"\nMobile: 98300{number % 100_000:05d}\n"
    subject = base64.b64encode(letter[:40].replace("\n", " ").encode()).decode()
    plain = f"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n{encode(letter.encode())}"
    rich = f"<div dir=ltr>{letter}</div>".replace("\n", "<br>")
    html = f"Content-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n{encode(rich.encode())}"
    body = f"Content-Type: multipart/alternative; boundary=alt\n\n--alt\n{plain}\n--alt\n{html}\n--alt--\n"
    if number % 4 == 0:
        scan = encode(dice.randbytes(400_000))
        body = (
            f"Content-Type: multipart/mixed; boundary=mix\n\n--mix\n{body}\n--mix\nContent-Type: application/pdf;"
            f' name="scan.pdf"\nContent-Transfer-Encoding: base64\n\n{scan}\n--mix--\n'
        )
    head = (
        f"Delivered-To: grievance@example.net\n{TRACE}{SIGNED}From: Citizen {number} <citizen{number}@example.org>\n"
        f"To: grievance@example.net\nSubject: =?UTF-8?B?{subject}?=\nDate: Tue, 03 Mar 2026 10:11:12 +0530\n"
        f"Message-ID: <bench-{number}@example.org>\nMIME-Version: 1.0\n"
    )
    return (head + body).replace("\n", "\r\n").encode()


def encode(data: bytes) -> str:
    return base64.encodebytes(data).decode()


def read_naively(raw: bytes) -> None:
    mail = mailparser.parse_from_bytes(raw)
    _ = mail.subject, mail.from_, mail.to, mail.date, "\n".join(mail.text_plain + mail.text_html)
    _ = [base64.b64decode(one["payload"]) if one["binary"] else one["payload"] for one in mail.attachments]


def rate(reader: Callable[[bytes], object], mails: list[bytes]) -> float:
    start = time.process_time()
    for raw in mails:
        reader(raw)
    return len(mails) / (time.process_time() - start)


def main() -> None:
    count, rounds = (int(argument) for argument in (sys.argv[1:] + ["400", "5"][len(sys.argv) - 1 :]))
    dice = random.Random(2026)  # noqa: S311 - the same mails in every run
    mails = [make_mail(number, dice) for number in range(count)]
    ours, naive = [], []
    for _ in range(rounds):
        ours.append(rate(read_mail, mails))
        naive.append(rate(read_naively, mails))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, naive, strict=True))
    print(f"{count} mails, {sum(map(len, mails)) / count / 1000:.0f} kB each, median of {rounds} rounds, CPU time")
    print(f"mailbot read_mail   {statistics.median(ours):8.0f} mails/s")
    print(f"mail-parser, naive  {statistics.median(naive):8.0f} mails/s")
    print(f"ratio               {ratio:8.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory         {peak:8d} MB, both readers and all mails")


if __name__ == "__main__":
    main()
