"""The queue of messages: each to one caller, each with its end in the history, none sent twice blindly."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.dialects import postgresql

from mailbot.cases.database import reading
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.cases.tables import events, outbox
from mailbot.model import (
    CaseState,
    Channel,
    Decision,
    Event,
    EventKind,
    OutboxEntry,
    OutboxMessage,
    OutboxState,
    Outcome,
    Purpose,
    ReferralState,
    Stored,
)
from mailbot.ports import Outbox
from tests.cases.decisions import an_email, an_opening, an_sms
from tests.fakes import NOON, OFFICER

LEASE = timedelta(minutes=5)
LATER = NOON + timedelta(minutes=1)
EXPIRED = NOON + LEASE


@pytest.fixture
def queue(engine: Engine) -> Outbox:
    """A queue with one SMS and one e-mail, as seen by the worker "a"."""
    SqlCaseStore(engine).commit([an_opening()])
    return SqlOutbox(engine, "a")


@pytest.fixture
def rival(engine: Engine) -> Outbox:
    return SqlOutbox(engine, "b")


def claim_one(queue: Outbox) -> OutboxEntry:
    (entry,) = queue.claim(Channel.SMS, NOON, limit=1, lease=LEASE)
    return entry


def row_of(engine: Engine, entry: OutboxEntry) -> dict[str, object]:
    with reading(engine) as connection:
        return dict(connection.execute(select(outbox).where(outbox.c.id == entry.id)).mappings().one())


def history(engine: Engine) -> list[tuple[str, dict[str, str]]]:
    """What the outbox added to the two events of the opening."""
    with reading(engine) as connection:
        query = select(events.c.kind, events.c.detail).order_by(events.c.id).offset(2)
        return [(kind.value, detail) for kind, detail in connection.execute(query)]


def test_a_claimed_message_is_as_it_was_put_in(queue: Outbox) -> None:
    entry = claim_one(queue)
    assert entry.message == an_sms(entry.message.reference)
    assert entry.state is OutboxState.SENDING
    assert (entry.attempts, entry.doubts) == (1, 0)
    assert (entry.attempted_at, entry.first_attempted_at, entry.next_attempt_at) == (NOON, NOON, None)
    (mail,) = queue.claim(Channel.EMAIL, NOON, limit=9, lease=LEASE)
    assert mail.message == an_email(mail.message.reference)


def test_a_message_is_given_to_one_caller_only(queue: Outbox, rival: Outbox) -> None:
    claim_one(queue)
    for other in (rival, queue):
        assert other.claim(Channel.SMS, LATER, limit=9, lease=LEASE) == []


def test_a_message_that_is_not_due_waits(queue: Outbox) -> None:
    assert queue.claim(Channel.SMS, NOON - timedelta(seconds=1), limit=9, lease=LEASE) == []


def test_no_more_are_given_than_asked_for_and_the_oldest_first(engine: Engine) -> None:
    SqlCaseStore(engine).commit([an_opening(number) for number in range(1, 6)])
    queue = SqlOutbox(engine, "a")
    given = [queue.claim(Channel.SMS, NOON, limit=2, lease=LEASE) for _ in range(4)]
    assert [len(some) for some in given] == [2, 2, 1, 0]
    ids = [entry.id for some in given for entry in some]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("state", "kind"),
    [(OutboxState.SENT, "sent"), (OutboxState.REFUSED, "refused"), (OutboxState.IN_DOUBT, "in_doubt")],
)
def test_what_became_of_an_attempt_stands_in_the_history(
    queue: Outbox, engine: Engine, state: OutboxState, kind: str
) -> None:
    entry = claim_one(queue)
    assert queue.settle(entry, state, at=LATER, provider_id="SM1", reason="so")
    detail = {
        "purpose": "acknowledgement",
        "channel": "sms",
        "recipient": entry.message.recipient,
        "occurrence": "1",
        "provider_id": "SM1",
        "reason": "so",
    }
    assert history(engine) == [(kind, detail)]
    row = row_of(engine, entry)
    assert (row["state"], row["provider_id"], row["reason"]) == (state, "SM1", "so")
    assert (row["lease_owner"], row["lease_until"]) == (None, None)
    assert row["settled_at"] == (None if state is OutboxState.IN_DOUBT else LATER)


def test_a_message_that_waits_for_another_attempt_comes_again_at_its_time(queue: Outbox, engine: Engine) -> None:
    assert queue.settle(claim_one(queue), OutboxState.PENDING, at=NOON, next_attempt_at=LATER, reason="HTTP 500")
    assert queue.claim(Channel.SMS, NOON, limit=9, lease=LEASE) == []
    (again,) = queue.claim(Channel.SMS, LATER, limit=9, lease=LEASE)
    assert (again.attempts, again.attempted_at, again.first_attempted_at) == (2, LATER, NOON)
    assert history(engine) == []


def test_a_pending_message_never_waits_for_ever(queue: Outbox) -> None:
    queue.settle(claim_one(queue), OutboxState.PENDING, at=LATER)
    assert len(queue.claim(Channel.SMS, LATER, limit=9, lease=LEASE)) == 1


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.REFUSED, OutboxState.HELD])
def test_a_settled_message_is_never_claimed_again(queue: Outbox, state: OutboxState) -> None:
    queue.settle(claim_one(queue), state, at=NOON)
    assert queue.claim(Channel.SMS, NOON + timedelta(days=99), limit=9, lease=LEASE) == []
    assert queue.expire_leases(NOON + timedelta(days=99)) == 0


def test_a_released_message_is_as_if_it_had_not_been_tried(queue: Outbox, engine: Engine) -> None:
    entry = claim_one(queue)
    queue.release(entry, next_attempt_at=LATER)
    row = row_of(engine, entry)
    assert (row["state"], row["attempts"], row["next_attempt_at"]) == (OutboxState.PENDING, 0, LATER)
    assert (row["attempted_at"], row["first_attempted_at"], row["lease_owner"]) == (None, None, None)


def test_a_release_after_earlier_attempts_keeps_the_first(queue: Outbox) -> None:
    queue.settle(claim_one(queue), OutboxState.PENDING, at=NOON)
    (second,) = queue.claim(Channel.SMS, LATER, limit=1, lease=LEASE)
    queue.release(second, next_attempt_at=LATER)
    (third,) = queue.claim(Channel.SMS, EXPIRED, limit=1, lease=LEASE)
    assert (third.attempts, third.first_attempted_at) == (2, NOON)


# --- late comers ------------------------------------------------------------------------------------------------


def test_who_comes_after_the_message_has_moved_on_changes_nothing(queue: Outbox, engine: Engine) -> None:
    entry = claim_one(queue)
    assert queue.settle(entry, OutboxState.SENT, at=LATER, provider_id="SM1")
    assert not queue.settle(entry, OutboxState.REFUSED, at=LATER)
    queue.release(entry, next_attempt_at=LATER)
    assert row_of(engine, entry)["state"] is OutboxState.SENT
    assert [kind for kind, _ in history(engine)] == ["sent"]


def test_another_worker_cannot_settle_what_is_not_its_own(queue: Outbox, rival: Outbox, engine: Engine) -> None:
    entry = claim_one(queue)
    assert not rival.settle(entry, OutboxState.SENT, at=LATER)
    rival.release(entry, next_attempt_at=LATER)
    assert row_of(engine, entry)["lease_owner"] == "a"


def test_a_worker_cannot_settle_its_own_earlier_claim(queue: Outbox) -> None:
    first = claim_one(queue)
    queue.release(first, next_attempt_at=LATER)
    (second,) = queue.claim(Channel.SMS, LATER, limit=1, lease=LEASE)
    assert (first.state, first.attempts) == (second.state, second.attempts)
    assert not queue.settle(first, OutboxState.SENT, at=LATER)
    assert queue.settle(second, OutboxState.SENT, at=LATER)


def test_a_stale_look_cannot_send_a_message_again(queue: Outbox, rival: Outbox) -> None:
    queue.settle(claim_one(queue), OutboxState.IN_DOUBT, at=NOON, next_attempt_at=NOON)
    (mine,) = queue.doubtful(Channel.SMS, NOON, limit=9)
    (theirs,) = rival.doubtful(Channel.SMS, NOON, limit=9)
    assert rival.settle(theirs, OutboxState.IN_DOUBT, at=NOON, next_attempt_at=LATER)
    assert not queue.settle(mine, OutboxState.PENDING, at=NOON)


# --- doubt ------------------------------------------------------------------------------------------------------


def test_a_lease_that_ran_out_leaves_a_message_in_doubt(queue: Outbox, rival: Outbox, engine: Engine) -> None:
    entry = claim_one(queue)
    assert rival.expire_leases(EXPIRED - timedelta(seconds=1)) == 0
    assert rival.expire_leases(EXPIRED) == 1
    assert rival.expire_leases(EXPIRED) == 0
    assert not queue.settle(entry, OutboxState.SENT, at=EXPIRED)
    assert rival.claim(Channel.SMS, EXPIRED, limit=9, lease=LEASE) == []
    (doubtful,) = rival.doubtful(Channel.SMS, EXPIRED, limit=9)
    assert (doubtful.state, doubtful.doubts, doubtful.attempted_at) == (OutboxState.IN_DOUBT, 0, NOON)
    assert [kind for kind, _ in history(engine)] == ["in_doubt"]


def test_a_lease_that_ran_out_unnoticed_is_still_its_owners(queue: Outbox) -> None:
    assert queue.settle(claim_one(queue), OutboxState.SENT, at=EXPIRED + LEASE)


def test_only_our_own_messages_are_abandoned(queue: Outbox, rival: Outbox) -> None:
    claim_one(queue)
    assert rival.abandon(LATER) == 0
    assert SqlOutbox(queue._engine, "a").abandon(LATER) == 1  # type: ignore[attr-defined]  # after a restart
    assert len(rival.doubtful(Channel.SMS, LATER, limit=9)) == 1


def test_a_doubtful_message_is_asked_about_at_its_time(queue: Outbox) -> None:
    queue.settle(claim_one(queue), OutboxState.IN_DOUBT, at=NOON, next_attempt_at=LATER, reason="no answer")
    assert queue.doubtful(Channel.SMS, NOON, limit=9) == []
    assert queue.doubtful(Channel.EMAIL, LATER, limit=9) == []
    assert len(queue.doubtful(Channel.SMS, LATER, limit=9)) == 1


def test_a_doubt_is_counted_once_an_attempt(queue: Outbox, engine: Engine) -> None:
    queue.settle(claim_one(queue), OutboxState.IN_DOUBT, at=NOON, next_attempt_at=NOON)
    for doubts in (1, 1):
        (entry,) = queue.doubtful(Channel.SMS, NOON, limit=9)
        assert entry.doubts == doubts
        assert queue.settle(entry, OutboxState.IN_DOUBT, at=NOON, next_attempt_at=NOON)
    assert queue.settle(entry, OutboxState.PENDING, at=NOON, reason="not listed: sent again")
    queue.settle(claim_one(queue), OutboxState.IN_DOUBT, at=NOON, next_attempt_at=NOON)
    assert queue.doubtful(Channel.SMS, NOON, limit=9)[0].doubts == 2
    assert [kind for kind, _ in history(engine)] == ["in_doubt", "in_doubt"]


def test_a_doubt_that_is_cleared_is_sent_with_the_id_that_was_found(queue: Outbox, engine: Engine) -> None:
    queue.settle(claim_one(queue), OutboxState.IN_DOUBT, at=NOON, next_attempt_at=NOON)
    (entry,) = queue.doubtful(Channel.SMS, NOON, limit=9)
    assert queue.settle(entry, OutboxState.SENT, at=LATER, provider_id="SM1")
    assert [kind for kind, _ in history(engine)] == ["in_doubt", "sent"]
    sent = replace(entry, state=OutboxState.SENT, next_attempt_at=None)
    assert queue.settle(sent, OutboxState.DELIVERED, at=LATER)
    assert row_of(engine, entry)["provider_id"] == "SM1"


# --- several at once --------------------------------------------------------------------------------------------


def test_processes_that_claim_at_once_get_each_message_once(engine: Engine, database_url: str) -> None:
    SqlCaseStore(engine).commit([an_opening(number) for number in range(1, 151)])
    deed = [sys.executable, "-m", "tests.cases.worker", "claim", database_url]
    workers = [subprocess.Popen([*deed, owner], stdout=subprocess.PIPE, text=True) for owner in "abc"]
    said = [line.split() for worker in workers for line in worker.communicate()[0].splitlines()]
    assert Counter(number for number, _ in said).most_common(1)[0][1] == 1
    assert len(said) == 150
    assert {settled for _, settled in said} == {"True"}


def test_what_is_due_is_looked_up_and_never_searched_for(queue: Outbox, engine: Engine) -> None:
    words: list[tuple[str, tuple[object, ...]]] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: words.append((arguments[2], arguments[3])))
    queue.claim(Channel.SMS, NOON, limit=5, lease=LEASE)
    queue.expire_leases(NOON)
    updates = [(statement, values) for statement, values in words if "UPDATE" in statement]
    with engine.connect() as connection:
        plans = [connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query, values).all() for query, values in updates]
    steps = " ".join(step[-1] for plan in plans for step in plan)
    assert "ix_outbox_due" in steps
    assert "ix_outbox_state" in steps
    assert "SCAN outbox" not in steps


def test_a_claim_on_postgresql_skips_what_others_hold(queue: Outbox, engine: Engine) -> None:
    statements: list[str] = []

    def note(_connection: object, clause: object, *_: object) -> None:
        statements.append(str(clause.compile(dialect=postgresql.dialect())))  # type: ignore[attr-defined, no-untyped-call]

    event.listen(engine, "before_execute", note)
    queue.claim(Channel.SMS, NOON, limit=5, lease=LEASE)
    claim = next(statement for statement in statements if "UPDATE" in statement)
    assert claim.startswith("WITH due AS")
    assert "FOR UPDATE SKIP LOCKED" in claim
    assert "RETURNING" in claim


# --- called back


def a_withdrawal(*, version: int = 1) -> Decision:
    """The opening's referral withdrawn; the officer it went to is told."""
    opening = an_opening()
    assert opening.case is not None
    withdrawn = tuple(replace(each, state=ReferralState.WITHDRAWN) for each in opening.case.referrals)
    case = replace(opening.case, version=version, referrals=withdrawn)
    return Decision(
        outcome=None,
        reason="settled by the desk",
        case=case,
        reference=case.reference,
        events=(Event(reference=case.reference, at=LATER, kind=EventKind.WITHDRAWN, actor="desk"),),
        outbox=(an_email(case.reference, purpose=Purpose.WITHDRAWAL),),
        withdrawn=(1,),
    )


