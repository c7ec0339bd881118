"""
`case route` and `case why`: the desk settles a case, and anybody sees why it went where it went.

In: a case, and what the clerk says. Out: the case as it is now; or its stored explanation, beside what today's rules
would say. `why` changes nothing.
"""

import os
from collections.abc import Mapping, Sequence
from typing import cast

import click

from mailbot.cases import queries
from mailbot.cases.reference import find_references
from mailbot.classify.match import classify
from mailbot.classify.places import find_place
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.work import machine
from mailbot.desk import Ruling
from mailbot.errors import Unsettled
from mailbot.intake import Office, find_routes
from mailbot.model import Match, Route
from mailbot.office import read_office
from mailbot.settings import load_settings

Json = Mapping[str, object]

_MOST_WORDS = 12


def one_reference(words: Sequence[str]) -> str:
    """The case reference that these words are, however it is spaced; anything else is wrong use."""
    written = " ".join(words)
    references = find_references(written)
    if len(references) != 1:
        raise click.UsageError(f"{written!r} is no case reference, such as CM2600012349; a digit may be mistyped")
    return references[0]


# --- route --------------------------------------------------------------------------------------------------------


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
    with machine(asked) as ours:
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


# --- why ----------------------------------------------------------------------------------------------------------


@click.command
@click.argument("reference", metavar="REF", nargs=-1, required=True)
@click.option("--now", "today", is_flag=True, help="Show what today's rules would say, too.")
@common
@pass_asked
def why(asked: Asked, reference: tuple[str, ...], *, today: bool) -> None:
    """Tell why a case went where it went: the words, what was considered, and each post with its reason."""
    wanted = one_reference(reference)
    with database(asked) as engine:
        stored = queries.show_case(engine, wanted)
    if stored is None:
        raise Unsettled(f"there is no case {wanted}")
    found = _reasons_of(stored)
    current = None
    if today:
        office = read_office(load_settings(asked.config, os.environ, secrets=False), only_looks=True)
        current = _today(str(stored["subject"]), str(stored["text"]), office)
    if asked.json:
        show.emit(
            {name: value for name, value in found.items() if name != "text"} | ({"now": current} if today else {})
        )
        return
    _print_why(found)
    if current is not None:
        _print_today(current, found)


def _reasons_of(stored: Json) -> Json:
    """What the database says of the reasons."""
    names = ("reference", "state", "department", "place", "review", "explain")
    desk = [event for event in cast(list[Json], stored["history"]) if event["actor"] == "desk"]
    referrals = [_reasons(referral) for referral in cast(list[Json], stored["referrals"])]
    return {**{name: stored[name] for name in names}, "referrals": referrals, "desk": desk}


def _reasons(referral: Json) -> Json:
    names = ("post", "title", "role", "officer", "reason")
    people = [{name: person[name] for name in names} for person in cast(list[Json], referral["recipients"])]
    return {**{name: referral[name] for name in ("number", "state", "department", "place")}, "recipients": people}


def _today(subject: str, text: str, office: Office) -> Json:
    """What the rules in force say of the same words, with the offsets of each."""
    routes = find_routes(subject, text, office)
    classification, finding = classify(subject, text, office.rules), find_place(subject, text, office.gazetteer)
    return {
        "department": routes[0].department,
        "place": routes[0].place,
        "review": any(found.review for found in routes),
        "posts": list(dict.fromkeys(post for found in routes for post in _posts(found))),
        "explain": [sentence for found in routes for sentence in found.explain],
        "department_words": [_match(match) for match in classification.matches],
        "place_words": [_match(match) for match in finding.matches],
    }


def _posts(found: Route) -> list[str]:
    return [person.post for person in found.recipients if person.role.must_answer]


def _match(match: Match) -> Json:
    names = ("target", "words", "where", "start", "end", "rule", "phrase", "weight")
    return {name: getattr(match, name) for name in names}


def _print_why(found: Json) -> None:
    show.say(f"{found['reference']}  {found['state']}", bold=True)
    show.pairs(
        {
            "department": str(found["department"]) or "none",
            "place": str(found["place"]) or "none",
            "review": "the triage desk should look" if found["review"] else "",
        },
        indent=2,
    )
    _print_list("Why", cast(list[str], found["explain"]))
    for referral in cast(list[Json], found["referrals"]):
        people = cast(list[Json], referral["recipients"])
        title = f"Referral {referral['number']}: {referral['state']}, {referral['department'] or 'no department'}"
        _print_list(title, [f"{person['role']} {person['post']}: {person['reason']}" for person in people])
    _print_list("The desk", [_said(event) for event in cast(list[Json], found["desk"])])


def _said(event: Json) -> str:
    detail = ", ".join(f"{name} {value}" for name, value in cast(Json, event["detail"]).items())
    return f"{show.local_time(event['at'])}  {event['kind']}: {detail}"


def _print_today(current: Json, found: Json) -> None:
    same = all(current[name] == found[name] for name in ("department", "place"))
    show.say()
    show.say("By today's rules: the same" if same else "By today's rules: otherwise", bold=True)
    show.pairs({"posts": ", ".join(cast(list[str], current["posts"]))}, indent=2)
    for sentence in cast(list[str], current["explain"]):
        show.paragraph(f"- {sentence}", indent=2, hang=2)
    words = [*cast(list[Json], current["department_words"]), *cast(list[Json], current["place_words"])]
    if not words:
        return
    show.say("Words", bold=True)
    rows = [
        [str(m["target"]), f"{m['weight']:g}", f"{m['where']} {m['start']}-{m['end']}", str(m["rule"]), str(m["words"])]
        for m in words[:_MOST_WORDS]
    ]
    show.table(["for", "weight", "where", "rule", "words"], rows)
    if len(words) > _MOST_WORDS:
        show.say(f"and {len(words) - _MOST_WORDS} more; --json prints all")


def _print_list(title: str, lines: Sequence[str]) -> None:
    if lines:
        show.say(title, bold=True)
    for line in lines:
        show.paragraph(f"- {line}", indent=2, hang=2)
