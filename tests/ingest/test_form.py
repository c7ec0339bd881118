"""Whether a mail system wrote a mail, by its sender and its envelope."""

import pytest

from mailbot.ingest.form import Form, has_null_path, is_daemon, is_strict_daemon
from mailbot.ingest.headers import Headers
from mailbot.model import Address


def a_form(name: str, address: str) -> Form:
    return Form(
        headers=Headers(()),
        subject="",
        senders=(Address(name, address),),
        own=(),
        type="text/plain",
        report_type="",
        part_types=frozenset(),
        reports=(),
        invites=False,
        text="",
    )


@pytest.mark.parametrize(
    ("name", "address", "daemon", "strict"),
    [
        ("Mail Delivery Subsystem", "mailer-daemon@example.org", True, True),
        ("", "POSTMASTER@example.org", True, True),
        ("Mail Delivery System", "robot@example.org", True, False),
        ("Rina Das", "rina.das@example.net", False, False),
        ("", "", False, False),
    ],
)
def test_a_mail_system_is_known_by_its_name_and_surely_by_its_mailbox(
    name: str, address: str, *, daemon: bool, strict: bool
) -> None:
    form = a_form(name, address)
    assert (is_daemon(form), is_strict_daemon(form)) == (daemon, strict)


@pytest.mark.parametrize(
    ("field", "value", "null"),
    [
        ("return-path", b" <>", True),
        ("return-path", b" <MAILER-DAEMON>", True),
        ("return-path", b" <rina.das@example.net>", False),
        ("subject", b" <>", False),
    ],
)
def test_an_empty_envelope_names_nobody(field: str, value: bytes, *, null: bool) -> None:
    assert has_null_path(Headers(((field, value),))) is null
