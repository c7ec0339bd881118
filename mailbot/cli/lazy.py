"""
A group of commands whose modules are loaded when they are used.

In: where each command is defined. Out: a click.Group. `mailbot --help` and the shell's completion, which ask often, do
not wait for the database and the SMS library; nor does who looks at a case wait for what sends messages.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem


class Place(NamedTuple):
    """Where a command is defined, and what the help of its group says of it."""

    module: str
    name: str
    help: str


class Commands(click.Group):
    """Commands in the order in which one meets them, each loaded when used."""

    def __init__(self, *arguments: Any, places: Mapping[str, Place], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.places = places

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        place = self.places.get(name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(place.module), place.name)
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint for a misspelt name: click would look among loaded commands only."""
        try:
            return super().resolve_command(context, arguments)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=self.places, ctx=context) from error

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a name without loading a command."""
        names = [CompletionItem(name, help=p.help) for name, p in self.places.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, context, incomplete)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self.places.items()])
