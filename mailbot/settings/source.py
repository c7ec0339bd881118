"""
A TOML file as values, each with the line it stands on, and what is wrong with them in plain words.

In: the path of mailbot.toml. Out: its values and their lines; or a ConfigurationError that names file and line.
Promised: the faults that pydantic finds come out as Faults with a line, a key as the file writes it and, where a word
was misspelt, what it probably should be. No value is ever repeated in a message: it might be a secret.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from mailbot.errors import ConfigurationError, Fault

Key = tuple[str, ...]

_BARE_OR_QUOTED = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_BARE_OR_QUOTED}(?:\s*\.\s*{_BARE_OR_QUOTED})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=\s*(.*)")
_PART = re.compile(_BARE_OR_QUOTED)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_LONG_STRINGS = ('"""', "'''")
_INERT = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'|#.*""")  # what may hold brackets without opening anything

_EMPTY = "must not be empty"
_PHRASES: Mapping[str, str] = {
    "missing": "is missing",
    "int_type": "must be a whole number, without quotes",
    "float_type": "must be a number, without quotes",
    "finite_number": "must be a number",
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": 'must be a list: ["…", "…"]',
    "string_too_short": _EMPTY,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}
_SECRET_WORDS = ("password", "token", "secret", "passwd", "passphrase")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What the file says, and on which line it says it."""

    path: Path
    values: Mapping[str, object]
    lines: Mapping[Key, int]

    def line(self, key: Key) -> int:
        """The line of a key; of the table that should hold it when it is missing; 0 when that is missing too."""
        while key:
            if key in self.lines:
                return self.lines[key]
            key = key[:-1]
        return 0


def complaint(message: str, hint: str = "") -> PydanticCustomError:
    """A fault found by one of our own validators."""
    return PydanticCustomError("mailbot", "{message}", {"message": message, "hint": hint})


def read_settings_file(path: Path) -> SettingsFile:
    """
    Read a TOML file.

    Raises:
        ConfigurationError: It is not there, not readable, not UTF-8 or not TOML.
    """
    return parse_settings(read_text(path), path)


def read_text(path: Path) -> str:
    """
    Read a file that a person edits, as UTF-8 with or without the mark that some editors put in front.

    Raises:
        ConfigurationError: It is not there, not readable, or in another encoding.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError([Fault(str(path), 0, "", f"cannot be read: {_why(error)}")]) from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = 'in a spreadsheet choose "CSV UTF-8", in an editor the encoding UTF-8'
        raise ConfigurationError([Fault(str(path), 0, "", "is written in UTF-16 and must be UTF-8", hint)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save it again with the encoding UTF-8"
        raise ConfigurationError([Fault(str(path), line, "", "is not UTF-8 here", hint)]) from error


def parse_settings(text: str, path: Path) -> SettingsFile:
    """
    Understand the text of a TOML file.

    Raises:
        ConfigurationError: It is not TOML; tomllib stops at the first such fault.
    """
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and int()'s own for a number of thousands of digits
        raise ConfigurationError([_syntax_fault(str(error), text, path)]) from error
    except RecursionError as error:
        raise ConfigurationError([Fault(str(path), 0, "", "is nested too deeply")]) from error
    return SettingsFile(path, values, line_index(text))


def line_index(text: str) -> dict[Key, int]:
    """Find the line of every table header and every key that stands on a line of its own."""
    lines: dict[Key, int] = {}
    table: Key = ()
    for number, line in _logical_lines(text):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            key = table + _parts(assignment[1])
            lines.setdefault(key, number)
    return lines


def faults_of(error: ValidationError, file: SettingsFile, model: type[BaseModel]) -> list[Fault]:
    """Say in plain words what pydantic found wrong with the values of a file."""
    return [
        _fault(details, file, model)
        for details in error.errors(include_url=False, include_input=False)
        if details["type"] != "default_factory_not_called"  # only says that another setting of the table is wrong
    ]


def _fault(details: ErrorDetails, file: SettingsFile, model: type[BaseModel]) -> Fault:
    key = tuple(str(part) for part in details["loc"])
    message, hint = _phrase(details, key, model)
    return Fault(str(file.path), file.line(key), _spoken(key), message, hint)


def _phrase(details: ErrorDetails, key: Key, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "mailbot":
        return str(context["message"]), str(context["hint"])
    if kind == "extra_forbidden":
        return "is not a setting", _hint_for_unknown(key[-1], _names(model, key[:-1]))
    if kind in ("model_type", "model_attributes_type"):
        return f"must be a table: a line [{_spoken(key)}] with its settings below", ""
    if kind == "missing" and _is_table(model, key):
        return f"the table [{_spoken(key)}] is missing", ""
    if kind in _PHRASES:
        return _PHRASES[kind].format(**context), ""
    return details["msg"], ""


def _hint_for_unknown(word: str, known: Sequence[str]) -> str:
    if any(secret in word.lower() for secret in _SECRET_WORDS):
        return "a secret is never written here; see the end of the default mailbot.toml"
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}" if known else ""


def _names(model: type[BaseModel], key: Key) -> list[str]:
    """The settings that a table may hold, as the file writes them."""
    table = _table(model, key)
    return [field.alias or name for name, field in table.model_fields.items()] if table else []


def _is_table(model: type[BaseModel], key: Key) -> bool:
    return _table(model, key) is not None


def _table(model: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """The model of a table, followed down its key."""
    for part in key:
        field = model.model_fields.get(part)
        candidates = (field.annotation, *getattr(field.annotation, "__args__", ())) if field else ()
        tables = [t for t in candidates if isinstance(t, type) and issubclass(t, BaseModel)]
        if not tables:
            return None
        model = tables[0]
    return model


def _spoken(key: Key) -> str:
    """`mailbox.port`; the items of a list count from 1 for people."""
    return ".".join(str(int(part) + 1) if part.isdecimal() else part for part in key)


def _syntax_fault(text: str, source: str, path: Path) -> Fault:
    place = _TOML_PLACE.search(text)
    message = f"is not TOML: {_TOML_PLACE.sub('', text)}"
    if not place:
        return Fault(str(path), 0, "", message)
    line = int(place[1]) if place[1] else source.count("\n") + 1
    hint = 'texts stand in quotes: host = "…"' if "Invalid value" in text else ""
    return Fault(str(path), line, "", message, hint)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which a header or a key may begin: those inside a long string or an open list are passed over."""
    closing, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth == 0:
            yield number, line
        closing = _opened_string(line)
        depth = max(0, depth + _brackets(line)) if not closing else depth


def _opened_string(line: str) -> str:
    return next((mark for mark in _LONG_STRINGS if line.count(mark) % 2), "")


def _brackets(line: str) -> int:
    bare = _INERT.sub("", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _parts(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _why(error: OSError) -> str:
    """The system's own words, without the path that the fault names already."""
    return (error.strerror or type(error).__name__).lower()
