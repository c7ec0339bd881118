"""`rules` and `directory`: a clerk tries a change, on files and a database of this test."""

import json
import shutil
from pathlib import Path

import pytest

from mailbot import machine
from mailbot.settings import default_config_dir
from tests.cli_tools import call, write_settings
from tests.office import an_office

LABELS = (
    {"id": "a", "lang": "en", "subject": "No doctor", "body": "No doctor in the rural hospital of Onda block, Bankura."}
    | {"expected_department": "HFW", "expected_place_district": "WB-BAN", "expected_place_finer": "BL-BAN-ONDA"},
    {"id": "b", "lang": "bn", "subject": "x", "body": "ওন্দা ব্লকের হাসপাতালে ডাক্তার নেই, জেলা বাঁকুড়া।"}
    | {"expected_department": "LAW", "expected_place_district": "WB-HOW", "expected_place_finer": None},
)
LETTER = (
    "--name",
    "Rina",
    "--subject",
    "No doctor",
    "--text",
    "No doctor in the rural hospital of Onda block, Bankura.",
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Rules and officers of our own to change: the heads, and the officers of one district."""
    shutil.copytree(default_config_dir() / "rules", tmp_path / "rules")
    (tmp_path / "directory").mkdir()
    for name in ("posts.csv", "officers.csv"):
        head, *rows = (default_config_dir() / "directory" / name).read_text("utf-8-sig").splitlines(keepends=True)
        kept = [row for row in rows if {"HEAD", "BAN", "CMO"} & {*row.partition(",")[0].split("-")}]
        (tmp_path / "directory" / name).write_text("".join([head, *kept]), "utf-8")
    return write_settings(tmp_path, more='[rules]\npath = "rules"\n[directory]\npath = "directory"\n')


def append(file: Path, *rows: str) -> int:
    """Rows at the end of a table; the line of the last."""
    text = file.read_text("utf-8-sig").rstrip("\n")
    file.write_text("\n".join([text, *rows]) + "\n", "utf-8")
    return text.count("\n") + 1 + len(rows)


# --- rules check


def test_a_rule_that_cannot_work_is_a_fault_with_file_line_and_hint(config: Path) -> None:
    keywords = config.parent / "rules" / "keywords.csv"
    columns = keywords.read_text("utf-8-sig").splitlines()[0].split(",")
    row = {"department": "HFW", "phrase": "no doctor. at all", "weight": "3"}
    line = append(keywords, ",".join(row.get(column, "") for column in columns))
    result = call("rules", "check", "--json", "--config", config)
    assert (result.status, result.err) == (1, "")
    (fault,) = [each for each in result.lines if each["line"] == line and each["severity"] == "fault"]
    assert (fault["file"], fault["key"]) == (str(keywords), "phrase")
    assert "part phrases by |" in fault["hint"]
    words = call("rules", "check", "--config", config)
    assert words.status == 1
    assert "will never be found" in " ".join(words.out.split())
    assert "--notes shows the notes" in words.out


def test_a_title_that_is_nobodys_is_told_of_by_both_looks_and_fails_neither(config: Path) -> None:
    titles = config.parent / "rules" / "titles.csv"
    line = append(titles, "Block Developement Officer,bdo sahib,")
    for command in ("rules", "directory"):
        result = call(command, "check", "--json", "--config", config)
        found = [each for each in result.lines if each.get("line") == line and each.get("file") == str(titles)]
        assert [(each["severity"], each["key"]) for each in found] == [("warning", "title")]
        assert "did you mean 'Block Development Officer" in str(found[0]["hint"])
    assert call("rules", "check", "--config", config).status == 0


def test_rules_that_cannot_be_read_are_bad_configuration(config: Path) -> None:
    append(config.parent / "rules" / "keywords.csv", "HFW")
    for words in (("rules", "check"), ("directory", "check"), ("rules", "examples")):
        result = call(*words, "--config", config)
        assert (result.status, result.out) == (78, "")
        assert "the row is too short" in result.err


# --- rules test


def test_a_labelled_file_is_scored(tmp_path: Path, config: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(json.dumps(label) for label in LABELS), "utf-8")
    result = call("rules", "test", file, "--json", "--config", config)
    assert (result.status, result.err) == (0, "")
    score, wrong = result.lines
    assert (score["mails"], score["department"], score["district"], score["finer"]) == (2, 0.5, 0.5, 1.0)
    assert score["confusion"] == [{"expected": "LAW", "found": "HFW", "mails": 1}]
    assert set(score["languages"]) == {"en", "bn"}
    assert (wrong["wrong"], wrong["expected_department"], wrong["district"]) == ("b", ["LAW"], "WB-BAN")
    assert any("keywords.csv:" in sentence for sentence in wrong["explain"])
    words = call("rules", "test", file, "--config", config).out
    assert "LAW → HFW" in words
    assert "b (bn): x" in words


def test_a_label_that_names_no_code_is_bad_configuration(tmp_path: Path, config: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(json.dumps(LABELS[0] | {"expected_department": "HEALTH"}), "utf-8")
    result = call("rules", "test", file, "--config", config)
    assert (result.status, "unknown code 'HEALTH'" in result.err) == (78, True)


# --- rules mine


def test_the_hints_are_printed_anew_as_a_table_that_can_be_put_in_force(config: Path) -> None:
    keywords = config.parent / "rules" / "keywords.csv"
    head, *_ = keywords.read_text("utf-8-sig").splitlines()
    rows = [
        {"department": "HFW", "phrase": "nurse rude|nurse absent|nurse sleeps"},
        {"department": "PRD", "phrase": "road"},
    ]
    cells = [",".join((row | {"weight": "3"}).get(column, "") for column in head.split(",")) for row in rows]
    keywords.write_text("\n".join([head, *cells, ""]), "utf-8")
    labelled = config.parent / "labels.jsonl"
    mail = LABELS[1] | {"body": "The nurse of the road office."}
    labelled.write_text("\n".join(json.dumps(mail | {"id": str(i)}) for i in range(9)), "utf-8")

    result = call("rules", "mine", "--config", config)
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == ["word,department,weight", "nurse,HFW,1"]
    more = call("rules", "mine", "--json", "--labelled", labelled, "--config", config)
    assert more.lines == []

    hints = config.parent / "rules" / "hints.csv"
    hints.write_text("broken", "utf-8")  # what stands there is not read
    written = call("rules", "mine", "--output", hints, "--config", config)
    assert (written.status, written.err) == (0, "")
    assert hints.read_text("utf-8") == result.out
    nowhere = call("rules", "mine", "--output", config.parent / "none" / "hints.csv", "--config", config)
    assert nowhere.status == 1
    assert "No such file or directory" in nowhere.err
    found = call("rules", "check", "--json", "--config", config)
    assert [each["key"] for each in found.lines if str(each["file"]).endswith("hints.csv")] == ["department"]


def test_a_wrong_hint_is_bad_configuration(config: Path) -> None:
    hints = config.parent / "rules" / "hints.csv"
    line = append(hints, "two words,HFW,1")
    result = call("rules", "check", "--config", config)
    assert result.status == 78
    assert f"hints.csv:{line}: word: 'two words' is not one word" in " ".join(result.err.split())


# --- rules replay, rules examples


def test_new_rules_are_tried_on_the_stored_cases_and_nothing_is_written(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as once:
        once.setattr(machine, "read_office", lambda *_, **__: an_office())
        (case,) = call("case", "register", "--json", "--config", config, *LETTER).lines
    new = tmp_path / "new"
    shutil.copytree(config.parent / "rules", new)
    for file in new.glob("keywords.csv"):
        file.write_text(file.read_text("utf-8-sig").replace("\nHFW,", "\nLAW,"), "utf-8")
    before = (config.parent / "mailbot.db").read_bytes()
    result = call("rules", "replay", "--rules", new, "--json", "--config", config)
    assert (result.status, result.err) == (0, "")
    change, last = result.lines
    assert change["case"] == case["reference"]
    assert (change["before"]["departments"], change["after"]["departments"]) == (["HFW"], ["LAW"])
    assert last["summary"]["departments"]["LAW"] == {"gains": [case["reference"]], "losses": []}
    words = call("rules", "replay", "--rules", new, "--since", "2020-01-01", "--config", config).out
    assert "LAW: gains 1 (" in words
    assert "1 case of 1 would go elsewhere" in words
    (new / "keywords.csv").write_text("department,phrase\n", "utf-8")
    faulty = call("rules", "replay", "--rules", new, "--since", "2999-01-01", "--config", config)
    assert (faulty.status, f"{new / 'keywords.csv'}:1: weight" in faulty.err) == (78, True)
    assert (config.parent / "mailbot.db").read_bytes() == before


def test_what_the_desk_decides_becomes_a_labelled_mail_that_the_rules_are_tested_with(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as once:
        once.setattr(machine, "read_office", lambda *_, **__: an_office())
        (case,) = call("case", "register", "--json", "--config", config, *LETTER).lines
        words = ("--department", "WCD", "--place", "BL-BAN-ONDA", "--config", config)
        assert call("case", "route", case["reference"], *words).status == 0
    result = call("rules", "examples", "--config", config)
    (example,) = result.lines
    assert (example["id"], example["expected_department"]) == (case["reference"], "WCD")
    assert (example["expected_place_district"], example["expected_place_finer"]) == ("WB-BAN", "BL-BAN-ONDA")
    file = tmp_path / "examples.jsonl"
    file.write_text(result.out, "utf-8")
    score, _ = call("rules", "test", file, "--json", "--config", config).lines
    assert (score["mails"], score["department"], score["finer"]) == (1, 0.0, 1.0)


# --- directory check


def test_a_directory_is_looked_at_as_it_holds_today(config: Path) -> None:
    folder = config.parent / "directory"
    officers = folder / "officers.csv"
    kept = [
        row
        for row in officers.read_text("utf-8-sig").splitlines(keepends=True)
        if not row.startswith(("HOM-SP-BAN", "HOM-HEAD", "PRD-BDO-BAN-ONDA,"))
    ]
    officers.write_text("".join(kept), "utf-8")
    result = call("directory", "check", "--json", "--config", config)
    assert (result.status, result.err) == (1, "")
    holes = [line for line in result.lines if line["severity"] == "hole"]
    assert ("HOM", "BL-BAN-ONDA") in {(hole["department"], hole["area"]) for hole in holes}
    assert {hole["department"] for hole in holes} == {"HOM"}
    vacant = [line for line in result.lines if "PRD-BDO-BAN-ONDA (" in line.get("message", "")]
    words = call("directory", "check", "--config", config)
    assert words.status == 1
    assert "HOM Home" in words.out
    assert "nobody answers" in words.out
    assert [line["file"] for line in vacant] == [str(folder / "posts.csv")]


def test_the_directory_that_comes_with_mailbot_has_no_hole() -> None:
    result = call("directory", "check", "--json", environ={})
    assert result.status == 0
    assert ["invented" in line["message"] for line in result.lines] == [True]


def test_a_mobile_saved_by_a_spreadsheet_is_named(config: Path) -> None:
    officers = config.parent / "directory" / "officers.csv"
    line = append(officers, "PRD-BDO-BAN-ONDA,Rina Das,rina@example.org,9.83E+09,2030-01-01,")
    result = call("directory", "check", "--config", config)
    assert result.status == 78
    assert f"{officers}:{line}: mobile" in result.err
    assert "saved by a spreadsheet as 9.83E+09" in result.err
