"""Turns of phrase and the words that they reach."""

import pytest

from mailbot.classify.cues import IN_PRAYER, IN_SCENE, SET_ASIDE, Cue, colour, read_cues
from mailbot.classify.lexicon import Lexicon
from mailbot.classify.table import Faults
from mailbot.classify.words import read
from tests.classify.office_files import CUES


def coloured(text: str) -> dict[str, float]:
    """The words whose weight a cue changes."""
    words = read(text)
    factors = colour([1.0] * len(words), words, Lexicon(read_cues({"cues.csv": CUES}, Faults())))
    return {word: factor for word, factor in zip(words.words, factors, strict=True) if factor != 1.0}


@pytest.mark.parametrize(
    ("text", "factor", "reached"),
    [
        ("I am a nurse", SET_ASIDE, {"nurse"}),
        ("no complaint against the school", SET_ASIDE, {"the", "school"}),
        ("the school is fine", SET_ASIDE, {"the", "school"}),
        ("opposite the big old school gate", IN_SCENE, {"big", "old", "school"}),
        ("boro school er pashe", IN_SCENE, {"boro", "school"}),
        ("kindly mend it", IN_PRAYER, {"kindly", "mend", "it"}),
    ],
)
def test_a_cue_reaches_the_words_beside_it(text: str, factor: float, reached: set[str]) -> None:
    found = coloured(text)
    assert reached <= found.keys()
    assert {found[word] for word in reached} == {factor}


def test_it_reaches_no_further_than_the_sentence_or_a_turn() -> None:
    assert "pump" not in coloured("I am a nurse. The pump broke.")
    assert "pump" not in coloured("I am a nurse but the pump broke")
    assert "gate" not in coloured("opposite the big old school gate")


def test_what_is_set_aside_weighs_little_in_a_prayer_too() -> None:
    assert coloured("kindly note no complaint against the school")["school"] == SET_ASIDE
    assert coloured("no complaint against the school, kindly note")["school"] == SET_ASIDE


def test_without_the_file_there_are_no_cues_and_an_unknown_one_is_a_fault() -> None:
    faults = Faults()
    assert read_cues({}, faults) == []
    assert read_cues({"cues.csv": "cue,phrase\nshout,help\nprayer,kindly|please\n"}, faults) == [
        ("kindly", Cue.PRAYER),
        ("please", Cue.PRAYER),
    ]
    assert [(fault.line, fault.key) for fault in faults.found] == [(2, "cue")]
