"""
The story: mails arrive, are read and routed; messages leave; seven days pass; an officer answers.

In: a folder to work in, a stream to tell it on. Out: an exit status, and in the folder a database, an archive, the SMS
that would have been sent and a mailbot.toml to go on with. Everything is the real program: only the IMAP server, the
SMTP server and the clock belong to the demo.
"""

import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, TextIO

from mailbot.cases.queries import list_cases, status
from mailbot.demo.answers import HOST, answer, bounce, stranger
from mailbot.demo.page import Page
from mailbot.desk import Letter
from mailbot.embedded import ImapServer, SmtpSink
from mailbot.machine import Machine
from mailbot.model import Channel, OutboxEntry, OutboxState, Purpose
from mailbot.settings import load_settings

FOLDER = "mailbot-demo"
TERM = timedelta(days=7, minutes=1)
OURS = ("mailbot.toml", "mailbot.db", "mailbot.db-wal", "mailbot.db-shm", "sms.ndjson")
"""What an earlier demo left in its folder; the archive keeps what it has."""

SETTINGS = """\
# Made by `mailbot demo`. The servers it names ended with the demo; what only reads the database goes on working.
[mailbox]
host = "{imap.host}"
port = {imap.port}
tls = "none"
username = "{imap.user}"
authserv_id = "{host}"

[smtp]
host = "{smtp.host}"
port = {smtp.port}
tls = "none"
from = "Chief Minister's Grievance Cell <grievance@cmo.example>"

[database]
url = "sqlite:///mailbot.db"

[archive]
path = "archive"

[sms]
gateway = "console"

[sms.console]
path = "sms.ndjson"
"""

LETTER = Letter(
    name="Haradhan Mahato",
    mobile="+916999950020",
    address="",
    subject="Tubewell of the village school is broken",
    text=(
        "The tubewell of our village has been broken since summer; the women walk two miles for drinking water.\n"
        "Village Kenda, block Puncha, district Purulia."
    ),
)


@dataclass
class ShiftedClock:
    """The clock of the story: it begins a term and a minute ago, so that it ends now."""

    shift: timedelta = -TERM

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Story:
    """The acts, in order, on one Machine."""

    machine: Machine
    imap: ImapServer
    smtp: SmtpSink
    clock: ShiftedClock
    page: Page
    sent: list[OutboxEntry] = field(default_factory=list)

    def mails_arrive(self) -> None:
        mails = sample_mails()
        self.page.act(f"{len(mails)} mails arrive, over IMAP")
        for raw in mails:
            self.imap.deliver(raw, received_at=self.clock())
        self.machine.receive(observe=self.page.mail)

    def messages_leave(self) -> None:
        self.page.act("Messages leave: the citizens are told, the offices are asked")
        self.page.messages(self._dispatch())

    def a_letter_is_handed_in(self) -> None:
        self.page.act("A letter is handed in at the desk; it goes the same way")
        self.page.say(f"{LETTER.name}: “{LETTER.subject}” [on paper]")
        self.page.case(self.machine.register(LETTER))
        self.page.messages(self._dispatch())

    def seven_days_pass(self) -> None:
        self.page.act("Seven days pass without an answer")
        self.clock.shift += TERM
        summary = self.machine.escalate()
        again = self.machine.escalate()
        self.page.say(f"{summary.overdue} cases are overdue: {summary.alerts} alerts. Swept again: {again.alerts}.")
        self.page.messages(self._dispatch())

    def answers_come(self) -> None:
        self.page.act("Answers come: an officer's, a forged one, a stranger's, a bounce")
        genuine, forged = self._referrals()
        for raw in (
            answer(
                self._raw(genuine),
                genuine.message.recipient,
                "A medical officer has been posted at the Ramsagar centre from today.",
                proven=True,
            ),
            answer(self._raw(forged), forged.message.recipient, "All done, please close this.", proven=False),
            stranger("curious@example.com", genuine.message.reference),
            bounce(self._raw(self._acknowledgement()), self._acknowledgement().message.recipient),
        ):
            self.imap.deliver(raw, received_at=self.clock())
        self.machine.receive(observe=self.page.mail)
        self.page.say("")
        self.page.messages(self._dispatch())

    def it_ends(self, folder: Path) -> None:
        self.page.act("Where everything stands")
        rows = [
            (
                str(case["reference"]),
                str(case["state"]) + (" (overdue)" if self._is_overdue(case) else ""),
                str(case["department"]) or "-",
                str(case["subject"]),
            )
            for case in list_cases(self.machine.engine)
        ]
        self.page.table(("case", "state", "dept", "subject"), rows, (12, 18, 4, 36))
        self.page.say("")
        again = self.machine.receive()
        self.page.say(f"The mailbox, read once more: {again.fetched} mails new, nothing twice.")
        self.page.say(_balance(status(self.machine.engine, self.clock())))
        self._next(folder)

    def _next(self, folder: Path) -> None:
        command = f"{program()} --config {folder / 'mailbot.toml'}"
        self.page.act("What to look at next")
        self.page.say(f"Database: {folder / 'mailbot.db'}   SMS: {folder / 'sms.ndjson'}")
        for words in ("status", "case list", f"case show {self._referrals()[0].message.reference}", "outbox list"):
            self.page.say(f"{command} {words}", 3)
        self.page.say("Then: `mailbot init DIR` writes a configuration of your own; README.md goes on from there.")

    # --- what happens between the acts ---------------------------------------------------------------------------

    def _dispatch(self) -> list[OutboxEntry]:
        gone: list[OutboxEntry] = []

        def observe(entry: OutboxEntry, state: OutboxState, _reason: str) -> None:
            if state is OutboxState.SENT:
                gone.append(entry)

        self.machine.dispatch(observe=observe)
        self.sent.extend(gone)
        return gone

    def _referrals(self) -> tuple[OutboxEntry, OutboxEntry]:
        """The referral that is answered, and another one in whose officer's name somebody forges."""
        referrals = [entry for entry in self.sent if entry.message.purpose is Purpose.REFERRAL]
        genuine = referrals[0]
        forged = next(entry for entry in referrals if entry.message.reference != genuine.message.reference)
        return genuine, forged

    def _acknowledgement(self) -> OutboxEntry:
        return next(
            entry
            for entry in reversed(self.sent)
            if entry.message.purpose is Purpose.ACKNOWLEDGEMENT and entry.message.channel is Channel.EMAIL
        )

    def _raw(self, entry: OutboxEntry) -> bytes:
        """The mail as it left, from the sink."""
        wanted = (entry.message.email.message_id if entry.message.email else "").encode()
        return next(mail.raw for mail in self.smtp.mails if wanted in mail.raw.split(b"\r\n\r\n", 1)[0])

    def _is_overdue(self, case: dict[str, object]) -> bool:
        due = case["due_at"]
        return due is not None and datetime.fromisoformat(str(due)) <= self.clock()