def wait_again(queue: Outbox, entry: OutboxEntry, how: str) -> None:
    """What was being sent waits for another attempt: put back untried, failed, or asked about when it was in doubt."""
    if how == "put back":
        queue.release(entry, next_attempt_at=EXPIRED)
    elif how == "failed":
        assert queue.settle(entry, OutboxState.PENDING, at=LATER, next_attempt_at=EXPIRED)
    else:
        queue.expire_leases(EXPIRED)
        (doubtful,) = queue.doubtful(entry.message.channel, EXPIRED, limit=1)
        assert queue.settle(doubtful, OutboxState.PENDING, at=EXPIRED, next_attempt_at=EXPIRED)


def mails_of(engine: Engine) -> list[tuple[Purpose, OutboxState]]:
    with reading(engine) as connection:
        query = select(outbox.c.purpose, outbox.c.state).where(outbox.c.channel == Channel.EMAIL).order_by(outbox.c.id)
        return [(purpose, state) for purpose, state in connection.execute(query)]


def test_a_mail_that_has_not_left_is_called_back_and_nothing_is_told(engine: Engine, queue: Outbox) -> None:
    (result,) = SqlCaseStore(engine).commit([a_withdrawal()])
    assert result.state is Stored.STORED
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.WITHDRAWN)]
    assert queue.claim(Channel.EMAIL, EXPIRED, limit=9, lease=LEASE) == []
    assert len(queue.claim(Channel.SMS, EXPIRED, limit=9, lease=LEASE)) == 1  # the complainant's is not touched


