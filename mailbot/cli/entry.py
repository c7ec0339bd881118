"""
Where a command begins and how it ends.

In: the words on the command line. Out: an exit status: 0 done, 1 the work failed, 2 wrong use, 78 bad configuration,
130 Ctrl-C. Promised: no traceback unless --debug asks for it; with --json nothing but JSON reaches stdout; a reader
of our output who goes away is no error worth a word.
"""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from mailbot.cli.lazy import Commands, Place
from mailbot.cli.options import Asked, common
from mailbot.errors import ConfigurationError, MailbotError

FAILED, WRONG_CONFIGURATION, INTERRUPTED = 1, 78, 130


COMMANDS: Mapping[str, Place] = {
    "demo": Place("mailbot.cli.demo", "demo", "Tell the whole story in a minute, on parts inside this machine."),
    "init": Place("mailbot.cli.setup", "init", "Write a configuration to start from."),
    "check": Place("mailbot.cli.setup", "check", "Name every fault of the configuration."),
    "run": Place("mailbot.cli.work", "run", "Do the work, until stopped."),
    "receive": Place("mailbot.cli.work", "receive", "Take everything new in the mailbox, once."),
    "dispatch": Place("mailbot.cli.work", "dispatch", "Send the messages that are due, once."),
    "escalate": Place("mailbot.cli.work", "escalate", "Look for overdue cases, once."),
    "status": Place("mailbot.cli.look", "status", "Say how everything stands."),
    "case": Place("mailbot.cli.case", "case", "Look at cases; register a letter; settle one."),
    "held": Place("mailbot.cli.held", "held", "Look at the mail that waits for a human; decide it."),
    "outbox": Place("mailbot.cli.look", "outbox", "Look at the messages."),
    "export": Place("mailbot.cli.look", "export", "Print every case and what is held."),
    "parse": Place("mailbot.cli.parse", "parse", "Show how mails are read."),
    "classify": Place("mailbot.cli.classify", "classify", "Show where mails would go, and why."),
    "rules": Place("mailbot.cli.rules", "rules", "Look at the keyword rules; try a change."),
    "directory": Place("mailbot.cli.directory", "directory", "Look at posts and officers."),
    "completion": Place("mailbot.cli.completion", "completion", "Print the completion script of a shell."),
}


def _version() -> str:
    try:
        return version("mailbot")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(
    cls=Commands,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(_version(), message="mailbot %(version)s")
@common
def app() -> None:
    """The grievance mailbox: from a mail to an answered case."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    asked = Asked()
    _speak_utf8()
    try:
        status = app.main(arguments, prog_name="mailbot", standalone_mode=False, obj=asked)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last stop: what nobody foresaw becomes one sentence
        return _ended(error, asked)
    return status if isinstance(status, int) else 0


def _ended(error: Exception, asked: Asked) -> int:
    """Say why a command ended early; its exit status."""
    match error:
        case click.ClickException():
            error.show()
            return error.exit_code
        case BrokenPipeError():
            return _reader_gone()
        case ConfigurationError():
            return _wrong_configuration(error)
        case MailbotError():
            sentence = str(error) or type(error).__name__
        case ModuleNotFoundError():
            sentence = f"the Python package {error.name} is not installed; `pip install 'mailbot[demo]'` brings all"
        case _:
            sentence = _unforeseen(error)
    if asked.debug:
        traceback.print_exception(error)
    click.echo(f"mailbot: {sentence}", err=True)
    return FAILED


def _unforeseen(error: Exception) -> str:
    """Name what happened and where without the error's own text, which may quote a mail."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror.lower()}" if error.filename else error.strerror.lower()
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.name} ({Path(last.filename).name}, line {last.lineno})"
    return f"nobody foresaw this: {type(error).__name__} in {where}. The same command with --debug shows the details"


def _wrong_configuration(error: ConfigurationError) -> int:
    for fault in error.faults:
        click.echo(str(fault), err=True)
    count = len(error.faults)
    click.echo(f"mailbot: {count} {'fault' if count == 1 else 'faults'} in the configuration", err=True)
    return WRONG_CONFIGURATION


def _reader_gone() -> int:
    """Whoever read our output has enough; the interpreter must not try to flush what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _speak_utf8() -> None:
    """
    Say the same in every locale: Bengali does not fit into ASCII, and scripts expect JSON in UTF-8.

    What is no character (an undecodable file name) becomes \\udcNN, which JSON reads back as it was.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
