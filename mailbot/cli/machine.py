"""
The wired machine for one command.

In: what the user asked for. Out: a Machine for as long as the command needs it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.cli.faults import settings_for_work
from mailbot.cli.options import Asked
from mailbot.machine import Machine


@contextmanager
def machine(asked: Asked) -> Iterator[Machine]:
    """The wired machine, closed at the end."""
    ours = Machine(settings_for_work(asked))
    try:
        yield ours
    finally:
        ours.close()