def test_a_mail_that_was_sent_stays_sent_and_its_withdrawal_leaves(engine: Engine, queue: Outbox) -> None:
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    assert queue.settle(entry, OutboxState.SENT, at=NOON)
    SqlCaseStore(engine).commit([a_withdrawal()])
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.SENT), (Purpose.WITHDRAWAL, OutboxState.PENDING)]


def test_a_mail_that_is_being_sent_cannot_be_called_back_and_its_withdrawal_follows(
    engine: Engine, queue: Outbox
) -> None:
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    SqlCaseStore(engine).commit([a_withdrawal()])
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.SENDING), (Purpose.WITHDRAWAL, OutboxState.PENDING)]
    assert queue.settle(entry, OutboxState.SENT, at=LATER)


@pytest.mark.parametrize("what", ["put back", "failed", "in doubt"])
def test_a_mail_that_was_being_sent_when_it_was_withdrawn_is_not_tried_again(
    engine: Engine, queue: Outbox, what: str
) -> None:
    """Else its officer would read first that no answer is owed, and then that one is."""
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    SqlCaseStore(engine).commit([a_withdrawal()])
    wait_again(queue, entry, what)
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.WITHDRAWN), (Purpose.WITHDRAWAL, OutboxState.PENDING)]


def test_a_mail_that_fails_while_its_referral_stands_is_tried_again(engine: Engine, queue: Outbox) -> None:
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    assert queue.settle(entry, OutboxState.PENDING, at=LATER, next_attempt_at=EXPIRED)
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.PENDING)]


