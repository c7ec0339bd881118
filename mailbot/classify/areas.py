"""
Place → the areas around it, on the map that a department follows, and the department's nearest post in them.

In: a place as found, the department, the gazetteer. Out: area codes from the nearest upwards. Police units and health
districts do not follow civil lines; a place that lies under several of them, unnamed, has no areas there.
"""

from collections.abc import Iterable

from mailbot.classify.directory import FIELD_LEVELS, Department, Directory
from mailbot.classify.gazetteer import Gazetteer
from mailbot.model import Place, PlaceFinding, Post


def find_areas(
    place: Place, department: Department, finding: PlaceFinding, gazetteer: Gazetteer
) -> tuple[list[str], str]:
    """The areas of a place on the map that a department follows, the nearest first; and how they were found."""
    civil = gazetteer.chain(place.code)
    if department.area == "civil":
        return list(civil), ""
    unit, how = _unit(department.area, place, finding, gazetteer)
    if not unit:
        return [], f"{place.name} lies under several {department.area} units, and the mail does not say which"
    nearer = [code for code in civil if gazetteer.places[code].kind not in ("state", "district")]
    kind = gazetteer.places[unit].kind.replace("_", " ")
    name = gazetteer.places[unit].name.removesuffix(f" {kind.title()}")  # "health district Bankura" says it once
    return [*nearer, unit], f", {how} {kind} {name}"


def _unit(area: str, place: Place, finding: PlaceFinding, gazetteer: Gazetteer) -> tuple[str, str]:
    """
    The police unit or health district of a place, and in which words.

    A district of several health districts goes to the one of its own name, whose officer is the district's own; no
    such thing can be said of police units.
    """
    lies = "which lies in"
    if area == "police":
        return _police_unit(place, finding, gazetteer), lies
    unit = gazetteer.health_district(place.code)
    if unit or place.kind != "district":
        return unit, lies
    return gazetteer.own_health_district(place.code), "which has several, and by its own name is"


def _police_unit(place: Place, finding: PlaceFinding, gazetteer: Gazetteer) -> str:
    """The unit of the police station or locality that the mail names, else that of the area."""
    named = {
        gazetteer.police_by_rule[match.rule]
        for match in finding.matches
        if match.target == place.code and match.rule in gazetteer.police_by_rule
    }
    return named.pop() if len(named) == 1 else gazetteer.police_unit(place.code)


def find_nearest(department: Department, level: str, areas: Iterable[str], directory: Directory) -> Post | None:
    """The first post on the way up that is no nearer to the citizen than this level."""
    lowest = FIELD_LEVELS.index(level)
    for area in areas:
        post = directory.field_post(department.code, area)
        if post is not None and FIELD_LEVELS.index(post.level) >= lowest:
            return post
    return None
