"""read_mail and mail_identity over the corpus, over hostile bytes and over mutations of real shapes."""

import re
from dataclasses import astuple, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import mailparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.ingest.parse import mail_identity, read_mail
from mailbot.model import Address, Mail, MailKind

CORPUS = Path(__file__).parent.parent / "corpus"
SAMPLES = sorted(CORPUS.glob("*.eml"))
OURS = "grievance@example.net"


def read(name: str) -> Mail:
    return read_mail((CORPUS / f"{name}.eml").read_bytes())


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        value = astuple(value)
    if isinstance(value, tuple | list):
        return [text for item in value for text in strings(item)]
    return []


RAW_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


def assert_clean(mail: Mail) -> None:
    for text in strings(mail):
        assert "\0" not in text
        text.encode("utf-8")
    people = (*mail.senders, *mail.to, *mail.cc)
    lines = [mail.subject, mail.message_id, *mail.warnings, *mail.delivered_to, *mail.bounced, *mail.returned_ids]
    lines += [part for person in people for part in (person.name, person.address)]
    lines += [attachment.name for attachment in mail.attachments] + [value for _, value in mail.trace]
    assert all(len(line.splitlines()) <= 1 for line in lines), lines
    shown = [mail.subject, *(person.name for person in people), *(attachment.name for attachment in mail.attachments)]
    assert not any(RAW_WORD.search(text) for text in shown), shown
    assert bool(mail.reply_text.strip()) == bool(mail.text.strip())


# --- the corpus ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_comes_out_clean_and_without_error(path: Path) -> None:
    mail = read_mail(path.read_bytes())
    assert mail.error is None
    assert_clean(mail)


@pytest.mark.parametrize(
    ("name", "kind", "language"),
    [
        ("english", "new", "en"),
        ("bengali_split_words", "new", "bn"),
        ("hindi_raw_headers", "new", "hi"),
        ("nepali_html_only", "new", "ne"),
        ("romanised_bengali", "new", "bn-Latn"),
        ("new_letter_form", "new", "en"),
        ("reply_gmail_bengali", "reply", "bn"),
        ("reply_outlook", "reply", "en"),
        ("reply_original_message_hindi", "reply", "hi"),
        ("html_only_reply", "reply", "en"),
        ("forward", "forward", "en"),
        ("bounce_rfc3464", "bounce", "en"),
        ("bounce_free_text", "bounce", "en"),
        ("delay", "delay", "en"),
        ("delivery_confirmation", "receipt", "en"),
        ("read_receipt", "receipt", "en"),
        ("feedback_report", "report", "en"),
        ("out_of_office_no_header", "auto_reply", "en"),
        ("out_of_office_bengali", "auto_reply", "bn"),
    ],
)
def test_kind_and_language_of_a_sample(name: str, kind: str, language: str) -> None:
    mail = read(name)
    assert (mail.kind, mail.language) == (kind, language)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reply_gmail_bengali", "ভাতা চালু করা হয়েছে। কেস বন্ধ করুন।"),
        ("reply_outlook", "The road was repaired on 1 March. Photos are with the JE.\n\nRegards,\nS. Roy"),
        ("reply_bottom_posted", "Yes, on 28 February.\n\nIt was tested and found clean."),
        ("reply_phone_footer", "Done. Please close."),
        ("reply_original_message_hindi", "समस्या का समाधान कर दिया गया है।"),
        ("html_only_reply", "A doctor has been posted from 1 March.\nPlease close the case."),
    ],
)
def test_only_the_officers_own_words_are_the_reply(name: str, words: str) -> None:
    assert read(name).reply_text == words


@pytest.mark.parametrize("name", ["forward", "new_letter_form", "reply_only_a_quote"])
def test_nothing_is_cut_from_a_forward_a_letter_or_a_mere_quote(name: str) -> None:
    mail = read(name)
    assert mail.reply_text == mail.text


def test_a_reply_that_is_only_a_quote_says_so() -> None:
    assert any("no words" in warning for warning in read("reply_only_a_quote").warnings)


