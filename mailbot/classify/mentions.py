"""
Words × Gazetteer → mentions: each name of a place in a mail, what it may stand for, and how much that says.

In: one part of a mail as words, and the gazetteer. Out: mentions in the order of the text. The words beside a name
decide what it is (block, ward, thana, Mr, Road); the words of an addressee ("Nabanna, Howrah-711102") are no mention;
a name that is also a word or a person ("Mal", "Chopra") says little without a type word or its district beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from mailbot.classify.folding import fold, keys
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.lexicon import Hit
from mailbot.classify.place_names import Meaning, Name, Noise, Pin, Side, TypeWord, Weak
from mailbot.classify.words import HARD, LOOSE, TIGHT, Text, words_of
from mailbot.classify.zones import Zone, Zones
from mailbot.model import Match

TYPED, NUMBERED, STATION, TOWN, LOCALITY, DISTRICT, PIN, UNIT = 6.0, 6.0, 4.5, 3.5, 3.0, 3.0, 3.0, 1.5
BY_SOUND = 0.8
WEAK = 0.12
WEAK_AS_A_NAME = 0.5
IN_SUBJECT = 1.2

_BY_KIND = {
    "block": TOWN, "municipality": TOWN, "corporation": TOWN, "subdivision": TOWN, "district": DISTRICT,
    "police_station": LOCALITY, "locality": LOCALITY, "old_district": 2.0, "unit": UNIT,
}  # fmt: skip
_ZONE_WEIGHT = {
    Zone.BODY: 1.0,
    Zone.SUBJECT: 1.2,
    Zone.QUOTED: 0.7,
    Zone.SIGNATURE: 0.6,
    Zone.ADDRESSEE: 0.12,
    Zone.COPY: 0.08,
    Zone.HEADER: 0.02,
}
_WEAKENS = {
    Meaning.ROAD: 0.06,
    Meaning.PERSON: 0.06,
    Meaning.ORIGIN: 0.8,
    Meaning.GOAL: 0.5,
    Meaning.HOME: 0.45,
    Meaning.ELSEWHERE: 0.25,
    Meaning.VILLAGE: 0.7,
}
_KINDS_OF = {
    Meaning.BLOCK: ("block",),
    Meaning.MUNICIPALITY: ("municipality", "corporation"),
    Meaning.TOWN: ("municipality", "corporation"),
    Meaning.SUBDIVISION: ("subdivision",),
    Meaning.DISTRICT: ("district", "old_district"),
    Meaning.POLICE_STATION: ("police_station", "block", "municipality", "corporation"),
}
_TYPE_WEIGHT = {Meaning.POLICE_STATION: STATION, Meaning.TOWN: TOWN}
_BEFORE_ITS_NAME = frozenset(
    (Meaning.DISTRICT, Meaning.POLICE_STATION, Meaning.VILLAGE, Meaning.PERSON, Meaning.ELSEWHERE)
)
_REACHES = (Meaning.ELSEWHERE, Meaning.HOME)
_REACH = 6
_LOCATIVES = frozenset(("তে", "য়", "ে", "এ", "te", "e", "y", "ete", "में", "मा"))
_AT = frozenset(("at", "in", "near", "from"))
_NEIGHBOUR_WORDS = 4


class Mention(NamedTuple):
    """A name found: what it may stand for, what it says in weight, and the type words beside it."""

    names: tuple[Name, ...]
    weight: float
    typed: frozenset[Meaning]
    districts: frozenset[str]  # of what it may stand for
    where: str
    start: int  # in the part that `where` names
    end: int
    words: str  # as the mail writes it

    @property
    def phrase(self) -> str:
        return self.names[0].phrase

    def match(self) -> Match:
        name = self.names[0]
        return Match(
            rule=name.rule,
            target=name.code,
            phrase=name.phrase,
            words=self.words,
            where=self.where,
            start=self.start,
            end=self.end,
            weight=round(self.weight, 3),
        )


class Mentions(NamedTuple):
    """What one part of a mail names, and what of it was passed over, a sentence each."""

    mentions: list[Mention]
    dropped: list[str]


class _Sense(NamedTuple):
    """
    What names stand for. `needs_company`: they are words or persons (`is_person`) too, and say little without a type
    word or a district beside them.
    """

    names: tuple[Name, ...]
    weight: float
    needs_company: bool
    is_person: bool
    districts: frozenset[str]


@dataclass(slots=True)
class _Draft:
    start: int
    stop: int
    names: tuple[Name, ...]
    by_sound: bool
    beside: set[Meaning]


def find_mentions(
    where: str, text: Text, gazetteer: Gazetteer, *, zones: Zones | None, types: Sequence[Hit[TypeWord]]
) -> Mentions:
    """Find every mention in one part of a mail. `zones` is None for the subject; `types` are its type words."""
    addressees = _addressees(text, gazetteer.noise.find(text))
    covered = frozenset(chain.from_iterable(addressees))
    drafts = [
        _Draft(hit.start, hit.stop, hit.payloads, hit.by_sound, set())
        for hit in gazetteer.names.find(text)
        if hit.start not in covered
    ]
    if drafts:
        _give_types(text, drafts, types)
    found = [_mention(where, text, i, drafts=drafts, zones=zones) for i in range(len(drafts))]
    pins = [
        _pin(where, text, hit, zones=zones)
        for hit in gazetteer.pins.find(text)
        if hit.start not in covered and all(text.gap(i) < LOOSE for i in range(hit.start + 1, hit.stop))
    ]
    return Mentions([*found, *pins], [_passed_over(where, text, words) for words in addressees])


def _addressees(text: Text, hits: Sequence[Hit[Noise]]) -> list[range]:
    """The words that belong to an addressee's address: the phrase, and what follows it of that same address."""
    found = []
    for hit in hits:
        if hit.by_sound and hit.stop - hit.start == 1:
            continue  # a word that only sounds like it may be the place itself: bhangon is no place, Bongaon is
        at = hit.stop
        swallows = hit.payloads[0].swallows
        while at < len(text) and text.gap(at) != HARD and not swallows.isdisjoint(keys(text.words[at])):
            at += 1
        found.append(range(hit.start, at))
    return found


