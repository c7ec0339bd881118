"""
config/departments and config/directory → Departments and Directory: which offices there are, and who holds them.

In: the texts of `departments.csv`, `posts.csv` and `officers.csv`. Out: the two, or a ConfigurationError with every
fault. A post is an office and stays; an officer holds it from `since` until `until`. What is asked: the post of a
department for a place, its holder, and who is above it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mailbot.classify.directory_rows import read_officers, read_posts
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.table import Faults, Row, read_table
from mailbot.errors import Fault
from mailbot.model import Officer, Post, Recipient, Role

DEPARTMENTS, POSTS, OFFICERS = "departments.csv", "posts.csv", "officers.csv"
HEAD, TRIAGE = "head", "triage"
FIELD_LEVELS = ("block", "subdivision", "district")  # from the nearest to the citizen upwards
AREAS = ("civil", "police", "health")
_FICTITIOUS = ("example.org", "example.com", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """
    One department. `answers_at` is the level nearest to the citizen that is held to answer (block, subdivision,
    district or head); `area` says whose map its field posts follow; `desk` names another department whose head
    answers instead (matters outside the State: the Chief Minister's grievance cell). `informs` is the level, below
    the one that answers, whose post is told of a matter in its area for information; "" for nobody.
    """

    code: str
    name: str
    area: str
    answers_at: str
    desk: str
    informs: str = ""
    line: int = 0  # in departments.csv


class Departments(Mapping[str, Department]):
    """The departments by their code."""

    def __init__(self, departments: Mapping[str, Department]) -> None:
        self._departments = dict(departments)

    def __getitem__(self, code: str) -> Department:
        return self._departments[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._departments)

    def __len__(self) -> int:
        return len(self._departments)


def read_departments(files: Mapping[str, str]) -> Departments:
    """
    Read config/departments.

    Raises:
        ConfigurationError: With every fault of the file.
    """
    faults = Faults()
    optional = ("name_bn", "desk", "informs", "head_post", "district_post", "subdivision_post", "block_post", "note")
    rows = read_table(files, DEPARTMENTS, ("code", "name_en", "area", "answers_at"), faults=faults, optional=optional)
    departments: dict[str, Department] = {}
    for row in rows:
        _check_department(row, departments, faults)
        departments[row["code"]] = Department(
            code=row["code"],
            name=row["name_en"],
            area=row["area"],
            answers_at=row["answers_at"],
            desk=row["desk"],
            informs=row["informs"],
            line=row.line,
        )
    for row in rows:
        if row["desk"] and row["desk"] not in departments:
            faults.add(row.fault("desk", f"unknown department {row['desk']!r}"))
    faults.raise_any()
    return Departments(departments)


def _check_department(row: Row, departments: Mapping[str, Department], faults: Faults) -> None:
    if not row["code"].isalnum():
        faults.add(row.fault("code", "a code is letters and digits, and never empty"))
    if row["code"] in departments:
        faults.add(row.fault("code", f"{row['code']} stands twice"))
    if not row["name_en"]:
        faults.add(row.fault("name_en", "the name is missing"))
    if row["area"] not in AREAS:
        faults.add(row.fault("area", f"{row['area']!r} is not one of {', '.join(AREAS)}"))
    levels = (*FIELD_LEVELS, HEAD)
    if row["answers_at"] not in levels:
        faults.add(row.fault("answers_at", f"{row['answers_at']!r} is not one of {', '.join(levels)}"))
    elif row["informs"]:
        _check_informs(row, faults)


def _check_informs(row: Row, faults: Faults) -> None:
    """Who is told stands below who answers: the head of a department has no place, so it has nobody nearest to it."""
    answers = row["answers_at"]
    below = () if answers == HEAD or row["desk"] else FIELD_LEVELS[: FIELD_LEVELS.index(answers)]
    if row["informs"] not in below:
        hint = f"leave it empty, or write {' or '.join(below)}" if below else "leave it empty"
        message = f"{row['informs']!r} is no level below the one that answers ({answers})"
        faults.add(row.fault("informs", message, hint))


@dataclass(frozen=True, slots=True)
class Directory:
    """Posts and their holders. Built by `read_directory`, which promises that every reference in it leads somewhere."""

    departments: Departments
    posts: Mapping[str, Post]
    officers: Mapping[str, Officer]
    _fields: Mapping[tuple[str, str], Post] = field(default_factory=dict)
    _heads: Mapping[str, Post] = field(default_factory=dict)
    _afield: frozenset[str] = frozenset()  # departments with posts below the head

    @property
    def triage(self) -> Post:
        """The desk that looks at what no rule settles."""
        return self._heads[TRIAGE]

    def officer(self, post: str) -> Officer | None:
        """Who holds a post; None while it is vacant."""
        return self.officers.get(post)

    def recipient(self, post: str, role: Role, reason: str) -> Recipient:
        """
        A post as a route addresses it, with who holds it now.

        Raises:
            KeyError: There is no such post, or it is vacant.
        """
        officer = self.officers[post]
        return Recipient(
            post=post,
            title=self.posts[post].title,
            role=role,
            officer=officer.name,
            address=officer.address,
            mobile=officer.mobile,
            reason=reason,
        )

    def head(self, department: str) -> Post | None:
        """The post at the head of a department."""
        return self._heads.get(department)

    def field_post(self, department: str, place: str) -> Post | None:
        """The post of a department for exactly this place; the first in the file where it has several there."""
        return self._fields.get((department, place))

    def has_field_posts(self, department: str) -> bool:
        """Whether the department has posts in districts, subdivisions or blocks at all."""
        return department in self._afield

    def superiors(self, post: str) -> tuple[Post, ...]:
        """The posts above one, nearest first."""
        above = []
        code = self.posts[post].reports_to
        while code:
            above.append(self.posts[code])
            code = self.posts[code].reports_to
        return tuple(above)

    def held(self, posts: Iterable[Post]) -> list[Post]:
        """Those of these posts that somebody holds, in their order."""
        return [post for post in posts if self.officer(post.code) is not None]

    def triage_held(self) -> list[Post]:
        """The triage desk and the posts above it that are held; `read_directory` makes sure that there is one."""
        return self.held([self.triage, *self.superiors(self.triage.code)])

    def is_fictitious(self) -> bool:
        """Whether any holder is an example: a directory to try with, never to send by."""
        return any(_is_example(officer.address) for officer in self.officers.values())


def _is_example(address: str) -> bool:
    host = address.rpartition("@")[2].casefold()
    return host.endswith(".example") or any(host == name or host.endswith(f".{name}") for name in _FICTITIOUS)


def read_directory(
    files: Mapping[str, str], departments: Departments, gazetteer: Gazetteer | None, *, on: date | None = None
) -> Directory:
    """
    Read config/directory.

    Args:
        files: File name → text.
        departments: Those that posts may belong to.
        gazetteer: The places that posts may stand at; None to look for all other faults where the places have some.
        on: The day whose holders are wanted; None for those whose time has no end yet.

    Raises:
        ConfigurationError: With every fault of every file.
    """
    faults = Faults()
    columns = ("post", "title", "department", "level", "place", "reports_to")
    rows = read_table(files, POSTS, columns, faults=faults, optional=("note",))
    posts = read_posts(rows, departments=departments, gazetteer=gazetteer, faults=faults)
    columns = ("post", "name", "address", "mobile", "since", "until")
    held = read_table(files, OFFICERS, columns, faults=faults, optional=("note",))
    officers = read_officers(held, posts, faults, on=on)
    directory = _directory(departments, posts, officers)
    _check_triage_is_held(directory, faults)
    faults.raise_any()
    return directory


def _directory(departments: Departments, posts: Mapping[str, Post], officers: Mapping[str, Officer]) -> Directory:
    fields = _field_posts(posts)
    afield = frozenset(department for department, _ in fields)
    return Directory(departments, posts, officers, fields, _head_posts(posts), afield)


def _check_triage_is_held(directory: Directory, faults: Faults) -> None:
    """What no rule settles must reach somebody. Asked only of a directory without other faults: it follows chains."""
    if faults.found:
        return
    if not directory.triage_held():
        faults.add(Fault(OFFICERS, 0, "post", f"nobody holds {directory.triage.code}, nor a post above it"))


def _field_posts(posts: Mapping[str, Post]) -> dict[tuple[str, str], Post]:
    fields: dict[tuple[str, str], Post] = {}
    for post in posts.values():
        if post.level in FIELD_LEVELS:
            fields.setdefault((post.department, post.place), post)
    return fields


def _head_posts(posts: Mapping[str, Post]) -> dict[str, Post]:
    heads: dict[str, Post] = {}
    for post in posts.values():
        if post.level == HEAD:
            heads.setdefault(post.department, post)
        elif post.level == TRIAGE:
            heads.setdefault(TRIAGE, post)
    return heads
