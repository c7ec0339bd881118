"""
`rules check`, `rules test`, `rules mine`, `rules replay`, `rules examples`: how a clerk sees that a change helps.

In: the configuration, a file of labelled mails, the database. Out: findings, scores, hints, who would gain and lose,
and what the desk has decided. Nothing is changed, and nothing is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time
from itertools import islice
from pathlib import Path

import click

from mailbot.cases.labels import Label, grievances, labels
from mailbot.classify.directory import read_departments
from mailbot.classify.gazetteer import Gazetteer, read_gazetteer
from mailbot.classify.hints import HINTS
from mailbot.classify.lint import CHECKED, check_files, check_rules, looked_at
from mailbot.classify.lint_titles import check_titles
from mailbot.classify.mine import mine, write_hints
from mailbot.classify.rules import TITLES, read_rules
from mailbot.classify.score import Judged, Labelled, Score, Shares, judge, read_labelled, score, unknown_codes
from mailbot.cli import show
from mailbot.cli.database import database
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.trial import office_with_rules, placed, print_findings, rules_option, settings_for_trial, with_rules
from mailbot.errors import ConfigurationError, MailbotError
from mailbot.intake import INDIA, Office, find_routes
from mailbot.office import read_office
from mailbot.replay import Balance, Change, Replayed, ReplaySummary, replay, summarise
from mailbot.settings import load_office_files
from mailbot.settings.source import read_text

_MOST_WRONG = 40
_MOST_CONFUSED = 15
_MOST_SHOWN = 5


@click.group
@common
def rules() -> None:
    """Look at the keyword rules, and try a change before it is in force."""


# --- check --------------------------------------------------------------------------------------------------------


@rules.command
@rules_option
@click.option("--notes", is_flag=True, help="Show notes too: what is no mistake, but good to know.")
@common
@pass_asked
def check(asked: Asked, folder: Path | None, *, notes: bool) -> int:
    """
    Look at all rules together: what hinders what, which words are places too, which titles are no post's.

    Exit status 1 when a rule cannot work as written, 78 when the files cannot be read.
    """
    settings = settings_for_trial(asked, folder)
    office, texts = read_office(settings, only_looks=True), load_office_files(settings)
    found = check_rules(office.rules, office.directory.departments, office.gazetteer, texts.places)
    found = looked_at(found, texts.rules.get(CHECKED, ""))
    found += check_files(texts.rules)
    found += check_titles(texts.rules.get(TITLES, ""), office.directory, texts.places)
    return print_findings([placed(finding, settings.rules.path) for finding in found], asked, notes=notes)


# --- test ---------------------------------------------------------------------------------------------------------


@rules.command
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@rules_option
@common
@pass_asked
def test(asked: Asked, file: Path, folder: Path | None) -> None:
    """Score the rules on a file of labelled mails, one JSON object a line. A low score is no failure."""
    office = read_office(settings_for_trial(asked, folder), only_looks=True)
    labelled = _labelled(file, [*office.directory.departments, *office.gazetteer.places])
    found = score([judge(mail, find_routes(mail.subject, mail.body, office), office.gazetteer) for mail in labelled])
    if asked.json:
        show.emit(_score_record(found))
        for judged in found.wrong:
            show.emit({"wrong": judged.mail.id, **_judged_record(judged, office.gazetteer)})
        return
    _print_shares(found)
    _print_confusion(found)
    _print_wrong(found, office)


def _labelled(file: Path, codes: Sequence[str]) -> Sequence[Labelled]:
    labelled = read_labelled(str(file), read_text(file))
    faults = unknown_codes(str(file), labelled, codes)
    if faults:
        raise ConfigurationError(faults)
    return labelled


def _score_record(found: Score) -> Mapping[str, object]:
    return {
        **asdict(found.all),
        "languages": {language: asdict(shares) for language, shares in found.languages.items()},
        "confusion": [
            {"expected": expected, "found": department, "mails": count}
            for expected, department, count in found.confusion
        ],
    }


def _judged_record(judged: Judged, gazetteer: Gazetteer) -> Mapping[str, object]:
    return {
        "language": judged.mail.language,
        "subject": judged.mail.subject,
        "department": judged.department,
        "expected_department": list(judged.mail.departments),
        "place": judged.place,
        "district": gazetteer.district(judged.place) if judged.place else "",
        "expected_place": [*judged.mail.places, judged.mail.district],
        "review": judged.review,
        "explain": list(judged.explain),
    }


def _print_shares(found: Score) -> None:
    names = ["", "mails", "department", "district", "finer place", "review", "wrong, no review"]
    rows = [["all", *_cells(found.all)], *([name, *_cells(shares)] for name, shares in found.languages.items())]
    show.table(names, rows)


def _cells(shares: Shares) -> list[str]:
    numbers = (shares.department, shares.district, shares.finer, shares.review, shares.wrong_without_review)
    return [str(shares.mails), *(f"{100 * number:.1f} %" for number in numbers)]


def _print_confusion(found: Score) -> None:
    if not found.confusion:
        return
    show.say()
    show.say("Taken for another department", bold=True)
    for expected, department, count in found.confusion[:_MOST_CONFUSED]:
        show.say(f"{count:4}  {expected} → {department or 'none'}", indent=2)


def _print_wrong(found: Score, office: Office) -> None:
    for judged in found.wrong[:_MOST_WRONG]:
        show.say()
        show.say(f"{judged.mail.id} ({judged.mail.language}): {judged.mail.subject}", bold=True)
        where = office.gazetteer.places[judged.place].name if judged.place else "no place"
        said = f"{judged.department or 'no department'}, {judged.place} {where}" + (", review" if judged.review else "")
        wanted = " or ".join(judged.mail.departments)
        show.say(f"said: {said}; wanted: {wanted}, {' or '.join(judged.mail.places) or judged.mail.district}", indent=2)
        for sentence in judged.explain:
            show.paragraph(f"- {sentence}", indent=4, hang=2)
    if len(found.wrong) > _MOST_WRONG:
        show.say()
        show.say(f"and {len(found.wrong) - _MOST_WRONG} more; --json prints all")


# --- mine ---------------------------------------------------------------------------------------------------------


@rules.command("mine")
@rules_option
@click.option(
    "--labelled",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Labelled mails, as `rules examples` prints them: words that they contradict are left out. Several times.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it here, in place of what is there.",
)
@common
@pass_asked
def mine_(asked: Asked, folder: Path | None, files: Sequence[Path], output: Path | None) -> None:
    """
    Make hints.csv anew: single words of the phrases in keywords.csv that are mostly one department's.

    What stands in hints.csv now is not read. It is printed, or written with --output.
    """
    texts = load_office_files(settings_for_trial(asked, folder))
    departments = read_departments(texts.departments)
    codes = [*departments, *read_gazetteer(texts.places).places] if files else []
    rules = read_rules({name: text for name, text in texts.rules.items() if name != HINTS}, departments)
    found = mine(rules, [mail for file in files for mail in _labelled(file, codes)])
    if output is not None:
        _replace(output, write_hints(found))
    if asked.json:
        for each in found:
            show.emit(each._asdict())
    elif output is None:
        for line in write_hints(found).splitlines():
            show.say(line)
    else:
        show.say(f"{show.plural(len(found), 'hint')} written to {output}")


def _replace(file: Path, text: str) -> None:
    """The whole text or the old one: never half a table."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise MailbotError(f"{file} cannot be written: {error.strerror}") from error


