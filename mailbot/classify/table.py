"""
A table that a clerk keeps in a spreadsheet: CSV text in, rows with their line numbers out, and every fault found.

Nothing is guessed: a row that cannot be read becomes a fault with file, line and column, and the reading goes on
behind it, so that one look shows all that is to be mended. A byte-order mark is tolerated, empty rows are passed over.
"""

import csv
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.errors import ConfigurationError, Fault

SAVE_AS = "save as CSV UTF-8"
SEE_DEPARTMENTS = "see departments.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `line` counts from 1; a column that the file does not have is empty."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def parts(self, column: str, separators: str = "|;") -> tuple[str, ...]:
        """The words of one cell, parted by `|` or `;`."""
        text = self[column]
        for separator in separators[1:]:
            text = text.replace(separator, separators[0])
        return tuple(stripped for part in text.split(separators[0]) if (stripped := part.strip()))

    def number(self, column: str, *, most: float, faults: "Faults") -> float:
        """The number of a cell, above 0 and up to `most`; a fault and 0.0 when it is none."""
        try:
            number = float(self[column])
        except ValueError:
            faults.add(self.fault(column, f"{self[column]!r} is not a number", "for example 2 or 0.5"))
            return 0.0
        if not 0 < number <= most:
            faults.add(self.fault(column, f"{self[column]} is not between 0 and {most:g}"))
        return number

    def one_of(self, column: str, known: Container[str], hint: str, *, faults: "Faults") -> bool:
        """Whether the cell is one of the known words; a fault when it is not."""
        if self[column] in known:
            return True
        faults.add(self.fault(column, f"unknown {column} {self[column]!r}", hint))
        return False

    def fault(self, column: str, message: str, hint: str = "") -> Fault:
        return Fault(self.file, self.line, column, message, hint)


@dataclass(slots=True)
class Faults:
    """All that is wrong, gathered until the end: nothing starts half."""

    found: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.found.append(fault)

    def raise_any(self) -> None:
        """Raises ConfigurationError when there is a fault."""
        if self.found:
            raise ConfigurationError(self.found)


def read_table(
    files: Mapping[str, str], name: str, columns: Sequence[str], *, faults: Faults, optional: Sequence[str] = ()
) -> list[Row]:
    """
    Read one table of a directory.

    Args:
        files: File name → text, of the whole directory.
        name: The file wanted; a missing one is a fault.
        columns: Columns that must be there, in any order.
        faults: Where faults are put.
        optional: Columns that may be there. Any other column is a fault: it is a misspelt one.
    """
    if name not in files:
        faults.add(Fault(name, 0, "", "the file is missing or cannot be read"))
        return []
    records = list(_records(name, files[name], faults))
    if not any(cell.strip() for _, cells in records for cell in cells):
        faults.add(Fault(name, 0, "", "the file is empty", f"its first row names the columns: {','.join(columns)}"))
        return []
    header = [cell.strip() for cell in records[0][1]]
    if not _header_is_right(name, header, columns, optional=optional, faults=faults):
        return []
    return [row for line, cells in records[1:] if (row := _row(name, line, header, cells=cells, faults=faults))]


def _records(name: str, text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Records with the line each begins on; a broken one is a fault, and reading goes on with the line after it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = 0
    while start < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[start:]), strict=True)
        begun = start
        try:
            for cells in reader:
                end = start + reader.line_num
                if end > begun + 1:
                    raise csv.Error("a quote over several lines")
                yield begun + 1, cells
                begun = end
            return
        except csv.Error:
            faults.add(_broken(name, begun + 1, lines[begun]))
            start = begun + 1


def _broken(name: str, line: int, text: str) -> Fault:
    if text.count('"') % 2:
        return Fault(name, line, "", "a quote is opened in this line and not closed", 'write " inside a cell as ""')
    if "\0" in text:
        return Fault(name, line, "", "the row holds a NUL character", SAVE_AS)
    return Fault(name, line, "", "the row cannot be read as CSV", 'a cell with , or " stands in quotes')


def _header_is_right(
    name: str, header: Sequence[str], columns: Sequence[str], *, optional: Sequence[str], faults: Faults
) -> bool:
    hint = "the columns must be parted by commas" if ";" in "".join(header) or "\t" in "".join(header) else ""
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in (*columns, *optional)]
    twice = {column for column in header if header.count(column) > 1}
    for column in missing:
        faults.add(Fault(name, 1, column, "this column is missing", hint))
    for column in unknown:
        faults.add(Fault(name, 1, column, "unknown column", hint or f"known: {', '.join((*columns, *optional))}"))
    for column in twice:
        faults.add(Fault(name, 1, column, "this column stands twice"))
    return not (missing or unknown or twice)


def _row(name: str, line: int, header: Sequence[str], *, cells: Sequence[str], faults: Faults) -> Row | None:
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) != len(header):
        word = "short" if len(cells) < len(header) else "long"
        column = header[len(cells)] if len(cells) < len(header) else ""
        hint = "a cell that contains a comma stands in quotes" if word == "long" else ""
        faults.add(
            Fault(name, line, column, f"the row is too {word}: {len(cells)} cells under {len(header)} columns", hint)
        )
        return None
    return Row(name, line, dict(zip(header, map(str.strip, cells), strict=True)))


def cycles(above: Mapping[str, str]) -> list[str]:
    """Of a tree given child → parent: one member of each ring in it, the first in order. Linear."""
    done: set[str] = set()
    found = []
    for start in above:
        path: dict[str, None] = {}
        at = start
        while at and at not in done and at not in path:
            path[at] = None
            at = above.get(at, "")
        if at in path:
            found.append(at)
        done.update(path)
    return found
