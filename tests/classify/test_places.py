"""Where a grievance is, by the words of the mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.places import find_place, read_gazetteer
from mailbot.model import PlaceFinding
from tests.classify.office_files import TYPE_WORDS, gazetteer, place_files

GAZETTEER = gazetteer()


def find(text: str, subject: str = "") -> PlaceFinding:
    return find_place(subject, text, GAZETTEER)


def code(text: str, subject: str = "") -> str:
    place = find(text, subject).place
    return place.code if place else ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Our tube well in Onda block is broken.", "BL-BAN-ONDA"),
        ("ওন্দা ব্লকের কল খারাপ", "BL-BAN-ONDA"),
        ("Bankura er gram", "WB-BAN"),
        ("বাঁকুড়ার গ্রামে কল নেই", "WB-BAN"),
        ("Domjur thana took no FIR", "SD-HOW-SADAR"),
        ("at Ramsagar near the station", "BL-BAN-ONDA"),
        ("ward 4 of Bishnupur", "MU-BAN-BISHNUPUR"),
        ("Bishnupur block", "BL-BAN-BISHNUPUR"),
        ("the panchayat and the village road of Bishnupur", "BL-BAN-BISHNUPUR"),
        ("Bankoora district", "WB-BAN"),
    ],
)
def test_a_place_is_found_by_its_name_and_the_words_beside_it(text: str, place: str) -> None:
    assert code(text) == place


@pytest.mark.parametrize(
    "name",
    [
        "Suri-II",
        "Suri 2",
        "Suri Block II",
        "suri block no 2",
        "2 no. Suri",
        "সিউড়ি ২ নং ব্লক",
        "সিউড়ি-২",
        "সিউড়ি দুই নম্বর",
    ],
)
def test_a_numbered_block_is_found_however_it_is_written(name: str) -> None:
    assert code(f"{name} te rasta nei") == "BL-HOW-SURI-II"


def test_a_numbered_block_without_its_number_is_the_subdivision() -> None:
    assert code("Suri block office is closed") == "SD-HOW-SADAR"


@pytest.mark.parametrize(
    "text",
    [
        "To\nThe Chief Minister\nNabanna, Howrah - 711102\n\nOnda block has no water.",
        "নবান্ন, হাওড়া\nওন্দা ব্লকে জল নেই।",
        "Nabanna, Shibpur, Howrah 711102. Onda block has no water.",
        "Onda block has no water.\nCopy to: BDO, Howrah",
    ],
)
def test_the_address_of_the_addressee_is_not_the_place(text: str) -> None:
    found = find(text)
    assert found.place is not None
    assert (found.place.code, found.confident) == ("BL-BAN-ONDA", True)


def test_people_of_howrah_may_write_of_howrah() -> None:
    assert code("Nabanna is fifteen minutes from my house in Shibpur, and there is no water.") == "MC-HOW-HOWRAH"
    assert code("Drains of Howrah municipality overflow.") == "MC-HOW-HOWRAH"


def test_a_name_of_two_districts_is_settled_by_the_district_that_is_named() -> None:
    assert code("Joypur, Dist. Bankura") == "BL-BAN-JOYPUR"
    assert code("Joypur block, Howrah") == "BL-HOW-JOYPUR"
    assert code("Joypur, PIN 722144") == "BL-BAN-JOYPUR"


def test_a_name_of_two_districts_alone_is_a_doubt() -> None:
    assert not find("Joypur block has no water").confident


@pytest.mark.parametrize("text", ["Mal was stolen from the shop", "Mr Mal took money", "চুরি যাওয়া মাল"])
def test_a_name_that_is_a_word_too_needs_help(text: str) -> None:
    assert not find(text).confident


@pytest.mark.parametrize("text", ["Mal block", "Mal, Howrah", "মাল ব্লকে"])
def test_with_a_type_word_or_its_district_it_is_a_place(text: str) -> None:
    assert code(text) == "BL-HOW-MAL"
    assert find(text).confident


@pytest.mark.parametrize(
    "text", ["the Howrah bus hit me in Onda", "Howrah Road at Onda", "my in-laws in Howrah, I at Onda"]
)
def test_roads_buses_and_relatives_do_not_make_the_place(text: str) -> None:
    assert code(text) == "BL-BAN-ONDA"


@pytest.mark.parametrize("text", ["Ramsagar te jol nei", "at Ramsagar there is no water", "Ramsagar, Bankura"])
def test_a_name_that_persons_bear_too_is_a_place_where_something_is(text: str) -> None:
    assert find(text).place is not None
    assert find("Ramsagar has seen it").place is None


@pytest.mark.parametrize("text", ["ওন্দাতে bus", "ওন্দার দিকে"])
def test_who_lives_in_a_place_names_no_road_and_a_direction_no_sister(text: str) -> None:
    found = find(text)
    assert found.place is not None
    assert found.place.code == "BL-BAN-ONDA"


def test_a_pin_says_the_district_and_a_shared_one_leaves_a_doubt() -> None:
    assert code("PIN 722144") == "WB-BAN"
    assert code("PIN ৭২২ ১৪৪") == "WB-BAN"
    assert not find("PIN 700001").confident


def test_a_mail_that_names_no_place_has_none() -> None:
    found = find("everything is bad")
    assert (found.place, found.matches, found.confident) == (None, (), False)


def test_the_reason_names_the_words() -> None:
    assert find("in Onda block").reason == "the mail names Onda block as 'Onda' (body 3-7, places.csv:6)"


def test_the_match_names_the_row_of_the_table() -> None:
    match = find("in Onda block").matches[0]
    assert (match.rule, match.target) == ("places.csv:6", "BL-BAN-ONDA")


def test_two_places_that_are_named_alike_are_a_doubt() -> None:
    assert not find("from Onda block to Suri-I block").confident


@given(st.text(), st.text())
def test_any_mail_is_judged_and_every_match_stands_where_it_says(subject: str, text: str) -> None:
    parts = {"subject": subject, "body": text}
    for match in find(text, subject).matches:
        assert parts[match.where][match.start : match.end] == match.words


@given(
    st.lists(
        st.sampled_from(["Onda", "block", "Bankura", "Howrah", "Joypur", "dist", "Mal", ",", ".", "থেকে", "722144"])
    )
)
def test_a_place_that_is_found_is_in_the_gazetteer(words: list[str]) -> None:
    found = find(" ".join(words))
    assert found.place is None or GAZETTEER.places[found.place.code] == found.place


def test_a_word_that_is_no_place_does_not_hide_one_that_sounds_like_it() -> None:
    places = read_gazetteer(place_files(noise="phrase,swallows\nSoori,\n"))
    assert find_place("", "Soori", places).place is None
    assert find_place("", "Suri", places).place is not None


def test_a_village_said_before_a_block_makes_no_village_of_the_block() -> None:
    words = read_gazetteer(place_files(typewords=f"{TYPE_WORDS}village,before,our mouza\n"))

    def weight(text: str) -> float:
        return find_place("", text, words).matches[0].weight

    assert weight("our mouza Onda block") == weight("in Onda block")
    assert weight("our mouza Onda") < weight("in Onda")
