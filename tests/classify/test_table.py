"""A clerk's table: every fault at once, each with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.table import Faults, Row, cycles, read_table

COLUMNS = ("code", "name")


def rows(text: str, *, optional: tuple[str, ...] = ()) -> tuple[list[Row], list[str]]:
    faults = Faults()
    found = read_table({"t.csv": text}, "t.csv", COLUMNS, faults=faults, optional=optional)
    return found, [str(fault) for fault in sorted(faults.found)]


def test_rows_know_their_lines_and_empty_rows_are_passed_over() -> None:
    found, faults = rows('\ufeffcode,name\r\nA,Alpha\r\n,\r\nB,"Be,ta"\r\n')
    assert [(row.line, row["code"], row["name"]) for row in found] == [(2, "A", "Alpha"), (4, "B", "Be,ta")]
    assert faults == []


def test_a_missing_file_is_a_fault() -> None:
    faults = Faults()
    assert read_table({}, "t.csv", COLUMNS, faults=faults) == []
    assert str(faults.found[0]) == "t.csv: the file is missing or cannot be read"


@pytest.mark.parametrize("text", ["", "\ufeff", "\r\n", "\n\n", ",,\n , \n"])
def test_a_file_without_a_word_is_one_fault(text: str) -> None:
    assert rows(text)[1] == ["t.csv: the file is empty (its first row names the columns: code,name)"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("code,name\nA\n", "t.csv:2: name: the row is too short: 1 cells under 2 columns"),
        ("code,name\nA,b,c\n", "t.csv:2: the row is too long: 3 cells under 2 columns"),
        ('code,name\nA,"b\nB,c\n', "t.csv:2: a quote is opened in this line and not closed"),
        ('code,name\nA,"b\nB,c"\n', "t.csv:2: a quote is opened in this line and not closed"),
        ("code\nA\n", "t.csv:1: name: this column is missing"),
        ("code,name,nmae\nA,b,c\n", "t.csv:1: nmae: unknown column"),
        ("code,name,name\nA,b,c\n", "t.csv:1: name: this column stands twice"),
        ("code;name\nA;b\n", "parted by commas"),
    ],
)
def test_a_broken_table_names_the_line(text: str, fault: str) -> None:
    assert any(fault in each for each in rows(text)[1])


def test_an_unclosed_quote_does_not_hide_what_stands_below_it() -> None:
    found, faults = rows('code,name\nA,"b\nB,c\nC\n')
    assert [row["code"] for row in found] == ["B"]
    assert [fault.split(":")[1] for fault in faults] == ["2", "4"]


def test_words_of_one_cell_are_parted_by_bars_and_semicolons() -> None:
    assert Row("t.csv", 2, {"name": "a | b;c;;"}).parts("name") == ("a", "b", "c")


def test_a_ring_is_named_once() -> None:
    assert cycles({"a": "b", "b": "c", "c": "a", "d": "a", "e": ""}) == ["a"]
    assert cycles({"a": "a"}) == ["a"]
    assert cycles({"a": "b", "b": ""}) == []


@given(st.text())
def test_any_text_gives_rows_or_faults_and_never_an_exception(text: str) -> None:
    found, faults = rows(text)
    assert all(set(row.cells) == set(COLUMNS) for row in found)
    assert faults or "code" in text


@given(st.lists(st.tuples(st.text('ab,"', min_size=1), st.text("xyz")), min_size=1, max_size=5))
def test_what_a_spreadsheet_quotes_is_read_back(cells: list[tuple[str, str]]) -> None:
    lines = ['"{}",{}'.format(code.replace('"', '""'), name) for code, name in cells]
    found, faults = rows("code,name\n" + "\n".join(lines) + "\n")
    assert faults == []
    assert [(row["code"], row["name"]) for row in found] == cells
