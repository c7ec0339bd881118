"""
`case list`, `case show`: the cases as the database holds them; the desk's deeds have modules of their own.

In: the database. Out: lines and tables, or JSON. Nothing is changed.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cases.mails import SHORT_ID
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.lazy import Commands, Place
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.reference import one_reference
from mailbot.cli.session import now
from mailbot.errors import MailbotError
from mailbot.model import CaseState

Json = Mapping[str, object]


class NoSuchCase(MailbotError):
    """There is no case of this reference."""


COMMANDS: Mapping[str, Place] = {
    "list": Place(__name__, "list_", "List the cases, the newest first."),
    "show": Place(__name__, "show_", "Tell all about a case."),
    "why": Place("mailbot.cli.why", "why", "Tell why a case went where it went."),
    "register": Place("mailbot.cli.register", "register", "Register a grievance on paper."),
    "route": Place("mailbot.cli.settle", "route", "Settle where a case belongs."),
    "split": Place("mailbot.cli.join", "split", "Make a case of its own of a follow-up."),
    "join": Place("mailbot.cli.join", "join", "Make a case part of an earlier one."),
}


@click.group(cls=Commands, places=COMMANDS)
@common
def case() -> None:
    """Look at cases; register a letter; settle where one belongs."""


# --- list ---------------------------------------------------------------------------------------------------------


@click.command("list")
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


@click.command("show")
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
