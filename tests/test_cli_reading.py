"""`parse` and `classify`: every path gets its line, whatever is in it; an attached letter is read as it is received."""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest

from mailbot.cli import paths
from mailbot.embedded import ImapServer
from mailbot.ingest import extract
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail
from mailbot.settings import default_config_dir
from tests.cli_tools import call, mail, write_settings
from tests.papers import DOCX, a_letter, docx, pdf

CONTRACT = [
    "file", "kind", "from", "to", "subject", "date", "message_id", "in_reply_to", "references", "text", "reply_text",
    "attachments", "language", "phones", "bounced", "bulk", "warnings", "error", "letter", "machine_read",
]  # fmt: skip


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "one.eml"
    path.write_bytes(mail(body="There is no water in Onda block, Bankura.\r\n\r\nRina Das\r\nMobile: 98310 12345"))
    return path


def test_a_mail_is_told_by_the_contract(letter: Path) -> None:
    result = call("parse", "--json", letter)
    assert (result.status, result.err) == (0, "")
    (line,) = result.lines
    assert list(line) == CONTRACT
    assert line["file"] == str(letter)
    assert line["kind"] == "new"
    assert line["from"] == {"name": "Rina Das", "address": "rina@example.net"}
    assert line["to"] == [{"name": "", "address": "wbcmro@cmo.example"}]
    assert line["date"].startswith("2026-11-23T04:30:00")
    assert line["phones"] == ["+919831012345"]
    assert (line["in_reply_to"], line["references"], line["error"]) == ("", [], None)


def test_people_read_it_in_lines(letter: Path) -> None:
    result = call("parse", letter)
    assert result.status == 0
    assert "  subject   No water\n" in result.out
    assert "+919831012345" in result.out


def test_folders_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.eml", "b/1.EML", "a.eml", "c.txt", ".hidden.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mail(name))
    lines = call("parse", "--json", tmp_path).lines
    assert [Path(line["file"]).name for line in lines] == [".hidden.eml", "a.eml", "1.EML", "2.eml"]


def test_what_is_not_there_gets_its_line_and_the_rest_is_read(letter: Path, tmp_path: Path) -> None:
    result = call("parse", "--json", tmp_path / "none.eml", letter, tmp_path / "gone")
    assert result.status == 1
    assert [list(line) for line in result.lines] == [CONTRACT] * 3
    assert [line["error"] for line in result.lines] == ["no such file or directory", None, "no such file or directory"]
    assert result.err.count("mailbot: ") == 2


def test_people_get_the_error_on_stderr(letter: Path, tmp_path: Path) -> None:
    result = call("parse", tmp_path / "none.eml", letter)
    assert result.status == 1
    assert result.err == f"mailbot: {tmp_path}/none.eml: no such file or directory\n"
    assert "No water" in result.out


@pytest.mark.parametrize("raw", [b"", b"\x00" * 100, b"\xff\xfe", b"From: \r\n" * 1000, b"no header at all"])
def test_a_strange_mail_is_told_and_no_failure(tmp_path: Path, letter: Path, raw: bytes) -> None:
    (tmp_path / "0.eml").write_bytes(raw)
    result = call("parse", "--json", tmp_path)
    assert result.status == 0
    assert [list(line) for line in result.lines] == [CONTRACT] * 2
    assert result.lines[1]["file"] == str(letter)


def test_an_empty_mail_says_that_nothing_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "0.eml").write_bytes(b"")
    assert call("parse", "--json", tmp_path).lines[0]["error"]


