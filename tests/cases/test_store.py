"""The store: each decision whole or absent, a mail taken twice once, a changed case never overwritten."""

import itertools
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, event, func, select

from mailbot.cases.database import open_database, reading
from mailbot.cases.loading import MOST_OF_ONE, MOST_SENT, SENT_LIMIT
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.cases.tables import (
    cases,
    contacts,
    events,
    mailbox_listings,
    mailbox_uids,
    mails,
    metadata,
    outbox,
    recipients,
    thread,
)
from mailbot.errors import StoreUnavailable
from mailbot.model import (
    Attachment,
    Case,
    CaseState,
    Channel,
    Complainant,
    Decision,
    Event,
    EventKind,
    FollowUp,
    MailboxId,
    MailboxListing,
    OutboxState,
    Outcome,
    Purpose,
    ReferralState,
    Role,
    Stored,
    StoreResult,
)
from mailbot.ports import CaseStore
from tests.cases.decisions import (
    INBOX,
    a_held_mail,
    a_new_case,
    a_taken_mail,
    an_alert,
    an_email,
    an_opening,
    an_sms,
)
from tests.fakes import CITIZEN, NOON, WEEK, a_case, a_recipient, a_referral

STORED = StoreResult(Stored.STORED)
TWICE = StoreResult(Stored.TWICE)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def store(engine: Engine) -> SqlCaseStore:
    return SqlCaseStore(engine)


def count(engine: Engine, table: Table) -> int:
    with reading(engine) as connection:
        return connection.scalars(select(func.count()).select_from(table)).one()


def counts(engine: Engine) -> dict[str, int]:
    return {table.name: count(engine, table) for table in metadata.sorted_tables}


def max_uid(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.max(mailbox_uids.c.uid))) or 0


def open_one(store: SqlCaseStore, number: int = 1) -> Case:
    decision = an_opening(number)
    assert store.commit([decision]) == [STORED]
    return store.cases([decision.reference])[decision.reference]


def test_it_is_a_case_store(engine: Engine) -> None:
    store: CaseStore = SqlCaseStore(engine)
    assert store.commit([]) == []


# --- one decision -----------------------------------------------------------------------------------------------


def test_a_case_comes_back_as_it_was(store: SqlCaseStore) -> None:
    case = a_new_case(
        subject="বিষয় – ‘ডাক্তার’",
        text="line\n\nline with 😀 and 'quotes\"; DROP TABLE cases; --",
        review=True,
        explain=("one", "दो"),
        attachments=(Attachment("চিঠি.pdf", "application/pdf", 10), Attachment("b", "image/png", 0)),
        referrals=(
            a_referral(recipients=(a_recipient(), a_recipient(post="HFW-HEAD", role=Role.COPY))),
            a_referral(number=2, state=ReferralState.ANSWERED, term=timedelta(seconds=20), level=3, recipients=()),
        ),
        closed_at=LATER,
        closed_by="DM-BAN",
        action_taken="A doctor was posted.",
        follow_ups=2,
    )
    store.commit([Decision(outcome=None, reason="", case=case)])
    assert store.cases([case.reference]) == {case.reference: replace(case, version=1)}


def test_a_new_case_stands_with_its_thread_history_and_messages(store: SqlCaseStore, engine: Engine) -> None:
    assert store.commit([an_opening()]) == [STORED]
    found = counts(engine)
    assert (found["cases"], found["mails"], found["events"], found["outbox"], found["thread"]) == (1, 1, 2, 2, 2)


def test_a_changed_case_is_one_version_on(store: SqlCaseStore) -> None:
    case = open_one(store)
    closed = replace(
        case,
        state=CaseState.CLOSED,
        closed_at=LATER,
        closed_by="DM-BAN",
        action_taken="Done.",
        referrals=(replace(case.referrals[0], state=ReferralState.ANSWERED),),
    )
    assert store.commit([Decision(outcome=None, reason="", case=closed)]) == [STORED]
    assert store.cases([case.reference])[case.reference] == replace(closed, version=2)


