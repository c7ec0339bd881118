"""
Single words that are mostly one department's, and what they add to its score.

In: hints.csv (word, department, weight), the parts of a mail. Out: a score a department, and the words that made it. A
phrase of keywords.csv is found whole or not at all; "the khal behind us was never dredged this year" holds none of
"khal dredging", but two of its words. A hint weighs little and never decides alone. `rules mine` (`mine.py`) finds
hints in the phrases that clerks wrote; a clerk strikes out or adds rows as he likes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from operator import itemgetter
from typing import NamedTuple

from mailbot.classify.folding import root
from mailbot.classify.parts import Part
from mailbot.classify.table import SEE_DEPARTMENTS, Faults, Row, read_table
from mailbot.classify.words import Text, words_of
from mailbot.model import Match

HINTS = "hints.csv"
COLUMNS = ("word", "department", "weight")
MOST_WEIGHT = 2.0  # what would weigh more is a keyword
HINTS_SHOWN = 3  # of a department
_WORDS_KEPT = 1 << 15  # of what is remembered


class Hint(NamedTuple):
    """A row of hints.csv. `rule` says where it stands: "hints.csv:112"."""

    rule: str
    department: str
    word: str
    weight: float


class Hinted:
    """A word with its hints. Two are the same only when they are one object: that is quick to compare."""

    __slots__ = ("hints", "weights")

    def __init__(self, hints: Sequence[Hint]) -> None:
        self.hints = hints
        self.weights = [(hint.department, hint.weight) for hint in hints]


class Hints:
    """Hints by the root of their word. What `find` remembers of words changes no answer."""

    def __init__(self, hints: Iterable[Hint] = ()) -> None:
        by_root: dict[str, list[Hint]] = {}
        for hint in hints:
            by_root.setdefault(root(hint.word), []).append(hint)
        self._memo = _Memo({each: Hinted(found) for each, found in by_root.items()})
        self.departments = frozenset(hint.department for found in by_root.values() for hint in found)

    def find(self, text: Text) -> list[Hinted | None]:
        """For each word of a text, what it hints at."""
        if len(self._memo) > _WORDS_KEPT:
            self._memo = _Memo(self._memo.by_root)  # a new one: another thread may still be reading the old
        return list(map(self._memo.__getitem__, text.words))


class _Memo(dict[str, Hinted | None]):
    """Word as written → its hints: a root is worked out once."""

    def __init__(self, by_root: Mapping[str, Hinted]) -> None:
        super().__init__()
        self.by_root = by_root

    def __missing__(self, word: str) -> Hinted | None:
        found = self[word] = self.by_root.get(root(word))
        return found


def read_hints(files: Mapping[str, str], departments: Iterable[str], faults: Faults) -> Hints:
    """Read hints.csv; without the file there are no hints. Faults are added to `faults`."""
    if HINTS not in files:
        return Hints()
    known = frozenset(departments)
    first: dict[tuple[str, str], Row] = {}
    hints = []
    for row in read_table(files, HINTS, COLUMNS, faults=faults, optional=("note",)):
        hint = _hint(row, known, faults)
        before = first.setdefault((root(row["word"]), row["department"]), row)
        if before is not row:
            faults.add(row.fault("word", f"{row['word']!r} stands already in line {before.line}", "take one out"))
        if hint is not None:
            hints.append(hint)
    return Hints(hints)


def _hint(row: Row, departments: frozenset[str], faults: Faults) -> Hint | None:
    known = len(faults.found)
    row.one_of("department", departments, SEE_DEPARTMENTS, faults=faults)
    if len(words_of(row["word"])) != 1:
        faults.add(row.fault("word", f"{row['word']!r} is not one word", "phrases belong into keywords.csv"))
    weight = row.number("weight", most=MOST_WEIGHT, faults=faults)
    is_right = len(faults.found) == known
    return Hint(f"{row.file}:{row.line}", row["department"], row["word"], weight) if is_right else None


class Hinting:
    """The hinted words of a mail, each once: where it weighs most."""

    def __init__(self, parts: Iterable[Part], hints: Hints) -> None:
        self._best: dict[Hinted, tuple[float, int, Part]] = {}  # factor, index of the word
        best = self._best
        for part in parts:
            words = hints.find(part.text)
            for index in range(part.first, part.stop):
                word = words[index]
                if word is not None:
                    factor = part.factors[index]
                    if word not in best or best[word][0] < factor:
                        best[word] = (factor, index, part)

    def scores(self) -> dict[str, float]:
        """What the hints of each department come to: small and many, they are added up."""
        scores = defaultdict[str, float](float)
        for word, (factor, _, _) in self._best.items():
            for department, weight in word.weights:
                scores[department] += weight * factor
        return scores

    def matches(self, department: str) -> list[Match]:
        """The heaviest hints of a department."""
        found = [
            (hint.weight * factor, index, part, hint)
            for word, (factor, index, part) in self._best.items()
            for hint in word.hints
            if hint.department == department
        ]
        return [
            part.match(range(index, index + 1), weight, rule=hint.rule, target=department, phrase=hint.word)
            for weight, index, part, hint in nlargest(HINTS_SHOWN, found, key=itemgetter(0))
        ]