def test_a_fault_of_ours_is_told_at_its_place_without_the_words_of_the_mail(
    tmp_path: Path, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.eml").write_bytes(mail("secret matter"))

    def break_on_one(raw: bytes) -> object:
        if b"secret matter" in raw:
            raise RecursionError("secret matter")
        return read_mail(raw)

    monkeypatch.setattr(paths, "read_mail", break_on_one)
    result = call("parse", "--json", tmp_path)
    assert result.status == 1
    assert [line["error"] for line in result.lines] == ["mailbot failed on it: RecursionError", None]
    assert result.lines[1]["file"] == str(letter)
    assert "secret matter" not in result.out + result.err


def test_a_mail_may_come_on_stdin() -> None:
    (line,) = call("parse", "--json", "-", stdin=mail("Piped")).lines
    assert (line["file"], line["subject"]) == ("-", "Piped")


def test_a_folder_without_mail_and_a_pipe_are_told(tmp_path: Path) -> None:
    assert "no .eml file" in call("parse", tmp_path).err
    assert "is no file" in call("parse", "/dev/null").err


def deny(monkeypatch: pytest.MonkeyPatch, denied: Callable[[Path], bool], *calls: tuple[Any, str]) -> None:
    """Let the system refuse these paths, as it would to any user but root, who may run the tests."""
    for module, name in calls:
        real = getattr(module, name)

        def guarded(path: Any, *more: Any, real: Callable[..., Any] = real, **named: Any) -> Any:
            if isinstance(path, str | Path) and denied(Path(path)):
                raise PermissionError(EACCES, "Permission denied", str(path))
            return real(path, *more, **named)

        monkeypatch.setattr(module, name, guarded)


@pytest.mark.parametrize("command", ["parse", "classify"])
def test_a_folder_that_cannot_be_listed_is_told_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("a/1.eml", "b/2.eml", "c/3.eml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(mail(name))
    deny(monkeypatch, lambda path: path == tmp_path / "b", (os, "scandir"))
    result = call(command, "--json", "--no-letters", tmp_path)
    assert result.status == 1
    assert [line["file"] for line in result.lines] == [f"{tmp_path}/a/1.eml", f"{tmp_path}/b", f"{tmp_path}/c/3.eml"]
    assert [line.get("error") for line in result.lines] == [None, "permission denied", None]
    assert result.err == f"mailbot: {tmp_path}/b: permission denied\n"


def test_a_named_folder_that_cannot_be_listed_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deny(monkeypatch, lambda path: path == tmp_path, (os, "scandir"))
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    result = call("parse", tmp_path)
    assert (result.status, result.err) == (1, f"mailbot: {tmp_path}: permission denied\n")


def test_a_mail_in_a_folder_that_may_not_be_entered_is_told_like_any_other(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "1.eml").write_bytes(mail())
    deny(monkeypatch, lambda path: closed in path.parents, (os, "stat"), (io, "open"))
    result = call("parse", "--json", closed, closed / "1.eml", letter)
    assert result.status == 1
    assert [line["error"] for line in result.lines] == ["permission denied", "permission denied", None]
    assert result.err == f"mailbot: {closed}/1.eml: permission denied\n" * 2


@pytest.mark.parametrize("command", ["parse", "classify"])
def test_an_empty_path_is_wrong_use_and_not_the_working_folder(letter: Path, command: str) -> None:
    result = call(command, letter, "")
    assert (result.status, result.out) == (2, "")
    assert "the path is empty" in result.err


def test_no_settings_are_needed(letter: Path) -> None:
    assert call("parse", letter, environ={}).status == 0


# --- attached letters

LINES = ("There has been no doctor at the hospital", "of Simlapal block, district Bankura, since May.")


@pytest.fixture
def attached(tmp_path: Path) -> Path:
    path = tmp_path / "attached.eml"
    path.write_bytes(a_letter(docx(*LINES), DOCX, "letter.docx"))
    return path


def test_the_words_of_a_letter_stand_beside_those_of_the_mail(attached: Path) -> None:
    (line,) = call("parse", "--json", attached).lines
    assert (line["text"].strip(), line["letter"]) == ("Please see the letter.", "\n".join(LINES))
    assert (line["machine_read"], line["warnings"]) == (False, [])
    assert "Attached letter\n" in call("parse", attached).out


@pytest.mark.parametrize("command", ["parse", "classify"])
def test_letters_are_left_closed_when_one_asks_for_it(
    attached: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(_raw: bytes, _mail: Mail) -> Mail:
        raise AssertionError("a letter was opened")

    monkeypatch.setattr(paths, "read_letters_apart", refuse)
    result = call(command, "--json", "--no-letters", attached, environ={})
    assert result.status == 0
    assert "Simlapal" not in result.out


def test_a_letter_that_could_not_be_read_is_said_in_the_warnings_and_fails_nothing(
    attached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_tools(_raw: bytes, mail: Mail) -> Mail:
        return replace(mail, warnings=(*mail.warnings, "a scanned page was not read: tesseract is not installed"))

    monkeypatch.setattr(paths, "read_letters_apart", without_tools)
    for command in ("parse", "classify"):
        result = call(command, "--json", attached, environ={})
        assert (result.status, result.err) == (0, "")
        assert result.lines[0]["warnings"] == ["a scanned page was not read: tesseract is not installed"]
        assert "warning: a scanned page was not read" in call(command, attached, environ={}).out


# --- classify

LETTERS = {
    "its own words": mail(body="There is no water in Onda block, Bankura."),
    "a document": a_letter(docx(*LINES), DOCX, "letter.docx"),
    "a PDF": a_letter(pdf(*LINES), "application/pdf", "letter.pdf"),
    "a document that names nothing": a_letter(docx("qwrt plmk"), DOCX, "letter.docx"),
}


@pytest.mark.parametrize("name", LETTERS)
def test_what_is_told_is_what_receive_makes_of_it(tmp_path: Path, name: str) -> None:
    if name == "a PDF" and not extract.CAN_READ_PDF:
        pytest.skip("the extra 'attachments' is not installed")
    (tmp_path / "one.eml").write_bytes(LETTERS[name])
    with ImapServer() as imap:
        imap.deliver(LETTERS[name])
        settings = write_settings(tmp_path, imap=imap.port)
        assert call("receive", "--config", settings).status == 0
    (told,) = call("classify", "--json", "--config", settings, tmp_path / "one.eml").lines
    (line,) = call("case", "list", "--json", "--config", settings).lines
    (case,) = call("case", "show", line["reference"], "--json", "--config", settings).lines
    assert {key: told[key] for key in ("department", "review", "explain")} == {
        key: case[key] for key in ("department", "review", "explain")
    }
    assert told["place"]["code"] == case["place"]
    people = [person for referral in case["referrals"] for person in referral["recipients"]]
    assert told["posts"] == [one["post"] for one in people if one["role"] in ("addressee", "copy")]


def test_what_a_machine_read_in_a_picture_is_shown_and_never_decides_alone(
    attached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recognise(_raw: bytes, mail: Mail) -> Mail:
        return replace(mail, attachment_text=" ".join(LINES), machine_read=True)

    monkeypatch.setattr(paths, "read_letters_apart", recognise)
    (line,) = call("classify", "--json", attached, environ={}).lines
    assert line["department"] != "HFW"
    assert line["review"] is True
    assert "read by machine, speaks of department HFW" in line["explain"][-1]


def test_a_grievance_is_told_where_it_goes_and_why(letter: Path) -> None:
    result = call("classify", "--json", letter, environ={})
    assert (result.status, result.err) == (0, "")
    (line,) = result.lines
    assert list(line) == ["file", "department", "place", "posts", "explain", "review", "kind", "warnings"]
    assert line["place"] == {"code": "BL-BAN-ONDA", "kind": "block", "name": "Onda"}
    assert line["department"] == "PHE"
    assert line["posts"]
    assert all(isinstance(sentence, str) and sentence for sentence in line["explain"])
    assert (line["review"], line["kind"]) == (False, "new")


def test_the_addressee_stands_first_and_no_superior_among_the_posts(letter: Path) -> None:
    (line,) = call("classify", "--json", letter, environ={}).lines
    told = call("classify", letter, environ={}).out
    posts = [row.rpartition("(")[2].rstrip(")") for row in told.splitlines() if row.lstrip().startswith("addressee: ")]
    assert line["posts"][:1] == posts
    assert not [post for post in line["posts"] if f"superior: ({post})" in told]


def test_what_names_nothing_goes_to_review(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(mail("Zzz", body="qwrt plmk"))
    (line,) = call("classify", "--json", tmp_path, environ={}).lines
    assert line["review"] is True
    assert line["place"] == {"code": "", "kind": "", "name": ""}


def test_a_path_that_is_not_there_gets_its_line(letter: Path, tmp_path: Path) -> None:
    result = call("classify", "--json", tmp_path / "none.eml", letter, environ={})
    assert result.status == 1
    assert [line.get("error") for line in result.lines] == ["no such file or directory", None]


def test_the_settings_say_which_rules_hold(letter: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for file in (default_config_dir() / "rules").iterdir():
        (tmp_path / "rules" / file.name).write_bytes(file.read_bytes().replace(b"water", b"xwaterx"))
    settings = write_settings(tmp_path, more='[rules]\npath = "rules"\n')
    (line,) = call("classify", "--json", "--config", settings, letter, environ={}).lines
    assert line["department"] != "PHE"


def test_a_settings_file_that_was_named_must_be_there(letter: Path, tmp_path: Path) -> None:
    assert call("classify", "--config", tmp_path / "none.toml", letter, environ={}).status == 78
