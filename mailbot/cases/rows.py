"""
Records to rows and back: the one place that knows how a Case lies in its tables.

In: words of `model`. Out: dictionaries for SQLAlchemy; and words again from rows. Promised: nothing is read or
written here, and a Case comes back equal to what it was.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from mailbot.model import (
    Attachment,
    Case,
    Complainant,
    Decision,
    EmailParts,
    Event,
    MailboxId,
    OutboxEntry,
    OutboxMessage,
    OutboxState,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Revision,
    StoredMail,
    TakenMail,
)

Row = dict[str, object]

_LONGEST_ID = 255
_EMAIL = tuple(field.name for field in fields(EmailParts))


# --- to rows ----------------------------------------------------------------------------------------------------


def mail_row(decision: Decision, mail: TakenMail) -> Row:
    return {
        "identity": mail.identity,
        "sha256": mail.sha256,
        "message_id": mail.message_id,
        "kind": mail.kind,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "reference": _reference(decision) or None,
        "sender": mail.sender,
        "subject": mail.subject,
        "size_bytes": mail.size_bytes,
        "received_at": mail.received_at,
        "warnings": list(mail.warnings),
    }


def revised_row(decision: Decision, mail: TakenMail) -> Row:
    """What a revision changes of a mail; what arrived and when stays."""
    kept = ("identity", "sha256", "size_bytes", "received_at", "message_id")
    return {name: value for name, value in mail_row(decision, mail).items() if name not in kept}


def mail_event_row(revision: Revision, mail_id: int) -> Row:
    was = revision.was
    detail = {"was": was.outcome.value, "reason": was.reason, "case": was.reference, "by": revision.by}
    return {
        "mail_id": mail_id,
        "at": revision.at,
        "deed": revision.deed,
        "actor": "desk",
        "detail": {name: value for name, value in (detail | {"why": revision.why}).items() if value},
    }


def case_row(case: Case) -> Row:
    return {
        "reference": case.reference,
        "version": case.version + 1,
        "state": case.state,
        "source": case.source,
        "subject": case.subject,
        "text": case.text,
        "language": case.language,
        "complainant_name": case.complainant.name,
        "complainant_address": case.complainant.address,
        "complainant_mobile": case.complainant.mobile,
        "complainant_key": complainant_key(case.complainant.address),
        "department": case.department,
        "place": case.place,
        "review": case.review,
        "explain": list(case.explain),
        "received_at": case.received_at,
        "opened_at": case.opened_at,
        "message_id": case.message_id,
        "raw_sha256": case.raw_sha256,
        "closed_at": case.closed_at,
        "closed_by": case.closed_by,
        "action_taken": case.action_taken,
        "follow_ups": case.follow_ups,
        "possible_duplicate": case.possible_duplicate,
        "joined_into": case.joined_into,
        "due_at": case.due_at,
        "next_alert_at": _next_alert_at(case),
    }


def attachment_rows(case: Case) -> list[Row]:
    return [
        {"reference": case.reference, "position": n, "name": a.name, "type": a.type, "size_bytes": a.size_bytes}
        for n, a in enumerate(case.attachments)
    ]


def referral_rows(case: Case) -> list[Row]:
    return [
        {
            "reference": case.reference,
            "number": referral.number,
            "department": referral.department,
            "place": referral.place,
            "state": referral.state,
            "referred_at": referral.referred_at,
            "term": referral.term,
            "level": referral.level,
        }
        for referral in case.referrals
    ]


def recipient_rows(case: Case) -> list[Row]:
    return [
        {
            "reference": case.reference,
            "number": referral.number,
            "position": position,
            "post": person.post,
            "title": person.title,
            "role": person.role,
            "officer": person.officer,
            "address": person.address,
            "mobile": person.mobile,
            "reason": person.reason,
        }
        for referral in case.referrals
        for position, person in enumerate(referral.recipients)
    ]


def event_row(event: Event) -> Row:
    return {
        "reference": event.reference,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "detail": dict(event.detail),
    }


def outbox_rows(decision: Decision, *, unheard: Container[tuple[str, int]] = ()) -> list[Row]:
    """The messages of a decision; no withdrawal to a recipient `unheard` of the occurrence that is withdrawn."""
    if not decision.outbox:
        return []
    at = moment_of(decision)
    return [
        outbox_row(message, at)
        for message in decision.outbox
        if message.purpose is not Purpose.WITHDRAWAL or (message.recipient, message.occurrence) not in unheard
    ]


def outbox_row(message: OutboxMessage, at: datetime) -> Row:
    return {
        "reference": message.reference,
        "purpose": message.purpose,
        "channel": message.channel,
        "recipient": message.recipient,
        "occurrence": message.occurrence,
        "language": message.language,
        "text": message.text,
        "email": _email_row(message.email) if message.email else None,
        "state": OutboxState.PENDING,
        "attempts": 0,
        "doubts": 0,
        "created_at": at,
        "next_attempt_at": at,
        "provider_id": "",
        "reason": "",
    }


def _email_row(email: EmailParts) -> Row:
    return {name: getattr(email, name) for name in _EMAIL}  # asdict() would copy every word of it


def thread_rows(decision: Decision) -> list[Row]:
    reference = _reference(decision)
    rows: list[Row] = [{"message_id": thread_key(name), "reference": reference} for name in decision.thread if name]
    return rows + [
        {"message_id": thread_key(message.email.message_id), "reference": message.reference}
        for message in decision.outbox
        if message.email and message.email.message_id
    ]


def thread_key(message_id: str) -> str:
    """A Message-ID as the thread table holds it: a stranger's may be longer than any index takes."""
    if len(message_id) <= _LONGEST_ID:
        return message_id
    return "sha256:" + hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()


