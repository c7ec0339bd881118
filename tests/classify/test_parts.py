"""What a word weighs by where it stands, and what of a mail its writer says himself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.match import classify
from mailbot.classify.parts import IN_SUBJECT, OWN, Part, read_parts
from mailbot.model import LETTER_BELOW
from tests.classify import office_files

RULES = office_files.rules()


def body(text: str) -> Part:
    return read_parts("", text, RULES.cues)[1]


def weight(text: str, word: str) -> float:
    part = body(text)
    return round(part.factors[part.text.words.index(word)], 3)


def test_the_subject_weighs_more_and_the_body_one() -> None:
    subject, text = read_parts("no bed", "no bed", RULES.cues)
    assert (subject.factors, text.factors) == ([IN_SUBJECT] * 2, [1.0] * 2)


@pytest.mark.parametrize(
    "text",
    [
        "To\nThe Superintendent, hospital\n\nMy son was beaten.",
        "My son was beaten.\nYours faithfully,\nRam, hospital",
        "My son was beaten by the men of the village last night.\n\n> the hospital",
        "My son was beaten.\n\nCopy to: hospital",
    ],
)
def test_what_the_writer_does_not_say_himself_weighs_little_and_excludes_no_rule(text: str) -> None:
    assert weight(text, "hospital") < OWN
    hits = list(body(text).hits(RULES.keywords))
    assert [hit for hit in hits if hit.payloads[0].phrase == "hospital"]
    assert not [hit for hit in body(text).own_hits(RULES.keywords) if hit.payloads[0].phrase == "hospital"]


def test_a_rule_gives_way_to_what_the_writer_says_and_not_to_what_he_quotes() -> None:
    said = classify("", "The hospital is an animal hospital, and my son lies there since Monday.", RULES)
    quoted = classify("", "The hospital has no bed, and my son lies there since Monday.\n\n> an animal hospital", RULES)
    assert said.department == ""
    assert quoted.department == "HFW"


def test_a_cue_multiplies_what_the_zone_gives() -> None:
    assert weight("Kindly mend the pump.", "pump") == 1.3
    assert weight("I am a nurse.", "nurse") == 0.3


def test_a_stretch_keeps_the_weights_and_the_offsets_that_it_has_within_the_whole() -> None:
    text = "The hospital is shut. The police came.\nYours faithfully,\nRam, village road"
    whole = body(text)
    part = whole.between(text.index("The police"), len(text))
    assert [hit.payloads[0].phrase for hit in part.hits(RULES.keywords)] == ["police", "village road"]
    assert part.factors is whole.factors
    (police, _) = part.hits(RULES.keywords)
    match = part.match(range(police.start, police.stop), 1.0, rule="r", target="HOM", phrase="police")
    assert text[match.start : match.end] == match.words == "police"


def test_what_stands_below_the_mark_of_a_letter_is_the_attachment() -> None:
    part = body(f"see below\n{LETTER_BELOW}\nthe pump")
    assert [part.where_is(part.text.words.index(word)) for word in ("see", "pump")] == ["body", "attachment"]


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_every_word_has_a_weight_and_stretches_lie_within(text: str, start: int, end: int) -> None:
    part = body(text)
    assert len(part.factors) == len(part.text)
    assert all(factor > 0 for factor in part.factors)
    stretch = part.between(min(start, end), max(start, end))
    assert 0 <= stretch.first <= stretch.stop <= len(part.text)
