"""What sort of mail it is, by its form alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.parse import read_mail
from mailbot.model import MailKind

DAEMON = "From: Mail Delivery Subsystem <mailer-daemon@example.org>\nReturn-Path: <>\n"
RAM = "From: Ram Das <ram@example.org>\n"


def kind(head: str, text: str = "words") -> str:
    return read_mail(f"{head}\n{text}\n".encode()).kind.value


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\n",
        "X-Autoreply: yes\n",
        "Precedence: auto_reply\n",
        "X-POST-MessageClass: 9; Autoresponder\n",
        "Subject: Automatic reply: x\n",
        "Subject: Out of Office: x\n",
        "Subject: Automatische Antwort: x\n",
        "Subject: Réponse automatique : x\n",
        "Subject: স্বয়ংক্রিয় উত্তর: x\n",
        "Subject: स्वचालित उत्तर: x\n",
        "Subject: Respuesta automática: x\n",
        "Subject: 自动回复: x\n",
        "Subject: Autoreply: x\n",
        "Subject: Auto: x\nReturn-Path: <>\n",
    ],
)
def test_automatic_replies_with_and_without_a_header(head: str) -> None:
    assert kind(RAM + head) == MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Auto: rickshaw stand moved\n",
        "Subject: On leave encashment\n",
        "Subject: Automatic gate broken\n",
        "Auto-Submitted: no\n",
        "Subject: Undelivered voter card\n",
        "Subject: Returned mail: my letter came back\n",
        "Subject: I am on the list but got no house\n",
        "Return-Path: <ram@example.org>\n",
        "Subject: Read my petition\n",
        "Subject: Report of theft\n",
        "X-Autoreply: no\n",
        "X-Auto-Response-Suppress: All\n",
    ],
)
def test_a_grievance_that_sounds_automatic_is_none(head: str) -> None:
    assert kind(RAM + head, "I am on leave from my work because the road is broken.") == MailKind.NEW


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (DAEMON + "Subject: failure notice\n", "<x@example.net>: user unknown"),
        (DAEMON + "Subject: Unzustellbar: x\n", "x@example.net konnte nicht zugestellt werden"),
        (
            DAEMON + "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n",
            "550 5.1.1 <x@example.net>",
        ),
        (RAM + "X-Failed-Recipients: x@example.net\nSubject: Mail delivery failed\n", "x@example.net"),
        (RAM + "Return-Path: <>\nSubject: Undeliverable: x\n", "x@example.net was not found"),
    ],
)
def test_bounces_come_before_automatic_replies(head: str, text: str) -> None:
    mail = read_mail(f"{head}\n{text}\n".encode())
    assert (mail.kind, mail.bounced) == (MailKind.BOUNCE, ("x@example.net",))


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("Subject: Re: x\n", "reply"),
        ("Subject: পুনঃ: x\n", "reply"),
        ("Subject: x\nIn-Reply-To: <a@b>\n", "reply"),
        ("Subject: x\nReferences: <a@b>\n", "reply"),
        ("Subject: AW: x\n", "reply"),
        ("Subject: Fwd: x\n", "forward"),
        ("Subject: FW: x\nIn-Reply-To: <a@b>\n", "forward"),
        ("Subject: Re: Fwd: x\n", "reply"),
        ("Subject: Vs: x\n", "forward"),
        ("Subject: Vs: x\nIn-Reply-To: <a@b>\n", "reply"),
        ("Subject: Request for water\n", "new"),
        ("", "new"),
    ],
)
def test_people_write_new_mails_replies_and_forwards(head: str, wanted: str) -> None:
    assert kind(RAM + head) == wanted


@pytest.mark.parametrize(
    ("calendar", "wanted"),
    [
        ("Content-Type: text/calendar; method=REQUEST", "report"),
        ("Content-Type: text/calendar", "new"),
        ("Content-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=hearing.ics", "new"),
    ],
)
def test_what_a_calendar_writes_is_a_report_and_a_calendar_file_is_none(calendar: str, wanted: str) -> None:
    parts = f"--b\nContent-Type: text/plain\n\nHearing at 11\n--b\n{calendar}\n\nBEGIN:VCALENDAR\n--b--"
    assert kind(f"{RAM}Subject: x\nContent-Type: multipart/alternative; boundary=b\n", parts) == wanted


@pytest.mark.parametrize(
    ("head", "bulk", "spam"),
    [
        ("List-Id: <x>\n", True, False),
        ("Precedence: list\n", True, False),
        ("X-Spam-Flag: YES\n", False, True),
        ("X-Spam-Status: Yes, score=8\n", False, True),
        ("X-Spam-Status: No, score=1\nX-Spam-Status: Yes\n", False, False),
    ],
)
def test_bulk_and_spam_are_flags_beside_the_kind(head: str, bulk: bool, spam: bool) -> None:
    mail = read_mail(f"{RAM}{head}\nwords\n".encode())
    assert (mail.kind, mail.bulk, mail.spam) == (MailKind.NEW, bulk, spam)


@given(
    st.lists(
        st.sampled_from(
            [
                "Subject: failure notice",
                "Return-Path: <>",
                "Precedence: bulk",
                "From: postmaster@x.org",
                "Auto-Submitted: x",
                "Content-Type: multipart/report",
                "Subject: Read: x",
            ]
        )
        | st.text(max_size=20),
        max_size=8,
    )
)
def test_any_header_has_a_kind(lines: list[str]) -> None:
    mail = read_mail("\n".join([*lines, "", "550 5.1.1 a@example.org delayed"]).encode("utf-8", "replace"))
    assert mail.kind in MailKind
    assert mail.kind is MailKind.BOUNCE or mail.bounced == ()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Out of office! BDO never present", "Nobody signs our certificates."),
        ("BDO is out of office from 10 days", "Nobody signs our certificates."),
        ("School fees charged in summer (vacation)", "The school charges fees for the vacation."),
        ("Automated response: no action by the BDO", "I only get an automated response."),
        ("Bill", "System generated bill of Rs 14000 has come to me though the house is empty."),
        ("জল", "আমাদের গ্রামে পাম্প আছে। এটি একটি স্বয়ংক্রিয় পাম্প। তিন মাস খারাপ।"),
        ("Read: my letter about pension", "Your message said my letter has been read. Nothing came."),
        (
            "Undelivered letter",
            "Our letter was not delivered: no such person.\n\n--- Original message ---\nTo: a@b.example",
        ),
    ],
)
def test_what_a_person_may_have_written_is_automatic_by_its_words_only(subject: str, text: str) -> None:
    mail = read_mail(f"{RAM}Subject: {subject}\n\n{text}\n".encode())
    assert mail.kind not in {MailKind.NEW, MailKind.REPLY, MailKind.FORWARD}
    assert mail.by_words


def test_a_postmaster_who_is_an_officer_of_the_post_may_be_a_person() -> None:
    head = "From: Sub Postmaster Onda <spm.onda@example.org>\nSubject: Pension\n"
    mail = read_mail(f"{head}\nThe money orders have been delayed; delivery failed to the following houses.\n".encode())
    assert mail.by_words or mail.kind is MailKind.NEW


@pytest.mark.parametrize(
    "head",
    [
        RAM + "Auto-Submitted: auto-replied\nSubject: Automatic reply: x\n",
        RAM + "Return-Path: <>\nSubject: Automatic reply: x\n",
        RAM + "Subject: Undeliverable: x\nX-Failed-Recipients: x@example.net\n",
        "From: MAILER-DAEMON@example.org\nSubject: failure notice\n",
    ],
)
def test_what_its_header_marks_is_a_machines_mail_for_certain(head: str) -> None:
    mail = read_mail(f"{head}\n550 5.1.1 user unknown <x@example.net>\n".encode())
    assert mail.kind in {MailKind.AUTO_REPLY, MailKind.BOUNCE}
    assert not mail.by_words


def test_what_a_web_form_generates_may_be_a_persons_and_what_answers_us_is_not() -> None:
    form = read_mail(f"{RAM}Auto-Submitted: auto-generated\nSubject: Complaint 88\n\nNo water.\n".encode())
    assert (form.kind, form.by_words) == (MailKind.AUTO_REPLY, True)
    for head in ("In-Reply-To: <a@b>\n", "Return-Path: <>\n"):
        answer = read_mail(f"{RAM}{head}Auto-Submitted: auto-generated\nSubject: x\n\nGot it.\n".encode())
        assert not answer.by_words
