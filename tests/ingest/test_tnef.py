"""winmail.dat: the files and the words it holds, and bytes that only look like it."""

import struct
from collections.abc import Sequence
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.ingest import extract
from mailbot.ingest import tnef as tnef_module
from mailbot.ingest.apart import read_letters_apart
from mailbot.ingest.content import find_content
from mailbot.ingest.extract import read_letters
from mailbot.ingest.parse import read_mail
from mailbot.ingest.structure import find_structure
from mailbot.ingest.tnef import read_tnef
from tests.papers import docx, pdf, tnef, tnef_attribute, tnef_file, tnef_properties

WORDS = "The tube well of Simlapal is dry since May."
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
UNICODE, STRING8, BINARY = 0x1F, 0x1E, 0x102
PLAIN, RTF, HTML = 0x1000, 0x1009, 0x1013
needs_pdfium = pytest.mark.skipif(not extract.CAN_READ_PDF, reason="the extra 'attachments' is not installed")


def a_mail(data: bytes, text: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ram Das <ram@example.org>", "cm@example.net", "From Outlook"
    mail.set_content(text)
    mail.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return mail.as_bytes()


def body(*properties: tuple[int, int, bytes]) -> bytes:
    return tnef_attribute(0x9003, tnef_properties(*properties))


# --- files


def test_files_come_with_the_long_name_when_there_is_one() -> None:
    data = tnef(tnef_file("দরখাস্ত.pdf", b"12345"), tnef_attribute(0x9002, b""), tnef_attribute(0x8010, b"b.txt\0"))
    found = read_tnef(data)
    assert found is not None
    assert [(file.name, file.long_name, file.size_bytes) for file in found.files] == [
        (b"FILE~1.DAT", "দরখাস্ত.pdf", 5),
        (b"b.txt", "", 0),
    ]
    assert data[found.files[0].start :].startswith(b"12345")


def test_what_is_no_tnef_is_none() -> None:
    assert read_tnef(b"PK\3\4 and more") is None


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        pytest.param(pdf(WORDS), "letter.pdf", "application/pdf", marks=needs_pdfium),
        pytest.param(pdf(WORDS), "letter", "application/pdf", marks=needs_pdfium),
        (
            docx(WORDS),
            "letter.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (WORDS.encode(), "letter.txt", "text/plain"),
        (f"{{\\rtf1 {WORDS}}}".encode(), "letter.rtf", "application/rtf"),
    ],
)
def test_a_letter_inside_is_read_as_any_other(data: bytes, name: str, kind: str) -> None:
    raw = a_mail(tnef(tnef_file("logo.gif", b"GIF89a"), tnef_file(name, data)), "Please see the letter.")
    mail = read_letters_apart(raw, read_mail(raw))
    assert [(one.name, one.type, one.size_bytes) for one in mail.attachments] == [
        ("logo.gif", "image/gif", 6),
        (name, kind, len(data)),
    ]
    assert mail.attachment_text == WORDS


def test_a_program_inside_is_named_and_left_closed() -> None:
    mail = read_mail(a_mail(tnef(tnef_file("letter.pdf.exe", b"MZ\x90\0")), "See."))
    assert any("an attachment is a program" in warning for warning in mail.warnings)


def test_a_file_that_is_cut_short_is_read_as_far_as_it_goes() -> None:
    data = tnef(
        tnef_attribute(0x9002, b""), tnef_attribute(0x8010, b"a.txt\0"), tnef_attribute(0x800F, b"x" * 100)[:60]
    )
    raw = a_mail(data)
    assert read_letters(raw).letters[0].text == "x" * 51


