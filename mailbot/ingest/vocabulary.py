"""Lists of words and of phrases, written one after the other, go in; sets and patterns come out."""

import re


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """The phrases between commas as a set."""
    return frozenset(phrase.strip() for phrase in " ".join(text.split()).split(",") if phrase.strip())


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern that any of these fulfils, whatever the case."""
    return re.compile("|".join(patterns), re.IGNORECASE)
