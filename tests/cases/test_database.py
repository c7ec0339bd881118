"""Opening, locking and migrating."""

import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, func, select, text, update
from sqlalchemy.exc import ProgrammingError

from mailbot.cases import database
from mailbot.cases.database import open_database, reading, schema_is_current, upgrade, writing
from mailbot.cases.store import SqlCaseStore
from mailbot.cases.tables import cases, metadata, recipients, referrals, serials
from mailbot.errors import StoreError, StoreUnavailable
from tests.cases.decisions import an_opening


@pytest.fixture
def impatient(database_url: str) -> Iterator[Engine]:
    """The same database, for one who does not wait ten seconds for a lock."""
    engine = open_database(database_url)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    yield engine
    engine.dispose()


def test_a_database_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/var/lib/mailbot.db")
    upgrade(engine)
    with writing(engine) as connection:
        connection.execute(serials.insert().values(year=2026, last=1))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    engine.dispose()
    assert modes == {
        "var": 0o700,
        "lib": 0o700,
        "mailbot.db": 0o600,
        "mailbot.db-wal": 0o600,
        "mailbot.db-shm": 0o600,
    }


def test_a_database_that_exists_keeps_its_mode_and_its_rows(database_url: str) -> None:
    path = Path(database_url.removeprefix("sqlite:///"))
    path.chmod(0o640)
    engine = open_database(database_url)
    assert schema_is_current(engine)
    engine.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_commit_is_on_the_disk_and_references_are_checked(engine: Engine) -> None:
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}


@pytest.mark.parametrize("url", ["nonsense", "nosuch://user:password@host/database", "sqlite+nosuch:///x"])
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(url)
    assert "password" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_database(f"sqlite:///{tmp_path}/file/mailbot.db")


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "mailbot.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnavailable, match="SQLITE_NOTADB"):
        upgrade(open_database(f"sqlite:///{tmp_path}/mailbot.db"))


def test_two_writers_that_read_first_lose_no_update(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(serials.insert().values(year=2026, last=0))

    def count_up() -> None:
        for _ in range(50):
            with writing(engine) as connection:
                last = connection.scalars(select(serials.c.last)).one()
                connection.execute(update(serials).values(last=last + 1))

    threads = [threading.Thread(target=count_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.scalar(select(serials.c.last)) == 100


def test_a_reader_waits_for_no_writer_and_sees_only_what_is_committed(engine: Engine, impatient: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(serials.insert().values(year=2026, last=1))
        with reading(impatient) as other:
            assert other.scalar(select(func.count()).select_from(serials)) == 0


def test_a_lock_that_is_not_given_up_is_unavailable(engine: Engine, impatient: Engine) -> None:
    with writing(engine), pytest.raises(StoreUnavailable, match="SQLITE_BUSY"), writing(impatient):
        pytest.fail("two writers at once")


def test_an_error_names_no_value(engine: Engine) -> None:
    with pytest.raises(StoreUnavailable) as caught, writing(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE sender = :sender"), {"sender": "rina@example.net"})
    assert "rina" not in str(caught.value)
    assert "rina" not in str(caught.value.__cause__)


def test_what_raises_leaves_nothing(engine: Engine) -> None:
    def give_up_half_way() -> None:
        with writing(engine) as connection:
            connection.execute(serials.insert().values(year=2026, last=1))
            raise KeyError

    with pytest.raises(KeyError):
        give_up_half_way()
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(serials)) == 0


# --- migrations -------------------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_schema_that_the_code_names_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "mailbot.cases:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == database.SCHEMA


def test_a_database_is_current_only_once_it_is_upgraded(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/mailbot.db")
    assert not schema_is_current(engine)
    upgrade(engine)
    assert schema_is_current(engine)
    engine.dispose()


def test_an_upgrade_of_a_current_database_changes_nothing(engine: Engine) -> None:
    SqlCaseStore(engine).commit([an_opening()])
    upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(cases)) == 1


def test_a_database_from_the_future_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not schema_is_current(engine)
    with pytest.raises(StoreError, match="newer"):
        upgrade(engine)


def test_the_first_migration_can_be_taken_back(engine: Engine) -> None:
    with writing(engine) as connection:
        command.downgrade(database.alembic_config(connection), "base")
        left = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert [name for name in left if not name.startswith("sqlite_")] == ["alembic_version"]


def _rebuild_cases(config: Config, _revision: str) -> None:
    """What a migration does that alters a table on SQLite."""
    connection = config.attributes["connection"]
    connection.exec_driver_sql("CREATE TABLE rebuilt AS SELECT * FROM cases")
    connection.exec_driver_sql("DROP TABLE cases")
    connection.exec_driver_sql("CREATE TABLE cases AS SELECT * FROM rebuilt")
    connection.exec_driver_sql("CREATE UNIQUE INDEX rebuilt_key ON cases (reference)")


def test_a_migration_that_rebuilds_a_table_keeps_its_children(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlCaseStore(engine).commit([an_opening()])
    monkeypatch.setattr(command, "upgrade", _rebuild_cases)
    upgrade(engine)
    with reading(engine) as connection:
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in (referrals, recipients)]
        assert counts == [1, 1]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def _lose_cases(config: Config, _revision: str) -> None:
    config.attributes["connection"].exec_driver_sql("DELETE FROM cases")


def test_a_migration_that_breaks_a_reference_is_undone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlCaseStore(engine).commit([an_opening()])
    monkeypatch.setattr(command, "upgrade", _lose_cases)
    with pytest.raises(StoreError, match="refers to nothing"):
        upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(cases)) == 1


def _fail_half_way(config: Config, _revision: str) -> None:
    config.attributes["connection"].exec_driver_sql("CREATE TABLE half (way INTEGER)")
    raise ProgrammingError("CREATE", {}, sqlite3.ProgrammingError("no"))


def test_a_migration_that_fails_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "upgrade", _fail_half_way)
    with pytest.raises(StoreUnavailable):
        upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'half'")) == 0


def test_four_processes_may_make_the_same_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mailbot.db"
    start = str(time.time() + 2.0)
    deed = [sys.executable, "-m", "tests.cases.worker", "migrate", url, start]
    workers = [subprocess.Popen(deed, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    faults = [worker.communicate()[1] for worker in workers]
    assert faults == ["", "", "", ""]
    engine = open_database(url)
    assert schema_is_current(engine)
    engine.dispose()
