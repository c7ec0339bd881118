"""
Phrases that find themselves in a text.

In: phrases with a payload each; a `Text`. Out: `Hit`s, the longest phrase first, left to right, none within another.
Several lexicons (keywords, cues, titles; names, type words) may stand `beside` one another: a text is then walked once
for all of them, and each still answers for itself. Work is linear in the text: at each word a dictionary is asked, and
a phrase is followed for at most as many words as the longest phrase has. Phrases are planted when a text first has a
word that they begin with: of all that are known, a mail asks for few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
        self._trie.sow(self._seeds(entries))

    def _seeds(self, entries: Iterable[tuple[str, P]]) -> Iterator["_Seed"]:
        place = self._place
        for phrase, payload in entries:
            words = words_of(phrase)
            if words:
                yield _Seed(words, place, payload, known_by_sound=False)
            if len(words) == 2:
                joined = words[0] + words[1]
                if len(joined) >= 8 and not any(map(str.isdigit, joined)):  # স্বাস্থ্যসাথী beside স্বাস্থ্য সাথী
                    yield _Seed((joined,), place, payload, known_by_sound=True)

    def find(self, text: Text) -> list[Hit[P]]:
        """Find the longest phrases, left to right."""
        return cast("list[Hit[P]]", self._trie.walk(text)[self._place])


class _Seed(NamedTuple):
    """A phrase not planted yet, with its lexicon and payload; `known_by_sound`, however little of it sounds."""

    words: tuple[str, ...]
    lexicon: int
    payload: object
    known_by_sound: bool

    def paths(self, opening: str) -> Iterator[Sequence[str]]:
        """The ways to write it that begin with this key: the phrase itself, and what it sounds like."""
        words = self.words
        if opening == words[0]:
            yield words
        heard = sound(words[0])
        if opening == (SOUND + heard if heard else words[0]):
            sounds = [sound(word) for word in words]
            enough = _SURE_SOUND if len(words) > 1 else 5 if words[0].isascii() else 4
            if self.known_by_sound or sum(map(len, sounds)) >= enough:
                yield [SOUND + s if s else word for word, s in zip(words, sounds, strict=True)]


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
        self._seeds: defaultdict[str, list[_Seed]] = defaultdict(list)  # by the key that a phrase begins with
        self._may_overlap: list[bool] = []  # by lexicon
        self._start = _Start(self)
        self._recent: tuple[tuple[Text, _Hits], ...] = ()  # several readers ask for the same texts

    def add_lexicon(self, *, may_overlap: bool) -> int:
        self._may_overlap.append(may_overlap)
        return len(self._may_overlap) - 1

    def sow(self, seeds: Iterable[_Seed]) -> None:
        by_opening = self._seeds
        for seed in seeds:
            word = seed.words[0]
            by_opening[word].append(seed)
            if heard := sound(word):
                by_opening[SOUND + heard].append(seed)
        self._root = _Node()  # all is planted anew, with these, when it is asked for
        self._start, self._recent = _Start(self), ()

    def opened_by(self, word: str) -> _Frontier:
        """
        Where a text's word leads from the beginning; what begins with it is planted now.

        A node is shown to others when all is planted below it: another thread that asks meanwhile plants its own.
        """
        following = self._root.following
        for opening in keys(word):
            if opening in self._seeds and opening not in following:
                following[opening] = _planted(opening, self._seeds[opening])
        return _reached([(self._root, False)], word)

    def walk(self, text: Text) -> _Hits:
        """What each lexicon finds in a text."""
        for known, hits in self._recent:
            if known is text:
                return hits
        if len(self._start) > _WORDS_KEPT or self._start.steps > _STEPS_KEPT:
            # A new memo, not an emptied one: another thread may still be reading the old.
            self._start = _Start(self)
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
        nodes = self._lead(word)
        found = self[word] = _State(nodes, self) if nodes else None
        return found

    def _lead(self, word: str) -> _Frontier:
        return _reached(self._nodes, word)


class _Start(_State):
    """The state before the first word of a phrase."""

    __slots__ = ("_trie",)

    def __init__(self, trie: _Trie) -> None:
        super().__init__([])
        self._trie = trie

    def _lead(self, word: str) -> _Frontier:
        return self._trie.opened_by(word)


def _planted(opening: str, seeds: Iterable[_Seed]) -> _Node:
    """The node that this key leads to, and below it all phrases that begin with it."""
    first = _Node()
    for seed in seeds:
        for path in seed.paths(opening):
            node = first
            for key in path[1:]:
                further = node.following.get(key)
                if further is None:
                    further = node.following[key] = _Node()
                node = further
            planted = node.payloads.get(seed.lexicon, ())
            if seed.payload not in planted:
                node.payloads[seed.lexicon] = (*planted, seed.payload)
    return first


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
