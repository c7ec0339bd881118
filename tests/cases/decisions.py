"""Short ways to make what the store is given."""

from dataclasses import replace
from typing import Any

from mailbot.cases.reference import make_reference
from mailbot.cases.token import message_id
from mailbot.model import (
    Case,
    Channel,
    Decision,
    EmailParts,
    Event,
    EventKind,
    MailboxId,
    OutboxMessage,
    Outcome,
    Purpose,
    TakenMail,
)
from tests.fakes import CITIZEN, NOON, OFFICER, a_case, a_referral

INBOX = MailboxId("INBOX", 7)
MOBILE = "+919830012345"


def a_new_case(serial: int = 1, **changes: Any) -> Case:
    """A case that is not stored yet."""
    return a_case(reference=make_reference(2026, serial), version=0, **changes)


def a_taken_mail(number: int = 1, **changes: Any) -> TakenMail:
    mail = TakenMail(
        identity=f"identity-{number}",
        sha256=f"{number:064x}",
        mailbox=INBOX,
        uid=number,
        size_bytes=2048,
        received_at=NOON,
        message_id=f"<grievance-{number}@example.net>",
        kind="new",
        sender=CITIZEN,
        subject="ডাক্তার নেই",
    )
    return replace(mail, **changes)


def an_sms(reference: str, **changes: Any) -> OutboxMessage:
    message = OutboxMessage(
        reference=reference,
        purpose=Purpose.ACKNOWLEDGEMENT,
        channel=Channel.SMS,
        recipient=MOBILE,
        occurrence=1,
        language="bn",
        text=f"কেস নং {reference}",
        email=None,
    )
    return replace(message, **changes)


def an_email(reference: str, **changes: Any) -> OutboxMessage:
    message = OutboxMessage(
        reference=reference,
        purpose=Purpose.REFERRAL,
        channel=Channel.EMAIL,
        recipient=OFFICER,
        occurrence=1,
        language="en",
        text="A grievance is referred to you.",
        email=EmailParts(
            subject=f"Referral: {reference}",
            html="<p>A grievance is referred to you.</p>",
            message_id=message_id(reference, "referral", 1, "abcdefghijklmnop", "example.org"),
            in_reply_to="",
            references=("<one@example.net>", "<two@example.net>"),
            reply_to="box@example.org",
            original_sha256="0" * 64,
            auto_submitted="auto-generated",
        ),
    )
    return replace(message, **changes)


def an_opening(number: int = 1, **changes: Any) -> Decision:
    """The decision that a mail opens a case, with an SMS to the complainant and an e-mail to the officer."""
    case = a_new_case(number, message_id=f"<grievance-{number}@example.net>")
    decision = Decision(
        outcome=Outcome.CASE,
        reason="a new grievance",
        mail=a_taken_mail(number),
        case=case,
        reference=case.reference,
        thread=(case.message_id,),
        events=(
            Event(reference=case.reference, at=NOON, kind=EventKind.OPENED, actor="mailbot"),
            Event(reference=case.reference, at=NOON, kind=EventKind.REFERRED, actor="mailbot", detail={"post": "CMOH"}),
        ),
        outbox=(an_sms(case.reference), an_email(case.reference)),
    )
    return replace(decision, **changes)


def an_alert(case: Case, level: int = 1) -> Decision:
    """The decision that the clock takes about a stored case whose term has passed."""
    referral = replace(case.referrals[0] if case.referrals else a_referral(), level=level)
    return Decision(
        outcome=None,
        reason="overdue",
        case=replace(case, referrals=(referral,)),
        reference=case.reference,
        events=(Event(reference=case.reference, at=referral.due_at, kind=EventKind.OVERDUE, actor="mailbot"),),
        outbox=(an_sms(case.reference, purpose=Purpose.OVERDUE_ALERT, recipient="+916999900001", occurrence=level),),
    )


def a_held_mail(number: int = 1, reason: str = "it could not be read") -> Decision:
    return Decision(outcome=Outcome.HELD, reason=reason, mail=a_taken_mail(number))
