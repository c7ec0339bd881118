"""Bounces, delays, automatic replies and receipts as servers write them: their kind, and exactly who failed."""

import re
from pathlib import Path

import pytest

from mailbot.ingest.parse import read_mail

HEAD = re.compile(r"(\w+): (.*?)· (.+)")


def samples() -> list[tuple[str, str, tuple[str, ...], str]]:
    found = []
    text = (Path(__file__).parent / "automatic.txt").read_text("utf-8")
    for block in text.split("\n=== ")[1:]:
        title, _, mail = block.partition("\n")
        head = HEAD.fullmatch(title)
        assert head is not None, title
        found.append((head[3], head[1], tuple(head[2].split()), f"Date: Mon, 2 Mar 2026 10:11:12 +0530\n{mail}\n"))
    return found


@pytest.mark.parametrize(("name", "kind", "failed", "mail"), samples(), ids=lambda value: str(value)[:40])
def test_automatic_mail_has_its_kind_and_names_exactly_who_failed(
    name: str, kind: str, failed: tuple[str, ...], mail: str
) -> None:
    read = read_mail(mail.encode())
    assert (read.kind.value, read.bounced) == (kind, failed), name
