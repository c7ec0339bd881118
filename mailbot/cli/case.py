"""
`case list`, `case show`, `case register`: cases, and the desk where a letter becomes one; `settle.py` has the rest.

In: the database; at the desk what the clerk types and scans. Out: lines and tables, or JSON. What is registered goes
the same way as a mail.
"""

import mimetypes
import sys
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cases.mails import SHORT_ID
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.join import join, split
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.session import now
from mailbot.cli.settle import one_reference, route, why
from mailbot.cli.work import machine
from mailbot.desk import Letter, Scan
from mailbot.errors import ConfigurationError, MailbotError
from mailbot.ingest.phone import find_phones
from mailbot.model import CaseState
from mailbot.settings.source import read_text

LARGEST_SCANS_MB = 20
"""What mail servers take as attachments: the scans travel to the officers with the referral."""

Json = Mapping[str, object]


class NoSuchCase(MailbotError):
    """There is no case of this reference."""


@click.group
@common
def case() -> None:
    """Look at cases; register a letter; settle where one belongs."""


case.add_command(route)
case.add_command(join)
case.add_command(split)
case.add_command(why)

# --- list ---------------------------------------------------------------------------------------------------------


@case.command("list")
@click.option("--state", type=click.Choice([state.value for state in CaseState]), help="Only cases in this state.")
@click.option("--review", is_flag=True, help="Only cases that the triage desk should look at.")
@click.option("--overdue", is_flag=True, help="Only open cases past their term, the longest waiting first.")
@click.option("--limit", type=click.IntRange(1, 30_000), default=1_000, show_default=True, help="At most so many.")
@common
@pass_asked
def list_(asked: Asked, state: str | None, limit: int, *, overdue: bool, review: bool) -> None:
    """List the cases, the newest first."""
    with database(asked) as engine:
        found = queries.list_cases(
            engine,
            state=CaseState(state) if state else None,
            overdue_at=now() if overdue else None,
            review=review,
            limit=limit + 1,
        )
    for line in found[:limit] if asked.json else ():
        show.emit(line)
    if not asked.json:
        _print_cases(found[:limit])
    if len(found) > limit:
        show.warn(f"mailbot: only the first {limit} are shown; --limit N shows more, `mailbot export` all")


def _print_cases(found: Sequence[Json]) -> None:
    if not found:
        show.say("no cases")
        return
    rows = [
        [
            str(line["reference"]),
            str(line["state"]) + (" ?" if line["review"] else "") + (" =" if _is_doubtful(line) else ""),
            show.local_time(line["due_at"]),
            str(line["department"]),
            str(line["subject"]),
        ]
        for line in found
    ]
    show.table(["case", "state", "due", "dept", "subject"], rows)
    if any(line["review"] for line in found):
        show.say("? the triage desk should look at it")
    if any(_is_doubtful(line) for line in found):
        show.say("= it may be a reminder of an earlier case; `mailbot case join` makes them one")


def _is_doubtful(line: Json) -> bool:
    """Whether nobody has decided yet if a case is a reminder of another."""
    return bool(line["possible_duplicate"]) and not line["joined_into"]


# --- show ---------------------------------------------------------------------------------------------------------


@case.command("show")
@click.argument("reference", metavar="REF", nargs=-1, required=True)
@common
@pass_asked
def show_(asked: Asked, reference: tuple[str, ...]) -> None:
    """Tell all about a case: its referrals, its history, its messages, its mails."""
    wanted = one_reference(reference)
    with database(asked) as engine:
        found = queries.show_case(engine, wanted)
    if found is None:
        raise NoSuchCase(f"there is no case {wanted}")
    if asked.json:
        show.emit(found)
        return
    _print_case(found)


def _print_case(found: Json) -> None:
    complainant = cast(Json, found["complainant"])
    show.say(f"{found['reference']}  {found['state']}", bold=True)
    show.pairs(
        {
            "subject": str(found["subject"]),
            "from": ", ".join(str(complainant[name]) for name in ("name", "address", "mobile") if complainant[name]),
            "department": str(found["department"]),
            "place": str(found["place"]),
            "review": "the triage desk should look" if found["review"] else "",
            "reminder of": f"{found['possible_duplicate']}, possibly" if _is_doubtful(found) else "",
            "joined to": str(found["joined_into"]),
            "received": show.local_time(found["received_at"]),
            "due": show.local_time(found["due_at"]),
            "closed": " by ".join(filter(None, (show.local_time(found["closed_at"]), str(found["closed_by"])))),
            "action": str(found["action_taken"]),
            "files": ", ".join(str(one["name"]) for one in cast(list[Json], found["attachments"])),
        },
        indent=2,
    )
    for referral in cast(list[Json], found["referrals"]):
        _print_referral(referral)
    _print_section("Why", [f"- {sentence}" for sentence in cast(list[str], found["explain"])])
    _print_section("History", [_event(event) for event in cast(list[Json], found["history"])])
    mails = [f"{one['id']}  {one['outcome']}  {one['subject']}" for one in cast(list[Json], found["mails"])]
    _print_section("Mails", mails)
    _print_section("Messages", [_message(message) for message in cast(list[Json], found["outbox"])])
    show.say("Text", bold=True)
    show.paragraph(str(found["text"]), indent=2)


