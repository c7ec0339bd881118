"""
Header fields as they stand in the mail (names and raw bytes) go in; what a person would read comes out.

Promised: every string is one line, without NUL, lone surrogate or a raw encoded word; nothing raises; time is linear in
a field's length, and a field is at most `FIELD_LIMIT` bytes long. Message-IDs are opaque: never decoded, never folded.
"""

import binascii
import re
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailbot.ingest.charset import decode_text, find_codec

FIELD_LIMIT = 64 * 1024
_SHOWN_LIMIT = 4_000  # characters of a subject or a name: more is no subject
_START = re.compile(r"=\?([^?=\s]{1,60})\?([bBqQ])\?")
_LEFTOVER = re.compile(r"=\?[^?\s]{0,60}\?(?:[bBqQ]\?)?|\?=")
_SPACES = re.compile(r"[\s\x00-\x20\x7f-\x9f\u2028\u2029]+")
# Characters that turn the reading direction: "exe.fdp" must not be shown as "pdf.exe".
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F], "")
_HEX = frozenset("0123456789abcdefABCDEF")
_ID = re.compile(r"<[^<>]{1,998}>")
_FOLD = re.compile(r"[\r\n]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one mail or part, in order: lower-case names, raw values still folded and encoded."""

    fields: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> list[bytes]:
        """Every value of this field, topmost first."""
        return [value for field, value in self.fields if field == name]

    def has(self, *names: str) -> bool:
        return any(field in names for field, _ in self.fields)

    def first(self, name: str, charset: str = "") -> str:
        """The topmost value, decoded to one line; "" when there is none."""
        values = self.raw(name)
        return decode_header(values[0], charset) if values else ""

    def token(self, name: str) -> str:
        """The topmost value's first word, lower case: for fields that hold a keyword."""
        words = re.split(r"[\s;(]", self.first(name).strip(), maxsplit=1)
        return words[0].strip("\"'").lower()


def unfold(value: bytes, charset: str = "") -> str:
    """One line of text, encoded words left as they are; `charset` is the body's, for raw 8-bit bytes alone."""
    wide = find_codec(charset).startswith(("utf-16", "utf-32"))  # no header is written so
    text = decode_text(value[:FIELD_LIMIT], "" if wide or value.isascii() else charset)
    return one_line(re.sub(r"[\r\n]+[ \t]?", lambda fold: " " if fold[0][-1] in " \t" else "", text))


def decode_header(value: bytes, charset: str = "") -> str:
    """A field's text: raw 8-bit bytes and encoded words decoded, also split and broken ones."""
    return decode_words(unfold(value, charset))[:_SHOWN_LIMIT].strip()


def one_line(text: str) -> str:
    """No line break, no control character, no mark that turns the reading direction."""
    if text.isprintable() and "\u2028" not in text:
        return text.strip()
    return _SPACES.sub(" ", text.translate(_BIDI)).strip()


def decode_words(text: str) -> str:
    """Decode the encoded words in a line (RFC 2047), and those that decoding brings to light."""
    for _ in range(3):
        if "=?" not in text:
            break
        text = one_line("".join(shown for _, shown in split_words(text)))
    is_raw = 0 <= text.find("=?") < text.rfind("?=") or _START.search(text)
    return one_line(_LEFTOVER.sub("", text)) if is_raw else text


def split_words(text: str) -> list[tuple[bool, str]]:
    """Cut a line into (False, as written) and (True, decoded) pieces; blanks between encoded words are gone."""
    pieces: list[tuple[bool, str]] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    while (start := _START.search(text, position)) is not None:
        between = text[position : start.start()]
        if between.strip() or not run:
            _flush(run, pieces)
            pieces.append((False, between))
        end = _word_end(text, start.end(), start[2])
        run.append((start[1].split("*")[0], start[2].upper(), text[start.end() : end]))
        position = end + 2
    _flush(run, pieces)
    pieces.append((False, text[position:]))
    return [piece for piece in pieces if piece[1]]


def _word_end(text: str, start: int, encoding: str) -> int:
    """Where the payload of an encoded word ends; the end of the line when its mark was cut off."""
    end = text.find("?=", start)
    if end < 0:
        return len(text)
    # "who?=20me?=": a question mark that the sender forgot to encode, before an encoded byte.
    while encoding in "qQ" and len(code := text[end + 2 : end + 4]) == 2 and set(code) <= _HEX:
        later = text.find("?=", end + 2)
        if later < 0 or " " in text[end:later]:
            break
        end = later
    return end


def _flush(run: list[tuple[str, str, str]], pieces: list[tuple[bool, str]]) -> None:
    """Decode neighbouring encoded words; those of one charset together, for a character may be split over two."""
    while run:
        charset, encoding, _ = run[0]
        same = 0
        while same < len(run) and run[same][0].lower() == charset.lower() and run[same][1] == encoding:
            same += 1
        payloads = [payload for _, _, payload in run[:same]]
        data = _join_base64(payloads) if encoding == "B" else b"".join(map(_decode_q, payloads))
        pieces.append((True, decode_text(data, charset if find_codec(charset) else "")))
        del run[:same]


def _join_base64(payloads: Sequence[str]) -> bytes:
    if all(len(payload.rstrip("=").strip()) % 4 != 1 and len(payload) % 4 == 0 for payload in payloads):
        return b"".join(map(decode_base64_word, payloads))
    if len(payloads) > 1 and not any("=" in payload.rstrip("= ") or payload.endswith("=") for payload in payloads[:-1]):
        return decode_base64_word("".join(payloads))  # the stream itself was cut, not its bytes
    return b"".join(map(decode_base64_word, payloads))


def decode_base64_word(payload: str) -> bytes:
    """Base64 that may lack its padding or hold foreign characters."""
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", payload.encode("ascii", "ignore"))
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _decode_q(payload: str) -> bytes:
    return binascii.a2b_qp(payload.replace(" ", "_").encode("utf-8", "replace"), header=True)


# --- parameters ---------------------------------------------------------------------------------------------------

_PARAM_LIMIT = 100


def split_params(value: str) -> tuple[str, dict[str, str]]:
    """A Content-Type or Content-Disposition value → its first word, lower case, and its parameters, decoded."""
    pieces = _split_outside_quotes(value, ";", _PARAM_LIMIT)
    found: dict[str, str] = {}
    for piece in pieces[1:]:
        name, equals, content = piece.partition("=")
        if equals and (key := name.strip().lower()):
            found.setdefault(key, _unquote(content.strip()))
    # A boundary is compared byte for byte, so nothing in it is decoded.
    plain = {
        key: content if key == "boundary" else decode_words(content) for key, content in found.items() if "*" not in key
    }
    return pieces[0].strip().lower(), plain | _join_continued(found)


def _join_continued(found: dict[str, str]) -> dict[str, str]:
    """RFC 2231: `name*0*=utf-8''…; name*1=…` becomes `name`."""
    groups: dict[str, list[tuple[int, bool, str]]] = {}
    for key, content in found.items():
        base, star, rest = key.partition("*")
        if star:
            number = rest.rstrip("*")
            order = int(number) if number.isdecimal() and len(number) < 4 else 0
            groups.setdefault(base, []).append((order, rest.endswith("*") or not rest, content))
    return {base: _decode_continued(sorted(pieces)) for base, pieces in groups.items() if base}


def _decode_continued(pieces: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for index, (_, encoded, content) in enumerate(pieces):
        text = content
        if index == 0 and encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += urllib.parse.unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode_words(one_line(decode_text(data, charset)))


def _unquote(text: str) -> str:
    if text.startswith('"'):
        text = text[1:].rstrip()
        text = text[:-1] if text.endswith('"') else text
        return re.sub(r"\\([\\\"])", r"\1", text)
    return text


def _split_outside_quotes(text: str, separators: str, limit: int) -> list[str]:
    pieces: list[str] = []
    start, quoted, position = 0, False, 0
    marks = re.compile(f'[\\\\"{separators}]')
    while (mark := marks.search(text, position)) is not None and len(pieces) < limit:
        position = mark.end()
        if mark[0] == "\\":
            position += quoted  # a file name in quotes may end in a backslash only by mistake
        elif mark[0] == '"':
            quoted = not quoted
        elif not quoted:
            pieces.append(text[start : mark.start()])
            start = position
    return [*pieces, text[start:]]


# --- identifiers, dates, file names -------------------------------------------------------------------------------


def find_ids(values: Iterable[bytes]) -> tuple[str, ...]:
    """Message-IDs in the order met, each once, with angle brackets; byte for byte as written, only unfolded."""
    found: dict[str, None] = {}
    for value in values:
        text = _FOLD.sub("\0", decode_text(value[:FIELD_LIMIT]).replace("\0", ""))
        ids = [one_line(identifier.replace("\0", "")) for identifier in _ID.findall(text)]
        bare = _ID.sub(" ", text).replace("\0", " ").replace(",", " ").split()
        if all("@" in word and "<" not in word for word in bare):
            ids += [f"<{word}>" for word in bare]  # some mailers forget the brackets
        found.update(dict.fromkeys(ids))
    return tuple(found)


def parse_date(text: str) -> datetime | None:
    """A Date field that the library refused, read once more and leniently; UTC, None when it is no date."""
    try:
        moment = parsedate_to_datetime(text[:200])
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def safe_name(text: str) -> str:
    """A file name to show and to store as data: its last component, one line, no direction marks."""
    name = one_line(decode_words(one_line(text)))
    name = re.split(r"[/\\]", name)[-1].strip()
    return name[-200:] if name.strip(". ") else ""
