"""
Make the fictitious directory that mailbot is tried with: config/directory/posts.csv and officers.csv.

In: config/departments and config/places. Out: a post for the head of every department, and for every district,
subdivision and block where the department has one; each held by somebody who does not exist, at example.org. The
client's own two files take their place; the post codes may stay. Run it again after a change of places or departments:
`python scripts/make_directory.py`. The same input gives the same files.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.classify.gazetteer import Gazetteer, read_gazetteer
from mailbot.model import Place

CONFIG = Path(__file__).resolve().parent.parent / "config"
FIRST_MOBILE = 6999900001
SINCE = "2026-01-01"
POST_COLUMNS = ["post", "title", "department", "level", "place", "reports_to"]
OFFICER_COLUMNS = ["post", "name", "address", "mobile", "since", "until"]
_KINDS = {"subdivision": ("subdivision",), "block": ("block",)}
_URBAN = {"municipality": ("Executive Officer", "EO"), "corporation": ("Commissioner", "MC")}


@dataclass(frozen=True, slots=True)
class Row:
    post: str
    title: str
    department: str
    level: str
    place: str
    reports_to: str


def main() -> int:
    files = {path.name: path.read_text(encoding="utf-8-sig") for path in (CONFIG / "places").glob("*.csv")}
    gazetteer = read_gazetteer(files)
    with (CONFIG / "departments" / "departments.csv").open(encoding="utf-8-sig", newline="") as file:
        departments = list(csv.DictReader(file))
    rows = [row for department in departments for row in _posts(department, gazetteer)]
    rows.append(
        Row("CMO-TRIAGE", "Triage Desk, Grievance Cell, Chief Minister's Office", "CMO", "triage", "WB", "CMO-HEAD")
    )
    _write("posts.csv", [POST_COLUMNS, *map(_cells, rows)])
    _write("officers.csv", [OFFICER_COLUMNS, *_officers(rows)])
    print(f"{len(rows)} posts, each with a fictitious holder")
    return 0


def _cells(row: Row) -> list[str]:
    return [row.post, row.title, row.department, row.level, row.place, row.reports_to]


def _officers(rows: list[Row]) -> Iterator[list[str]]:
    for i, row in enumerate(rows):
        address = f"{row.post.lower()}@example.org"
        yield [row.post, f"Holder of {row.post} (fictitious)", address, f"+91{FIRST_MOBILE + i}", SINCE, ""]


def _write(name: str, rows: list[list[str]]) -> None:
    with (CONFIG / "directory" / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _posts(department: dict[str, str], gazetteer: Gazetteer) -> Iterator[Row]:
    """The head first, then district, subdivision and block, so that each finds the one it reports to."""
    if not department["head_post"]:
        return
    code = department["code"]
    head = Row(f"{code}-HEAD", department["head_post"], code, "head", "WB", "")
    yield head
    made: dict[str, str] = {}
    used: set[str] = set()
    for level in ("district", "subdivision", "block"):
        title = department[f"{level}_post"].split(" / ")[0]
        if not title or (level == "block" and department["area"] == "police"):
            continue
        short = _short(title)
        short = f"{level[0].upper()}{short}" if short in used else short
        used.add(short)
        for place in _places(level, department, gazetteer):
            above = _above(place, department, gazetteer, made, head)
            own_title, own_short = _variant(place, department, gazetteer) or (title, short)
            made[place.code] = f"{code}-{own_short}-{_tail(place)}"
            yield Row(made[place.code], f"{own_title}, {_name(place)}", code, level, place.code, above)


def _variant(place: Place, department: dict[str, str], gazetteer: Gazetteer) -> tuple[str, str] | None:
    """Where the post is called otherwise than in the departments table: towns, and the police of commissionerates."""
    if place.kind in _URBAN:
        return _URBAN[place.kind]
    if place.kind == "commissionerate":
        return "Commissioner of Police", "CP"
    if department["area"] == "police" and gazetteer.police_unit(place.code).startswith("PC-"):
        return "Assistant Commissioner of Police", "ACP"
    return None


def _name(place: Place) -> str:
    name = re.sub(r" (Health District|Police Commissionerate)$", "", place.name)
    return name + {"municipality": " Municipality", "corporation": " Municipal Corporation"}.get(place.kind, "")


def _tail(place: Place) -> str:
    """BL-BAN-ONDA → BAN-ONDA, WB-BAN → BAN."""
    return place.code.split("-", 1)[1]


def _short(title: str) -> str:
    """ "Block Development Officer (BDO)" → BDO; else the capitals of the title."""
    acronym = re.search(r"\(([A-Z&]{2,8})\)", title)
    if acronym:
        return acronym[1].replace("&", "")
    return "".join(word[0] for word in re.findall(r"[A-Z][\w-]*", title.partition(",")[0]))[:5]


def _places(level: str, department: dict[str, str], gazetteer: Gazetteer) -> list[Place]:
    kinds = _KINDS.get(level) or {
        "civil": ("district",), "health": ("health_district",), "police": ("police_district", "commissionerate"),
    }[department["area"]]  # fmt: skip
    if department["code"] == "UDM" and level == "block":
        kinds = ("municipality", "corporation")
    found = [place for place in gazetteer.places.values() if place.kind in kinds]
    # Kolkata has neither panchayats nor a District Magistrate of its own.
    return [place for place in found if not (department["code"] in ("PRD", "UDM") and place.code == "WB-KOL")]


def _above(place: Place, department: dict[str, str], gazetteer: Gazetteer, made: dict[str, str], head: Row) -> str:
    """The post of the nearest area around a place, on the map that the department follows."""
    unit = {"health": gazetteer.health_district, "police": gazetteer.police_unit}.get(department["area"])
    if unit is None or place.kind in ("health_district", "police_district", "commissionerate"):
        around = gazetteer.chain(place.code)[1:]
        return next((made[code] for code in around if code in made), head.post)
    own = unit(place.code)
    parent = place.parent
    if parent in made and unit(parent) == own:
        return made[parent]
    return made.get(own, head.post)


if __name__ == "__main__":
    sys.exit(main())
