"""The signs of a sentence that introduces a quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.quote_signs import NOTHING, about_mail, bare_subject, find_signs, introduces, plain_line
from mailbot.model import Address

ABOUT = about_mail(people=[Address("Das, Ram", "ram@example.org")], subject="Re: Road")


@pytest.mark.parametrize(
    "subject", ["Road", "Re: Road", "RE: AW: road", "Re[2]: Road", "[list] Re: Road", "回复：Road", "Antw.: Road"]
)
def test_a_subject_is_the_same_with_and_without_prefixes(subject: str) -> None:
    assert bare_subject(subject) == "road"


def test_a_subject_that_is_only_a_prefix_stays() -> None:
    assert bare_subject("Re:") == "re:"


@pytest.mark.parametrize("name", ["Ram Das", "Das, Ram", "RAM@EXAMPLE.ORG"])
def test_the_addressee_is_known_in_either_order(name: str) -> None:
    assert find_signs(f"qq 2.3.2026, {name} zz:", ABOUT).name


@pytest.mark.parametrize(
    ("text", "year", "time"),
    [
        ("02.03.2026", True, False),
        ("2. 3. 26.", True, False),
        ("2/3/26 10:11", True, True),
        ("2026年3月2日 10時11分", True, True),
        ("২ মার্চ ২০২৬ ১০:১১", True, True),
        ("1404/12/11 ۱۰:۱۱", True, True),
        ("ward 11, 3 pumps", False, False),
        ("9830012345", False, False),
    ],
)
def test_a_moment_is_seen_in_any_digits_and_a_date_is_no_time(text: str, year: bool, time: bool) -> None:
    signs = find_signs(plain_line(text), NOTHING)
    assert (signs.year, signs.time) == (year, time)


@given(st.text(max_size=200), st.booleans())
def test_any_sentence_is_judged(sentence: str, marked: bool) -> None:
    introduces(plain_line(sentence), ABOUT, marked=marked)
    bare_subject(sentence)
