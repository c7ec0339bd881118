"""The Office of the packaged configuration, read once a process, and a machine around it without a network."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from mailbot import escalate
from mailbot.cases.database import open_database, upgrade
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.dispatch import Dispatcher, DispatchSummary, Observer, observe_nothing
from mailbot.ingest.archive import FileArchive
from mailbot.ingest.parse import read_mail
from mailbot.intake import Office
from mailbot.model import Channel, OutboxMessage
from mailbot.office import read_office
from mailbot.receive import Receiver, ReceiveSummary
from mailbot.settings import load_settings
from tests.fakes import FakeClock, FakeMailbox, FakePost, FakeSms

AUTHSERV = "mx.cmo.example"
SECRET = "a secret of the tests only"
SETTINGS = Path(__file__).parent / "mailbot.toml"
"""The packaged configuration, and nothing that leaves this machine."""


@functools.cache
def an_office() -> Office:
    """The office that comes with mailbot."""
    environ = {"MAILBOT_IMAP_PASSWORD": "x", "MAILBOT_REPLY_SECRET": SECRET}
    return read_office(load_settings(SETTINGS, environ))


@dataclass
class Rig:
    """The three loops on a real SQLite database and a real archive, with the outside world in memory."""

    engine: Engine
    store: SqlCaseStore
    outbox: SqlOutbox
    archive: FileArchive
    mailbox: FakeMailbox
    sms: FakeSms
    post: FakePost
    clock: FakeClock
    office: Office
    rests: dict[Channel, datetime] = field(default_factory=dict)

    def receive(self) -> ReceiveSummary:
        return self.receiver().run(self.office)

    def receiver(self) -> Receiver:
        return Receiver(
            mailbox=self.mailbox, archive=self.archive, store=self.store, clock=self.clock, read_apart=read_mail
        )

    def dispatch(self, observe: Observer = observe_nothing) -> DispatchSummary:
        return Dispatcher(
            outbox=self.outbox,
            store=self.store,
            sms=self.sms,
            mail=self.post,
            archive=self.archive,
            clock=self.clock,
            doubt=timedelta(minutes=10),
            rests=self.rests,
            observe=observe,
        ).run()

    def escalate(self) -> escalate.EscalateSummary:
        return escalate.run(self.store, self.office, clock=self.clock)

    def sent_to(self, recipient: str) -> list[str]:
        """The texts that this recipient was sent, on either way."""
        messages = [*self.sms.accepted, *(message for message, _ in self.post.accepted)]
        return [message.text for message in messages if message.recipient == recipient]


@contextmanager
def a_rig(folder: Path) -> Iterator[Rig]:
    engine = open_database(f"sqlite:///{folder / 'mailbot.db'}")
    upgrade(engine)
    try:
        yield Rig(
            engine=engine,
            store=SqlCaseStore(engine),
            outbox=SqlOutbox(engine, "test"),
            archive=FileArchive(folder / "archive"),
            mailbox=FakeMailbox(),
            sms=FakeSms(),
            post=FakePost(),
            clock=FakeClock(),
            office=an_office(),
        )
    finally:
        engine.dispose()


def a_grievance(number: int = 1, *, sender: str = "rina.das@example.net", text: str = "", extra: str = "") -> bytes:
    """A raw health grievance from Onda block in Bankura; the number makes its mobile and its Message-ID."""
    body = text or (
        "There has been no doctor at the primary health centre for a month.\r\n\r\n"
        f"Rina Das\r\nOnda block, district Bankura\r\nMobile: 69999{number:05d}\r\n"
    )
    return (
        f"From: Rina Das <{sender}>\r\nTo: wbcmro@cmo.example\r\nSubject: No doctor at the health centre {number}\r\n"
        f"Message-ID: <grievance-{number}@example.net>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\n{extra}"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    ).encode()


def an_answer(
    message: OutboxMessage,
    text: str,
    *,
    sender: str = "",
    verdict: str = "pass",
    extra: str = "",
    authserv: str = AUTHSERV,
    top: str = "",
) -> bytes:
    """An officer's raw answer to a referral as it left, authenticated by our own host."""
    email = message.email
    assert email is not None
    sender = sender or message.recipient
    domain = sender.rpartition("@")[2]
    quoted = "\r\n".join(f"> {line}" for line in message.text.splitlines())
    return (
        f"{top}Authentication-Results: {authserv}; dmarc={verdict} header.from={domain}\r\n"
        f"From: {sender}\r\nTo: {email.reply_to}\r\nSubject: Re: {email.subject}\r\n"
        f"Message-ID: <answer-{abs(hash(text))}@{domain}>\r\nIn-Reply-To: {email.message_id}\r\n"
        f"References: {email.message_id}\r\n{extra}"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{text}\r\n\r\nOn Tue, 24 Nov 2026 the Grievance Cell wrote:\r\n{quoted}\r\n"
    ).encode()
