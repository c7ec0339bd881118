"""
What the command line shows of the database, ready for JSON.

In: an Engine and what to look for. Out: dictionaries of plain values, moments as ISO 8601 in UTC. Promised: nothing is
changed and no writer waits; each answer is one consistent view; the same data give the same order.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, case, func, select

from mailbot.cases import rows
from mailbot.cases.database import reading
from mailbot.cases.loading import load_cases
from mailbot.cases.mails import SHORT_ID, history_of
from mailbot.cases.tables import (
    cases,
    contacts,
    events,
    mailbox_listings,
    mailbox_uids,
    mails,
    outbox,
)
from mailbot.model import Case, CaseState, OutboxState, Outcome, Referral

Json = dict[str, object]

PAGE = 500
"""Cases read at once by an export: memory stays the same however many there are."""

JOINED = (Outcome.CASE, Outcome.FOLLOW_UP, Outcome.REPLY)
"""Outcomes that make a mail part of its case; an ignored one may only have been about it."""


# --- cases ------------------------------------------------------------------------------------------------------


def list_cases(
    engine: Engine,
    *,
    state: CaseState | None = None,
    overdue_at: datetime | None = None,
    review: bool = False,
    limit: int = 1000,
) -> list[Json]:
    """
    List cases, the newest first; with `overdue_at` only open ones past their term then, the longest first.

    With `review` only those that the triage desk should look at.
    """
    query = select(cases.c.reference).limit(limit)
    if review:
        query = query.where(cases.c.review)
    if state is not None:
        query = query.where(cases.c.state == state)
    if overdue_at is not None:
        query = query.where(*_overdue(overdue_at)).order_by(cases.c.due_at, cases.c.reference)
    else:
        query = query.order_by(cases.c.reference.desc())
    with reading(engine) as connection:
        references = connection.scalars(query).all()
        found = load_cases(connection, references)
    return [_case_line(found[reference]) for reference in references]


def show_case(engine: Engine, reference: str) -> Json | None:
    """Tell all about a case: referrals with their recipients, history, messages, mails; None when there is none."""
    with reading(engine) as connection:
        found = load_cases(connection, [reference]).get(reference)
        if found is None:
            return None
        history = connection.execute(
            select(events).where(events.c.reference == reference).order_by(events.c.id)
        ).mappings()
        messages = connection.execute(
            select(outbox).where(outbox.c.reference == reference).order_by(outbox.c.id)
        ).mappings()
        arrived = connection.execute(
            select(mails).where(mails.c.reference == reference).order_by(mails.c.id)
        ).mappings()
        return {
            **_case_line(found),
            **_case_rest(found),
            "history": [_plain(row, "at", "kind", "actor", "detail") for row in history],
            "outbox": [_outbox_line(row) for row in messages],
            "mails": [_mail_line(row) for row in arrived],
        }


def _case_line(found: Case) -> Json:
    return {
        "reference": found.reference,
        "state": found.state.value,
        "subject": found.subject,
        "department": found.department,
        "place": found.place,
        "review": found.review,
        "possible_duplicate": found.possible_duplicate,
        "joined_into": found.joined_into,
        "opened_at": _value(found.opened_at),
        "due_at": _value(found.due_at),
        "closed_at": _value(found.closed_at),
        "referrals": [_referral_line(referral) for referral in found.referrals],
    }


def _referral_line(referral: Referral) -> Json:
    return {
        "number": referral.number,
        "department": referral.department,
        "place": referral.place,
        "state": referral.state.value,
        "referred_at": _value(referral.referred_at),
        "due_at": _value(referral.due_at),
        "level": referral.level,
        "recipients": [{name: _value(value) for name, value in asdict(p).items()} for p in referral.recipients],
    }


def _case_rest(found: Case) -> Json:
    shown = _case_line(found).keys()
    rest = {field.name: getattr(found, field.name) for field in fields(found) if field.name not in shown}
    return {
        **{name: _value(value) for name, value in rest.items()},
        "complainant": asdict(found.complainant),
        "attachments": [asdict(attachment) for attachment in found.attachments],
        "explain": list(found.explain),
    }


# --- messages and held mail -------------------------------------------------------------------------------------


def list_outbox(engine: Engine, *, state: OutboxState | None = None) -> list[Json]:
    """List messages in the order they were made."""
    query = select(outbox).order_by(outbox.c.id)
    if state is not None:
        query = query.where(outbox.c.state == state)
    with reading(engine) as connection:
        return [_outbox_line(row) for row in connection.execute(query).mappings()]


def list_held(engine: Engine) -> list[Json]:
    """List the mails that wait for a human, each with its reason, in the order they were taken."""
    query = select(mails).where(mails.c.outcome == Outcome.HELD).order_by(mails.c.id)
    with reading(engine) as connection:
        return [_mail_line(row) for row in connection.execute(query).mappings()]


def mail_history(engine: Engine, identity: str) -> list[Json]:
    """What humans did to a mail: when, what, and what it was before."""
    with reading(engine) as connection:
        return [_plain(row, "at", "deed", "actor", "detail") for row in history_of(connection, identity)]


def _outbox_line(row: RowMapping) -> Json:
    entry = rows.entry_of(row)
    message = entry.message
    return {
        "id": entry.id,
        "case": message.reference,
        "purpose": message.purpose.value,
        "channel": message.channel.value,
        "recipient": message.recipient,
        "occurrence": message.occurrence,
        "language": message.language,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "doubts": entry.doubts,
        "provider_id": entry.provider_id,
        "reason": entry.reason,
        "created_at": _value(entry.created_at),
        "next_attempt_at": _value(entry.next_attempt_at),
        "settled_at": _value(entry.settled_at),
        "subject": message.email.subject if message.email else "",
        "message_id": message.email.message_id if message.email else "",
        "text": message.text,
    }


def _mail_line(row: RowMapping) -> Json:
    names = ("message_id", "sha256", "kind", "outcome", "reason", "sender", "subject", "size_bytes", "received_at")
    return {"id": row["sha256"][:SHORT_ID], "case": row["reference"] or "", **_plain(row, *names, "warnings")}


# --- export -----------------------------------------------------------------------------------------------------


def export(engine: Engine) -> Iterator[Json]:
    """
    Tell everything, a case at a time by its reference, then each mail that is held, in the order taken.

    `mails` are the Message-IDs of the mails that belong to the case, `ignored` of those that were only about it (a
    bounce, an out-of-office answer). A mail without Message-ID appears as "sha256:<hex>".
    """
    with reading(engine) as connection:
        last = ""
        while references := _references_after(connection, last):
            last = references[-1]
            found = load_cases(connection, references)
            named = _names_of_mails(connection, references)
            yield from (_export_line(found[reference], named[reference]) for reference in references)
        held = select(mails.c.message_id, mails.c.sha256, mails.c.reason)
        for row in connection.execute(held.where(mails.c.outcome == Outcome.HELD).order_by(mails.c.id)).mappings():
            yield {"held": row["sha256"], "mails": [_name(row)], "reason": row["reason"]}


def _references_after(connection: Connection, last: str) -> Sequence[str]:
    query = select(cases.c.reference).where(cases.c.reference > last).order_by(cases.c.reference).limit(PAGE)
    return connection.scalars(query).all()


def _names_of_mails(connection: Connection, references: Sequence[str]) -> Mapping[str, list[tuple[Outcome, str]]]:
    query = select(mails.c.reference, mails.c.outcome, mails.c.message_id, mails.c.sha256)
    named: defaultdict[str, list[tuple[Outcome, str]]] = defaultdict(list)
    for row in connection.execute(query.where(mails.c.reference.in_(references)).order_by(mails.c.id)).mappings():
        named[row["reference"]].append((row["outcome"], _name(row)))
    return named


def _name(row: RowMapping) -> str:
    return row["message_id"] or f"sha256:{row['sha256']}"


def _export_line(found: Case, named: Sequence[tuple[Outcome, str]]) -> Json:
    line = _case_line(found)
    reference = line.pop("reference")
    return {
        "case": reference,
        "state": line.pop("state"),
        "mails": [name for outcome, name in named if outcome in JOINED],
        "ignored": [name for outcome, name in named if outcome is Outcome.IGNORED],
        "received_at": _value(found.received_at),
        "source": found.source.value,
        **line,
    }


# --- status -----------------------------------------------------------------------------------------------------


def status(engine: Engine, now: datetime) -> Json:
    """
    Say how everything stands.

    Returns:
        `mailboxes`: the ledger, see `_ledger`; `ignored` and `held`: mails by reason; `held_oldest_seconds`: how long
        the oldest of those held has waited, None when none does; `cases`: by state; `overdue`:
        open cases past their term; `outbox`: by state, with the age of the oldest; `contacts`: the last one with each
        party.
    """
    with reading(engine) as connection:
        return {
            "at": _value(now),
            "mailboxes": [_ledger(connection, row) for row in _latest_listings(connection)],
            "ignored": _reasons(connection, Outcome.IGNORED),
            "held": _reasons(connection, Outcome.HELD),
            "held_oldest_seconds": _oldest_held(connection, now),
            "cases": _counts(connection, select(cases.c.state, func.count()).group_by(cases.c.state), CaseState),
            "overdue": connection.scalar(select(func.count()).select_from(cases).where(*_overdue(now))),
            "outbox": _queues(connection, now),
            "contacts": [
                _plain(row, "party", "at", "ok_at", "error")
                for row in connection.execute(select(contacts).order_by(contacts.c.party)).mappings()
            ],
        }


def _latest_listings(connection: Connection) -> Iterator[RowMapping]:
    """The last listing of each folder: after a new UIDVALIDITY the older ones are history."""
    query = select(mailbox_listings).order_by(mailbox_listings.c.folder, mailbox_listings.c.at)
    for _, listings in groupby(connection.execute(query).mappings(), key=lambda row: row["folder"]):
        yield list(listings)[-1]


def _ledger(connection: Connection, listing: RowMapping) -> Json:
    """
    The balance of a folder: every UID that the server has shown ends as exactly one of five.

    `server`: mails in the last listing; `shown`: all that were ever listed; `outcomes`: what became of these, `moved`
    of them have left the folder since; `untaken`: listed and still without outcome; `vanished`: gone before they were
    taken. It balances when the outcomes without the moved, and the untaken, make the server's count.
    """
    here = mailbox_uids.c.gone_at.is_(None)
    query = (
        select(
            mails.c.outcome,
            func.count().label("all"),
            func.count(case((here, 1))).label("here"),
            func.count(case((here & mailbox_uids.c.marked_at.is_(None), 1))).label("unmarked"),
        )
        .select_from(mailbox_uids.outerjoin(mails))
        .where(mailbox_uids.c.folder == listing["folder"], mailbox_uids.c.uidvalidity == listing["uidvalidity"])
        .group_by(mails.c.outcome)
    )
    taken = {row["outcome"]: row for row in connection.execute(query).mappings()}
    waiting = taken.pop(None, {"all": 0, "here": 0})
    outcomes = {outcome.value: taken[outcome]["all"] if outcome in taken else 0 for outcome in Outcome}
    here_taken = sum(row["here"] for row in taken.values())
    return {
        "folder": listing["folder"],
        "uidvalidity": listing["uidvalidity"],
        "listed_at": _value(listing["at"]),
        "server": listing["server"],
        "shown": sum(outcomes.values()) + waiting["all"],
        "outcomes": outcomes,
        "moved": sum(outcomes.values()) - here_taken,
        "untaken": waiting["here"],
        "vanished": waiting["all"] - waiting["here"],
        "unmarked": sum(row["unmarked"] for row in taken.values()),
        "balanced": here_taken + waiting["here"] == listing["server"],
    }


def _reasons(connection: Connection, outcome: Outcome) -> dict[str, int]:
    query = select(mails.c.reason, func.count()).where(mails.c.outcome == outcome).group_by(mails.c.reason)
    return dict(connection.execute(query.order_by(mails.c.reason)).all())


def _oldest_held(connection: Connection, now: datetime) -> int | None:
    oldest = connection.scalar(select(func.min(mails.c.received_at)).where(mails.c.outcome == Outcome.HELD))
    return None if oldest is None else _age(oldest, now)


def _counts(connection: Connection, query: Select[StrEnum, int], words: type[StrEnum]) -> dict[str, int]:
    counted = dict(connection.execute(query).all())
    return {word.value: counted.get(word, 0) for word in words}


def _queues(connection: Connection, now: datetime) -> dict[str, Json]:
    query = select(outbox.c.state, func.count().label("count"), func.min(outbox.c.created_at).label("oldest"))
    found = {row["state"]: row for row in connection.execute(query.group_by(outbox.c.state)).mappings()}
    return {
        state.value: {"count": found[state]["count"], "oldest_seconds": _age(found[state]["oldest"], now)}
        for state in OutboxState
        if state in found
    }


def _age(moment: datetime, now: datetime) -> int:
    return max(0, (now - moment) // timedelta(seconds=1))


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return cases.c.next_alert_at.is_not(None), cases.c.due_at <= now


# --- values -----------------------------------------------------------------------------------------------------


def _plain(row: RowMapping, *names: str) -> Json:
    return {name: _value(row[name]) for name in names}


def _value(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value