def test_a_mail_that_was_tried_is_called_back_and_its_withdrawal_is_told_all_the_same(
    engine: Engine, queue: Outbox
) -> None:
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    assert queue.settle(entry, OutboxState.PENDING, at=NOON, next_attempt_at=EXPIRED)
    SqlCaseStore(engine).commit([a_withdrawal()])
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.WITHDRAWN), (Purpose.WITHDRAWAL, OutboxState.PENDING)]


def test_a_refused_decision_calls_nothing_back(engine: Engine, queue: Outbox) -> None:
    (result,) = SqlCaseStore(engine).commit([a_withdrawal(version=7)])
    assert result.state is Stored.STALE
    assert mails_of(engine) == [(Purpose.REFERRAL, OutboxState.PENDING)]
    assert len(queue.claim(Channel.EMAIL, LATER, limit=9, lease=LEASE)) == 1


@pytest.mark.parametrize("purpose", [Purpose.FOLLOW_UP, Purpose.OVERDUE_ALERT])
@pytest.mark.parametrize("what", ["waits", "put back", "failed", "in doubt"])
def test_what_else_a_withdrawn_referral_owed_is_called_back_or_not_tried_again(
    engine: Engine, purpose: Purpose, what: str
) -> None:
    opening = an_opening()
    store, queue = SqlCaseStore(engine), SqlOutbox(engine, "a")
    store.commit([replace(opening, outbox=(an_email(opening.reference, purpose=purpose),))])
    claimed = [] if what == "waits" else queue.claim(Channel.EMAIL, NOON, limit=1, lease=LEASE)
    store.commit([a_withdrawal()])
    for entry in claimed:
        wait_again(queue, entry, what)
    assert mails_of(engine) == [(purpose, OutboxState.WITHDRAWN), (Purpose.WITHDRAWAL, OutboxState.PENDING)]


