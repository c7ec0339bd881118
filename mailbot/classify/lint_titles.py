"""
What the reader of titles.csv cannot see: titles that are no post's, and words that mean two things.

In: the text of titles.csv, the directory, the texts of config/places. Out: findings with file, line and a hint. A title
that begins no post's title passes nobody over: the mail against that officer would go to that officer.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from mailbot.classify.directory import Directory
from mailbot.classify.lint import Finding, Severity, place_names, table_rows
from mailbot.classify.rules import TITLES
from mailbot.classify.table import Row
from mailbot.classify.words import words_of
from mailbot.errors import Fault

_ALIKE = 2


def check_titles(text: str, directory: Directory, place_files: Mapping[str, str]) -> list[Finding]:
    """Look at all rows together; in the order of their lines."""
    rows = list(table_rows(TITLES, text))
    found = [*nobodys_titles(text, directory), *_within(rows), *_twice(rows), *_places(rows, place_files)]
    return sorted(found, key=lambda finding: finding.order)


def nobodys_titles(text: str, directory: Directory) -> list[Finding]:
    """Titles that begin no post's title, as a change of posts.csv may leave them."""
    titles = sorted({post.title for post in directory.posts.values()})
    return [
        _warning(
            row, "title", f"{row['title']!r} begins no title in posts.csv: nobody is passed over", _hint(row, titles)
        )
        for row in table_rows(TITLES, text)
        if not any(title.startswith(row["title"]) for title in titles)
    ]


def _hint(row: Row, titles: Iterable[str]) -> str:
    """The beginnings most like it: what stands before the place is the office."""
    offices = {title.rpartition(", ")[0] or title for title in titles}
    alike = {office.casefold(): office for office in offices}
    close = difflib.get_close_matches(row["title"].casefold(), alike, _ALIKE, 0.6)
    meant = " or ".join(repr(alike[each]) for each in close)
    return f"did you mean {meant}?" if meant else "write it as the titles in posts.csv begin, capitals included"


def _within(rows: Iterable[Row]) -> Iterator[Finding]:
    """A title that begins another row's title: who complains of the one has the other passed over too."""
    rows = list(rows)
    for row in rows:
        longer = [each for each in rows if each["title"] != row["title"] and each["title"].startswith(row["title"])]
        for other in longer:
            message = f"{row['title']!r} begins {other['title']!r} (line {other.line}) too: both are passed over"
            yield _warning(row, "title", message, f"write on: {row['title'] + ','!r}, say, if that is where it ends")


def _twice(rows: Iterable[Row]) -> Iterator[Finding]:
    """One phrase for two titles: who is meant cannot be told, so both are passed over."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        for phrase in row.parts("phrase", "|"):
            before = first.setdefault(words_of(phrase), row)
            if before["title"] != row["title"]:
                message = f"{phrase!r} stands for {before['title']!r} in line {before.line}: both are passed over"
                yield _warning(row, "phrase", message, "decide for one of them, or lengthen the phrase")


def _places(rows: Iterable[Row], place_files: Mapping[str, str]) -> Iterator[Finding]:
    """A phrase that is a place's name: "complaint against" the people of that place is none against an office."""
    names = {words_of(name): f"{name} ({code})" for code, name in place_names(place_files)}
    for row in rows:
        for phrase in row.parts("phrase", "|"):
            place = names.get(words_of(phrase))
            if place is not None:
                message = f"{phrase!r} is the name of a place, {place}"
                yield _warning(row, "phrase", message, "lengthen the phrase by a word that only the office has")


def _warning(row: Row, column: str, message: str, hint: str) -> Finding:
    return Finding(Severity.WARNING, Fault(row.file, row.line, column, message, hint))
