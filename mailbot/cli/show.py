"""
How things look: one JSON object a line for scripts, lines and tables for people.

In: plain values. Out: text on stdout. Promised: nothing from a mail moves the cursor or changes the colour of a
terminal; a line of JSON is one line to every reader; a table keeps to the width of a terminal, and is whole
where there is none.
"""

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import click

NARROWEST = 12
_JOINERS = "\u200c\u200d"  # Indian scripts are written with them
_LINE_ENDS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def emit(record: Mapping[str, object]) -> None:
    """Print an object as one line of JSON."""
    click.echo(json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS))


def say(text: str = "", *, indent: int = 0, bold: bool = False) -> None:
    """Print a line for people."""
    shown = " " * indent + printable(text) if text else ""
    click.echo(click.style(shown, bold=True) if bold else shown)


def warn(text: str) -> None:
    """Print a line to stderr."""
    click.echo(printable(text), err=True)


def paragraph(text: str, *, indent: int = 0, hang: int = 0) -> None:
    """Print a longer text, wrapped to the terminal; its own line breaks stay. `hang` moves all lines but the first."""
    width = max(NARROWEST, (line_width() or 80) - indent)
    for line in text.splitlines():
        wrapped = textwrap.wrap(
            printable(line),
            width,
            replace_whitespace=False,
            break_on_hyphens=False,
            break_long_words=False,
            subsequent_indent=" " * hang,
        )
        for part in wrapped or [""]:
            say(part, indent=indent)


def pairs(items: Mapping[str, str], *, indent: int = 0) -> None:
    """Print names and values; the empty ones are left out."""
    shown = {name: value for name, value in items.items() if value}
    longest = max(map(display_width, shown), default=0)
    for name, value in shown.items():
        label = pad(name, longest)
        say(fit(f"{label}  {printable(value)}", (line_width() or 10_000) - indent), indent=indent)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, elastic: int = -1) -> None:
    """Print a table; the elastic column gives way where the terminal is too narrow."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(display_width(cell) for cell in column) for column in zip(head, *cells, strict=True)]
    limit = line_width()
    if limit:
        others = sum(widths) - widths[elastic] + 2 * (len(widths) - 1)
        widths[elastic] = max(NARROWEST, min(widths[elastic], limit - others))
    for number, row in enumerate([list(head), *cells]):
        line = "  ".join(pad(fit(cell, width), width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line)


def local_time(moment: object) -> str:
    """A moment as the queries give it, on the clock of this machine; "" for none."""
    if not isinstance(moment, str) or not moment:
        return ""
    return f"{datetime.fromisoformat(moment).astimezone():%d %b %Y %H:%M}"


def age(seconds: float) -> str:
    """A duration in the largest unit that says something: "3 days", "1 hour"."""
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{int(seconds)} s"


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def line_width() -> int:
    """The width of the terminal; 0 when stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def printable(text: str) -> str:
    """A text without what would steer a terminal: control characters and those that turn the direction of writing."""
    return "".join(c if _is_harmless(c) else "\N{REPLACEMENT CHARACTER}" for c in text.expandtabs(4))


def display_width(text: str) -> int:
    """How many columns a terminal gives to a text: vowel signs above and below none, wide characters two."""
    return sum(_columns(character) for character in text)


def fit(text: str, width: int) -> str:
    """A text cut to a width, with an ellipsis where something is missing; no letter loses its vowel sign."""
    if display_width(text) <= width:
        return text
    used, kept = 0, ""
    for letter in _letters(text):
        used += display_width(letter)
        if used > width - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def pad(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _letters(text: str) -> Iterator[str]:
    """Each letter with the signs that belong to it."""
    letter = ""
    for character in text:
        if letter and not (unicodedata.category(character).startswith("M") or character in _JOINERS):
            yield letter
            letter = ""
        letter += character
    if letter:
        yield letter


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_harmless(character: str) -> bool:
    if character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
