"""
Adapter: the words of attached files. Runs in the child process of `apart` alone, under its limits of memory and time.

In: the bytes of a mail. Out: Letters. PDF by pdfium when it is installed (extra `attachments`), DOCX and ODT by the
standard library, plain text and attached mails by our own reading, pictures and scanned pages by tesseract when it is
installed. What is encrypted, too large or of another kind stays closed, and a warning says so without naming the file.
"""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Protocol
from xml.etree import ElementTree

from mailbot.ingest.charset import decode_text
from mailbot.ingest.content import find_content
from mailbot.ingest.html import html_to_text
from mailbot.ingest.letter import Letter, Letters, is_readable
from mailbot.ingest.structure import Part, find_structure
from mailbot.ingest.transfer import decode_transfer

try:
    import pypdfium2 as pdfium  # type: ignore[import-untyped,import-not-found,unused-ignore]  # has no types; optional
except ImportError:  # the extra is not installed: PDF files stay closed
    pdfium = None
CAN_READ_PDF = pdfium is not None

FILES_LIMIT = 10
FILE_BYTES = 20 * 1024 * 1024
TEXT_LIMIT = 60_000  # characters of a file that are kept
XML_BYTES = 20 * 1024 * 1024
PAGES_LIMIT = 20
SCANNED_PAGES_LIMIT = 5
OCR_SECONDS = 40
DPI = 200
PIXELS_LIMIT = 25_000_000
LANGUAGES = ("ben", "hin", "eng")
_PAGE_LETTERS = 20  # a page of fewer letters is a picture
_INDIAN = re.compile(r"[\u0900-\u09ff]")  # pdfium gives their vowel signs in the wrong order: a picture reads better
_WORD_BODY = "word/document.xml"
_ODT_BODY = "content.xml"


def read_letters(raw: bytes) -> Letters:
    """
    The words of the attached files of a mail.

    Nothing is caught that a limit of the process may raise: the parent takes the end of the child for an answer.
    """
    structure = find_structure(raw)
    reader = _Reader()
    for file, part in find_content(structure).files[:FILES_LIMIT]:
        if not is_readable(file.type, file.size_bytes):
            continue
        data, cut = decode_transfer(structure.raw, (part.start, part.end), part.encoding, FILE_BYTES)
        if cut:
            reader.warn("an attached file is too large to be read")
        else:
            reader.read(file.name, file.type, data, part)
    return Letters(tuple(reader.letters), tuple(reader.warnings))


class _Bitmap(Protocol):
    buffer: bytes
    width: int
    height: int
    stride: int


class _Page(Protocol):
    """What is used of a page of pdfium, which has no types of its own."""

    def get_size(self) -> tuple[float, float]: ...

    def render(self, *, scale: float, grayscale: bool) -> _Bitmap: ...


class _Unreadable(Exception):
    """This file cannot be read; the text says why, in words for the office."""


