"""Who is told of a matter though no answer is owed from there, and why nobody is."""

import pytest

from mailbot.classify.accused import UNNAMED
from mailbot.classify.directory import Directory, read_departments
from mailbot.classify.inform import NOT_INFORMED
from mailbot.classify.match import classify
from mailbot.classify.places import find_place
from mailbot.classify.route import route
from mailbot.classify.settle import settle, settle_post
from mailbot.errors import ConfigurationError
from mailbot.model import Match, Role, Route
from tests.classify.office_files import OFFICERS, POSTS, directory, gazetteer, rules, without

RULES, GAZETTEER = rules(), gazetteer()
TELLING = directory(informs="block")
ACMOH = (
    POSTS.replace("HFW-CMOH-BAN\n", "HFW-ACMOH\n")
    + "HFW-ACMOH,ACMOH of Bankura,HFW,subdivision,SD-BAN-BANKURA,HFW-CMOH-BAN\n"
)
BDO = Match(rule="titles.csv:2", target="BDO of", phrase="BDO", words="BDO", where="body", start=0, end=3, weight=1.0)


def send(text: str, offices: Directory = TELLING, *, accused: tuple[Match, ...] = ()) -> Route:
    return route(classify("", text, RULES), find_place("", text, GAZETTEER), offices, GAZETTEER, accused=accused)


def informed(found: Route) -> list[str]:
    return [person.post for person in found.recipients if person.role is Role.INFORMATION]


def not_told(found: Route) -> list[str]:
    return [sentence for sentence in found.explain if sentence.startswith(NOT_INFORMED)]


def test_the_post_of_the_block_is_told_of_what_the_health_district_must_answer() -> None:
    found = send("Swasthya Sathi, hospital of Onda block")
    assert [(person.role, person.post) for person in found.recipients] == [
        (Role.ADDRESSEE, "HFW-CMOH-BAN"),
        (Role.COPY, "HFW-HEAD"),
        (Role.INFORMATION, "HFW-BMOH-ONDA"),
    ]


def test_the_explanation_names_the_column_the_place_and_the_words() -> None:
    (sentence,) = [
        each for each in send("Swasthya Sathi, hospital of Onda block").explain if each.startswith("Information: ")
    ]
    assert "BMOH of Onda: the nearest below CMOH of Bankura" in sentence
    assert "HFW informs down to its block (departments.csv)" in sentence
    assert "'Swasthya Sathi' (body 0-14, keywords.csv:3)" in sentence
    assert "Onda block as 'Onda'" in sentence


def test_nobody_is_told_where_the_department_tells_nobody() -> None:
    found = send("Swasthya Sathi, hospital of Onda block", directory())
    assert (informed(found), not_told(found)) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "Swasthya Sathi, hospital of Joypur block, Bankura",
        "Swasthya Sathi, hospital, Bishnupur municipality",
        "Swasthya Sathi, hospital, dist. Howrah",
    ],
)
def test_nobody_is_told_where_there_is_no_post_nearer_than_the_one_that_answers(text: str) -> None:
    found = send(text)
    assert not found.review
    assert (informed(found), not_told(found)) == ([], [])


def test_police_without_posts_below_tell_nobody() -> None:
    found = send("the police did nothing about the assault in Onda block")
    assert (found.recipients[0].post, informed(found)) == ("HOM-SP-BAN", [])


def test_the_nearest_above_the_block_is_told_where_the_block_has_none() -> None:
    held = OFFICERS + "HFW-ACMOH,Holder,acmoh@example.org,+916999999999,2026-01-01,\n"
    offices = directory(without(ACMOH, "HFW-BMOH"), without(held, "HFW-BMOH"), informs="block")
    assert informed(send("Swasthya Sathi, hospital of Onda block", offices)) == ["HFW-ACMOH"]


def test_a_vacant_post_is_left_out_and_that_is_said() -> None:
    found = send(
        "Swasthya Sathi, hospital of Onda block",
        directory(officers=without(OFFICERS, "HFW-BMOH-ONDA"), informs="block"),
    )
    assert informed(found) == []
    assert not_told(found) == [f"{NOT_INFORMED}BMOH of Onda, for the post is vacant"]


def test_nobody_is_told_when_anybody_is_complained_of() -> None:
    found = send("Swasthya Sathi, hospital of Onda block", accused=(BDO,))
    assert (found.recipients[0].post, informed(found)) == ("HFW-CMOH-BAN", [])
    assert "complains of 'BDO' (body 0-3, titles.csv:2)" in not_told(found)[0]


