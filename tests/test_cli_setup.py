"""`init`, `check`, `completion` and `demo`: from nothing to a checked configuration."""

import socket
from pathlib import Path

import pytest

from mailbot import demo as story
from mailbot.embedded import ImapServer, SmtpSink
from mailbot.settings import default_config_dir
from tests.cli_tools import SECRETS, call, spawn, write_settings
from tests.twilio_server import TwilioServer

ALL_SECRETS = {**SECRETS, "MAILBOT_SMTP_PASSWORD": "x"}

# --- init


def test_a_configuration_is_written_that_has_but_the_faults_it_must_have(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "mailbot"
    result = call("init", folder)
    assert result.status == 0
    assert f"mailbot --config {folder}/mailbot.toml check" in result.out
    assert sorted(path.name for path in folder.iterdir()) == [
        "departments", "directory", "mailbot.toml", "places", "rules", "templates",
    ]  # fmt: skip
    checked = call("check", "--json", "--config", folder / "mailbot.toml", environ=ALL_SECRETS)
    assert checked.status == 78
    (fault,) = checked.lines
    assert "fictitious" in fault["message"]


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text("mine", "utf-8")
    result = call("init", "--json", tmp_path)
    assert result.status == 0
    assert (tmp_path / "mailbot.toml").read_text("utf-8") == "mine"
    assert {line["written"] for line in result.lines if line["file"].endswith("mailbot.toml")} == {False}
    assert {line["written"] for line in result.lines if not line["file"].endswith("mailbot.toml")} == {True}
    assert not any(line["written"] for line in call("init", "--json", tmp_path).lines)
    assert "left as it is" in call("init", tmp_path).out


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = call("init", tmp_path / "file" / "below")
    assert result.status == 1
    assert "Traceback" not in result.err


def test_neither_pins_nor_leftovers_are_written(tmp_path: Path) -> None:
    call("init", tmp_path)
    assert not (tmp_path / "constraints.txt").exists()
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {".toml", ".csv", ".j2"}


# --- check


def test_a_sound_configuration_has_no_faults(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    assert call("check", "--config", path).out == "the configuration has no faults\n"
    result = call("check", "--json", "--config", path)
    assert (result.status, result.out) == (0, "")


def test_faults_of_settings_secrets_and_rules_are_told_together(tmp_path: Path) -> None:
    call("init", tmp_path)
    with (tmp_path / "rules" / "keywords.csv").open("a", encoding="utf-8") as rules:
        rules.write("NOPE,nothing\n")
    settings = write_settings(tmp_path, more='[rules]\npath = "rules"\n')
    result = call("check", "--json", "--config", settings, environ={"MAILBOT_IMAP_PASSWORD": "x"})
    assert (result.status, result.err) == (78, "")
    assert {fault["key"] for fault in result.lines} >= {"reply_secret"}
    assert any(fault["file"] == str(tmp_path / "rules" / "keywords.csv") and fault["line"] for fault in result.lines)
    told = call("check", "--config", settings, environ={"MAILBOT_IMAP_PASSWORD": "x"})
    assert (told.status, told.out) == (78, "")
    assert "faults in the configuration" in told.err


def test_each_party_is_tried_and_nothing_is_marked_or_made(tmp_path: Path) -> None:
    with ImapServer() as imap, SmtpSink() as smtp:
        path = write_settings(tmp_path, imap=imap.port, smtp=smtp.port)
        imap.deliver(b"Subject: x\r\n\r\nx\r\n")
        result = call("check", "--online", "--json", "--config", path)
        with imap.connect() as client:
            client.select_folder("INBOX", readonly=True)
            assert client.search("UNSEEN")
    assert [(line["party"], line["ok"]) for line in result.lines] == [("mailbox", True), ("smtp", True), ("sms", True)]
    assert result.status == 0
    assert smtp.mails == []
    assert [file.name for file in tmp_path.iterdir()] == ["mailbot.toml"]


def test_parties_that_do_not_answer_are_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = call("check", "--online", "--config", write_settings(tmp_path, imap=port, smtp=port))
    assert result.status == 1
    assert "mailbox: FAILED" in result.out
    assert f"smtp: FAILED: 127.0.0.1:{port}: connection refused" in result.out


def test_a_wrong_password_of_the_mailbox_is_named_and_not_shown(tmp_path: Path) -> None:
    with ImapServer() as imap, SmtpSink() as smtp:
        path = write_settings(tmp_path, imap=imap.port, smtp=smtp.port)
        result = call("check", "--online", "--config", path, environ={**SECRETS, "MAILBOT_IMAP_PASSWORD": "wr0ng"})
    assert result.status == 1
    assert "mailbox: FAILED" in result.out
    assert "wr0ng" not in result.out + result.err


@pytest.mark.parametrize(("token", "ok"), [("right", True), ("wr0ng", False)])
def test_the_gateway_is_asked_whether_it_knows_us_and_sends_nothing(tmp_path: Path, token: str, ok: bool) -> None:
    account = "AC" + "0" * 32
    with ImapServer() as imap, SmtpSink() as smtp, TwilioServer(username=account, password="right") as twilio:
        more = f'[sms.twilio]\naccount_sid = "{account}"\nfrom = "+12025550100"\napi_base = "{twilio.base_url}"\n'
        path = write_settings(tmp_path, imap=imap.port, smtp=smtp.port, more=more)
        path.write_text(path.read_text("utf-8").replace('"console"', '"twilio"'), "utf-8")
        environ = {**SECRETS, "MAILBOT_TWILIO_AUTH_TOKEN": token}
        result = call("check", "--online", "--json", "--config", path, environ=environ)
        assert (twilio.posts, twilio.accepted) == (0, [])
    (contact,) = [line for line in result.lines if line["party"] == "sms"]
    assert (contact["ok"], result.status) == (ok, 0 if ok else 1)
    assert token not in result.out


# --- completion, demo


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    result = call("completion", shell)
    assert result.status == 0
    assert "_MAILBOT_COMPLETE" in result.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mailbot re", {"receive"}),
        ("mailbot case sh", {"show"}),
        ("mailbot outbox list --state d", {"delivered"}),
        ("mailbot status --js", {"--json"}),
    ],
)
def test_the_shell_is_offered_what_fits(words: str, expected: set[str]) -> None:
    environ = {"_MAILBOT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    out, _ = spawn(environ=environ).communicate(timeout=60)
    assert {line.partition(",")[2] for line in out.decode().splitlines()} == expected


def test_the_story_is_told_for_people_only() -> None:
    result = call("demo", "--json")
    assert (result.status, result.out) == (2, "")


def test_the_demonstration_is_called_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []

    def run(folder: object, _out: object) -> int:
        called.append(folder)
        return 0

    monkeypatch.setattr(story, "run", run)
    assert call("demo", "--folder", tmp_path / "x").status == 0
    assert called == [tmp_path / "x"]


def test_the_packaged_configuration_is_where_init_looks() -> None:
    assert (default_config_dir() / "mailbot.toml").is_file()
