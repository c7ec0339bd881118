"""
A part's bytes and its transfer encoding go in; its content, or the size its content would have, comes out.

Promised: nothing raises, broken encodings give what can be had, time is linear, and no more than `limit` bytes of a
part are decoded. A size is computed without decoding wherever that is possible.
"""

import binascii
import re

_BASE64 = frozenset({"base64", "base-64", "b64"})
_QUOTED = frozenset({"quoted-printable", "quotedprintable", "quoted_printable", "qp"})
_UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue", "x-uu"})
_CODED = re.compile(rb"[A-Za-z0-9+/]{24}")  # no word is so long
_PADDED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_UU_FILE = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,255})\n", re.MULTILINE)


def is_base64(encoding: str) -> bool:
    return encoding in _BASE64


def decode_transfer(raw: bytes, span: tuple[int, int], encoding: str, limit: int) -> tuple[bytes, bool]:
    """The content of a part, and whether the limit cut some of it off."""
    start, end = span
    if encoding in _BASE64:
        # Four characters and a line end for three bytes; a little more than is needed does no harm.
        cut = min(end, start + limit * 3 // 2)
        return _from_base64(raw[start:cut])[:limit], cut < end
    if encoding in _QUOTED:
        cut = min(end, start + limit * 3)
        data = _from_quoted(raw[start:cut])
        return data[:limit], cut < end or len(data) > limit
    if encoding in _UU:
        return decode_uu(raw[start : min(end, start + limit * 3 // 2)].decode("latin-1"))[:limit], end - start > limit
    cut = min(end, start + limit)
    return raw[start:cut], cut < end


def _from_quoted(data: bytes) -> bytes:
    """Quoted-printable; blanks that were added behind a soft line break are no part of it (RFC 2045 6.7)."""
    return binascii.a2b_qp(_PADDED_BREAK.sub(b"=", data))


def _from_base64(data: bytes) -> bytes:
    """Base64 with what real mail does to it: no padding, foreign characters, a plain-text footer, no base64 at all."""
    body, mark, rest = data.partition(b"=")
    foreign = len(_NOT_BASE64.findall(body[:4_000]))
    if foreign * 10 > min(len(body), 4_000) or (foreign and not _CODED.search(body, 0, 400)):
        return data
    rest = rest.lstrip(b"=\r\n\t ") if mark else b""
    kept = body if not _NOT_BASE64.search(body) else _NOT_BASE64.sub(b"", body)
    kept = kept.translate(None, b" \t\r\n\f\v")
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    content = binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
    if rest and b" " in rest and _NOT_BASE64.search(rest):
        return content + b"\n" + rest  # a list server has added its footer in the clear
    return content + _more_base64(rest) if rest else content


def _more_base64(rest: bytes) -> bytes:
    """Further base64 streams behind the padding of the first."""
    streams = (re.sub(rb"[^A-Za-z0-9+/]", b"", stream) for stream in rest.split(b"="))
    whole = (stream[:-1] if len(stream) % 4 == 1 else stream for stream in streams)
    return b"".join(binascii.a2b_base64(stream + b"=" * (-len(stream) % 4)) for stream in whole)


def content_size(raw: bytes, span: tuple[int, int], encoding: str) -> int:
    """How many bytes the content has; counted, not decoded."""
    start, end = span
    if encoding in _BASE64:
        lines = raw.count(b"\n", start, end)
        blanks = 2 * lines if b"\r\n" in raw[start : min(end, start + 1_000)] else lines
        pads = raw.count(b"=", max(start, end - 16), end)
        return max(0, (end - start - blanks - pads) * 3 // 4)
    if encoding in _QUOTED:
        return len(_from_quoted(raw[start:end]))
    if encoding in _UU:
        return max(0, (end - start) * 45 // 62)
    return end - start


def decode_uu(text: str) -> bytes:
    """The bytes of one uuencoded file; lines that are none are passed over."""
    found = bytearray()
    for line in text.splitlines():
        if line.startswith("begin ") or not line.strip():
            continue
        if line.strip() == "end":
            break
        found += _uu_line(line)
    return bytes(found)


def _uu_line(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except (binascii.Error, ValueError):
        # Some encoders pad a line too far: the first character says how much counts.
        length = (ord(line[0]) - 32) & 63
        try:
            return binascii.a2b_uu(line[: 1 + (length * 4 + 5) // 3])
        except (binascii.Error, ValueError):
            return b""


def take_uu_files(text: str) -> tuple[str, list[tuple[str, int]]]:
    """Cut uuencoded files out of a text; give the text without them, and their names and sizes."""
    files: list[tuple[str, int]] = []
    kept: list[str] = []
    position = 0
    while (begin := _UU_FILE.search(text, position)) is not None:
        size, end = _measure_uu(text, begin.end())
        if size is None:
            kept.append(text[position : begin.end()])
        else:
            kept.append(text[position : begin.start()])
            files.append((begin[1].strip(), size))
        position = end
    return "".join([*kept, text[position:]]), files


def _measure_uu(text: str, start: int) -> tuple[int | None, int]:
    """The size of the file whose lines begin here and where they end; no size when they are no uuencoded file."""
    size, position = 0, start
    while (line_end := text.find("\n", position)) >= 0 or position < len(text):
        line_end = len(text) if line_end < 0 else line_end
        line = text[position:line_end]
        if line.rstrip() == "end":
            return size, min(line_end + 1, len(text))
        if len(line) > 100 or not _looks_uu(line):
            break
        size += len(_uu_line(line)) if line.strip() else 0
        position = line_end + 1
    return None, start


def _looks_uu(line: str) -> bool:
    """Whether a line's first character tells its length, as in every uuencoded line."""
    line = line.rstrip("\r")
    if line in ("", "`", " "):
        return True
    needed = ((ord(line[0]) - 32 & 63) + 2) // 3 * 4
    return " " <= line[0] <= "`" and needed - 3 <= len(line) - 1 <= needed + 3