@pytest.mark.parametrize(("occurrence", "state"), [(1, "withdrawn"), (1000, "withdrawn"), (1001, "pending")])
def test_an_alert_belongs_to_the_referral_in_whose_thousand_it_is_numbered(
    engine: Engine, occurrence: int, state: str
) -> None:
    opening = an_opening()
    alert = an_sms(opening.reference, purpose=Purpose.OVERDUE_ALERT, occurrence=occurrence)
    SqlCaseStore(engine).commit([replace(opening, outbox=(alert,))])
    SqlCaseStore(engine).commit([a_withdrawal()])
    with reading(engine) as connection:
        assert connection.scalar(select(outbox.c.state).where(outbox.c.channel == Channel.SMS)) == state


def test_an_address_is_the_same_however_it_is_written(engine: Engine) -> None:
    opening = an_opening()
    follow_up = an_email(opening.reference, purpose=Purpose.FOLLOW_UP, recipient=OFFICER.upper())
    SqlCaseStore(engine).commit([replace(opening, outbox=(follow_up,))])
    SqlCaseStore(engine).commit([a_withdrawal()])
    assert mails_of(engine)[0] == (Purpose.FOLLOW_UP, OutboxState.WITHDRAWN)


def test_a_follow_up_told_anew_leaves_once_in_its_new_words_unless_it_left(engine: Engine) -> None:
    opening = an_opening()
    store, queue = SqlCaseStore(engine), SqlOutbox(engine, "a")
    told = an_email(opening.reference, purpose=Purpose.FOLLOW_UP)
    store.commit([replace(opening, outbox=(told, an_sms(opening.reference)))])
    anew = Decision(
        outcome=None,
        reason="again",
        reference=opening.reference,
        events=a_withdrawal().events,
        outbox=(replace(told, text="new"), replace(an_sms(opening.reference), text="new")),
    )
    store.commit([anew])
    (entry,) = queue.claim(Channel.EMAIL, LATER, limit=9, lease=LEASE)
    assert entry.message.text == "new"
    (sms,) = queue.claim(Channel.SMS, LATER, limit=9, lease=LEASE)
    assert sms.message == an_sms(opening.reference)  # nothing but a follow-up is ever told anew
    for state in (OutboxState.SENDING, OutboxState.SENT):
        assert state is OutboxState.SENDING or queue.settle(entry, state, at=LATER)
        store.commit([anew])
        assert mails_of(engine) == [(Purpose.FOLLOW_UP, state)]


