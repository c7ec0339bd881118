"""The database as labelled mails: what citizens wrote, and what the desk decided."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from mailbot.cases.labels import grievances, labels
from mailbot.cases.settle import dismiss_case, settle_case
from mailbot.cases.store import SqlCaseStore
from mailbot.model import Case, Decision, Outcome, Route, Stored
from tests.cases.decisions import a_new_case
from tests.fakes import NOON, WEEK, a_recipient

ROUTE = Route(department="PRD", place="BL-BAN-ONDA", recipients=(a_recipient(),), review=False, explain=())


def stored(engine: Engine, *cases: Case) -> None:
    decisions = [Decision(outcome=Outcome.CASE, reason="", case=case, reference=case.reference) for case in cases]
    assert {result.state for result in SqlCaseStore(engine).commit(decisions)} == {Stored.STORED}


def settled(engine: Engine, case: Case, *routes: Route, days: int = 1) -> None:
    store = SqlCaseStore(engine)
    now = store.cases([case.reference])[case.reference]
    later = NOON + timedelta(days=days)
    decision = settle_case(now, routes, now=later, term=WEEK) if routes else dismiss_case(now, now=later)
    assert [result.state for result in store.commit([decision])] == [Stored.STORED]


def test_every_grievance_is_given_in_order_however_many_pages(engine: Engine) -> None:
    many = [a_new_case(n, subject=f"no {n}") for n in range(1, 6)]
    stored(engine, *many)
    assert [one.subject for one in grievances(engine)] == [f"no {n}" for n in range(1, 6)]
    assert [one.reference for one in grievances(engine, page=2)] == [case.reference for case in many]


def test_grievances_since_a_moment(engine: Engine) -> None:
    old = a_new_case(1, received_at=NOON - timedelta(days=3))
    stored(engine, old, a_new_case(2))
    assert [one.reference for one in grievances(engine, since=NOON)] == [a_new_case(2).reference]


def test_a_case_that_the_desk_has_settled_is_a_label_and_the_others_are_none(engine: Engine) -> None:
    case = a_new_case(1, department="LAW", text="the road is broken")
    stored(engine, case, a_new_case(2))
    settled(engine, case, ROUTE)
    (label,) = labels(engine)
    assert (label.grievance.reference, label.grievance.text) == (case.reference, "the road is broken")
    assert label.matters == (("PRD", "BL-BAN-ONDA"),)
    assert label.decided_at == NOON + timedelta(days=1)


def test_the_last_word_of_the_desk_counts(engine: Engine) -> None:
    case = a_new_case(1)
    stored(engine, case)
    settled(engine, case, ROUTE)
    settled(engine, case, replace(ROUTE, department="PWD"), replace(ROUTE, department="POW", place=""), days=2)
    (label,) = labels(engine)
    assert label.matters == (("PWD", "BL-BAN-ONDA"), ("POW", ""))


def test_what_is_no_grievance_is_a_label_too(engine: Engine) -> None:
    case = a_new_case(1)
    stored(engine, case)
    settled(engine, case)
    assert [label.matters for label in labels(engine)] == [(("NONE", ""),)]
