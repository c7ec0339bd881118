"""What follows from each event in the life of a case."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailbot.cases import lifecycle
from mailbot.model import (
    Case,
    CaseState,
    Channel,
    Complainant,
    Decision,
    EventKind,
    FollowUp,
    Grievance,
    Outcome,
    Purpose,
    Recipient,
    ReferralState,
    Role,
    Route,
    Source,
)
from tests.fakes import CITIZEN, NOON, OFFICER, WEEK, a_case, a_mail, a_recipient, a_referral

HEAD = a_recipient(post="HFW-HEAD", role=Role.COPY, address="hfw-head@example.org", mobile="+916999900002")
ABOVE = a_recipient(post="DM-BAN", role=Role.SUPERIOR, address="dm-ban@example.org", mobile="+916999900003")
BELOW = a_recipient(post="HFW-BMOH", role=Role.INFORMATION, address="bmoh@example.org", mobile="+916999900004")
GRIEVANCE = Grievance(
    source=Source.MAIL,
    subject="No doctor",
    text="There has been no doctor for a month.",
    language="bn",
    complainant=Complainant(name="Rina Das", address=CITIZEN, mobile="+919830012345"),
    attachments=(),
    received_at=NOON - timedelta(hours=1),
    raw_sha256="0" * 64,
    message_id="<grievance-1@example.net>",
)
ROUTE = Route(
    department="HFW", place="WB-BAN", recipients=(a_recipient(), HEAD, ABOVE), review=False, explain=("because",)
)


def opened(grievance: Grievance = GRIEVANCE, route: Route = ROUTE) -> Decision:
    return lifecycle.open_case(grievance, [route], reference="CM2600012349", now=NOON, term=WEEK)


def test_a_grievance_becomes_a_referred_case_due_a_term_after_its_referral() -> None:
    case = opened().case
    assert case is not None
    assert (case.state, case.version, case.due_at) == (CaseState.REFERRED, 0, NOON + WEEK)
    assert case.received_at < case.opened_at == NOON


def test_the_complainant_is_acknowledged_on_both_ways_in_the_language_of_the_mail() -> None:
    told = [n for n in opened().notices if n.purpose is Purpose.ACKNOWLEDGEMENT]
    assert {(n.channel, n.recipient, n.language) for n in told} == {
        (Channel.SMS, "+919830012345", "bn"),
        (Channel.EMAIL, CITIZEN, "bn"),
    }


def test_bulk_mail_becomes_a_case_without_an_acknowledgement() -> None:
    decision = opened(replace(GRIEVANCE, acknowledge=False))
    assert decision.outcome is Outcome.CASE
    assert {n.purpose for n in decision.notices} == {Purpose.REFERRAL}


def test_addressee_and_copies_are_referred_to_and_superiors_only_named() -> None:
    told = [n.recipient for n in opened().notices if n.purpose is Purpose.REFERRAL]
    assert told == [OFFICER, "hfw-head@example.org"]


TELLING = replace(ROUTE, recipients=(*ROUTE.recipients, BELOW))


def test_who_is_told_for_information_gets_the_referral_once_and_nothing_else() -> None:
    decision = opened(route=TELLING)
    case = decision.case
    assert case is not None
    told = [(n.purpose, n.channel, n.occurrence) for n in decision.notices if n.person == BELOW]
    assert told == [(Purpose.REFERRAL, Channel.EMAIL, 1)]
    follow_up = lifecycle.follow_up(case, a_mail(), raw_sha256="1" * 64, now=NOON)
    overdue = lifecycle.overdue(case, NOON + WEEK)
    assert overdue is not None
    assert not {BELOW.address, BELOW.mobile} & {n.recipient for n in (*follow_up.notices, *overdue.notices)}


def test_who_must_answer_another_matter_of_the_case_is_not_told_for_information() -> None:
    other = replace(ROUTE, department="PRD", recipients=(replace(BELOW, post="PRD-BDO", role=Role.ADDRESSEE),))
    decision = lifecycle.open_case(GRIEVANCE, [TELLING, other], reference="CM2600012349", now=NOON, term=WEEK)
    assert [(n.occurrence, n.recipient) for n in decision.notices if n.recipient == BELOW.address] == [
        (2, BELOW.address)
    ]


def test_an_answer_of_who_was_only_told_is_for_a_human_who_may_close_with_it() -> None:
    case = a_case(referrals=(a_referral(recipients=TELLING.recipients),))
    held = lifecycle.officer_answer(case, post=BELOW.post, words="I was there.", message_id="", now=NOON)
    assert (held.outcome, held.reason) == (Outcome.HELD, "an answer of an office that was told for information only")
    assert (held.case, held.notices, held.events) == (None, (), ())
    closed = lifecycle.officer_answer(
        case, post=BELOW.post, words="I was there.", message_id="", now=NOON, by_desk=True
    )
    assert closed.case is not None
    assert (closed.case.state, closed.case.closed_by) == (CaseState.CLOSED, BELOW.post)


def test_an_office_told_in_one_matter_and_asked_in_another_may_answer() -> None:
    asked = a_referral(number=2, recipients=(replace(BELOW, role=Role.ADDRESSEE),))
    case = a_case(referrals=(a_referral(recipients=TELLING.recipients), asked))
    decision = lifecycle.officer_answer(case, post=BELOW.post, words="Done.", message_id="", now=NOON)
    assert decision.outcome is Outcome.REPLY


def test_one_person_who_holds_two_posts_is_written_to_once() -> None:
    both = replace(ROUTE, recipients=(a_recipient(), replace(HEAD, address=OFFICER.upper())))
    assert [n.recipient for n in opened(route=both).notices if n.purpose is Purpose.REFERRAL] == [OFFICER]


def test_two_matters_are_two_referrals_each_with_its_own_officers() -> None:
    other = replace(ROUTE, department="PWD", recipients=(a_recipient(post="PWD-HEAD", address="pwd@example.org"),))
    decision = lifecycle.open_case(GRIEVANCE, [ROUTE, other], reference="CM2600012349", now=NOON, term=WEEK)
    assert decision.case is not None
    assert [(r.number, r.department) for r in decision.case.referrals] == [(1, "HFW"), (2, "PWD")]
    told = [(n.recipient, n.occurrence) for n in decision.notices if n.purpose is Purpose.REFERRAL]
    assert told == [(OFFICER, 1), ("hfw-head@example.org", 1), ("pwd@example.org", 2)]


def test_a_route_without_an_addressee_is_refused() -> None:
    with pytest.raises(ValueError, match="addressee"):
        opened(route=replace(ROUTE, recipients=(HEAD,)))


def test_an_answer_closes_the_case_and_the_complainant_is_told() -> None:
    decision = lifecycle.officer_answer(a_case(), post="HFW-HEAD", words="Done.", message_id="<a@b>", now=NOON)
    case = decision.case
    assert case is not None
    assert (case.state, case.closed_by, case.action_taken, case.closed_at) == (
        CaseState.CLOSED,
        "HFW-HEAD",
        "Done.",
        NOON,
    )
    assert {r.state for r in case.referrals} == {ReferralState.ANSWERED}
    assert case.due_at is None
    assert {(n.purpose, n.channel) for n in decision.notices} == {
        (Purpose.CLOSURE_NOTICE, Channel.SMS),
        (Purpose.CLOSURE_NOTICE, Channel.EMAIL),
    }


def test_an_answer_that_ends_nothing_is_held_and_leads_to_the_case_until_the_desk_closes_with_it() -> None:
    answer: dict[str, Any] = {"post": "HFW-HEAD", "words": "Under process.", "message_id": "<a@b>", "now": NOON}
    held = lifecycle.officer_answer(a_case(), **answer, no_answer="it is under way")
    assert (held.outcome, held.case, held.notices, held.events) == (Outcome.HELD, None, (), ())
    assert (held.reference, held.thread) == (a_case().reference, ("<a@b>",))
    assert held.reason == "an officer's mail that closes nothing: it is under way"
    closed = lifecycle.officer_answer(a_case(), **answer, no_answer="it is under way", by_desk=True)
    assert closed.case is not None
    assert closed.case.state is CaseState.CLOSED


def test_what_ends_nothing_is_kept_with_a_case_that_is_closed_already() -> None:
    closed = a_case(state=CaseState.CLOSED)
    decision = lifecycle.officer_answer(
        closed, post="HFW-HEAD", words="Noted.", message_id="", now=NOON, no_answer="it says only that it was seen"
    )
    assert (decision.outcome, decision.case, decision.notices) == (Outcome.REPLY, None, ())


def test_a_second_answer_is_kept_and_the_complainant_is_not_told_again() -> None:
    closed = a_case(state=CaseState.CLOSED)
    decision = lifecycle.officer_answer(closed, post="HFW-HEAD", words="Also done.", message_id="", now=NOON)
    assert (decision.outcome, decision.case, decision.notices) == (Outcome.REPLY, None, ())
    assert [event.kind for event in decision.events] == [EventKind.ANSWERED]


DESK = a_recipient(post="TRIAGE", role=Role.COPY, address="desk@example.org")


def told_by(decision: Decision, case: Case, desk: Recipient = DESK) -> Decision:
    return lifecycle.tell_desk(decision, case, mail=a_mail(), raw_sha256="1" * 64, desk=desk)


def test_what_follows_up_a_case_that_is_over_is_told_to_the_desk_after_its_officers() -> None:
    withdrawn = (a_referral(state=ReferralState.WITHDRAWN),)
    for case, people in (
        (a_case(state=CaseState.CLOSED), [OFFICER, DESK.address]),
        (a_case(state=CaseState.DISMISSED, referrals=withdrawn), [DESK.address]),
    ):
        decision = told_by(lifecycle.follow_up(case, a_mail(), raw_sha256="1" * 64, now=NOON), case)
        assert [notice.recipient for notice in decision.notices] == people
        assert {(n.purpose, n.occurrence, n.original_sha256, n.writer) for n in decision.notices} == {
            (Purpose.FOLLOW_UP, 1, "1" * 64, None)
        }
        assert decision.case is not None
        assert decision.case.follow_ups == 1


def test_what_somebody_must_act_on_is_not_told_to_the_desk_and_what_nobody_can_be_told_is() -> None:
    case = a_case()
    decision = lifecycle.follow_up(case, a_mail(), raw_sha256="1" * 64, now=NOON)
    assert told_by(decision, case) == decision
    closing = lifecycle.officer_answer(case, post=case.recipients()[0].post, words="Done.", message_id="", now=NOON)
    assert told_by(closing, case) == closing
    unreachable = a_case(referrals=(a_referral(recipients=(a_recipient(address=""),)),))
    decision = lifecycle.follow_up(unreachable, a_mail(), raw_sha256="1" * 64, now=NOON)
    assert [notice.recipient for notice in told_by(decision, unreachable).notices] == [DESK.address]


def test_a_further_answer_is_told_to_the_desk_under_its_writers_title_and_a_number_of_its_own() -> None:
    case = a_case(state=CaseState.CLOSED, follow_ups=3)
    answer = lifecycle.officer_answer(case, post=case.recipients()[0].post, words="Again.", message_id="", now=NOON)
    decision = told_by(answer, case)
    (notice,) = decision.notices
    assert (notice.recipient, notice.occurrence, notice.writer) == (DESK.address, 4, case.recipients()[0])
    assert decision.case == replace(case, follow_ups=4)


def test_the_desk_is_not_told_twice_nor_what_it_wrote_itself() -> None:
    case = a_case(state=CaseState.CLOSED)
    desk = replace(case.recipients()[0], address=OFFICER.upper())
    decision = lifecycle.follow_up(case, a_mail(), raw_sha256="1" * 64, now=NOON)
    assert told_by(decision, case, desk) == decision
    answer = lifecycle.officer_answer(case, post=desk.post, words="Again.", message_id="", now=NOON)
    assert told_by(answer, case, desk) == answer


def test_a_follow_up_reaches_the_officers_and_restarts_no_clock() -> None:
    decision = lifecycle.follow_up(a_case(), a_mail(message_id="<2@example.net>"), raw_sha256="1" * 64, now=NOON + WEEK)
    assert decision.case is not None
    assert decision.case.due_at == NOON + WEEK
    assert decision.case.follow_ups == 1
    assert [(n.purpose, n.recipient, n.occurrence) for n in decision.notices] == [(Purpose.FOLLOW_UP, OFFICER, 1)]
    assert decision.thread == ("<2@example.net>",)


def test_a_follow_up_is_named_in_the_history_so_that_it_can_be_told_again() -> None:
    (event,) = lifecycle.follow_up(a_case(follow_ups=2), a_mail(), raw_sha256="1" * 64, now=NOON, evidence="so").events
    assert event.detail == {"number": "3", "mail": "1" * 64, "evidence": "so"}


def test_what_is_taken_over_is_numbered_on_and_told_to_whom_it_was_not_sent() -> None:
    case = a_case(follow_ups=2, referrals=(a_referral(recipients=(a_recipient(), HEAD, ABOVE, BELOW)),))
    followed = [FollowUp(number=1, sha256="a"), FollowUp(number=2, sha256="b", told=frozenset({OFFICER.casefold()}))]
    decision = lifecycle.take_over(case, followed, now=NOON, reason="joined")
    assert decision.case is not None
    assert decision.case.follow_ups == 4
    assert [(e.detail["number"], e.detail["mail"]) for e in decision.events] == [("3", "a"), ("4", "b")]
    assert [(n.recipient, n.occurrence) for n in decision.notices] == [
        (OFFICER, 3),
        (HEAD.address, 3),
        (HEAD.address, 4),
    ]


@pytest.mark.parametrize("is_bounce", [True, False])
def test_automatic_mail_never_causes_a_notice(*, is_bounce: bool) -> None:
    decision = lifecycle.automatic_mail("CM2600012349", what="x", addresses=("a@b",), is_bounce=is_bounce, now=NOON)
    assert (decision.outcome, decision.notices, decision.case) == (Outcome.IGNORED, (), None)
    assert len(decision.events) == 1


def test_within_the_term_nobody_is_alerted() -> None:
    assert lifecycle.overdue(a_case(), NOON + WEEK - timedelta(microseconds=1)) is None


def test_at_the_end_of_the_term_every_official_of_the_referral_is_alerted_on_both_ways() -> None:
    case = a_case(referrals=(a_referral(recipients=(a_recipient(), HEAD, ABOVE)),))
    decision = lifecycle.overdue(case, NOON + WEEK)
    assert decision is not None
    assert decision.case is not None
    assert decision.case.referrals[0].level == 1
    assert sorted((n.channel, n.recipient) for n in decision.notices) == [
        (Channel.EMAIL, OFFICER),
        (Channel.EMAIL, "hfw-head@example.org"),
        (Channel.SMS, "+916999900001"),
        (Channel.SMS, "+916999900002"),
    ]
    assert lifecycle.overdue(decision.case, NOON + WEEK) is None


def test_after_a_long_downtime_there_is_one_alert_for_the_level_reached() -> None:
    decision = lifecycle.overdue(a_case(), NOON + 3 * WEEK + timedelta(days=1))
    assert decision is not None
    assert {n.occurrence for n in decision.notices} == {3}


def test_a_closed_case_is_never_overdue() -> None:
    assert lifecycle.overdue(a_case(state=CaseState.CLOSED), NOON + 5 * WEEK) is None


def test_two_referrals_of_a_case_alert_under_different_occurrences() -> None:
    case = a_case(referrals=(a_referral(), a_referral(number=2)))
    decision = lifecycle.overdue(case, NOON + WEEK)
    assert decision is not None
    assert {n.occurrence for n in decision.notices} == {1, 1001}
