"""
What `rules` and `directory` begin with: the office as the settings have it, or with rules from another folder.

In: what the user asked for. Out: an Office and the texts behind it; or every fault. No secret is needed, and without
settings the configuration that comes with mailbot is used.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from mailbot.classify.lint import Finding, Severity
from mailbot.classify.rules import read_rules
from mailbot.cli import show
from mailbot.cli.options import Asked
from mailbot.cli.session import begin
from mailbot.errors import ConfigurationError, Fault
from mailbot.intake import Office
from mailbot.settings import Settings, load_settings_or_default
from mailbot.settings.source import read_text
from mailbot.settings.tables import RulesSettings

rules_option = click.option(
    "--rules",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Rules from this folder, in place of those in force.",
)


def settings_for_trial(asked: Asked, folder: Path | None = None) -> Settings:
    """The settings without secrets, with rules from another folder where one is named."""
    begin(asked)
    return with_rules(load_settings_or_default(asked.config, os.environ), folder)


def with_rules(settings: Settings, folder: Path | None) -> Settings:
    """These settings, with the rules of a folder."""
    if folder is None:
        return settings
    return replace(settings, rules=RulesSettings(path=folder.absolute()))


def office_with_rules(office: Office, settings: Settings) -> Office:
    """
    The same office with the rules that these settings name: what is not of rules is not read again.

    Raises:
        ConfigurationError: The rules have faults.
    """
    folder = settings.rules.path
    texts = {path.name: read_text(path) for path in sorted(folder.glob("*.csv"))}
    try:
        return replace(office, rules=read_rules(texts, office.directory.departments))
    except ConfigurationError as error:
        faults = [replace(fault, file=str(folder / fault.file)) for fault in error.faults]
        raise ConfigurationError(faults) from error


def placed(finding: Finding, folder: Path) -> Finding:
    """Name the file by its path, as the clerk would open it."""
    return replace(finding, fault=replace(finding.fault, file=str(folder / finding.fault.file)))


def print_findings(findings: Sequence[Finding], asked: Asked, *, notes: bool) -> int:
    """Print them, a line each, and their number; the exit status: 1 when there is a fault."""
    shown = [each for each in findings if notes or asked.json or each.severity is not Severity.NOTE]
    for finding in shown:
        if asked.json:
            show.emit(finding_record(finding))
        else:
            show.paragraph(f"{finding.severity.value}: {finding.fault}", hang=2)
    counts = {severity: sum(each.severity is severity for each in findings) for severity in Severity}
    if not asked.json:
        show.say(", ".join(show.plural(count, severity.value) for severity, count in counts.items()))
        if counts[Severity.NOTE] and not notes:
            show.say("--notes shows the notes: phrases that give way to longer ones, and short ones")
    return 1 if counts[Severity.FAULT] else 0


def finding_record(finding: Finding) -> Mapping[str, object]:
    """A finding as --json prints it: like a fault of `check`, with its severity."""
    return {"severity": finding.severity.value, **fault_record(finding.fault)}


def fault_record(fault: Fault) -> Mapping[str, object]:
    return {name: getattr(fault, name) for name in ("file", "line", "key", "message", "hint")}
