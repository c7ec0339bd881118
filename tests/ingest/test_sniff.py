"""What a file is, by declaration, first bytes and name, and which files stay closed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.sniff import keep_closed, sniff_type


@pytest.mark.parametrize(
    ("declared", "head", "name", "kind"),
    [
        ("image/png", b"%PDF-1.4", "x.pdf", "image/png"),
        ("application/octet-stream", b"%PDF-1.4", "x", "application/pdf"),
        ("", b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        ("", b"", "letter.pdf", "application/pdf"),
        ("application/octet-stream", b"no pdf at all", "letter.pdf", "application/octet-stream"),
        ("application/octet-stream", b"words", "letter.txt", "text/plain"),
        ("", b"PK\x03\x04", "a.zip", "application/zip"),
        ("", b"PK\x03\x04", "a", "application/zip"),
        ("", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "application/msword"),
        ("", b"RIFF\0\0\0\0WEBP", "a", "image/webp"),
        ("", b"\0\0\0\x18ftypmp42", "a", "video/mp4"),
        ("", b"BEGIN:VCALENDAR", "", "text/calendar"),
        ("", b"whatever", "", "application/octet-stream"),
    ],
)
def test_a_type_that_says_something_is_believed_and_another_is_found(
    declared: str, head: bytes, name: str, kind: str
) -> None:
    assert sniff_type(declared, head, name) == kind


@pytest.mark.parametrize("name", ["a.exe", "a.pdf.scr", "a.JS", "a.docm", "a.lnk ", "a.apk"])
def test_a_program_is_known_by_its_name(name: str) -> None:
    assert keep_closed("application/octet-stream", b"x", name) == "a program"


@pytest.mark.parametrize("name", ["a.pdf", "a.com.pdf", "javascript notes.docx", "a", ""])
def test_a_letter_is_no_program(name: str) -> None:
    assert keep_closed("application/pdf", b"%PDF", name) == ""


@given(st.text(max_size=30), st.binary(max_size=30), st.text(max_size=30))
def test_any_file_has_a_type(declared: str, head: bytes, name: str) -> None:
    assert sniff_type(declared, head, name)
    keep_closed(declared, head, name)
