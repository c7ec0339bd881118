"""Who failed, in reports for machines and in reports for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.bounce import find_failed, find_returned_ids, read_delivery_status, split_copy


def test_only_failed_recipients_of_a_delivery_status_are_named() -> None:
    text = (
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; <a@example.org>\nAction: failed (permanent)\n\n"
        "Final-Recipient: rfc822; b@example.org\nAction: relayed\n\n"
        "Original-Recipient: rfc822; c@example.org\nFinal-Recipient: rfc822; d@example.org\nAction:\n failed\n\n"
        "Final-Recipient: rfc822; e@example.org\nStatus: 5.1.1\n"
    )
    report = read_delivery_status(text)
    assert report.failed == ("a@example.org", "c@example.org", "e@example.org")
    assert report.actions == ("failed", "relayed", "failed", "failed")


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("The following address failed:\n\n  a@example.org\n    550 user unknown\n", ("a@example.org",)),
        ("Could not deliver to a@example.org and b@example.org\n550 5.1.1", ("a@example.org", "b@example.org")),
        ("a@example.org does not exist. Contact postmaster@example.org", ("a@example.org",)),
        ("a@example.org: 550 unknown\n\n--- copy of the message ---\nCc: z@example.org", ("a@example.org",)),
        ("আপনার মেল পৌঁছানো যায়নি: a@example.org", ("a@example.org",)),
        ("Your mail from us@example.net: no such user A@example.org <a@example.org>", ("A@example.org",)),
        ("nothing here", ()),
    ],
)
def test_failed_recipients_are_found_in_free_text(text: str, failed: tuple[str, ...]) -> None:
    assert find_failed(text, not_these=["us@example.net"]) == failed


def test_ids_of_returned_mails_are_copied_as_written() -> None:
    assert find_returned_ids(["Message-ID: <a@b@c>\nmessage-id:\n <d>", "> Message-Id: <e>"]) == (
        "<a@b@c>",
        "<d>",
        "<e>",
    )


@given(st.text(max_size=500))
def test_any_text_is_read(text: str) -> None:
    words, copy = split_copy(text)
    assert len(words) + len(copy) <= len(text)
    read_delivery_status(text)
    find_failed(text, not_these=[])