def test_on_postgresql_who_lets_a_message_wait_waits_for_who_changes_its_case(queue: Outbox, engine: Engine) -> None:
    statements: list[str] = []

    def note(_connection: object, clause: object, *_: object) -> None:
        statements.append(str(clause.compile(dialect=postgresql.dialect())))  # type: ignore[attr-defined, no-untyped-call]

    entry = claim_one(queue)
    event.listen(engine, "before_execute", note)
    queue.settle(entry, OutboxState.PENDING, at=LATER)
    assert statements[0].startswith("SELECT cases.version")
    assert statements[0].endswith("FOR SHARE")


# --- answered


def an_answer(*, version: int = 1, **changes: Any) -> Decision:
    """The opening's referral answered: its case is closed, and the complainant is told."""
    opening = an_opening()
    assert opening.case is not None
    answered = tuple(replace(each, state=ReferralState.ANSWERED) for each in opening.case.referrals)
    case = replace(opening.case, version=version, state=CaseState.CLOSED, referrals=answered)
    decision = Decision(
        outcome=Outcome.REPLY,
        reason="closed by the officer's answer",
        case=case,
        reference=case.reference,
        events=(Event(reference=case.reference, at=LATER, kind=EventKind.CLOSED, actor="CMOH"),),
        outbox=(an_sms(case.reference, purpose=Purpose.CLOSURE_NOTICE),),
    )
    return replace(decision, **changes)


def states(engine: Engine) -> dict[tuple[Purpose, Channel], tuple[OutboxState, str]]:
    with reading(engine) as connection:
        query = select(outbox.c.purpose, outbox.c.channel, outbox.c.state, outbox.c.reason)
        return {(purpose, channel): (state, reason) for purpose, channel, state, reason in connection.execute(query)}


def asked(reference: str) -> dict[tuple[Purpose, Channel], OutboxMessage]:
    """All that a referral asks of an office."""
    dunning = {"purpose": Purpose.OVERDUE_ALERT, "recipient": "+916999900001"}
    messages = (
        an_email(reference),
        an_email(reference, purpose=Purpose.OVERDUE_ALERT),
        an_sms(reference, **dunning),
    )
    return {(one.purpose, one.channel): one for one in messages}


ASKED = sorted(asked(an_opening().reference))


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("how", ["waits", "put back", "failed", "in doubt"])
def test_whoever_has_answered_is_asked_and_dunned_no_more(
    engine: Engine, what: tuple[Purpose, Channel], how: str
) -> None:
    opening = an_opening()
    store, queue = SqlCaseStore(engine), SqlOutbox(engine, "a")
    store.commit([replace(opening, outbox=(asked(opening.reference)[what],))])
    claimed = [] if how == "waits" else queue.claim(what[1], NOON, limit=1, lease=LEASE)
    (result,) = store.commit([an_answer()])
    assert result.state is Stored.STORED
    for entry in claimed:
        wait_again(queue, entry, how)
    found = states(engine)
    assert found[what] == (OutboxState.WITHDRAWN, "its referral was answered before it left")
    assert found[Purpose.CLOSURE_NOTICE, Channel.SMS][0] is OutboxState.PENDING


@pytest.mark.parametrize("end", [OutboxState.SENT, OutboxState.REFUSED, OutboxState.HELD])
def test_an_alert_that_ends_while_its_referral_is_answered_keeps_its_end(engine: Engine, end: OutboxState) -> None:
    opening = an_opening()
    store, queue = SqlCaseStore(engine), SqlOutbox(engine, "a")
    what = (Purpose.OVERDUE_ALERT, Channel.SMS)
    store.commit([replace(opening, outbox=(asked(opening.reference)[what],))])
    (entry,) = queue.claim(Channel.SMS, NOON, limit=1, lease=LEASE)
    store.commit([an_answer()])
    assert queue.settle(entry, end, at=LATER)
    assert states(engine)[what][0] is end


