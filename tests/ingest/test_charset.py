"""Bytes and labels, right and wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.charset import decode_text, find_codec

BENGALI = "পানি নেই"


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (BENGALI.encode(), "utf-8", BENGALI),
        (BENGALI.encode(), "iso-8859-1", BENGALI),
        (BENGALI.encode(), "", BENGALI),
        (BENGALI.encode(), "x-nobody-knows", BENGALI),
        (BENGALI.encode() + b"\xe0\xa6", "utf-8", BENGALI + "\ufffd"),
        (b"caf\xe9 \x80", "iso-8859-1", "café €"),
        (b"caf\xe9", "utf-8", "café"),
        (b"caf\xe9", "us-ascii", "café"),
        ("水費".encode("gb18030"), "gb2312", "水費"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        ("ไทย".encode("cp874"), "windows-874", "ไทย"),
        ("שלום".encode("iso8859-8"), "iso-8859-8-i", "שלום"),
        ("お願い".encode("iso2022_jp"), "us-ascii", "お願い"),
        ("x".encode("utf-16"), "", "x"),
        (b"a\0b\r\nc\rd", "us-ascii", "ab\nc\nd"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"zz", "zlib", "zz"),
    ],
)
def test_bytes_become_the_text_they_mean(data: bytes, label: str, text: str) -> None:
    assert decode_text(data, label) == text


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "zlib", "hex", "rot13", "unicode_escape", "../x", "\0", "x" * 99]
)
def test_what_is_no_charset_is_never_used_as_one(label: str) -> None:
    assert find_codec(label) == ""


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "gb2312", "iso-2022-jp", "big5", "hz", "cp037"])
    | st.text(max_size=12),
)
def test_any_bytes_become_clean_text(data: bytes, label: str) -> None:
    text = decode_text(data, label)
    assert "\0" not in text
    assert "\r" not in text
    text.encode("utf-8")
