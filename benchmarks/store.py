"""
What the database costs: mails a second through `commit`, and the overdue query among many cases.

    python benchmarks/store.py [mails] [cases]

Each mail is a whole decision: mail, case, referral with two recipients, two events, three messages, thread. The two
batch sizes are run in turns on fresh databases, so that only their ratio means something on another machine.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from mailbot.cases.database import open_database, upgrade
from mailbot.cases.reference import make_reference
from mailbot.cases.store import SqlCaseStore
from mailbot.model import (
    Case,
    CaseState,
    Channel,
    Complainant,
    Decision,
    EmailParts,
    Event,
    EventKind,
    MailboxId,
    OutboxMessage,
    Outcome,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Role,
    Source,
    Stored,
    TakenMail,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEXT = "গ্রামের স্বাস্থ্যকেন্দ্রে এক মাস ধরে ডাক্তার নেই। " * 30
ROUNDS = 3


def decision(number: int, *, referred_at: datetime = NOON) -> Decision:
    case = case_of(number, referred_at)
    return Decision(
        outcome=Outcome.CASE,
        reason="a new grievance",
        mail=TakenMail(
            identity=f"{number:064x}",
            sha256=f"{number:064x}",
            mailbox=MailboxId("INBOX", 1),
            uid=number,
            size_bytes=100_000,
            received_at=NOON,
            message_id=case.message_id,
            kind="new",
            sender=case.complainant.address,
            subject=case.subject,
        ),
        case=case,
        reference=case.reference,
        thread=(case.message_id,),
        events=tuple(
            Event(reference=case.reference, at=NOON, kind=kind, actor="mailbot", detail={"department": "HFW"})
            for kind in (EventKind.OPENED, EventKind.REFERRED)
        ),
        outbox=messages(case),
    )


def case_of(number: int, referred_at: datetime) -> Case:
    people = tuple(
        Recipient(
            post=f"HFW-{role.value}",
            title="Chief Medical Officer of Health",
            role=role,
            officer="fictitious",
            address=f"{role.value}@example.org",
            mobile="+916999900001",
            reason="the mail names Bankura",
        )
        for role in (Role.ADDRESSEE, Role.COPY)
    )
    referral = Referral(
        number=1,
        department="HFW",
        place="WB-BAN",
        recipients=people,
        state=ReferralState.OPEN,
        referred_at=referred_at,
        term=timedelta(days=7),
    )
    return Case(
        reference=make_reference(2026, number),
        version=0,
        state=CaseState.REFERRED,
        source=Source.MAIL,
        subject="ডাক্তার নেই",
        text=TEXT,
        language="bn",
        complainant=Complainant(name="R.", address="citizen@example.net", mobile="+919830012345"),
        attachments=(),
        department="HFW",
        place="WB-BAN",
        review=False,
        explain=("health: the mail says ডাক্তার", "Bankura: the mail names it"),
        received_at=NOON,
        opened_at=NOON,
        referrals=(referral,),
        message_id=f"<{number}@example.net>",
        raw_sha256=f"{number:064x}",
    )


def messages(case: Case) -> tuple[OutboxMessage, ...]:
    sms = OutboxMessage(
        reference=case.reference,
        purpose=Purpose.ACKNOWLEDGEMENT,
        channel=Channel.SMS,
        recipient=case.complainant.mobile,
        occurrence=1,
        language="bn",
        text=f"কেস নং {case.reference}",
        email=None,
    )
    return (sms, *(email(case, person.address) for person in case.recipients()))


def email(case: Case, address: str) -> OutboxMessage:
    return OutboxMessage(
        reference=case.reference,
        purpose=Purpose.REFERRAL,
        channel=Channel.EMAIL,
        recipient=address,
        occurrence=1,
        language="en",
        text=TEXT,
        email=EmailParts(
            subject=case.subject,
            html=f"<p>{TEXT}</p>",
            message_id=f"<{case.reference}.{address}>",
            in_reply_to="",
            references=(),
            reply_to="box@example.org",
            original_sha256=case.raw_sha256,
            auto_submitted="auto-generated",
        ),
    )


@contextmanager
def fresh_database() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'mailbot.db'}")
        upgrade(engine)
        yield engine
        engine.dispose()


def rate(decisions: list[Decision], batch: int, *, bad: int = 0) -> tuple[float, float]:
    """Mails a second, and CPU seconds for a thousand; `bad` decisions of each batch are refused."""
    with fresh_database() as engine:
        store = SqlCaseStore(engine)
        started, worked = time.perf_counter(), time.process_time()
        for start in range(0, len(decisions), batch):
            results = store.commit(decisions[start : start + batch])
            assert sum(result.state is not Stored.STORED for result in results) == bad
        seconds, work = time.perf_counter() - started, time.process_time() - worked
        return len(decisions) / seconds, work / len(decisions) * 1000


def commit_rates(mails: int) -> None:
    decisions = [decision(number) for number in range(1, mails - mails % 50 + 1)]
    spoiled = [replace(one, outcome=None) if number % 50 == 25 else one for number, one in enumerate(decisions)]
    shapes = {"1": (decisions, 1, 0), "50": (decisions, 50, 0), "50 with a bad one": (spoiled, 50, 1)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in shapes}
    for _ in range(ROUNDS):
        for name, (some, batch, bad) in shapes.items():
            found[name].append(rate(some, batch, bad=bad))
    median = {name: statistics.median(speed for speed, _ in rates) for name, rates in found.items()}
    for name, rates in found.items():
        work = statistics.median(work for _, work in rates)
        print(f"commit, {name} a transaction: {median[name]:,.0f} mails/s, {work:.2f} CPU s a thousand")
    print(f"ratio 50 : 1 = {median['50'] / median['1']:.1f}")


def overdue_times(cases: int) -> None:
    """A thousand of the cases are a day past their term; the rest were referred today."""
    past = NOON - timedelta(days=8)
    with fresh_database() as engine:
        store = SqlCaseStore(engine)
        for start in range(1, cases + 1, 500):
            numbers = range(start, min(start + 500, cases + 1))
            store.commit(
                [
                    replace(decision(number, referred_at=past if number <= 1000 else NOON), outbox=(), mail=None)
                    for number in numbers
                ]
            )
        for name, now, limit in (
            ("nothing due", NOON - timedelta(days=2), 200),
            ("1,000 due, 200 asked for", NOON, 200),
            ("1,000 due, all asked for", NOON, 1000),
        ):
            seconds = []
            for _ in range(10):
                started = time.perf_counter()
                store.overdue(now, limit)
                seconds.append(time.perf_counter() - started)
            print(f"overdue among {cases:,} cases, {name}: {statistics.median(seconds) * 1000:.2f} ms")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    commit_rates(arguments[0] if arguments else 2000)
    overdue_times(arguments[1] if len(arguments) > 1 else 100_000)
