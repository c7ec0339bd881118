"""
What a place is called: every spelling under which the gazetteer looks for it.

In: rows of places.csv, localities.csv, noise.csv and typewords.csv. Out: phrases with what they stand for. Numbered
blocks are written in a dozen ways ("Suri-II", "Suri Block 2", "2 no. Suri", "সিউড়ি ২ নং"); those are made here, so
that the tables need only the name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mailbot.classify.table import Faults, Row

_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_BENGALI_COUNT = {1: "এক", 2: "দুই", 3: "তিন", 4: "চার"}


class Weak(StrEnum):
    """What the name of a place is besides, so that alone it says little."""

    NOTHING = ""
    WORD = "word"  # পাড়া, Lake; or a village name found everywhere
    PERSON = "person"  # Kalyani, Tapan: nobody is written "in Kalyani"


class Name(NamedTuple):
    """
    One name of one place. `kind` is that of the place, or police_station or locality when the name is of something
    within it; `numbered` is False for the bare name of a numbered block, which says only that it is one of several;
    `weak` says what else the name is.
    """

    rule: str
    code: str
    kind: str
    phrase: str
    numbered: bool = True
    district: str = ""
    weak: Weak = Weak.NOTHING


@dataclass(frozen=True, slots=True)
class Pin:
    """The districts that share a postal code."""

    rule: str
    pin: str
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """A phrase of address blocks, and the words that belong to that address when they follow it."""

    phrase: str
    swallows: frozenset[str]


class Meaning(StrEnum):
    """What a word beside a name says of it."""

    BLOCK = "block"
    MUNICIPALITY = "municipality"
    TOWN = "town"  # court, college, station: what stands in a town, so that of its namesakes the town is meant
    SUBDIVISION = "subdivision"
    DISTRICT = "district"
    POLICE_STATION = "police_station"
    VILLAGE = "village"  # village, post office, mouza: within the place, or a namesake of it
    ROAD = "road"  # road, bus, bridge: named after the place, not there
    PERSON = "person"  # Mr, Shri, S/o: a person's name
    ORIGIN = "origin"  # coming from there
    GOAL = "goal"  # going there, referred there
    HOME = "home"  # "I live in": the writer's home, and the place of the grievance only when no other is named
    ELSEWHERE = "elsewhere"  # in-laws, nephew, native place: not where the matter is
    RURAL = "rural"
    URBAN = "urban"


class Side(StrEnum):
    """On which side of the name the word stands."""

    BEFORE = "before"
    AFTER = "after"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TypeWord:
    meaning: Meaning
    side: Side


def names_of_place(row: Row, code: str, kind: str) -> Iterator[Name]:
    """Every name of a row of places.csv; `code` and `kind` are those it shall stand for."""
    rule = f"{row.file}:{row.line}"
    written = [row["name_en"], row["name_bn"], row["name_hi"], *row.parts("aliases")]
    number = _ROMAN.get(row["name_en"].rpartition(" ")[2]) if kind == "block" else None
    for phrase in dict.fromkeys(filter(None, written)):
        yield Name(rule, code, kind, phrase)
    if number is None:
        return
    for base in _bases(written):
        yield Name(rule, code, kind, base, numbered=False)
        for phrase in _numbered(base, number):
            yield Name(rule, code, kind, phrase)


def _bases(written: list[str]) -> list[str]:
    """The names without their number: "Suri" of "Suri II", "Suri-2", "সিউড়ি ২ নং"."""
    found: dict[str, None] = {}
    for phrase in written:
        words = phrase.replace("-", " ").split()
        while len(words) > 1 and _is_count(words[-1]):
            words.pop()
        if len(words) < len(phrase.replace("-", " ").split()):
            found[" ".join(words)] = None
    return list(found)


def _is_count(word: str) -> bool:
    return word in _ROMAN or word.isdecimal() or word.lower().rstrip(".") in ("no", "নং")


def _numbered(base: str, number: int) -> Iterator[str]:
    roman = "I" * number if number < 4 else "IV"
    if base.isascii():
        for n in (str(number), roman):
            for between in ("", "no", "number", "block", "block no", "blok", "no block", "block number"):
                yield f"{base} {between} {n}"
            yield f"{base} {n} no"
        for before in ("no", "number", "nong", "nombor"):
            yield f"{number} {before} {base}"
            yield f"{base} {number} {before}"
        return
    count = _BENGALI_COUNT[number]
    for n in (str(number), count, roman):
        for between in ("", "নং", "নম্বর", "ব্লক", "ব্লক নং", "ব্লক নম্বর", "नं", "नंबर", "नम्बर", "ब्लॉक", "ब्लक"):
            yield f"{base} {between} {n}"
        for before in ("নং", "নম্বর", "नं", "नंबर", "नम्बर"):
            yield f"{n} {before} {base}"
            yield f"{n} {before} ব্লক {base}"
            yield f"{base} {n} {before}"


def names_of_locality(row: Row) -> Iterator[Name]:
    """Every name of a row of localities.csv."""
    for phrase in dict.fromkeys(filter(None, [row["name_en"], row["name_bn"], *row.parts("aliases")])):
        yield Name(f"{row.file}:{row.line}", row["place_code"], row["kind"], phrase)


def type_words(rows: list[Row], faults: Faults) -> Iterator[tuple[str, TypeWord]]:
    """The words of typewords.csv; an unknown meaning or side is a fault."""
    meanings, sides = [m.value for m in Meaning], [s.value for s in Side]
    for row in rows:
        if row["meaning"] not in meanings:
            faults.add(row.fault("meaning", f"unknown meaning {row['meaning']!r}", f"known: {', '.join(meanings)}"))
        elif row["side"] not in sides:
            faults.add(row.fault("side", f"unknown side {row['side']!r}", f"known: {', '.join(sides)}"))
        else:
            word = TypeWord(Meaning(row["meaning"]), Side(row["side"]))
            yield from ((phrase, word) for phrase in row.parts("phrase"))