def test_a_second_referral_joins_the_first(store: SqlCaseStore, engine: Engine) -> None:
    case = open_one(store)
    more = replace(case, referrals=(*case.referrals, a_referral(number=2, recipients=(a_recipient(post="DM-BAN"),))))
    store.commit([Decision(outcome=None, reason="", case=more)])
    assert store.cases([case.reference])[case.reference].referrals == more.referrals
    assert count(engine, recipients) == 2


def test_a_case_that_is_not_there_is_not_given(store: SqlCaseStore) -> None:
    assert store.cases(["CM2600012349"]) == {}
    assert store.cases([]) == {}


def test_an_event_alone_is_kept(store: SqlCaseStore, engine: Engine) -> None:
    case = open_one(store)
    bounced = Event(reference=case.reference, at=LATER, kind=EventKind.BOUNCED, actor="mailbot", detail={"to": "…"})
    store.commit([Decision(outcome=None, reason="", reference=case.reference, events=(bounced,))])
    assert count(engine, events) == 3


def test_a_message_is_due_from_the_moment_of_its_decision(store: SqlCaseStore, engine: Engine) -> None:
    store.commit([an_opening()])
    with reading(engine) as connection:
        assert set(connection.execute(select(outbox.c.created_at, outbox.c.next_attempt_at))) == {(NOON, NOON)}


# --- the cases of a complainant -----------------------------------------------------------------------------------


def of(store: SqlCaseStore, address: str = "", mobile: str = "") -> list[str]:
    return [case.reference for case in store.cases_of_complainants([address], [mobile])]


def test_a_complainants_cases_are_found_however_the_address_is_written_the_newest_first(store: SqlCaseStore) -> None:
    other = Complainant(name="", address="other@example.net", mobile="+919830012399")
    store.commit([an_opening(1), an_opening(2), an_opening(3, case=a_new_case(3, complainant=other))])
    mine = [a_new_case(2).reference, a_new_case(1).reference]
    assert of(store, CITIZEN.upper()) == mine
    assert of(store, mobile="+919830012345") == mine
    assert of(store, "Other@example.net", "+919830012399") == [a_new_case(3).reference]


def test_who_gave_no_address_and_no_mobile_has_no_cases(store: SqlCaseStore) -> None:
    nobody = Complainant(name="Rina Das", address="", mobile="")
    store.commit([an_opening(1, case=a_new_case(1, complainant=nobody))])
    assert of(store) == []


def test_a_duplicate_or_dismissed_case_is_nobodys(store: SqlCaseStore) -> None:
    ended = (CaseState.DUPLICATE, CaseState.DISMISSED)
    store.commit([an_opening(n, case=a_new_case(n, state=state)) for n, state in enumerate(ended, 1)])
    assert of(store, CITIZEN) == []


def test_of_a_tireless_complainant_only_the_newest_cases_are_read(store: SqlCaseStore) -> None:
    store.commit([an_opening(number) for number in range(1, MOST_OF_ONE + 6)])
    newest = range(MOST_OF_ONE + 5, 5, -1)
    assert of(store, CITIZEN) == [a_new_case(number).reference for number in newest]


def test_an_address_longer_than_any_index_takes_is_found(store: SqlCaseStore) -> None:
    long = Complainant(name="", address=f"{'a' * 5000}@example.net", mobile="")
    store.commit([an_opening(1, case=a_new_case(1, complainant=long))])
    assert of(store, long.address) == [a_new_case(1).reference]


# --- twice is once ----------------------------------------------------------------------------------------------


def test_a_mail_taken_again_changes_nothing(store: SqlCaseStore, engine: Engine) -> None:
    store.commit([an_opening()])
    before = counts(engine)
    again = an_opening(case=a_new_case(2), reference=a_new_case(2).reference)
    assert store.commit([again]) == [TWICE]
    assert counts(engine) == before


def test_a_mail_under_another_uid_gets_that_uid_noted(store: SqlCaseStore, engine: Engine) -> None:
    elsewhere = MailboxId("INBOX", 8)
    store.commit([an_opening()])
    assert store.commit([replace(an_opening(), mail=a_taken_mail(1, mailbox=elsewhere, uid=77))]) == [TWICE]
    assert store.taken(elsewhere) == {77}
    assert store.taken(INBOX) == {1}
    assert count(engine, mails) == 1