def _print_referral(referral: Json) -> None:
    due = show.local_time(referral["due_at"])
    times = "once" if referral["level"] == 1 else f"{referral['level']} times"
    level = f", alerted {times}" if referral["level"] else ""
    show.say(f"Referral {referral['number']}: {referral['state']}, due {due}{level}", bold=True)
    for person in cast(list[Json], referral["recipients"]):
        show.paragraph(f"{person['role']}: {person['title']}, {person['officer']} ({person['post']})", indent=2, hang=2)


def _print_section(title: str, lines: Sequence[str]) -> None:
    if lines:
        show.say(title, bold=True)
    for line in lines:
        show.paragraph(line, indent=2, hang=2)


def _event(event: Json) -> str:
    told = cast(Mapping[str, str], event["detail"] or {})
    detail = ", ".join(f"{name} {value[:SHORT_ID] if name == 'mail' else value}" for name, value in told.items())
    return f"{show.local_time(event['at'])}  {event['kind']} by {event['actor']}" + (f": {detail}" if detail else "")


def _message(message: Json) -> str:
    reason = f": {message['reason']}" if message["reason"] else ""
    what = f"{message['purpose']} by {message['channel']} to {message['recipient']}"
    return f"{message['id']}  {what}: {message['state']}{reason}"


# --- register -----------------------------------------------------------------------------------------------------


@case.command
@click.option("--name", help="Who complains.")
@click.option("--mobile", help="An Indian mobile number, for the acknowledgement.")
@click.option("--address", help="An e-mail address, if there is one.")
@click.option("--subject", help="The matter in a few words.")
@click.option("--text", help="What the letter says.")
@click.option(
    "--text-file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help="A file with it; - is stdin."
)
@click.option(
    "--scan",
    "scans",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="A scanned page; may be repeated.",
)
@common
@pass_asked
def register(  # noqa: PLR0913, PLR0917 - the fields of the desk's form, each an option
    asked: Asked,
    name: str | None,
    mobile: str | None,
    address: str | None,
    subject: str | None,
    text: str | None,
    text_file: Path | None,
    scans: tuple[Path, ...],
) -> None:
    """
    Register a grievance on paper. On a terminal, what is not given is asked for.
    """
    if text is not None and text_file is not None:
        raise click.UsageError("--text and --text-file exclude each other")
    if text_file is not None:
        text = _read_letter(text_file)
    form = _Form(can_ask=sys.stdin.isatty() and not asked.json and str(text_file) != "-")
    letter = Letter(
        name=form.field("--name", "Name", name),
        mobile=_mobile(form.field("--mobile", "Mobile", mobile, optional=True)),
        address=_address(form.field("--address", "E-mail", address, optional=True)),
        subject=form.field("--subject", "Subject", subject),
        text=form.field("--text", "Text", text),
        scans=_scans(scans),
    )
    with machine(asked) as ours:
        reference = ours.register(letter).reference
        found = queries.show_case(ours.engine, reference) or {"reference": reference}
    if asked.json:
        show.emit(found)
        return
    show.say(reference, bold=True)
    show.say(f"due {show.local_time(found.get('due_at'))}; `mailbot case show {reference}` tells all", indent=2)


class _Form:
    """Asks for what was left out, where there is somebody to ask."""

    def __init__(self, *, can_ask: bool) -> None:
        self._can_ask = can_ask

    def field(self, option: str, label: str, given: str | None, *, optional: bool = False) -> str:
        if given is None and self._can_ask:
            given = click.prompt(label, default="" if optional else None, show_default=False, err=True)
        given = (given or "").strip()
        if not given and not optional:
            raise click.UsageError(f"{option} is missing or empty")
        return given


def _mobile(written: str) -> str:
    """The number as E.164, or "" for none."""
    if not written:
        return ""
    label = "mobile: "
    found = find_phones(label + written)
    if len(found) != 1 or not found[0].e164 or (found[0].start, found[0].end) != (len(label), len(label + written)):
        raise click.UsageError("--mobile must be one Indian mobile number, such as 98310 12345 or +919831012345")
    return found[0].e164


def _address(written: str) -> str:
    if not written:
        return ""
    local, at, domain = parseaddr(written)[1].rpartition("@")
    if not (local and at and domain and written == f"{local}@{domain}" and written.isascii() and " " not in written):
        raise click.UsageError("--address must be one e-mail address")
    return written


def _read_letter(path: Path) -> str:
    if str(path) != "-":
        try:
            return read_text(path)
        except ConfigurationError as error:  # it is the clerk's file, and no configuration
            raise click.UsageError(f"--text-file: {error}") from error
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError("the text on stdin is not UTF-8") from error


def _scans(paths: Sequence[Path]) -> list[Scan]:
    scans = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise click.UsageError(f"--scan {path}: {(error.strerror or type(error).__name__).lower()}") from error
        scans.append(Scan(path.name, _type(path), content))
    if sum(len(scan.content) for scan in scans) > LARGEST_SCANS_MB * 2**20:
        raise click.UsageError(f"the scans together are larger than {LARGEST_SCANS_MB} MB")
    return scans


def _type(path: Path) -> str:
    kind, encoding = mimetypes.guess_type(path.name)
    return kind if kind and not encoding else "application/octet-stream"
