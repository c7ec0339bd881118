"""
Bytes and a charset label, which may be absent, unknown or wrong, go in; text comes out, and nothing raises.

Promised: no lone surrogate and no NUL in what comes out; a byte is never silently dropped; time is linear. The label is
believed when it fits the bytes, UTF-8 when it does not, windows-1252 last, because that is what undeclared 8-bit mail
turns out to be.
"""

import codecs
import re
from functools import lru_cache

# What a label means in practice, where that differs from what it says or what Python knows.
_ALIASES = {
    "": "us-ascii",
    "7bit": "us-ascii",
    "8bit": "us-ascii",
    "ansi": "windows-1252",
    "ansi_x3.110-1983": "windows-1252",
    "ascii": "us-ascii",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "chinesebig5": "cp950",
    "cn-big5": "cp950",
    "cp936": "gb18030",
    "default": "us-ascii",
    "default_charset": "us-ascii",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-10646-ucs-2": "utf-16",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "windows-1252",
    "iso-8859-11": "cp874",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "windows-1254",
    "iso8859-1": "windows-1252",
    "iso8859_1": "windows-1252",
    "iso88591": "windows-1252",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "macintosh": "mac-roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unknown": "us-ascii",
    "unknown-8bit": "us-ascii",
    "utf": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "visual": "iso8859-8",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-unknown": "us-ascii",
    "x-user-defined": "us-ascii",
    "x-x-big5": "cp950",
}
# Python offers these as text encodings; none is a charset of mail, and punycode takes quadratic time.
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
# A text in these may by chance be valid UTF-8 as well, so the label is asked first.
_MULTIBYTE = re.compile(r"gb|big5|cp9[345]|cp1361|johab|euc|shift|jis|hz|iso2022|utf")
_CODE_PAGE = re.compile(r"(?:x-)?(?:cp|win|windows|ms|ansi|ibm)[-_ ]?(\d{3,4})")
_LABEL = re.compile(r"[a-z0-9_.:+-]{1,40}")
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([BJ])")
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_UNWANTED = {code: "" for code in range(0x20) if chr(code) not in "\t\n\r\f\v"} | {0x7F: "", 0xFEFF: ""}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode_text(data: bytes, label: str = "") -> str:
    """Decode as a person would who sees at once that a label is wrong; see the module's promise."""
    if bom := _bom_codec(data):
        return _tidy(data.decode(bom, "replace"))
    codec = find_codec(label)
    if data.isascii():
        return _tidy(_decode_ascii(data, codec))
    if codec in ("", "ascii", "utf-8"):
        return _tidy(_decode_guessed(data))
    if not _MULTIBYTE.search(codec) and (text := _strict(data, "utf-8")) is not None:
        return _tidy(text)
    if codec == "cp1252":
        return _tidy(_decode_western(data))
    return _tidy(_decode_declared(data, codec))


@lru_cache(maxsize=256)
def find_codec(label: str) -> str:
    """Python's name of the charset a label means; "" when the label is unknown or no charset."""
    name = label.strip().strip("\"'").strip().lower()
    if page := _CODE_PAGE.fullmatch(name):
        name = f"cp{page[1]}"
    name = _ALIASES.get(name, name)
    if not _LABEL.fullmatch(name):
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return ""
    # A codec that is no charset (zlib, hex, rot13) must not be run on a stranger's bytes.
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name.replace("-", "_") not in _NOT_CHARSETS else ""


def _bom_codec(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _decode_ascii(data: bytes, codec: str) -> str:
    """7-bit bytes are ASCII, unless a 7-bit encoding of something larger hides in them."""
    if _ISO_2022_JP.search(data):
        return _strict(data, "iso2022_jp_ext") or data.decode("iso2022_jp_ext", "replace")
    if codec.startswith(("utf-7", "iso2022", "hz", "utf-16", "utf-32")):
        return _decode_declared(data, codec)
    return data.decode("ascii")


def _decode_guessed(data: bytes) -> str:
    """UTF-8 if most of it is (a text cut within a character still is), else windows-1252."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text
    whole = sum(1 for char in text if char > "\x7f") - broken
    return text if whole >= 2 * broken else _decode_western(data)


def _decode_declared(data: bytes, codec: str) -> str:
    for candidate in (codec, "utf-8"):
        if (text := _strict(data, candidate)) is not None:
            return text
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, LookupError):
        return _decode_western(data)


def _decode_western(data: bytes) -> str:
    """windows-1252, with the five bytes it leaves open kept as they are: this cannot fail."""
    return data.decode("latin-1").translate(_C1)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _tidy(text: str) -> str:
    """Line ends become \\n; controls that no reader shows and no database takes are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    if not text.isprintable():
        text = _SURROGATE.sub("\ufffd", text.translate(_UNWANTED))
    return text
