"""
`case why`: anybody sees why a case went where it went.

In: a case. Out: its stored explanation, and where one asks what today's rules would say. Nothing is changed.
"""

import os
from collections.abc import Mapping, Sequence
from typing import cast

import click

from mailbot.cases import queries
from mailbot.classify.match import classify
from mailbot.classify.places import find_place
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.reference import one_reference
from mailbot.errors import Unsettled
from mailbot.intake import Office, find_routes
from mailbot.model import Match, Route
from mailbot.office import read_office
from mailbot.settings import load_settings

Json = Mapping[str, object]

_MOST_WORDS = 12


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
