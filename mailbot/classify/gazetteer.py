"""
config/places → Gazetteer: the places of West Bengal, what they are called, and under whose police and health they fall.

In: the texts of places.csv, localities.csv, jurisdictions.csv, noise.csv (phrases of address blocks), typewords.csv
(block, ward, thana …) and, if there, weak.csv (names that are words or persons too) and pins.csv (PIN → districts).
Out: a Gazetteer, or a ConfigurationError with every fault.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.classify.folding import fold
from mailbot.classify.lexicon import Lexicon
from mailbot.classify.place_names import Name, Noise, Pin, TypeWord, Weak, names_of_locality, names_of_place, type_words
from mailbot.classify.table import Faults, Row, cycles, read_table
from mailbot.classify.words import words_of
from mailbot.model import Place

PLACES, LOCALITIES, JURISDICTIONS = "places.csv", "localities.csv", "jurisdictions.csv"
NOISE, TYPE_WORDS, WEAK, PINS = "noise.csv", "typewords.csv", "weak.csv", "pins.csv"
POLICE_KINDS = ("police_district", "commissionerate")
HEALTH_KIND = "health_district"
AREA_KINDS = ("state", "district", "subdivision", "block", "municipality", "corporation")
KINDS = (*AREA_KINDS, *POLICE_KINDS, HEALTH_KIND)
_SAYS_ITS_KIND = frozenset(
    (
        *("town", "municipality", "municipal", "corporation", "sadar", "block", "district", "zilla", "subdivision"),
        *("শহর", "টাউন", "সদর", "ব্লক", "জেলা", "পুরসভা", "পুরনিগম"),
    )
)
LOCALITY_KINDS = ("police_station", "locality", "old_district")


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Whose an area is: police unit and health district; "" where the row leaves it open."""

    police: str
    health: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Places, names and jurisdictions. Built by `read_gazetteer`, which promises that parents lead to the State."""

    places: Mapping[str, Place]
    names: Lexicon[Name]
    noise: Lexicon[Noise]
    types: Lexicon[TypeWord]
    pins: Lexicon[Pin]
    jurisdictions: Mapping[str, Jurisdiction]
    police_by_rule: Mapping[str, str]  # row of localities.csv → police unit
    _below: Mapping[str, frozenset[Jurisdiction]]  # district → the jurisdictions of the areas in it
    _chains: Mapping[str, tuple[str, ...]]
    _districts: Mapping[str, str]
    _health_in: Mapping[str, tuple[str, ...]]  # district → its health districts

    def chain(self, code: str) -> tuple[str, ...]:
        """A place and what it lies in, up to the State."""
        return self._chains.get(code, ())

    def district(self, code: str) -> str:
        """The district of a place; "" for the State."""
        return self._districts.get(code, "")

    def police_unit(self, code: str) -> str:
        """The police district or commissionerate of an area; "" when it lies in several."""
        return self._owner(code, "police")

    def health_district(self, code: str) -> str:
        """The health district of an area; "" when it lies in several."""
        return self._owner(code, "health")

    def own_health_district(self, district: str) -> str:
        """Of the health districts in a district, the one that bears its name; "" when none does."""
        name = self.places[district].name
        return next((code for code in self._health_in.get(district, ()) if self.places[code].name.startswith(name)), "")

    def _owner(self, code: str, whose: str) -> str:
        for each in self.chain(code):
            if each in self.jurisdictions:
                return str(getattr(self.jurisdictions[each], whose))
        owners = {str(getattr(each, whose)) for each in self._below.get(code, ())}
        return owners.pop() if len(owners) == 1 else ""

    def common(self, first: str, second: str) -> str:
        """The nearest place that both lie in."""
        above = self.chain(second)
        return next((code for code in self.chain(first) if code in above), "")


def read_gazetteer(files: Mapping[str, str], *, beside: Lexicon[Any] | None = None) -> Gazetteer:
    """
    Read config/places.

    Args:
        files: File name → text.
        beside: The keywords that the same mails are read for, so that one walk finds both.

    Raises:
        ConfigurationError: With every fault of every file.
    """
    faults = Faults()
    columns = ("code", "kind", "name_en", "parent_code")
    rows = read_table(files, PLACES, columns, faults=faults, optional=("name_bn", "name_hi", "aliases", "note"))
    places = _places(rows, faults)
    columns = ("kind", "name_en", "place_code", "police_code")
    localities = read_table(files, LOCALITIES, columns, faults=faults, optional=("name_bn", "aliases", "note"))
    _check_localities(localities, places, faults)
    jurisdictions = _jurisdictions(files, places, faults)
    noise = _noise(read_table(files, NOISE, ("phrase", "swallows"), faults=faults, optional=("note",)))
    words = read_table(files, TYPE_WORDS, ("meaning", "side", "phrase"), faults=faults, optional=("note",))
    types = list(type_words(words, faults))
    weak = _weak(files, faults)
    pins = list(_pins(files, places, faults))
    faults.raise_any()
    chains = _chains(places)
    districts = {
        code: next((each for each in chain if places[each].kind == "district"), "") for code, chain in chains.items()
    }
    placed = (
        (phrase, Name(rule, code, kind, phrase, numbered, districts[code], weak.get(words_of(phrase), Weak.NOTHING)))
        for rule, code, kind, phrase, numbered, _, _ in _names(rows, localities)
    )
    names = Lexicon(placed, beside=beside)
    return Gazetteer(
        places=places,
        names=names,
        noise=Lexicon(noise, beside=names),
        types=Lexicon(types, beside=names),
        pins=Lexicon(pins, beside=names),
        jurisdictions=jurisdictions,
        police_by_rule={f"{row.file}:{row.line}": row["police_code"] for row in localities if row["police_code"]},
        _below=_jurisdictions_below(places, jurisdictions),
        _chains=chains,
        _districts=districts,
        _health_in=_health_districts(places),
    )


def _places(rows: Sequence[Row], faults: Faults) -> dict[str, Place]:
    places: dict[str, Place] = {}
    lines: dict[str, Row] = {}
    for row in rows:
        code = row["code"]
        if code in places:
            faults.add(row.fault("code", f"{code} stands already in line {lines[code].line}"))
            continue
        if not code or not row["name_en"]:
            faults.add(row.fault("code" if not code else "name_en", "must not be empty"))
        if row["kind"] not in KINDS:
            faults.add(row.fault("kind", f"{row['kind']!r} is not one of {', '.join(KINDS)}"))
        places[code], lines[code] = Place(code, row["kind"], row["name_en"], row["parent_code"]), row
    for code, place in places.items():
        if place.parent and place.parent not in places:
            faults.add(lines[code].fault("parent_code", f"unknown place {place.parent!r}"))
        if not place.parent and place.kind != "state":
            faults.add(lines[code].fault("parent_code", "only the State lies in nothing"))
    for code in cycles({code: place.parent for code, place in places.items()}):
        faults.add(lines[code].fault("parent_code", f"{code} lies, in the end, in itself"))
    return places


def _names(rows: Sequence[Row], localities: Sequence[Row]) -> Iterator[Name]:
    """Names of areas stand for themselves; a police unit or health district is named for the district it is in."""
    shared = _shared_names(rows)
    for row in rows:
        if row["kind"] == "state":
            continue
        if row["kind"] in AREA_KINDS:
            yield from names_of_place(row, row["code"], row["kind"])
            if row["kind"] != "district":  # a quarter of Howrah town is no name of Howrah district
                rule = f"{row.file}:{row.line}"
                yield from (Name(rule, row["code"], row["kind"], each) for each in shared[_namesake(row)])
        else:
            yield from names_of_place(row, row["parent_code"], "unit")
    for row in localities:
        yield from names_of_locality(row)


def _namesake(row: Row) -> tuple[str, str]:
    """District and name: a town, a block and a district of one name share their spellings."""
    parts = row["code"].split("-")
    return (parts[1] if len(parts) > 1 else "", row["name_en"])


def _shared_names(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Spellings by district and name, without those that say what sort of place it is ("Malda Town")."""
    shared: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in rows:
        if row["kind"] in AREA_KINDS:
            spellings = (row["name_bn"], row["name_hi"], *row.parts("aliases"))
            plain = (each for each in spellings if each and _SAYS_ITS_KIND.isdisjoint(words_of(each)))
            shared[_namesake(row)].update(dict.fromkeys(plain))
    return {key: tuple(phrases) for key, phrases in shared.items()}


