"""Rules looked at together: each thing that is found, and that sound rules have nothing to find."""

import pytest

from mailbot.classify.lint import Finding, Severity, check_files, check_rules, looked_at, table_rows
from mailbot.classify.rules import read_rules
from tests.classify.office_files import CUES, departments, gazetteer, place_files, rules

SOUND = """department,phrase,weight,context,unless,note
HFW,hospital,3,,,
HOM,police,3,,,
PRD,village road,4,,,
LAW,marriage registrar,5,,,
CMO,thank you,6,subject,,
XCG,railway,5,,,
NONE,lottery,6,,,
"""


def found(*rows: str) -> list[Finding]:
    """Findings of the sound rules with these rows behind them."""
    return check_rules(rules(SOUND + "".join(f"{row}\n" for row in rows)), departments(), gazetteer(), place_files())


def test_sound_rules_have_nothing_to_find() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("row", "severity", "column", "said"),
    [
        ("HFW,no doctor. again,3,,,", Severity.FAULT, "phrase", "'no doctor. again' will never be found"),
        ("HFW,help@example.org|doctor,3,,,", Severity.FAULT, "phrase", "will never be found"),
        ("HFW,doctor,3,nurse,nurse,", Severity.FAULT, "unless", "must be in the mail and must not"),
        ("HFW,animal doctor,3,,animal,", Severity.FAULT, "unless", "'animal doctor' holds 'animal' itself"),
        ("HFW,doctor,3,,x@example.org,", Severity.FAULT, "unless", "will never be found in a mail"),
        ("HFW,doctor,3,nurse. ward,,", Severity.FAULT, "context", "will never be found in a mail"),
        ("HFW,poleece,3,,,", Severity.WARNING, "phrase", "'poleece' sounds like 'police' of HOM"),
        ("HFW,Onda,3,,,", Severity.WARNING, "phrase", "'Onda' is the name of a place, Onda (BL-BAN-ONDA, places.csv:"),
        ("HFW,Bankura doctor,3,,,", Severity.WARNING, "phrase", "'Bankura doctor' holds the name of a place"),
        ("HFW,jaipur fever,3,,,", Severity.WARNING, "phrase", "'jaipur' in 'jaipur fever' is taken for 'Joypur'"),
        ("HFW,OT,3,,,", Severity.NOTE, "phrase", "'OT' is short enough"),
        ("HFW,police hospital,3,,,", Severity.NOTE, "phrase", "'police' does not count where it is part of"),
    ],
)
def test_what_hinders_a_rule_is_found(row: str, severity: Severity, column: str, said: str) -> None:
    findings = [each for each in found(row) if said in each.fault.message]
    assert {(each.severity, each.fault.key) for each in findings} == {(severity, column)}


def test_a_finding_names_file_line_and_a_hint() -> None:
    (finding,) = [each for each in found("HFW,Onda,3,,,") if "is the name of" in each.fault.message]
    assert (finding.fault.file, finding.fault.line) == ("keywords.csv", 9)
    assert "weak.csv" in finding.fault.hint


def test_a_keyword_in_the_name_of_a_place_is_reported_with_the_place() -> None:
    (finding,) = [each for each in found("HFW,sagar,3,,,", "HFW,ram sagar,2,,,") if "found in" in each.fault.message]
    assert "'ram sagar' is found in Ramsagar (BL-BAN-ONDA)" in finding.fault.message


def test_a_rule_with_a_context_may_meet_a_name() -> None:
    assert [each for each in found("HFW,ram sagar,2,doctor,,") if "found in" in each.fault.message] == []


def test_a_word_for_a_kind_of_place_is_meant() -> None:
    assert [each for each in found("PRD,municipality,2,,,") if "found in" in each.fault.message] == []


def test_a_keyword_that_sounds_like_a_word_of_every_address_is_found() -> None:
    (finding,) = [each for each in found("HFW,জেল্লা,3,,,") if "found in" in each.fault.message]
    assert "জেলা (typewords.csv)" in finding.fault.message


def test_a_department_that_no_rule_speaks_for_is_named() -> None:
    without_law = SOUND.replace("LAW,marriage registrar,5,,,\n", "")
    findings = check_rules(rules(without_law), departments(), gazetteer(), place_files())
    assert ["no rule speaks for LAW (Law)" in each.fault.message for each in findings] == [True]


def test_a_department_with_keywords_that_no_word_hints_at_is_named() -> None:
    hints = "word,department,weight\n" + "".join(f"word,{code},1\n" for code in ("HFW", "HOM", "PRD", "LAW", "XCG"))
    files = {"keywords.csv": SOUND, "cues.csv": CUES, "hints.csv": hints}
    findings = check_rules(read_rules(files, departments()), departments(), gazetteer(), place_files())
    told = [each.fault.message for each in findings if each.fault.file == "hints.csv"]
    assert told == [f"no word hints at {code}, though it has keywords: others outweigh it" for code in ("CMO", "NONE")]
    assert not [each for each in found() if each.fault.file == "hints.csv"]


def test_one_phrase_gives_way_to_many_and_the_first_are_named() -> None:
    rows = [f"HFW,police {word},3,,," for word in ("doctor", "nurse", "ward", "bed", "clinic")]
    (note,) = [each for each in found(*rows) if "does not count" in each.fault.message]
    assert note.fault.line == 3
    assert "'police doctor' (HFW, keywords.csv:9)" in note.fault.message
    assert note.fault.message.endswith("and 2 more")


def test_rows_are_read_with_their_lines() -> None:
    text = '\ufeffname,note\r\nMal,"goods, a surname"\r\n\r\n , \r\nPara\r\n'
    assert [(row.line, row["name"], row["note"]) for row in table_rows("weak.csv", text)] == [
        (2, "Mal", "goods, a surname"),
        (5, "Para", ""),
    ]


def test_a_warning_that_a_clerk_has_looked_at_is_a_note_and_an_idle_entry_a_warning() -> None:
    findings = looked_at(found("HFW,poleece,3,,,"), "phrase,note\npoleece|nothing,meant\n")
    assert [(each.severity, each.fault.file, each.fault.line) for each in findings] == [
        (Severity.WARNING, "checked.csv", 2),
        (Severity.NOTE, "keywords.csv", 9),
    ]


def test_a_table_of_another_name_is_told_of_for_it_is_not_read() -> None:
    told = [str(each.fault) for each in check_files(["keywords.csv", "cues.csv", "Hints.csv"])]
    assert [fault.split(" (")[0] for fault in told] == [
        "Hints.csv: this table is not read",
        "hints.csv: the file is missing: there are no hints, and a phrase is found whole or not at all",
    ]
    assert check_files(["keywords.csv", "cues.csv", "titles.csv", "hints.csv", "checked.csv"]) == []
