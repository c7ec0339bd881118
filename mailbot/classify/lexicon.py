"""
Phrases that find themselves in a text.

In: phrases with a payload each; a `Text`. Out: `Hit`s, the longest phrase first, left to right, none within another.
Several lexicons (keywords, cues, titles; names, type words) may stand `beside` one another: a text is then walked once
for all of them, and each still answers for itself. Work is linear in the text: at each word a dictionary is asked, and
a phrase is followed for at most as many words as the longest phrase has.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar, cast

from mailbot.classify.folding import SOUND, fold, keys, sound
from mailbot.classify.words import LOOSE, TIGHT, Text, words_of

P = TypeVar("P")

_ROMAN_NUMERALS = frozenset(("i", "ii", "iii", "iv", "v"))
_WORDS_KEPT, _STEPS_KEPT = 1 << 15, 1 << 18  # of what is remembered; a mail adds at most as many as it has words
_RECENT = 4  # texts whose hits are kept: the two parts of a mail, and the matters in it
_SURE_SOUND = 6  # a phrase of several words is known by its sound when so much of it sounds


class Hit(NamedTuple, Generic[P]):
    """A phrase found: words `start` … `stop`-1 of a text, and every payload that was given for it."""

    start: int
    stop: int
    payloads: tuple[P, ...]
    by_sound: bool  # found by its sound only: spelt otherwise than the phrase


class Lexicon(Generic[P]):
    """
    Phrases with payloads. Built once; what `find` remembers of words changes no answer.

    Args:
        entries: Phrase and payload; a phrase may stand several times.
        beside: A lexicon that the same texts are asked for too, to be found in the same walk.
        may_overlap: Whether two phrases may share a word, when neither lies within the other.
    """

    def __init__(
        self,
        entries: Iterable[tuple[str, P]] = (),
        *,
        beside: "Lexicon[Any] | None" = None,
        may_overlap: bool = False,
    ) -> None:
        self._trie: _Trie = _Trie() if beside is None else beside._trie
        self._place = self._trie.add_lexicon(may_overlap=may_overlap)
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
        self._trie.plant(path, self._place, payload)

    def find(self, text: Text) -> list[Hit[P]]:
        """Find the longest phrases, left to right."""
        return cast("list[Hit[P]]", self._trie.walk(text)[self._place])


class _Node:
    """Where a path of words has led: what may follow, and the payloads of the phrases that end here, by lexicon."""

    __slots__ = ("following", "payloads")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.payloads: dict[int, tuple[object, ...]] = {}


_Frontier = list[tuple[_Node, bool]]  # nodes reached, and whether by sound; exact ones first
_Hits = list[list[Hit[object]]]  # by lexicon
_End = tuple[int, int, tuple[object, ...], bool]  # of a phrase: lexicon, length in words, payloads, whether by sound


class _Trie:
    """The phrases of lexicons that stand beside one another."""

    def __init__(self) -> None:
        self._root = _Node()
        self._may_overlap: list[bool] = []  # by lexicon
        self._start = _State([(self._root, False)])
        self._recent: tuple[tuple[Text, _Hits], ...] = ()  # several readers ask for the same texts

    def add_lexicon(self, *, may_overlap: bool) -> int:
        self._may_overlap.append(may_overlap)
        return len(self._may_overlap) - 1

    def plant(self, path: Sequence[str], lexicon: int, payload: object) -> None:
        node = self._root
        for key in path:
            further = node.following.get(key)
            if further is None:
                further = node.following[key] = _Node()
            node = further
        planted = node.payloads.get(lexicon, ())
        if payload not in planted:
            node.payloads[lexicon] = (*planted, payload)
        if self._start or self._recent:
            self._start, self._recent = _State([(self._root, False)]), ()

    def walk(self, text: Text) -> _Hits:
        """What each lexicon finds in a text."""
        for known, hits in self._recent:
            if known is text:
                return hits
        if len(self._start) > _WORDS_KEPT or self._start.steps > _STEPS_KEPT:
            # A new memo, not an emptied one: another thread may still be reading the old.
            self._start = _State([(self._root, False)])
        hits = self._walk(text)
        self._recent = (*self._recent[1 - _RECENT :], (text, hits))
        return hits

    def _walk(self, text: Text) -> _Hits:
        words = [*text.words, ""]  # no phrase goes on with an empty word
        may_overlap = self._may_overlap
        new = tuple.__new__  # a mail has a hundred hits: Hit(…) itself took a thirtieth of all its time more
        hits: _Hits = [[] for _ in may_overlap]
        behind = [0] * len(may_overlap)  # the first word that belongs to no phrase of that lexicon yet
        for i, opening in enumerate(map(self._start.__getitem__, text.words)):
            if opening is None:
                continue
            further = opening[words[i + 1]]
            state = opening if further is None else _last(text, words, i + 1, opening, further)
            for lexicon, length, payloads, by_sound in state.longest:
                stop = i + length
                if (stop if may_overlap[lexicon] else i + 1) > behind[lexicon]:
                    hits[lexicon].append(new(Hit, (i, stop, payloads, by_sound)))
                    behind[lexicon] = stop
        return hits


class _State(dict[str, "_State | None"]):
    """
    Where some words of a text, one after the other, have led: every spelling of them at once.

    As a dictionary it is what is remembered of where each next word leads; most lead nowhere, and texts repeat.
    `longest` holds the longest phrase of each lexicon on the way here; `steps`, kept by the first state, counts what
    all that follow from it remember.
    """

    __slots__ = ("_first", "_length", "_nodes", "longest", "steps")

    def __init__(self, nodes: _Frontier, before: "_State | None" = None) -> None:
        super().__init__()
        self._nodes = nodes
        self._first: _State = self if before is None else before._first
        self._length: int = 0 if before is None else before._length + 1
        self.steps = 0
        longest = {} if before is None else {end[0]: end for end in before.longest}
        for node, by_sound in reversed(nodes):  # the exact one last, so that it stays
            longest |= {lexicon: (lexicon, self._length, found, by_sound) for lexicon, found in node.payloads.items()}
        self.longest: list[_End] = list(longest.values())

    def __missing__(self, word: str) -> "_State | None":
        self._first.steps += 1
        nodes = _reached(self._nodes, word)
        found = self[word] = _State(nodes, self) if nodes else None
        return found


def _last(text: Text, words: Sequence[str], at: int, state: _State, further: _State | None) -> _State:
    """Go on from a state as far as the words and the signs between them lead."""
    while further is not None and _goes_on(text, at):
        at += 1
        state = further
        further = state[words[at]]
    return state


def _goes_on(text: Text, i: int) -> bool:
    """Whether a phrase may reach over the gap before word i: not over a sentence's end, nor from comma to number."""
    gap = text.gap(i)
    return gap == TIGHT or (gap == LOOSE and not _is_numeral(text.words[i]))


def _reached(frontier: _Frontier, word: str) -> _Frontier:
    further = []
    word_keys = keys(word)
    for node, by_sound in frontier:
        if node.following:
            for key in word_keys:
                if key in node.following:
                    further.append((node.following[key], by_sound or key[0] == SOUND))  # noqa: PERF401 - mostly empty
    return sorted(further, key=itemgetter(1)) if len(further) > 1 else further


def _is_numeral(word: str) -> bool:
    folded = fold(word)
    return (folded.isdigit() and len(folded) <= 2) or folded in _ROMAN_NUMERALS
