"""
Words × Gazetteer → PlaceFinding: where the grievance is, with the words that say so.

In: subject, text, Gazetteer. Out: the finest place the words support. First the district: every mention speaks for
the districts of what it may stand for, an ambiguous one for the district that the others name. Then, within it, the
finest place; a bare town name is the town, unless the mail speaks of villages and blocks. Two places that the words
support alike are a doubt, and said to be one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailbot.classify.explain import quoted
from mailbot.classify.gazetteer import Gazetteer, read_gazetteer
from mailbot.classify.lexicon import Hit
from mailbot.classify.mentions import Mention, find_mentions
from mailbot.classify.place_names import Meaning, Name, TypeWord
from mailbot.classify.words import read
from mailbot.classify.zones import find_zones
from mailbot.model import Match, Place, PlaceFinding

__all__ = ["Gazetteer", "find_place", "read_gazetteer"]

SAID_WEIGHT = 0.5  # what weighs less is no place: a word that is a name too, "Howrah" in an address block
SURE_WEIGHT = 1.2
SURE_MARGIN = 1.35
# Measured on the same mails as the margin in match.py: district right in 2 of 2 below it, 5 of 7 from 1.5 to 2 (a home
# named beside the place of the matter), 338 of 338 above.
SURE_FINER_MARGIN = 1.2
EACH_REPEAT = 0.2
_WORDS_SHOWN, _MENTIONS_SHOWN = 3, 20

_NOTHING = PlaceFinding(place=None, matches=(), candidates=(), confident=False, reason="no place is named in this mail")
_LEANS = {Meaning.URBAN: 1, Meaning.MUNICIPALITY: 1, Meaning.RURAL: -1, Meaning.BLOCK: -1, Meaning.VILLAGE: -1}
_URBAN_FIRST = {"municipality": 0, "corporation": 0, "block": 1, "subdivision": 2, "district": 3}
_RURAL_FIRST = {"block": 0, "municipality": 1, "corporation": 1, "subdivision": 2, "district": 3}


def find_place(subject: str, text: str, gazetteer: Gazetteer) -> PlaceFinding:
    """Find the place that a grievance speaks of. `place` is None when none is named."""
    head, body = read(subject), read(text)
    types_of_head, types_of_body = gazetteer.types.find(head), gazetteer.types.find(body)
    in_head = find_mentions("subject", head, gazetteer, zones=None, types=types_of_head)
    in_body = find_mentions("body", body, gazetteer, zones=find_zones(text), types=types_of_body)
    mentions = [*in_head.mentions, *in_body.mentions]
    dropped = (*in_head.dropped, *in_body.dropped)
    if not mentions:
        return replace(_NOTHING, dropped=dropped)
    return replace(_judge(mentions, _lean([*types_of_head, *types_of_body]), gazetteer), dropped=dropped)


def _judge(mentions: Sequence[Mention], lean: int, gazetteer: Gazetteer) -> PlaceFinding:
    districts = _districts(mentions)
    district, score = districts[0]
    if score < SAID_WEIGHT:
        return _too_little(mentions)
    inside = [mention for mention in mentions if district in mention.districts]
    code, rivals = _finest(inside, district, gazetteer, lean=lean)
    for other, weight in districts[1:]:
        if score < SURE_MARGIN * weight:
            theirs = [mention for mention in mentions if other in mention.districts]
            rivals.append(_finest(theirs, other, gazetteer, lean=lean)[0])
    is_said = score >= SURE_WEIGHT
    return PlaceFinding(
        place=gazetteer.places[code],
        matches=_evidence(mentions, code, district),
        candidates=_candidates(code, districts),
        confident=is_said and not rivals,
        reason=_reason(code, inside, rivals, gazetteer=gazetteer, is_said=is_said),
        rivals=tuple(rivals) if is_said else (),
    )


def _too_little(mentions: Sequence[Mention]) -> PlaceFinding:
    said = ", ".join(quoted(mention.match()) for mention in mentions[:_WORDS_SHOWN])
    return replace(_NOTHING, reason=f"no place is named in this mail; {said} may be a word or an address")


def _districts(mentions: Sequence[Mention]) -> list[tuple[str, float]]:
    """Districts with the weight that speaks for them, the best first."""
    plain: dict[str, dict[str, float]] = defaultdict(dict)
    open_ones: list[tuple[Mention, list[str]]] = []
    for mention in mentions:
        if len(mention.districts) == 1:
            (district,) = mention.districts
            _count(plain[district], mention)
        else:
            open_ones.append((mention, sorted(mention.districts)))
    settled = {district: sum(words.values()) for district, words in plain.items()}
    for mention, districts in open_ones:
        supported = [district for district in districts if settled.get(district, 0.0) > 0]
        chosen = [max(supported, key=lambda d: settled[d])] if supported else _present(mention, districts)
        for district in chosen:
            _count(plain[district], mention, share=1 / len(chosen))
    totals = {district: sum(words.values()) for district, words in plain.items()}
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))


def _present(mention: Mention, districts: list[str]) -> list[str]:
    """Of districts that nothing else settles, the one that bears the name today; all when none or several do."""
    bearing = [name.code for name in mention.names if name.kind == "district"]
    return bearing if len(bearing) == 1 else districts


def _count(words: dict[str, float], mention: Mention, *, share: float = 1.0) -> None:
    """The same name again adds little: a letter repeats its place, and so does a signature."""
    name = mention.phrase
    weight = mention.weight * share
    before = words.get(name, 0.0)
    words[name] = max(before, weight) + EACH_REPEAT * min(before, weight) if before else weight


def _lean(types: Iterable[Hit[TypeWord]]) -> int:
    """Whether the mail speaks of blocks and villages (below zero) or of wards and councillors (above)."""
    return sum(_LEANS.get(hit.payloads[0].meaning, 0) for hit in types)


def _finest(inside: Sequence[Mention], district: str, gazetteer: Gazetteer, *, lean: int) -> tuple[str, list[str]]:
    """The finest place within a district, and those that rival it."""
    scores = _scores_inside(inside, district, gazetteer, lean=lean, seats=False)
    if not scores:  # "Onda, Bankura" is Onda; "Bankura" alone is the town, unless the mail speaks of villages
        scores = _scores_inside(inside, district, gazetteer, lean=lean, seats=lean >= 0)
    if not scores:
        return district, []
    weights = {code: sum(words.values()) for code, words in scores.items()}
    total = {
        code: weight + 0.5 * sum(weights.get(above, 0.0) for above in gazetteer.chain(code)[1:])
        for code, weight in weights.items()
    }
    ranked = sorted(total, key=lambda code: (-total[code], code))
    best = ranked[0]
    if total[best] < SURE_WEIGHT / 2:
        return district, []
    return best, [
        code
        for code in ranked[1:]
        if total[best] < SURE_FINER_MARGIN * total[code] and not _akin(code, best, gazetteer)
    ]


def _scores_inside(
    inside: Sequence[Mention], district: str, gazetteer: Gazetteer, *, lean: int, seats: bool
) -> dict[str, dict[str, float]]:
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for mention in inside:
        code = _meant(mention, district, gazetteer, lean=lean, seats=seats)
        if code and code != district:
            _count(scores[code], mention)
    return scores


def _akin(first: str, second: str, gazetteer: Gazetteer) -> bool:
    return first in gazetteer.chain(second) or second in gazetteer.chain(first)


def _meant(mention: Mention, district: str, gazetteer: Gazetteer, *, lean: int, seats: bool) -> str:
    """The one place that a mention stands for within a district; "" when it is no area."""
    names = [name for name in mention.names if name.district == district]
    if _means_the_district(mention, names, lean=lean) and not (seats and _names_its_seat(mention, names, gazetteer)):
        return district
    order = _RURAL_FIRST if lean < 0 else _URBAN_FIRST
    codes: dict[str, Name] = {name.code: name for name in names}
    ranked = sorted(codes, key=lambda code: order.get(gazetteer.places[code].kind, 9))
    if not ranked:
        return ""
    kind = gazetteer.places[ranked[0]].kind
    first = [code for code in ranked if gazetteer.places[code].kind == kind]
    return first[0] if len(first) == 1 else _shared(first, gazetteer)


def _means_the_district(mention: Mention, names: Sequence[Name], *, lean: int) -> bool:
    """A name of both a district and a town is the district, unless the mail speaks of a ward or of the town."""
    if not any(name.kind in ("district", "old_district") for name in names):
        return False
    if mention.typed & {Meaning.MUNICIPALITY, Meaning.TOWN, Meaning.BLOCK, Meaning.SUBDIVISION}:
        return False
    has_town = any(name.kind in ("municipality", "corporation") for name in names)
    return Meaning.DISTRICT in mention.typed or not (has_town and lean > 0)


def _names_its_seat(mention: Mention, names: Sequence[Name], gazetteer: Gazetteer) -> bool:
    """Whether a bare name is that of the district's seat too: whoever writes "Purulia" alone means the town."""
    towns = [name.code for name in names if name.kind in ("municipality", "corporation")]
    return Meaning.DISTRICT not in mention.typed and any(_is_seat(town, gazetteer) for town in towns)