def complainant_key(address: str) -> str:
    """An address as complainants are found by: however it is written, and of a length that an index takes."""
    return thread_key(address.casefold())


def moment_of(decision: Decision) -> datetime:
    """When it was decided, as far as the decision says: of its last event, else of its mail, else of its case."""
    if decision.revision:
        return decision.revision.at
    if decision.events:
        return decision.events[-1].at
    if decision.mail:
        return decision.mail.received_at
    if decision.case:
        return decision.case.opened_at
    raise ValueError("a decision with messages must say when it was taken")


def _reference(decision: Decision) -> str:
    return decision.reference or (decision.case.reference if decision.case else "")


def _next_alert_at(case: Case) -> datetime | None:
    if not case.state.is_open:
        return None
    return min((r.alert_at for r in case.referrals if r.state is ReferralState.OPEN), default=None)


# --- and back ---------------------------------------------------------------------------------------------------


def stored_mail_of(row: RowMapping) -> StoredMail:
    """From a row of a mail joined with the UID it was first taken under."""
    return StoredMail(
        taken=TakenMail(
            identity=row["identity"],
            sha256=row["sha256"],
            mailbox=MailboxId(row["folder"], row["uidvalidity"]),
            uid=row["uid"],
            size_bytes=row["size_bytes"],
            received_at=row["received_at"],
            message_id=row["message_id"],
            kind=row["kind"],
            sender=row["sender"],
            subject=row["subject"],
            warnings=tuple(row["warnings"]),
        ),
        outcome=row["outcome"],
        reason=row["reason"],
        reference=row["reference"] or "",
    )


def case_of(row: RowMapping, referrals: Iterable[Referral], attachments: Iterable[Attachment]) -> Case:
    return Case(
        reference=row["reference"],
        version=row["version"],
        state=row["state"],
        source=row["source"],
        subject=row["subject"],
        text=row["text"],
        language=row["language"],
        complainant=Complainant(
            name=row["complainant_name"], address=row["complainant_address"], mobile=row["complainant_mobile"]
        ),
        attachments=tuple(attachments),
        department=row["department"],
        place=row["place"],
        review=row["review"],
        explain=tuple(row["explain"]),
        received_at=row["received_at"],
        opened_at=row["opened_at"],
        referrals=tuple(referrals),
        message_id=row["message_id"],
        raw_sha256=row["raw_sha256"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
        action_taken=row["action_taken"],
        follow_ups=row["follow_ups"],
        possible_duplicate=row["possible_duplicate"],
        joined_into=row["joined_into"],
    )


def attachment_of(row: RowMapping) -> Attachment:
    return Attachment(name=row["name"], type=row["type"], size_bytes=row["size_bytes"])


def referral_of(row: RowMapping, recipients: Iterable[Recipient]) -> Referral:
    return Referral(
        number=row["number"],
        department=row["department"],
        place=row["place"],
        recipients=tuple(recipients),
        state=row["state"],
        referred_at=row["referred_at"],
        term=row["term"],
        level=row["level"],
    )


def recipient_of(row: RowMapping) -> Recipient:
    return Recipient(
        post=row["post"],
        title=row["title"],
        role=row["role"],
        officer=row["officer"],
        address=row["address"],
        mobile=row["mobile"],
        reason=row["reason"],
    )


def entry_of(row: RowMapping) -> OutboxEntry:
    return OutboxEntry(
        id=row["id"],
        message=OutboxMessage(
            reference=row["reference"],
            purpose=row["purpose"],
            channel=row["channel"],
            recipient=row["recipient"],
            occurrence=row["occurrence"],
            language=row["language"],
            text=row["text"],
            email=_email_of(row["email"]),
        ),
        state=row["state"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        attempted_at=row["attempted_at"],
        first_attempted_at=row["first_attempted_at"],
        settled_at=row["settled_at"],
        provider_id=row["provider_id"],
        reason=row["reason"],
        doubts=row["doubts"],
    )


def _email_of(parts: Mapping[str, Any] | None) -> EmailParts | None:  # Any: JSON that asdict() wrote
    return EmailParts(**{**parts, "references": tuple(parts["references"])}) if parts else None
