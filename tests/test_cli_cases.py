"""`case`, `outbox`, `status`, `export` and the three loops by hand, on a real database and real servers."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot.embedded import ImapServer, SmtpSink
from tests.cli_tools import call, mail, write_settings

LETTER = (
    "--name",
    "Rina Das",
    "--mobile",
    "৯৮৩১০ ১২৩৪৫",
    "--subject",
    "No water",
    "--text",
    "No water in Onda block, Bankura.",
)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return write_settings(tmp_path)


@dataclass(frozen=True)
class Story:
    """An installation with a real mailbox and mail server."""

    settings: Path
    imap: ImapServer
    smtp: SmtpSink


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with ImapServer() as imap, SmtpSink() as smtp:
        yield Story(write_settings(tmp_path, imap=imap.port, smtp=smtp.port), imap, smtp)


# --- the desk


def test_a_letter_becomes_a_case(settings: Path) -> None:
    result = call("case", "register", "--json", "--config", settings, *LETTER)
    assert (result.status, result.err) == (0, "")
    (line,) = result.lines
    assert line["reference"].startswith("CM")
    assert line["complainant"] == {"name": "Rina Das", "address": "", "mobile": "+919831012345"}
    assert (line["source"], line["state"], line["department"]) == ("desk", "referred", "PHE")
    assert {message["purpose"] for message in line["outbox"]} == {"acknowledgement", "referral"}


def test_people_get_the_reference_first(settings: Path) -> None:
    result = call("case", "register", "--config", settings, *LETTER)
    assert result.out.splitlines()[0].startswith("CM")


def test_a_text_may_come_from_a_file_or_stdin_and_scans_with_it(settings: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"\xef\xbb\xbfNo water in Onda block, Bankura.")
    (tmp_path / "page 1.jpg").write_bytes(b"\xff\xd8\xff\xe0 a page")
    (tmp_path / "page.gz").write_bytes(b"x")
    scans = ("--scan", tmp_path / "page 1.jpg", "--scan", tmp_path / "page.gz")
    asked = ("case", "register", "--json", "--config", settings, "--name", "R", "--subject", "No water")
    (by_file,) = call(*asked, "--text-file", tmp_path / "letter.txt", *scans).lines
    (by_pipe,) = call(*asked, "--text-file", "-", stdin="জল নেই".encode()).lines
    assert by_file["text"] == "No water in Onda block, Bankura."
    assert [(one["name"], one["type"]) for one in by_file["attachments"]] == [
        ("page 1.jpg", "image/jpeg"),
        ("page.gz", "application/octet-stream"),
    ]
    assert by_pipe["text"] == "জল নেই"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--mobile", "12345"), "--mobile must be one Indian mobile number"),
        (("--mobile", "98310 12345 / 98310 12346"), "--mobile must be one"),
        (("--mobile", "033 2214 5555"), "--mobile must be one"),
        (("--address", "nobody"), "--address must be one e-mail address"),
        (("--address", "a@b.org, c@d.org"), "--address must be one"),
        (("--address", "Rina <a@b.org>"), "--address must be one"),
        (("--name", " "), "--name is missing or empty"),
        (("--text", ""), "--text is missing or empty"),
        (("--scan", "/nowhere/page.jpg"), "no such file"),
        (("--text-file", "-"), "exclude each other"),
    ],
)
def test_what_cannot_be_registered_is_wrong_use_and_leaves_nothing(
    settings: Path, change: tuple[str, str], said: str
) -> None:
    result = call("case", "register", "--config", settings, *LETTER, *change)
    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert [path.name for path in settings.parent.iterdir()] == ["mailbot.toml"]


def test_without_a_terminal_nobody_is_asked(settings: Path) -> None:
    result = call("case", "register", "--config", settings, "--name", "Rina Das", stdin=b"No water\n")
    assert result.status == 2
    assert "--subject is missing" in result.err


# --- looking


def test_cases_are_listed_and_shown(settings: Path) -> None:
    (made,) = call("case", "register", "--json", "--config", settings, *LETTER).lines
    reference = made["reference"]
    (listed,) = call("case", "list", "--json", "--config", settings).lines
    assert (listed["reference"], listed["department"], listed["due_at"]) == (reference, "PHE", made["due_at"])
    assert reference in call("case", "list", "--config", settings).out
    (shown,) = call("case", "show", "--json", "--config", settings, reference).lines
    assert shown == made
    for written in (reference.lower(), f"{reference[:4]} {reference[4:]}", f"{reference[:4]}-{reference[4:]}"):
        result = call("case", "show", "--config", settings, *written.split())
        assert result.out.startswith(f"{reference}  referred\n")
        assert "Rina Das, +919831012345" in result.out


def test_cases_are_chosen_by_state_and_term(settings: Path) -> None:
    call("case", "register", "--config", settings, *LETTER)
    assert call("case", "list", "--json", "--state", "closed", "--config", settings).lines == []
    assert call("case", "list", "--json", "--overdue", "--config", settings).lines == []
    assert len(call("case", "list", "--json", "--state", "referred", "--config", settings).lines) == 1
    assert call("case", "list", "--state", "closed", "--config", settings).out == "no cases\n"


def test_a_list_cut_short_says_so(settings: Path) -> None:
    for _ in range(2):
        call("case", "register", "--config", settings, *LETTER)
    result = call("case", "list", "--json", "--limit", "1", "--config", settings)
    assert len(result.lines) == 1
    assert "only the first 1" in result.err


def test_a_mistyped_reference_is_wrong_use_and_an_unknown_one_a_failure(settings: Path) -> None:
    (made,) = call("case", "register", "--json", "--config", settings, *LETTER).lines
    reference = made["reference"]
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert call("case", "show", "--config", settings, wrong).status == 2
    assert call("case", "show", "--config", settings, "CM2600012349").status == 1
    assert "no case CM2600012349" in call("case", "show", "--config", settings, "CM2600012349").err


def test_messages_are_listed_by_state(settings: Path) -> None:
    call("case", "register", "--config", settings, *LETTER)
    lines = call("outbox", "list", "--json", "--config", settings).lines
    assert {"id", "case", "purpose", "channel", "recipient", "state", "attempts", "provider_id", "text"} <= set(
        lines[0]
    )
    assert {line["state"] for line in lines} == {"pending"}
    assert call("outbox", "list", "--json", "--state", "sent", "--config", settings).lines == []
    assert "no messages in the state sent" in call("outbox", "list", "--state", "sent", "--config", settings).out
    assert "+919831012345" in call("outbox", "list", "--config", settings).out


@pytest.mark.parametrize("command", ["status", "export", "case list", "outbox list", "case show CM2600012349"])
def test_looking_makes_no_database(settings: Path, command: str) -> None:
    result = call(*command.split(), "--config", settings)
    assert (result.status, result.out) == (1, "")
    assert "no database" in result.err
    assert [path.name for path in settings.parent.iterdir()] == ["mailbot.toml"]


def test_looking_needs_no_secrets(settings: Path) -> None:
    call("case", "register", "--config", settings, *LETTER)
    assert call("status", "--config", settings, environ={}).status == 0


def test_a_foreign_database_is_told(settings: Path) -> None:
    (settings.parent / "mailbot.db").touch()
    result = call("status", "--config", settings)
    assert result.status == 1
    assert "another mailbot" in result.err


# --- the three loops


def test_a_mail_goes_all_the_way_by_hand(story: Story) -> None:
    asked = ("--json", "--config", story.settings)
    story.imap.deliver(mail(body="There is no water in Onda block, Bankura.\r\n\r\nRina Das\r\nMobile: 98310 12345"))
    (received,) = call("receive", *asked).lines
    assert list(received) == ["fetched", "cases", "follow_ups", "replies", "ignored", "held", "seconds"]
    assert (received["fetched"], received["cases"]) == (1, 1)
    (again,) = call("receive", *asked).lines
    assert again["fetched"] == 0
    (dispatched,) = call("dispatch", *asked).lines
    assert dispatched["sent"] == len(story.smtp.mails) + 1
    (escalated,) = call("escalate", *asked).lines
    assert (escalated["overdue"], escalated["alerts"]) == (0, 0)
    (status,) = call("status", *asked).lines
    (ledger,) = status["mailboxes"]
    assert (ledger["balanced"], ledger["server"]) == (True, 1)
    (exported,) = call("export", *asked).lines
    assert exported["state"] == "referred"
    assert len(exported["mails"]) == 1
    (settled,) = {line["state"] for line in call("outbox", "list", *asked).lines}
    assert settled == "sent"


def test_people_are_told_the_same_in_words(story: Story) -> None:
    asked = ("--config", story.settings)
    story.imap.deliver(mail())
    assert call("receive", *asked).out.startswith("1 mail taken in ")
    assert " messages sent in " in call("dispatch", *asked).out
    assert call("escalate", *asked).out.startswith("0 cases passed a term")
    told = call("status", *asked).out
    assert "Mailbox INBOX: the ledger balances" in told
    assert "ever shown     1 = 1 case + 0 follow_up + 0 reply + 0 ignored + 0 held" in told
    assert "1 referred, 0 overdue" in told
    assert json.loads(call("export", *asked).out)["state"] == "referred"


def test_a_mailbox_that_is_not_there_is_a_failure_of_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        result = call("receive", "--json", "--config", write_settings(tmp_path, imap=taken.getsockname()[1]))
    assert (result.status, result.out) == (1, "")
    assert [line for line in result.err.splitlines() if line.startswith("mailbot: ")] == result.err.splitlines()
