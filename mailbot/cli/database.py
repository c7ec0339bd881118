"""
The database, to look at: it is neither made nor changed.

In: what the user asked for. Out: an Engine for as long as a command needs it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from mailbot.cases.database import open_database, schema_is_current
from mailbot.cli.options import Asked
from mailbot.cli.session import begin
from mailbot.errors import StoreError
from mailbot.settings import Settings, load_settings


@contextmanager
def database(asked: Asked) -> Iterator[Engine]:
    """
    Open the database that the settings name.

    Raises:
        ConfigurationError: The settings have faults.
        StoreError: There is no database yet, or its tables are not those of this program.
    """
    begin(asked)
    with existing_database(load_settings(asked.config, os.environ, secrets=False)) as engine:
        yield engine


@contextmanager
def existing_database(settings: Settings) -> Iterator[Engine]:
    """Open a database that is there already. Raises StoreError, as `database` does."""
    path = make_url(settings.database.url).database
    if settings.database.url.startswith("sqlite") and not (path and Path(path).exists()):
        raise StoreError(f"there is no database at {path} yet; the first `mailbot run` or `mailbot receive` makes it")
    engine = open_database(settings.database.url)
    try:
        if not schema_is_current(engine):
            raise StoreError(
                "the database is of another mailbot; the next `mailbot run` brings an older one up to date"
            )
        yield engine
    finally:
        engine.dispose()
