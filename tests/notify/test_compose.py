"""Golden texts stand in `golden/`; `python -m tests.notify.test_compose` writes them anew: read them then."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.errors import ConfigurationError
from mailbot.model import (
    Address,
    Attachment,
    Case,
    CaseState,
    Channel,
    Complainant,
    EmailParts,
    Mail,
    MailKind,
    Notice,
    OutboxMessage,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Role,
    Source,
)
from mailbot.notify.compose import Composer, check_sms, read_templates

HERE = Path(__file__).parent
TEMPLATES = read_templates(
    {path.name: path.read_text("utf-8") for path in (HERE.parents[1] / "config" / "templates").iterdir()}
)
NOON = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
CMOH = Recipient(
    post="HFW-CMOH-BANKURA",
    title="Chief Medical Officer of Health, Bankura",
    role=Role.ADDRESSEE,
    officer="Dr. Anjali Example",
    address="cmoh-bankura@example.org",
    mobile="+919000000001",
    reason="health matter: 'hospital' in the subject; Onda is a block of Bankura",
)
ACS = Recipient(
    post="HFW-HEAD",
    title="Additional Chief Secretary, Health & Family Welfare",
    role=Role.COPY,
    officer="Bimal Example",
    address="acs-health@example.org",
    mobile="+919000000002",
    reason="head of the department",
)
BMOH = Recipient(
    post="HFW-BMOH-ONDA",
    title="Block Medical Officer of Health, Onda",
    role=Role.INFORMATION,
    officer="Chitra Example",
    address="bmoh-onda@example.org",
    mobile="+919000000004",
    reason="the nearest below the addressee, told for information only",
)
BDO = replace(BMOH, post="PRD-BDO-ONDA", title="Block Development Officer, Onda", role=Role.ADDRESSEE)
CASE = Case(
    reference="CM2600012349",
    version=1,
    state=CaseState.REFERRED,
    source=Source.MAIL,
    subject="No doctor at Onda hospital",
    text="There has been no doctor for three weeks.\n\nPlease help us.",
    language="en",
    complainant=Complainant(name="Rina Das", address="rina.das@example.net", mobile="+919000000003"),
    attachments=(Attachment("চিঠি.pdf", "application/pdf", 340_000),),
    department="HFW",
    place="BL-BAN-ONDA",
    review=False,
    explain=(),
    received_at=NOON,
    opened_at=NOON,
    referrals=(
        Referral(
            number=1,
            department="HFW",
            place="BL-BAN-ONDA",
            recipients=(CMOH, ACS),
            state=ReferralState.OPEN,
            referred_at=NOON,
            term=timedelta(days=7),
        ),
    ),
    message_id="<first@example.net>",
    raw_sha256="a" * 64,
)
CLOSED = replace(
    CASE,
    state=CaseState.CLOSED,
    closed_at=NOON + timedelta(days=3),
    closed_by=CMOH.post,
    action_taken="A doctor joined on 2 December.\nThe outpatient department is open.",
)
OVERDUE = replace(CASE, referrals=(replace(CASE.referrals[0], level=2),))
TELLING = replace(CASE, referrals=(replace(CASE.referrals[0], recipients=(CMOH, ACS, BMOH)),))
FOLLOW_UP = Mail(
    kind=MailKind.REPLY,
    senders=(Address("Rina Das", "rina.das@example.net"),),
    to=(),
    cc=(),
    delivered_to=(),
    subject="Re: No doctor at Onda hospital",
    date=NOON,
    message_id="<second@example.net>",
    in_reply_to=(),
    references=("<first@example.net>",),
    text="Still no doctor.\n> There has been no doctor",
    reply_text="Still no doctor.",
    attachments=(Attachment("photo.jpg", "image/jpeg", 120_000),),
    language="en",
    phones=(),
    bounced=(),
    returned_ids=(),
    bulk=False,
    spam=False,
    trace=(),
    warnings=(),
    error=None,
)


def composer() -> Composer:
    return Composer(
        TEMPLATES,
        from_address="grievance@example.org",
        token=lambda reference, post: f"{reference}-{post}".lower(),
        message_id=lambda _reference, purpose, occurrence, token: f"<{purpose}.{occurrence}.{token}@example.org>",
        reply_address=lambda _reference, token: f"grievance+{token}@example.org",
        names={"HFW": "Health & Family Welfare", "BL-BAN-ONDA": "Onda (block, Bankura)"},
    )


def notice(
    purpose: Purpose, channel: Channel, language: str = "en", *, person: Recipient | None = None, occurrence: int = 1
) -> Notice:
    to_officer = person.mobile if person and channel is Channel.SMS else person.address if person else ""
    to_citizen = CASE.complainant.mobile if channel is Channel.SMS else CASE.complainant.address
    return Notice(
        purpose=purpose,
        channel=channel,
        recipient=to_officer or to_citizen,
        language=language,
        occurrence=occurrence,
        person=person,
    )


def referral(case: Case = CASE, *, person: Recipient = CMOH) -> OutboxMessage:
    told = replace(notice(Purpose.REFERRAL, Channel.EMAIL, person=person), original_sha256="a" * 64)
    return composer().compose(told, case)


def withdrawal(case: Case = CASE, *, now_with: tuple[Recipient, ...] = (BDO,)) -> OutboxMessage:
    told = replace(notice(Purpose.WITHDRAWAL, Channel.EMAIL, person=CMOH), now_with=now_with)
    return composer().compose(told, case)


def follow_up(case: Case, *, writer: Recipient | None = None) -> OutboxMessage:
    told = replace(notice(Purpose.FOLLOW_UP, Channel.EMAIL, person=CMOH), mail=FOLLOW_UP, original_sha256="b" * 64)
    return composer().compose(replace(told, writer=writer), case)


def parts(message: OutboxMessage) -> EmailParts:
    assert message.email is not None
    return message.email


def golden_messages() -> dict[str, OutboxMessage]:
    """Everything we say, by the name of its golden file."""
    told = {
        "referral.email.en": referral(),
        "referral.email.en.information": referral(TELLING, person=BMOH),
        "withdrawal.email.en": withdrawal(),
        "follow_up.email.en": follow_up(CASE),
        "follow_up.email.en.closed": follow_up(CLOSED),
        "follow_up.email.en.dismissed": follow_up(replace(CASE, state=CaseState.DISMISSED)),
        "follow_up.email.en.office": follow_up(CLOSED, writer=CMOH),
    }
    for channel in Channel:
        alert = notice(Purpose.OVERDUE_ALERT, channel, person=ACS, occurrence=2)
        told[f"overdue_alert.{channel}.en"] = composer().compose(alert, OVERDUE)
        for language in ("en", "bn", "hi", "ne"):
            for purpose, case in ((Purpose.ACKNOWLEDGEMENT, CASE), (Purpose.CLOSURE_NOTICE, CLOSED)):
                message = composer().compose(notice(purpose, channel, language), case)
                told[f"{purpose}.{channel}.{language}"] = message
    return told


def as_golden(message: OutboxMessage) -> str:
    """The words, with the headers before and the HTML behind them."""
    if message.email is None:
        return message.text + "\n"
    head = "".join(
        f"{name}: {value}\n"
        for name, value in (
            ("Subject", message.email.subject),
            ("Message-ID", message.email.message_id),
            ("In-Reply-To", message.email.in_reply_to),
            ("References", " ".join(message.email.references)),
            ("Reply-To", message.email.reply_to),
            ("Auto-Submitted", message.email.auto_submitted),
        )
        if value
    )
    return f"{head}\n{message.text}" + (f"\n[HTML]\n{message.email.html}\n" if message.email.html else "")


@pytest.mark.parametrize("name", golden_messages())
def test_what_we_say_is_what_was_read_and_approved(name: str) -> None:
    assert as_golden(golden_messages()[name]) == (HERE / "golden" / f"{name}.txt").read_text("utf-8")


# --- whom it goes to, and in which thread ---------------------------------------------------------------------------


def test_a_message_keeps_what_makes_its_notice_unique() -> None:
    message = composer().compose(notice(Purpose.OVERDUE_ALERT, Channel.SMS, person=ACS, occurrence=2), OVERDUE)
    assert (message.reference, message.purpose, message.recipient, message.occurrence) == (
        "CM2600012349",
        Purpose.OVERDUE_ALERT,
        ACS.mobile,
        2,
    )
    assert (message.channel, message.language, message.email) == (Channel.SMS, "en", None)


def test_an_acknowledgement_answers_the_complainants_mail() -> None:
    told = composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), CASE)
    email = parts(told)
    assert (email.subject, email.in_reply_to) == ("Re: No doctor at Onda hospital", "<first@example.net>")
    assert email.references == ("<first@example.net>",)
    assert email.auto_submitted == "auto-replied"
    assert email.reply_to == "grievance+cm2600012349-complainant@example.org"


def test_the_thread_of_the_complainants_mail_is_kept() -> None:
    mail = replace(FOLLOW_UP, references=("<a@x>", "<b@x>", "<first@example.net>", "<b@x>"))
    email = parts(composer().compose(replace(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), mail=mail), CASE))
    assert email.references == ("<a@x>", "<b@x>", "<first@example.net>")
    assert email.in_reply_to == "<first@example.net>"


def test_of_a_very_long_thread_the_beginning_and_the_end_are_kept() -> None:
    mail = replace(FOLLOW_UP, references=tuple(f"<{number}@x>" for number in range(500)))
    email = parts(composer().compose(replace(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), mail=mail), CASE))
    assert len(email.references) == 20
    assert email.references[0] == "<0@x>"
    assert email.references[-2:] == ("<499@x>", "<first@example.net>")


@pytest.mark.parametrize("odd", ["", "no brackets", "<a@x>\r\nBcc: all@example.org", "<a b@x>", "<ড@x>", "<a@x><b@x>"])
def test_a_message_id_that_cannot_stand_in_a_header_is_left_out(odd: str) -> None:
    email = parts(composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), replace(CASE, message_id=odd)))
    assert (email.in_reply_to, email.references) == ("", ())


def test_an_officers_token_is_of_that_officers_post() -> None:
    assert parts(referral(person=CMOH)).reply_to == "grievance+cm2600012349-hfw-cmoh-bankura@example.org"
    assert parts(referral(person=ACS)).reply_to == "grievance+cm2600012349-hfw-head@example.org"
    assert parts(referral(person=ACS)).message_id == "<referral.1.cm2600012349-hfw-head@example.org>"


def test_an_alert_stands_in_the_officers_thread() -> None:
    alert = parts(composer().compose(notice(Purpose.OVERDUE_ALERT, Channel.EMAIL, person=ACS), OVERDUE))
    assert alert.in_reply_to == parts(referral(person=ACS)).message_id
    assert alert.message_id != alert.in_reply_to
    assert alert.auto_submitted == "auto-generated"


def test_a_referral_speaks_of_its_own_term_and_posts() -> None:
    later = replace(
        CASE.referrals[0], number=2, recipients=(ACS,), term=timedelta(hours=36), referred_at=NOON + timedelta(days=1)
    )
    case = replace(CASE, referrals=(*CASE.referrals, later))
    told = composer().compose(notice(Purpose.REFERRAL, Channel.EMAIL, person=ACS, occurrence=2), case)
    assert "4 December 2026, 12:00 am IST (within 1 day 12 hours)" in told.text
    assert CMOH.title not in told.text
    first = composer().compose(notice(Purpose.REFERRAL, Channel.EMAIL, person=ACS, occurrence=1), case)
    assert "8 December 2026, 12:00 pm IST (within 7 days)" in first.text


def test_who_is_only_told_reads_who_must_answer_and_of_no_term_of_its_own() -> None:
    message = referral(TELLING, person=BMOH)
    head = message.text.partition("THE GRIEVANCE")[0]
    assert parts(message).subject.startswith("[CM2600012349] For information: ")
    assert CMOH.title in head.partition("These must answer:")[2].partition("Case ")[0]
    for text in (head, parts(message).html):
        assert "Answer due" not in text
        assert "closes the case and is sent" not in text
    assert "Answer due" in referral(TELLING).text


def test_no_citizen_reads_who_was_only_told() -> None:
    told = composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), TELLING)
    assert (CMOH.title in told.text, BMOH.title in told.text) == (True, False)


def test_a_withdrawal_stands_in_the_thread_of_the_referral_it_takes_back() -> None:
    later = replace(CASE.referrals[0], number=2, recipients=(CMOH,))
    message = withdrawal(replace(CASE, referrals=(*CASE.referrals, later)))
    assert parts(message).in_reply_to == parts(referral()).message_id
    assert parts(message).message_id != parts(referral()).message_id


def test_a_withdrawal_says_who_must_answer_now_or_where_it_goes_on_or_that_nobody_must() -> None:
    assert BDO.title in withdrawal().text
    joined = withdrawal(replace(CASE, joined_into="CM2600000014")).text
    assert "CM2600000014" in joined
    assert "no grievance" not in joined
    dismissed = withdrawal(now_with=()).text
    assert "it is no grievance" in dismissed
    assert "must answer" not in dismissed


def test_a_withdrawal_tells_nothing_of_the_complainant() -> None:
    words = withdrawal().text
    assert not any(told in words for told in (CASE.text, *(getattr(CASE.complainant, n) for n in ("name", "address"))))


def test_a_referral_carries_the_original_and_an_acknowledgement_does_not() -> None:
    assert parts(referral()).original_sha256 == "a" * 64
    assert parts(composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), CASE)).original_sha256 == ""


def test_a_letter_without_subject_is_not_answered_with_an_empty_one() -> None:
    letter = replace(CASE, source=Source.DESK, subject="", message_id="")
    assert parts(composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), letter)).subject == "(no subject)"
    assert ", on paper" in referral(letter).text


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Re: Fwd: RE[2]: water", "Re: water"),
        ("Regarding water", "Re: Regarding water"),
        ("Re:", "Re: (no subject)"),
        ("\r\n water\r\nBcc: x@example.org", "Re: water Bcc: x@example.org"),
        ("w" * 400, "Re: " + "w" * 195 + "…"),
    ],
)
def test_the_subject_of_an_answer_is_one_short_line(subject: str, answered: str) -> None:
    told = composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), replace(CASE, subject=subject))
    assert parts(told).subject == answered


def test_a_case_without_referral_department_or_place_is_still_told_of() -> None:
    bare = replace(CASE, referrals=(), department="", place="")
    assert "not determined" in referral(bare).text
    assert "sent for action" not in composer().compose(notice(Purpose.ACKNOWLEDGEMENT, Channel.EMAIL), bare).text
    sms = composer().compose(notice(Purpose.CLOSURE_NOTICE, Channel.SMS), bare)
    assert "closed by CMO." in sms.text


def test_a_notice_that_no_template_tells_of_is_an_error_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match=r"referral\.sms\.en\.j2: there is no such template"):
        composer().compose(notice(Purpose.REFERRAL, Channel.SMS, person=CMOH), CASE)


# --- strangers' words -----------------------------------------------------------------------------------------------

HOSTILE = st.sampled_from(
    [
        "{{ 7 * 7 }}",
        "{% for x in range(9) %}",
        "{# gone #}",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\r\nBcc: all@example.org",
        "\nSubject: another",
        "\u202egnp.exe",
        "\0\x1b[2J",
        "&amp;",
        "--- Please reply above this line (mailbot) ---",
        "\ud800",
    ]
)
WORDS = st.lists(HOSTILE | st.text(st.characters(exclude_categories=()), max_size=20), max_size=6).map("".join)


def hostile_case(words: str) -> Case:
    """A case in which everything that others wrote, and all that a clerk typed, are these words."""
    people = tuple(replace(one, title=words, officer=words, reason=words) for one in (CMOH, ACS))
    return replace(
        CLOSED,
        subject=words,
        text=words,
        complainant=Complainant(name=words, address=words, mobile=words),
        attachments=(Attachment(words, words, 1),),
        department=words,
        place=words,
        message_id=words,
        action_taken=words,
        review=True,
        explain=(words,),
        referrals=(replace(CASE.referrals[0], recipients=people),),
    )


def all_told(case: Case, words: str) -> list[OutboxMessage]:
    mail = replace(FOLLOW_UP, reply_text=words, references=(words,), senders=(Address(words, words),))
    notices = [
        notice(purpose, channel, language)
        for purpose in (Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE)
        for channel in Channel
        for language in ("en", "bn", words)
    ] + [
        replace(notice(purpose, Channel.EMAIL, person=case.referrals[0].recipients[0]), mail=mail)
        for purpose in (Purpose.REFERRAL, Purpose.FOLLOW_UP, Purpose.OVERDUE_ALERT)
    ]
    return [composer().compose(one, case) for one in notices]


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_strangers_words_stay_values(words: str) -> None:
    for message in all_told(hostile_case(words), words):
        message.text.encode()
        assert "49" not in message.text.replace("CM2600012349", "") or "49" in words
        if message.email is None:
            assert re.sub(r"CM\d+|closed by \w+\.", "", message.text) == re.sub(
                r"CM\d+|closed by \w+\.", "", composer().compose(_plain(message), CLOSED).text
            )
            continue
        email = message.email
        for header in (email.subject, email.in_reply_to, email.reply_to, email.message_id, *email.references):
            assert len(header.splitlines()) <= 1
            assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in header)
        assert "<script" not in email.html
        assert "<img" not in email.html
        assert "\u202e" not in message.text + email.html + email.subject


def _plain(message: OutboxMessage) -> Notice:
    return notice(message.purpose, message.channel, message.language)


def test_markup_is_shown_as_it_was_written() -> None:
    told = referral(replace(CASE, text="{{ 7 * 7 }} & <b>bold</b>"))
    assert "{{ 7 * 7 }} & <b>bold</b>" in told.text
    assert "{{ 7 * 7 }} &amp; &lt;b&gt;bold&lt;/b&gt;" in parts(told).html


def test_a_very_long_grievance_is_cut_and_the_original_is_attached() -> None:
    told = referral(replace(CASE, text="word " * 100_000))
    assert "[…]" in told.text
    assert len(told.text) < 25_000


# --- SMS ------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    serial=st.integers(0, 99_999_999),
    department=st.text(max_size=60),
    days=st.integers(0, 9_999),
    language=st.sampled_from(["en", "bn", "hi", "ne", "bn-Latn", "hi-Latn", "und"]),
)
def test_no_sms_is_longer_than_it_may_be(serial: int, department: str, days: int, language: str) -> None:
    case = replace(
        CLOSED,
        reference=f"CM{serial:010}",
        department=department,
        referrals=(replace(CASE.referrals[0], term=timedelta(days=days)),),
    )
    for purpose in (Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE, Purpose.OVERDUE_ALERT):
        message = composer().compose(notice(purpose, Channel.SMS, language), case)
        assert check_sms(message.text, message.language) == []
        assert case.reference in message.text
        assert message.text.endswith("-CMO West Bengal")


@pytest.mark.parametrize("name", [name for name in golden_messages() if ".sms." in name])
def test_an_sms_names_nobody_and_links_nowhere(name: str) -> None:
    text = golden_messages()[name].text
    for private in ("Rina", "Onda", "doctor", "@", "http", "www", "+91", "9000000"):
        assert private not in text


@pytest.mark.parametrize(("level", "days"), [(0, 7), (1, 7), (2, 14), (52, 364)])
def test_an_overdue_sms_counts_whole_terms(level: int, days: int) -> None:
    case = replace(CASE, referrals=(replace(CASE.referrals[0], level=level),))
    message = composer().compose(notice(Purpose.OVERDUE_ALERT, Channel.SMS, person=CMOH), case)
    assert f"pending for over {days} days" in message.text


if __name__ == "__main__":
    for golden_name, golden_message in golden_messages().items():
        (HERE / "golden" / f"{golden_name}.txt").write_text(as_golden(golden_message), "utf-8")