@pytest.mark.parametrize(
    ("name", "subject", "sender"),
    [
        (
            "bengali_split_words",
            "বিধবা ভাতা তিন মাস ধরে বন্ধ, দয়া করে দেখুন",
            Address("সোমা চট্টোপাধ্যায়", "soma@example.org"),
        ),
        ("hindi_raw_headers", "राशन कार्ड में नाम नहीं जुड़ा", Address("सुनीता देवी", "sunita@example.org")),
        ("nepali_html_only", "सडक बिग्रिएको", Address("Maya Tamang", "maya@example.org")),
        ("windows1252_undeclared", "Café licence", Address("Ram Das", "ram.das@example.org")),
        ("iso2022jp", "お願い", Address("Ram Das", "ram.das@example.org")),
        ("group_and_comments", "broken word", Address("Das, Ram (Ward 11)", "ram.das@example.org")),
        (
            "header_injection",
            "Hello Bcc: victim@example.org",
            Address("Ram Bcc: all@example.org", "ram.das@example.org"),
        ),
    ],
)
def test_headers_are_read_as_a_person_would(name: str, subject: str, sender: Address) -> None:
    mail = read(name)
    assert (mail.subject, mail.sender) == (subject, sender)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("windows1252_undeclared", "The café “Nandini” pays 5 € a month."),
        ("iso2022jp", "水がありません"),
        ("gb2312_label", "水費賬單"),
        ("empty_plain_full_html", "My pension is stopped\nsince January."),
        ("several_inline_texts", "See the first hole:\nand the second one, worse."),
        ("missing_boundary", "The words must not be lost."),
        ("boundary_never_comes", "Only words, no parts at all."),
        ("damaged_header", "Still readable: পানি নেই"),
        ("attached_mail", "I attach what the office wrote."),
        ("header_injection", "Text with NUL  inside."),
    ],
)
def test_the_words_of_a_sample_are_all_there_and_no_others(name: str, text: str) -> None:
    assert read(name).text == text