def test_nobody_is_told_when_the_accused_is_no_post_and_the_addressee_stays() -> None:
    doctor = BDO._replace(target=UNNAMED, words="complaint against", rule="cues.csv")
    found = send("Swasthya Sathi, hospital of Onda block", accused=(doctor,))
    assert (found.recipients[0].post, informed(found)) == ("HFW-CMOH-BAN", [])
    assert "complains of somebody, 'complaint against' (body 0-3, cues.csv)" in not_told(found)[0]


def test_nobody_is_told_when_the_triage_desk_decides() -> None:
    found = send("something of Onda block")
    assert (found.review, informed(found)) == (True, [])


def test_of_two_blocks_of_one_health_district_none_is_told() -> None:
    posts = POSTS + "HFW-BMOH-BISHNUPUR,BMOH of Bishnupur,HFW,block,BL-BAN-BISHNUPUR,HFW-CMOH-BIS\n"
    posts += "HFW-BMOH-JOYPUR,BMOH of Joypur,HFW,block,BL-BAN-JOYPUR,HFW-CMOH-BIS\n"
    held = (
        OFFICERS
        + "HFW-BMOH-BISHNUPUR,A,a@example.org,+916999999998,,\nHFW-BMOH-JOYPUR,B,b@example.org,+916999999999,,\n"
    )
    found = send(
        "Swasthya Sathi, hospital of Bishnupur block and Joypur block, dist. Bankura",
        directory(posts, held, informs="block"),
    )
    assert (found.recipients[0].post, informed(found)) == ("HFW-CMOH-BIS", [])
    assert "does not say which of several places" in not_told(found)[0]


def test_an_address_that_has_it_already_is_not_written_to_again() -> None:
    held = OFFICERS.replace("hfw-bmoh-onda@", "HFW-CMOH-BAN@")
    found = send("Swasthya Sathi, hospital of Onda block", directory(officers=held, informs="block"))
    assert informed(found) == []
    assert not_told(found) == [f"{NOT_INFORMED}BMOH of Onda, whose address is that of CMOH of Bankura"]


def test_a_post_of_another_chain_is_not_told() -> None:
    posts = POSTS.replace("BL-BAN-ONDA,HFW-CMOH-BAN", "BL-BAN-ONDA,HFW-CMOH-BIS")
    found = send("Swasthya Sathi, hospital of Onda block", directory(posts, informs="block"))
    assert informed(found) == []
    assert "does not stand below CMOH of Bankura" in not_told(found)[0]


# --- the desk


def test_the_desk_tells_the_same_as_the_rules() -> None:
    by_rules, by_desk = send("Swasthya Sathi, hospital of Onda block"), settle("HFW", "BL-BAN-ONDA", TELLING, GAZETTEER)
    assert [(one.role, one.post) for one in by_desk.recipients] == [(one.role, one.post) for one in by_rules.recipients]
    assert by_desk.recipients[-1].reason == (
        "BMOH of Onda: the desk decided: Health at Onda; the nearest below CMOH of Bankura, told for information only: "
        "HFW informs down to its block (departments.csv)"
    )


def test_below_a_post_that_the_desk_names_the_same_is_told() -> None:
    assert informed(settle_post("HFW-CMOH-BAN", "BL-BAN-ONDA", TELLING, GAZETTEER)) == ["HFW-BMOH-ONDA"]
    assert informed(settle_post("HFW-BMOH-ONDA", "BL-BAN-ONDA", TELLING, GAZETTEER)) == []
    assert informed(settle_post("HFW-CMOH-BAN", "", TELLING, GAZETTEER)) == []


def test_the_desk_tells_nobody_either_when_anybody_is_complained_of_and_says_so() -> None:
    for found in (
        settle("HFW", "BL-BAN-ONDA", TELLING, GAZETTEER, accused=[BDO]),
        settle_post("HFW-CMOH-BAN", "BL-BAN-ONDA", TELLING, GAZETTEER, accused=[BDO]),
    ):
        assert informed(found) == []
        assert len(not_told(found)) == 1


def test_the_desks_word_does_not_make_the_post_complained_of_its_own_judge() -> None:
    found = settle("PRD", "BL-BAN-ONDA", TELLING, GAZETTEER, accused=[BDO])
    assert found.recipients[0].post == "PRD-SDO-BAN"
    assert "is complained of" in found.recipients[0].reason


# --- the column


@pytest.mark.parametrize(
    "row", ["A,A,civil,block,,block", "A,A,civil,head,,block", "A,A,civil,district,,ward", "A,A,civil,block,,district"]
)
def test_a_level_that_is_not_below_the_one_that_answers_is_a_fault(row: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_departments({"departments.csv": f"code,name_en,area,answers_at,desk,informs\n{row}\n"})
    (fault,) = refused.value.faults
    assert (fault.line, fault.key) == (2, "informs")
    assert fault.hint
