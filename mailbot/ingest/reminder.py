"""
Whether a complainant who writes anew writes about the same matter again.

In: a new writing and the earlier cases of the same complainant. Out: one Reminder: certain, possible or none, the case
meant, and the evidence as sentences. Promised: `certain` only where nothing speaks against it; another name, another
mobile, another number or other words in the same form make it another matter until a human has looked. Pure; the
time is bounded, for only the first words of a text are compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from mailbot.ingest.likeness import (
    comes_again,
    content,
    contrary_numbers,
    is_harmless,
    names_agree,
    numbers_in,
    shingles,
    words_of,
)

MOST_WORDS, MOST_CHARACTERS = 500, 10_000
"""What is compared of a text: more than any letter's matter takes."""

COPIED = 0.6  # of the shorter text's shingles: it is a copy with additions
FORM = 0.4  # of the same: both may be one form, filled in twice
RETOLD = 0.5  # of the new text's own words: with a word that it is a reminder
RETOLD_IN_FULL = 0.65  # of them: then department and place need not be found in both
ALIKE = 0.35  # of the new text's own words: a human should look
FEW = 4  # words of its own that a bare reminder may have
ENOUGH, MANY = 3, 6  # shared words of its own that say anything, or a lot
SHORTEST_COPY = 6  # shingles