def test_two_copies_in_one_batch_make_one_case(store: SqlCaseStore, engine: Engine) -> None:
    second = replace(an_opening(2), mail=a_taken_mail(1, uid=2))
    assert store.commit([an_opening(1), second]) == [STORED, TWICE]
    assert count(engine, cases) == 1
    assert store.taken(INBOX) == {1, 2}


def test_a_uid_keeps_the_mail_it_has(store: SqlCaseStore, engine: Engine) -> None:
    store.commit([an_opening(1), an_opening(2)])
    store.commit([replace(an_opening(2), mail=a_taken_mail(2, uid=1))])
    with reading(engine) as connection:
        query = select(mailbox_uids.c.uid, mails.c.identity).join(mails).order_by(mailbox_uids.c.uid)
        assert connection.execute(query).all() == [(1, "identity-1"), (2, "identity-2")]


def test_an_alert_is_unique(store: SqlCaseStore, engine: Engine) -> None:
    case = open_one(store)
    alert = an_alert(case)
    assert store.commit([alert]) == [STORED]
    fresh = store.cases([case.reference])[case.reference]
    assert store.commit([an_alert(fresh)]) == [STORED]
    assert count(engine, outbox) == 3


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({}, 3),
        ({"text": "other words", "language": "en"}, 3),
        ({"occurrence": 2}, 4),
        ({"recipient": "+919830012399"}, 4),
    ],
)
def test_a_message_is_one_by_case_purpose_recipient_and_occurrence(
    store: SqlCaseStore, engine: Engine, changes: dict[str, Any], messages: int
) -> None:
    case = open_one(store)
    alert = an_alert(case)
    store.commit([alert, replace(alert, case=None, outbox=(replace(alert.outbox[0], **changes),))])
    assert count(engine, outbox) == messages


# --- each by itself ---------------------------------------------------------------------------------------------

BAD: dict[str, Callable[[Decision], Decision]] = {
    "a naive time": lambda one: replace(one, case=a_new_case(3, closed_at=NOON.replace(tzinfo=None))),
    "a lone surrogate": lambda one: replace(one, case=a_new_case(3, subject="\ud800")),
    "a number too large": lambda one: replace(one, mail=a_taken_mail(3, size_bytes=2**70)),
    "no outcome": lambda one: replace(one, outcome=None),
    "a case that is not there": lambda one: replace(one, case=None, reference="CM2699999997", outbox=(), events=()),
    "a message about a case that is not there": lambda one: replace(one, outbox=(an_sms("CM2699999997"),)),
    "a reference given before": lambda one: replace(one, case=a_new_case(1)),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_decision_leaves_no_trace_and_its_neighbours_stand(
    store: SqlCaseStore, engine: Engine, fault: str
) -> None:
    others = [an_opening(number) for number in (1, 2, 4, 5)]
    bad = BAD[fault](an_opening(3))
    results = store.commit([*others[:2], bad, *others[2:]])
    assert [result.state for result in results] == [Stored.STORED] * 2 + [Stored.FAILED] + [Stored.STORED] * 2
    assert results[2].reason
    assert "Rina" not in results[2].reason
    assert counts(engine) == {
        **dict.fromkeys(counts(engine), 0),
        "cases": 4,
        "mails": 4,
        "referrals": 4,
        "recipients": 4,
        "events": 8,
        "outbox": 8,
        "thread": 8,
        "mailbox_uids": 4,
    }


def test_a_case_that_changed_meanwhile_is_stale_and_its_neighbours_stand(store: SqlCaseStore) -> None:
    case = open_one(store)
    alert = an_alert(case)
    late = Decision(
        outcome=Outcome.REPLY,
        reason="",
        mail=a_taken_mail(9),
        case=replace(case, follow_ups=7),
        reference=case.reference,
    )
    results = store.commit([alert, late, an_opening(2)])
    assert [result.state for result in results] == [Stored.STORED, Stored.STALE, Stored.STORED]
    assert store.cases([case.reference])[case.reference].follow_ups == 0
    assert store.outcomes(["identity-9"]) == {}


def test_a_case_that_was_never_stored_cannot_be_changed(store: SqlCaseStore) -> None:
    decision = Decision(outcome=None, reason="", case=a_case(version=4))
    assert store.commit([decision])[0].state is Stored.STALE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["good", "bad", "twice", "held"]), max_size=12))
