"""
Classification × Place × Directory → Route: who must act, who gets a copy, who stands above them, and why each.

In: what the words say (department, place), the directory and the gazetteer. Out: a Route with exactly one addressee,
first. It goes to the post nearest to the citizen that the department holds to answer, on that department's own map
(police units and health districts do not follow civil lines), with a copy to the head of the department. A vacant
post passes it one up. What has no department, no place where one is needed, or is in doubt goes to the triage desk
with the candidates: never to nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbot.classify.directory import FIELD_LEVELS, HEAD, Department, Directory
from mailbot.classify.gazetteer import Gazetteer
from mailbot.model import Classification, Match, Place, PlaceFinding, Post, Recipient, Role, Route

NONE = "NONE"  # the department code of what is no grievance
_WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is known when a route is made."""

    classification: Classification
    finding: PlaceFinding
    directory: Directory
    gazetteer: Gazetteer

    @property
    def place(self) -> str:
        return self.finding.place.code if self.finding.place else ""


def route(classification: Classification, place: PlaceFinding, directory: Directory, gazetteer: Gazetteer) -> Route:
    """Find the posts that must act on a grievance. Never raises for what a mail may hold; never to nobody."""
    desk = _Desk(classification, place, directory, gazetteer)
    department = directory.departments.get(classification.department)
    if department is None:
        return _to_triage(desk, "no department: " + classification.reason)
    if department.code == NONE:
        return _to_triage(desk, f"this seems to be no grievance: {classification.reason}")
    if not classification.confident:
        return _to_triage(desk, "the department is in doubt: " + classification.reason)
    if department.desk:
        return _to_head(desk, department, directory.head(department.desk))
    if department.answers_at == HEAD or not directory.has_field_posts(department.code):
        return _to_head(desk, department, directory.head(department.code))
    return _to_field(desk, department)


def _to_head(desk: _Desk, department: Department, head: Post | None) -> Route:
    if head is None:
        return _to_triage(desk, f"{department.name} has no post at its head")
    return _make(desk, head, f"answers for {department.name}, wherever it is; {_words(desk)}", copy=None)


def _to_field(desk: _Desk, department: Department) -> Route:
    place = desk.finding.place
    if place is None:
        return _to_triage(desk, f"{department.name} answers in the district, and {desk.finding.reason}")
    if not desk.finding.confident:
        return _to_triage(desk, "the place is in doubt: " + desk.finding.reason)
    areas, why = _areas(desk, department, place)
    if not areas:
        return _to_triage(desk, why)
    post = _nearest(desk.directory, department, areas)
    if post is None:
        return _to_head(desk, department, desk.directory.head(department.code))
    return _make(desk, post, f"{desk.finding.reason}{why}; {_words(desk)}", copy=desk.directory.head(department.code))


def _areas(desk: _Desk, department: Department, place: Place) -> tuple[list[str], str]:
    """The areas of a place on the map that a department follows, the nearest first; and how they were found."""
    gazetteer = desk.gazetteer
    civil = gazetteer.chain(place.code)
    if department.area == "civil":
        return list(civil), ""
    unit = gazetteer.health_district(place.code) if department.area == "health" else _police_unit(desk, place)
    if not unit:
        return [], f"{place.name} lies under several {department.area} units, and the mail does not say which"
    nearer = [code for code in civil if gazetteer.places[code].kind not in ("state", "district")]
    kind = gazetteer.places[unit].kind.replace("_", " ")
    name = gazetteer.places[unit].name.removesuffix(f" {kind.title()}")  # "health district Bankura" says it once
    return [*nearer, unit], f", which lies in {kind} {name}"


def _police_unit(desk: _Desk, place: Place) -> str:
    """The unit of the police station or locality that the mail names, else that of the area."""
    named = {
        desk.gazetteer.police_by_rule[match.rule]
        for match in desk.finding.matches
        if match.target == place.code and match.rule in desk.gazetteer.police_by_rule
    }
    return named.pop() if len(named) == 1 else desk.gazetteer.police_unit(place.code)


