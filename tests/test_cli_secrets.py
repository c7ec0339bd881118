"""A command is refused for a secret that it uses, and for no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot import machine
from mailbot.embedded import ImapServer
from mailbot.intake import Office
from mailbot.settings import Settings
from tests.cli_tools import SECRETS, Result, call, mail, write_settings
from tests.office import an_office

IMAP = {"MAILBOT_IMAP_PASSWORD": "demo"}
REPLY = {"MAILBOT_REPLY_SECRET": "a secret of the tests only"}
LETTER = ("--name", "Rina Das", "--mobile", "98310 12345", "--subject", "Help", "--text", "Please help us, we suffer.")
SMTP_USER = '[smtp]\nusername = "cmro"\n'


@dataclass(frozen=True)
class Desk:
    """An installation with two cases, a follow-up and a held mail."""

    settings: Path
    cases: tuple[str, str]
    follow_up: str
    held: str

    def __call__(self, words: str, secrets: dict[str, str]) -> Result:
        first, second = self.cases
        filled = [
            {"FIRST": first, "SECOND": second, "FOLLOW_UP": self.follow_up, "HELD": self.held}.get(word, word)
            for word in words.split()
        ]
        more = LETTER if filled[:2] == ["case", "register"] else ()
        return call(*filled, *more, "--json", "--config", self.settings, environ=secrets)


def quick_office(settings: Settings) -> Office:
    """The packaged office, read once; it asks for its secret as the real one does."""
    settings.secrets.reveal("reply_secret")
    return an_office()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(machine, "read_office", quick_office)
    water = "There is no water in Onda block, Bankura. The tube well is broken since May.\r\n"
    with ImapServer() as imap:
        settings = write_settings(tmp_path, imap=imap.port)
        asked = ("--json", "--config", settings)
        for raw in (
            mail(body=water),
            mail("A bridge", body="The bridge of Simlapal fell.", sender="Amit <a@b.example>"),
        ):
            imap.deliver(raw)
        imap.deliver(mail("2nd reminder", body=f"Reminder. {water}"))
        assert call("receive", *asked).status == 0
        second, first = [line["reference"] for line in call("case", "list", *asked).lines]
        imap.deliver(mail(f"About {first}", body="The same here.", sender="Rupa <rupa@else.example>"))
        assert call("receive", *asked).status == 0
        (shown,) = call("case", "show", first, *asked).lines
        (held,) = call("held", "list", *asked).lines
        yield Desk(settings, (first, second), shown["mails"][1]["id"], held["id"])


LOOKING = [
    "status", "export", "outbox list", "case list", "case show FIRST", "case why FIRST", "held list", "held show HELD",
    "held dismiss HELD --why advert", "dispatch",
]  # fmt: skip
SPEAKING = [
    "case register", "case route FIRST --department PRD", "case join SECOND FIRST", "case split FIRST FOLLOW_UP",
    "held retry HELD", "held release HELD --as new", "escalate",
]  # fmt: skip


@pytest.mark.parametrize("words", LOOKING)
def test_who_writes_to_nobody_needs_no_secret(desk: Desk, words: str) -> None:
    result = desk(words, {})
    assert (result.status, "secret" in result.err) == (0, False)


@pytest.mark.parametrize("words", SPEAKING)
def test_who_writes_to_people_needs_the_secret_of_their_answers_and_no_password(desk: Desk, words: str) -> None:
    before = desk("export", {}).out
    refused = desk(words, IMAP)
    told = refused.err
    if words == "held retry HELD":  # each mail has its own line there
        assert refused.status == 1
    else:
        assert (refused.status, told.count("\n")) == (78, 2)
        assert told.endswith("mailbot: 1 fault in the configuration\n")
    assert "reply_secret: the secret is missing (LoadCredential=reply_secret:FILE in the unit" in told
    assert desk("export", {}).out == before
    done = desk(words, REPLY)
    assert (done.status, done.err) == (0, "")


def test_who_reads_the_mailbox_needs_its_password_too_and_is_told_of_both_at_once(desk: Desk) -> None:
    refused = desk("receive", {})
    assert refused.status == 78
    assert "imap_password: the secret is missing" in refused.err
    assert "reply_secret: the secret is missing" in refused.err
    assert "mailbot: 2 faults in the configuration" in refused.err
    assert desk("receive", {**IMAP, **REPLY}).status == 0


def test_who_sends_needs_the_password_of_the_mail_server_where_it_has_a_user(desk: Desk) -> None:
    desk.settings.write_text(desk.settings.read_text("utf-8").replace("[smtp]\n", SMTP_USER), "utf-8")
    refused = desk("dispatch", SECRETS)
    assert (refused.status, refused.err.count("\n")) == (78, 2)
    assert "smtp_password: the secret is missing" in refused.err
    assert desk("case route FIRST --department PRD", REPLY).status == 0


@pytest.mark.parametrize("command", ["run", "check"])
def test_the_daemon_and_the_check_want_all_of_them(tmp_path: Path, command: str) -> None:
    settings = write_settings(tmp_path)
    settings.write_text(settings.read_text("utf-8").replace("[smtp]\n", SMTP_USER), "utf-8")
    result = call(command, "--config", settings, environ={})
    assert result.status == 78
    assert "mailbot: 3 faults in the configuration" in result.err
    assert all(
        f"{name}: the secret is missing" in result.err for name in ("imap_password", "reply_secret", "smtp_password")
    )
    assert list(tmp_path.iterdir()) == [settings]


def test_a_missing_secret_and_faulty_rules_are_told_together_and_nothing_is_made(tmp_path: Path) -> None:
    call("init", tmp_path)
    with (tmp_path / "rules" / "keywords.csv").open("a", encoding="utf-8") as rules:
        rules.write("NOPE,nothing\n")
    settings = write_settings(tmp_path, more='[rules]\npath = "rules"\n')
    result = call("case", "register", *LETTER, "--config", settings, environ=IMAP)
    assert result.status == 78
    assert "reply_secret: the secret is missing" in result.err
    assert str(tmp_path / "rules" / "keywords.csv") in result.err
    assert "imap_password" not in result.err
    assert not (tmp_path / "mailbot.db").exists()