def _is_seat(town: str, gazetteer: Gazetteer) -> bool:
    """Whether a town is the seat of its district: its subdivision bears the district's name, as Bankura Sadar does."""
    around = gazetteer.places[gazetteer.places[town].parent]
    return around.name.startswith(gazetteer.places[gazetteer.district(town)].name)


def _shared(codes: Sequence[str], gazetteer: Gazetteer) -> str:
    """Of "Suri", where there are Suri I and Suri II, no more is known than the subdivision."""
    shared = codes[0]
    for code in codes[1:]:
        shared = gazetteer.common(shared, code)
    return shared


def _evidence(mentions: Sequence[Mention], code: str, district: str) -> tuple[Match, ...]:
    """Matches that speak for the place, then those in its district, then the others."""

    def rank(mention: Mention) -> tuple[bool, bool, float]:
        elsewhere = district not in mention.districts
        return (all(name.code != code for name in mention.names), elsewhere, -mention.weight)

    return tuple(mention.match() for mention in sorted(mentions, key=rank)[:_MENTIONS_SHOWN])


def _candidates(code: str, districts: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    rounded = [(district, round(score, 3)) for district, score in districts[:5]]
    return tuple(rounded if code == rounded[0][0] else [(code, rounded[0][1]), *rounded])


def _reason(code: str, inside: Sequence[Mention], rivals: Sequence[str], *, gazetteer: Gazetteer, is_said: bool) -> str:
    place = gazetteer.places[code]
    best = max(inside, key=lambda m: (any(name.code == code for name in m.names), m.weight)).match()
    said = f"the mail names {_called(place)} as {quoted(best)}"
    if not is_said:
        return said + "; doubtful, for that says little"
    others = [_called(gazetteer.places[other]) for other in rivals[:2]]
    return said + (f"; doubtful beside {' and '.join(others)}" if others else "")


def _called(place: Place) -> str:
    return f"{place.name} {place.kind.replace('_', ' ')}"
