"""What the desk decides leads to the posts that the rules would choose, and says so."""

import pytest

from mailbot.classify.settle import ask, settle, settle_post
from mailbot.errors import Unsettled
from mailbot.model import Role, Route
from tests.classify.office_files import OFFICERS, directory, gazetteer, without


def posts(found: Route) -> list[tuple[Role, str]]:
    return [(person.role, person.post) for person in found.recipients]


def settled(department: str, place: str = "", *, officers: str = OFFICERS) -> Route:
    return settle(department, place, directory(officers=officers), gazetteer())


def test_a_department_and_a_place_lead_to_the_field_post_and_the_head() -> None:
    found = settled("HFW", "BL-BAN-ONDA")
    assert posts(found) == [(Role.ADDRESSEE, "HFW-CMOH-BAN"), (Role.COPY, "HFW-HEAD")]
    assert (found.department, found.place, found.review) == ("HFW", "BL-BAN-ONDA", False)


def test_every_reason_and_the_explanation_say_that_the_desk_decided() -> None:
    found = settled("PRD", "BL-BAN-ONDA")
    assert all("the desk decided: Panchayats at Onda" in person.reason for person in found.recipients)
    assert found.explain[0] == "The desk decided: PRD (Panchayats), BL-BAN-ONDA at Onda"
    assert not any("the mail" in sentence for sentence in found.explain)


def test_a_vacant_post_passes_it_up_and_says_so() -> None:
    found = settled("PRD", "BL-BAN-ONDA", officers=without(OFFICERS, "PRD-BDO-ONDA"))
    assert found.recipients[0].post == "PRD-SDO-BAN"
    assert "BDO of Onda vacant" in found.recipients[0].reason


def test_a_department_that_answers_from_its_head_needs_no_place() -> None:
    assert posts(settled("LAW")) == [(Role.ADDRESSEE, "LAW-HEAD")]


@pytest.mark.parametrize(
    ("department", "place", "said"),
    [
        ("", "", "name one"),
        ("HFV", "", "did you mean HFW"),
        ("health", "", "did you mean HFW (Health)"),
        ("hfw", "WB-BAN", "did you mean HFW"),
        ("QQQQQ", "", "there is no department 'QQQQQ'"),
        ("PRD", "BL-BAN-ONDO", "did you mean BL-BAN-ONDA (Onda)"),
        ("PRD", "onda", "did you mean BL-BAN-ONDA (Onda)"),
        ("PRD", "", "name a finer place, or a post"),
        ("HOM", "WB-HOW", "name a finer place, or a post"),
        ("NONE", "", "dismissed"),
    ],
)
def test_what_leads_to_nobody_is_refused_with_a_hint(department: str, place: str, said: str) -> None:
    with pytest.raises(Unsettled) as refused:
        settled(department, place)
    assert said in str(refused.value)


def test_a_post_that_the_desk_names_is_addressed_and_its_head_gets_a_copy() -> None:
    found = settle_post("HFW-BMOH-ONDA", "BL-BAN-ONDA", directory(), gazetteer())
    assert posts(found) == [
        (Role.ADDRESSEE, "HFW-BMOH-ONDA"),
        (Role.COPY, "HFW-HEAD"),
        (Role.SUPERIOR, "HFW-CMOH-BAN"),
    ]
    assert "the desk decided" in found.recipients[0].reason


def test_a_vacant_post_that_the_desk_names_passes_it_up() -> None:
    empty = directory(officers=without(OFFICERS, "HFW-BMOH-ONDA"))
    found = settle_post("HFW-BMOH-ONDA", "", empty, gazetteer())
    assert found.recipients[0].post == "HFW-CMOH-BAN"
    assert "BMOH of Onda is vacant, so it goes one up" in found.recipients[0].reason


@pytest.mark.parametrize(
    ("post", "place", "said"),
    [("HFW-BMOH-OND", "", "did you mean HFW-BMOH-ONDA"), ("HFW-HEAD", "BL-X", "no place 'BL-X'")],
)
def test_an_unknown_post_or_place_is_refused(post: str, place: str, said: str) -> None:
    with pytest.raises(Unsettled, match=said):
        settle_post(post, place, directory(), gazetteer())


def test_to_ask_for_a_place_that_nobody_answers_for_leads_to_the_triage_desk() -> None:
    assert ask("HOM", "WB-HOW", directory(), gazetteer()).review
