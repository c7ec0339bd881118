"""The words of attached letters, read in a child process."""

import shutil
from pathlib import Path

import pytest

from mailbot.ingest import extract
from mailbot.ingest.apart import read_letters_apart
from mailbot.ingest.extract import read_letters
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail
from tests.papers import DOCX, a_letter, docx, pdf

WORDS = "The tube well of Simlapal is dry since May."
needs_pdfium = pytest.mark.skipif(not extract.CAN_READ_PDF, reason="the extra 'attachments' is not installed")
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


def read(raw: bytes) -> Mail:
    return read_letters_apart(raw, read_mail(raw))


@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        (docx(WORDS), DOCX, "letter.docx"),
        (docx(WORDS), "application/octet-stream", "letter.docx"),
        (WORDS.encode(), "application/octet-stream", "letter.txt"),
        (f"<p>{WORDS}</p>".encode(), "application/octet-stream", "letter.html"),
        pytest.param(pdf(WORDS), "application/pdf", "letter.pdf", marks=needs_pdfium),
        pytest.param(pdf(WORDS), "application/octet-stream", "scan", marks=needs_pdfium),
    ],
)
def test_the_words_of_an_attached_letter_are_read_beside_the_writers_own(data: bytes, kind: str, name: str) -> None:
    letter = read(a_letter(data, kind, name))
    assert WORDS in letter.attachment_text
    assert (letter.text, letter.machine_read) == ("Please see the letter.", False)


def test_cells_of_a_table_are_read() -> None:
    assert "ward\t11" in read_letters(a_letter(docx("ward</w:t><w:tab/><w:t>11"), DOCX, "a.docx")).letters[0].text


@needs_pdfium
@needs_tesseract
def test_a_scanned_page_is_read_by_tesseract_and_marked_as_machine_read() -> None:
    picture = extract.first_page_picture(pdf(WORDS[:30]))
    letter = read(a_letter(picture, "image/x-portable-graymap", "scan.pgm"))
    assert "tube well" in letter.attachment_text
    assert letter.machine_read
    assert any("a person must look" in warning for warning in letter.warnings)


def test_a_mail_that_speaks_for_itself_comes_back_unchanged() -> None:
    raw = a_letter(docx(WORDS), DOCX, "letter.docx", text=WORDS * 20)
    whole = read_mail(raw)
    assert read_letters_apart(raw, whole) is whole


@pytest.mark.parametrize(
    ("data", "kind", "name", "said"),
    [
        (b"%PDF-1.4 garbage", "application/pdf", "x.pdf", "PDF"),
        (b"PK\x03\x04 broken", DOCX, "x.docx", "could not be read"),
        (docx(xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), DOCX, "x.docx", "entities"),
        (docx(xml="<a>" + " " * (extract.XML_BYTES + 1) + "</a>"), DOCX, "x.docx", "unpacks to more"),
    ],
)
def test_what_cannot_be_read_costs_a_warning(data: bytes, kind: str, name: str, said: str) -> None:
    letter = read(a_letter(data, kind, name))
    assert letter.attachment_text == ""
    assert any(said in warning for warning in letter.warnings)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"MZ\x90\0", "letter.pdf", "a program"),
        (b"x", "letter.pdf.exe", "a program"),
        (b"x", "letter.js", "a program"),
        (b"PK\x03\x04\x14\0\x01\0", "letter.zip", "encrypted"),
        (b"PK\x03\x04\x14\0\0\0", "letter.zip", "an archive"),
        (b"Rar!\x1a\x07\0", "letter.rar", "an archive"),
    ],
)
def test_programs_archives_and_what_is_encrypted_are_named_and_left_closed(data: bytes, name: str, said: str) -> None:
    letter = read(a_letter(data, "application/octet-stream", name))
    assert any(f"an attachment is {said}" in warning for warning in letter.warnings)
    assert letter.attachment_text == ""


def test_a_child_that_dies_costs_a_warning_not_the_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.ingest.apart._command", lambda: ["false"])
    letter = read(a_letter(WORDS.encode(), "text/plain", "letter.txt"))
    assert any("limits of time and memory" in warning for warning in letter.warnings)


def test_the_samples_of_the_corpus_are_read_without_a_fault() -> None:
    for path in sorted((Path(__file__).parent.parent / "corpus").glob("*.eml")):
        read_letters(path.read_bytes())