def run(folder: Path | None, out: TextIO) -> int:
    """Tell the whole story; the exit status."""
    logging.getLogger().setLevel(logging.ERROR)
    place = prepare(folder or Path(FOLDER))
    secret = secrets.token_urlsafe(32)
    clock = ShiftedClock()
    with ImapServer() as imap, SmtpSink() as smtp:
        file = place / "mailbot.toml"
        file.write_text(SETTINGS.format(imap=imap, smtp=smtp, host=HOST), "utf-8")
        environ = {"MAILBOT_IMAP_PASSWORD": imap.password, "MAILBOT_REPLY_SECRET": secret}
        machine = Machine(load_settings(file, environ), clock=clock)
        try:
            _tell(Story(machine, imap, smtp, clock, Page(out, machine.office.names)), place)
        finally:
            machine.close()
    return 0


def _tell(story: Story, folder: Path) -> None:
    story.page.title(
        "mailbot: one grievance, all the way",
        "Nothing leaves this machine: the IMAP and SMTP servers run inside the demo, and SMS are only written down. "
        "All people are invented.",
    )
    story.mails_arrive()
    story.messages_leave()
    story.a_letter_is_handed_in()
    story.seven_days_pass()
    story.answers_come()
    story.it_ends(folder)


def prepare(folder: Path) -> Path:
    """A folder that can be written in, without what an earlier demo left; a temporary one where that one cannot be."""
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".probe").touch()
        (folder / ".probe").unlink()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="mailbot-demo-"))
    for name in OURS:
        with suppress(FileNotFoundError):
            (folder / name).unlink()
    return folder


def sample_mails() -> Sequence[bytes]:
    """The raw sample mails, in the order of their names."""
    files = sorted(resources.files("mailbot.demo").joinpath("mails").iterdir(), key=lambda file: file.name)
    return [file.read_bytes() for file in files if file.name.endswith(".eml")]


def program() -> str:
    """How this program is called from here: by its name where the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    if called.name != "mailbot" or shutil.which("mailbot"):
        return "mailbot"
    return os.path.relpath(called)


def _balance(now: Mapping[str, Any]) -> str:
    """The ledger as a sum that anyone can check."""
    (box,) = now["mailboxes"]
    names = {"case": "cases", "follow_up": "follow-ups", "reply": "replies", "ignored": "ignored", "held": "held"}
    parts = " + ".join(f"{box['outcomes'][key]} {name}" for key, name in names.items())
    return f"The ledger: {parts} = {sum(box['outcomes'].values())}; the server shows {box['server']} mails."
