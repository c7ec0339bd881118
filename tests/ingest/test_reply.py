"""What an officer did, taken from the words of the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.body import REPLY_MARKER
from mailbot.ingest.reply import LONGEST_ACTION, action_taken


def test_the_words_of_the_answer_are_the_action_taken() -> None:
    assert action_taken("A doctor was posted today.\n\nDr. Sen\n") == "A doctor was posted today.\n\nDr. Sen"


def test_only_what_stands_above_our_marker_line_counts() -> None:
    text = f"ডাক্তার দেওয়া হয়েছে।\n\nOn Monday, the grievance cell wrote:\n> {REPLY_MARKER}\n> Dear officer"
    assert action_taken(text) == "ডাক্তার দেওয়া হয়েছে।"


@pytest.mark.parametrize("text", ["", "  \n\t\n", ">\n> \n", "--\n", f"{REPLY_MARKER}\nDear officer", "….!\n---"])
def test_an_answer_without_words_is_no_action(text: str) -> None:
    assert action_taken(text) is None


def test_our_own_words_sent_back_are_no_action() -> None:
    assert action_taken(f"On 24 Nov 2026 the cell wrote:\n> {REPLY_MARKER}\n> Dear officer,") is None


@given(st.text())
def test_any_text_gives_an_action_of_bounded_length_or_none(text: str) -> None:
    action = action_taken(text)
    assert action is None or (0 < len(action) <= LONGEST_ACTION and action == action.strip())