def _passed_over(where: str, text: Text, words: range) -> str:
    written = " ".join(text.written(words.start, words.stop).split())
    return f"'{written}' ({where}) is an address or a name, not a place of the grievance"


def _give_types(text: Text, drafts: list[_Draft], types: Sequence[Hit[TypeWord]]) -> None:
    ending = {draft.stop: draft for draft in drafts}
    beginning = {draft.start: draft for draft in drafts}
    for hit in types:
        word = hit.payloads[0]
        if word.meaning in _REACHES:
            for draft in _within_reach(text, beginning, hit.stop):
                draft.beside.add(word.meaning)
            continue
        left = ending.get(hit.start) if word.side is not Side.BEFORE else None
        right = beginning.get(hit.stop) if word.side is not Side.AFTER else None
        if left is not None and text.gap(hit.start) == HARD:
            left = None
        if right is not None and text.gap(hit.stop) == HARD:
            right = None
        owner = _owner(text, hit, word, left=left, right=right)
        # "জামবনিতে বাস" is no bus of that name: who lives or stands in a place names no road.
        if owner is not None and not (word.meaning is Meaning.ROAD and owner is left and _is_located(text, owner)):
            owner.beside.add(word.meaning)


def _owner(
    text: Text, hit: Hit[TypeWord], word: TypeWord, *, left: _Draft | None, right: _Draft | None
) -> _Draft | None:
    """Between two names the type word belongs to the one it is closer to: "Onda block, Bankura", "Dist. Purulia"."""
    if left is None or right is None:
        return left or right
    before, after = text.gap(hit.start), text.gap(hit.stop)
    if before != after:
        return left if before < after else right
    return right if word.meaning in _BEFORE_ITS_NAME else left


def _within_reach(text: Text, beginning: Mapping[int, _Draft], at: int) -> Iterator[_Draft]:
    """The names that follow within a few words of the same sentence: "I live in Behala, Kolkata"."""
    for i in range(at, min(len(text), at + _REACH)):
        if text.gap(i) == HARD:
            return
        if i in beginning:
            yield beginning[i]