# --- words


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ([tnef_attribute(0x800C, b"Plain words\0")], "Plain words"),
        ([tnef_attribute(0x9007, struct.pack("<II", 1251, 0)), tnef_attribute(0x800C, b"\xcf\xf0\0")], "Пр"),
        ([body((STRING8, PLAIN, b"Plain words\0"))], "Plain words"),
        ([body((UNICODE, PLAIN, "পানীয় জল নেই\0".encode("utf-16-le")))], "পানীয় জল নেই"),
        ([body((BINARY, HTML, b"<html><body><p>Of <b>HTML</b></p></body></html>"))], "Of HTML"),
        ([body((UNICODE, HTML, "<p>এইচটিএমএল</p>\0".encode("utf-16-le")))], "এইচটিএমএল"),
        ([body((BINARY, RTF, HELLO))], "hello world"),
        ([body((BINARY, RTF, HELLO), (BINARY, HTML, b"<p>first</p>"))], "first"),
        ([body((STRING8, 0x0070, b"topic\0"), (BINARY, RTF, HELLO))], "hello world"),
    ],
)
def test_the_words_inside_are_the_mails_when_it_has_no_others(attributes: Sequence[bytes], words: str) -> None:
    assert read_mail(a_mail(tnef(*attributes))).text == words
    assert read_mail(a_mail(tnef(*attributes), "Words of its own.")).text == "Words of its own."


def test_a_text_below_the_winmail_dat_comes_before_its_words() -> None:
    mail = EmailMessage()
    mail["From"] = "ram@example.org"
    mail.add_attachment(
        tnef(body((BINARY, RTF, HELLO))), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    mail.add_attachment("Words of its own.", disposition="inline")
    assert read_mail(mail.as_bytes()).text == "Words of its own."


# --- bounds


@given(st.binary(max_size=300), st.sampled_from([b"", tnef_attribute(0x9002, b"")]))
def test_any_bytes_behind_the_signature_are_survived(data: bytes, start: bytes) -> None:
    assert read_tnef(tnef(start, data)) is not None
    read_tnef(tnef(tnef_attribute(0x9002, b""), tnef_attribute(0x9005, data)))
    read_tnef(tnef(tnef_attribute(0x9003, data)))


def test_of_all_lists_of_properties_together_no_more_are_read_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred files, each with two thousand properties, took longer than a mail may take."""
    named = tnef_attribute(0x9005, tnef_properties((UNICODE, 0x3707, "late.pdf".encode("utf-16-le"))))
    file = tnef_attribute(0x9002, b"") + named
    monkeypatch.setattr(tnef_module, "PROPERTIES_LIMIT", 2)
    found = read_tnef(tnef(file, file, file))
    assert found is not None
    assert [each.long_name for each in found.files] == ["late.pdf", "", ""]  # a property, and its value


PROPERTIES = st.lists(
    st.tuples(
        st.sampled_from([UNICODE, STRING8, BINARY, 0x0D, 0x03, 0x101F, 0x1003, 0xFF]),
        st.sampled_from([PLAIN, RTF, HTML, 0x3707, 0x8000]),
        st.binary(max_size=60) | st.just(HELLO),
    ),
    max_size=5,
).map(lambda found: tnef_properties(*found))
ATTRIBUTES = st.lists(
    st.one_of(
        st.builds(
            tnef_attribute,
            st.sampled_from([0x9002, 0x8010, 0x800F, 0x9005, 0x9007, 0x800C, 0x9003]),
            st.binary(max_size=80) | PROPERTIES,
        ),
        st.builds(tnef_file, st.text(max_size=10), st.binary(max_size=60)),
        st.binary(max_size=12),
    ),
    max_size=8,
)


@settings(max_examples=300)
@given(ATTRIBUTES)
def test_any_attributes_give_a_clean_mail_whose_files_lie_inside(attributes: list[bytes]) -> None:
    data = tnef(*attributes)
    found = read_tnef(data)
    assert found is not None
    assert all(file.start >= 0 and file.start + file.size_bytes <= len(data) for file in found.files)
    raw = a_mail(data)
    mail = read_mail(raw)
    assert not [warning for warning in mail.warnings if "could not be read" in warning]
    mail.text.encode()
    for file in find_content(find_structure(raw)).files:
        held = file.read(raw, 1_000_000)
        assert held is not None
        assert len(held) == file.attachment.size_bytes
