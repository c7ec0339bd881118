"""`held …`, `case split`, `case join` as from a shell, on a real database and real servers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailbot.embedded import ImapServer, SmtpSink
from mailbot.ingest import extract
from tests.cli_tools import Result, call, mail, write_settings
from tests.papers import a_letter, pdf

WATER = (
    "There is no water in Onda block, Bankura. The tube well is broken since May and the tanker comes only on "
    "Monday.\r\n"
)


@dataclass(frozen=True)
class Desk:
    """An installation with a case, and the commands on it."""

    settings: Path
    imap: ImapServer

    def __call__(self, *arguments: str) -> Result:
        return call(*arguments, "--config", self.settings)

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        result = self(*arguments, "--json")
        assert (result.status, result.err) == (0, "")
        return result.lines

    def take(self, *raws: bytes) -> dict[str, Any]:
        for raw in raws:
            self.imap.deliver(raw)
        (summary,) = self.lines("receive")
        return summary

    @property
    def cases(self) -> list[str]:
        """The references, the oldest first."""
        return [line["reference"] for line in reversed(self.lines("case", "list"))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ImapServer() as imap, SmtpSink() as smtp:
        desk = Desk(write_settings(tmp_path, imap=imap.port, smtp=smtp.port), imap)
        desk.take(mail(body=WATER))
        yield desk


@pytest.fixture
def held(desk: Desk) -> str:
    """The id of a stranger's mail that is held."""
    summary = desk.take(mail(f"About {desk.cases[0]}", body="The same here.", sender="Amit <amit@else.example>"))
    assert summary["held"] == 1
    (line,) = desk.lines("held", "list")
    return str(line["id"])


def test_nothing_held_is_said(desk: Desk) -> None:
    assert desk("held", "list").out == "nothing is held\n"
    assert desk.lines("held", "list") == []


def test_what_is_held_is_listed_with_reason_age_sender_and_subject(desk: Desk, held: str) -> None:
    (line,) = desk.lines("held", "list")
    assert (line["sender"], line["subject"], line["case"]) == (
        "amit@else.example",
        f"About {desk.cases[0]}",
        desk.cases[0],
    )
    assert line["reason"].startswith("a stranger's mail")
    assert line["age_seconds"] >= 0
    assert held in desk("held", "list").out
    (status,) = desk.lines("status")
    assert sum(status["held"].values()) == 1
    assert status["held_oldest_seconds"] >= 0
    assert "mailbot held list" in desk("status").out


def test_a_held_mail_is_shown_as_it_is_read_and_where_it_lies(desk: Desk, held: str) -> None:
    (shown,) = desk.lines("held", "show", held)
    assert Path(shown["file"]).read_bytes().endswith(b"The same here.\r\n")
    assert shown["read"]["text"].strip() == "The same here."
    told = desk("held", "show", held).out
    assert "The same here." in told
    assert shown["file"] in told


def test_a_mail_is_named_by_any_beginning_of_its_hash(desk: Desk, held: str) -> None:
    assert desk.lines("held", "show", held[:6])[0]["id"] == held
    result = desk("held", "show", "ffffffffffff")
    assert (result.status, result.err) == (1, "mailbot: no mail is named ffffffffffff\n")


def test_a_release_is_done_once(desk: Desk, held: str) -> None:
    (first,) = desk.lines("held", "release", held, "--as", "follow-up")
    (second,) = desk.lines("held", "release", held, "--as", "follow-up", "--case", desk.cases[0])
    assert (first["outcome"], first["case"], first["changed"]) == ("follow_up", desk.cases[0], True)
    assert second == {**first, "changed": False}
    assert "nothing was changed" in desk("held", "release", held, "--as", "follow-up").out
    result = desk("held", "release", held, "--as", "new")
    assert (result.status, "it is follow_up of" in result.err) == (1, True)


def test_a_release_as_new_makes_a_case(desk: Desk, held: str) -> None:
    (line,) = desk.lines("held", "release", held, "--as", "new")
    assert desk.cases == [desk.cases[0], line["case"]]
    (status,) = desk.lines("status")
    assert status["held"] == {}
    assert status["held_oldest_seconds"] is None
    assert status["mailboxes"][0]["balanced"]


def test_a_dismissal_needs_a_reason_and_keeps_it(desk: Desk, held: str) -> None:
    assert desk("held", "dismiss", held).status == 2
    assert desk("held", "dismiss", held, "--why", " ").status == 2
    assert desk.lines("held", "dismiss", held, "--why", "an advertisement")[0]["outcome"] == "ignored"
    (shown,) = desk.lines("held", "show", held)
    assert shown["history"][0]["detail"]["why"] == "an advertisement"
    assert shown["history"][0]["detail"]["by"]
    assert "an advertisement" in desk("held", "show", held).out


