"""
The bytes of a DOCX or ODT go in; its words come out, a line a paragraph. Called in the child of `apart` alone.

Promised: only the one file that holds the words is unpacked, piece by piece, and no more of it than `XML_BYTES`;
reading ends when `limit` characters are found. Raises Closed for what stays closed, and what zipfile and expat raise
for what is broken.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from xml.etree import ElementTree

XML_BYTES = 20 * 1024 * 1024
_PIECE = 64 * 1024
_WORD_BODY, _ODT_BODY, _MANIFEST = "word/document.xml", "content.xml", "META-INF/manifest.xml"
_MANIFEST_BYTES = 1024 * 1024
_SPACES_LIMIT = 100
_ENDS_LINE = frozenset({"p", "h"})
_BREAKS = frozenset({"br", "cr", "line-break"})
# Deleted words, remarks of others, and what is said once more for old programs.
_LEFT_OUT = frozenset({"tracked-changes", "annotation", "Fallback", "del", "moveFrom"})


class Closed(Exception):
    """This file is not read; the text says why, in words for the office."""


class _Enough(Exception):
    """So many characters were found as were asked for."""


def office_text(data: bytes, *, limit: int) -> str:
    """Paragraphs and table cells of a DOCX or ODT."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = frozenset(archive.namelist())
        body = next((name for name in (_WORD_BODY, _ODT_BODY) if name in names), None)
        if body is None:
            raise Closed("an attached document has no text that is known")
        info = archive.getinfo(body)
        if info.flag_bits & 1 or (_MANIFEST in names and _says_encrypted(archive)):
            raise Closed("an attached document is encrypted")
        if info.file_size > XML_BYTES:
            raise Closed("an attached document unpacks to more than is read")
        return _words_of(archive, info, limit)


def _says_encrypted(archive: zipfile.ZipFile) -> bool:
    """Whether an ODT is: then its words are packed as noise, and only its list of files says so."""
    with archive.open(_MANIFEST) as stream:
        return b"encryption-data" in stream.read(_MANIFEST_BYTES)


def _words_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> str:
    """Expat (2.4 and later) itself stops entities that explode; a document that declares any is not read at all."""
    words = _Words(limit)
    parser = ElementTree.XMLParser(target=words)  # noqa: S314 - a document with a DOCTYPE is refused, its size is capped
    left = XML_BYTES
    with archive.open(info) as stream:
        try:
            while left > 0 and (piece := stream.read(_PIECE)):
                parser.feed(piece)
                left -= len(piece)
            parser.close()
        except _Enough:
            pass
    return words.close()


class _Words:
    """
    What the parser tells its findings. In a DOCX words stand in `t` alone, in an ODT wherever a paragraph is open.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._found: list[str] = []
        self._silent = 0  # how many elements are open within one that is left out
        self._open = 0  # elements that hold words

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise Closed("an attached document declares entities: it stays closed")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        space, _, name = tag.rpartition("}")
        if self._silent or name in _LEFT_OUT:
            self._silent += 1
        elif name == "tab" and not attributes.get(f"{space}}}pos"):  # with a position it is a setting, not a letter
            self._say("\t")
        elif name in _BREAKS:
            self._say("\n")
        elif name == "s" and "opendocument" in space:
            count = attributes.get(f"{space}}}c", "1")
            self._say(" " * min(int(count) if count.isascii() and count.isdigit() else 1, _SPACES_LIMIT))
        elif _holds_words(space, name):
            self._open += 1

    def end(self, tag: str) -> None:
        space, _, name = tag.rpartition("}")
        if self._silent:
            self._silent -= 1
            return
        if _holds_words(space, name):
            self._open -= 1
        if name in _ENDS_LINE:
            self._say("\n")

    def data(self, text: str) -> None:
        if self._open and not self._silent:
            self._say(text)

    def close(self) -> str:
        return "".join(self._found)

    def _say(self, text: str) -> None:
        self._found.append(text[: self._left])
        self._left -= len(text)
        if self._left <= 0:
            raise _Enough


def _holds_words(space: str, name: str) -> bool:
    return name in _ENDS_LINE if "opendocument" in space else name == "t"