# --- replay -------------------------------------------------------------------------------------------------------


@rules.command("replay")
@click.option(
    "--rules",
    "folder",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The new rules.",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only cases that arrived on this day or later.")
@common
@pass_asked
def replay_(asked: Asked, folder: Path, since: datetime | None) -> None:
    """
    Show who would gain and lose which of the stored cases by new rules.

    They are compared with the rules in force. Nothing is sent, and nothing is written.
    """
    settings = settings_for_trial(asked)
    old = read_office(settings, only_looks=True)
    new = office_with_rules(old, with_rules(settings, folder))
    begin = datetime.combine(since.date(), time(), INDIA) if since else None
    with database(asked) as engine:
        settled = {one.grievance.reference: tuple(d for d, _ in one.matters) for one in labels(engine)}
        stored = (
            Replayed(
                reference=each.reference,
                subject=each.subject,
                text=each.text,
                settled=settled.get(each.reference, ()),
            )
            for each in grievances(engine, since=begin)
        )
        changes = []
        for change in replay(stored, old, new):
            changes.append(change)
            if not change.is_none:
                _print_change(change, asked)
    _print_summary(summarise(changes), asked)


def _print_change(change: Change, asked: Asked) -> None:
    grievance = change.grievance
    if asked.json:
        record = {"case": grievance.reference, "before": asdict(change.before), "after": asdict(change.after)}
        show.emit({**record, "settled": list(grievance.settled), "explain": list(change.explain)})
        return
    show.say(f"{grievance.reference}  {grievance.subject}", bold=True)
    for word, where in (("was", change.before), ("new", change.after)):
        review = ", review" if where.review else ""
        departments = "+".join(filter(None, where.departments)) or "none"
        show.paragraph(f"{word}: {departments}, {where.place or 'nowhere'}{review}: {', '.join(where.posts)}", indent=2)
    if grievance.settled:
        show.say(f"the desk decided: {', '.join(grievance.settled)}", indent=2)


