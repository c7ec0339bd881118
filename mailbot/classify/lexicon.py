"""
Text read into words with their places, and a trie of phrases that finds itself in it.

In: text of any kind and length; phrases with a payload each. Out: `Text` (words with offsets into the text as it
was written) and `Hit`s (longest phrase first, left to right, none overlapping). Addresses of the web and of mail
are no words. Work is linear in the text: at each word a dictionary is asked, and a phrase is followed for at most
as many words as the longest phrase has. One class serves keywords, place names, cues and noise alike.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from mailbot.classify.folding import BLANKS, SOUND, fold, keys, sound

P = TypeVar("P")

MAX_CHARACTERS = 200_000  # what lies behind is not read: no grievance is longer, and time must have a bound

TIGHT, LOOSE, HARD = 0, 1, 2  # how strongly the signs between two words part them
_HARD_SIGNS = frozenset("!?।॥;|")
_LOOSE_SIGNS = frozenset(',:()[]{}"“”«»\n\r*=<>•…')
_ROMAN_NUMERALS = frozenset(("i", "ii", "iii", "iv", "v"))
_ABBREVIATIONS = frozenset(
    (
        *(
            "dist",
            "distt",
            "dt",
            "vill",
            "blk",
            "ps",
            "po",
            "sub",
            "div",
            "govt",
        ),
        *(
            "dept",
            "mr",
            "mrs",
            "smt",
            "sri",
            "shri",
            "sm",
            "md",
            "sk",
            "dr",
        ),
        *(
            "prof",
            "nos",
            "ward",
            "pin",
            "ph",
            "mob",
            "tel",
            "hon",
            "retd",
            "pst",
        ),
        *(
            "st",
            "rd",
            "ex",
            "addl",
            "asst",
            "addl",
            "chq",
            "jt",
            "mun",
            "corp",
        ),
        *("mpl",),
    )
)
_MEMO_SIZE = 1 << 15
_PAIRS_KEPT = 1 << 8
_SURE_SOUND = 6  # a phrase of several words is known by its sound when so much of it sounds


def _word_pattern() -> re.Pattern[str]:
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
    return re.compile("|".join([f"[{digits}]+", *(f"[{each}][{each}{BLANKS}]*" for each in scripts)]))


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


_WORD = _word_pattern()
_ASCII_WORD = re.compile("[a-zA-Z]+|[0-9]+")  # the same for a text in ASCII, and quicker
_CHUNK = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Text:
    """Words as written, in order; `starts[i]:ends[i]` is where word i stands in `source`."""

    source: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    positions: dict[str, list[int]]  # word → where it stands, for a text says the same words again and again

    def __len__(self) -> int:
        return len(self.words)

    def gap(self, i: int) -> int:
        """How strongly word i is parted from the word before it: TIGHT, LOOSE or HARD."""
        if i <= 0 or i >= len(self.words):
            return HARD
        between = self.source[self.ends[i - 1] : self.starts[i]]
        gap = _gap(between)
        if gap == HARD and "." in between and _is_abbreviation(self.words[i - 1]):
            return _gap(between.replace(".", "", 1))
        return gap

    def written(self, start: int, stop: int) -> str:
        """Words start … stop-1 as the mail writes them."""
        return self.source[self.starts[start] : self.ends[stop - 1]]

    def at(self, offset: int) -> int:
        """The first word that begins at or after an offset."""
        return bisect_left(self.starts, offset)


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
    spans = [found.span() for found in (_ASCII_WORD if text.isascii() else _WORD).finditer(text)]
    words = [source[start:end] for start, end in spans]
    positions: dict[str, list[int]] = {}
    for i, word in enumerate(words):
        if word in positions:
            positions[word].append(i)
        else:
            positions[word] = [i]
    starts, ends = map(list, zip(*spans, strict=True)) if spans else ([], [])
    return Text(source, words, starts, ends, positions)


def _without_addresses(text: str) -> str:
    """Blank out mail and web addresses, character for character: bankura@example.org is no place."""
    if "@" not in text and "://" not in text and "www." not in text:
        return text
    return _CHUNK.sub(_blank_address, text)


def _blank_address(chunk: re.Match[str]) -> str:
    word = chunk.group()
    is_address = "@" in word.strip("@") or "://" in word or word.startswith("www.")
    return " " * len(word) if is_address else word


@dataclass(slots=True)
class _Node(Generic[P]):
    following: dict[str, "_Node[P]"] = field(default_factory=dict)
    payloads: list[P] = field(default_factory=list)


_Frontier = list[tuple[_Node[P], bool]]  # nodes reached, and whether by sound; exact ones first


class Hit(NamedTuple, Generic[P]):
    """A phrase found: words `start` … `stop`-1 of a text, and every payload that was given for it."""

    start: int
    stop: int
    payloads: tuple[P, ...]
    by_sound: bool  # found by its sound only: spelt otherwise than the phrase


@lru_cache(maxsize=1 << 14)
def words_of(phrase: str) -> tuple[str, ...]:
    """A phrase as the lexicon compares it: folded words. Two phrases with the same words are the same."""
    return tuple(folded for word in _WORD.findall(phrase) if (folded := fold(word)))


class Lexicon(Generic[P]):
    """Phrases with payloads. Built once; what `find` remembers of words changes no answer."""

    def __init__(self, entries: Iterable[tuple[str, P]] = ()) -> None:
        self._root: _Node[P] = _Node()
        self._memo: tuple[set[str], dict[str, _Opening[P]]] = (set(), {})
        self._recent: tuple[tuple[Text, list[Hit[P]]], ...] = ()  # of a mail's two parts, which several readers ask for
        for phrase, payload in entries:
            self._add(phrase, payload)

    def _add(self, phrase: str, payload: P) -> None:
        words = words_of(phrase)
        if not words:
            return
        self._plant(words, payload)
        sounds = [sound(word) for word in words]
        if sum(map(len, sounds)) >= (_SURE_SOUND if len(words) > 1 else 5 if words[0].isascii() else 4):
            self._plant([SOUND + s if s else word for word, s in zip(words, sounds, strict=True)], payload)
        joined = "".join(words)
        if len(words) == 2 and len(joined) >= 8 and not any(c.isdigit() for c in joined):
            self._plant([joined], payload)  # স্বাস্থ্যসাথী beside স্বাস্থ্য সাথী
            self._plant([SOUND + sound(joined)], payload)

    def _plant(self, path: Sequence[str], payload: P) -> None:
        node = self._root
        for key in path:
            node = node.following.setdefault(key, _Node())
        if payload not in node.payloads:
            node.payloads.append(payload)

    def find(self, text: Text) -> list[Hit[P]]:
        """Find the longest phrases, left to right; no word belongs to two of them."""
        for known, hits in self._recent:
            if known is text:
                return hits
        hits = self._find(text)
        self._recent = (*self._recent[-1:], (text, hits))
        return hits

    def _find(self, text: Text) -> list[Hit[P]]:
        first = self._openings(text.positions.keys())
        openers = [word for word in text.positions if word in first]
        if not openers:
            return []
        words = [*text.words, ""]  # no phrase goes on with an empty word
        hits: list[Hit[P]] = []
        behind = 0  # the first word that belongs to no phrase yet
        for i in sorted(chain.from_iterable(text.positions[word] for word in openers)):
            if i < behind:
                continue
            opening = first[words[i]]
            further = opening.known.get(words[i + 1])
            if further is None:
                further = opening.after(words[i + 1])
            if further:
                hit = _longest(text, i, opening, further)
            elif opening.payloads:
                hit = Hit(i, i + 1, opening.payloads, opening.by_sound)
            else:
                continue
            if hit is not None:
                hits.append(hit)
                behind = hit.stop
        return hits

    def _openings(self, words: AbstractSet[str]) -> dict[str, "_Opening[P]"]:
        """Where each word leads as the first of a phrase; most lead nowhere, and are known by that from then on."""
        seen, first = self._memo
        unseen: AbstractSet[str] = words - seen
        if len(seen) + len(unseen) > _MEMO_SIZE:
            # A new memo, not an emptied one: another thread may still be reading the old.
            self._memo = seen, first = set(), {}
            unseen = words
        following = self._root.following
        for word in unseen:
            nodes = [(following[key], key[0] == SOUND) for key in keys(word) if key in following]
            if nodes:
                first[word] = _Opening(nodes)
            seen.add(word)
        return first


class _Opening(Generic[P]):
    """A word that begins phrases. It remembers which next words go on with one, for few do and texts repeat."""

    __slots__ = ("by_sound", "known", "nodes", "payloads")

    def __init__(self, nodes: _Frontier[P]) -> None:
        self.nodes = nodes
        full = next(((node, by_sound) for node, by_sound in nodes if node.payloads), None)
        self.payloads = tuple(full[0].payloads) if full else ()
        self.by_sound = full[1] if full else False
        self.known: dict[str, _Frontier[P]] = {}

    def alone(self, at: int) -> Hit[P] | None:
        """The phrase of this one word, if there is one."""
        return Hit(at, at + 1, self.payloads, self.by_sound) if self.payloads else None

    def after(self, word: str) -> _Frontier[P]:
        """Where the next word leads; nowhere, mostly."""
        if len(self.known) >= _PAIRS_KEPT:
            self.known = {}
        found = self.known[word] = _reached(self.nodes, word)
        return found


def _longest(text: Text, start: int, opening: _Opening[P], further: _Frontier[P]) -> Hit[P] | None:
    """Follow every spelling at once; of phrases of one length the exact one is taken before the one by sound."""
    best = opening.alone(start)
    stop = start + 1
    frontier = further if _goes_on(text, stop) else []
    while frontier:
        stop += 1
        for node, by_sound in frontier:
            if node.payloads:
                best = Hit(start, stop, tuple(node.payloads), by_sound)
                break
        if stop >= len(text.words):
            break
        frontier = _reached(frontier, text.words[stop])
        if frontier and not _goes_on(text, stop):
            break
    return best


def _goes_on(text: Text, i: int) -> bool:
    """Whether a phrase may reach over the gap before word i: not over a sentence's end, nor from comma to number."""
    gap = text.gap(i)
    return gap == TIGHT or (gap == LOOSE and not _is_numeral(text.words[i]))


def _reached(frontier: _Frontier[P], word: str) -> _Frontier[P]:
    further = []
    word_keys = keys(word)
    for node, by_sound in frontier:
        if node.following:
            for key in word_keys:
                if key in node.following:
                    further.append((node.following[key], by_sound or key[0] == SOUND))  # noqa: PERF401 - mostly empty
    return sorted(further, key=lambda reached: reached[1]) if len(further) > 1 else further


def _is_numeral(word: str) -> bool:
    folded = fold(word)
    return (folded.isdigit() and len(folded) <= 2) or folded in _ROMAN_NUMERALS
