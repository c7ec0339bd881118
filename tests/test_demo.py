"""The demo tells the whole story, on the real program, and leaves something to look at."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.demo.story import prepare, program, sample_mails
from mailbot.ingest.parse import read_mail
from mailbot.model import MailKind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent), "COLUMNS": "80"}
    command = [sys.executable, "-m", "mailbot", "demo"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told(folder: Path) -> str:
    done = demo(folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_story_is_whole(told: str) -> None:
    for word in (
        "Chief Medical Officer of Health (CMOH), Bankura",
        "Additional Chief Secretary, Health & Family Welfare",
        "follow-up of CM",
        "held for a human: marked as spam",
        "ignored: auto_reply",
        "Triage Desk",
        "[on paper]",
        "Swept again: 0",
        "closed by the officer's answer",
        "dmarc=fail",
        "a stranger's mail",
        "bounce",
        "nothing twice",
    ):
        assert word in told, word


def test_it_fits_an_80_column_terminal(told: str) -> None:
    assert [line for line in told.splitlines() if len(line) > 80] == []


def test_the_ledger_it_prints_balances(told: str) -> None:
    flat = re.sub(r"\s+", " ", told)
    found = re.search(r"The ledger: (.*?) = (\d+); the server shows (\d+) mails", flat)
    assert found is not None
    assert sum(int(number) for number in re.findall(r"\d+", found[1])) == int(found[2]) == int(found[3])


def test_what_it_says_to_type_next_works(told: str, folder: Path) -> None:
    commands = re.findall(r"^ +mailbot (--config .*)$", told, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "mailbot", *command.split()],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout


def test_a_second_run_works(told: str, folder: Path) -> None:
    done = demo(folder)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(told.splitlines())


def test_where_nothing_can_be_written_a_temporary_folder_serves(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")
    assert prepare(tmp_path / "taken") != tmp_path / "taken"


def test_the_sample_mails_are_of_many_kinds_and_languages() -> None:
    mails = [read_mail(raw) for raw in sample_mails()]
    assert {"en", "bn", "hi", "ne", "bn-Latn"} <= {mail.language for mail in mails}
    assert {MailKind.NEW, MailKind.REPLY, MailKind.AUTO_REPLY} <= {mail.kind for mail in mails}
    assert any(mail.attachments for mail in mails)
    assert any(mail.spam for mail in mails)


def test_the_program_is_named_so_that_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv" / "bin" / "mailbot"), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == ".venv/bin/mailbot"
    monkeypatch.setattr("sys.argv", ["/somewhere/__main__.py", "demo"])
    assert program() == "mailbot"