def test_what_an_answer_ends_is_only_what_asked_for_it(engine: Engine) -> None:
    """What the complainant wrote, what she is told, and that somebody owes nothing: all this leaves."""
    opening, store = an_opening(), SqlCaseStore(engine)
    reference = opening.reference
    kept = (
        an_sms(reference),
        an_email(reference, purpose=Purpose.FOLLOW_UP),
        an_email(reference, purpose=Purpose.WITHDRAWAL, recipient="bdo@example.org"),
    )
    store.commit([replace(opening, outbox=(*kept, *asked(reference).values()))])
    store.commit([an_answer()])
    pending = {what for what, (state, _) in states(engine).items() if state is OutboxState.PENDING}
    assert pending == {*((one.purpose, one.channel) for one in kept), (Purpose.CLOSURE_NOTICE, Channel.SMS)}


def test_of_two_referrals_only_the_answered_one_stops_asking(engine: Engine) -> None:
    """Whatever answers one matter of a case, the office of the other is asked and dunned as before."""
    opening, store = an_opening(), SqlCaseStore(engine)
    assert opening.case is not None
    both = (opening.case.referrals[0], replace(opening.case.referrals[0], number=2))
    alerts = [an_email(opening.reference, purpose=Purpose.OVERDUE_ALERT, occurrence=number) for number in (1, 1001)]
    mails = [an_email(opening.reference, occurrence=number) for number in (1, 2)]
    store.commit([replace(opening, case=replace(opening.case, referrals=both), outbox=(*alerts, *mails))])
    one_of_them = replace(opening.case, version=1, referrals=(replace(both[0], state=ReferralState.ANSWERED), both[1]))
    store.commit([an_answer(case=one_of_them)])
    with reading(engine) as connection:
        query = select(outbox.c.occurrence).where(
            outbox.c.state == OutboxState.PENDING, outbox.c.channel == Channel.EMAIL
        )
        assert sorted(connection.scalars(query)) == [2, 1001]


def test_an_answer_that_came_too_late_calls_nothing_back(engine: Engine) -> None:
    opening, store = an_opening(), SqlCaseStore(engine)
    store.commit([replace(opening, outbox=tuple(asked(opening.reference).values()))])
    (result,) = store.commit([an_answer(version=7)])
    assert result.state is Stored.STALE
    assert {state for state, _ in states(engine).values()} == {OutboxState.PENDING}


@pytest.mark.parametrize(
    ("kind", "made", "state"),
    [
        (EventKind.DISMISSED, "before", OutboxState.WITHDRAWN),
        (EventKind.DISMISSED, "after", OutboxState.PENDING),
        (EventKind.DISMISSED, "with", OutboxState.PENDING),
        (EventKind.JOINED, "before", OutboxState.WITHDRAWN),
    ],
)
def test_what_follows_up_a_case_that_nobody_has_is_nobodys_unless_it_was_made_since(
    engine: Engine, kind: EventKind, made: str, state: OutboxState
) -> None:
    """The desk once had the case itself; what was written since it dismissed it is told to the desk, however late."""
    opening, store, queue = an_opening(), SqlCaseStore(engine), SqlOutbox(engine, "a")
    reference = opening.reference
    follow_up = an_email(reference, purpose=Purpose.FOLLOW_UP)
    ended = replace(a_withdrawal(), events=(Event(reference=reference, at=LATER, kind=kind, actor="desk"),), outbox=())
    store.commit([replace(opening, outbox=(follow_up,) if made == "before" else ())])
    store.commit([replace(ended, outbox=(follow_up,) if made == "with" else ())])
    if made == "after":
        since = Event(reference=reference, at=EXPIRED, kind=EventKind.FOLLOWED_UP, actor="complainant")
        store.commit([Decision(outcome=None, reason="", reference=reference, events=(since,), outbox=(follow_up,))])
    for entry in queue.claim(Channel.EMAIL, EXPIRED, limit=9, lease=LEASE):
        assert queue.settle(entry, OutboxState.PENDING, at=EXPIRED)
    assert mails_of(engine) == [(Purpose.FOLLOW_UP, state)]
