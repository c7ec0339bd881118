"""
`classify`: where mails would go, and why.

In: files or folders of .eml, and the configuration. Out: a record for each mail: what `receive` would make of it if it
is a grievance, attached letters included. Nothing is stored and nothing is sent.
"""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from mailbot.cli import show
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.paths import Record, each_mail, letters_option, paths_argument
from mailbot.cli.session import begin
from mailbot.intake import Office, route_mail
from mailbot.model import Mail, Place, Route
from mailbot.office import read_office
from mailbot.settings import load_settings_or_default

_NOWHERE = {"code": "", "kind": "", "name": ""}


@click.command
@paths_argument
@letters_option
@common
@pass_asked
def classify(asked: Asked, paths: tuple[Path, ...], *, letters: bool) -> int:
    """
    Show where mails would go, and why: files, folders of .eml, or - for one mail on stdin.

    Without settings the configuration that comes with mailbot is used.
    """
    begin(asked)
    office = read_office(load_settings_or_default(asked.config, os.environ), only_looks=True)
    print_one = partial(_print_classified, office=office, asked=asked)
    return each_mail(paths, asked, print_one, _classify_error, letters=letters)


def classified(file: str, mail: Mail, routes: Sequence[Route], place: Place | None) -> Record:
    """A mail as `classify --json` prints it: the main matter's department and place, the posts of all matters."""
    posts = [person.post for route in routes for person in route.recipients if person.role.must_answer]
    return {
        "file": file,
        "department": routes[0].department,
        "place": {"code": place.code, "kind": place.kind, "name": place.name} if place else _NOWHERE,
        "posts": list(dict.fromkeys(posts)),
        "explain": [sentence for route in routes for sentence in route.explain],
        "review": any(route.review for route in routes),
        "kind": mail.kind.value,
        "warnings": list(mail.warnings),
    }


def _classify_error(file: str, error: str) -> Record:
    return {
        "file": file,
        "department": "",
        "place": _NOWHERE,
        "posts": [],
        "explain": [],
        "review": True,
        "kind": "new",
        "warnings": [],
        "error": error,
    }


def _print_classified(path: str, mail: Mail, *, office: Office, asked: Asked) -> None:
    routes = route_mail(mail, office)
    route = routes[0]
    place = office.gazetteer.places.get(route.place)
    if asked.json:
        show.emit(classified(path, mail, routes, place))
        return
    show.say(path, bold=True)
    department = f"{route.department} {office.names.get(route.department, '')}" if route.department else "none"
    show.pairs(
        {
            "subject": mail.subject,
            "department": department,
            "place": f"{place.code} {place.name} ({place.kind})" if place else "none",
            "review": "the triage desk should look" if any(one.review for one in routes) else "",
        },
        indent=2,
    )
    for warning in mail.warnings:
        show.say(f"warning: {warning}", indent=2)
    for one in routes:
        for person in one.recipients:
            show.paragraph(f"{person.role.value}: {person.title} ({person.post})", indent=4, hang=2)
        for sentence in one.explain:
            show.paragraph(f"- {sentence}", indent=4, hang=2)
    show.say()
