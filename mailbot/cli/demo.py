"""
`demo`: the whole story in a minute, on parts inside this machine.

In: nothing. Out: the story, told as it happens. It needs the extra packages of `mailbot[demo]`.
"""

import sys
from pathlib import Path

import click

from mailbot import demo as story
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.session import begin


@click.command
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the database and the settings of the demonstration are left to look at.",
)
@common
@pass_asked
def demo(asked: Asked, folder: Path | None) -> int:
    """Tell the whole story in a minute, on parts inside this machine. Nothing leaves it."""
    if asked.json:
        raise click.UsageError("the demonstration is told for people; it has no --json")
    begin(asked)
    return story.run(folder, sys.stdout)