def _nearest(directory: Directory, department: Department, areas: Iterable[str]) -> Post | None:
    """The first post on the way up that is no nearer to the citizen than the level held to answer."""
    lowest = FIELD_LEVELS.index(department.answers_at)
    for area in areas:
        post = directory.field_post(department.code, area)
        if post is not None and FIELD_LEVELS.index(post.level) >= lowest:
            return post
    return None


def _make(desk: _Desk, post: Post, why: str, *, copy: Post | None) -> Route:
    """A route to a post, or to the first above it that is held; with the head in copy and the chain above named."""
    directory = desk.directory
    chain = [post, *directory.superiors(post.code)]
    held = [each for each in chain if directory.officer(each.code) is not None]
    if not held:
        return _to_triage(desk, f"{post.title} is vacant, and so is every post above it")
    vacant = [each.title for each in chain[: chain.index(held[0])]]
    passed = f"; {', '.join(vacant)} vacant, so it goes one up" if vacant else ""
    recipients = [_recipient(directory, held[0], Role.ADDRESSEE, why + passed)]
    if copy is not None and copy != held[0] and directory.officer(copy.code) is not None:
        recipients.append(_recipient(directory, copy, Role.COPY, f"heads the department; {_words(desk)}"))
    recipients += [
        _recipient(directory, each, Role.SUPERIOR, f"is above {held[0].title}") for each in held[1:] if each != copy
    ]
    return _route(desk, recipients, review=False, first="")


def _to_triage(desk: _Desk, why: str) -> Route:
    """The triage desk decides. Its post, or one above it, is held: `read_directory` has made sure of that."""
    directory = desk.directory
    chain = [directory.triage, *directory.superiors(directory.triage.code)]
    held = [post for post in chain if directory.officer(post.code) is not None]
    recipients = [_recipient(directory, held[0], Role.ADDRESSEE, why)]
    recipients += [_recipient(directory, post, Role.SUPERIOR, f"is above {held[0].title}") for post in held[1:]]
    return _route(desk, recipients, review=True, first=f"To the triage desk: {why}")


def _recipient(directory: Directory, post: Post, role: Role, why: str) -> Recipient:
    officer = directory.officers[post.code]
    return Recipient(
        post=post.code,
        title=post.title,
        role=role,
        officer=officer.name,
        address=officer.address,
        mobile=officer.mobile,
        reason=f"{post.title}: {why}",
    )


def _route(desk: _Desk, recipients: Sequence[Recipient], *, review: bool, first: str) -> Route:
    steps = [first, *_explain_department(desk), *_explain_place(desk)]
    steps += [f"{person.role.value.capitalize()}: {person.reason}" for person in recipients]
    return Route(
        department=desk.classification.department,
        place=desk.place,
        recipients=tuple(recipients),
        review=review,
        explain=tuple(filter(None, steps)),
    )


def _words(desk: _Desk) -> str:
    own = [match for match in desk.classification.matches if match.target == desk.classification.department]
    return f"the mail says {_quoted(own)}" if own else "no word of the mail decided this"


def _quoted(matches: Sequence[Match]) -> str:
    """The words that weighed most, each once."""
    shown = {match.words.casefold(): match for match in reversed(matches)}
    best = sorted(shown.values(), key=lambda match: -match.weight)[:_WORDS_SHOWN]
    return ", ".join(f"'{' '.join(match.words.split())}' ({match.where}, {match.rule})" for match in best)


def _explain_department(desk: _Desk) -> list[str]:
    found = desk.classification
    if not found.candidates:
        return [f"Department: {found.reason}"]
    name = desk.directory.departments[found.department].name if found.department in desk.directory.departments else ""
    steps = [f"Department: {found.department} ({name}), for {_words(desk)}"]
    others = [f"{code} {score:g}" for code, score in found.candidates[1:]]
    if others:
        steps.append(f"Considered beside {found.department} {found.candidates[0][1]:g}: {', '.join(others)}")
    return steps


def _explain_place(desk: _Desk) -> list[str]:
    finding = desk.finding
    steps = [f"Place: {finding.reason}"]
    own = desk.gazetteer.chain(desk.place)
    others = [f"{desk.gazetteer.places[code].name} {score:g}" for code, score in finding.candidates if code not in own]
    if others:
        steps.append(f"Places considered: {', '.join(others)}")
    return steps
