"""
The bytes of a winmail.dat (TNEF) go in; the files and the words inside come out. Source: MS-OXTNEF.

Promised: nothing raises and nothing is unpacked: attributes are walked once, at most `ATTRIBUTES_LIMIT` of them with
`PROPERTIES_LIMIT` properties in all, and a file is the place where its bytes stand.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ATTRIBUTES_LIMIT = 2_000
PROPERTIES_LIMIT = 50_000  # of all attributes together, each value of a list counted
_SIGNATURE = 0x223E9F78
_ATTACH_REND_DATA = 0x9002
_ATTACH_TITLE = 0x8010
_ATTACH_DATA = 0x800F
_ATTACHMENT = 0x9005
_CODE_PAGE = 0x9007
_BODY = 0x800C
_MESSAGE = 0x9003
_LONG_NAMES = (0x3707, 0x3001)  # PR_ATTACH_LONG_FILENAME, PR_DISPLAY_NAME
_PLAIN, _RTF, _HTML = 0x1000, 0x1009, 0x1013  # PR_BODY, PR_RTF_COMPRESSED, PR_BODY_HTML
_WORDS_LIMIT = 4 * 1024 * 1024  # bytes of words that are looked at
_UNICODE, _STRING8, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}


@dataclass(slots=True)
class TnefFile:
    """A file: its bytes stand from `start` on in those that were read."""

    name: bytes = b""  # as written, in the sender's charset
    long_name: str = ""
    start: int = 0
    size_bytes: int = 0


@dataclass(slots=True)
class Tnef:
    """
    What is inside. `text` is in `charset`, `html` says its own or is in that too, `rtf` is compressed; each is empty
    when there is none.
    """

    files: list[TnefFile] = field(default_factory=list)
    text: bytes = b""
    html: bytes = b""
    rtf: bytes = b""
    charset: str = "windows-1252"


def read_tnef(data: bytes) -> Tnef | None:
    """What is inside; None when these bytes are no TNEF."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    found = Tnef()
    allowance = iter(range(PROPERTIES_LIMIT))
    for name, start, end in _attributes(data):
        if name == _ATTACH_REND_DATA:
            found.files.append(TnefFile())
        elif name in (_BODY, _MESSAGE, _CODE_PAGE):
            _note_words(found, name, data[start:end], allowance)
        elif found.files:
            _note_file(found.files[-1], name, (data, start, end), allowance)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Name, beginning and end of each."""
    position = 6
    for _ in range(ATTRIBUTES_LIMIT):
        if position + 9 > len(data):
            return
        name, length = struct.unpack_from("<H2xI", data, position + 1)
        start = position + 9
        yield name, start, min(start + length, len(data))
        position = start + length + 2


def _note_words(found: Tnef, name: int, content: bytes, allowance: Iterator[int]) -> None:
    if name == _BODY:
        found.text = content.rstrip(b"\0")[:_WORDS_LIMIT]
    elif name == _CODE_PAGE and len(content) >= 4:
        found.charset = f"cp{struct.unpack_from('<I', content)[0]}"
    elif name == _MESSAGE:
        properties = _properties(content, (_PLAIN, _RTF, _HTML), allowance)
        found.rtf = properties.get(_RTF, (0, b""))[1]
        found.html = _in_utf8(*properties.get(_HTML, (0, b"")))
        kind, plain = properties.get(_PLAIN, (0, b""))
        if kind == _UNICODE:
            found.text, found.charset = _in_utf8(kind, plain), "utf-8"
        elif not found.text:
            found.text = plain.rstrip(b"\0")


def _in_utf8(kind: int, value: bytes) -> bytes:
    """A string of two bytes a letter as UTF-8; every other as it is."""
    if kind != _UNICODE:
        return value.rstrip(b"\0")
    return value.decode("utf-16-le", "replace").rstrip("\0").encode("utf-8", "replace")


def _note_file(file: TnefFile, name: int, span: tuple[bytes, int, int], allowance: Iterator[int]) -> None:
    data, start, end = span
    if name == _ATTACH_TITLE:
        file.name = data[start:end].rstrip(b"\0")
    elif name == _ATTACH_DATA:
        file.start, file.size_bytes = start, end - start
    elif name == _ATTACHMENT:
        file.long_name = _long_name(data[start:end], allowance) or file.long_name


def _long_name(data: bytes, allowance: Iterator[int]) -> str:
    """The long file name among the MAPI properties of an attachment; "" when none can be read."""
    names = _properties(data, _LONG_NAMES, allowance)
    for key in _LONG_NAMES:
        kind, value = names.get(key, (0, b""))
        if kind in (_UNICODE, _STRING8) and (name := _in_utf8(kind, value)):
            return name.decode("utf-8" if kind == _UNICODE else "cp1252", "replace")
    return ""


# --- MAPI properties ----------------------------------------------------------------------------------------------


def _properties(data: bytes, wanted: tuple[int, ...], allowance: Iterator[int]) -> dict[int, tuple[int, bytes]]:
    """The kind and the value of these properties, as far as the list can be read and the allowance lasts."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        for key, kind, value in _each_property(data, allowance):
            if key in wanted:
                found[key] = kind, value[:_WORDS_LIMIT]
    except (struct.error, IndexError):  # a list that ends too early, or goes on in a way unknown
        return found
    return found


def _each_property(data: bytes, allowance: Iterator[int]) -> Iterator[tuple[int, int, bytes]]:
    (count,) = struct.unpack_from("<I", data)
    position = 4
    for _ in zip(range(min(count, ATTRIBUTES_LIMIT)), allowance, strict=False):
        kind, key = struct.unpack_from("<HH", data, position)
        position += 4
        if key >= 0x8000:  # a named property: its name stands between
            position = _skip_property_name(data, position)
        value, position = _value(data, position, kind, allowance)
        yield key, kind, value
        if position >= len(data):
            return


def _skip_property_name(data: bytes, position: int) -> int:
    is_string: int = struct.unpack_from("<I", data, position + 16)[0]
    position += 20
    if not is_string:
        return position + 4
    length: int = struct.unpack_from("<I", data, position)[0]
    return position + 4 + (length + 3) // 4 * 4


def _value(data: bytes, position: int, kind: int, allowance: Iterator[int]) -> tuple[bytes, int]:
    base = kind & 0xFFF
    if base in (_UNICODE, _STRING8, _BINARY, _OBJECT):
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
        value = b""
        for _ in zip(range(min(count, 100)), allowance, strict=False):
            (length,) = struct.unpack_from("<I", data, position)
            value = data[position + 4 : position + 4 + min(length, _WORDS_LIMIT)]
            position += 4 + (length + 3) // 4 * 4
        return value, position
    size = _FIXED.get(base, 0)
    if not size:
        raise IndexError("an unknown property type has no known size")
    if kind & 0x1000:
        (count,) = struct.unpack_from("<I", data, position)
        return b"", position + 4 + count * size
    return b"", position + size
