"""Ordinary classes in place of the outside world, and short ways to make the words. Times are arguments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailbot.errors import DeliveryError, MailboxUnavailable, PermanentFailure
from mailbot.model import (
    Address,
    Case,
    CaseState,
    Complainant,
    FetchedMail,
    Mail,
    MailboxId,
    MailboxListing,
    MailKind,
    OutboxMessage,
    Recipient,
    Referral,
    ReferralState,
    Role,
    Source,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OFFICER = "cmoh-bankura@example.org"
CITIZEN = "rina.das@example.net"


@dataclass
class FakeClock:
    """A clock that goes on only when told."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, span: timedelta) -> None:
        self.time += span


@dataclass
class FakeMailbox:
    """A folder in memory. `broken` raises at that call; `gone` are UIDs listed but no longer there."""

    folder: str = "INBOX"
    uidvalidity: int = 1
    mails: dict[int, bytes] = field(default_factory=dict)
    marked: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    broken: str = ""
    batch: int = 50
    received_at: datetime = NOON

    def deliver(self, raw: bytes) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = raw
        return uid

    def restore(self) -> None:
        """The same mails under new UIDs, as after a restored backup."""
        self.uidvalidity += 1
        self.mails = {uid + 1000: raw for uid, raw in self.mails.items()}
        self.marked.clear()

    def listing(self) -> MailboxListing:
        self._check("listing")
        return MailboxListing(mailbox=MailboxId(self.folder, self.uidvalidity), uids=tuple(sorted(self.mails)))

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        for start in range(0, len(uids), self.batch):
            self._check("fetch")
            yield [self._fetched(uid) for uid in uids[start : start + self.batch] if uid not in self.gone]

    def _fetched(self, uid: int) -> FetchedMail:
        raw = self.mails[uid]
        return FetchedMail(uid=uid, raw=raw, size_bytes=len(raw), received_at=self.received_at, whole=True)

    def mark(self, uids: Sequence[int]) -> None:
        self._check("mark")
        self.marked.extend(uids)

    def wait(self, seconds: float) -> bool:
        return seconds < 0

    def close(self) -> None:
        pass

    def _check(self, call: str) -> None:
        if self.broken == call:
            raise MailboxUnavailable(f"the connection was lost at {call}")


@dataclass
class FakeSms:
    """A gateway that keeps what it accepted. `dead` numbers are refused for good; `fault` is raised at each send."""

    dead: set[str] = field(default_factory=set)
    fault: type[DeliveryError] | None = None
    keeps: bool = False  # with a fault: the message was accepted all the same
    listed: bool = True  # whether what was accepted can be found
    accepted: list[OutboxMessage] = field(default_factory=list)
    asked: int = 0

    def send(self, message: OutboxMessage) -> str:
        if message.recipient in self.dead:
            raise PermanentFailure(message.recipient, "21211")
        if self.fault is not None:
            if self.keeps:
                self.accepted.append(message)
            raise self.fault(message.recipient, "told to fail")
        self.accepted.append(message)
        return f"SM{len(self.accepted)}"

    def find(self, message: OutboxMessage, since: datetime) -> str | None:
        assert since.tzinfo is not None
        self.asked += 1
        found = [n for n, kept in enumerate(self.accepted, 1) if kept == message]
        return f"SM{found[0]}" if found and self.listed else None


@dataclass
class FakePost:
    """A MailSender that keeps what it accepted."""

    fault: type[DeliveryError] | None = None
    accepted: list[tuple[OutboxMessage, bytes | None]] = field(default_factory=list)

    def send(self, message: OutboxMessage, original: bytes | None) -> str:
        if self.fault is not None:
            raise self.fault(message.recipient, "told to fail")
        self.accepted.append((message, original))
        return "250 ok"

    def close(self) -> None:
        pass


def a_recipient(**changes: Any) -> Recipient:
    person = Recipient(
        post="HFW-CMOH-BAN-BANKURA",
        title="Chief Medical Officer of Health, Bankura",
        role=Role.ADDRESSEE,
        officer="Holder of HFW-CMOH-BAN-BANKURA (fictitious)",
        address=OFFICER,
        mobile="+916999900001",
        reason="the mail names Bankura",
    )
    return replace(person, **changes)


def a_referral(**changes: Any) -> Referral:
    referral = Referral(
        number=1,
        department="HFW",
        place="WB-BAN",
        recipients=(a_recipient(),),
        state=ReferralState.OPEN,
        referred_at=NOON,
        term=WEEK,
    )
    return replace(referral, **changes)


def a_case(**changes: Any) -> Case:
    case = Case(
        reference="CM2600012349",
        version=1,
        state=CaseState.REFERRED,
        source=Source.MAIL,
        subject="No doctor at the health centre",
        text="There has been no doctor for a month.",
        language="en",
        complainant=Complainant(name="Rina Das", address=CITIZEN, mobile="+919830012345"),
        attachments=(),
        department="HFW",
        place="WB-BAN",
        review=False,
        explain=("the mail names Bankura",),
        received_at=NOON,
        opened_at=NOON,
        referrals=(a_referral(),),
        message_id="<grievance-1@example.net>",
        raw_sha256="0" * 64,
    )
    return replace(case, **changes)


def a_mail(**changes: Any) -> Mail:
    mail = Mail(
        kind=MailKind.NEW,
        senders=(Address("Rina Das", CITIZEN),),
        to=(Address("", "wbcmro@example.org"),),
        cc=(),
        delivered_to=(),
        subject="No doctor at the health centre",
        date=NOON,
        message_id="<grievance-1@example.net>",
        in_reply_to=(),
        references=(),
        text="There has been no doctor for a month.",
        reply_text="There has been no doctor for a month.",
        attachments=(),
        language="en",
        phones=(),
        bounced=(),
        returned_ids=(),
        bulk=False,
        spam=False,
        trace=(),
        warnings=(),
        error=None,
    )
    return replace(mail, **changes)
