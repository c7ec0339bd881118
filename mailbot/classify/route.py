"""
Classification × Place × Directory → Route: who must act, who gets a copy, who stands above them, and why each.

In: what the words say (department, place, posts complained of), the directory and the gazetteer. Out: a Route with
exactly one addressee, first. It goes to the post nearest to the citizen that the department holds to answer, on that
department's own map (police units and health districts do not follow civil lines), with a copy to the head of the
department, and for information to the post below that the department names. Two places that the words support alike
are a doubt only where they lead to different posts; then the post for both is taken, if the department has one. A
vacant post passes it one up, and so does one that is complained of. What has no department, no place where one is
needed, or is in doubt goes to the triage desk with the candidates: never to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from mailbot.classify.areas import find_areas, find_nearest
from mailbot.classify.directory import HEAD, Department, Directory
from mailbot.classify.explain import explain_department, explain_place, quoted, words_for
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.inform import find_informed
from mailbot.model import Classification, Match, Place, PlaceFinding, Post, Recipient, Role, Route

NONE = "NONE"  # the department code of what is no grievance


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is known when a route is made."""

    classification: Classification
    words: str  # that speak for the department, as they are told to each recipient
    finding: PlaceFinding
    directory: Directory
    gazetteer: Gazetteer
    accused: Sequence[Match]

    @property
    def place(self) -> str:
        return self.finding.place.code if self.finding.place else ""


@dataclass(frozen=True, slots=True)
class _Seat:
    """The post that answers for a place, and how it was found; without a post, why there is none."""

    post: Post | None
    why: str


def route(
    classification: Classification,
    place: PlaceFinding,
    directory: Directory,
    gazetteer: Gazetteer,
    *,
    accused: Sequence[Match] = (),
) -> Route:
    """
    Find the posts that must act on a grievance. Never raises for what a mail may hold; never to nobody.

    Args:
        classification: The department, by the words.
        place: The place, by the words.
        directory: Posts and who holds them.
        gazetteer: Places, and whose they are.
        accused: Posts that the mail complains of, by the title in `target`: they get neither it nor a copy.
    """
    desk = _Desk(classification, words_for(classification), place, directory, gazetteer, accused)
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
    return _make(desk, head, f"answers for {department.name}, wherever it is; {desk.words}", copy=None)


def _to_field(desk: _Desk, department: Department) -> Route:
    finding = desk.finding
    if finding.place is None:
        return _to_triage(desk, f"{department.name} answers in the district, and {finding.reason}")
    if not finding.confident and not finding.rivals:
        return _to_triage(desk, "the place is in doubt: " + finding.reason)
    seat = _settled(desk, department, finding.place) if finding.rivals else _seat(desk, department, finding.place)
    if seat.post is None:
        return _to_triage(desk, seat.why)
    reason = f"{finding.reason}{seat.why}; {desk.words}"
    return _make(desk, seat.post, reason, copy=desk.directory.head(department.code), informing=department)


def _seat(desk: _Desk, department: Department, place: Place) -> _Seat:
    """The post that answers for a place: the head of the department where it has none nearer."""
    areas, why = find_areas(place, department, desk.finding, desk.gazetteer)
    if not areas:
        return _Seat(None, why)
    nearest = find_nearest(department, department.answers_at, areas, desk.directory)
    return _Seat(nearest or desk.directory.head(department.code), why)


def _settled(desk: _Desk, department: Department, place: Place) -> _Seat:
    """Of places that the words support alike: the post that all of them lead to, else the one for them together."""
    places = [place, *(desk.gazetteer.places[code] for code in desk.finding.rivals)]
    seats = [_seat(desk, department, each) for each in places]
    if seats[0].post is not None and len({seat.post for seat in seats}) == 1:
        return _Seat(seats[0].post, f"{seats[0].why}, and the same post answers there")
    if len({desk.gazetteer.district(each.code) for each in places}) == 1:
        shared = reduce(desk.gazetteer.common, (each.code for each in places))
        together = _seat(desk, department, desk.gazetteer.places[shared])
        if together.post is not None:
            return _Seat(together.post, f"{together.why}, so it goes to the post for both")
    return _Seat(None, "the place is in doubt: " + desk.finding.reason)


def _make(desk: _Desk, post: Post, why: str, *, copy: Post | None, informing: Department | None = None) -> Route:
    """
    A route to a post, or to the first above it that may have it; with the head in copy and the chain above named, and
    whom the department tells below.
    """
    directory = desk.directory
    chain = [post, *directory.superiors(post.code)]
    above, passed = _past_the_accused(desk, chain)
    held = directory.held(above)
    if not held:
        return _to_triage(desk, f"{passed or post.title + ' is vacant'}, and no post above it is held")
    vacant = [each.title for each in above[: above.index(held[0])]]
    reasons = [why, passed, f"{', '.join(vacant)} vacant, so it goes one up" if vacant else ""]
    recipients = [_recipient(directory, held[0], Role.ADDRESSEE, "; ".join(filter(None, reasons)))]
    if copy is not None and copy in held[1:]:
        heads = f"heads the department; {desk.words}"
        recipients.append(_recipient(directory, copy, Role.COPY, heads))
    recipients += [
        _recipient(directory, each, Role.SUPERIOR, f"is above {held[0].title}") for each in held[1:] if each != copy
    ]
    informed, not_informed = _informed(desk, informing, recipients) if informing else (None, "")
    if informed is not None:
        recipients.append(informed)
    return _route(desk, recipients, review=False, last=not_informed)


def _informed(desk: _Desk, department: Department, people: Sequence[Recipient]) -> tuple[Recipient | None, str]:
    return find_informed(
        department,
        desk.finding,
        people,
        directory=desk.directory,
        gazetteer=desk.gazetteer,
        accused=desk.accused,
        because=f"{desk.finding.reason}; {desk.words}",
    )


def _past_the_accused(desk: _Desk, chain: list[Post]) -> tuple[list[Post], str]:
    """The posts above the highest one complained of: nobody is asked to judge himself or those above him."""
    for i in range(len(chain) - 1, -1, -1):
        for match in desk.accused:
            if chain[i].title.startswith(match.target):
                return chain[i + 1 :], f"{chain[i].title} is complained of, {quoted(match)}, so it goes one up"
    return chain, ""


def _to_triage(desk: _Desk, why: str) -> Route:
    """The triage desk decides, or who is above it while it is vacant."""
    directory = desk.directory
    held = directory.triage_held()
    recipients = [_recipient(directory, held[0], Role.ADDRESSEE, why)]
    recipients += [_recipient(directory, post, Role.SUPERIOR, f"is above {held[0].title}") for post in held[1:]]
    return _route(desk, recipients, review=True, first=f"To the triage desk: {why}")


def _recipient(directory: Directory, post: Post, role: Role, why: str) -> Recipient:
    return directory.recipient(post.code, role, f"{post.title}: {why}")


def _route(desk: _Desk, recipients: Sequence[Recipient], *, review: bool, first: str = "", last: str = "") -> Route:
    steps = [first, *explain_department(desk.classification, desk.directory.departments)]
    steps += explain_place(desk.finding, desk.gazetteer)
    steps += [*(f"{person.role.value.capitalize()}: {person.reason}" for person in recipients), last]
    return Route(
        department=desk.classification.department,
        place=desk.place,
        recipients=tuple(recipients),
        review=review,
        explain=tuple(filter(None, steps)),
        is_guess=not desk.classification.confident,
    )