def test_whatever_the_mixture_each_decision_gets_its_own_end(
    store: SqlCaseStore, engine: Engine, mixture: list[str]
) -> None:
    numbers = itertools.count(max_uid(engine) + 2)
    store.commit([an_opening(1)])
    before = count(engine, mails)
    make: dict[str, Callable[[int], Decision]] = {
        "good": an_opening,
        "bad": lambda number: replace(an_opening(number), outcome=None),
        "twice": lambda number: replace(an_opening(number), mail=a_taken_mail(1, uid=number)),
        "held": a_held_mail,
    }
    expected = {"good": Stored.STORED, "held": Stored.STORED, "bad": Stored.FAILED, "twice": Stored.TWICE}
    results = store.commit([make[kind](next(numbers)) for kind in mixture])
    assert [result.state for result in results] == [expected[kind] for kind in mixture]
    assert count(engine, mails) - before == sum(kind in ("good", "held") for kind in mixture)


# --- the whole transaction --------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 1, 3, 10, 30, 100])
def test_a_full_disk_is_unavailable_and_leaves_nothing(store: SqlCaseStore, engine: Engine, room: int) -> None:
    with reading(engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + room
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))
    big = [replace(an_opening(n), case=a_new_case(n, text="x" * 20_000)) for n in range(1, 30)]
    with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
        store.commit(big)
    assert not any(counts(engine).values())


def test_a_kill_in_the_middle_leaves_each_case_whole_or_absent(database_url: str) -> None:
    for pause in (3, 7, 12):
        deed = [sys.executable, "-m", "tests.cases.worker", "commit", database_url, "5"]
        _kill_after(deed, lines=pause, engine=open_database(database_url))


def _kill_after(deed: list[str], *, lines: int, engine: Engine) -> None:
    with subprocess.Popen(deed, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        said = [int(next(worker.stdout)) for _ in range(lines)]
        worker.send_signal(signal.SIGKILL)
        said += map(int, worker.stdout.read().split())
    with reading(engine) as connection:
        references = connection.scalars(select(cases.c.reference)).all()
        assert len(references) >= said[-1]  # what was said to be stored is
        assert len(references) % 5 == 0  # a batch is one transaction
        for table, rows in ((mails, 1), (events, 2), (outbox, 2), (thread, 2), (recipients, 1)):
            found = Counter(connection.scalars(select(table.c.reference)))
            assert found == dict.fromkeys(references, rows), table.name
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()


# --- threads ----------------------------------------------------------------------------------------------------


def test_message_ids_in_and_out_lead_to_the_case(store: SqlCaseStore) -> None:
    decision = an_opening()
    store.commit([decision])
    email = decision.outbox[1].email
    assert email is not None
    names = [decision.thread[0], email.message_id, "<unknown@example.net>"]
    assert store.cases_of_messages(names) == dict.fromkeys(names[:2], decision.reference)
    assert store.cases_of_messages([]) == {}


def test_a_message_id_leads_to_the_first_case_that_had_it(store: SqlCaseStore) -> None:
    first, second = an_opening(1), replace(an_opening(2), thread=an_opening(1).thread)
    assert store.commit([first, second]) == [STORED, STORED]
    assert store.cases_of_messages(first.thread) == {first.thread[0]: first.reference}


def test_a_message_id_of_any_length_is_kept_apart_from_others(store: SqlCaseStore) -> None:
    names = ["<" + "x" * 5000 + end + "@example.net>" for end in "ab"]
    store.commit([replace(an_opening(n), thread=(names[n - 1],)) for n in (1, 2)])
    assert store.cases_of_messages(names) == {names[n - 1]: an_opening(n).reference for n in (1, 2)}


# --- the clock --------------------------------------------------------------------------------------------------


def test_a_case_is_overdue_from_the_end_of_its_term(store: SqlCaseStore) -> None:
    case = open_one(store)
    assert store.overdue(NOON + WEEK - timedelta(microseconds=1), 10) == []
    assert store.overdue(NOON + WEEK, 10) == [case]


def test_an_alerted_case_is_overdue_again_a_term_later(store: SqlCaseStore) -> None:
    store.commit([an_alert(open_one(store))])
    assert store.overdue(NOON + 2 * WEEK - timedelta(seconds=1), 10) == []
    assert len(store.overdue(NOON + 2 * WEEK, 10)) == 1


def test_the_longest_waiting_come_first_and_no_more_than_asked_for(store: SqlCaseStore) -> None:
    waits = {1: 3, 2: 1, 3: 2}
    for number, days in waits.items():
        case = a_new_case(number, referrals=(a_referral(referred_at=NOON - timedelta(days=days)),))
        store.commit([Decision(outcome=None, reason="", case=case)])
    found = [case.reference for case in store.overdue(NOON + 2 * WEEK, 2)]
    assert found == [a_new_case(1).reference, a_new_case(3).reference]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": CaseState.CLOSED},
        {"state": CaseState.DISMISSED},
        {"referrals": (a_referral(state=ReferralState.ANSWERED),)},
        {"referrals": ()},
    ],
)
def test_the_clock_leaves_alone_what_is_owed_nothing(store: SqlCaseStore, changes: dict[str, Any]) -> None:
    store.commit([Decision(outcome=None, reason="", case=a_new_case(**changes))])
    assert store.overdue(NOON + 99 * WEEK, 10) == []


