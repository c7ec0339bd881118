"""What follows when the desk settles a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.cases.lifecycle import follow_up, officer_answer
from mailbot.cases.settle import dismiss_case, hand_over, settle_case
from mailbot.errors import Unsettled
from mailbot.model import (
    Case,
    CaseState,
    Channel,
    Decision,
    EventKind,
    FollowUp,
    Outcome,
    Purpose,
    ReferralState,
    Role,
    Route,
)
from tests.fakes import NOON, OFFICER, WEEK, a_case, a_mail, a_recipient, a_referral

TRIAGE = a_recipient(post="CMO-TRIAGE", address="triage@example.org", mobile="+916999900009")
DOUBTFUL = a_case(
    department="", place="", review=True, explain=("in doubt",), referrals=(a_referral(recipients=(TRIAGE,)),)
)
BDO = a_recipient(post="PRD-BDO-ONDA", address="bdo-onda@example.org", mobile="+916999900005")
HEAD = a_recipient(post="PRD-HEAD", role=Role.COPY, address="prd-head@example.org", mobile="+916999900006")
ROUTE = Route(
    department="PRD", place="BL-BAN-ONDA", recipients=(BDO, HEAD), review=False, explain=("The desk decided: PRD",)
)
LATER = NOON + timedelta(days=2)


def settled(case: Case = DOUBTFUL, *routes: Route, only: int | None = None) -> Decision:
    return settle_case(case, routes or (ROUTE,), now=LATER, term=WEEK, only=only, own_post=TRIAGE.post)


def case_of(decision: Decision) -> Case:
    assert decision.case is not None
    return decision.case


def test_the_case_belongs_where_the_desk_says_and_the_doubt_is_cleared() -> None:
    case = case_of(settled())
    assert (case.department, case.place, case.review) == ("PRD", "BL-BAN-ONDA", False)
    assert case.explain == ("The desk decided: PRD",)


def test_the_old_referral_is_withdrawn_and_the_new_one_has_a_term_of_its_own() -> None:
    case = case_of(settled())
    assert [(r.number, r.state) for r in case.referrals] == [(1, ReferralState.WITHDRAWN), (2, ReferralState.OPEN)]
    assert case.due_at == LATER + WEEK


def test_the_new_officers_are_written_to_and_the_complainant_is_not_told_again() -> None:
    notices = settled().notices
    assert {(n.purpose, n.recipient, n.occurrence) for n in notices} == {
        (Purpose.REFERRAL, "bdo-onda@example.org", 2),
        (Purpose.REFERRAL, "prd-head@example.org", 2),
    }


def test_the_history_keeps_what_the_desk_said_beside_what_the_rules_had_said() -> None:
    events = settled(replace(DOUBTFUL, department="LAW", place="WB-BAN")).events
    assert [(e.kind, e.actor) for e in events] == [
        (EventKind.WITHDRAWN, "desk"),
        (EventKind.REFERRED, "desk"),
        (EventKind.REFERRED, "desk"),
    ]
    assert events[1].detail == {
        "post": "PRD-BDO-ONDA",
        "role": "addressee",
        "referral": "2",
        "department": "PRD",
        "place": "BL-BAN-ONDA",
        "was_department": "LAW",
        "was_place": "WB-BAN",
    }


def test_several_matters_are_several_referrals() -> None:
    case = case_of(settled(DOUBTFUL, ROUTE, replace(ROUTE, department="POW")))
    assert [(r.number, r.department) for r in case.referrals if r.state is ReferralState.OPEN] == [
        (2, "PRD"),
        (3, "POW"),
    ]
    assert case.department == "PRD"


def test_one_matter_of_two_can_be_settled_alone() -> None:
    two = replace(DOUBTFUL, department="LAW", referrals=(a_referral(department="LAW"), a_referral(number=2)))
    case = case_of(settled(two, only=2))
    assert [r.state for r in case.referrals] == [ReferralState.OPEN, ReferralState.WITHDRAWN, ReferralState.OPEN]
    assert case.department == "LAW"
    assert case_of(settled(two, only=1)).department == "PRD"


def test_a_referral_that_is_not_open_cannot_be_settled() -> None:
    with pytest.raises(Unsettled, match="has no open referral 7; open: 1"):
        settled(only=7)


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.CONFIRMED, CaseState.DUPLICATE])
def test_a_case_that_is_not_open_is_refused(state: CaseState) -> None:
    case, said = a_case(state=state), f"is {state.value}; only an open case"
    with pytest.raises(Unsettled, match=said):
        settled(case)
    with pytest.raises(Unsettled, match=said):
        dismiss_case(case, now=LATER)


def test_nobody_is_no_route() -> None:
    with pytest.raises(ValueError, match="to nobody"):
        settle_case(DOUBTFUL, (), now=LATER, term=WEEK)


def test_what_is_no_grievance_is_dismissed_and_nobody_is_told() -> None:
    decision = dismiss_case(DOUBTFUL, now=LATER, own_post=TRIAGE.post)
    case = case_of(decision)
    assert (case.state, case.review, case.due_at, decision.notices) == (CaseState.DISMISSED, False, None, ())
    assert [event.kind for event in decision.events] == [EventKind.WITHDRAWN, EventKind.DISMISSED]
    assert decision.events[-1].detail["department"] == "NONE"


def test_a_dismissal_can_be_taken_back() -> None:
    dismissed = case_of(dismiss_case(DOUBTFUL, now=LATER, own_post=TRIAGE.post))
    case = case_of(settled(dismissed))
    assert (case.state, case.department) == (CaseState.REFERRED, "PRD")


def test_an_answer_of_an_office_whose_referral_was_withdrawn_closes_nothing() -> None:
    case = case_of(settled())
    held = officer_answer(case, post="CMO-TRIAGE", words="seen", message_id="", now=LATER)
    assert (held.outcome, held.case, held.notices) == (Outcome.HELD, None, ())
    closed = officer_answer(case, post="PRD-BDO-ONDA", words="done", message_id="", now=LATER)
    assert [r.state for r in case_of(closed).referrals] == [ReferralState.WITHDRAWN, ReferralState.ANSWERED]


def test_a_follow_up_goes_to_those_in_charge_alone() -> None:
    told = {notice.recipient for notice in follow_up(case_of(settled()), a_mail(), raw_sha256="0", now=LATER).notices}
    assert told == {"bdo-onda@example.org", "prd-head@example.org"}
    assert OFFICER not in told


# --- whom a withdrawal is told


def withdrawals(decision: Decision) -> list[tuple[str, int]]:
    return [(n.recipient, n.occurrence) for n in decision.notices if n.purpose is Purpose.WITHDRAWAL]


HFW_HEAD = a_recipient(post="HFW-HEAD", role=Role.COPY, address="hfw-head@example.org", mobile="+916999900002")
BELOW = a_recipient(post="HFW-BMOH", role=Role.INFORMATION, address="bmoh@example.org", mobile="+916999900003")
ABOVE = a_recipient(post="DM-BAN", role=Role.SUPERIOR, address="dm@example.org", mobile="+916999900004")
REFERRED = a_case(referrals=(a_referral(recipients=(a_recipient(), HFW_HEAD, ABOVE, BELOW)),))


def test_who_was_asked_and_is_no_longer_is_told_by_mail_and_who_has_it_now() -> None:
    decision = settled(REFERRED)
    assert withdrawals(decision) == [(OFFICER, 1), ("hfw-head@example.org", 1)]
    told = next(n for n in decision.notices if n.purpose is Purpose.WITHDRAWAL)
    assert (told.channel, told.now_with) == (Channel.EMAIL, (BDO, HEAD))
    assert decision.withdrawn == (1,)


def test_the_desk_is_not_told_of_its_own_deed() -> None:
    assert withdrawals(settled()) == []
    assert settled().withdrawn == (1,)


def test_who_goes_on_to_answer_is_not_told_that_no_answer_is_owed() -> None:
    stays = replace(ROUTE, recipients=(BDO, replace(HEAD, address=OFFICER.upper())))
    assert withdrawals(settled(REFERRED, stays)) == [("hfw-head@example.org", 1)]


def test_of_one_matter_withdrawn_the_offices_of_the_others_hear_nothing() -> None:
    other = a_referral(number=2, recipients=(HFW_HEAD,))
    case = a_case(referrals=(a_referral(recipients=(a_recipient(), HFW_HEAD)), other))
    decision = settled(case, only=1)
    assert withdrawals(decision) == [(OFFICER, 1)]
    assert decision.withdrawn == (1,)


def test_a_second_ruling_tells_of_the_second_referral_only() -> None:
    again = replace(ROUTE, recipients=(replace(BDO, post="PRD-BDO-TWO", address="two@example.org"),))
    decision = settled(case_of(settled(REFERRED)), again)
    assert withdrawals(decision) == [("bdo-onda@example.org", 2), ("prd-head@example.org", 2)]


def test_an_office_that_was_asked_about_what_is_no_grievance_is_told_and_the_writer_is_not() -> None:
    decision = dismiss_case(REFERRED, now=LATER)
    assert withdrawals(decision) == [(OFFICER, 1), ("hfw-head@example.org", 1)]
    assert {notice.purpose for notice in decision.notices} == {Purpose.WITHDRAWAL}
    assert all(notice.now_with == () for notice in decision.notices)


# --- what the complainant wrote since

WRITTEN = [FollowUp(number=1, sha256="a" * 64, mail=a_mail()), FollowUp(number=4, sha256="b" * 64)]


def test_those_who_must_answer_now_are_told_each_follow_up_under_its_number() -> None:
    route = replace(ROUTE, recipients=(*ROUTE.recipients, BELOW, ABOVE))
    told = [n for n in hand_over(settled(REFERRED, route), WRITTEN).notices if n.purpose is Purpose.FOLLOW_UP]
    assert [(n.recipient, n.occurrence, n.original_sha256[0]) for n in told] == [
        (BDO.address, 1, "a"),
        (HEAD.address, 1, "a"),
        (BDO.address, 4, "b"),
        (HEAD.address, 4, "b"),
    ]


def test_who_is_referred_to_twice_is_told_a_follow_up_once() -> None:
    told = hand_over(settled(REFERRED, ROUTE, replace(ROUTE, department="POW")), WRITTEN[:1]).notices
    assert [n.recipient for n in told if n.purpose is Purpose.FOLLOW_UP] == [BDO.address, HEAD.address]


def test_a_dismissal_hands_nothing_over() -> None:
    dismissed = dismiss_case(REFERRED, now=LATER)
    assert hand_over(dismissed, WRITTEN) == dismissed
