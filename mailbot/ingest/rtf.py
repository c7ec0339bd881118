r"""
The bytes of an RTF file go in; its words come out. Also undoes the compression that Outlook puts on them.

Promised: nothing raises; time is linear in the bytes and bounded by `TOKENS_LIMIT`; no more than the limit asked for
comes out. Pictures, styles, hidden words and what only a program reads are left out. RTF that carries HTML
(`\fromhtml1`, as Outlook writes it) gives the words of that HTML. Sources: RTF 1.9.1, MS-OXRTFCP, MS-OXRTFEX.
"""

import re
import struct
from dataclasses import dataclass, replace

from mailbot.ingest.charset import decode_text
from mailbot.ingest.html import html_to_text

TOKENS_LIMIT = 3_000_000
_DEEPEST = 1_000  # open groups; what is deeper is read as if it stood there

_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\([^a-zA-Z])|([{}])|[\r\n\0]+|[^\\{}\r\n\0]+"
)
_SAID = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n\n",
    b"page": "\n\n",
    b"row": "\n",
    b"cell": "\t",
    b"nestcell": "\t",
    b"nestrow": "\n",
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"emspace": " ",
    b"enspace": " ",
    b"qmspace": " ",
}
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n", b"\t": "\t"}
_NO_WORDS = frozenset(
    b"colortbl stylesheet info pict objdata datafield fldinst themedata colorschememapping datastore latentstyles "
    b"listtable listoverridetable rsidtbl generator xmlnstbl mmathPr filetbl revtbl bkmkstart bkmkend pntext "
    b"nonshppict".split()
)
_CODE_PAGES = {
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "windows-1253",
    162: "windows-1254",
    163: "windows-1258",
    177: "windows-1255",
    178: "windows-1256",
    186: "windows-1257",
    204: "windows-1251",
    222: "cp874",
    238: "windows-1250",
}


