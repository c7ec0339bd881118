"""
`directory check`: whom a grievance would not reach.

In: the configuration. Out: findings, and holes by department and area. Nothing is changed.
"""

from collections import defaultdict
from collections.abc import Sequence

import click

from mailbot.classify.directory import DEPARTMENTS
from mailbot.classify.lint import Finding, Severity
from mailbot.classify.lint_directory import DirectoryReport, Hole, check_directory
from mailbot.classify.lint_titles import nobodys_titles
from mailbot.classify.rules import TITLES
from mailbot.cli import show
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.session import now
from mailbot.cli.trial import finding_record, placed, settings_for_trial
from mailbot.intake import INDIA, Office
from mailbot.office import read_office
from mailbot.settings import load_office_files

_MOST_AREAS = 8
_MOST_OF_A_KIND = 20


@click.group
@common
def directory() -> None:
    """Look at posts and officers."""


@directory.command
@common
@pass_asked
def check(asked: Asked) -> int:
    """
    Try every department from every block and town; look at every post, its holder and what people call it.

    Exit status 1 when somewhere nobody answers, 78 when the files cannot be read.
    """
    settings = settings_for_trial(asked)
    office, texts = read_office(settings, only_looks=True), load_office_files(settings)
    today = now().astimezone(INDIA).date()
    report = check_directory(office.directory, office.gazetteer, texts.directory, on=today)
    titles = nobodys_titles(texts.rules.get(TITLES, ""), office.directory)
    folders = {DEPARTMENTS: settings.departments.path, TITLES: settings.rules.path}
    found = [*report.findings, *titles]
    findings = [placed(each, folders.get(each.fault.file, settings.directory.path)) for each in found]
    if asked.json:
        _emit(findings, report, office)
    else:
        _print_findings(findings)
        _print_holes(report, office)
    return 1 if report.holes or any(each.severity is Severity.FAULT for each in findings) else 0


def _emit(findings: Sequence[Finding], report: DirectoryReport, office: Office) -> None:
    for finding in findings:
        show.emit(finding_record(finding))
    for hole in report.holes:
        name = office.names.get(hole.area, "")
        show.emit({"severity": "hole", "department": hole.department, "area": hole.area, "name": name, "why": hole.why})


def _print_findings(findings: Sequence[Finding]) -> None:
    """Each with its line; of many of one kind the first."""
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for finding in findings:
        kind = (finding.fault.file, finding.fault.key)
        seen[kind] += 1
        if seen[kind] <= _MOST_OF_A_KIND:
            show.paragraph(f"{finding.severity.value}: {finding.fault}", hang=2)
    for (file, key), count in seen.items():
        if count > _MOST_OF_A_KIND:
            show.say(f"{file}: {key}: and {count - _MOST_OF_A_KIND} more; --json prints all")


def _print_holes(report: DirectoryReport, office: Office) -> None:
    areas: defaultdict[tuple[str, str], list[Hole]] = defaultdict(list)
    for hole in report.holes:
        areas[hole.department, hole.why].append(hole)
    for (department, why), holes in areas.items():
        show.say(f"{department} {office.names[department]}: nobody answers", bold=True)
        show.paragraph(why, indent=2, hang=2)
        show.paragraph(f"from {_areas(holes, office)}", indent=2, hang=2)
    tried = f"{report.asked} ways from an area to a department tried"
    show.say(f"{tried}: {show.plural(len(report.holes), 'hole')}" if report.holes else f"{tried}: each leads to a post")


def _areas(holes: Sequence[Hole], office: Office) -> str:
    names = [f"{office.names[hole.area]} ({hole.area})" if hole.area else "anywhere" for hole in holes]
    more = len(names) - _MOST_AREAS
    return ", ".join(names[:_MOST_AREAS]) + (f" and {more} more" if more > 0 else "")
