"""
Outbox on SQLAlchemy: a queue of messages that several machines may work off together.

In: what a dispatcher asks for and learns. Out: messages to send, each to one caller only. Promised: an attempt is
durable before it is made; what became of it is stored together with the event in the case's history; who comes late,
after the message has moved on, changes nothing; a message whose dispatcher died is in doubt, never simply sent again;
what is owed to nobody any more does not leave.
"""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Exists, Update, and_, case, func, null, or_, select, update

from mailbot.cases import rows
from mailbot.cases.database import reading, writing
from mailbot.cases.lifecycle import LEVELS_A_REFERRAL
from mailbot.cases.tables import cases, events, outbox, recipients, referrals
from mailbot.model import Channel, Decision, Event, EventKind, OutboxEntry, OutboxState, Purpose, ReferralState, Role

_EVENTS = {
    OutboxState.SENT: EventKind.SENT,
    OutboxState.REFUSED: EventKind.REFUSED,
    OutboxState.IN_DOUBT: EventKind.IN_DOUBT,
}
_SETTLED = (OutboxState.SENT, OutboxState.DELIVERED, OutboxState.REFUSED)
_NO_LEASE = {"lease_owner": None, "lease_until": None}
_ASKS = outbox.c.purpose.in_((Purpose.REFERRAL, Purpose.OVERDUE_ALERT))


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
            if state is OutboxState.PENDING:
                _hold_case(connection, entry)
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
            _hold_case(connection, entry)
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


# --- what is owed to nobody any more ------------------------------------------------------------------------------


def call_back(connection: Connection, decision: Decision) -> frozenset[tuple[str, int]]:
    """
    Keep from leaving what this decision, whose case is stored, has made nobody's: what referrals still asked that were
    answered or withdrawn, and the word that no answer is owed to whom it is owed again.

    Returns recipient and occurrence of referrals' mails that were called back before they were ever tried: such an
    address knows nothing to be taken back. A mail that was tried may have arrived, whatever we were told; one that is
    being sent can no longer be stopped, but is not tried again.
    """
    if not _may_end_something(decision):
        return frozenset()
    waiting = _called_back(rows.moment_of(decision), outbox.c.reference == decision.reference)
    found = connection.execute(
        waiting.returning(outbox.c.purpose, outbox.c.recipient, outbox.c.occurrence, outbox.c.attempts)
    ).all()
    untried = {(row.recipient, row.occurrence) for row in found if row.purpose is Purpose.REFERRAL and not row.attempts}
    return _unheard(connection, decision.reference, untried) if untried else frozenset()


def _may_end_something(decision: Decision) -> bool:
    """Whether others must answer a case from now on than before, or it is answered."""
    if decision.case is None or not decision.case.version:
        return bool(decision.withdrawn)
    answered = any(each.state is ReferralState.ANSWERED for each in decision.case.referrals)
    anew = any(one.purpose is Purpose.REFERRAL for one in decision.outbox)
    return answered or anew or bool(decision.withdrawn)


