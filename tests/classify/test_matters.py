"""Several matters in one mail: only where the writer parts them, and each speaks plainly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.matters import find_matters
from tests.classify.office_files import CUES, rules

RULES = rules(cues=CUES + "further,secondly|another matter\n")


def departments_of(text: str) -> list[str]:
    return [matter.classification.department for matter in find_matters(text, RULES)]


@pytest.mark.parametrize(
    "text",
    [
        "1) Swasthya Sathi card refused. 2) The village road is mud.",
        "1. Swasthya Sathi card refused.\n2. The village road is mud.",
        "(1) Swasthya Sathi card refused.\n(2) The village road is mud.",
        "১) স্বাস্থ্য সাথী কার্ড নেই। ২) গ্রামের রাস্তা নেই।",
        "Swasthya Sathi card refused. Secondly, the village road is mud.",
        "Swasthya Sathi card refused. Another matter is the village road.",
    ],
)
def test_points_of_two_departments_are_two_matters(text: str) -> None:
    assert departments_of(text) == ["HFW", "PRD"]


@pytest.mark.parametrize(
    "text",
    [
        "Swasthya Sathi card refused, and the village road is mud.",
        "1) Swasthya Sathi card refused. 2) Swasthya Sathi money taken.",
        "1) Swasthya Sathi card refused. 2) The school cycle saw it.",
        "Plot 1. Swasthya Sathi card refused.",
        "",
    ],
)
def test_one_grievance_with_much_around_it_stays_one(text: str) -> None:
    assert departments_of(text) == []


def test_the_offsets_are_those_of_the_whole_text() -> None:
    text = "Madam,\n1) Swasthya Sathi card refused. 2) The village road is mud."
    for matter in find_matters(text, RULES):
        for match in matter.classification.matches:
            assert text[match.start : match.end] == match.words


@given(st.text() | st.lists(st.sampled_from(["1)", "2)", "Swasthya Sathi", "village road", ".", "\n"])).map(" ".join))
def test_any_text_is_judged_and_matters_are_of_different_departments(text: str) -> None:
    found = departments_of(text)
    assert len(found) == len(set(found)) != 1
