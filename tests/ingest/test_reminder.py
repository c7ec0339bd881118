"""
Whether a complainant writes about the same matter again: rules one by one, and 21 written stories measured.

`reminders.jsonl` holds a story a line: a first letter, what its writer sent `again` about it, and `other` letters from
the same address (other matters, relatives, forms filled in twice, helpers). The places and departments are found by
the shipped rules. The last nine stories were not looked at while the thresholds were set.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.reminder import Earlier, Likeness, Reminder, Writing, judge_reminder
from mailbot.intake import find_routes
from mailbot.reminders import matters_of
from tests.office import an_office

REFERENCE = "CM2600012349"
TUNED = 12
Story = Mapping[str, Any]


@cache
def stories() -> Sequence[Story]:
    lines = (Path(__file__).parent / "reminders.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def writing(letter: Story, story: Story) -> Writing:
    text = letter["text"].replace("{first}", story["text"])
    return Writing(
        subject=letter["subject"],
        text=text,
        matters=matters_of(find_routes(letter["subject"], text, an_office()), an_office().gazetteer),
        **{name: letter.get(name, story[name]) for name in ("name", "address", "mobile")},
    )


def earlier(*writings: Writing) -> list[Earlier]:
    """The first under REFERENCE, the others under references of their own; all open."""
    names = (REFERENCE, *(f"CM26000{number:05}0" for number in range(1, len(writings))))
    return [Earlier(reference=name, is_open=True, writing=one) for name, one in zip(names, writings, strict=False)]


def pairs(chosen: Sequence[Story]) -> Iterator[tuple[bool, str, Reminder]]:
    """Whether it is a reminder of the first letter, its kind, and what was judged."""
    for story in chosen:
        first = writing(story, story)
        others = [writing(letter, story) for letter in story["other"]]
        for letter in story["again"]:
            new = writing(letter, story)
            yield True, letter["kind"], judge_reminder(new, earlier(first))
            if letter["kind"] != "bare":  # of several open cases nobody can say which one a bare reminder means
                yield True, letter["kind"], judge_reminder(new, earlier(first, *others))
        for letter, new in zip(story["other"], others, strict=True):
            for old in (first, *(one for one in others if one is not new)):
                yield False, letter["kind"], judge_reminder(new, earlier(old))


@pytest.mark.parametrize("chosen", [slice(TUNED), slice(TUNED, None)], ids=["tuned", "unseen"])
def test_certain_is_right_and_few_reminders_are_overlooked(chosen: slice) -> None:
    judged = list(pairs(stories()[chosen]))
    certain = [same and found.reference == REFERENCE for same, _, found in judged if found.likeness is Likeness.CERTAIN]
    right, reminders = sum(certain), sum(same for same, _, _ in judged)
    seen = sum(same and found.likeness is not Likeness.NONE for same, _, found in judged)
    assert len(judged) >= 100
    assert right / len(certain) >= 0.98
    assert right / reminders >= 0.85
    assert seen / reminders >= 0.97


def test_each_language_is_in_the_stories() -> None:
    assert {story["lang"] for story in stories()} == {"en", "bn", "hi", "ne", "bn-Latn"}


# --- rule by rule

HERE = ("HFW", ("BL-BAN-ONDA", "WB-BAN"))
FIRST = Writing(
    subject="No doctor at the health centre",
    text=(
        "There has been no doctor at the primary health centre of Ratanpur in ward no 5 for one month. Pregnant women "
        "must travel to the town by hired car and the pharmacist alone gives out medicine."
    ),
    name="Rina Das",
    address="rina.das@example.net",
    mobile="+916999900001",
    matters=(HERE,),
)


def judged(new: Writing, **changes: Any) -> Likeness:
    return judge_reminder(new, [replace(earlier(FIRST)[0], **changes)]).likeness


def test_the_same_letter_sent_again_is_certain() -> None:
    assert judged(FIRST) is Likeness.CERTAIN
    assert judged(replace(FIRST, subject="2nd reminder", text=f"Nothing was done.\n> {FIRST.text}")) is Likeness.CERTAIN


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Bapi Das"},
        {"mobile": "+916999900002"},
        {"address": "other@example.net", "name": "রিনা দাস"},
        {"text": FIRST.text.replace("ward no 5", "ward no 7")},
        {"text": FIRST.text.replace("Ratanpur", "Nandigram")},
        {"text": f"{FIRST.text} Card 445566", "_old": f"{FIRST.text} Card 112233"},
    ],
)
def test_what_speaks_against_it_leaves_it_to_a_human(change: dict[str, str]) -> None:
    old = replace(FIRST, text=change.pop("_old", FIRST.text))
    assert judged(replace(FIRST, **change), writing=old) is Likeness.POSSIBLE  # type: ignore[arg-type]  # strings all


def test_a_case_that_is_not_open_is_only_pointed_out() -> None:
    assert judged(FIRST, is_open=False) is Likeness.POSSIBLE


def test_another_person_reminds_of_nothing() -> None:
    assert judged(replace(FIRST, address="amit@example.net", mobile="")) is Likeness.NONE
    assert judged(replace(FIRST, address="", mobile="")) is Likeness.NONE


def test_the_same_mobile_with_the_same_name_is_the_same_person() -> None:
    assert judged(replace(FIRST, address="son@example.org", name="Smt. R. Das")) is Likeness.CERTAIN


@pytest.mark.parametrize("number", ["2600012349", "26 000 1234 9", "২৬০০০১২৩৪৯", "26-0001234-9", "260001234"])
def test_the_old_number_without_our_prefix_is_certain(number: str) -> None:
    assert judged(replace(FIRST, subject="", text=f"What about {number}?", matters=())) is Likeness.CERTAIN
    assert judged(replace(FIRST, subject="", text=f"What about 1{number}?", matters=())) is Likeness.NONE


def test_of_two_cases_that_fit_alike_none_is_certain() -> None:
    bare = replace(FIRST, subject="Reminder", text="Kindly act on my earlier complaint.", matters=())
    assert judge_reminder(bare, earlier(FIRST)).likeness is Likeness.CERTAIN
    other = replace(FIRST, subject="Street light", text="The street light is dark.", matters=(("PRD", ()),))
    assert judge_reminder(bare, earlier(FIRST, other)).likeness is Likeness.POSSIBLE
    assert judge_reminder(FIRST, earlier(FIRST, FIRST)).likeness is Likeness.POSSIBLE


def test_a_reminder_word_in_a_letter_about_something_else_joins_nothing() -> None:
    new = replace(FIRST, subject="Reminder", text="My pension file lies at the bank.", matters=(("FIN", ()),))
    assert judged(new) is Likeness.NONE


def test_evidence_is_told() -> None:
    found = judge_reminder(FIRST, earlier(FIRST))
    assert found.reference == REFERENCE
    assert found.evidence[0] == "the same address"
    assert "100% of the words in the same order" in found.evidence


texts = st.text(alphabet="doctor reminder দডাক্ত পুনরায় ५5 \n>.-no", max_size=300) | st.text(max_size=200)


@given(texts, texts)
def test_any_two_texts_are_judged(one: str, other: str) -> None:
    found = judge_reminder(replace(FIRST, text=one), earlier(replace(FIRST, text=other)))
    assert (found.likeness is Likeness.NONE) == (found.reference == "")


@given(st.text(max_size=300))
def test_what_is_certain_is_never_of_another_person(text: str) -> None:
    stranger = replace(FIRST, text=text, address="x@example.org", mobile="")
    assert judged(stranger) is Likeness.NONE
