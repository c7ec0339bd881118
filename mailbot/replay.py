"""
New rules over old grievances: who would gain and lose which cases. Nothing is sent, and nothing is written.

In: grievances as they came, the Office in force and another. Out: what changes for each, and the sum of it by
department and post. Both offices read the same words today, so that every difference is the rules' own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.intake import Office, find_routes
from mailbot.model import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A grievance to be routed again; `settled` are the departments that the desk decided for, "" for none known."""

    reference: str
    subject: str
    text: str
    settled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a grievance goes: departments and posts that must answer, the main one first."""

    departments: tuple[str, ...]
    place: str
    posts: tuple[str, ...]
    review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A grievance with both destinations; `explain` is what the new rules say."""

    grievance: Replayed
    before: Destination
    after: Destination
    explain: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return self.before == self.after


@dataclass(slots=True)
class Balance:
    """The cases that somebody would gain, and those they would lose, by reference."""

    gains: list[str]
    losses: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySummary:
    """
    The sum of a replay. `settled` counts cases that the desk has decided; the two behind it, for how many of them the
    old and the new rules say the same as the desk.
    """

    cases: int
    changed: int
    departments: Mapping[str, Balance]
    posts: Mapping[str, Balance]
    review_before: int
    review_after: int
    settled: int
    settled_right_before: int
    settled_right_after: int


def replay(grievances: Iterable[Replayed], old: Office, new: Office) -> Iterator[Change]:
    """Route each grievance by both; every one is given, changed or not, in the order given."""
    for grievance in grievances:
        before = find_routes(grievance.subject, grievance.text, old)
        after = find_routes(grievance.subject, grievance.text, new)
        yield Change(
            grievance=grievance,
            before=destination(before),
            after=destination(after),
            explain=tuple(sentence for route in after for sentence in route.explain),
        )


def destination(routes: Sequence[Route]) -> Destination:
    """Where these routes lead."""
    posts = [person.post for route in routes for person in route.recipients if person.role.must_answer]
    return Destination(
        departments=tuple(dict.fromkeys(route.department for route in routes)),
        place=routes[0].place,
        posts=tuple(dict.fromkeys(posts)),
        review=any(route.review for route in routes),
    )


def summarise(changes: Sequence[Change]) -> ReplaySummary:
    """Add it up; who gains and loses most comes first."""
    settled = [change for change in changes if change.grievance.settled]
    return ReplaySummary(
        cases=len(changes),
        changed=sum(not change.is_none for change in changes),
        departments=_balances((c.grievance.reference, c.before.departments, c.after.departments) for c in changes),
        posts=_balances((c.grievance.reference, c.before.posts, c.after.posts) for c in changes),
        review_before=sum(change.before.review for change in changes),
        review_after=sum(change.after.review for change in changes),
        settled=len(settled),
        settled_right_before=sum(_agrees(change.before, change.grievance) for change in settled),
        settled_right_after=sum(_agrees(change.after, change.grievance) for change in settled),
    )


def _balances(moves: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> dict[str, Balance]:
    found: defaultdict[str, Balance] = defaultdict(lambda: Balance([], []))
    for reference, before, after in moves:
        for code in sorted({*after} - {*before}):
            found[code].gains.append(reference)
        for code in sorted({*before} - {*after}):
            found[code].losses.append(reference)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1].gains) - len(pair[1].losses), pair[0])))


def _agrees(where: Destination, grievance: Replayed) -> bool:
    return where.departments[0] in grievance.settled
