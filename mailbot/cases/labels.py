"""
What the database says for the rules: the grievances as they came, and what the desk decided of some of them.

In: an Engine. Out: each stored grievance, or each that the desk has settled, as a labelled mail. Promised: nothing is
changed and no writer waits; the same data give the same order; memory stays the same however many cases there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, Select, select

from mailbot.cases.database import reading
from mailbot.cases.tables import cases, events
from mailbot.model import EventKind

PAGE = 500
DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A grievance as it came, and where its case stands today."""

    reference: str
    subject: str
    text: str
    language: str
    department: str
    place: str
    review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What the desk decided last of a case: department and place of each matter, the main one first."""

    grievance: Stored
    matters: tuple[tuple[str, str], ...]
    decided_at: datetime


def grievances(engine: Engine, *, since: datetime | None = None, page: int = PAGE) -> Iterator[Stored]:
    """Every grievance by its reference, so many read at once; with `since` those that arrived then or later."""
    query = _of_cases().limit(page)
    if since is not None:
        query = query.where(cases.c.received_at >= since)
    with reading(engine) as connection:
        for some in _pages(connection, query):
            yield from map(_stored, some)


def labels(engine: Engine) -> Iterator[Label]:
    """Every case that the desk has settled, by its reference."""
    settled = select(events.c.reference).where(events.c.actor == DESK, events.c.kind.in_(_RULINGS))
    with reading(engine) as connection:
        for page in _pages(connection, _of_cases().where(cases.c.reference.in_(settled))):
            said = _rulings(connection, [row["reference"] for row in page])
            for row in page:
                last = said[row["reference"]]
                yield Label(grievance=_stored(row), matters=_matters(last), decided_at=last[0]["at"])


_RULINGS = (EventKind.REFERRED, EventKind.DISMISSED)


def _of_cases() -> Select[str, str, str, str, str, str, bool]:
    names = ("reference", "subject", "text", "language", "department", "place", "review")
    return select(*(cases.c[name] for name in names)).order_by(cases.c.reference).limit(PAGE)


def _pages(connection: Connection, query: Select[str, str, str, str, str, str, bool]) -> Iterator[Sequence[RowMapping]]:
    last = ""
    while page := connection.execute(query.where(cases.c.reference > last)).mappings().all():
        last = page[-1]["reference"]
        yield page


def _stored(row: RowMapping) -> Stored:
    return Stored(**row)


def _rulings(connection: Connection, references: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    """The events of the desk's last word on each of these cases: those of one moment belong together."""
    query = select(events).where(
        events.c.reference.in_(references), events.c.actor == DESK, events.c.kind.in_(_RULINGS)
    )
    said: dict[str, list[RowMapping]] = {}
    for row in connection.execute(query.order_by(events.c.id)).mappings():
        before = said.get(row["reference"], [])
        said[row["reference"]] = [*before, row] if before and before[0]["at"] == row["at"] else [row]
    return said


def _matters(ruling: Sequence[RowMapping]) -> tuple[tuple[str, str], ...]:
    found = {(row["detail"].get("department", ""), row["detail"].get("place", "")): None for row in ruling}
    return tuple(found)
