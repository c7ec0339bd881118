"""Terms and levels."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.term import escalation_level, parse_term
from tests.fakes import NOON, WEEK

INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("passed", "level"),
    [
        (timedelta(0), 0),
        (WEEK - timedelta(microseconds=1), 0),
        (WEEK, 1),
        (2 * WEEK - timedelta(seconds=1), 1),
        (2 * WEEK, 2),
        (52 * WEEK, 52),
        (-WEEK, 0),
    ],
)
def test_a_level_is_a_whole_term_passed(passed: timedelta, level: int) -> None:
    assert escalation_level(NOON, NOON + passed, WEEK) == level


def test_the_timezone_in_which_a_time_is_told_does_not_matter() -> None:
    assert escalation_level(NOON, (NOON + WEEK).astimezone(INDIA), WEEK) == 1


@given(st.timedeltas(timedelta(0), timedelta(days=9999)), st.timedeltas(timedelta(seconds=1), timedelta(days=99)))
def test_the_level_is_reached_and_the_next_is_not(passed: timedelta, term: timedelta) -> None:
    level = escalation_level(NOON, NOON + passed, term)
    assert level * term <= passed < (level + 1) * term


@pytest.mark.parametrize(("opened", "now"), [(NOON.replace(tzinfo=None), NOON), (NOON, NOON.replace(tzinfo=None))])
def test_a_time_without_timezone_is_refused(opened: datetime, now: datetime) -> None:
    with pytest.raises(ValueError, match="timezone"):
        escalation_level(opened, now, WEEK)


@pytest.mark.parametrize("term", [timedelta(0), timedelta(seconds=-1)])
def test_a_term_that_is_not_longer_than_zero_is_refused(term: timedelta) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        escalation_level(NOON, datetime.now(UTC), term)


@pytest.mark.parametrize(
    ("written", "term"),
    [
        (7, WEEK),
        ("7", WEEK),
        ("7d", WEEK),
        (" 7 D ", WEEK),
        ("36h", timedelta(hours=36)),
        ("10m", timedelta(minutes=10)),
        ("20s", timedelta(seconds=20)),
        ("3653", timedelta(days=3653)),
    ],
)
def test_a_term_is_days_or_a_duration(written: str | int, term: timedelta) -> None:
    assert parse_term(written) == term


@pytest.mark.parametrize(
    "written", ["", "d", "-1", -7, "7 days", "1.5h", "৭", "7w", "1e3", "7d 2h", True, "3654", "999999999d", "0x7"]
)
def test_anything_else_is_refused_with_a_sentence(written: str | int) -> None:
    with pytest.raises(ValueError, match="a term"):
        parse_term(written)


@pytest.mark.parametrize("written", [0, "0", "0s", "000h"])
def test_no_time_at_all_is_no_term(written: str | int) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        parse_term(written)


@given(st.text())
def test_any_text_is_a_term_or_a_value_error(text: str) -> None:
    try:
        assert parse_term(text) > timedelta(0)
    except ValueError as error:
        assert "a term" in str(error)  # noqa: PT017 (either end is right)
