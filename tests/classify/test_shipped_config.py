"""The configuration that comes with mailbot: it loads, it is fictitious, and it reaches everybody it should."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mailbot.classify.accused import find_accused
from mailbot.classify.directory import Departments, Directory, read_departments, read_directory
from mailbot.classify.lint import CHECKED, Severity, check_rules, looked_at
from mailbot.classify.lint_titles import check_titles
from mailbot.classify.match import classify
from mailbot.classify.mine import mine, write_hints
from mailbot.classify.places import Gazetteer, find_place, read_gazetteer
from mailbot.classify.route import route
from mailbot.classify.rules import Rules, read_rules
from mailbot.classify.score import read_labelled
from mailbot.classify.settle import ask
from mailbot.model import Role, Route

CONFIG = Path(__file__).resolve().parents[2] / "config"


def texts(folder: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted((CONFIG / folder).glob("*.csv"))}


@cache
def office() -> tuple[Departments, Rules, Gazetteer, Directory]:
    departments = read_departments(texts("departments"))
    gazetteer = read_gazetteer(texts("places"))
    directory = read_directory(texts("directory"), departments, gazetteer)
    return departments, read_rules(texts("rules"), departments), gazetteer, directory


def send(text: str, subject: str = "") -> Route:
    _, rules, gazetteer, directory = office()
    accused = find_accused(subject, text, rules)
    found = classify(subject, text, rules), find_place(subject, text, gazetteer)
    return route(*found, directory, gazetteer, accused=accused)


def test_there_are_as_many_posts_as_the_service_has() -> None:
    *_, directory = office()
    levels = Counter(post.level for post in directory.posts.values())
    assert levels["head"] + levels["district"] > 105
    assert levels["subdivision"] + levels["block"] > 1000
    assert levels["triage"] == 1


def test_there_is_an_sp_a_commissioner_and_a_cmoh_for_every_unit() -> None:
    _, _, gazetteer, directory = office()
    units = Counter(
        gazetteer.places[place].kind for department, place in directory._fields if department in ("HOM", "HFW")
    )
    assert (units["police_district"], units["commissionerate"], units["health_district"]) == (28, 7, 28)


def test_every_holder_is_fictitious_and_nobody_shares_an_address_or_a_mobile() -> None:
    *_, directory = office()
    officers = directory.officers.values()
    assert directory.is_fictitious()
    assert all("(fictitious)" in officer.name and officer.address.endswith("@example.org") for officer in officers)
    assert len({officer.address for officer in officers}) == len(officers) == len(directory.posts)
    assert len({officer.mobile for officer in officers}) == len(officers)


def test_every_department_has_a_head_and_every_area_a_post_that_answers() -> None:
    departments, _, gazetteer, directory = office()
    for department in departments.values():
        assert directory.head(department.desk or department.code) is not None or department.code == "NONE"
    for place in gazetteer.places.values():
        if place.kind in ("block", "municipality", "corporation", "subdivision"):
            assert gazetteer.health_district(place.code)
            assert gazetteer.police_unit(place.code)


@pytest.mark.parametrize(
    ("text", "addressee", "head"),
    [
        ("There is no doctor in the rural hospital of Onda block.", "HFW-CMOH-BAN-BANKURA", "HFW-HEAD"),
        ("জয়পুর ব্লকের হাসপাতালে ওষুধ নেই, জেলা বাঁকুড়া।", "HFW-CMOH-BAN-BISHNUPUR", "HFW-HEAD"),
        ("Police is not taking FIR, Karandighi block.", "HOM-SP-UDJ-RAIGANJ", "HOM-HEAD"),
        ("Bhangar 2 te police FIR nicche na", "HOM-CP-KOLKATA", "HOM-HEAD"),
        ("Our village road in Onda block is broken, the pradhan does nothing.", "PRD-BDO-BAN-ONDA", "PRD-HEAD"),
        ("Garbage is not lifted in ward 5, Bankura municipality.", "UDM-EO-BAN-BANKURA", "UDM-HEAD"),
    ],
)
def test_a_grievance_goes_to_the_officer_of_the_area_and_to_the_head(text: str, addressee: str, head: str) -> None:
    found = send(f"To\nThe Hon'ble Chief Minister\nNabanna, Howrah 711102\n\nMadam,\n{text}")
    assert [(person.role, person.post) for person in found.recipients[:2]] == [
        (Role.ADDRESSEE, addressee),
        (Role.COPY, head),
    ]
    assert not found.review


def test_the_explanation_of_the_bankura_case_says_why_each_was_chosen() -> None:
    found = send("There is no doctor in the rural hospital of Onda block.")
    cmoh, head, bmoh = found.recipients
    assert (
        "the mail names Onda block as 'Onda' (body 44-48, places.csv:21), which lies in health district Bankura"
        in cmoh.reason
    )
    assert "'rural hospital' (body 26-40, keywords.csv:" in head.reason
    assert (bmoh.role, bmoh.post) == (Role.INFORMATION, "HFW-BMOH-BAN-ONDA")
    assert "HFW informs down to its block (departments.csv)" in bmoh.reason


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("The tap of the piped water scheme is dry, Onda block, Bankura.", "PHE-JE-BAN-ONDA"),
        ("There is no doctor in the hospital, Bankura municipality.", "HFW-ACMOH-BAN-BANKURA-SADAR"),
        ("Police is not taking FIR, Karandighi block.", ""),
        ("Our village road in Onda block is broken, the pradhan does nothing.", ""),
        ("There is no doctor in the hospital of Onda block; we complain against the BMOH, who takes bribe.", ""),
    ],
)
def test_the_post_below_is_told_where_its_department_says_so_and_nobody_is_complained_of(text: str, post: str) -> None:
    told = [person.post for person in send(text).recipients if person.role is Role.INFORMATION]
    assert told == ([post] if post else [])


def test_every_department_that_informs_has_the_posts_for_it() -> None:
    departments, _, gazetteer, directory = office()
    telling = {code for code, department in departments.items() if department.informs}
    reached = {
        code
        for code in telling
        for person in ask(code, "BL-BAN-ONDA", directory, gazetteer).recipients
        if person.role is Role.INFORMATION
    }
    assert reached == telling
    assert {"HFW", "PHE", "POW"} <= telling
    assert not telling & {"HOM", "COR", "JUD"}  # whom a complaint to the police or a court concerns may be near


@pytest.mark.parametrize("name", ["Burdwan", "Midnapore", "24 Parganas"])
def test_an_old_district_alone_is_a_doubt(name: str) -> None:
    _, _, gazetteer, _ = office()
    assert not find_place("", f"No water in our village, Dist. {name}.", gazetteer).confident


@pytest.mark.parametrize(
    "text",
    [
        "amader rasta bhanga, chad o bhanga",
        "chatro der korar kichu nei",
        "নদী পেরোতে নৌকা নেই",
        "solar light er salary nei",
    ],
)
def test_words_that_only_sound_like_a_place_are_none(text: str) -> None:
    _, _, gazetteer, _ = office()
    assert find_place("", text, gazetteer).place is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("हाम्रो गाउँ गोरुबथान ब्लकको माथिल्लो फागु हो। छोरी कालिम्पोङको कलेजमा, बुहारी आशाकर्मी।", "BL-KAL-GORUBATHAN"),
        ("Our village is in Onda block. My daughter is in Bankura college.", "BL-BAN-ONDA"),
        (
            "Divorce er mamla Howrah court e. Ami ekhon baper bari te thaki, Bishnupur 2 block, South 24 Parganas.",
            "BL-S24-BISHNUPUR-II",
        ),
    ],
)
def test_what_stands_in_a_town_weighs_no_more_than_the_town(text: str, place: str) -> None:
    _, _, gazetteer, _ = office()
    found = find_place("", text, gazetteer)
    assert found.place is not None
    assert found.place.code == place


@pytest.mark.parametrize("word", ["para", "Mal", "sagar", "bally", "বালি", "পাড়া"])
def test_a_word_that_is_a_name_too_is_no_place_by_itself(word: str) -> None:
    _, _, gazetteer, _ = office()
    assert not find_place("", f"In our {word} there is no light.", gazetteer).confident


def test_every_title_is_some_posts_and_no_word_for_one_is_a_place() -> None:
    assert check_titles(texts("rules")["titles.csv"], office()[3], texts("places")) == []


def test_the_shipped_rules_have_nothing_left_to_warn_of() -> None:
    departments, rules, gazetteer, _ = office()
    found = looked_at(check_rules(rules, departments, gazetteer, texts("places")), texts("rules")[CHECKED])
    assert [finding.fault.message for finding in found if finding.severity is not Severity.NOTE] == []


def test_the_shipped_hints_are_those_that_the_shipped_keywords_give() -> None:
    """Whoever changes keywords.csv makes the hints anew: sh scripts/hints."""
    letters = sorted(Path(__file__).parent.glob("letters*.jsonl"))
    labelled = [mail for file in letters for mail in read_labelled(file.name, file.read_text("utf-8"))]
    assert write_hints(mine(office()[1], labelled)) == texts("rules")["hints.csv"]
