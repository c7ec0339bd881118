"""
`case split` and `case join`: the desk undoes or does what a reminder is judged to be.

In: cases and a mail, as a human names them. Out: what they are now.
"""

import click

from mailbot.cases.mails import SHORT_ID
from mailbot.cli import show
from mailbot.cli.decide import whose_hand
from mailbot.cli.machine import desk_machine
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.reference import one_reference


@click.command
@click.argument("reference", metavar="REF")
@click.argument("mail", metavar="MAIL")
@common
@pass_asked
def split(asked: Asked, reference: str, mail: str) -> None:
    """
    Make a case of its own of a follow-up: it was another matter.

    MAIL is the beginning of its SHA-256, as `case show --json` gives it, or its Message-ID.
    """
    case = one_reference([reference])
    with desk_machine(asked) as ours:
        reviewer = ours.review(whose_hand())
        reviewed = reviewer.split(case, reviewer.find(mail))
    new = reviewed.mail.reference
    if asked.json:
        name = reviewed.mail.taken.sha256[:SHORT_ID]
        show.emit({"case": case, "mail": name, "into": new, "changed": reviewed.changed})
        return
    show.say(f"{new} was split off {case}" if reviewed.changed else f"it is {new} already; nothing was changed")


@click.command
@click.argument("reference", metavar="REF")
@click.argument("into", metavar="INTO_REF")
@common
@pass_asked
def join(asked: Asked, reference: str, into: str) -> None:
    """
    Make a case part of an earlier one: it was a reminder. Its referrals are withdrawn, no term is changed.

    Offices that were asked by it, and must not answer the earlier one, are told.
    """
    case, other = one_reference([reference]), one_reference([into])
    with desk_machine(asked) as ours:
        changed = ours.review(whose_hand()).join(case, other)
    if asked.json:
        show.emit({"case": case, "into": other, "changed": changed})
        return
    show.say(f"{case} was joined to {other}" if changed else f"{case} is part of {other} already")
