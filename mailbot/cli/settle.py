"""
`case route`: the desk settles a case.

In: a case, and what the clerk says. Out: the case as it is now.
"""

import click

from mailbot.cases import queries
from mailbot.cli import show
from mailbot.cli.machine import desk_machine
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.reference import one_reference
from mailbot.desk import Ruling


@click.command
@click.argument("reference", metavar="REF", nargs=-1, required=True)
@click.option("--department", "departments", multiple=True, metavar="D", help="Its code; repeated for several matters.")
@click.option("--place", "places", multiple=True, metavar="P", help="A place code: one for all matters, or one each.")
@click.option("--post", default="", metavar="POST", help="The post that must answer, in place of the directory's.")
@click.option("--only", type=click.IntRange(min=1), metavar="N", help="Replace referral N alone, not all open ones.")
@common
@pass_asked
def route(
    asked: Asked,
    reference: tuple[str, ...],
    departments: tuple[str, ...],
    places: tuple[str, ...],
    post: str,
    only: int | None,
) -> None:
    """
    Settle where a case belongs: new referrals go out, the old ones are withdrawn.

    Offices that must answer no longer are told. What is left out stays as the case has it. --department NONE says that
    it is no grievance: the case is dismissed, and its writer is not told. What the desk decides is kept: `mailbot rules
    examples` prints it as labelled mails.
    """
    wanted = one_reference(reference)
    if not (departments or places or post):
        raise click.UsageError(
            "say where it belongs: --department, --place or --post; `case why REF` shows what is known"
        )
    ruling = Ruling(departments=departments, places=places, post=post, only=only)
    with desk_machine(asked) as ours:
        case = ours.route_case(wanted, ruling)
        found = queries.show_case(ours.engine, wanted) or {}
    if asked.json:
        show.emit(found)
        return
    show.say(f"{case.reference}  {case.state.value}", bold=True)
    for sentence in case.explain:
        show.paragraph(f"- {sentence}", indent=2, hang=2)
    if case.due_at is not None:
        show.say(f"due {show.local_time(found['due_at'])}", indent=2)
