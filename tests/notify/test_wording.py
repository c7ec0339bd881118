import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.notify.wording import MONTHS, clean_line, clean_text, say_date, say_duration, say_moment, say_size

NIGHT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)  # in India it is the next day


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1 December 2026"),
        ("bn", "১ ডিসেম্বর ২০২৬"),
        ("hi", "1 दिसंबर 2026"),
        ("ne", "१ डिसेम्बर २०२६"),
        ("fr", "1 December 2026"),
    ],
)
def test_a_date_is_the_day_in_india_in_the_readers_words(language: str, said: str) -> None:
    assert say_date(NIGHT, language) == said


@pytest.mark.parametrize("language", MONTHS)
def test_every_language_has_twelve_months(language: str) -> None:
    assert len({say_date(datetime(2026, month, 15, tzinfo=UTC), language) for month in range(1, 13)}) == 12


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(18, 30, "12:00 am"), (6, 30, "12:00 pm"), (10, 0, "3:30 pm"), (4, 35, "10:05 am"), (18, 29, "11:59 pm")],
)
def test_a_moment_is_said_in_indian_time(hour: int, minute: int, said: str) -> None:
    assert say_moment(datetime(2026, 12, 1, hour, minute, tzinfo=UTC)).split(", ")[1] == f"{said} IST"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(seconds=20), "20 seconds"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(0), "0 seconds"),
        (timedelta(milliseconds=1), "0 seconds"),
        (timedelta(days=2, seconds=1), "2 days 1 second"),
    ],
)
def test_a_length_of_time_is_said_in_full(length: timedelta, said: str) -> None:
    assert say_duration(length) == said


@pytest.mark.parametrize(
    ("size_bytes", "said"), [(0, "1 kB"), (999, "1 kB"), (120_000, "120 kB"), (3_440_000, "3.4 MB")]
)
def test_a_size_is_rounded(size_bytes: int, said: str) -> None:
    assert say_size(size_bytes) == said


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("one\r\nBcc: x@example.org", "one Bcc: x@example.org"),
        (" a \t b\u2028c\u0085d ", "a b c d"),
        ("safe\u202eexe.fdp", "safeexe.fdp"),
        ("nul\0 and \x1b[31m escape", "nul and [31m escape"),
        ("ত\u200d joins", "ত\u200d joins"),
        ("lone \ud800 half", "lone half"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_a_line_is_one_line_of_what_can_be_seen(written: str, cleaned: str) -> None:
    assert clean_line(written) == cleaned


@given(st.text(st.characters(exclude_categories=()), max_size=400), st.integers(2, 100))
def test_a_clean_line_can_stand_in_a_header_and_stays_as_it_is(text: str, longest: int) -> None:
    line = clean_line(text, longest)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in line)
    assert clean_line(line, longest) == line
    line.encode()


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_a_clean_text_keeps_its_words(text: str) -> None:
    cleaned = clean_text(text, 1_000)
    assert "".join(cleaned.split()) == "".join(clean_line(text, 1_000).split())
    assert "\r" not in cleaned
    cleaned.encode()


def test_a_text_too_long_says_that_it_was_cut() -> None:
    assert clean_text("a b\r\nc\n" * 100, 10) == "a b\nc\na b\n[…]"
