"""
`held list`, `held show`: the mail that waits for a human; `decide.py` has what the human does.

In: the database and the archive. Out: lines and tables, or JSON. A mail is named by the beginning of its SHA-256, as
`held list` shows it, or by its Message-ID. Nothing is changed.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cases.mails import SHORT_ID
from mailbot.cases.store import SqlCaseStore
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.lazy import Commands, Place
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.parse import parsed, print_letter
from mailbot.cli.session import now
from mailbot.errors import UnreadableMail, Unsettled
from mailbot.ingest.apart import read_apart, read_letters_apart
from mailbot.ingest.archive import FileArchive
from mailbot.model import Mail, StoredMail
from mailbot.settings import load_settings

Json = Mapping[str, object]

COMMANDS: Mapping[str, Place] = {
    "list": Place(__name__, "list_", "List what is held, in the order it came."),
    "show": Place(__name__, "show_", "Show one mail: why it is held, and how it is read."),
    "retry": Place("mailbot.cli.decide", "retry", "Take held mails again, with today's program."),
    "release": Place("mailbot.cli.decide", "release", "Do with a held mail what you say it is."),
    "dismiss": Place("mailbot.cli.decide", "dismiss", "End a held mail: it is no matter of ours."),
}


@click.group(cls=Commands, places=COMMANDS)
@common
def held() -> None:
    """Look at the mail that waits for a human; decide it."""


# --- looking ------------------------------------------------------------------------------------------------------


@click.command("list")
@common
@pass_asked
def list_(asked: Asked) -> None:
    """List what is held, in the order it came: why, for how long, from whom."""
    with database(asked) as engine:
        found = [{**line, "age_seconds": _age(line)} for line in queries.list_held(engine)]
    if asked.json:
        for line in found:
            show.emit(line)
        return
    if not found:
        show.say("nothing is held")
        return
    rows = [
        [
            str(line["id"]),
            show.age(cast(int, line["age_seconds"])),
            str(line["sender"]),
            str(line["subject"]),
            str(line["reason"]),
        ]
        for line in found
    ]
    show.table(["id", "age", "from", "subject", "reason"], rows)


@click.command("show")
@click.argument("mail", metavar="ID")
@common
@pass_asked
def show_(asked: Asked, mail: str) -> None:
    """Show one mail: why it is held, how it is read, where it lies, and what was done to it."""
    with database(asked) as engine:
        stored = _only(SqlCaseStore(engine).find_mails(mail), mail)
        history = queries.mail_history(engine, stored.taken.identity)
    archive = FileArchive(load_settings(asked.config, os.environ, secrets=False).archive.path)
    sha256 = stored.taken.sha256
    read, error = _read(archive, sha256)
    record = {
        **line_of(stored),
        "file": str(archive.path(sha256)),
        "history": history,
        "read": parsed(sha256, read) if read else None,
        "letter": read.attachment_text if read else "",
        "error": error,
    }
    if asked.json:
        show.emit(record)
        return
    _print(record, read)


def _only(found: Sequence[StoredMail], written: str) -> StoredMail:
    if len(found) != 1:
        names = ", ".join(one.taken.sha256[:16] for one in found)
        raise Unsettled(f"several mails are named so: {names}" if found else f"no mail is named {written[:64]}")
    return found[0]


def _read(archive: FileArchive, sha256: str) -> tuple[Mail | None, str]:
    try:
        raw = archive.read(sha256)
        return read_letters_apart(raw, read_apart(raw)), ""
    except UnreadableMail as error:
        return None, str(error)


def _age(line: Json) -> int:
    waited = now() - datetime.fromisoformat(str(line["received_at"]))
    return max(0, int(waited.total_seconds()))


def line_of(mail: StoredMail) -> dict[str, object]:
    taken = mail.taken
    return {
        "id": taken.sha256[:SHORT_ID],
        "outcome": mail.outcome.value,
        "reason": mail.reason,
        "case": mail.reference,
        "sender": taken.sender,
        "subject": taken.subject,
        "received_at": taken.received_at.isoformat(),
        "message_id": taken.message_id,
        "sha256": taken.sha256,
        "size_bytes": taken.size_bytes,
        "warnings": list(taken.warnings),
    }


def _print(record: Json, read: Mail | None) -> None:
    show.say(f"{record['id']}  {record['outcome']}", bold=True)
    show.pairs(
        {
            "reason": str(record["reason"]),
            "case": str(record["case"]),
            "from": str(record["sender"]),
            "subject": str(record["subject"]),
            "received": show.local_time(record["received_at"]),
            "file": str(record["file"]),
            "error": str(record["error"]),
        },
        indent=2,
    )
    for event in cast(list[Json], record["history"]):
        detail = ", ".join(f"{name} {value}" for name, value in cast(Json, event["detail"]).items())
        show.paragraph(f"{show.local_time(event['at'])}  {event['deed']} by {event['actor']}: {detail}", indent=2)
    if read is not None:
        show.say("Text", bold=True)
        show.paragraph(read.text, indent=2)
        print_letter(read)
