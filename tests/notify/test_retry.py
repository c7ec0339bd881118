from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.model import Channel
from mailbot.notify.retry import PATIENCE, may_send_again, next_attempt, next_look

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
DOUBT = timedelta(minutes=16)


def test_pauses_double_and_are_lengthened_by_at_most_a_quarter() -> None:
    for attempts, plain in ((1, 30), (2, 60), (3, 120), (4, 240)):
        again = next_attempt(attempts, NOON, created_at=NOON, seed=7, kind=Channel.SMS)
        assert again is not None
        assert timedelta(seconds=plain) <= again - NOON <= timedelta(seconds=plain * 1.25)


@given(st.integers(1, 59), st.integers(0, 10**9), st.sampled_from(Channel))
def test_a_pause_is_the_same_for_ever_and_never_longer_than_the_longest(
    attempts: int, seed: int, kind: Channel
) -> None:
    again = next_attempt(attempts, NOON, created_at=NOON, seed=seed, kind=kind)
    assert again == next_attempt(attempts, NOON, created_at=NOON, seed=seed, kind=kind)
    assert again is not None
    assert PATIENCE[kind].first <= again - NOON <= PATIENCE[kind].longest * 1.25


def test_messages_that_fail_together_do_not_come_back_together() -> None:
    moments = {next_attempt(3, NOON, created_at=NOON, seed=seed, kind=Channel.EMAIL) for seed in range(100)}
    assert len(moments) > 90


@pytest.mark.parametrize("kind", Channel)
def test_enough_attempts_are_enough(kind: Channel) -> None:
    most = PATIENCE[kind].attempts
    assert next_attempt(most - 1, NOON, created_at=NOON, seed=1, kind=kind) is not None
    assert next_attempt(most, NOON, created_at=NOON, seed=1, kind=kind) is None


@pytest.mark.parametrize("kind", Channel)
def test_a_message_that_would_be_too_old_at_the_next_attempt_is_given_up(kind: Channel) -> None:
    age = PATIENCE[kind].age
    assert next_attempt(2, NOON, created_at=NOON - age + timedelta(minutes=5), seed=1, kind=kind) is not None
    assert next_attempt(2, NOON, created_at=NOON - age, seed=1, kind=kind) is None


@pytest.mark.parametrize("kind", Channel)
def test_the_number_of_attempts_reaches_as_far_as_the_age(kind: Channel) -> None:
    now, attempts = NOON, 1
    while (again := next_attempt(attempts, now, created_at=NOON, seed=attempts, kind=kind)) is not None:
        now, attempts = again, attempts + 1
    assert now - NOON > PATIENCE[kind].age * 0.9


def test_what_the_gateway_asks_for_is_honoured() -> None:
    asked = timedelta(hours=2)
    again = next_attempt(1, NOON, created_at=NOON, seed=1, kind=Channel.SMS, retry_after=asked)
    assert again == NOON + asked


def test_before_the_first_attempt_there_is_no_next() -> None:
    with pytest.raises(ValueError, match="no next attempt"):
        next_attempt(0, NOON, created_at=NOON, seed=1)


def test_a_message_in_doubt_is_looked_for_three_times() -> None:
    looks, now = [], NOON
    while (look := next_look(NOON, now, DOUBT)) is not None:
        looks.append(look - NOON)
        now = look
    assert looks == [timedelta(minutes=2), timedelta(minutes=8), timedelta(minutes=16)]


def test_looks_missed_in_a_downtime_are_not_made_up_for() -> None:
    assert next_look(NOON, NOON + timedelta(minutes=9), DOUBT) == NOON + DOUBT
    assert next_look(NOON, NOON + timedelta(days=1), DOUBT) is None


@given(st.timedeltas(timedelta(0), timedelta(days=1)), st.timedeltas(timedelta(seconds=1), timedelta(days=1)))
def test_a_look_lies_ahead_and_within_the_waiting_time(elapsed: timedelta, doubt: timedelta) -> None:
    look = next_look(NOON, NOON + elapsed, doubt)
    if look is None:
        assert elapsed >= doubt
    else:
        assert NOON + elapsed < look <= NOON + doubt


def test_an_sms_without_an_answer_leaves_twice_at_the_most() -> None:
    assert [may_send_again(copies, copies, kind=Channel.SMS) for copies in (1, 2, 3)] == [True, False, False]


def test_a_mail_without_an_answer_may_leave_more_often_for_it_is_shown_once() -> None:
    assert [may_send_again(copies, copies, kind=Channel.EMAIL) for copies in (1, 4, 5)] == [True, True, False]


def test_what_cuts_us_short_again_and_again_is_left_to_a_human() -> None:
    assert [may_send_again(0, attempts, kind=Channel.SMS) for attempts in (3, 9, 10)] == [True, True, False]


def test_no_waiting_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        next_look(NOON, NOON, timedelta(0))