def rtf_to_text(data: bytes, *, limit: int) -> str:
    """The words of an RTF file, at most `limit` characters; "" when these bytes are none."""
    if not data.lstrip().startswith(b"{\\rtf"):
        return ""
    reader = _Reader(limit)
    reader.read(data)
    text = reader.text()
    return (html_to_text(text) if reader.is_html else text)[:limit]


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group."""

    silent: bool = False  # a destination without words
    hidden: bool = False
    fonts: bool = False  # the table of fonts
    doubled: bool = False  # what HTML has said already (\htmlrtf)
    tag: bool = False  # a piece of HTML (\*\htmltag)
    font: int = -1
    skip: int = 1  # characters that stand for a \u one in old programs


class _Reader:
    """Takes one token after the other."""

    def __init__(self, limit: int) -> None:
        self.is_html = False
        self._left = limit
        self._found: list[str] = []
        self._raw = bytearray()  # bytes not decoded yet
        self._page = "windows-1252"
        self._pages: dict[int, str] = {}
        self._stack: list[_State] = []
        self._state = _State()
        self._starred = False  # the last token was \*
        self._skipping = 0

    def text(self) -> str:
        self._flush()
        # Halves of a surrogate pair come one after the other; a half alone is nothing.
        return "".join(self._found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def read(self, data: bytes) -> None:
        position = 0
        for _ in range(TOKENS_LIMIT):
            token = _TOKEN.match(data, position)
            if token is None or self._left <= 0:
                return
            position = token.end()
            if token[2] == b"bin":
                position += max(0, int(token[3] or 0))
            elif token[5]:
                self._group(opens=token[5] == b"{")
            elif token[2]:
                self._word(token[2], token[3])
            elif token[4]:
                self._symbol(token[4])
            else:
                self._bytes(bytes([int(token[1], 16)]) if token[1] else token[0].strip(b"\r\n\0"))

    # --- tokens

    def _group(self, *, opens: bool) -> None:
        self._flush()
        self._skipping = 0
        if opens and len(self._stack) < _DEEPEST:
            self._stack.append(self._state)
        elif not opens and self._stack:
            self._state = self._stack.pop()

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else None
        starred, self._starred = self._starred, False
        self._skipping = 0  # some programs write nothing in the place of what old ones cannot show
        if word == b"u" and value is not None:
            self._unicode(value)
        elif word in _SAID:
            self._say(_SAID[word])
        elif word == b"htmltag" and self.is_html:
            self._set(tag=True)
        elif starred or word in _NO_WORDS:
            self._set(silent=True)
        else:
            self._setting(word, value)

    def _setting(self, word: bytes, value: int | None) -> None:
        if word == b"f" and value is not None:
            self._set(font=value)
        elif word == b"fcharset" and self._state.fonts and len(self._pages) < 10_000:
            self._pages[self._state.font] = _CODE_PAGES.get(value or 0, "")
        elif word == b"fonttbl":
            self._set(fonts=True)
        elif word == b"uc":
            self._set(skip=min(max(0, value or 0), 100))
        elif word == b"v":
            self._set(hidden=value != 0)
        elif word == b"plain":
            self._set(hidden=False)
        elif word == b"htmlrtf":
            self._set(doubled=value != 0)
        elif word == b"fromhtml":
            self.is_html = True
        elif word == b"ansicpg" and value:
            self._page = f"windows-{value}" if 1250 <= value <= 1258 or value == 874 else f"cp{value}"

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])

    def _unicode(self, value: int) -> None:
        self._say(chr(value % 65_536))
        self._skipping = self._state.skip

    # --- words

    def _set(self, **changes: bool | int) -> None:
        if all(getattr(self._state, name) == value for name, value in changes.items()):
            return
        self._flush()
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # the names and kinds of its own fields

    @property
    def _is_heard(self) -> bool:
        state = self._state
        return not (state.silent or state.hidden or state.fonts or state.doubled)

    def _bytes(self, raw: bytes) -> None:
        skipped = min(self._skipping, len(raw))
        self._skipping -= skipped
        if self._is_heard:
            self._raw += raw[skipped:]

    def _say(self, text: str) -> None:
        self._flush()
        if self._skipping:
            self._skipping -= 1
        elif self._is_heard:
            self._found.append(text)
            self._left -= len(text)

    def _flush(self) -> None:
        if self._raw:
            text = decode_text(bytes(self._raw), self._pages.get(self._state.font) or self._page)
            self._found.append(text)
            self._left -= len(text)
            self._raw.clear()


# --- compressed ---------------------------------------------------------------------------------------------------

_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress_rtf(data: bytes, *, limit: int) -> bytes:
    """RTF as Outlook compresses it (LZFu), at most `limit` bytes; empty when these bytes are none."""
    if len(data) < 16:
        return b""
    _, size, kind = struct.unpack_from("<III", data)
    limit = min(limit, size)
    if kind == _PLAIN:
        return data[16 : 16 + limit]
    return _decompress(data, limit) if kind == _COMPRESSED else b""


def _decompress(data: bytes, limit: int) -> bytes:
    """
    Every bit of a control byte says whether a letter follows, or a place and a length in the last 4,096 letters. The
    ring of letters is a window on what has come out, the known beginning before it.
    """
    found = bytearray(_KNOWN)
    position, most = 16, len(_KNOWN) + limit
    while position < len(data) and len(found) < most:
        control = data[position]
        position += 1
        for bit in range(8):
            if len(found) >= most or position >= len(data):
                break
            if not control >> bit & 1:
                found.append(data[position])
                position += 1
                continue
            if position + 2 > len(data):
                return bytes(found[len(_KNOWN) : most])
            place, length = divmod(int.from_bytes(data[position : position + 2], "big"), 16)
            position += 2
            back = (len(found) - place) % 4_096
            if not back or back > len(found):  # the end, or a place nothing was written to
                return bytes(found[len(_KNOWN) : most])
            for _ in range(length + 2):
                found.append(found[-back])
    return bytes(found[len(_KNOWN) : most])
