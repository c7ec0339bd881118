"""
`held list`, `show`, `retry`, `release`, `dismiss`: the mail that waits for a human.

In: the database and the archive; what a human decides. Out: lines and tables, or JSON. A mail is named by the
beginning of its SHA-256, as `held list` shows it, or by its Message-ID.
"""

import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cases.mails import SHORT_ID
from mailbot.cases.store import SqlCaseStore
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.parse import parsed, print_letter
from mailbot.cli.session import now
from mailbot.cli.settle import one_reference
from mailbot.cli.work import machine
from mailbot.errors import MailbotError, UnreadableMail, Unsettled
from mailbot.ingest.apart import read_apart, read_letters_apart
from mailbot.ingest.archive import FileArchive
from mailbot.model import Mail, Outcome, StoredMail
from mailbot.review import Reviewed, Reviewer
from mailbot.settings import load_settings

Json = Mapping[str, object]

AS = {"new": Outcome.CASE, "follow-up": Outcome.FOLLOW_UP, "reply": Outcome.REPLY}


def whose_hand() -> str:
    """The login name of who types: it stands in the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@click.group
@common
def held() -> None:
    """Look at the mail that waits for a human; decide it."""


# --- looking ------------------------------------------------------------------------------------------------------


@held.command("list")
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


@held.command("show")
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
        **_line(stored),
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


def _line(mail: StoredMail) -> dict[str, object]:
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


# --- deciding -----------------------------------------------------------------------------------------------------

_IDS = click.argument("mails", metavar="ID…", nargs=-1, required=True)
_ID = click.argument("mail", metavar="ID")


@held.command
@_IDS
@common
@pass_asked
def retry(asked: Asked, mails: tuple[str, ...]) -> int:
    """Take held mails again, as they lie in the archive, with today's program and configuration."""
    failed = 0
    with machine(asked) as ours:
        reviewer = ours.review(whose_hand())
        for mail in mails:
            try:
                _told(asked, reviewer.retry(reviewer.find(mail)))
            except MailbotError as error:
                show.warn(f"mailbot: {mail}: {error}")
                failed += 1
    return 1 if failed else 0


@held.command
@_ID
@click.option("--as", "as_", type=click.Choice(list(AS)), required=True, help="What the mail is.")
@click.option("--case", "case", metavar="REF", help="Its case; left out, the one it was held about.")
@common
@pass_asked
def release(asked: Asked, mail: str, as_: str, case: str | None) -> None:
    """
    Do with a held mail what you say it is.

    A new grievance becomes a case; a follow-up joins one; a reply, once you have checked that the officer wrote it,
    closes one in the desk's name.
    """
    if case and as_ == "new":
        raise click.UsageError("a new grievance has no --case yet")
    reference = one_reference([case]) if case else ""
    _decide(asked, lambda reviewer: reviewer.release(reviewer.find(mail), AS[as_], reference))


@held.command
@_ID
@click.option("--why", required=True, help="The reason; it stands in the history.")
@common
@pass_asked
def dismiss(asked: Asked, mail: str, why: str) -> None:
    """End a held mail: it is no matter of ours."""
    if not why.strip():
        raise click.UsageError("--why is empty")
    _decide(asked, lambda reviewer: reviewer.dismiss(reviewer.find(mail), why.strip()))


def _decide(asked: Asked, deed: Callable[[Reviewer], Reviewed]) -> None:
    with machine(asked) as ours:
        _told(asked, deed(ours.review(whose_hand())))


def _told(asked: Asked, reviewed: Reviewed) -> None:
    mail = reviewed.mail
    if asked.json:
        show.emit({**_line(mail), "changed": reviewed.changed})
        return
    about = f" of {mail.reference}" if mail.reference else ""
    same = "" if reviewed.changed else " (as before; nothing was changed)"
    show.say(f"{mail.taken.sha256[:SHORT_ID]}  {mail.outcome.value}{about}: {mail.reason}{same}")
