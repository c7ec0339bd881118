"""
Turns of phrase that say how the words beside them are meant: prayed for, set aside, only where it is.

In: cues.csv, words of a text. Out: cues, and what a word's weight is multiplied with because of the cue near it.
"""

from collections.abc import Mapping
from enum import StrEnum

from mailbot.classify.lexicon import Hit, Lexicon
from mailbot.classify.table import Faults, read_table
from mailbot.classify.words import HARD, Text

CUES = "cues.csv"

IN_PRAYER = 1.3
SET_ASIDE = 0.3
IN_SCENE = 0.4


class Cue(StrEnum):
    """What a turn of phrase says about the words that follow it in its clause."""

    WRITER = "writer"  # "I am a retired teacher": who writes, not what about
    ASIDE = "aside"  # "I have no dispute about": what follows is named and set aside
    ASIDE_BEFORE = "aside_before"  # "… নিয়ে অভিযোগ নেই", "… is fine": what stands before is set aside
    SCENE = "scene"  # "opposite the": what follows says where, not what about
    SCENE_BEFORE = "scene_before"  # "-এর পাশে", "के सामने": what stands before says where
    PRAYER = "prayer"  # "kindly", "ব্যবস্থা করুন": what is asked for
    ACCUSED_NEXT = "accused_next"  # "complaint against": the post that follows is complained of
    ACCUSED_BEFORE = "accused_before"  # "-এর বিরুদ্ধে", "takes bribe": the post before is complained of
    FURTHER = "further"  # "secondly", "দ্বিতীয়ত": a further matter begins


_CLAUSE, _SCENE = 14, 3  # words that a cue reaches at most
_CUES = {  # factor, words it reaches backwards, words it reaches onwards
    Cue.PRAYER: (IN_PRAYER, _CLAUSE, _CLAUSE),
    Cue.WRITER: (SET_ASIDE, 0, _CLAUSE),
    Cue.ASIDE: (SET_ASIDE, 0, _CLAUSE),
    Cue.ASIDE_BEFORE: (SET_ASIDE, _CLAUSE, 0),
    Cue.SCENE: (IN_SCENE, 0, _SCENE),
    Cue.SCENE_BEFORE: (IN_SCENE, _SCENE, 0),
}
_TURNS = frozenset(("but", "however", "kintu", "কিন্তু", "তবে", "लेकिन", "किन्तु", "मगर", "par", "तर"))


def read_cues(files: Mapping[str, str], faults: Faults) -> list[tuple[str, Cue]]:
    """Read cues.csv: phrase and cue; without the file there are none. Faults are added to `faults`."""
    rows = read_table(files, CUES, ("cue", "phrase"), faults=faults, optional=("note",)) if CUES in files else []
    found = []
    known = [cue.value for cue in Cue]
    for row in rows:
        if row.one_of("cue", known, f"known: {', '.join(known)}", faults=faults):
            found += [(phrase, Cue(row["cue"])) for phrase in row.parts("phrase", "|")]
    return found


def colour(factors: list[float], text: Text, cues: Lexicon[Cue]) -> list[float]:
    """Multiply the factors of words with those of the cues near them: set aside weighs less, even in a prayer."""
    coloured: dict[int, float] = {}
    for hit in cues.find(text):
        if hit.payloads[0] not in _CUES:
            continue
        factor, backwards, onwards = _CUES[hit.payloads[0]]
        begin, end = _clause(text, hit, backwards, onwards)
        for i in range(begin, end):
            coloured[i] = min(coloured.get(i, factor), factor)
    for i, factor in coloured.items():
        factors[i] *= factor
    return factors


def _clause(text: Text, hit: Hit[Cue], backwards: int, onwards: int) -> tuple[int, int]:
    """The words of the same sentence that a cue reaches, on either side, up to a turn ("but")."""
    end, last = hit.stop, min(len(text), hit.stop + onwards)
    while end < last and text.gap(end) != HARD and text.words[end] not in _TURNS:
        end += 1
    begin, first = hit.start, max(0, hit.start - backwards)
    while begin > first and text.gap(begin) != HARD and text.words[begin] not in _TURNS:
        begin -= 1
    return begin, end
