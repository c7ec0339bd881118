"""
Outbox on SQLAlchemy: a queue of messages that several machines may work off together.

In: what a dispatcher asks for and learns. Out: messages to send, each to one caller only. Promised: an attempt is
durable before it is made; what became of it is stored together with the event in the case's history; who comes late,
after the message has moved on, changes nothing; a message whose dispatcher died is in doubt, never simply sent again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Update, and_, exists, func, null, select, update

from mailbot.cases import rows
from mailbot.cases.database import reading, writing
from mailbot.cases.tables import events, outbox, referrals
from mailbot.model import Channel, Decision, Event, EventKind, OutboxEntry, OutboxState, Purpose, ReferralState

_EVENTS = {
    OutboxState.SENT: EventKind.SENT,
    OutboxState.REFUSED: EventKind.REFUSED,
    OutboxState.IN_DOUBT: EventKind.IN_DOUBT,
}
_SETTLED = (OutboxState.SENT, OutboxState.DELIVERED, OutboxState.REFUSED)
_NO_LEASE = {"lease_owner": None, "lease_until": None}


class SqlOutbox:
    """The queue of messages; see ports.Outbox. `owner` names this worker, and no other at the same time."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner

    def claim(self, channel: Channel, now: datetime, *, limit: int, lease: timedelta) -> Sequence[OutboxEntry]:
        """Take due pending messages for sending, each given to one caller only; the longest waiting first."""
        due = (
            select(outbox.c.id)
            .where(outbox.c.state == OutboxState.PENDING, outbox.c.channel == channel, outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
            # SQLite takes the lock of the whole file instead, and SQLAlchemy leaves these words out there. The CTE
            # keeps PostgreSQL from asking again per row and so locking more than `limit`.
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = (
            update(outbox)
            .where(outbox.c.id.in_(select(due.c.id)))
            .values(
                state=OutboxState.SENDING,
                attempts=outbox.c.attempts + 1,
                next_attempt_at=None,
                attempted_at=now,
                first_attempted_at=func.coalesce(outbox.c.first_attempted_at, now, type_=outbox.c.attempted_at.type),
                lease_owner=self._owner,
                lease_until=now + lease,
            )
            .returning(outbox)
        )
        with writing(self._engine) as connection:
            entries = [rows.entry_of(row) for row in connection.execute(claimed).mappings()]
        return sorted(entries, key=lambda entry: entry.id)  # RETURNING keeps no order

    def expire_leases(self, now: datetime) -> int:
        """Put what is still `sending` after its lease in doubt, to be asked about from now on; count it."""
        return self._put_in_doubt(outbox.c.lease_until <= now, now)

    def abandon(self, now: datetime) -> int:
        """Put what is still `sending` under our own name in doubt, whatever its lease; count it."""
        return self._put_in_doubt(outbox.c.lease_owner == self._owner, now)

    def _put_in_doubt(self, which: ColumnElement[bool], now: datetime) -> int:
        unsettled = (
            update(outbox)
            .where(outbox.c.state == OutboxState.SENDING, which)
            .values(
                state=OutboxState.IN_DOUBT,
                next_attempt_at=now,
                reason="the sender ended before it knew",
                **_NO_LEASE,
            )
            .returning(outbox)
        )
        with writing(self._engine) as connection:
            entries = [rows.entry_of(row) for row in connection.execute(unsettled).mappings()]
            for entry in sorted(entries, key=lambda entry: entry.id):
                _note(connection, entry, EventKind.IN_DOUBT, at=now)
        return len(entries)

    def doubtful(self, channel: Channel, now: datetime, *, limit: int) -> Sequence[OutboxEntry]:
        """Messages in doubt whose time to be asked about has come, the longest waiting first."""
        query = (
            select(outbox)
            .where(outbox.c.state == OutboxState.IN_DOUBT, outbox.c.channel == channel, outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [rows.entry_of(row) for row in connection.execute(query).mappings()]

    def settle(
        self,
        entry: OutboxEntry,
        state: OutboxState,
        *,
        at: datetime,
        next_attempt_at: datetime | None = None,
        provider_id: str = "",
        reason: str = "",
    ) -> bool:
        """Store what became of an attempt, and its event; False when the entry has moved on since it was read."""
        if state is OutboxState.PENDING and next_attempt_at is None:
            next_attempt_at = at  # pending without a time would wait for ever
        in_doubt = entry.state is OutboxState.SENDING and state is OutboxState.IN_DOUBT
        settled = (
            update(outbox)
            .where(self._still(entry))
            .values(
                state=state,
                next_attempt_at=next_attempt_at,
                settled_at=at if state in _SETTLED else None,
                provider_id=provider_id or outbox.c.provider_id,
                reason=reason,
                doubts=outbox.c.doubts + int(in_doubt),
                **_NO_LEASE,
            )
            .returning(outbox)
        )
        with writing(self._engine) as connection:
            row = connection.execute(settled).mappings().one_or_none()
            if row and state is OutboxState.PENDING:
                _keep_back(connection, entry, at)
            if row and state in _EVENTS and state is not entry.state:
                _note(connection, rows.entry_of(row), _EVENTS[state], at=at)
        return row is not None

    def release(self, entry: OutboxEntry, *, next_attempt_at: datetime) -> None:
        """Put a claimed message back as if it had not been tried; nothing happens when it has moved on."""
        untried = entry.attempts <= 1
        released = (
            update(outbox)
            .where(self._still(entry))
            .values(
                state=OutboxState.PENDING,
                attempts=outbox.c.attempts - 1,
                next_attempt_at=next_attempt_at,
                **({"attempted_at": null(), "first_attempted_at": null()} if untried else {}),
                **_NO_LEASE,
            )
        )
        with writing(self._engine) as connection:
            if connection.execute(released).rowcount:
                _keep_back(connection, entry, entry.attempted_at or next_attempt_at)

    def _still(self, entry: OutboxEntry) -> ColumnElement[bool]:
        """
        Whether the row is as the entry was read. A lease is held by name; the number and the hour of the attempt tell
        a second claim by the same owner from the first.
        """
        owner = self._owner if entry.state is OutboxState.SENDING else None
        return and_(
            outbox.c.id == entry.id,
            outbox.c.state == entry.state,
            outbox.c.attempts == entry.attempts,
            outbox.c.attempted_at.is_not_distinct_from(entry.attempted_at),
            outbox.c.next_attempt_at.is_not_distinct_from(entry.next_attempt_at),
            outbox.c.lease_owner.is_not_distinct_from(owner),
        )


def call_back(connection: Connection, decision: Decision) -> frozenset[tuple[str, int]]:
    """
    Keep the mails of referrals that this decision withdraws from leaving, where they still wait.

    Returns recipient and occurrence of those that were never tried: such an address knows nothing to be taken back. A
    mail that was tried may have arrived, whatever we were told; one that is being sent can no longer be stopped, but is
    not tried again.
    """
    if not decision.withdrawn:
        return frozenset()
    waiting = _withdrawn(
        rows.moment_of(decision),
        outbox.c.reference == decision.reference,
        outbox.c.occurrence.in_(decision.withdrawn),
    ).returning(outbox.c.recipient, outbox.c.occurrence, outbox.c.attempts)
    found = connection.execute(waiting).all()
    return frozenset((recipient, occurrence) for recipient, occurrence, attempts in found if not attempts)


def _keep_back(connection: Connection, entry: OutboxEntry, at: datetime) -> None:
    """Call a message back that was being sent, or in doubt, when its referral was withdrawn, and now waits again."""
    message = entry.message
    its_referral = exists().where(
        referrals.c.reference == message.reference,
        referrals.c.number == message.occurrence,
        referrals.c.state == ReferralState.WITHDRAWN,
    )
    connection.execute(_withdrawn(at, outbox.c.id == entry.id, its_referral))


def _withdrawn(at: datetime, *which: ColumnElement[bool]) -> Update:
    """Of these, the referrals' mails that wait: they do not leave."""
    return (
        update(outbox)
        .where(outbox.c.purpose == Purpose.REFERRAL, outbox.c.state == OutboxState.PENDING, *which)
        .values(
            state=OutboxState.WITHDRAWN,
            next_attempt_at=None,
            settled_at=at,
            reason="its referral was withdrawn before it left",
        )
    )


def _note(connection: Connection, entry: OutboxEntry, kind: EventKind, *, at: datetime) -> None:
    message = entry.message
    detail = {
        "purpose": message.purpose.value,
        "channel": message.channel.value,
        "recipient": message.recipient,
        "occurrence": str(message.occurrence),
        "provider_id": entry.provider_id,
        "reason": entry.reason,
    }
    known = {name: value for name, value in detail.items() if value}
    event = Event(reference=message.reference, at=at, kind=kind, actor="mailbot", detail=known)
    connection.execute(events.insert(), [rows.event_row(event)])
