"""
How the demo speaks: plain lines for an 80-column terminal.

In: what the loops report. Out: text on one stream. Nothing is decided here.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TextIO

from mailbot.model import Case, Channel, Decision, Mail, OutboxEntry, OutboxMessage, Outcome, Recipient, Role

WIDTH = 78
LONGEST_REASON = 150
OFFSETS = re.compile(r"\((?:subject|body) \d+-\d+, ")
"""Where in the mail a word stands; the story names only the rule that it met."""
LANGUAGES = {
    "en": "English",
    "bn": "Bengali",
    "hi": "Hindi",
    "ne": "Nepali",
    "bn-Latn": "romanised Bengali",
    "hi-Latn": "romanised Hindi",
}
BECAME = {
    Outcome.FOLLOW_UP: "follow-up of",
    Outcome.REPLY: "officer's answer to",
    Outcome.IGNORED: "ignored",
    Outcome.HELD: "held for a human",
}
STANDS = {
    Role.ADDRESSEE: "must answer",
    Role.COPY: "must answer too",
    Role.SUPERIOR: "superior",
    Role.INFORMATION: "for information",
}


class Page:
    """Prints the story to one stream as it happens."""

    def __init__(self, out: TextIO, names: Mapping[str, str]) -> None:
        self._out = out
        self._names = names
        self._acts = 0

    def title(self, text: str, *lines: str) -> None:
        self._line(text)
        self._line("=" * len(text))
        for line in lines:
            self._wrap(line)

    def act(self, text: str) -> None:
        self._acts += 1
        self._line("")
        heading = f"{self._acts}. {text}"
        self._line(heading)
        self._line("-" * len(heading))

    def say(self, text: str, indent: int = 0) -> None:
        self._wrap(text, " " * indent)

    def mail(self, decision: Decision, mail: Mail) -> None:
        """What was read, what became of it, whom it goes to, and why."""
        self._line("")
        who = mail.sender.name or mail.sender.address
        language = LANGUAGES.get(mail.language, "")
        self._wrap(f"{who}: “{mail.subject}”" + (f" [{language}]" if language else ""))
        files = [file.name for file in mail.attachments if file.name]
        if files:
            self._wrap("attached: " + ", ".join(files), "   ")
        if decision.case is not None and decision.outcome is Outcome.CASE:
            self.case(decision.case)
        elif decision.outcome is not None:
            about = f" {decision.reference}" if decision.reference else ""
            self._wrap(f"-> {BECAME[decision.outcome]}{about}: {decision.reason}", "   ")

    def case(self, case: Case) -> None:
        """A new case and its route."""
        where = self._names.get(case.place, case.place) if case.place not in ("", "WB") else "place not known"
        department = self._names.get(case.department, case.department) or "department not known"
        self._wrap(f"-> case {case.reference}: {department}; {where}", "   ")
        for person in case.recipients():
            if person.role is not Role.SUPERIOR:
                self._recipient(person)
        if case.complainant.mobile:
            self._wrap(f"acknowledged to {masked(case.complainant.mobile)}", "      ")

    def _recipient(self, person: Recipient) -> None:
        self._wrap(f"{person.title} ({STANDS[person.role]}):", "      ")
        reason = OFFSETS.sub("(", person.reason.removeprefix(f"{person.title}: "))
        self._wrap(textwrap.shorten(reason, LONGEST_REASON, placeholder=" …"), "        ")

    def messages(self, entries: Sequence[OutboxEntry]) -> None:
        """One SMS of each kind and language in full, the others and the e-mails by their number."""
        sms = [entry.message for entry in entries if entry.message.channel is Channel.SMS]
        kinds = {(message.purpose, message.language): message for message in reversed(sms)}
        for message in reversed(kinds.values()):
            self._sms(message)
        if len(sms) > len(kinds):
            self._line(f"   … and {len(sms) - len(kinds)} SMS more, with the same words")
        mails = Counter(
            entry.message.purpose.replace("_", " ") for entry in entries if entry.message.channel is Channel.EMAIL
        )
        if mails:
            told = ", ".join(f"{number} {purpose}{'s' if number > 1 else ''}" for purpose, number in mails.items())
            self._wrap(f"e-mails: {told}", "   ")

    def _sms(self, message: OutboxMessage) -> None:
        self._wrap(f"SMS to {masked(message.recipient)}: {message.text}", "   ", hang=6)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        for row in (head, ["-" * width for width in widths], *rows):
            cells = [_fit(cell, width) for cell, width in zip(row, widths, strict=True)]
            self._line("   " + "  ".join(cells).rstrip())

    def _wrap(self, text: str, indent: str = "", hang: int = 2) -> None:
        self._line(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + " " * hang))

    def _line(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def masked(number: str) -> str:
    """A telephone number as it may be shown: its last four digits."""
    return f"…{number[-4:]}"


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
