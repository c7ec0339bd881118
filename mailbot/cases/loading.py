"""
Cases, read whole: a few queries however many they are.

In: a connection of the store and references. Out: Cases, equal to what was stored, the e-mails made for them, and what
their complainants wrote since.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, func, select

from mailbot.cases import rows
from mailbot.cases.tables import attachments, cases, events, outbox, recipients, referrals
from mailbot.model import Case, CaseState, Channel, EventKind, FollowUp, OutboxMessage, OutboxState, Purpose

AT_ONCE = 500
"""Values in one IN: databases count their parameters."""

MOST_OF_ONE = 20
"""Cases of one complainant that a mail is compared with: who has more writes about the newest."""

MOST_SENT = 20
SENT_LIMIT = 64 * 1024
"""E-mails of one case, and characters in them, that an answer is compared with: who answers, answers a late one."""

T = TypeVar("T")


def load_cases(connection: Connection, references: Sequence[str]) -> dict[str, Case]:
    """Read whole cases, whatever their number in a few queries."""
    found: dict[str, Case] = {}
    for some in in_chunks(list(dict.fromkeys(references))):
        people = _by(_rows_of(connection, recipients, some), "reference", "number")
        routes = _by(_rows_of(connection, referrals, some), "reference")
        files = _by(_rows_of(connection, attachments, some), "reference")
        for row in _rows_of(connection, cases, some):
            reference: str = row["reference"]
            found[reference] = rows.case_of(
                row,
                [
                    rows.referral_of(route, map(rows.recipient_of, people[reference, route["number"]]))
                    for route in routes[(reference,)]
                ],
                map(rows.attachment_of, files[(reference,)]),
            )
    return found


def _rows_of(connection: Connection, table: Table, references: Sequence[str]) -> Sequence[RowMapping]:
    query = select(table).where(table.c.reference.in_(references)).order_by(*table.primary_key)
    return connection.execute(query).mappings().all()


def _by(found: Sequence[RowMapping], *names: str) -> Mapping[tuple[object, ...], list[RowMapping]]:
    groups: defaultdict[tuple[object, ...], list[RowMapping]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def load_sent(connection: Connection, references: Sequence[str]) -> dict[str, list[OutboxMessage]]:
    """The e-mails that were made for these cases, the newest first, within the limits; one that we hold too."""
    found: defaultdict[str, list[OutboxMessage]] = defaultdict(list)
    left: defaultdict[str, int] = defaultdict(lambda: SENT_LIMIT)
    number = func.row_number().over(partition_by=outbox.c.reference, order_by=outbox.c.id.desc()).label("number")
    for some in in_chunks(list(dict.fromkeys(references))):
        mails = (outbox.c.reference.in_(some), outbox.c.channel == Channel.EMAIL)
        ranked = select(outbox, number).where(*mails).subquery()
        query = select(ranked).where(ranked.c.number <= MOST_SENT).order_by(ranked.c.reference, ranked.c.number)
        for row in connection.execute(query).mappings():
            message = rows.entry_of(row).message
            left[message.reference] -= len(message.text) + len(message.email.html if message.email else "")
            if left[message.reference] >= 0:
                found[message.reference].append(message)
    return dict(found)


def load_follow_ups(connection: Connection, reference: str) -> list[FollowUp]:
    """What the history says followed up this case and was not split off since, in order, with whom it was sent to."""
    followed: dict[str, int] = {}
    kinds = (EventKind.FOLLOWED_UP, EventKind.SPLIT)
    query = select(events.c.kind, events.c.detail).where(events.c.reference == reference, events.c.kind.in_(kinds))
    for kind, detail in connection.execute(query.order_by(events.c.id)):
        name = detail.get("mail", "")
        if kind is EventKind.FOLLOWED_UP and name:
            followed[name] = int(detail["number"])
        elif kind is EventKind.SPLIT:  # it names its mail as people do, by the beginning
            followed = {sha256: number for sha256, number in followed.items() if not sha256.startswith(name)}
    told = _told(connection, reference)
    return [FollowUp(number=number, sha256=sha256, told=frozenset(told[number])) for sha256, number in followed.items()]


def _told(connection: Connection, reference: str) -> Mapping[int, set[str]]:
    """Of each follow-up, by number, the addresses that it was sent to."""
    told: defaultdict[int, set[str]] = defaultdict(set)
    query = select(outbox.c.occurrence, outbox.c.recipient).where(
        outbox.c.reference == reference,
        outbox.c.purpose == Purpose.FOLLOW_UP,
        outbox.c.state.in_((OutboxState.SENT, OutboxState.DELIVERED)),
    )
    for number, recipient in connection.execute(query):
        told[number].add(recipient.casefold())
    return told


def newest_of(column: ColumnElement[str], values: Sequence[str]) -> Select[str]:
    """The references of the newest cases of each of these complainants; an ended one is nobody's."""
    number = func.row_number().over(partition_by=column, order_by=cases.c.reference.desc()).label("number")
    ended = cases.c.state.in_((CaseState.DUPLICATE, CaseState.DISMISSED))
    ranked = select(cases.c.reference, number).where(column.in_(values), ~ended).subquery()
    return select(ranked.c.reference).where(ranked.c.number <= MOST_OF_ONE)


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Values in portions that one statement takes."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
