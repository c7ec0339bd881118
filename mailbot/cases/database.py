"""
How the database is opened, read, written and brought up to date.

In: the URL of a database. Out: an Engine whose transactions are safe under several processes. Promised: a writer on
SQLite takes its lock before it reads; what was committed survives a power cut; a database file that we create is
readable by its owner alone; the library's errors become StoreUnavailable here, once, without the values they were
about.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from json import dumps
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, event, inspect, select
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailbot.errors import StoreError, StoreUnavailable

SCHEMA = "0001"
"""The newest migration: what this program needs the database to be at."""

READING = {"mailbot_reading": True}
"""Execution option of a connection that will only read: on SQLite it takes no lock."""

_SNAPSHOT = READING | {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

_TRIES = 200  # twenty a second: as long as any other wait for a lock


# --- opening ----------------------------------------------------------------------------------------------------


def open_database(url: str) -> Engine:
    """
    Open a database; on SQLite the file and its missing folders are made, for our eyes only.

    Raises:
        StoreError: The URL cannot be used, or its driver is not installed.
        StoreUnavailable: The file cannot be made.
    """
    try:
        address = make_url(url)
        # The values of a statement are personal data: they stay out of error texts.
        engine = create_engine(address, hide_parameters=True, json_serializer=partial(dumps, ensure_ascii=False))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"the database URL cannot be used: {type(error).__name__}") from error
    if engine.dialect.name == "sqlite":
        _make_private_file(address)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private_file(address: URL) -> None:
    name = address.database or ""
    if name in ("", ":memory:") or name.startswith("file:"):
        return
    path = Path(name)
    try:
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        # SQLite gives the files it puts beside this one (-wal, -shm) the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"the database file cannot be made: {error.strerror}") from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Without this the driver begins transactions of its own, late, and updates are lost without an error.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Set the journal's mode, once: it stays with the file. SQLite does not wait for a lock here, so we do."""
    for patience in range(_TRIES, -1, -1):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if patience == 0 or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A writer that reads first and locks later fails or overwrites; one that locks first waits its turn.
    reading = connection.get_execution_options().get("mailbot_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


# --- reading and writing ----------------------------------------------------------------------------------------


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database; blocks no writer. Raises StoreUnavailable."""
    options = _SNAPSHOT if engine.dialect.name == "postgresql" else READING
    with _translated(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, durable on leaving, undone on any exception. Raises StoreUnavailable."""
    with _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise StoreUnavailable(f"the database could not do it: {fault_name(_first(error))}") from error


def _first(error: Exception) -> Exception:
    """The fault that began it: a full disk ends the transaction, and then the savepoint cannot be undone either."""
    first, earlier = error, error.__context__
    while earlier is not None:
        if isinstance(earlier, DBAPIError):
            first = earlier
        earlier = earlier.__context__
    return first


def fault_name(error: Exception) -> str:
    """What a database calls this fault, without the values it was about."""
    cause = getattr(error, "orig", None)
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(error).__name__} {name}" if name else type(error).__name__


# --- bringing up to date ----------------------------------------------------------------------------------------

_UPGRADE_LOCK = 0x6D61696C626F74  # "mailbot": any number will do that all nodes share


def upgrade(engine: Engine) -> None:
    """
    Run the migrations that this database has not had, all or none; several processes may ask at once.

    Raises:
        StoreError: The database was made by a newer mailbot, or a migration broke a reference.
        StoreUnavailable: Locked, full, gone: nothing was changed.
    """
    with _translated(), engine.connect() as connection, _without_foreign_keys(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        try:
            command.upgrade(alembic_config(connection), "head")
        except CommandError as error:
            raise StoreError("the database is newer than this program, or not its own") from error
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreError("a migration left a row that refers to nothing; the database is as it was")


def alembic_config(connection: Connection) -> Config:
    """How Alembic finds the packaged migrations and talks to this database."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "mailbot.cases:migrations")
    return config


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """
    Let a migration rebuild a table on SQLite: under foreign_keys=ON the DROP of the old one deletes its children.

    The driver is spoken to directly, for within a transaction the pragma does nothing.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 (tells mypy; the dialect says so already)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def schema_is_current(engine: Engine) -> bool:
    """Whether the database is at exactly the migration that this program was written for."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        version = Table("alembic_version", MetaData(), Column("version_num", String))
        return connection.scalars(select(version.c.version_num)).all() == [SCHEMA]
