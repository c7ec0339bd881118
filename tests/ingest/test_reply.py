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


SENT = """--- Please reply above this line (mailbot) ---

To: Chief Medical Officer of Health, Bankura

The grievance below reached the Chief Minister's Office on 1 December 2026.
It is referred to you for action.
"""
HEAD = (
    "From: Grievance <grievance@example.org>\n{} 01 December 2026 10:00\nTo: cmoh@example.org\nSubject: No doctor\n\n"
)


@pytest.mark.parametrize(
    "above",
    [
        "________________________________\n" + HEAD.format("Sent:"),
        "---------- Forwarded message ---------\n" + HEAD.format("Date:"),
        "Sent from my iPhone\n\n",
        "-- \nDr. A. Sen\nCMOH, Bankura\n\n",
        "Regards,\nDr. A. Sen\nCMOH, Bankura\nMobile 9830012345\n\n",
    ],
)
def test_what_a_mail_program_adds_by_itself_is_no_answer(above: str) -> None:
    """Sent off by mistake, it would tell the complainant that the case is closed."""
    assert action_taken(above + SENT, [SENT]) is None
    assert action_taken("Doctor posted.\n\n" + above + SENT, [SENT])


@pytest.mark.parametrize("words", ["Done", "Thanks", "Regards to all: a doctor was posted.", "Sent a doctor to Onda."])
def test_few_words_are_an_answer(words: str) -> None:
    assert action_taken(f"{words}\n\n{SENT}", [SENT]) == words