def _unheard(connection: Connection, reference: str, untried: Set[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """
    Of these, who knows nothing of that referral: no alert of it was tried, and no earlier withdrawal called back.

    SMS may leave while e-mail cannot; and who was never told that an earlier referral is over must be told it now.
    """
    known = select(outbox.c.purpose, outbox.c.recipient, outbox.c.occurrence).where(
        outbox.c.reference == reference,
        or_(
            and_(outbox.c.purpose == Purpose.OVERDUE_ALERT, outbox.c.attempts > 0),
            and_(outbox.c.purpose == Purpose.WITHDRAWAL, outbox.c.state == OutboxState.WITHDRAWN),
        ),
    )
    found = connection.execute(known).all()
    alerted = {(row.occurrence - 1) // LEVELS_A_REFERRAL + 1 for row in found if row.purpose is Purpose.OVERDUE_ALERT}
    untold = {row.recipient for row in found if row.purpose is Purpose.WITHDRAWAL}
    return frozenset(
        (address, number) for address, number in untried if number not in alerted and address not in untold
    )


def _keep_back(connection: Connection, entry: OutboxEntry, at: datetime) -> None:
    """Call a message back that was being sent, or in doubt, when it became nobody's, and now waits again."""
    connection.execute(_called_back(at, outbox.c.id == entry.id))


def _hold_case(connection: Connection, entry: OutboxEntry) -> None:
    """
    Wait for who is changing the case, and let none begin: else each would miss what the other has not committed.

    SQLite has one writer at a time, and SQLAlchemy leaves these words out there.
    """
    connection.execute(
        select(cases.c.version).where(cases.c.reference == entry.message.reference).with_for_update(read=True)
    )


def _called_back(at: datetime, *which: ColumnElement[bool]) -> Update:
    """Of these, what waits and is owed to nobody, as the referrals stand: it does not leave."""
    again = outbox.c.purpose == Purpose.WITHDRAWAL
    answered = _has_referral(_is_its_own(), referrals.c.state == ReferralState.ANSWERED)
    return (
        update(outbox)
        .where(outbox.c.state == OutboxState.PENDING, _is_nobodys(), *which)
        .values(
            state=OutboxState.WITHDRAWN,
            next_attempt_at=None,
            settled_at=at,
            reason=case(
                (again, "its recipient must answer again"),
                (and_(_ASKS, answered), "its referral was answered before it left"),
                else_="its referral was withdrawn before it left",
            ),
        )
    )


def _is_nobodys() -> ColumnElement[bool]:
    """
    Whether a message is owed to nobody, as the referrals of its case stand.

    Mails and alerts of a referral ask for an answer to it: once that was given nobody is asked, or dunned, any more. A
    follow-up is what the complainant wrote, and is owed to whoever must answer by any referral that is not withdrawn,
    answered or not; and to the desk where it is told of a case that is closed or dismissed: that one was made after the
    last referral, and not before the dismissal. A withdrawal is owed to who must not answer.
    """
    gone = referrals.c.state == ReferralState.WITHDRAWN
    before = or_(_has_referral(referrals.c.referred_at >= outbox.c.created_at), _was_ended())
    return or_(
        and_(_ASKS, _has_referral(_is_its_own(), referrals.c.state != ReferralState.OPEN)),
        and_(outbox.c.purpose == Purpose.FOLLOW_UP, _must_answer_by(gone), ~_must_answer_by(~gone), before),
        and_(outbox.c.purpose == Purpose.WITHDRAWAL, _must_answer_by(~gone)),
    )


def _is_its_own() -> ColumnElement[bool]:
    """Whether a referral is the one that a mail or an alert speaks of, by its number."""
    last = referrals.c.number * LEVELS_A_REFERRAL
    within = and_(outbox.c.occurrence <= last, outbox.c.occurrence > last - LEVELS_A_REFERRAL)
    alert = outbox.c.purpose == Purpose.OVERDUE_ALERT
    return or_(and_(alert, within), and_(~alert, referrals.c.number == outbox.c.occurrence))


def _has_referral(*which: ColumnElement[bool]) -> Exists:
    """Whether the case of a message has such a referral."""
    its_own = referrals.c.reference == outbox.c.reference
    return select(referrals.c.number).where(its_own, *which).correlate(outbox).exists()


def _was_ended() -> Exists:
    """Whether the case of a message was joined to another, or dismissed after the message was made."""
    dismissed = and_(events.c.kind == EventKind.DISMISSED, events.c.at > outbox.c.created_at)
    ended = or_(events.c.kind == EventKind.JOINED, dismissed)
    return select(events.c.id).where(events.c.reference == outbox.c.reference, ended).correlate(outbox).exists()


def _must_answer_by(which: ColumnElement[bool]) -> Exists:
    """Whether the recipient of an e-mail must answer by such a referral of its case."""
    asked = select(recipients.c.position).join(
        referrals,
        and_(referrals.c.reference == recipients.c.reference, referrals.c.number == recipients.c.number),
    )
    themselves = func.lower(recipients.c.address) == func.lower(outbox.c.recipient)
    roles = recipients.c.role.in_([role for role in Role if role.must_answer])
    its_own = recipients.c.reference == outbox.c.reference
    return asked.where(its_own, themselves, roles, which).correlate(outbox).exists()


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
