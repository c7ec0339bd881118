"""
`case register`: the desk, where a letter becomes a case.

In: what the clerk types and scans. Out: the case. What is registered goes the same way as a mail.
"""

import mimetypes
import sys
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path

import click

from mailbot.cases import queries
from mailbot.cli import show
from mailbot.cli.machine import machine
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.desk import Letter, Scan
from mailbot.errors import ConfigurationError
from mailbot.ingest.phone import find_phones
from mailbot.settings.source import read_text

LARGEST_SCANS_MB = 20
"""What mail servers take as attachments: the scans travel to the officers with the referral."""


@click.command
@click.option("--name", help="Who complains.")
@click.option("--mobile", help="An Indian mobile number, for the acknowledgement.")
@click.option("--address", help="An e-mail address, if there is one.")
@click.option("--subject", help="The matter in a few words.")
@click.option("--text", help="What the letter says.")
@click.option(
    "--text-file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help="A file with it; - is stdin."
)
@click.option(
    "--scan",
    "scans",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="A scanned page; may be repeated.",
)
@common
@pass_asked
def register(  # noqa: PLR0913, PLR0917 - the fields of the desk's form, each an option
    asked: Asked,
    name: str | None,
    mobile: str | None,
    address: str | None,
    subject: str | None,
    text: str | None,
    text_file: Path | None,
    scans: tuple[Path, ...],
) -> None:
    """
    Register a grievance on paper. On a terminal, what is not given is asked for.
    """
    if text is not None and text_file is not None:
        raise click.UsageError("--text and --text-file exclude each other")
    if text_file is not None:
        text = _read_letter(text_file)
    form = _Form(can_ask=sys.stdin.isatty() and not asked.json and str(text_file) != "-")
    letter = Letter(
        name=form.field("--name", "Name", name),
        mobile=_mobile(form.field("--mobile", "Mobile", mobile, optional=True)),
        address=_address(form.field("--address", "E-mail", address, optional=True)),
        subject=form.field("--subject", "Subject", subject),
        text=form.field("--text", "Text", text),
        scans=_scans(scans),
    )
    with machine(asked) as ours:
        reference = ours.register(letter).reference
        found = queries.show_case(ours.engine, reference) or {"reference": reference}
    if asked.json:
        show.emit(found)
        return
    show.say(reference, bold=True)
    show.say(f"due {show.local_time(found.get('due_at'))}; `mailbot case show {reference}` tells all", indent=2)


class _Form:
    """Asks for what was left out, where there is somebody to ask."""

    def __init__(self, *, can_ask: bool) -> None:
        self._can_ask = can_ask

    def field(self, option: str, label: str, given: str | None, *, optional: bool = False) -> str:
        if given is None and self._can_ask:
            given = click.prompt(label, default="" if optional else None, show_default=False, err=True)
        given = (given or "").strip()
        if not given and not optional:
            raise click.UsageError(f"{option} is missing or empty")
        return given


def _mobile(written: str) -> str:
    """The number as E.164, or "" for none."""
    if not written:
        return ""
    label = "mobile: "
    found = find_phones(label + written)
    if len(found) != 1 or not found[0].e164 or (found[0].start, found[0].end) != (len(label), len(label + written)):
        raise click.UsageError("--mobile must be one Indian mobile number, such as 98310 12345 or +919831012345")
    return found[0].e164


def _address(written: str) -> str:
    if not written:
        return ""
    local, at, domain = parseaddr(written)[1].rpartition("@")
    if not (local and at and domain and written == f"{local}@{domain}" and written.isascii() and " " not in written):
        raise click.UsageError("--address must be one e-mail address")
    return written


def _read_letter(path: Path) -> str:
    if str(path) != "-":
        try:
            return read_text(path)
        except ConfigurationError as error:  # it is the clerk's file, and no configuration
            raise click.UsageError(f"--text-file: {error}") from error
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError("the text on stdin is not UTF-8") from error


def _scans(paths: Sequence[Path]) -> list[Scan]:
    scans = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise click.UsageError(f"--scan {path}: {(error.strerror or type(error).__name__).lower()}") from error
        scans.append(Scan(path.name, _type(path), content))
    if sum(len(scan.content) for scan in scans) > LARGEST_SCANS_MB * 2**20:
        raise click.UsageError(f"the scans together are larger than {LARGEST_SCANS_MB} MB")
    return scans


def _type(path: Path) -> str:
    kind, encoding = mimetypes.guess_type(path.name)
    return kind if kind and not encoding else "application/octet-stream"
