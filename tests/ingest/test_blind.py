"""
Mails that were written without sight of this program, with what a careful person reads in them (blind.jsonl).

Replies in some sixty languages and as many mail programs, bounces and other automatic mail, hard headers and charsets.
A label that is absent was not sure; `reply_has` are the writer's own sentences, `reply_lacks` those of others.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from mailbot.ingest.parse import read_mail
from mailbot.model import Address, Mail

Label = dict[str, Any]
MAILS: list[Label] = [
    json.loads(line) for line in Path(__file__).with_name("blind.jsonl").read_text("utf-8").splitlines()
]


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def person(address: Address) -> tuple[str, str]:
    return one_line(address.name), address.address


def labelled(people: list[Label]) -> list[tuple[str, str]]:
    return [(one_line(each.get("name")), each.get("address") or "") for each in people]


def wrong(mail: Mail, label: Label) -> list[str]:
    """The labels that the mail as read does not have."""
    text, reply = one_line(mail.text), one_line(mail.reply_text)
    read = {
        "kind": mail.kind.value,
        "bulk": mail.bulk,
        "message_id": mail.message_id.strip("<>"),
        "in_reply_to": " ".join(mail.in_reply_to),
        "references": list(mail.references),
        "subject": one_line(mail.subject),
        "to": [person(address) for address in mail.to],
        "bounced": sorted(address.lower() for address in mail.bounced),
    }
    told = {
        **label,
        "message_id": (label.get("message_id") or "").strip("<>"),
        "subject": one_line(label.get("subject")),
        "to": labelled(label.get("to", [])),
        "bounced": sorted(address.lower() for address in label.get("bounced", [])),
    }
    missed = [key for key, value in read.items() if key in label and value != told[key]]
    sender = {"name": one_line(mail.sender.name), "address": mail.sender.address}
    missed += [f"from.{key}" for key, value in label.get("from", {}).items() if one_line(value) != sender[key]]
    for key, words, has in (("text_has", text, True), ("text_lacks", text, False), ("reply_has", reply, True)):
        missed += [f"{key}: {piece}" for piece in label.get(key, []) if (one_line(piece) in words) is not has]
    missed += [f"reply_lacks: {piece}" for piece in label.get("reply_lacks", []) if one_line(piece) in reply]
    return missed + ([] if files_are(mail, label) else ["attachments"])


def files_are(mail: Mail, label: Label) -> bool:
    files: list[Label] | None = label.get("attachments")
    if files is None:
        return True
    return len(files) == len(mail.attachments) and all(
        one_line(file.get("name", read.name)) == one_line(read.name)
        and file.get("type", read.type).lower() == read.type.lower()
        for file, read in zip(files, mail.attachments, strict=True)
    )


@pytest.mark.parametrize("label", MAILS, ids=lambda label: label["class"])
def test_a_mail_written_blind_is_read_as_a_careful_person_reads_it(label: Label) -> None:
    assert wrong(read_mail(base64.b64decode(label["raw"])), label) == []