class _Reader:
    """Reads one file after the other; a file that cannot be read costs a warning."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.warnings: list[str] = []
        self.scanned = 0

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def read(self, name: str, kind: str, data: bytes, part: Part) -> None:
        try:
            text, by_machine = self._text_of(kind, data, part)
        except _Unreadable as error:
            self.warn(str(error))
        except (
            zipfile.BadZipFile,
            ElementTree.ParseError,
            NotImplementedError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            self.warn(f"an attached file could not be read: {type(error).__name__}")
        else:
            if text.strip():
                self.letters.append(Letter(name, _clean(text), by_machine))

    def _text_of(self, kind: str, data: bytes, part: Part) -> tuple[str, bool]:
        if kind == "application/pdf":
            return self._pdf(data)
        if kind.startswith("image/"):
            return self._picture(data), True
        if kind == "message/rfc822":
            return find_content(find_structure(data)).text, False
        if kind == "text/html":
            return html_to_text(decode_text(data, part.charset)), False
        if kind == "text/plain":
            return decode_text(data[: 4 * TEXT_LIMIT], part.charset), False
        return _office_text(data), False

    # --- PDF

    def _pdf(self, data: bytes) -> tuple[str, bool]:
        if pdfium is None:
            raise _Unreadable("an attached PDF was not read: the extra 'attachments' is not installed")
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            is_locked = "password" in str(error).lower()
            raise _Unreadable("an attached PDF is encrypted" if is_locked else "an attached PDF is damaged") from error
        pages: list[str] = []
        by_machine = False
        if len(document) > PAGES_LIMIT:
            self.warn(f"only the first {PAGES_LIMIT} pages of an attached PDF were read")
        for number in range(min(len(document), PAGES_LIMIT)):
            page = document[number]
            text = str(page.get_textpage().get_text_bounded())
            if sum(char.isalpha() for char in text) < _PAGE_LETTERS or _INDIAN.search(text):
                seen = self._scanned(partial(_page_picture, page))
                by_machine = by_machine or bool(seen.strip())
                text = seen if seen.strip() else text
            pages.append(text)
        return "\n\n".join(pages), by_machine

    def _scanned(self, picture: Callable[[], bytes]) -> str:
        """A page read as a picture, while the allowance lasts and tesseract is there."""
        if not _languages():
            self.warn("a scanned page was not read: tesseract is not installed")
            return ""
        if self.scanned >= SCANNED_PAGES_LIMIT:
            self.warn(f"only the first {SCANNED_PAGES_LIMIT} scanned pages were read")
            return ""
        self.scanned += 1
        return self._recognise(picture())

    def _picture(self, data: bytes) -> str:
        return self._scanned(lambda: data)

    def _recognise(self, picture: bytes) -> str:
        command = ["tesseract", "stdin", "stdout", "-l", _languages(), "--psm", "3", "--dpi", str(DPI)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command; the picture goes to its standard input
                command, input=picture, capture_output=True, timeout=OCR_SECONDS, check=False, env=_quiet_environment()
            )
        except subprocess.TimeoutExpired:
            self.warn(f"a scanned page took more than {OCR_SECONDS} s to read")
            return ""
        if done.returncode:
            self.warn("a picture could not be read by tesseract")
            return ""
        return done.stdout.decode("utf-8", "replace")


def first_page_picture(data: bytes) -> bytes:
    """The first page of a PDF as a grey picture, as tesseract is shown it."""
    return _page_picture(pdfium.PdfDocument(data)[0])


def _page_picture(page: "_Page") -> bytes:
    """A page as a grey picture (PGM), never more than `PIXELS_LIMIT` pixels."""
    width, height = page.get_size()
    scale = DPI / 72
    pixels = max(1.0, width * height * scale * scale)
    if pixels > PIXELS_LIMIT:
        scale *= (PIXELS_LIMIT / pixels) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True)
    rows = bytes(bitmap.buffer)
    body = b"".join(rows[at * bitmap.stride : at * bitmap.stride + bitmap.width] for at in range(bitmap.height))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + body


def _languages() -> str:
    """The languages tesseract has, of those our letters are in; "" when it is not installed."""
    if shutil.which("tesseract") is None:
        return ""
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=10, check=False)  # noqa: S607 - where it is installed is the administrator's choice
    there = listed.stdout.decode("ascii", "replace").split()
    return "+".join(language for language in LANGUAGES if language in there)


def _quiet_environment() -> dict[str, str]:
    return {"PATH": os.defpath + os.pathsep + "/usr/local/bin", "OMP_THREAD_LIMIT": "1"}


# --- DOCX, ODT ----------------------------------------------------------------------------------------------------


def _office_text(data: bytes) -> str:
    """Paragraphs and table cells of a DOCX or ODT; one whose body unpacks to more than the limit stays closed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        body = next((name for name in (_WORD_BODY, _ODT_BODY) if name in names), None)
        if body is None:
            raise _Unreadable("an attached document has no text that is known")
        info = archive.getinfo(body)
        if info.flag_bits & 1:
            raise _Unreadable("an attached document is encrypted")
        if info.file_size > XML_BYTES:
            raise _Unreadable("an attached document unpacks to more than is read")
        with archive.open(info) as stream:
            return _paragraphs(stream.read(XML_BYTES))


def _paragraphs(xml: bytes) -> str:
    """The text runs of a document, a line a paragraph. Expat (2.4 and later) itself stops entities that explode."""
    found: list[str] = []
    if b"<!DOCTYPE" in xml[:4_000]:
        raise _Unreadable("an attached document declares entities: it stays closed")
    events = ElementTree.iterparse(io.BytesIO(xml), events=("start", "end"))  # noqa: S314 - no DOCTYPE, size capped
    for event, element in events:
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "tab":
            found.append("\t")
        elif event == "end" and tag == "t":
            found.append(element.text or "")
        elif event == "end" and tag in ("p", "h"):
            if "opendocument" in element.tag:
                found.append("".join(element.itertext()))
            found.append("\n")
            element.clear()
        elif event == "start" and tag == "br":
            found.append("\n")
    return "".join(found)


def _clean(text: str) -> str:
    text = decode_text(text[:TEXT_LIMIT].encode("utf-8", "replace"), "utf-8")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
