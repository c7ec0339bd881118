"""The types and guards of the tables."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from mailbot.cases.database import reading
from mailbot.cases.store import SqlCaseStore
from mailbot.cases.tables import Moment, Span, contacts, events, insert_into
from tests.cases.decisions import an_opening
from tests.fakes import NOON

SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this one untyped
INDIA = timezone(timedelta(hours=5, minutes=30))


def test_a_time_without_timezone_is_refused(engine: Engine) -> None:
    row = {"party": "sms", "at": datetime(2026, 11, 24, 12, 0), "error": ""}  # noqa: DTZ001 (that is the fault)
    with engine.begin() as connection, pytest.raises(StatementError, match="without timezone"):
        connection.execute(contacts.insert(), [row])


def test_a_moment_comes_back_in_utc(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(contacts.insert(), [{"party": "sms", "at": NOON.astimezone(INDIA), "error": ""}])
        found = connection.scalar(select(contacts.c.at))
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([INDIA])))  # noqa: DTZ001
def test_every_moment_survives_to_the_microsecond_and_keeps_its_order(moment: datetime) -> None:
    stored = Moment().process_bind_param(moment, SQLITE)
    assert stored is not None
    assert Moment().process_result_value(stored, SQLITE) == moment
    assert Moment().process_bind_param(moment, POSTGRESQL) == moment


@given(st.timedeltas())
def test_every_span_survives(span: timedelta) -> None:
    stored = Span().process_bind_param(span, SQLITE)
    assert Span().process_result_value(stored, SQLITE) == span


def test_the_history_cannot_be_rewritten(engine: Engine) -> None:
    SqlCaseStore(engine).commit([an_opening()])
    for deed in (update(events).values(actor="nobody"), delete(events)):
        with pytest.raises(IntegrityError, match="the history is never rewritten"), engine.begin() as connection:
            connection.execute(deed)
    with reading(engine) as connection:
        assert connection.scalars(select(events.c.actor)).all() == ["mailbot", "mailbot"]


@pytest.mark.parametrize(("name", "dialect"), [("sqlite", SQLITE), ("postgresql", POSTGRESQL)])
def test_an_insert_knows_conflicts_in_either_database(name: str, dialect: Dialect) -> None:
    statement = insert_into(name, contacts).on_conflict_do_nothing()
    assert "ON CONFLICT DO NOTHING" in str(statement.compile(dialect=dialect))