def _print_summary(found: ReplaySummary, asked: Asked) -> None:
    if asked.json:
        show.emit({"summary": asdict(found)})
        return
    show.say(f"{show.plural(found.changed, 'case')} of {found.cases} would go elsewhere")
    show.say(f"review: {found.review_before} by the rules in force, {found.review_after} by the new ones", indent=2)
    if found.settled:
        right = f"{found.settled_right_before} by the rules in force, {found.settled_right_after} by the new ones"
        show.say(f"as the desk decided ({show.plural(found.settled, 'case')}): {right}", indent=2)
    for title, balances in (("Departments", found.departments), ("Posts", found.posts)):
        if balances:
            show.say(title, bold=True)
        for code, balance in balances.items():
            show.paragraph(f"{code or 'no department'}: {_balance(balance)}", indent=2, hang=2)


def _balance(balance: Balance) -> str:
    parts = (("gains", balance.gains), ("loses", balance.losses))
    return "; ".join(f"{word} {len(cases)} ({_some(cases)})" for word, cases in parts if cases)


def _some(references: Sequence[str]) -> str:
    more = ", …" if len(references) > _MOST_SHOWN else ""
    return ", ".join(islice(references, _MOST_SHOWN)) + more


# --- examples -----------------------------------------------------------------------------------------------------


@rules.command
@common
@pass_asked
def examples(asked: Asked) -> None:
    """
    Print what the desk has decided as labelled mails, a JSON object a line, for `rules test`.

    They hold what citizens wrote: keep the file as you keep the mails.
    """
    gazetteer = read_office(settings_for_trial(asked), only_looks=True).gazetteer
    with database(asked) as engine:
        for label in labels(engine):
            show.emit(_example(label, gazetteer))


def _example(label: Label, gazetteer: Gazetteer) -> Mapping[str, object]:
    (department, place), *others = label.matters
    district = gazetteer.district(place) if place in gazetteer.places else ""
    return {
        "id": label.grievance.reference,
        "lang": label.grievance.language,
        "subject": label.grievance.subject,
        "body": label.grievance.text,
        "expected_department": department,
        "also_acceptable": sorted({other for other, _ in others} - {department}),
        "expected_place_district": district or None,
        "expected_place_finer": place if place and place != district else None,
        "also_place": [],
        "kind": "multi" if others else "new",
        "decided_at": label.decided_at.isoformat(),
    }
