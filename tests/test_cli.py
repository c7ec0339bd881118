"""The command line as a whole: how commands are found, and how they end."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import click
import pytest

from mailbot.cli import case, entry, held
from mailbot.cli.lazy import Commands
from mailbot.cli.options import common
from mailbot.errors import ConfigurationError, Fault, MailboxUnavailable
from tests.cli_tools import ROOT, SECRETS, call, mail, spawn, write_settings


@pytest.fixture
def failing() -> Iterator[list[BaseException]]:
    """`mailbot status` raises what is put into this list."""
    errors: list[BaseException] = []

    @click.command
    @common
    def status() -> None:
        raise errors[0]

    with patch.object(Commands, "get_command", lambda *_: status):
        yield errors


# --- finding


def test_help_lists_every_command_without_loading_one() -> None:
    program = "import sys; from mailbot.cli import main; main(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in done.stdout for name in entry.COMMANDS)
    assert not {"sqlalchemy", "twilio", "pydantic", "mailbot.machine"} & set(done.stderr.split())


@pytest.mark.parametrize(
    "words", ["status", "outbox list", "export", "case list", "case show", "held list", "held show"]
)
def test_who_only_looks_waits_neither_for_rules_nor_for_what_sends(words: str) -> None:
    asked = [*words.split(), "-h"]
    program = f"import sys; from mailbot.cli import main; main({asked!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    late = {"apscheduler", "twilio", "mailbot.machine", "mailbot.office", "mailbot.classify.rules"}
    assert not late & set(done.stderr.split())


@pytest.mark.parametrize("name", entry.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = call(name, "--help")
    assert result.status == 0
    assert result.out.startswith(f"Usage: mailbot {name} ")
    assert all(len(line) <= 80 for line in result.out.splitlines())


BELOW = [*(f"case {name}" for name in case.COMMANDS), *(f"held {name}" for name in held.COMMANDS), "outbox list"]


@pytest.mark.parametrize("name", BELOW)
def test_every_command_below_another_explains_itself(name: str) -> None:
    assert call(*name.split(), "-h").out.startswith(f"Usage: mailbot {name} ")


def test_a_misspelt_command_is_wrong_use_and_met_with_the_right_one() -> None:
    result = call("recieve")
    assert (result.status, result.out) == (2, "")
    assert "Did you mean 'receive'?" in result.err


@pytest.mark.parametrize(
    "arguments", [["status", "--nope"], ["parse"], ["case", "show"], ["outbox", "list", "--state", "x"]]
)
def test_wrong_use_is_2_and_says_where_help_is(arguments: list[str]) -> None:
    result = call(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "--help" in result.err


def test_the_version_is_told() -> None:
    result = call("--version")
    assert (result.status, result.out.partition(" ")[0]) == (0, "mailbot")


@pytest.mark.parametrize(
    "order",
    [
        ["--config", "FILE", "--json", "case", "list"],
        ["case", "--config", "FILE", "--json", "list"],
        ["case", "list", "--json", "--config", "FILE"],
        ["--json", "case", "list", "--config", "FILE"],
    ],
)
def test_common_options_are_taken_before_and_after_the_name(tmp_path: Path, order: list[str]) -> None:
    path = write_settings(tmp_path)
    result = call(*(str(path) if word == "FILE" else word for word in order))
    assert (result.status, result.out) == (1, "")
    assert f"no database at {tmp_path}" in result.err


def test_the_later_of_two_settings_files_is_read(tmp_path: Path) -> None:
    result = call("--config", tmp_path / "none.toml", "status", "--config", write_settings(tmp_path))
    assert result.status == 1


# --- ending


def test_bad_configuration_is_78_with_every_fault_and_nothing_started(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.toml"
    path.write_text("[mailbox]\nprot = 1\n", "utf-8")
    for command in ("run", "receive", "dispatch", "escalate", "status", "export"):
        result = call(command, "--config", path)
        assert (result.status, result.out) == (78, "")
        assert f"{path}:2: mailbox.prot: is not a setting (did you mean port?)" in result.err
        assert "faults in the configuration" in result.err
    assert list(tmp_path.iterdir()) == [path]


def test_missing_secrets_are_faults_of_the_configuration(tmp_path: Path) -> None:
    result = call("receive", "--config", write_settings(tmp_path), environ={})
    assert result.status == 78
    assert {"imap_password", "reply_secret"} <= {word.rstrip(":") for word in result.err.split()}


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (MailboxUnavailable("no connection"), 1, "mailbot: no connection\n"),
        (ConfigurationError([Fault("x.csv", 3, "post", "is unknown")]), 78, "x.csv:3: post: is unknown\n"),
        (ModuleNotFoundError("x", name="pymap"), 1, "pymap is not installed"),
        (PermissionError(13, "Permission denied", "/x"), 1, "mailbot: /x: permission denied\n"),
        (click.UsageError("no"), 2, "Error: no"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_end_has_its_status(failing: list[BaseException], error: BaseException, status: int, said: str) -> None:
    failing.append(error)
    result = call("status")
    assert result.status == status
    assert said in result.err
    assert "Traceback" not in result.err


def test_what_nobody_foresaw_is_one_sentence_without_the_words_of_a_mail(failing: list[BaseException]) -> None:
    failing.append(KeyError("My pension, Rina Das"))
    result = call("status")
    assert result.status == 1
    assert result.err.count("\n") == 1
    assert "KeyError in status (test_cli.py, line" in result.err
    assert "--debug" in result.err
    assert "Rina" not in result.err
    assert "Traceback" in call("--debug", "status").err


# --- as a process


def test_json_in_a_poor_locale_is_still_utf_8(tmp_path: Path) -> None:
    (tmp_path / "bn.eml").write_bytes(mail("জল নেই", body="গ্রামে জল নেই।"))
    poor = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    process = spawn("parse", "--json", tmp_path, environ=poor)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["subject"] == "জল নেই"


def test_a_file_name_that_is_no_text_comes_back_as_it_was(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.eml"
    with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(mail())
    process = spawn("parse", "--json", tmp_path)
    out, _ = process.communicate(timeout=60)
    assert os.fsencode(json.loads(out)["file"]) == path


def test_a_reader_who_goes_away_is_not_worth_a_word(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.eml").write_bytes(mail(body="x " * 20_000))
    process = spawn("parse", "--json", tmp_path)
    assert process.stdout is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(60) == 1


def on_a_terminal(*arguments: object) -> tuple["subprocess.Popen[bytes]", int]:
    try:
        ours, theirs = pty.openpty()
    except OSError:
        pytest.skip("there are no pseudo-terminals here (is /dev/pts mounted?)")
    process = spawn(*arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    return process, ours


def read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 1000)
    return seen


def test_ctrl_c_is_quiet_and_130(tmp_path: Path) -> None:
    process, terminal = on_a_terminal("case", "register", "--config", write_settings(tmp_path))
    seen = read_until(terminal, b"Name:")
    for _ in range(60):  # one that comes between the prompt and the read is seen only at the next
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
            break
    assert process.returncode == 130
    assert b"Traceback" not in seen
    os.close(terminal)


def test_on_a_terminal_the_desk_is_asked_for_what_is_missing(tmp_path: Path) -> None:
    process, terminal = on_a_terminal("case", "register", "--config", write_settings(tmp_path), "--subject", "No water")
    read_until(terminal, b"Name:")
    os.write(terminal, b"Rina Das\n")
    read_until(terminal, b"Mobile")
    os.write(terminal, b"98310 12345\n")
    read_until(terminal, b"E-mail")
    os.write(terminal, b"\n")
    read_until(terminal, b"Text:")
    os.write(terminal, b"There is no water in Onda block, Bankura.\n")
    read_until(terminal, b"mailbot case show CM")
    assert process.wait(60) == 0
    os.close(terminal)


def test_python_m_mailbot_is_mailbot() -> None:
    process = spawn("--version", environ=SECRETS)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out[:7]) == (0, b"mailbot")
