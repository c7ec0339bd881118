"""
Terms: how long an office may take, and how often that time has passed.

In: moments and lengths of time. Out: levels and terms. Promised: no clock is read; a time without timezone and a term
that is not longer than zero are refused.
"""

import re
from datetime import datetime, timedelta

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_TERM = re.compile(r"\s*([0-9]{1,9})\s*([smhd]?)\s*", re.IGNORECASE)


def escalation_level(opened_at: datetime, now: datetime, term: timedelta) -> int:
    """
    Count the whole terms a case has stood open; from level 1 it is overdue.

    Args:
        opened_at: When the grievance reached our mailbox; timezone-aware.
        now: The moment to judge; timezone-aware. Before `opened_at`: level 0.
        term: The time allowed, longer than zero; seven days unless configured.

    Raises:
        ValueError: A time without timezone, or a term of zero or less.

    Source: the promise in the acknowledgement text; `[term]` in mailbot.toml.
    """
    if opened_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("a time without timezone cannot be judged")
    if term <= timedelta(0):
        raise ValueError(f"a term must be longer than zero, got {term}")
    return max(0, (now - opened_at) // term)


def parse_term(written: str | int) -> timedelta:
    """
    Read a term as an administrator writes it: 7 or "7" (days), "7d", "36h", "10m", "20s".

    Raises:
        ValueError: Anything else, and a term of zero or of more than ten years.
    """
    match = None if isinstance(written, bool) else _TERM.fullmatch(str(written))
    if match is None:
        raise ValueError(f'a term is a whole number of days, or a duration such as "36h" or "20s"; got {written!r}')
    count, unit = int(match[1]), _UNITS[match[2].lower() or "d"]
    if count == 0:
        raise ValueError("a term must be longer than zero")
    if count > timedelta(days=3653) // unit:
        raise ValueError(f"a term of more than ten years is a slip of the pen; got {written!r}")
    return count * unit
