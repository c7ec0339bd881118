"""The words of attached letters, read in a child process."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.ingest import documents, extract
from mailbot.ingest.apart import read_letters_apart
from mailbot.ingest.extract import read_letters
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail
from tests.papers import DOCX, ODT, a_letter, doc, docx, odt, packed, pdf

WORDS = "The tube well of Simlapal is dry since May."
needs_catdoc = pytest.mark.skipif(shutil.which("catdoc") is None, reason="catdoc is not installed")
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


@needs_pdfium
@needs_tesseract
def test_a_letter_photographed_upside_down_is_read() -> None:
    said = ["The tube well of Simlapal is dry since May and the", "tanker comes only on Monday. Please help us soon."]
    picture = extract.first_page_picture(pdf(*said, *said, *said))
    head, _, pixels = picture.partition(b" 255\n")
    letter = read(a_letter(head + b" 255\n" + pixels[::-1], "image/x-portable-graymap", "photo.pgm"))
    assert "tube well" in letter.attachment_text


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
        (docx(xml="<a>" + " " * (documents.XML_BYTES + 1) + "</a>"), DOCX, "x.docx", "unpacks to more"),
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


# --- RTF, ODT, old Word files

BENGALI = "নলকূপ শুকিয়ে গেছে, বিডিও সাহেব আসেননি।"
RTF = b"{\\rtf1\\ansi\\uc1 " + "".join(f"\\u{ord(char)}?" for char in BENGALI).encode() + f"\\par {WORDS}}}".encode()


@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        (RTF, "application/rtf", "letter.rtf"),
        (RTF, "text/rtf", "letter.rtf"),
        (RTF, "application/octet-stream", "letter"),
        (RTF, "application/msword", "letter.doc"),
        (odt(f"<text:p>{BENGALI}</text:p><text:p>{WORDS}</text:p>"), ODT, "letter.odt"),
        (odt(f"<text:p>{BENGALI}</text:p><text:p>{WORDS}</text:p>"), "application/octet-stream", "letter.odt"),
        (docx(BENGALI, WORDS), "application/msword", "letter.doc"),
        (f"<html><p>{BENGALI}</p><p>{WORDS}</p></html>".encode(), "application/msword", "letter.doc"),
        pytest.param(doc(f"{BENGALI}\n{WORDS}"), "application/msword", "letter.doc", marks=needs_catdoc),
        pytest.param(doc(f"{BENGALI}\n{WORDS}"), "application/octet-stream", "x.doc", marks=needs_catdoc),
    ],
)
def test_a_letter_in_another_kind_of_document_is_read_too(data: bytes, kind: str, name: str) -> None:
    letter = read(a_letter(data, kind, name))
    assert list(filter(None, letter.attachment_text.split("\n"))) == [BENGALI, WORDS]
    assert not letter.machine_read


def test_the_second_reader_is_asked_where_the_first_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = a_letter(doc(WORDS), "application/msword", "a.doc")
    readers = (
        ("true",),
        ("false",),
        ("sh", "-c", "cat >/dev/null; echo the words; kill -11 $$"),
        ("echo", "the words"),
    )
    monkeypatch.setattr(extract, "_WORD_READERS", readers)
    assert read_letters(raw).letters[0].text == "the words"
    monkeypatch.setattr(extract, "_WORD_READERS", readers[:3])
    assert read_letters(raw).warnings == ("an old Word file could not be read by true or false or sh",)


def test_without_a_reader_an_old_word_file_is_named_and_left_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_WORD_READERS", (("a-program-that-is-not-there",),))
    letters = read_letters(a_letter(doc(WORDS), "application/msword", "a.doc"))
    assert letters.letters == ()
    assert letters.warnings == ("an old Word file was not read: neither catdoc nor antiword is installed",)


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (doc(WORDS), DOCX, "encrypted"),
        (packed({"content.xml": "noise", "META-INF/manifest.xml": "<m:encryption-data/>"}), ODT, "encrypted"),
        (odt("", xml="<a>" + " " * (documents.XML_BYTES + 1) + "</a>"), ODT, "unpacks to more"),
        (odt("", xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), ODT, "entities"),
        (packed({"other.xml": "x"}), ODT, "no text that is known"),
        (docx(WORDS)[:60] + b"\0" * 30 + docx(WORDS)[90:], DOCX, "could not be read"),
        (b"words alone", "application/msword", "none of a kind that is known"),
        (b"{\\rtf0", "application/rtf", ""),
    ],
)
def test_a_document_that_cannot_be_read_costs_a_warning_at_most(data: bytes, kind: str, said: str) -> None:
    letters = read_letters(a_letter(data, kind, "letter.doc"))
    assert letters.letters == ()
    assert all(said in warning for warning in letters.warnings)
    assert bool(letters.warnings) == bool(said)


def test_a_spreadsheet_stays_closed() -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    mail = read(a_letter(packed({"xl/sharedStrings.xml": "<t>x</t>"}), kind, "list.xlsx"))
    assert (mail.attachment_text, mail.warnings) == ("", ())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broken_documents_of_every_kind_are_survived(data: st.DataObject) -> None:
    whole, kind = data.draw(st.sampled_from([(docx(WORDS), DOCX), (odt(f"<text:p>{WORDS}</text:p>"), ODT)]))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    letters = read_letters(a_letter(bytes(broken[: data.draw(st.integers(4, len(broken)))]), kind, "letter"))
    assert len(letters.letters) <= 1
