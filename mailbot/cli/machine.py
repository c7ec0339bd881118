"""
The wired machine for one command.

In: what the user asked for. Out: a Machine for as long as the command needs it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from mailbot.cli.database import existing_database
from mailbot.cli.faults import settings_for_work
from mailbot.cli.options import Asked
from mailbot.machine import Machine


@contextmanager
def machine(asked: Asked) -> Iterator[Machine]:
    """The wired machine, closed at the end. It makes the database if there is none."""
    with closing(Machine(settings_for_work(asked))) as ours:
        yield ours


@contextmanager
def desk_machine(asked: Asked) -> Iterator[Machine]:
    """
    The wired machine of who decides about what is there: where that is nothing, the settings name the wrong database.

    Raises:
        StoreError: There is no database yet, or its tables are not those of this program; nothing is made.
    """
    settings = settings_for_work(asked)
    with existing_database(settings), closing(Machine(settings)) as ours:
        yield ours
