"""
`run`, `receive`, `dispatch`, `escalate`: the three loops, for ever or once.

In: the settings. Out: what was done, as a summary. Each of the three can be called by hand while the daemon runs.
"""

import logging
from dataclasses import asdict

import click

from mailbot import daemon
from mailbot.cli import show
from mailbot.cli.faults import settings_for_work
from mailbot.cli.machine import machine
from mailbot.cli.options import Asked, common, pass_asked


@click.command
@common
@pass_asked
def run(asked: Asked) -> int:
    """
    Do the work, until stopped: take mails as they come, send messages, watch the terms.

    Runs in the foreground and logs to stderr. SIGTERM and Ctrl-C end it at the next safe place; SIGHUP reads rules,
    places, directory and templates anew.
    """
    return daemon.run(settings_for_work(asked, level=logging.INFO, secrets=True))


@click.command
@common
@pass_asked
def receive(asked: Asked) -> None:
    """Take everything new in the mailbox, then exit."""
    with machine(asked) as ours:
        summary = ours.receive()
    if asked.json:
        show.emit(asdict(summary))
        return
    parts = {
        "case": summary.cases,
        "follow-up": summary.follow_ups,
        "reply": summary.replies,
    }
    show.say(f"{show.plural(summary.fetched, 'mail')} taken in {summary.seconds:.1f} s: {_counts(parts)}")
    show.say(f"{summary.ignored} ignored, {summary.held} held for a human")


@click.command
@common
@pass_asked
def dispatch(asked: Asked) -> None:
    """Send the messages that are due, then exit."""
    with machine(asked) as ours:
        summary = ours.dispatch()
    if asked.json:
        show.emit(asdict(summary))
        return
    show.say(f"{show.plural(summary.sent, 'message')} sent in {summary.seconds:.1f} s")
    show.say(
        f"{summary.refused} refused, {summary.in_doubt} in doubt, {summary.waiting} to be tried again, "
        f"{summary.held} held for a human"
    )


@click.command
@common
@pass_asked
def escalate(asked: Asked) -> None:
    """Put alerts for all overdue cases into the outbox, then exit."""
    with machine(asked) as ours:
        summary = ours.escalate()
    if asked.json:
        show.emit(asdict(summary))
        return
    show.say(
        f"{show.plural(summary.overdue, 'case')} passed a term; {show.plural(summary.alerts, 'alert')} "
        f"in the outbox ({summary.seconds:.1f} s)"
    )


def _counts(parts: dict[str, int]) -> str:
    plurals = {"reply": "replies"}
    return ", ".join(show.plural(count, name, plurals.get(name, "")) for name, count in parts.items())
