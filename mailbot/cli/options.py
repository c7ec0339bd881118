"""
The options that every command takes, before or after its name.

In: the words on the command line. Out: one Asked for the whole invocation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(slots=True)
class Asked:
    """What the user asked for beside the command itself."""

    config: Path | None = None
    json: bool = False
    debug: bool = False


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep what was given, at whichever place; what was left out leaves the other place's word standing."""
    if value is not None and value is not False and parameter.name is not None:
        setattr(context.ensure_object(Asked), parameter.name, value)


def common(function: Function) -> Function:
    """Give a command the options --config, --json and --debug."""
    for option in (
        click.option(
            "--debug",
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help="Log everything; show where an error arose.",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help="Print one JSON object a line, for scripts.",
        ),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            expose_value=False,
            callback=_remember,
            help="The settings. [default: $MAILBOT_CONFIG, else /etc/mailbot/mailbot.toml]",
        ),
    ):
        function = option(function)
    return function


pass_asked = click.make_pass_decorator(Asked, ensure=True)