def test_what_is_overdue_is_looked_up_and_never_searched_for(store: SqlCaseStore, engine: Engine) -> None:
    words: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: words.append(arguments[2]))
    store.overdue(NOON, 10)
    query = next(statement for statement in words if "next_alert_at" in statement)
    with engine.connect() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query, (NOON.isoformat(" "), 10, 0)).all()
    assert [step[-1] for step in plan] == ["SEARCH cases USING COVERING INDEX ix_cases_next_alert_at (next_alert_at<?)"]


# --- serials and contacts ---------------------------------------------------------------------------------------


def test_a_serial_is_given_once(store: SqlCaseStore) -> None:
    assert [store.reserve_serials(2026, n) for n in (1, 50, 1)] == [1, 2, 52]
    assert store.reserve_serials(2027, 3) == 1
    with pytest.raises(ValueError, match="at least one"):
        store.reserve_serials(2026, 0)


def test_a_serial_is_given_to_one_process_only(database_url: str) -> None:
    deed = [sys.executable, "-m", "tests.cases.worker", "serials", database_url, "100"]
    workers = [subprocess.Popen(deed, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    given = [int(line) for worker in workers for line in worker.communicate()[0].split()]
    assert sorted(given) == list(range(1, 301))


def test_the_last_contact_is_kept_and_the_last_that_went_well(store: SqlCaseStore, engine: Engine) -> None:
    store.note_contact("sms", NOON, "")
    store.note_contact("sms", LATER, "HTTP 500")
    store.note_contact("smtp", NOON, "refused")
    with reading(engine) as connection:
        found = connection.execute(select(contacts).order_by(contacts.c.party)).all()
    assert found == [("sms", LATER, NOON, "HTTP 500"), ("smtp", NOON, None, "refused")]


# --- the ledger of the mailbox ----------------------------------------------------------------------------------


def test_an_attempt_is_counted_each_time(store: SqlCaseStore) -> None:
    assert store.begin(INBOX, [1, 2], NOON) == {1: 1, 2: 1}
    assert store.begin(INBOX, [2, 3], LATER) == {2: 2, 3: 1}
    assert store.begin(MailboxId("INBOX", 8), [2], LATER) == {2: 1}
    assert store.begin(INBOX, [], LATER) == {}


def test_a_mail_is_taken_when_its_outcome_is_stored(store: SqlCaseStore) -> None:
    store.begin(INBOX, [1, 2], NOON)
    assert store.taken(INBOX) == set()
    store.commit([a_held_mail(1)])
    assert store.taken(INBOX) == {1}
    assert store.outcomes(["identity-1", "identity-2"]) == {"identity-1": Outcome.HELD}


def test_what_is_taken_is_unmarked_until_the_server_was_told(store: SqlCaseStore) -> None:
    store.begin(INBOX, [1, 2, 3], NOON)
    store.commit([an_opening(2), a_held_mail(1)])
    assert store.unmarked(INBOX) == [1, 2]
    store.note_marked(INBOX, [1], LATER)
    assert store.unmarked(INBOX) == [2]
    assert store.unmarked(MailboxId("INBOX", 8)) == []


def test_what_the_server_no_longer_shows_need_not_be_marked(store: SqlCaseStore) -> None:
    store.commit([an_opening(1), an_opening(2)])
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(2,)), LATER)
    assert store.unmarked(INBOX) == [2]
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(1, 2)), LATER)
    assert store.unmarked(INBOX) == [1, 2]