def _mention(where: str, text: Text, i: int, *, drafts: Sequence[_Draft], zones: Zones | None) -> Mention:
    draft = drafts[i]
    beside = frozenset(draft.beside)
    sense = _sense(draft.names, beside, is_long=draft.stop - draft.start > 1)
    weight = sense.weight
    if draft.by_sound:
        weight *= BY_SOUND
    if sense.needs_company and not _district_beside(i, drafts):
        is_place = _is_used_as_a_name(text, draft) or (sense.is_person and _is_located(text, draft))
        weight *= WEAK_AS_A_NAME if is_place else WEAK
    weight *= IN_SUBJECT if zones is None else _ZONE_WEIGHT[zones.at(text.starts[draft.start])]
    start, end = text.starts[draft.start], text.ends[draft.stop - 1]
    return Mention(sense.names, weight, beside, sense.districts, where, start, end, text.source[start:end])


@lru_cache(maxsize=1 << 12)
def _sense(names: tuple[Name, ...], beside: frozenset[Meaning], *, is_long: bool) -> _Sense:
    """What a name of so many places stands for, given the type words beside it; the same for every mail."""
    meant, weight = _by_type(names, beside, is_long=is_long)
    is_typed = not beside.isdisjoint(_KINDS_OF)
    for meaning in sorted(beside):
        if not (is_typed and meaning is Meaning.VILLAGE):  # "our village, Onda block" names no village Onda
            weight *= _WEAKENS.get(meaning, 1.0)
    needs_company = not is_typed and any(name.weak for name in names)
    is_person = any(name.weak is Weak.PERSON for name in names)
    return _Sense(meant, weight, needs_company, is_person, frozenset([name.district for name in meant]))


def _by_type(names: tuple[Name, ...], beside: frozenset[Meaning], *, is_long: bool) -> tuple[tuple[Name, ...], float]:
    for meaning, kinds in _KINDS_OF.items():
        if meaning in beside:
            meant = tuple(name for name in names if name.kind in kinds)
            if meant:
                return meant, _TYPE_WEIGHT.get(meaning, TYPED)
    names = _without_old_districts(names)
    is_numbered = is_long and all(name.kind == "block" and name.numbered for name in names)
    return names, NUMBERED if is_numbered else max(_BY_KIND[name.kind] for name in names)


def _without_old_districts(names: tuple[Name, ...]) -> tuple[Name, ...]:
    """A bare "Burdwan" is the town; "Jalpaiguri" is a district, and may still mean what was once part of it."""
    if any(name.kind == "district" for name in names):
        return names
    return tuple(name for name in names if name.kind != "old_district") or names


def _is_used_as_a_name(text: Text, draft: _Draft) -> bool:
    """ "at Lava", or "Moyna." by itself, but not "in our para" nor "Kalyani Das"."""
    if text.gap(draft.start) == HARD == text.gap(draft.stop) and draft.start > 0:
        return True
    return draft.start > 0 and text.words[draft.start - 1].lower() in _AT and text.words[draft.start].istitle()


def _is_located(text: Text, draft: _Draft) -> bool:
    """ "কল্যাণীতে", "Kalyani te", "कल्याणी में": the name as a place where something is."""
    written = fold(text.words[draft.stop - 1])
    bare = words_of(draft.names[0].phrase)[-1]
    ending = written[len(bare) :] if written.startswith(bare) else ""
    if ending in _LOCATIVES:
        return True
    return text.gap(draft.stop) == TIGHT and text.words[draft.stop].lower() in _LOCATIVES


def _district_beside(i: int, drafts: Sequence[_Draft]) -> bool:
    districts = {name.district for name in drafts[i].names}
    for other in drafts[max(0, i - 1) : i + 2]:
        if other is drafts[i] or max(other.start - drafts[i].stop, drafts[i].start - other.stop) > _NEIGHBOUR_WORDS:
            continue
        if any(name.kind in ("district", "subdivision") and name.district in districts for name in other.names):
            return True
    return False


def _pin(where: str, text: Text, hit: Hit[Pin], *, zones: Zones | None) -> Mention:
    """A PIN as "722101", or "722 101"; it says the district."""
    pin = hit.payloads[0]
    names = tuple(Name(pin.rule, code, "district", pin.pin, district=code) for code in pin.districts)
    weight = PIN * (IN_SUBJECT if zones is None else max(0.8, _ZONE_WEIGHT[zones.at(text.starts[hit.start])]))
    start, end = text.starts[hit.start], text.ends[hit.stop - 1]
    return Mention(names, weight, frozenset(), frozenset(pin.districts), where, start, end, text.source[start:end])
