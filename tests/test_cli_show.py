"""How things look: JSON lines, tables, what a terminal is spared."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cli import show

BENGALI = "গ্রামে জল নেই"
HOSTILE = "\x1b[31mred\x07\x9b2J\u202eevil\u2066\r\n\x00"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_a_json_line_is_one_line_to_every_reader_and_comes_back_as_it_was(record: dict[str, object]) -> None:
    with patch("click.echo") as echo:
        show.emit(record)
    (line,) = echo.call_args.args
    assert len(line.splitlines()) == 1
    assert json.loads(line) == record


@given(st.text())
def test_nothing_that_steers_a_terminal_is_printed(text: str) -> None:
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202a\u202e\u2066\u2069" for c in show.printable(text))


def test_a_hostile_subject_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    show.say(HOSTILE)
    show.paragraph(HOSTILE)
    show.pairs({"subject": HOSTILE})
    show.table(["subject"], [[HOSTILE]])
    show.warn(HOSTILE)
    shown = "".join(capsys.readouterr()).replace("\n", "")
    assert shown.isprintable()
    assert "red" in shown


def test_the_joiners_of_indian_scripts_are_kept() -> None:
    assert show.printable("র‍্যাশন ক্‌ষ") == "র‍্যাশন ক্‌ষ"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("জ", 1), ("জু", 1), ("中文", 4), ("é", 1), ("", 0)])
def test_the_width_of_a_text_is_what_a_terminal_gives_it(text: str, width: int) -> None:
    assert show.display_width(text) == width


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_fitted_text_fits(text: str, width: int) -> None:
    assert show.display_width(show.fit(text, width)) <= max(width, 1)


def test_a_text_that_fits_stays_and_a_cut_one_says_so() -> None:
    assert show.fit(BENGALI, show.display_width(BENGALI)) == BENGALI
    assert show.fit("abcdef", 4) == "abc…"
    assert show.fit("কিকিকি", 3) == "কি…"
    assert show.fit("কিকিকি", 4) == "কি…"


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_table_keeps_to_the_terminal(capsys: pytest.CaptureFixture[str], columns: int) -> None:
    with patch.object(show, "line_width", lambda: columns):
        show.table(["case", "subject"], [["CM2600012349", BENGALI * 10], ["CM2600012350", "short"]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(show.display_width(line) <= columns for line in lines)
    assert len({line.index("s") for line in (lines[0][4:], lines[2][4:])}) == 1


def test_without_a_terminal_a_table_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(["subject"], [[BENGALI * 20]])
    assert BENGALI * 20 in capsys.readouterr().out


def test_a_paragraph_is_wrapped_and_its_own_lines_stay(capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(show, "line_width", lambda: 20):
        show.paragraph("- one two three four five\n\nsix", indent=2, hang=2)
    assert capsys.readouterr().out == "  - one two three\n    four five\n\n  six\n"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59.9, "59 s"), (60, "1 minute"), (7_200, "2 hours"), (86_400 * 3, "3 days")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    assert show.age(seconds) == told


def test_a_moment_that_is_none_is_nothing() -> None:
    assert (show.local_time(None), show.local_time("")) == ("", "")
    assert show.local_time("2026-11-23T12:00:00+00:00").endswith(":00")
