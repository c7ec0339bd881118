"""Mails of mail systems that say in words alone what failed, what is late, and which mail it was."""

import pytest

from mailbot.ingest.parse import read_mail
from mailbot.model import Mail, MailKind

DAEMON = "From: Mail Delivery Subsystem <mailer-daemon@example.org>\nReturn-Path: <>\n"
COPY = (
    "\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <ours-1@cmo.example>\n"
)


def read(head: str, text: str) -> Mail:
    return read_mail(f"{head}\n{text}\n".encode())


def test_a_failure_in_words_names_who_failed_and_the_mail_it_returns() -> None:
    text = f"Delivery to the following recipient failed permanently:\n\n  bdo@example.com\n\n550 user unknown{COPY}"
    mail = read(f"{DAEMON}Subject: Undelivered Mail Returned to Sender\n", text)
    assert (mail.kind, mail.bounced, mail.returned_ids) == (
        MailKind.BOUNCE,
        ("bdo@example.com",),
        ("<ours-1@cmo.example>",),
    )


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Delivery is delayed. We will continue to try for two days.", MailKind.DELAY),
        ("Delivery was delayed; giving up now: permanent error for <bdo@example.com>.", MailKind.BOUNCE),
    ],
)
def test_what_is_late_has_not_failed_until_it_is_given_up(words: str, kind: MailKind) -> None:
    mail = read(f"{DAEMON}Subject: Delivery Status Notification\n", words)
    assert mail.kind is kind
    assert bool(mail.bounced) == (kind is MailKind.BOUNCE)


def test_the_header_that_names_the_failed_is_believed_before_the_words() -> None:
    head = f"{DAEMON}X-Failed-Recipients: a@example.com, b@example.com\nSubject: Mail delivery failed\n"
    assert read(head, "c@example.com could not be delivered").bounced == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    "subject", ["Returned to sender: my letter to the BDO", "Mail delivery problem in our village"]
)
def test_one_sign_alone_makes_no_bounce_of_a_grievance(subject: str) -> None:
    mail = read(f"From: Rina Das <rina.das@example.net>\nSubject: {subject}\n", "The postman never comes to Onda.")
    assert mail.kind is MailKind.NEW
