"""
The bytes of a winmail.dat (TNEF) go in; the files and the plain text inside come out. Source: MS-OXTNEF.

Promised: nothing raises and nothing is unpacked: attributes are walked once, at most `ATTRIBUTES_LIMIT` of them.
"""

import struct
from dataclasses import dataclass

ATTRIBUTES_LIMIT = 2_000
_SIGNATURE = 0x223E9F78
_ATTACH_REND_DATA = 0x9002
_ATTACH_TITLE = 0x8010
_ATTACH_DATA = 0x800F
_ATTACHMENT = 0x9005
_BODY = 0x800C
_LONG_NAMES = (0x3707, 0x3001)  # PR_ATTACH_LONG_FILENAME, PR_DISPLAY_NAME
_UNICODE, _STRING8, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}


@dataclass(slots=True)
class TnefFile:
    name: bytes = b""  # as written, in the sender's charset
    long_name: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tnef:
    files: tuple[TnefFile, ...]
    text: bytes


def read_tnef(data: bytes) -> Tnef | None:
    """What is inside; None when these bytes are no TNEF."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    files: list[TnefFile] = []
    text = b""
    for name, content in _attributes(data):
        if name == _ATTACH_REND_DATA:
            files.append(TnefFile())
        elif name == _BODY:
            text = content.rstrip(b"\0")
        elif files:
            _note(files[-1], name, content)
    return Tnef(tuple(files), text)


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    position = 6
    while position + 9 <= len(data) and len(found) < ATTRIBUTES_LIMIT:
        name, length = struct.unpack_from("<H2xI", data, position + 1)
        start = position + 9
        found.append((name, data[start : start + length]))
        position = start + length + 2
    return found


def _note(file: TnefFile, name: int, content: bytes) -> None:
    if name == _ATTACH_TITLE:
        file.name = content.rstrip(b"\0")
    elif name == _ATTACH_DATA:
        file.size_bytes = len(content)
    elif name == _ATTACHMENT:
        file.long_name = _long_name(content) or file.long_name


def _long_name(data: bytes) -> str:
    """The long file name among the MAPI properties of an attachment; "" when none can be read."""
    try:
        names = _names(data)
    except (struct.error, IndexError):
        return ""
    return next((names[key] for key in _LONG_NAMES if names.get(key)), "")


def _names(data: bytes) -> dict[int, str]:
    names: dict[int, str] = {}
    (count,) = struct.unpack_from("<I", data)
    position = 4
    for _ in range(min(count, ATTRIBUTES_LIMIT)):
        kind, key = struct.unpack_from("<HH", data, position)
        position += 4
        if key >= 0x8000:  # a named property: its name stands between
            position = _skip_property_name(data, position)
        value, position = _value(data, position, kind)
        if key in _LONG_NAMES and kind in (_UNICODE, _STRING8):
            names[key] = value.decode("utf-16-le" if kind == _UNICODE else "cp1252", "replace").rstrip("\0")
        if position >= len(data):
            break
    return names


def _skip_property_name(data: bytes, position: int) -> int:
    is_string: int = struct.unpack_from("<I", data, position + 16)[0]
    position += 20
    if not is_string:
        return position + 4
    length: int = struct.unpack_from("<I", data, position)[0]
    return position + 4 + (length + 3) // 4 * 4


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    base = kind & 0xFFF
    if base in (_UNICODE, _STRING8, _BINARY, _OBJECT):
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
        value = b""
        for _ in range(min(count, 100)):
            (length,) = struct.unpack_from("<I", data, position)
            value = data[position + 4 : position + 4 + length]
            position += 4 + (length + 3) // 4 * 4
        return value, position
    size = _FIXED.get(base, 0)
    if not size:
        raise IndexError("an unknown property type has no known size")
    if kind & 0x1000:
        (count,) = struct.unpack_from("<I", data, position)
        return b"", position + 4 + count * size
    return b"", position + size
