"""What the command line shows: complete, in a stable order, ready for JSON."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from mailbot.cases import queries
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.model import (
    CaseState,
    Channel,
    Decision,
    MailboxId,
    MailboxListing,
    OutboxState,
    Outcome,
    ReferralState,
)
from tests.cases.decisions import INBOX, a_held_mail, a_new_case, a_taken_mail, an_alert, an_opening
from tests.fakes import NOON, WEEK, a_recipient, a_referral

FIRST, SECOND, THIRD = (a_new_case(number).reference for number in (1, 2, 3))
HOUR = timedelta(hours=1)


@pytest.fixture
def store(engine: Engine) -> SqlCaseStore:
    """Three cases: the second with a follow-up and a bounce, the third closed; two mails ignored, two held."""
    store = SqlCaseStore(engine)
    store.commit(
        [
            an_opening(1),
            an_opening(2),
            an_opening(3, mail=a_taken_mail(3, message_id="")),
            Decision(outcome=Outcome.FOLLOW_UP, reason="in the thread", mail=a_taken_mail(4), reference=SECOND),
            Decision(outcome=Outcome.IGNORED, reason="bounce", mail=a_taken_mail(5), reference=SECOND),
            Decision(outcome=Outcome.IGNORED, reason="newsletter", mail=a_taken_mail(6)),
            a_held_mail(7),
            a_held_mail(8, reason="too large"),
        ]
    )
    case = store.cases([THIRD])[THIRD]
    answered = replace(case.referrals[0], state=ReferralState.ANSWERED)
    closed = replace(case, state=CaseState.CLOSED, closed_at=NOON + HOUR, closed_by="DM-BAN", referrals=(answered,))
    store.commit([Decision(outcome=None, reason="", case=closed)])
    return store


def references(lines: list[queries.Json]) -> list[object]:
    return [line["reference"] for line in lines]


# --- cases ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_cases_are_listed_the_newest_first(engine: Engine) -> None:
    assert references(queries.list_cases(engine)) == [THIRD, SECOND, FIRST]
    assert references(queries.list_cases(engine, limit=2)) == [THIRD, SECOND]
    assert references(queries.list_cases(engine, state=CaseState.CLOSED)) == [THIRD]
    assert references(queries.list_cases(engine, state=CaseState.DISMISSED)) == []


def test_overdue_cases_are_those_past_their_term_even_when_alerted(engine: Engine, store: SqlCaseStore) -> None:
    assert queries.list_cases(engine, overdue_at=NOON + WEEK - HOUR) == []
    store.commit([an_alert(store.cases([FIRST])[FIRST])])
    assert references(queries.list_cases(engine, overdue_at=NOON + WEEK)) == [FIRST, SECOND]


@pytest.mark.usefixtures("store")
def test_a_line_of_the_list_says_what_an_office_asks_first(engine: Engine) -> None:
    line = queries.list_cases(engine, limit=1, state=CaseState.REFERRED)[0]
    assert line["due_at"] == (NOON + WEEK).isoformat()
    assert line["opened_at"] == "2026-11-24T12:00:00+00:00"
    assert (line["department"], line["place"], line["state"]) == ("HFW", "WB-BAN", "referred")
    referral = json.loads(json.dumps(line["referrals"]))[0]
    assert (referral["number"], referral["state"], referral["level"]) == (1, "open", 0)
    assert referral["recipients"][0]["post"] == a_recipient().post


@pytest.mark.usefixtures("store")
def test_a_case_is_shown_with_all_that_belongs_to_it(engine: Engine) -> None:
    shown = queries.show_case(engine, SECOND)
    assert shown is not None
    told = json.loads(json.dumps(shown))
    assert [event["kind"] for event in told["history"]] == ["opened", "referred"]
    assert [message["channel"] for message in told["outbox"]] == ["sms", "email"]
    assert [mail["outcome"] for mail in told["mails"]] == ["case", "follow_up", "ignored"]
    assert told["complainant"]["name"] == "Rina Das"
    assert told["text"] == "There has been no doctor for a month."
    assert told["explain"] == ["the mail names Bankura"]


@pytest.mark.usefixtures("store")
def test_a_case_that_is_not_there_is_none(engine: Engine) -> None:
    assert queries.show_case(engine, "CM2699999997") is None


# --- messages and held mail -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_messages_are_listed_in_the_order_they_were_made(engine: Engine) -> None:
    lines = queries.list_outbox(engine)
    assert [line["case"] for line in lines] == [FIRST, FIRST, SECOND, SECOND, THIRD, THIRD]
    contract = {"id", "case", "purpose", "channel", "recipient", "state", "attempts", "provider_id", "text"}
    assert contract <= lines[0].keys()


@pytest.mark.usefixtures("store")
def test_messages_are_listed_by_state(engine: Engine) -> None:
    outbox = SqlOutbox(engine, "a")
    (entry,) = outbox.claim(Channel.SMS, NOON, limit=1, lease=HOUR)
    outbox.settle(entry, OutboxState.SENT, at=NOON, provider_id="SM1")
    (line,) = queries.list_outbox(engine, state=OutboxState.SENT)
    assert (line["id"], line["provider_id"], line["attempts"]) == (entry.id, "SM1", 1)
    assert len(queries.list_outbox(engine, state=OutboxState.PENDING)) == 5


@pytest.mark.usefixtures("store")
def test_held_mail_is_listed_with_its_reason(engine: Engine) -> None:
    assert [line["reason"] for line in queries.list_held(engine)] == ["it could not be read", "too large"]


# --- export -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_an_export_tells_each_case_and_then_what_is_held(engine: Engine) -> None:
    lines = [json.loads(json.dumps(line)) for line in queries.export(engine)]
    assert [(line["case"], line["mails"], line["ignored"]) for line in lines[:3]] == [
        (FIRST, ["<grievance-1@example.net>"], []),
        (SECOND, ["<grievance-2@example.net>", "<grievance-4@example.net>"], ["<grievance-5@example.net>"]),
        (THIRD, [f"sha256:{3:064x}"], []),
    ]
    assert [line["state"] for line in lines[:3]] == ["referred", "referred", "closed"]
    assert lines[3:] == [
        {"held": f"{7:064x}", "mails": ["<grievance-7@example.net>"], "reason": "it could not be read"},
        {"held": f"{8:064x}", "mails": ["<grievance-8@example.net>"], "reason": "too large"},
    ]
    assert {"department", "place", "opened_at", "due_at", "referrals"} <= lines[0].keys()


def test_an_export_is_complete_over_many_pages(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    numbers = [8, 3, 1, 10, 2, 7, 9, 6, 5]
    SqlCaseStore(engine).commit([an_opening(number) for number in numbers])
    found = [line["case"] for line in queries.export(engine)]
    assert found == [a_new_case(number).reference for number in sorted(numbers)]


def test_an_export_of_nothing_is_nothing(engine: Engine) -> None:
    assert list(queries.export(engine)) == []


# --- status -----------------------------------------------------------------------------------------------------


def test_the_ledger_balances_against_the_server(engine: Engine, store: SqlCaseStore) -> None:
    store.note_listing(MailboxListing(mailbox=INBOX, uids=tuple(range(1, 11))), NOON)
    (ledger,) = told(engine)["mailboxes"]
    assert ledger["outcomes"] == {"case": 3, "follow_up": 1, "reply": 0, "ignored": 2, "held": 2}
    assert (ledger["server"], ledger["untaken"], ledger["unmarked"], ledger["balanced"]) == (10, 2, 8, True)
    assert sum(ledger["outcomes"].values()) + ledger["untaken"] == ledger["server"]


def test_the_ledger_follows_what_leaves_the_folder(engine: Engine, store: SqlCaseStore) -> None:
    store.note_listing(MailboxListing(mailbox=INBOX, uids=tuple(range(1, 11))), NOON)
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(5, 6, 7, 8, 9)), NOON + HOUR)
    (ledger,) = told(engine)["mailboxes"]
    assert (ledger["server"], ledger["moved"], ledger["untaken"], ledger["vanished"]) == (5, 4, 1, 1)
    assert ledger["shown"] == 10
    assert ledger["balanced"] is True


def test_a_mail_that_the_server_counts_and_we_do_not_know_unbalances(engine: Engine, store: SqlCaseStore) -> None:
    store.note_listing(MailboxListing(mailbox=INBOX, uids=(1, 2, 3)), NOON)  # and we hold eight to be there
    store.commit([an_opening(11)])
    (ledger,) = told(engine)["mailboxes"]
    assert ledger["balanced"] is False


def test_a_mail_delivered_twice_counts_under_both_uids(engine: Engine, store: SqlCaseStore) -> None:
    store.commit([replace(an_opening(1), mail=a_taken_mail(1, uid=9))])
    store.note_listing(MailboxListing(mailbox=INBOX, uids=tuple(range(1, 10))), NOON)
    (ledger,) = told(engine)["mailboxes"]
    assert (ledger["outcomes"]["case"], ledger["balanced"]) == (4, True)


def test_only_the_latest_numbering_of_a_folder_is_in_the_ledger(engine: Engine, store: SqlCaseStore) -> None:
    store.note_listing(MailboxListing(mailbox=INBOX, uids=tuple(range(1, 9))), NOON)
    store.note_listing(MailboxListing(mailbox=MailboxId("INBOX", 3), uids=(1,)), NOON + HOUR)
    store.note_listing(MailboxListing(mailbox=MailboxId("Archive", 1), uids=()), NOON)
    found = told(engine)["mailboxes"]
    assert [(line["folder"], line["uidvalidity"], line["untaken"]) for line in found] == [
        ("Archive", 1, 0),
        ("INBOX", 3, 1),
    ]


def test_status_counts_cases_messages_and_reasons(engine: Engine, store: SqlCaseStore) -> None:
    store.note_contact("sms", NOON, "HTTP 500")
    found = told(engine)
    assert found["ignored"] == {"bounce": 1, "newsletter": 1}
    assert found["held"] == {"it could not be read": 1, "too large": 1}
    assert found["cases"] == {**{state.value: 0 for state in CaseState}, "referred": 2, "closed": 1}
    assert found["outbox"] == {"pending": {"count": 6, "oldest_seconds": 8 * 24 * 3600}}
    assert found["overdue"] == 2
    assert found["contacts"] == [
        {"party": "sms", "at": "2026-11-24T12:00:00+00:00", "ok_at": None, "error": "HTTP 500"}
    ]


def test_status_of_an_empty_database_is_all_there(engine: Engine) -> None:
    found = told(engine)
    assert (found["mailboxes"], found["outbox"], found["overdue"], found["contacts"]) == ([], {}, 0, [])


def test_an_answered_referral_of_an_open_case_is_not_overdue(engine: Engine) -> None:
    referrals = (a_referral(state=ReferralState.ANSWERED), a_referral(number=2, referred_at=NOON + 3 * WEEK))
    SqlCaseStore(engine).commit([Decision(outcome=None, reason="", case=a_new_case(referrals=referrals))])
    assert told(engine)["overdue"] == 0


def told(engine: Engine) -> dict[str, Any]:
    """The status after eight days, as a script reads it."""
    found: dict[str, Any] = json.loads(json.dumps(queries.status(engine, NOON + timedelta(days=8))))
    return found
