"""
The mails that a command line names: files, folders of .eml, or stdin.

In: paths. Out: each mail in turn, with the words of an attached letter where `receive` would read it. Promised: every
path gets its record or its line of error, and one bad mail never keeps the next from being read.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

from mailbot.cli import show
from mailbot.cli.options import Asked
from mailbot.errors import MailbotError
from mailbot.ingest.apart import read_letters_apart
from mailbot.ingest.parse import RAW_LIMIT, read_mail
from mailbot.model import Mail

STDIN = "-"

Record = dict[str, object]


class _MailPath(click.Path):
    """A path of mails. An empty one, such as of a variable that is not set, is not the working directory."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        if not os.fspath(value):
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


# readable=False: click would refuse the whole command for one path that may not be read.
_MAIL_PATH = _MailPath(path_type=Path, allow_dash=True, readable=False)
paths_argument = click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=_MAIL_PATH)

letters_option = click.option(
    "--letters/--no-letters",
    default=True,
    help="Whether attached letters are read, as `receive` does, or left closed: quicker, where many mails bring scans.",
)


class UnreadablePath(MailbotError):
    """There is no mail to be had from this path; the text says why."""


class Found(NamedTuple):
    """A file to read a mail from, or the reason why there is none."""

    path: Path
    error: str = ""


def each_mail(
    paths: Sequence[Path],
    asked: Asked,
    work: Callable[[str, Mail], None],
    failure: Callable[[str, str], Record],
    *,
    letters: bool,
) -> int:
    """
    Read and work on every mail; what fails is told at its place, and the rest is done.

    With `letters` a mail that says little itself is given with the words of the letter it brings.
    """
    failed = 0
    for path, error in chain.from_iterable(map(_files, paths)):
        try:
            raw = _bytes(path, error)
            mail = read_mail(raw)
            work(str(path), read_letters_apart(raw, mail) if letters else mail)
        except BrokenPipeError:
            raise
        except UnreadablePath as reason:
            failed += 1
            _tell(str(path), str(reason), asked, failure)
        except Exception as fault:  # noqa: BLE001 - whatever one mail does to us, the next is read (promise 7)
            failed += 1
            _tell(str(path), f"mailbot failed on it: {type(fault).__name__}", asked, failure)
    return 1 if failed else 0


def _tell(path: str, reason: str, asked: Asked, failure: Callable[[str, str], Record]) -> None:
    if asked.json:
        show.emit(failure(path, reason))
    show.warn(f"mailbot: {path}: {reason}")


def _files(path: Path) -> Iterator[Found]:
    """The mails of a path, in the order of their names, those of folders below included; and what cannot be read."""
    if not os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir it raises nothing where we may not look
        yield Found(path)
        return
    found = False
    for one in _below(path):
        found = True
        yield one
    if not found:
        yield Found(path, "there is no .eml file in this folder")


def _below(path: Path) -> Iterator[Found]:
    """The mails of a folder and of those below it; one that cannot be listed stands at its place, with the reason."""
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        yield from _closed(closed, path)
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(".eml"):
                yield Found(Path(folder, name))
    yield from _closed(closed, path)


def _closed(faults: list[OSError], path: Path) -> Iterator[Found]:
    """The folders that os.walk could not list since it was asked last."""
    while faults:
        fault = faults.pop(0)
        yield Found(Path(fault.filename or path), _reason(fault))


def _bytes(path: Path, error: str) -> bytes:
    """The bytes of a mail; of one beyond all measure only as many as show that it is."""
    if error:
        raise UnreadablePath(error)
    if str(path) == STDIN:
        return sys.stdin.buffer.read(RAW_LIMIT + 1)
    try:
        if path.exists() and not path.is_file():
            raise UnreadablePath("is no file")
        with path.open("rb") as file:
            return file.read(RAW_LIMIT + 1)
    except OSError as fault:
        raise UnreadablePath(_reason(fault)) from fault


def _reason(fault: OSError) -> str:
    return (fault.strerror or type(fault).__name__).lower()