def test_several_are_retried_and_one_that_is_not_there_stops_none(desk: Desk, held: str) -> None:
    result = desk("held", "retry", "--json", "eeeeeeee", held)
    assert (result.status, [line["changed"] for line in result.lines]) == (1, [False])
    assert "no mail is named eeeeeeee" in result.err


@pytest.mark.parametrize(
    "words",
    [
        "held retry ab12",
        "held release ab12 --as new",
        "held dismiss ab12 --why spam",
        "case route CM2600012349 --department LAW",
        "case split CM2600012349 ab12",
        "case join CM2600000014 CM2600012349",
    ],
)
def test_who_decides_is_told_that_there_is_no_database_and_none_is_made(tmp_path: Path, words: str) -> None:
    settings = write_settings(tmp_path)
    seen = call("status", "--config", settings)
    assert (seen.status, "there is no database at" in seen.err) == (1, True)
    assert call(*words.split(), "--config", settings) == seen
    assert list(tmp_path.iterdir()) == [settings]


def test_wrong_use_is_said(desk: Desk, held: str) -> None:
    assert desk("held", "release", held).status == 2
    assert desk("held", "release", held, "--as", "new", "--case", desk.cases[0]).status == 2
    assert desk("held", "release", held, "--as", "reply", "--case", "CM2600000015").status == 2
    assert desk("case", "join", desk.cases[0], "x").status == 2


def test_a_reminder_is_split_off_and_joined_again(desk: Desk) -> None:
    assert desk.take(mail("2nd reminder", body=f"Reminder. {WATER}"))["follow_ups"] == 1
    first = desk.cases[0]
    (shown,) = desk.lines("case", "show", first)
    name = shown["mails"][1]["id"]
    assert name in desk("case", "show", first).out
    (split,) = desk.lines("case", "split", first, name)
    assert (split["changed"], desk.cases) == (True, [first, split["into"]])
    assert not desk.lines("case", "split", first, name)[0]["changed"]
    assert desk.lines("case", "join", split["into"], first)[0]["changed"]
    assert not desk.lines("case", "join", split["into"], first)[0]["changed"]
    assert "is part of" in desk("case", "join", split["into"], first).out
    (joined,) = desk.lines("case", "show", split["into"])
    assert (joined["state"], joined["joined_into"]) == ("duplicate", first)
    assert f"joined to   {first}" in desk("case", "show", split["into"]).out
    assert desk.lines("status")[0]["mailboxes"][0]["balanced"]


def test_a_possible_reminder_is_marked_in_the_list_and_in_the_case(desk: Desk) -> None:
    other = WATER.replace("since May", "in ward 7").replace("tube well", "hand pump")
    assert desk.take(mail("No water", body=f"{other}\r\nRupa Das", sender="Rupa Das <rina@example.net>"))["cases"] == 1
    first, second = desk.cases
    assert desk.lines("case", "show", second)[0]["possible_duplicate"] == first
    assert f"{first}, possibly" in desk("case", "show", second).out
    listed = desk("case", "list").out
    assert " =  " in listed
    assert "`mailbot case join`" in listed


@pytest.mark.skipif(not extract.CAN_READ_PDF, reason="the extra 'attachments' is not installed")
def test_the_letter_that_a_held_mail_brings_is_read_when_it_is_released_and_when_it_is_split_off(desk: Desk) -> None:
    letter = pdf("There has been no doctor at the hospital", "of Simlapal block, district Bankura, since May.")
    first = desk.cases[0]
    stranger = a_letter(letter, "application/pdf", "letter.pdf", sender="Amit <amit@else.example>", subject=first)
    assert desk.take(stranger)["held"] == 1
    (line,) = desk.lines("held", "list")
    (shown,) = desk.lines("held", "show", line["id"])
    assert "Simlapal block" in shown["letter"]
    assert "Simlapal block" in desk("held", "show", line["id"]).out
    (released,) = desk.lines("held", "release", line["id"], "--as", "follow-up")
    assert released["changed"]
    desk.lines("case", "split", first, line["id"])
    (case,) = desk.lines("case", "show", desk.cases[-1])
    assert (case["department"], case["place"]) == ("HFW", "BL-BAN-SIMLAPAL")
    assert "Simlapal block" in case["text"]
