"""
`status`, `outbox list`, `export`: what the database holds.

In: the database. Out: lines and tables, or JSON. Nothing is changed.
"""

from collections.abc import Mapping
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.session import now
from mailbot.model import OutboxState

Json = Mapping[str, object]

# --- status -------------------------------------------------------------------------------------------------------


@click.command
@common
@pass_asked
def status(asked: Asked) -> None:
    """Say how everything stands: the mailbox ledger, cases, messages, last contacts."""
    with database(asked) as engine:
        found = queries.status(engine, now())
    if asked.json:
        show.emit(found)
        return
    for ledger in cast(list[Json], found["mailboxes"]):
        _print_ledger(ledger)
    _print_counts("Cases", cast(dict[str, int], found["cases"]), f"{found['overdue']} overdue")
    _print_outbox(cast(dict[str, Json], found["outbox"]))
    oldest = cast(int | None, found["held_oldest_seconds"])
    waiting = "" if oldest is None else f", the oldest {show.age(oldest)} old (`mailbot held list`)"
    _print_reasons(f"Held for a human{waiting}", cast(dict[str, int], found["held"]))
    _print_reasons("Ignored", cast(dict[str, int], found["ignored"]))
    _print_contacts(cast(list[Json], found["contacts"]))


def _print_ledger(ledger: Json) -> None:
    balance = "the ledger balances" if ledger["balanced"] else "THE LEDGER DOES NOT BALANCE"
    show.say(f"Mailbox {ledger['folder']}: {balance}", bold=True)
    outcomes = cast(dict[str, int], ledger["outcomes"])
    show.pairs(
        {
            "on the server": f"{ledger['server']} (listed {show.local_time(ledger['listed_at'])})",
            "ever shown": f"{ledger['shown']} = {_sum(outcomes)}",
            "not yet taken": _unless_zero(ledger["untaken"]),
            "gone untaken": _unless_zero(ledger["vanished"]),
            "taken, unmarked": _unless_zero(ledger["unmarked"]),
        },
        indent=2,
    )


def _print_counts(title: str, counts: Mapping[str, int], *more: str) -> None:
    show.say(title, bold=True)
    show.say(", ".join((*(f"{count} {name}" for name, count in counts.items() if count), *more)), indent=2)


def _print_outbox(queues: Mapping[str, Json]) -> None:
    show.say("Messages", bold=True)
    lines = {}
    for state, queue in queues.items():
        oldest = f", the oldest {show.age(float(cast(int, queue['oldest_seconds'])))} old"
        lines[state] = f"{queue['count']}{oldest if state in _WAITING else ''}"
    show.pairs(lines or {"none": "yet"}, indent=2)


_WAITING = frozenset({OutboxState.PENDING.value, OutboxState.SENDING.value, OutboxState.IN_DOUBT.value, "held"})


def _print_reasons(title: str, reasons: Mapping[str, int]) -> None:
    if not reasons:
        return
    show.say(title, bold=True)
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        show.paragraph(f"{count}  {reason}", indent=2)


def _print_contacts(contacts: list[Json]) -> None:
    if not contacts:
        return
    show.say("Last contact", bold=True)
    shown = {}
    for contact in contacts:
        error = f" FAILED: {contact['error']}; last well {show.local_time(contact['ok_at']) or 'never'}"
        shown[str(contact["party"])] = show.local_time(contact["at"]) + (error if contact["error"] else "")
    show.pairs(shown, indent=2)


def _sum(counts: Mapping[str, int]) -> str:
    return " + ".join(f"{count} {name}" for name, count in counts.items())


def _unless_zero(count: object) -> str:
    return str(count) if count else ""


# --- outbox -------------------------------------------------------------------------------------------------------


@click.group
@common
def outbox() -> None:
    """Look at the messages."""


@outbox.command("list")
@click.option("--state", type=click.Choice([state.value for state in OutboxState]), help="Only messages in this state.")
@common
@pass_asked
def list_(asked: Asked, state: str | None) -> None:
    """List the messages in the order they were made."""
    with database(asked) as engine:
        found = queries.list_outbox(engine, state=OutboxState(state) if state else None)
    if asked.json:
        for line in found:
            show.emit(line)
        return
    if not found:
        show.say("no messages" if state is None else f"no messages in the state {state}")
        return
    rows = [[str(line[name]) for name in ("id", "case", "purpose", "channel", "state", "recipient")] for line in found]
    show.table(["id", "case", "purpose", "by", "state", "recipient"], rows)


# --- export -------------------------------------------------------------------------------------------------------


@click.command
@common
@pass_asked
def export(asked: Asked) -> None:
    """Print every case, then what is held; a JSON object a line, with or without --json."""
    with database(asked) as engine:
        for line in queries.export(engine):
            show.emit(line)
