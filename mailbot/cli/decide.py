"""
`held retry`, `held release`, `held dismiss`: what a human decides of mail that waits.

In: mails as `held list` names them, and the decision. Out: what they are now.
"""

import getpass
from collections.abc import Callable

import click

from mailbot.cases.mails import SHORT_ID
from mailbot.cli import show
from mailbot.cli.held import line_of
from mailbot.cli.machine import desk_machine
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.reference import one_reference
from mailbot.errors import MailbotError
from mailbot.model import Outcome
from mailbot.review import Reviewed, Reviewer

AS = {"new": Outcome.CASE, "follow-up": Outcome.FOLLOW_UP, "reply": Outcome.REPLY}


def whose_hand() -> str:
    """The login name of who types: it stands in the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


_IDS = click.argument("mails", metavar="ID…", nargs=-1, required=True)
_ID = click.argument("mail", metavar="ID")


@click.command
@_IDS
@common
@pass_asked
def retry(asked: Asked, mails: tuple[str, ...]) -> int:
    """Take held mails again, as they lie in the archive, with today's program and configuration."""
    failed = 0
    with desk_machine(asked) as ours:
        reviewer = ours.review(whose_hand())
        for mail in mails:
            try:
                _told(asked, reviewer.retry(reviewer.find(mail)))
            except MailbotError as error:
                show.warn(f"mailbot: {mail}: {error}")
                failed += 1
    return 1 if failed else 0


@click.command
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


@click.command
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
    with desk_machine(asked) as ours:
        _told(asked, deed(ours.review(whose_hand())))


def _told(asked: Asked, reviewed: Reviewed) -> None:
    mail = reviewed.mail
    if asked.json:
        show.emit({**line_of(mail), "changed": reviewed.changed})
        return
    about = f" of {mail.reference}" if mail.reference else ""
    same = "" if reviewed.changed else " (as before; nothing was changed)"
    show.say(f"{mail.taken.sha256[:SHORT_ID]}  {mail.outcome.value}{about}: {mail.reason}{same}")