def _check_localities(rows: Sequence[Row], places: Mapping[str, Place], faults: Faults) -> None:
    for row in rows:
        if row["kind"] not in LOCALITY_KINDS:
            faults.add(row.fault("kind", f"{row['kind']!r} is not one of {', '.join(LOCALITY_KINDS)}"))
        if not row["name_en"]:
            faults.add(row.fault("name_en", "must not be empty"))
        _check_place(row, "place_code", AREA_KINDS, places=places, faults=faults)
        if row["police_code"]:
            _check_place(row, "police_code", POLICE_KINDS, places=places, faults=faults)


def _check_place(row: Row, column: str, kinds: Sequence[str], *, places: Mapping[str, Place], faults: Faults) -> None:
    place = places.get(row[column])
    if place is None:
        faults.add(row.fault(column, f"unknown place {row[column]!r}", "see places.csv"))
    elif place.kind not in kinds:
        faults.add(row.fault(column, f"{row[column]} is a {place.kind}", f"wanted: {' or '.join(kinds)}"))


def _jurisdictions(files: Mapping[str, str], places: Mapping[str, Place], faults: Faults) -> dict[str, Jurisdiction]:
    columns = ("area_code", "police_code", "health_code")
    optional = ("police_subdivision_post", "confidence", "note")
    found: dict[str, Jurisdiction] = {}
    for row in read_table(files, JURISDICTIONS, columns, faults=faults, optional=optional):
        _check_place(row, "area_code", AREA_KINDS, places=places, faults=faults)
        _check_place(row, "police_code", POLICE_KINDS, places=places, faults=faults)
        _check_place(row, "health_code", (HEALTH_KIND,), places=places, faults=faults)
        if row["area_code"] in found:
            faults.add(row.fault("area_code", f"{row['area_code']} stands twice"))
        found[row["area_code"]] = Jurisdiction(row["police_code"], row["health_code"])
    return found


