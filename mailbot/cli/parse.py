"""
`parse`: how mails are read.

In: files or folders of .eml. Out: a record for each mail; the words of a letter that came attached, where `receive`
would read it, stand beside the mail's own. Nothing is stored and nothing is sent.
"""

from dataclasses import replace
from pathlib import Path

import click

from mailbot.cli import show
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.paths import Record, each_mail, letters_option, paths_argument
from mailbot.cli.session import begin
from mailbot.ingest.parse import read_mail
from mailbot.model import Address, Mail


@click.command
@paths_argument
@letters_option
@common
@pass_asked
def parse(asked: Asked, paths: tuple[Path, ...], *, letters: bool) -> int:
    """
    Show how mails are read: files, folders of .eml, or - for one mail on stdin.
    """
    begin(asked)
    return each_mail(paths, asked, lambda path, mail: _print_parsed(path, mail, asked), _parse_error, letters=letters)


def parsed(file: str, mail: Mail) -> Record:
    """A mail as `parse --json` prints it."""
    return {
        "file": file,
        "kind": mail.kind.value,
        "from": _address(mail.sender),
        "to": [_address(address) for address in mail.to],
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": " ".join(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "reply_text": mail.reply_text,
        "attachments": [{"name": one.name, "type": one.type, "size": one.size_bytes} for one in mail.attachments],
        "language": mail.language,
        "phones": list(dict.fromkeys(phone.e164 for phone in mail.phones if phone.e164)),
        "bounced": list(mail.bounced),
        "bulk": mail.bulk,
        "warnings": list(mail.warnings),
        "error": mail.error,
        "letter": mail.attachment_text,
        "machine_read": mail.machine_read,
    }


def _parse_error(file: str, error: str) -> Record:
    """The record of a mail that could not be had: the one of an empty mail, with the reason."""
    return parsed(file, replace(read_mail(b""), error=error, warnings=()))


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _print_parsed(path: str, mail: Mail, asked: Asked) -> None:
    record = parsed(path, mail)
    if asked.json:
        show.emit(record)
        return
    show.say(path, bold=True)
    show.pairs(
        {
            "kind": mail.kind.value + (", bulk" if mail.bulk else ""),
            "from": _spoken(mail.sender),
            "to": ", ".join(_spoken(address) for address in mail.to),
            "subject": mail.subject,
            "date": show.local_time(record["date"]),
            "language": mail.language,
            "mobiles": ", ".join(phone.e164 for phone in mail.phones if phone.e164),
            "files": ", ".join(f"{one.name} ({one.type}, {one.size_bytes} bytes)" for one in mail.attachments),
            "bounced": ", ".join(mail.bounced),
            "error": mail.error or "",
        },
        indent=2,
    )
    for warning in mail.warnings:
        show.say(f"warning: {warning}", indent=2)
    show.paragraph(mail.reply_text, indent=4)
    print_letter(mail)
    show.say()


def print_letter(mail: Mail) -> None:
    """The words of the letter that came attached, if there are any."""
    if mail.attachment_text:
        show.say("Attached letter, read by machine" if mail.machine_read else "Attached letter", bold=True)
        show.paragraph(mail.attachment_text, indent=2)


def _spoken(address: Address) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address
