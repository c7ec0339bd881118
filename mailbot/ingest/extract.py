"""
Adapter: the words of attached files. Runs in the child process of `apart` alone, under its limits of memory and time.

In: the bytes of a mail. Out: Letters. PDF by pdfium when it is installed (extra `attachments`); DOCX, ODT, RTF, plain
text and attached mails by our own reading; pictures and scanned pages by tesseract, old Word files by catdoc or
antiword when these are installed. What is encrypted, too large or of another kind stays closed, and a warning says so
without naming the file.
"""

import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Protocol
from xml.etree import ElementTree

from mailbot.ingest.charset import decode_text
from mailbot.ingest.content import find_content
from mailbot.ingest.documents import Closed, office_text
from mailbot.ingest.html import html_to_text
from mailbot.ingest.letter import Letter, Letters, is_readable
from mailbot.ingest.rtf import rtf_to_text
from mailbot.ingest.structure import find_structure
from mailbot.model import Attachment

try:
    import pypdfium2 as pdfium  # type: ignore[import-untyped,import-not-found,unused-ignore]  # has no types; optional
except ImportError:  # the extra is not installed: PDF files stay closed
    pdfium = None
CAN_READ_PDF = pdfium is not None

FILES_LIMIT = 10
FILE_BYTES = 20 * 1024 * 1024
TEXT_LIMIT = 60_000  # characters of a file that are kept
PAGES_LIMIT = 20
SCANNED_PAGES_LIMIT = 5
OCR_SECONDS = 40
WORD_SECONDS = 20
DPI = 200
PIXELS_LIMIT = 25_000_000
LANGUAGES = ("ben", "hin", "eng")
_PAGE_LETTERS = 20  # a page of fewer letters is a picture
_INDIAN = re.compile(r"[\u0900-\u09ff]")  # pdfium gives their vowel signs in the wrong order: a picture reads better
_OLE, _RTF, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"PK\x03\x04"
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,200}<(?:!doctype html|html|head|body|meta)\b", re.IGNORECASE)
_WORD_FILE = "application/msword"
# In UTF-8, a line a paragraph. antiword, which ends by a fault on some files, is asked where catdoc finds nothing.
_WORD_READERS = (("catdoc", "-d", "utf-8", "-w", "-"), ("antiword", "-m", "UTF-8.txt", "-w", "0", "-"))
# What a damaged or dishonest ZIP or XML makes of the libraries that read it.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ElementTree.ParseError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


def read_letters(raw: bytes) -> Letters:
    """
    The words of the attached files of a mail.

    Nothing is caught that a limit of the process may raise: the parent takes the end of the child for an answer.
    """
    structure = find_structure(raw)
    reader = _Reader()
    readable = [
        one for one in find_content(structure).files if is_readable(one.attachment.type, one.attachment.size_bytes)
    ]
    for file in readable[:FILES_LIMIT]:
        data = file.read(structure.raw, FILE_BYTES)
        if data is None:
            reader.warn("an attached file is too large to be read")
        else:
            reader.read(file.attachment, data, "" if file.start is not None else file.part.charset)
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


class _Reader:
    """Reads one file after the other; a file that cannot be read costs a warning."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.warnings: list[str] = []
        self.scanned = 0

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def read(self, file: Attachment, data: bytes, charset: str) -> None:
        try:
            text, by_machine = self._text_of(file.type, data, charset)
        except Closed as error:
            self.warn(str(error))
        except _BROKEN as error:
            self.warn(f"an attached file could not be read: {type(error).__name__}")
        else:
            if text.strip():
                self.letters.append(Letter(file.name, _clean(text), by_machine))

    def _text_of(self, kind: str, data: bytes, charset: str) -> tuple[str, bool]:
        if kind == "application/pdf":
            return self._pdf(data)
        if kind.startswith("image/"):
            return self._picture(data), True
        if kind == "message/rfc822":
            return find_content(find_structure(data)).text, False
        if kind == "text/html":
            return html_to_text(decode_text(data, charset)), False
        if kind == "text/plain":
            return decode_text(data[: 4 * TEXT_LIMIT], charset), False
        return self._document(data, is_word=kind == _WORD_FILE), False

    def _document(self, data: bytes, *, is_word: bool) -> str:
        """A written document, of whatever kind it really is: the name and the type often tell of another."""
        if data.lstrip().startswith(_RTF):
            return rtf_to_text(data, limit=TEXT_LIMIT)
        if data.startswith(_ZIP):
            return office_text(data, limit=TEXT_LIMIT)
        if _HTML.match(data):  # "saved as Word" by many programs
            return html_to_text(decode_text(data, ""))
        if not data.startswith(_OLE):
            raise Closed("an attached document is none of a kind that is known")
        if not is_word:  # Word packs an encrypted DOCX into the form of its old files
            raise Closed("an attached document is encrypted")
        return self._old_word(data)

    def _old_word(self, data: bytes) -> str:
        installed = [command for command in _WORD_READERS if shutil.which(command[0], path=_PATH)]
        if not installed:
            raise Closed("an old Word file was not read: neither catdoc nor antiword is installed")
        found = (_run(command, data, WORD_SECONDS) for command in installed)
        words = next((text for text in found if text and text.strip()), None)
        if words is None:
            raise Closed(f"an old Word file could not be read by {' or '.join(command[0] for command in installed)}")
        return words.decode("utf-8", "replace")

    # --- PDF

    def _pdf(self, data: bytes) -> tuple[str, bool]:
        if pdfium is None:
            raise Closed("an attached PDF was not read: the extra 'attachments' is not installed")
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            is_locked = "password" in str(error).lower()
            raise Closed("an attached PDF is encrypted" if is_locked else "an attached PDF is damaged") from error
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
        if not _tesseract()[0]:
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
        languages, turns = _tesseract()
        # 1 finds out first how the page lies, for photographed letters often lie on their side; 3 does not look.
        command = ("tesseract", "stdin", "stdout", "-l", languages, "--psm", "1" if turns else "3", "--dpi", str(DPI))
        done = _run(command, picture, OCR_SECONDS)
        if done is None:
            self.warn(f"a scanned page could not be read by tesseract, or not within {OCR_SECONDS} s")
        return (done or b"").decode("utf-8", "replace")


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


@cache
def _tesseract() -> tuple[str, bool]:
    """
    The languages tesseract has, of those our letters are in, and whether it can tell how a page lies; none when it is
    not installed. Asked once: the process ends with the mail.
    """
    if shutil.which("tesseract", path=_PATH) is None:
        return "", False
    there = (_run(("tesseract", "--list-langs"), b"", 10) or b"").decode("ascii", "replace").split()
    return "+".join(language for language in LANGUAGES if language in there), "osd" in there


_PATH = os.defpath + os.pathsep + "/usr/local/bin"


def _run(command: Sequence[str], data: bytes, seconds: int) -> bytes | None:
    """What a program makes of these bytes; None when it fails or takes too long. It inherits the limits of this one."""
    environment = {"PATH": _PATH, "OMP_THREAD_LIMIT": "1", "HOME": "/nonexistent"}  # antiword asks for a home
    try:
        done = subprocess.run(  # noqa: S603 - one of the fixed commands above; the file goes to its standard input
            command, input=data, capture_output=True, timeout=seconds, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else done.stdout


def _clean(text: str) -> str:
    text = decode_text(text[:TEXT_LIMIT].encode("utf-8", "replace"), "utf-8")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