def _jurisdictions_below(
    places: Mapping[str, Place], jurisdictions: Mapping[str, Jurisdiction]
) -> dict[str, frozenset[Jurisdiction]]:
    below: dict[str, set[Jurisdiction]] = defaultdict(set)
    for code, jurisdiction in jurisdictions.items():
        at = places[code].parent
        while at:
            below[at].add(jurisdiction)
            at = places[at].parent
    return {code: frozenset(found) for code, found in below.items()}


def _chains(places: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """Each place with what it lies in, up to the State."""
    chains: dict[str, tuple[str, ...]] = {}
    for code in places:
        found, at = [], code
        while at:
            found.append(at)
            at = places[at].parent
        chains[code] = tuple(found)
    return chains


def _health_districts(places: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, place in places.items():
        if place.kind == HEALTH_KIND:
            found[place.parent].append(code)
    return {district: tuple(codes) for district, codes in found.items()}


def _noise(rows: Sequence[Row]) -> Iterator[tuple[str, Noise]]:
    for row in rows:
        swallows = frozenset(word for part in row.parts("swallows") for word in words_of(part))
        for phrase in row.parts("phrase"):
            yield phrase, Noise(phrase, swallows)


def _weak(files: Mapping[str, str], faults: Faults) -> dict[tuple[str, ...], Weak]:
    if WEAK not in files:
        return {}
    rows = read_table(files, WEAK, ("name",), faults=faults, optional=("is", "note"))
    sorts = [sort.value for sort in Weak if sort]
    found: dict[tuple[str, ...], Weak] = {}
    for row in rows:
        sort = row["is"] or Weak.WORD
        if sort not in sorts:
            faults.add(row.fault("is", f"{sort!r} is not one of {', '.join(sorts)}"))
            continue
        found |= {words_of(name): Weak(sort) for name in row.parts("name")}
    return found


def _pins(files: Mapping[str, str], places: Mapping[str, Place], faults: Faults) -> Iterator[tuple[str, Pin]]:
    """Each PIN as it is written: "722101" and "722 101"."""
    if PINS not in files:
        return
    seen: set[str] = set()
    for row in read_table(files, PINS, ("pin", "districts"), faults=faults, optional=("note",)):
        pin, districts = fold(row["pin"]), row.parts("districts")
        if not (pin.isdecimal() and len(pin) == 6):
            faults.add(row.fault("pin", f"{row['pin']!r} is not six digits"))
        if pin in seen:
            faults.add(row.fault("pin", f"{pin} stands twice"))
        for code in districts:
            if code not in places:
                faults.add(row.fault("districts", f"unknown place {code!r}", "see places.csv"))
        seen.add(pin)
        found = Pin(f"{row.file}:{row.line}", pin, districts)
        yield pin, found
        yield f"{pin[:3]} {pin[3:]}", found
