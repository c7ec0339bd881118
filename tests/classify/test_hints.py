"""Single words that are mostly one department's: they add a little, wherever they count, and decide nothing alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.explain import explain_department, words_for
from mailbot.classify.hints import HINTS_SHOWN, Hint, Hinting, Hints
from mailbot.classify.match import BY_HINTS_ALONE, classify
from mailbot.classify.parts import IN_SUBJECT, read_parts
from mailbot.classify.rules import Rules, read_rules
from mailbot.classify.words import read
from mailbot.errors import ConfigurationError
from mailbot.model import LETTER_BELOW
from tests.classify import office_files

HEADER = "word,department,weight\n"
HINTS = f"{HEADER}ward,HFW,0.6\nনার্স,HFW,1\nward,PRD,0.4\nculvert,PRD,1.2\nbed,HFW,0.5\ndoctor,HFW,0.7\nticket,HFW,0.3\n"


def hinted(hints: str = HINTS, keywords: str = office_files.KEYWORDS) -> Rules:
    files = {"keywords.csv": keywords, "cues.csv": office_files.CUES, "hints.csv": hints}
    return read_rules(files, office_files.departments())


RULES = hinted()
PLAIN = office_files.rules()


def scores(text: str, subject: str = "") -> dict[str, float]:
    return {code: round(score, 3) for code, score in hinting(text, subject).scores().items()}


def hinting(text: str, subject: str = "") -> Hinting:
    return Hinting(read_parts(subject, text, RULES.cues), RULES.hints)


def faults(hints: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        hinted(hints)
    return [str(fault) for fault in caught.value.faults]


def test_a_word_hints_at_each_department_it_is_listed_for() -> None:
    assert scores("the culvert in our ward") == {"HFW": 0.6, "PRD": 1.6}


def test_a_word_counts_once_however_often_and_in_whatever_form() -> None:
    assert scores("culverts, Culvert, CULVERT") == scores("culvert") == {"PRD": 1.2}
    assert scores("নার্সের কথা নার্সকে") == {"HFW": 1.0}


def test_it_counts_where_it_weighs_most() -> None:
    assert scores("culvert", subject="culvert") == {"PRD": round(1.2 * IN_SUBJECT, 3)}
    assert scores("The culvert fell.\nYours faithfully,\nA. Das\nCulvert Road") == {"PRD": 1.2}
    assert scores("Nothing.\nYours faithfully,\nA. Das\nCulvert Road") == {"PRD": 0.24}
    assert scores("No complaint against the doctor. The doctor hit me.") == {"HFW": 0.7}


def test_what_is_set_aside_hints_little() -> None:
    assert scores("no complaint against the doctor") == {"HFW": 0.21}


def test_the_heaviest_are_shown_with_where_they_stand() -> None:
    text = "ticket, bed, doctor, ward, নার্স"
    found = hinting(text).matches("HFW")
    assert [(match.words, match.rule) for match in found] == [
        ("নার্স", "hints.csv:3"),
        ("doctor", "hints.csv:7"),
        ("ward", "hints.csv:2"),
    ]
    assert len(found) == HINTS_SHOWN
    assert all(text[match.start : match.end] == match.words for match in found)
    assert hinting(text).matches("LAW") == []


def test_a_hint_in_an_attached_letter_stands_in_the_attachment() -> None:
    (match,) = hinting(f"see below\n{LETTER_BELOW}\nthe culvert").matches("PRD")
    assert match.where == "attachment"


def test_hints_tip_the_scale_between_two_keywords() -> None:
    text = "hospital and village road"
    assert classify("", text, PLAIN).department == "PRD"
    found = classify("", f"{text}, doctor, bed, ward, নার্স", RULES)
    assert found.department == "HFW"
    assert any(match.rule.startswith("hints.csv:") for match in found.matches)


def test_by_hints_alone_nothing_is_sure() -> None:
    many = "".join(f"word{'abcdefghij'[i]},PRD,2\n" for i in range(10))
    words = " ".join(f"word{'abcdefghij'[i]}" for i in range(10))
    found = classify("", words, hinted(HEADER + many))
    assert (found.department, found.candidates, found.confident) == ("PRD", (("PRD", 20.0),), False)
    assert found.confidence == BY_HINTS_ALONE
    assert classify("", f"{words} village road", hinted(HEADER + many)).confident


def test_without_the_file_there_are_no_hints() -> None:
    assert PLAIN.hints.find(read("culvert in the ward")) == [None] * 4
    assert PLAIN.hints.departments == frozenset()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("ward,XXX,1", "hints.csv:2: department: unknown department 'XXX' (see departments.csv)"),
        ("bed of river,HFW,1", "hints.csv:2: word: 'bed of river' is not one word (phrases belong into keywords.csv)"),
        (",HFW,1", "hints.csv:2: word: '' is not one word (phrases belong into keywords.csv)"),
        ("ward,HFW,3", "hints.csv:2: weight: 3 is not between 0 and 2"),
        ("ward,HFW,some", "hints.csv:2: weight: 'some' is not a number (for example 2 or 0.5)"),
        ("ward,HFW,1\nWards,HFW,1", "hints.csv:3: word: 'Wards' stands already in line 2 (take one out)"),
    ],
)
def test_a_wrong_row_is_named(row: str, fault: str) -> None:
    assert faults(f"{HEADER}{row}\n") == [fault]


def test_faults_of_hints_are_told_with_those_of_other_files() -> None:
    with pytest.raises(ConfigurationError) as caught:
        hinted("word,weight\n", keywords="department,phrase,weight\nXXX,a word,1\n")
    assert [fault.file for fault in caught.value.faults] == ["hints.csv", "keywords.csv"]


WORDS = st.sampled_from(["culvert", "ward", "doctor", "the", "নার্স", "hospital", "kindly", "\n\n", ".", "12"])


@given(st.lists(WORDS, max_size=40), st.sampled_from(["", "ward", "culvert bed"]))
def test_hints_add_up_to_no_more_than_each_once(words: list[str], subject: str) -> None:
    text = " ".join(words)
    found = scores(text, subject)
    most = {"HFW": 0.6 + 1 + 0.5 + 0.7 + 0.3, "PRD": 0.4 + 1.2}
    assert all(0 < score <= most[code] * IN_SUBJECT * 1.3 + 0.001 for code, score in found.items())
    assert scores(f"{text} {text}", subject).keys() == found.keys()


def test_many_words_leave_nothing_behind_that_changes_an_answer() -> None:
    hints = Hints([Hint("hints.csv:2", "HFW", "ward", 1.0)])
    (before,) = hints.find(read("ward"))
    for start in range(0, 70_000, 10_000):
        hints.find(read(" ".join(f"{chr(97 + i % 26)}x{i}" for i in range(start, start + 10_000))))
    (after,) = hints.find(read("ward"))
    assert before is after


def test_hints_are_named_in_the_explanation_and_not_told_to_each_recipient() -> None:
    found = classify("", "নার্স, নার্স; opposite the hospital", RULES)
    assert words_for(found) == "the mail says 'hospital' (body 27-35, keywords.csv:2)"
    assert "Words that hint at HFW: 'নার্স' (body 0-5, hints.csv:3)" in explain_department(found, {})
    alone = classify("", "নার্স", RULES)
    assert words_for(alone) == "the mail says 'নার্স' (body 0-5, hints.csv:3)"
