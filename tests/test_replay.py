"""New rules over old grievances: who gains and who loses."""

from dataclasses import replace

import pytest

from mailbot.classify.rules import read_rules
from mailbot.intake import Office
from mailbot.replay import Replayed, replay, summarise
from tests.office import an_office

OLD = "department,phrase,weight\nPRD,road,4\nHFW,hospital,4\n"
NEW = "department,phrase,weight\nPWD,road,4\nHFW,hospital,4\nNONE,lottery,5\n"
GRIEVANCES = (
    Replayed(reference="CM1", subject="Road", text="The road in Onda block, Bankura is broken.", settled=("PWD",)),
    Replayed(
        reference="CM2", subject="Hospital", text="No doctor in the hospital, Onda block, Bankura.", settled=("HFW",)
    ),
    Replayed(reference="CM3", subject="Help", text="Please help, Onda block, Bankura."),
)


def an_office_with(keywords: str) -> Office:
    office = an_office()
    return replace(office, rules=read_rules({"keywords.csv": keywords}, office.directory.departments))


@pytest.fixture(scope="module")
def offices() -> tuple[Office, Office]:
    return an_office_with(OLD), an_office_with(NEW)


def test_every_case_is_told_with_both_destinations(offices: tuple[Office, Office]) -> None:
    road, hospital, help_ = replay(GRIEVANCES, *offices)
    assert (road.before.departments, road.after.departments) == (("PRD",), ("PWD",))
    assert road.before.posts[0] == "PRD-BDO-BAN-ONDA"
    assert "PWD" in " ".join(road.explain)
    assert hospital.is_none
    assert help_.is_none
    assert help_.after.review


def test_the_sum_says_who_gains_and_who_loses_which_cases(offices: tuple[Office, Office]) -> None:
    found = summarise(list(replay(GRIEVANCES, *offices)))
    assert (found.cases, found.changed) == (3, 1)
    assert {code: (b.gains, b.losses) for code, b in found.departments.items()} == {
        "PRD": ([], ["CM1"]),
        "PWD": (["CM1"], []),
    }
    assert found.posts["PRD-BDO-BAN-ONDA"].losses == ["CM1"]
    assert (found.review_before, found.review_after) == (1, 1)


def test_the_sum_says_for_how_many_the_rules_say_what_the_desk_said(offices: tuple[Office, Office]) -> None:
    found = summarise(list(replay(GRIEVANCES, *offices)))
    assert (found.settled, found.settled_right_before, found.settled_right_after) == (2, 1, 2)


def test_no_cases_are_no_change(offices: tuple[Office, Office]) -> None:
    found = summarise(list(replay([], *offices)))
    assert (found.cases, found.changed, found.departments, found.posts) == (0, 0, {}, {})
