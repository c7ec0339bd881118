"""What a clerk writes into keywords.csv, and what is wrong with it."""

import pytest

from mailbot.classify.rules import read_rules
from mailbot.errors import ConfigurationError
from tests.classify.office_files import departments, rules

HEADER = "department,phrase,weight,context,unless,note\n"


def faults(keywords: str, **files: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_rules({"keywords.csv": keywords, **{f"{name}.csv": text for name, text in files.items()}}, departments())
    return [str(fault) for fault in caught.value.faults]


def test_a_row_is_one_rule_in_several_languages() -> None:
    rule = rules().rules[0]
    assert (rule.name, rule.department, rule.weight) == ("keywords.csv:2", "HFW", 4.5)
    assert rule.phrases == ("hospital", "হাসপাতাল", "अस्पताल", "haspatal")


def test_context_says_the_part_or_the_words_beside_it() -> None:
    by_phrase = {rule.phrases[0]: rule for rule in rules().rules}
    assert (by_phrase["thank you"].parts, by_phrase["thank you"].needs) == (frozenset({"subject"}), frozenset())
    assert (by_phrase["cycle"].parts, by_phrase["cycle"].needs) == (frozenset(), frozenset({"school"}))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("XXX,a word,1,,,", "keywords.csv:2: department: unknown department 'XXX' (see departments.csv)"),
        ("HFW,a word,much,,,", "keywords.csv:2: weight: 'much' is not a number (for example 2 or 0.5)"),
        ("HFW,a word,,,,", "keywords.csv:2: weight: '' is not a number (for example 2 or 0.5)"),
        ("HFW,a word,0,,,", "keywords.csv:2: weight: 0 is not between 0 and 20"),
        ("HFW,a word,nan,,,", "keywords.csv:2: weight: nan is not between 0 and 20"),
        ("HFW, | ,1,,,", "keywords.csv:2: phrase: no words (write at least one word; several are parted by |)"),
    ],
)
def test_a_wrong_cell_is_named_with_its_column(row: str, fault: str) -> None:
    assert faults(HEADER + row) == [fault]


def test_a_keyword_twice_is_a_fault_however_it_is_written() -> None:
    found = faults(HEADER + "HFW,Nursing Home,1,,,\nHFW,nurse|NURSING-HOME,1,,,\nHOM,নার্স|nursing home,1,,,\n")
    assert [fault.split(" (")[0] for fault in found] == [
        "keywords.csv:3: phrase: 'NURSING-HOME' stands already in line 2 for the same department",
        "keywords.csv:4: phrase: 'nursing home' stands already in line 2 for HFW",
    ]


def test_a_cue_that_is_not_known_is_a_fault() -> None:
    known = "writer, aside, aside_before, scene, scene_before, prayer, accused_next, accused_before, further"
    assert faults(HEADER + "HFW,a,1,,,", cues="cue,phrase\nshout,help\n") == [
        f"cues.csv:2: cue: unknown cue 'shout' (known: {known})"
    ]


def test_all_faults_of_all_files_are_told_at_once() -> None:
    found = faults(HEADER + "XXX,a,much,,,\nHFW\nHFW,b,1,,,\nHOM,b,1,,,\n", cues="cue,phrase\nshout,help\n")
    assert [fault.split(": ")[0] for fault in found] == [
        "cues.csv:2",
        "keywords.csv:2",
        "keywords.csv:2",
        "keywords.csv:3",
        "keywords.csv:5",
    ]


def test_a_folder_without_keywords_is_a_fault() -> None:
    with pytest.raises(ConfigurationError, match=r"keywords\.csv: the file is missing"):
        read_rules({}, departments())


def test_a_table_without_a_rule_is_a_fault() -> None:
    assert faults(HEADER) == ["keywords.csv: holds no rule: every mail would go to the triage desk"]