class Likeness(IntEnum):
    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """
    What is compared. `matters` are department and place of each matter, the place with all that it lies in, nearest
    first; a code that is not known is "" and a place that is not known is empty.
    """

    subject: str
    text: str
    name: str
    address: str
    mobile: str
    matters: Sequence[tuple[str, Sequence[str]]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier case of, it seems, the same complainant."""

    reference: str
    is_open: bool
    writing: Writing


@dataclass(frozen=True, slots=True)
class Reminder:
    likeness: Likeness
    reference: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    likeness: Likeness
    weight: float
    reference: str
    evidence: tuple[str, ...]


NOTHING = Reminder(Likeness.NONE)


def judge_reminder(new: Writing, earlier: Sequence[Earlier]) -> Reminder:
    """
    Tell whether this writing reminds of one of the earlier cases, and of which.

    Args:
        new: As read, with the matters that routing finds in it.
        earlier: Cases of the same address or the same mobile, the newest first.
    """
    read = _Read.of(new)
    open_cases = [one for one in earlier if one.is_open]
    judged = [_judge(read, one, alone=open_cases == [one]) for one in earlier]
    ranked = sorted(judged, key=lambda one: (one.likeness, one.weight), reverse=True)
    if not ranked or ranked[0].likeness is Likeness.NONE:
        return NOTHING
    best = ranked[0]
    rival = next((one for one in ranked[1:] if _rivals(one, best)), None)
    if rival is not None:
        told = (*best.evidence, f"but {rival.reference} is as likely")
        return Reminder(Likeness.POSSIBLE, best.reference, told)
    return Reminder(best.likeness, best.reference, best.evidence)


def _rivals(other: _Judged, best: _Judged) -> bool:
    """Whether another case stands in the way of certainty: nearly as sure, or more alike and only doubted."""
    if best.likeness is not Likeness.CERTAIN or other.likeness is Likeness.NONE:
        return False
    margin = 0.2 if other.likeness is Likeness.CERTAIN else 0.0
    return other.weight > best.weight - margin


# --- one earlier case -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A writing with its words taken out once."""

    writing: Writing
    text: str
    words: Sequence[str]
    shingles: frozenset[tuple[str, ...]]
    content: frozenset[str]
    again: str

    @classmethod
    def of(cls, writing: Writing) -> "_Read":
        text = f"{writing.subject}\n{writing.text[:MOST_CHARACTERS]}"
        words = words_of(text)[:MOST_WORDS]
        return cls(writing, text, words, shingles(words), content(words), comes_again(text))


def _judge(new: _Read, earlier: Earlier, *, alone: bool) -> _Judged:
    old = _Read.of(earlier.writing)
    person, whose = _person(new.writing, earlier.writing)
    if person is Likeness.NONE:
        return _Judged(Likeness.NONE, 0.0, earlier.reference, ())
    likeness, weight, why = _matter(new, old, earlier.reference, alone=alone)
    against = tuple(_against(new, old)) if weight < NAMED else ()
    if likeness is Likeness.CERTAIN and (person is Likeness.POSSIBLE or against or not earlier.is_open):
        likeness = Likeness.POSSIBLE
    closed = () if earlier.is_open else ("that case is not open",)
    return _Judged(likeness, weight, earlier.reference, (whose, *why, *against, *closed))


def _person(new: Writing, old: Writing) -> tuple[Likeness, str]:
    """Whether one person wrote both: certain, possible (a household, a helper's address), or none."""
    same_address = bool(new.address) and new.address.casefold() == old.address.casefold()
    same_mobile = bool(new.mobile) and new.mobile == old.mobile
    agree = names_agree(new.name, old.name)
    if not (same_address or same_mobile):
        return Likeness.NONE, ""
    what = "the same address" if same_address else "the same mobile"
    if agree is False:
        return Likeness.POSSIBLE, f"{what}, but another name"
    if same_address and new.mobile and old.mobile and not same_mobile:
        return Likeness.POSSIBLE, f"{what}, but another mobile"
    if same_address:
        return Likeness.CERTAIN, what
    return (Likeness.CERTAIN, f"{what} and name") if agree else (Likeness.POSSIBLE, f"{what}; the names do not tell")


NAMED = 3.0
"""The weight of the old number itself: no likeness of words outweighs it."""


def _matter(new: _Read, old: _Read, reference: str, *, alone: bool) -> tuple[Likeness, float, tuple[str, ...]]:
    """Whether both are about one matter, how strongly, and why."""
    if _names_reference(new.text, reference):
        return Likeness.CERTAIN, NAMED, ("it names the number of that case",)
    copied, overlap = _copied(new, old), _overlap(new, old)
    fits, differs = _matters_fit(new.writing, old.writing)
    why = tuple(filter(None, (f"{copied:.0%} of the words in the same order" if copied >= COPIED else "", fits)))
    again = (new.again,) if new.again else ()
    shared = len(new.content & old.content)
    alike = (*again, *why, f"{overlap:.0%} of its words stand in that case")
    likeness, weight = Likeness.NONE, overlap
    if copied >= COPIED:
        likeness, weight, alike = Likeness.CERTAIN, 1 + copied, (*why, *again)
    elif new.again and _retold(overlap, shared, fits=bool(fits), differs=differs):
        likeness = Likeness.CERTAIN
    elif new.again and not differs and alone and _adds_little(new, shared):
        likeness, alike = Likeness.CERTAIN, (*again, "it is the only open case, and nothing new is said")
    elif (new.again and not differs) or (fits and overlap >= ALIKE and shared >= ENOUGH):
        likeness = Likeness.POSSIBLE
    return likeness, weight, alike


def _retold(overlap: float, shared: int, *, fits: bool, differs: bool) -> bool:
    """Whether a text that says "again" tells the same matter in other words."""
    if fits and not differs and overlap >= RETOLD and shared >= ENOUGH:
        return True
    return overlap >= RETOLD_IN_FULL and shared >= MANY


def _copied(new: _Read, old: _Read) -> float:
    """The share of the shorter text that stands in the longer, word after word; 0 when too short to say."""
    shorter = min(len(new.shingles), len(old.shingles))
    if shorter < SHORTEST_COPY:
        return 0.0
    return len(new.shingles & old.shingles) / shorter


def _overlap(new: _Read, old: _Read) -> float:
    return len(new.content & old.content) / len(new.content) if new.content else 0.0


def _adds_little(new: _Read, shared: int) -> bool:
    """A bare reminder: few words of its own, and hardly one that the case does not have."""
    unknown = len(new.content) - shared
    return unknown == 0 or (len(new.content) <= FEW and unknown <= 1)


def _matters_fit(new: Writing, old: Writing) -> tuple[str, bool]:
    """Whether department and place are the same, as a sentence; and whether one is known to be another."""
    fits = [(a[0], a[1], b[1]) for a in new.matters for b in old.matters if a[0] and a[0] == b[0]]
    known = [one[0] for one in new.matters if one[0]], [one[0] for one in old.matters if one[0]]
    if not fits:
        return "", all(known)
    for department, here, there in fits:
        if here and there and (here[0] in there or there[0] in here):
            return f"the same department and place ({department})", False
    if any(not here or not there for _, here, there in fits):
        return "", False
    return "", True


def _names_reference(text: str, reference: str) -> bool:
    """Whether the digits of a reference stand in a text as one number, without our prefix or check digit too."""
    digits = reference[2:]
    spellings = {digits, digits[:-1], digits[2:], digits[2:-1]}
    return any(number in spellings for number in numbers_in(text))


# --- what speaks against it -------------------------------------------------------------------------------------


def _against(new: _Read, old: _Read) -> Iterator[str]:
    """What makes two writings of one form two matters: another number, or other words at the same place."""
    for label, here, there in contrary_numbers(new.words, old.words):
        yield f"{label} {here} here, {there} there".strip()
        return
    if _copied(new, old) >= FORM:
        for here, there in _exchanged(new.words, old.words):
            yield f"“{here}” here where “{there}” stands there"
            return


def _exchanged(new: Sequence[str], old: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Passages that stand in each other's place and are no mere wording."""
    said_here, said_there = frozenset(new), frozenset(old)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace":
            here, there = _telling(new[c:d], said_there), _telling(old[a:b], said_here)
            if here and there and max(len(here), len(there)) <= 3 * min(len(here), len(there)):
                yield " ".join(here), " ".join(there)


def _telling(words: Iterable[str], elsewhere: frozenset[str]) -> list[str]:
    """The words that say something, and that the other text does not have at another place."""
    return [word for word in words if not is_harmless(word) and word not in elsewhere]
