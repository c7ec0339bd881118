"""
Text read into words with their places, and how strongly the signs between two words part them.

In: text of any kind and length. Out: `Text`, words with offsets into the text as it was written. Addresses of the web
and of mail are no words. Work is linear in the text, and done in a few calls for all of its words together.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from mailbot.classify.folding import BLANKS, fold

MAX_CHARACTERS = 200_000  # what lies behind is not read: no grievance is longer, and time must have a bound

TIGHT, LOOSE, HARD = 0, 1, 2  # how strongly the signs between two words part them
_HARD_SIGNS = frozenset("!?।॥;|")
_LOOSE_SIGNS = frozenset(',:()[]{}"“”«»\n\r*=<>•…')
_ABBREVIATIONS = frozenset(
    (
        *("dist", "distt", "dt", "vill", "blk", "ps", "po", "sub", "div", "govt", "dept", "ward", "pin", "mun", "mpl"),
        *("mr", "mrs", "smt", "sri", "shri", "sm", "md", "sk", "dr", "prof", "hon", "retd", "addl", "asst", "jt", "ex"),
        *("nos", "ph", "mob", "tel", "pst", "st", "rd", "chq", "corp"),
    )
)


def _word_pattern() -> str:
    """
    A word is a run of letters and marks of one script, or a run of digits.

    The class is made from Unicode categories: `\\w` leaves out vowel signs and would cut রাস্তা into three.
    """
    classes: dict[str, list[str]] = {"digit": [], "bengali": [], "devanagari": [], "other": []}
    # Above the first plane only the letters of "bold" text: every further range slows each word down.
    for code in (*range(0x10000), *range(0x1D400, 0x1D800)):
        character = chr(code)
        category = unicodedata.category(character)
        if character in BLANKS or not (character.isalnum() or category in ("Mn", "Mc")):
            continue
        classes[_script_of(code, category)].append(character)
    digits, *scripts = ("".join(_ranges(each)) for each in classes.values())
    return "|".join([f"[{digits}]+", *(f"[{each}][{each}{BLANKS}]*" for each in scripts)])


def _script_of(code: int, category: str) -> str:
    if category == "Nd":
        return "digit"
    if 0x0980 <= code <= 0x09FF:
        return "bengali"
    return "devanagari" if 0x0900 <= code <= 0x097F else "other"


def _ranges(characters: Sequence[str]) -> Iterator[str]:
    start = previous = characters[0]
    for character in [*characters[1:], "\U0010ffff"]:
        if ord(character) != ord(previous) + 1:
            yield f"{start}-{previous}" if start != previous else start
            start = character
        previous = character


# In brackets: split at its words, a text gives what lies between them and the words themselves, in turn.
_WORD = re.compile(f"({_word_pattern()})")
_ASCII_WORD = re.compile("([a-zA-Z]+|[0-9]+)")  # the same for a text in ASCII, and quicker
_CHUNK = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Words as written, in order; `starts[i]:ends[i]` is where word i stands in `source`."""

    source: str
    words: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def gap(self, i: int) -> int:
        """How strongly word i is parted from the word before it: TIGHT, LOOSE or HARD."""
        if i <= 0 or i >= len(self.words):
            return HARD
        between = self.source[self.ends[i - 1] : self.starts[i]]
        if between == " ":
            return TIGHT
        gap = _gap(between)
        if gap == HARD and "." in between and _is_abbreviation(self.words[i - 1]):
            return _gap(between.replace(".", "", 1))
        return gap

    def written(self, start: int, stop: int) -> str:
        """Words start … stop-1 as the mail writes them."""
        return self.source[self.starts[start] : self.ends[stop - 1]]


def _is_abbreviation(word: str) -> bool:
    """Whether a full stop behind this word ends no sentence: "No. 1", "D. Dinajpur", "Dist. Purulia"."""
    return len(word) <= 2 or word.lower() in _ABBREVIATIONS


@lru_cache(maxsize=1 << 10)
def _gap(between: str) -> int:
    if len(between) > 40 or not _HARD_SIGNS.isdisjoint(between) or between.count("\n") > 1:
        return HARD
    if "." in between and between != ".":
        return HARD  # "in Suri. I am"; "B.Ed" is one thing
    return LOOSE if not _LOOSE_SIGNS.isdisjoint(between) else TIGHT


@lru_cache(maxsize=8)
def read(source: str) -> Text:
    """Read a text into words. The last few are kept, for several readers ask for the same one."""
    text = _without_addresses(source[:MAX_CHARACTERS])
    parts = (_ASCII_WORD if text.isascii() else _WORD).split(text)
    borders = list(accumulate(map(len, parts)))
    return Text(source, parts[1::2], borders[:-1:2], borders[1::2])


def _without_addresses(text: str) -> str:
    """Blank out mail and web addresses, character for character: bankura@example.org is no place."""
    if "@" not in text and "://" not in text and "www." not in text:
        return text
    return _CHUNK.sub(_blank_address, text)


def _blank_address(chunk: re.Match[str]) -> str:
    word = chunk.group()
    is_address = "@" in word.strip("@") or "://" in word or word.startswith("www.")
    return " " * len(word) if is_address else word


@lru_cache(maxsize=1 << 16)
def words_of(phrase: str) -> tuple[str, ...]:
    """A phrase as it is compared: folded words. Two phrases with the same words are the same."""
    if phrase.isascii():
        return tuple(_ASCII_WORD.findall(phrase.lower()))
    return tuple(filter(None, map(fold, _WORD.findall(phrase))))