def test_a_listing_counts_what_waits(store: SqlCaseStore, engine: Engine) -> None:
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(1, 2, 3)), NOON)
    store.commit([an_opening(1)])
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(1, 2, 3, 4)), LATER)
    with reading(engine) as connection:
        assert connection.execute(select(mailbox_listings)).all() == [("INBOX", 7, 4, 3, LATER)]
    assert store.begin(INBOX, [4], LATER) == {4: 1}


def test_thousands_of_uids_are_no_trouble(store: SqlCaseStore) -> None:
    uids = tuple(range(1, 40_001))
    store.note_listing(MailboxListing(mailbox=INBOX, uids=uids), NOON)
    store.note_marked(INBOX, uids, NOON)
    store.note_listing(MailboxListing(mailbox=INBOX, uids=()), LATER)
    assert store.outcomes([str(uid) for uid in uids]) == {}
    assert store.cases_of_messages([str(uid) for uid in uids]) == {}


def test_the_newest_emails_of_each_case_are_given_within_their_bounds(store: SqlCaseStore) -> None:
    one, other = a_new_case(1), a_new_case(2)
    mails = [an_email(one.reference, occurrence=n, text=f"mail {n}") for n in range(1, MOST_SENT + 5)]
    long = [an_email(other.reference, occurrence=n, text="x" * (SENT_LIMIT // 2 - 100)) for n in range(1, 4)]
    store.commit(
        [
            an_opening(1, case=one, outbox=(an_sms(one.reference), *mails)),
            an_opening(2, case=other, outbox=tuple(long)),
        ]
    )
    found = store.mails_sent([one.reference, other.reference, "CM2699999997"])
    assert found == {one.reference: mails[: -MOST_SENT - 1 : -1], other.reference: long[:0:-1]}
    assert store.mails_sent([]) == {}


# --- follow-ups


def test_the_follow_ups_of_a_case_are_those_of_its_history_that_were_not_split_off(
    store: SqlCaseStore, engine: Engine
) -> None:
    """One that was split off and joined again has its new number; who was sent one is known."""
    opening = an_opening()
    names = [letter * 64 for letter in "abc"]
    said: list[tuple[EventKind, dict[str, str]]] = [
        *((EventKind.FOLLOWED_UP, {"number": str(number), "mail": name}) for number, name in enumerate(names, 1)),
        (EventKind.SPLIT, {"mail": names[0][:12], "into": "CM2600012349"}),
        (EventKind.SPLIT, {"mail": names[1][:12], "into": "CM2600012349"}),
        (EventKind.FOLLOWED_UP, {"number": "4", "mail": names[1]}),
    ]
    told = [
        Event(reference=opening.reference, at=NOON, kind=kind, actor="complainant", detail=detail)
        for kind, detail in said
    ]
    mails = [
        an_email(
            opening.reference, purpose=Purpose.FOLLOW_UP, occurrence=number, recipient=f"Officer{number}@Example.org"
        )
        for number in (3, 4)
    ]
    store.commit([replace(opening, events=(*opening.events, *told), outbox=tuple(mails))])
    queue = SqlOutbox(engine, "a")
    (entry,) = queue.claim(Channel.EMAIL, NOON, limit=1, lease=WEEK)
    queue.settle(entry, OutboxState.SENT, at=NOON)
    assert store.follow_ups(opening.reference) == [
        FollowUp(number=3, sha256=names[2], told=frozenset({"officer3@example.org"})),
        FollowUp(number=4, sha256=names[1]),
    ]
    assert store.follow_ups("CM2600012349") == []
