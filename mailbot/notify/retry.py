"""
When a message is tried again, looked for at the gateway, or given up.

In: counts and times. Out: the next moment, or None for "no more". There are no dice: the spread between messages
follows from the message's own number, so the same arguments give the same answer for ever, and a thousand messages that
failed together still do not come back together.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.model import Channel


@dataclass(frozen=True, slots=True)
class Patience:
    """The first pause, which doubles up to the longest; and when enough is enough, by number or by age."""

    first: timedelta
    longest: timedelta
    attempts: int
    age: timedelta


PATIENCE = {
    Channel.SMS: Patience(timedelta(seconds=30), timedelta(hours=1), attempts=60, age=timedelta(days=2)),
    Channel.EMAIL: Patience(timedelta(minutes=1), timedelta(hours=4), attempts=60, age=timedelta(days=5)),
}
"""An SMS that is two days late confuses; mail is given the five days that RFC 5321 4.5.4.1 advises."""

SPREAD = 0.25
"""A pause is lengthened by up to a quarter."""

MOST_COPIES = {Channel.SMS: 2, Channel.EMAIL: 5}
"""However long the doubt, no more: of an SMS the one that may have left, and one more."""

MOST_ATTEMPTS_IN_DOUBT = 10
"""Whatever ends us so often while we send one message, a human must look."""

LOOKS = (8, 2, 1)
"""A message in doubt is looked for after an eighth, a half and the whole of the waiting time: lists lag."""


def next_attempt(
    attempts: int,
    now: datetime,
    *,
    created_at: datetime,
    seed: int,
    kind: Channel = Channel.EMAIL,
    retry_after: timedelta | None = None,
) -> datetime | None:
    """
    When to try again after an attempt that certainly failed; None: give up.

    Args:
        attempts: How many there were, this one included; at least 1.
        now: When the last one failed; timezone-aware.
        created_at: When the message was made; its age counts from here.
        seed: The message's own number, to spread messages that fail together.
        kind: SMS or e-mail: which is worth how much patience.
        retry_after: What the gateway asked for, if it did: never earlier than that.

    Raises:
        ValueError: No attempt was made.
    """
    if attempts < 1:
        raise ValueError(f"there is no next attempt after {attempts}")
    patience = PATIENCE[kind]
    pause = _pause(patience, attempts)
    pause = max(pause * (1 + SPREAD * _fraction(attempts, seed)), retry_after or timedelta(0))
    if attempts >= patience.attempts or now + pause - created_at > patience.age:
        return None
    return now + pause


def next_look(attempted_at: datetime, now: datetime, doubt: timedelta) -> datetime | None:
    """
    When a message in doubt is to be looked for next; None: the waiting is over, send again or hold.

    Args:
        attempted_at: When the attempt in doubt began.
        now: The moment after the latest look (or after the attempt, if there was none).
        doubt: How long a message in doubt is waited for; longer than zero.

    Raises:
        ValueError: A waiting time of zero or less.
    """
    if doubt <= timedelta(0):
        raise ValueError(f"a waiting time must be longer than zero, got {doubt}")
    return next((moment for part in LOOKS if (moment := attempted_at + doubt / part) > now), None)


def may_send_again(unanswered: int, attempts: int, *, kind: Channel) -> bool:
    """
    Whether one more copy may leave when the waiting is over and the message was not found.

    Args:
        unanswered: How many attempts the other side left without an answer: so many copies may be on their way.
        attempts: All attempts. Those beyond the unanswered were cut short by our own end; the message was not found
            after any of them, so hardly one has left.
        kind: A second copy of an SMS is read twice; one of an e-mail has the same Message-ID and is shown once.
    """
    return unanswered < MOST_COPIES[kind] and attempts < MOST_ATTEMPTS_IN_DOUBT


def _pause(patience: Patience, attempts: int) -> timedelta:
    doublings = min(attempts - 1, 20)  # past any limit above; keeps the arithmetic small
    return min(patience.first * (1 << doublings), patience.longest)


def _fraction(attempts: int, seed: int) -> float:
    """A number from 0 up to 1 that follows from the arguments and looks like none."""
    return zlib.crc32(f"{seed}/{attempts}".encode()) / 2**32