@pytest.mark.parametrize(
    ("name", "attachments"),
    [
        ("scan_is_the_mail", [("letter.pdf", "application/pdf", 309)]),
        (
            "rfc2231_name",
            [
                ("আবেদন.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100),
                ("", "application/pdf", 13),
                ("", "text/calendar", 30),
            ],
        ),
        ("several_inline_texts", [("রাস্তা.jpg", "image/jpeg", 603)]),
        ("attached_mail", [("", "message/rfc822", 176)]),
        ("winmail", [("Long letter to office.pdf", "application/pdf", 50)]),
        ("uuencoded", [("photo.gif", "image/gif", 3)]),
        ("english", []),
    ],
)
def test_attachments_are_listed_with_safe_names_and_their_decoded_size(
    name: str, attachments: list[tuple[str, str, int]]
) -> None:
    assert [(one.name, one.type, one.size_bytes) for one in read(name).attachments] == attachments


def test_a_bounce_names_exactly_who_failed_and_which_mail_it_was() -> None:
    machine, human = read("bounce_rfc3464"), read("bounce_free_text")
    assert machine.bounced == ("gone@example.org", "Old.Name@example.org")
    assert machine.returned_ids == ("<ours-1@example.net>",)
    assert (human.bounced, human.returned_ids) == (("gone@example.org",), ("<ours-2@example.net>",))


@pytest.mark.parametrize("name", ["delay", "read_receipt", "delivery_confirmation", "out_of_office_no_header"])
def test_what_is_no_bounce_has_no_failed_recipients(name: str) -> None:
    assert read(name).bounced == ()


def test_a_newsletter_is_bulk_and_what_the_host_marked_is_spam() -> None:
    mail, other = read("newsletter_spam"), read("english")
    assert (mail.bulk, mail.spam, other.bulk, other.spam) == (True, True, False, False)


def test_both_froms_are_seen_and_ids_stay_byte_for_byte() -> None:
    assert [one.address for one in read("two_froms").senders] == ["officer@example.org", "stranger@example.net"]
    assert read("damaged_header").message_id == "<two@at@example.org>"
    assert read("html_only_reply").references == ("<ref0@example.net>", "<ref1@example.net>")


def test_trace_headers_come_in_order_unfolded_and_delivery_addresses_with_them() -> None:
    mail = read("english")
    assert [name for name, _ in mail.trace] == ["received", "authentication-results"]
    assert mail.trace[1][1] == "mail.example.net; dkim=pass header.d=example.org; dmarc=pass header.from=example.org"
    assert mail.delivered_to == (OURS,)
    assert mail.date == datetime(2026, 3, 3, 4, 41, 12, tzinfo=UTC)


def test_the_complainants_mobile_is_found_and_the_consumer_number_is_left() -> None:
    phones = read("english").phones
    assert [(phone.e164, phone.own) for phone in phones] == [(None, False), ("+919830012345", True)]


# --- never raises -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"  \n\n "])
def test_only_an_empty_mail_has_an_error(raw: bytes) -> None:
    assert read_mail(raw).error == "the mail is empty"


@pytest.mark.parametrize(
    "raw", [b"\0", b":", b"From", b"\xff\xfe", b"no header at all, only words", b"Subject: only\n"]
)
def test_whatever_is_not_empty_is_read(raw: bytes) -> None:
    mail = read_mail(raw)
    assert mail.error is None
    assert_clean(mail)


@given(st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_clean_mail(raw: bytes) -> None:
    assert_clean(read_mail(raw))


TOKENS = [
    b"=?utf-8?B?",
    b"?=",
    b"=?utf-8?q?=00=0D=0A?=",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff",
    b"\xe0\xa6",
    b'"',
    b"<",
    b">",
    b"--b1",
    b"Content-Type: multipart/mixed; boundary=b1\n",
    b"Content-Type: text/html\n",
    b"Content-Transfer-Encoding: base64\n",
    b"charset=utf-7",
    b"+2AA-",
    b"charset=idna",
    b"filename*0*=utf-8''%00%0d",
    b"begin 644 x\n",
    b"From: ",
    b"> ",
    b"<blockquote>",
    b"\r",
    b"\xe2\x80\xa8",
    b"message/rfc822",
    b"Subject: =?",
    b"\x1b$B",
    b"2026 10:11 <a@b.c> wrote:\n",
    b";" * 50,
]


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_mutations_of_the_corpus_give_clean_mails(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(SAMPLES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(raw)))
        end = start + data.draw(st.sampled_from([0, 0, 1, 5, 60]))
        raw[start:end] = data.draw(st.sampled_from(TOKENS) | st.binary(max_size=6))
    mail = read_mail(bytes(raw))
    assert_clean(mail)
    assert len(mail_identity(bytes(raw))) == 64


def test_a_library_that_raises_costs_a_warning_not_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> None:
        raise RuntimeError("any fault whatever")

    monkeypatch.setattr(mailparser, "parse_from_bytes", fail)
    mail = read("english")
    assert mail.sender == Address("Ram Das", "ram.das@example.org")
    assert mail.date == datetime(2026, 3, 3, 4, 41, 12, tzinfo=UTC)
    assert any("mail-parser" in warning for warning in mail.warnings)


# --- identity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_same_mail_has_one_identity_however_it_is_delivered(path: Path) -> None:
    raw = path.read_bytes()
    again = b"Delivered-To: other@example.net\r\nReceived: by mx2.example.net; Wed, 4 Mar 2026\r\n" + raw
    assert mail_identity(raw) == mail_identity(again) == mail_identity(raw.replace(b"\r\n", b"\n"))


def test_no_two_samples_share_an_identity() -> None:
    assert len({mail_identity(path.read_bytes()) for path in SAMPLES}) == len(SAMPLES)


def test_without_a_message_id_from_date_subject_and_body_make_the_identity() -> None:
    mail = b"From: a@example.org\nDate: Tue, 3 Mar 2026 10:00:00 +0530\nSubject: x\n\nbody\n"
    assert mail_identity(mail) == mail_identity(b"X-Trace: 1\n" + mail)
    for part in (b"a@example.org", b"10:00", b"Subject: x", b"body"):
        assert mail_identity(mail) != mail_identity(mail.replace(part, part + b"2"))


def test_kinds_have_the_names_of_the_contract() -> None:
    assert {kind.value for kind in MailKind} >= {read(path.stem).kind.value for path in SAMPLES}


def test_mails_that_say_nothing_of_themselves_are_the_same_only_byte_for_byte() -> None:
    assert mail_identity(b"X-A: 1\r\n\r\nx") != mail_identity(b"X-B: 2\r\n\r\nx")
    assert mail_identity(b"X-A: 1\r\n\r\nx") == mail_identity(b"X-A: 1\n\nx")
