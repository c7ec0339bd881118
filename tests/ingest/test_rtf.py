"""Words of RTF files, plain and compressed; and bytes that only look like it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.rtf import decompress_rtf, rtf_to_text

LIMIT = 10_000

# The two examples of MS-OXRTFCP 4.1 and 4.2.
HELLO = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
REPEATED = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"


def read(text: bytes) -> str:
    return rtf_to_text(b"{\\rtf1\\ansi\\ansicpg1252 " + text + b"}", limit=LIMIT)


@pytest.mark.parametrize(
    ("rtf", "words"),
    [
        (rb"Hello \'e9\par next\line third", "Hello é\nnext\nthird"),
        (rb"\u2476?\u2494?\u2434?\u2495?", "বাংি"),
        (rb"\uc2\u2476\'3f\'3f\u2494??!", "বা!"),
        (rb"{\uc0\u2476\u2494}\u2476?x", "বাবx"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"\u2476\u2494\par\u2476?", "বা\nব"),
        (rb"a\tab b\cell c\row d", "a\tb\tc\nd"),
        (rb"\lquote x\rquote  \{y\} a\~b c\_d", "‘x’ {y} a\u00a0b c-d"),
        (rb"{\*\generator Word;}{\info{\title secret}}seen{\v hidden}{\pict 0102ff}", "seen"),
        (rb"{\stylesheet{\s0 Normal;}}{\colortbl;\red0;}{\fonttbl{\f0 Arial;}}\f0 seen", "seen"),
        (rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Cyr;}}\f0 \'e9 {\f1 \'cf\'f0}", "é Пр"),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (b"one\r\ntwo", "onetwo"),
        (b"before\\bin4 {{{{after", "beforeafter"),
        (b"raw \xe9", "raw é"),
        (rb"\v off\v0 on\plain  still", "on still"),
    ],
)
def test_the_words_of_rtf_are_read_as_word_shows_them(rtf: bytes, words: str) -> None:
    assert read(rtf) == words


def test_html_in_rtf_is_read_as_html() -> None:
    rtf = (
        rb"{\rtf1\ansi\fromhtml1 \fonttbl{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Hi {\*\htmltag84 &amp;}"
        rb"\htmlrtf &\htmlrtf0 you{\*\htmltag72 </p>}{\*\htmltag64 <p style='x'>}two}"
    ).replace(rb"\fonttbl", b"")
    assert rtf_to_text(rtf, limit=LIMIT).split() == ["Hi", "&you", "two"]


def test_what_is_no_rtf_has_no_words() -> None:
    assert rtf_to_text(b"plain words", limit=LIMIT) == ""
    assert decompress_rtf(b"plain words that are long enough", limit=LIMIT) == b""
    assert decompress_rtf(b"", limit=LIMIT) == b""


def test_compressed_rtf_comes_out_as_its_specification_says() -> None:
    assert decompress_rtf(bytes.fromhex(HELLO), limit=LIMIT) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(bytes.fromhex(REPEATED), limit=LIMIT) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    plain = struct.pack("<III4x", 30, 6, 0x414C454D) + b"{\\rtf}rest"
    assert decompress_rtf(plain, limit=LIMIT) == b"{\\rtf}"


def test_no_more_comes_out_than_the_limit() -> None:
    assert rtf_to_text(b"{\\rtf1 " + b"\\u2476?" * 5_000, limit=100) == "ব" * 100
    for limit in (0, 1, 10):
        assert len(decompress_rtf(bytes.fromhex(REPEATED), limit=limit)) == limit


@given(st.binary(max_size=400), st.integers(0, 500))
def test_any_bytes_are_survived_and_bounded(data: bytes, limit: int) -> None:
    text = rtf_to_text(b"{\\rtf1 " + data, limit=limit)
    assert len(text) <= limit
    text.encode()  # no half of a surrogate pair
    for kind in (0x75465A4C, 0x414C454D):
        assert len(decompress_rtf(struct.pack("<III4x", 1, 2**31, kind) + data, limit=limit)) <= limit


@given(
    st.lists(st.sampled_from([rb"\u", rb"\uc", rb"\'", b"{", b"}", rb"\*", rb"\bin", b"-1", b"9", b" x", rb"\htmlrtf"]))
)
def test_any_order_of_its_own_words_is_survived(tokens: list[bytes]) -> None:
    rtf_to_text(b"{\\rtf1\\fromhtml1 " + b"".join(tokens), limit=LIMIT).encode()
