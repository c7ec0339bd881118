"""
What the reader of the directory cannot see in one row: whom a grievance would not reach, and what will soon be vacant.

In: Directory and Gazetteer as read, the texts of config/directory, and the day. Out: findings with file and line, and
the holes: each department and area from which no post with a holder, an address and a mobile is reached. A hole is
found by asking the router itself, so it knows police units and health districts as well as it does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.classify.directory import DEPARTMENTS, FIELD_LEVELS, HEAD, OFFICERS, POSTS, TRIAGE, Directory
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.lint import Finding, Severity, table_rows
from mailbot.classify.route import NONE
from mailbot.classify.settle import ask
from mailbot.classify.table import Row
from mailbot.errors import Fault
from mailbot.model import Post, Route

AREAS = ("block", "municipality", "corporation")
SOON = timedelta(days=30)
"""So long before a term ends without a successor it is worth a word."""

_LEVELS = (*FIELD_LEVELS, HEAD)


@dataclass(frozen=True, slots=True)
class Hole:
    """A department that nobody answers for in an area ("" for all): who writes from there is not heard in time."""

    department: str
    area: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryReport:
    """`asked`: how many pairs of department and area were tried."""

    findings: tuple[Finding, ...]
    holes: tuple[Hole, ...]
    asked: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """Rows of officers.csv by post, with the days they speak of."""

    rows: Mapping[str, Sequence[tuple[date, date, Row]]]

    def today(self, post: str, on: date) -> Row | None:
        return next((row for since, until, row in self.rows.get(post, ()) if since <= on <= until), None)

    def last(self, post: str) -> tuple[date, date, Row] | None:
        return max(self.rows.get(post, ()), key=lambda term: (term[1], term[0]), default=None)


def check_directory(
    directory: Directory, gazetteer: Gazetteer, files: Mapping[str, str], *, on: date
) -> DirectoryReport:
    """Look at the whole directory as it holds on a day."""
    lines = {row["post"]: row.line for row in table_rows(POSTS, files.get(POSTS, ""))}
    terms = _terms(files)
    routes = list(_routes(directory, gazetteer))
    holes = [hole for department, area, found in routes if (hole := _hole(department, area, found))]
    findings = [
        *_vacant(directory, lines, terms, on),
        *_ending(directory, terms, on),
        *_out_of_reach(directory, terms, on),
        *_shared(directory, terms, on),
        *_second_posts(directory, lines),
        *_odd_chains(directory, lines),
        *_never_asked(directory, lines, [found for _, _, found in routes]),
        *_informs_nobody(directory),
        *_fictitious(directory),
    ]
    ordered = tuple(sorted(findings, key=lambda finding: finding.order))
    return DirectoryReport(findings=ordered, holes=tuple(holes), asked=len(routes))


def _warning(file: str, line: int, column: str, message: str, hint: str = "") -> Finding:
    return Finding(Severity.WARNING, Fault(file, line, column, message, hint))


# --- holes ------------------------------------------------------------------------------------------------------


def _routes(directory: Directory, gazetteer: Gazetteer) -> Iterator[tuple[str, str, Route]]:
    """Where the grievances of every department go, from every area where the department has posts in the field."""
    areas = [code for code, place in gazetteer.places.items() if place.kind in AREAS]
    for code, department in directory.departments.items():
        if code == NONE:
            continue
        afield = directory.has_field_posts(code) and department.answers_at != HEAD and not department.desk
        for area in areas if afield else [""]:
            yield code, area, ask(code, area, directory, gazetteer)


def _hole(department: str, area: str, found: Route) -> Hole | None:
    person = found.recipients[0]
    if found.review:
        return Hole(department, area, person.reason.removeprefix(f"{person.title}: "))
    missing = [name for name, value in (("address", person.address), ("mobile", person.mobile)) if not value]
    return Hole(department, area, f"{person.post} has no {' and no '.join(missing)}") if missing else None


# --- posts and holders ------------------------------------------------------------------------------------------


def _terms(files: Mapping[str, str]) -> _Terms:
    found: defaultdict[str, list[tuple[date, date, Row]]] = defaultdict(list)
    for row in table_rows(OFFICERS, files.get(OFFICERS, "")):
        since = date.fromisoformat(row["since"]) if row["since"] else date.min
        until = date.fromisoformat(row["until"]) if row["until"] else date.max
        found[row["post"]].append((since, until, row))
    return _Terms(found)


def _vacant(directory: Directory, lines: Mapping[str, int], terms: _Terms, on: date) -> Iterator[Finding]:
    for code, post in directory.posts.items():
        if directory.officer(code) is not None:
            continue
        above = next(iter(directory.held(directory.superiors(code))), None)
        goes = f"its mail goes to {above.code}" if above else "nobody above it is there either"
        last = terms.last(code)
        hint = "write who holds it into officers.csv"
        if last is not None:
            when = f"since {last[1] + timedelta(days=1)}" if last[1] < on else f"until {last[0]}"
            hint = f"{hint}; line {last[2].line} leaves it vacant {when}"
        yield _warning(POSTS, lines.get(code, 0), "post", f"{code} ({post.title}) is vacant; {goes}", hint)


def _ending(directory: Directory, terms: _Terms, on: date) -> Iterator[Finding]:
    """A holder who leaves soon, and nobody is named to follow."""
    for code in directory.posts:
        row, last = terms.today(code, on), terms.last(code)
        if row is not None and last is not None and last[2] is row and last[1] <= on + SOON:
            message = f"{code} is vacant from {last[1] + timedelta(days=1)}"
            yield _warning(OFFICERS, row.line, "until", message, "add a row for the successor, with since")


def _out_of_reach(directory: Directory, terms: _Terms, on: date) -> Iterator[Finding]:
    for code, officer in directory.officers.items():
        row = terms.today(code, on)
        if row is not None and not officer.mobile:
            yield _warning(OFFICERS, row.line, "mobile", f"the holder of {code} has no mobile: no overdue alert by SMS")


def _shared(directory: Directory, terms: _Terms, on: date) -> Iterator[Finding]:
    """One address or mobile under two names: mostly a row copied and half changed."""
    for column in ("address", "mobile"):
        first: dict[str, str] = {}
        for code, officer in directory.officers.items():
            value = str(getattr(officer, column)).casefold()
            before = first.setdefault(value, code) if value else code
            row = terms.today(code, on)
            if row is not None and directory.officers[before].name != officer.name:
                other = terms.today(before, on)
                where = f"line {other.line} ({before})" if other else before
                message = f"the {column} of {code} is that of {where} too, under another name"
                yield _warning(OFFICERS, row.line, column, message, "one of the two is wrong")


def _second_posts(directory: Directory, lines: Mapping[str, int]) -> Iterator[Finding]:
    """A second post of a department at one place is never addressed: the first in the file is."""
    for code, post in directory.posts.items():
        if post.level not in FIELD_LEVELS:
            first = directory.head(TRIAGE if post.level == TRIAGE else post.department)
        else:
            first = directory.field_post(post.department, post.place)
        if first is not None and first.code != code:
            message = f"{code} stands beside {first.code} (line {lines.get(first.code, 0)}) for the same place"
            yield _warning(POSTS, lines.get(code, 0), "place", message, "only the first is ever addressed")


def _odd_chains(directory: Directory, lines: Mapping[str, int]) -> Iterator[Finding]:
    """Posts above which nobody stands, or somebody lower."""
    for code, post in directory.posts.items():
        if post.level not in FIELD_LEVELS:
            continue
        above = directory.posts.get(post.reports_to)
        if above is None:
            message = f"{code} reports to nobody: a vacant post would pass its mail to no one"
            yield _warning(POSTS, lines.get(code, 0), "reports_to", message, "name the post above it")
        elif _rank(above) < _rank(post):
            message = f"{code} ({post.level}) reports to {above.code}, which is lower ({above.level})"
            yield _warning(POSTS, lines.get(code, 0), "reports_to", message, "name the post above it")


def _rank(post: Post) -> int:
    return _LEVELS.index(post.level) if post.level in _LEVELS else len(_LEVELS)


def _never_asked(directory: Directory, lines: Mapping[str, int], routes: Sequence[Route]) -> Iterator[Finding]:
    """
    A field post that should answer for its area, and to which no area leads: it stands on the wrong map.

    Posts below the level that answers, and those that stand beside another, are another matter.
    """
    met = {person.post for found in routes for person in found.recipients}
    for code, post in directory.posts.items():
        department = directory.departments[post.department]
        if post.level not in FIELD_LEVELS or department.answers_at == HEAD or department.desk:
            continue
        answers = _rank(post) == FIELD_LEVELS.index(department.answers_at)
        first = directory.field_post(post.department, post.place)
        is_held = directory.officer(code) is not None
        if answers and is_held and code not in met and first == post:
            message = f"no block and no town leads to {code}, at {post.place}"
            yield _warning(POSTS, lines.get(code, 0), "place", message, f"{post.department} follows {department.area}")


def _informs_nobody(directory: Directory) -> Iterator[Finding]:
    """A department that informs down to a level, and has no post there nor between it and the one that answers."""
    for code, department in directory.departments.items():
        if not department.informs:
            continue
        levels = _LEVELS[_LEVELS.index(department.informs) : _LEVELS.index(department.answers_at)]
        if not any(post.department == code and post.level in levels for post in directory.posts.values()):
            message = f"{code} informs down to its {department.informs}, and has no post at {' or '.join(levels)}"
            hint = "nobody is told: write the posts into posts.csv, or leave the cell empty"
            yield _warning(DEPARTMENTS, department.line, "informs", message, hint)


def _fictitious(directory: Directory) -> Iterator[Finding]:
    if not directory.is_fictitious():
        return
    hosts = Counter(officer.address.rpartition("@")[2] for officer in directory.officers.values())
    host, count = hosts.most_common(1)[0]
    message = f"holders are invented: {count} of {len(directory.officers)} addresses end in {host}"
    yield _warning(OFFICERS, 0, "address", message, "mailbot sends to nobody outside this machine by such a directory")
