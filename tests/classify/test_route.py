"""Who must act, who must know, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.directory import Directory
from mailbot.classify.match import classify
from mailbot.classify.places import find_place
from mailbot.classify.route import route
from mailbot.model import Match, Role, Route
from tests.classify.office_files import OFFICERS, directory, gazetteer, rules, without

RULES, GAZETTEER, DIRECTORY = rules(), gazetteer(), directory()


def send(text: str, subject: str = "", offices: Directory = DIRECTORY) -> Route:
    return route(classify(subject, text, RULES), find_place(subject, text, GAZETTEER), offices, GAZETTEER)


def posts(found: Route) -> list[tuple[str, str]]:
    return [(person.role.value, person.post) for person in found.recipients]


def test_health_of_a_block_goes_to_the_cmoh_and_the_head() -> None:
    found = send("No doctor in the hospital of Onda block.")
    assert posts(found) == [("addressee", "HFW-CMOH-BAN"), ("copy", "HFW-HEAD")]
    assert (found.department, found.place, found.review) == ("HFW", "BL-BAN-ONDA", False)
    assert found.recipients[0].reason == (
        "CMOH of Bankura: the mail names Onda block as 'Onda' (body 29-33, places.csv:6), "
        "which lies in health district Bankura; the mail says 'hospital' (body 17-25, keywords.csv:2)"
    )


def test_a_health_district_does_not_follow_the_civil_line() -> None:
    assert send("No doctor in the hospital of Bishnupur town.").recipients[0].post == "HFW-CMOH-BIS"


def test_a_district_of_two_health_districts_goes_to_the_one_of_its_name() -> None:
    found = send("No doctor in the hospital, dist. Bankura.")
    assert (found.recipients[0].post, found.review) == ("HFW-CMOH-BAN", False)
    assert "which has several, and by its own name is health district Bankura" in found.recipients[0].reason


def test_a_district_of_two_police_units_goes_to_triage() -> None:
    found = send("The police did nothing, dist. Howrah.")
    assert (found.recipients[0].post, found.review) == ("CMO-TRIAGE", True)
    assert "lies under several police units" in found.explain[0]


def test_two_places_named_alike_are_no_doubt_where_the_same_post_answers() -> None:
    found = send("No doctor in the hospital from Onda block to Ramsagar, nor in Bankura Sadar subdivision.")
    assert (found.recipients[0].post, found.review) == ("HFW-CMOH-BAN", False)


def test_two_places_named_alike_go_to_the_post_for_both() -> None:
    found = send("The village road from Onda block to Joypur block, dist. Bankura")
    assert (found.recipients[0].post, found.review) == ("PRD-DM-BAN", False)
    assert "so it goes to the post for both" in found.recipients[0].reason


def test_two_places_in_two_districts_are_a_doubt() -> None:
    found = send("The village road from Onda block to Suri-I block")
    assert (found.recipients[0].post, found.review) == ("CMO-TRIAGE", True)
    assert "doubtful beside Suri I block" in found.explain[0]


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("police did nothing in Onda block", "HOM-SP-BAN"),
        ("police did nothing, Howrah municipality", "HOM-CP-HOW"),
        ("police did nothing in Suri-I block", "HOM-SP-HOW"),
        ("police did nothing at Domjur thana", "HOM-CP-HOW"),
    ],
)
def test_police_matters_go_by_the_police_unit(text: str, post: str) -> None:
    assert posts(send(text)) == [("addressee", post), ("copy", "HOM-HEAD")]


def test_the_nearest_post_acts_and_those_above_it_are_named() -> None:
    assert posts(send("the village road in Onda block")) == [
        ("addressee", "PRD-BDO-ONDA"),
        ("copy", "PRD-HEAD"),
        ("superior", "PRD-SDO-BAN"),
        ("superior", "PRD-DM-BAN"),
    ]


def test_an_area_without_a_post_of_its_own_goes_to_the_next_above() -> None:
    assert send("the village road in Joypur block, Bankura").recipients[0].post == "PRD-DM-BAN"


def test_a_vacant_post_passes_it_one_up() -> None:
    offices = directory(officers=without(OFFICERS, "PRD-BDO-ONDA"))
    found = send("the village road in Onda block", offices=offices)
    assert found.recipients[0].post == "PRD-SDO-BAN"
    assert "BDO of Onda vacant, so it goes one up" in found.recipients[0].reason


def test_a_department_whose_every_post_is_vacant_goes_to_triage() -> None:
    offices = directory(officers=without(OFFICERS, "PRD"))
    found = send("the village road in Onda block", offices=offices)
    assert (found.recipients[0].post, found.review) == ("CMO-TRIAGE", True)


def test_a_vacant_head_gets_no_copy() -> None:
    offices = directory(officers=without(OFFICERS, "HFW-HEAD"))
    assert posts(send("hospital of Onda block", offices=offices)) == [("addressee", "HFW-CMOH-BAN")]


def test_a_vacant_triage_desk_passes_it_one_up() -> None:
    offices = directory(officers=without(OFFICERS, "CMO-TRIAGE"))
    assert posts(send("xyzzy", offices=offices)) == [("addressee", "CMO-HEAD")]


def test_a_department_without_field_posts_answers_itself() -> None:
    found = send("the marriage registrar asks for money")
    assert (posts(found), found.review) == ([("addressee", "LAW-HEAD")], False)


def test_matters_outside_the_state_go_to_the_grievance_cell() -> None:
    found = send("the railway gate of Onda")
    assert (found.department, posts(found), found.review) == ("XCG", [("addressee", "CMO-HEAD")], False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("xyzzy", "no department"),
        ("you have won the lottery", "no grievance"),
        ("the hospital called the police in Onda block", "the department is in doubt"),
        ("the hospital is closed", "no place is named"),
        ("the village road in Joypur block", "the place is in doubt"),
        ("", "no department"),
    ],
)
def test_doubt_goes_to_the_triage_desk_with_its_reason(text: str, why: str) -> None:
    found = send(text)
    assert posts(found) == [("addressee", "CMO-TRIAGE"), ("superior", "CMO-HEAD")]
    assert found.review
    assert why in found.explain[0]


def test_the_triage_desk_sees_the_candidates() -> None:
    explained = "\n".join(send("the hospital called the police in Onda block").explain)
    assert "Considered beside HFW 4.5: HOM 4.5 for 'police' (body 24-30, keywords.csv:4)" in explained
    assert "Place: the mail names Onda block" in explained


def test_each_recipient_is_explained_with_its_name_and_address() -> None:
    found = send("No doctor in the hospital of Onda block.")
    for person in found.recipients:
        assert person.reason.startswith(person.title)
        assert person.officer == f"Holder of {person.post}"
        assert person.address == f"{person.post.lower()}@example.org"
        assert any(person.reason in step for step in found.explain)


WORDS = [
    "hospital",
    "police",
    "railway",
    "lottery",
    "village road",
    "Onda block",
    "Joypur",
    "Howrah",
    "dist",
    ".",
    "\n",
]


@given(st.lists(st.sampled_from(WORDS)) | st.text().map(lambda text: [text]))
def test_every_mail_has_exactly_one_addressee_who_can_be_reached(words: list[str]) -> None:
    found = send(" ".join(words))
    assert [person.role for person in found.recipients].count(Role.ADDRESSEE) == 1
    assert found.recipients[0].role is Role.ADDRESSEE
    assert all(person.address for person in found.recipients)
    assert len({person.post for person in found.recipients}) == len(found.recipients)


def against(text: str, title: str, offices: Directory = DIRECTORY) -> Route:
    words = Match(
        rule="titles.csv:2", target=title, phrase="BDO", words="BDO", where="body", start=0, end=3, weight=1.0
    )
    classification, finding = classify("", text, RULES), find_place("", text, GAZETTEER)
    return route(classification, finding, offices, GAZETTEER, accused=[words])


def test_a_grievance_never_goes_to_the_post_complained_of_but_one_up() -> None:
    found = against("the village road in Onda block", "BDO of")
    assert posts(found)[:2] == [("addressee", "PRD-SDO-BAN"), ("copy", "PRD-HEAD")]
    assert "BDO of Onda is complained of, 'BDO' (body 0-3, titles.csv:2), so it goes one up" in found.explain[-3]


def test_nobody_is_asked_to_judge_who_stands_above_him() -> None:
    found = against("the village road in Onda block", "SDO of")
    assert all(person.post != "PRD-BDO-ONDA" for person in found.recipients)
    assert found.recipients[0].post == "PRD-DM-BAN"


def test_where_the_head_is_complained_of_the_triage_desk_decides() -> None:
    found = against("the marriage registrar", "Secretary, Law")
    assert (found.recipients[0].post, found.review) == ("CMO-TRIAGE", True)


def test_another_post_complained_of_changes_nothing() -> None:
    text = "the village road in Onda block"
    assert posts(against(text, "CMOH of")) == posts(send(text))
