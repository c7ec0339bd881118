"""Transfer encodings, whole and broken, and the sizes they promise."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.transfer import content_size, decode_transfer, take_uu_files


def decode(raw: bytes, encoding: str, limit: int = 1_000) -> bytes:
    return decode_transfer(raw, (0, len(raw)), encoding, limit)[0]


@pytest.mark.parametrize(
    ("raw", "encoding", "content"),
    [
        (b"YWJj\r\nZGVm\r\n", "base64", b"abcdef"),
        (b"YWJjZA", "base64", b"abcd"),
        (b"YWJjZ", "base64", b"abc"),
        (b"YW!Jj" * 30, "base64", b"YW!Jj" * 30),
        (b"YWI=YWI=", "base64", b"abab"),
        (b"YWI=\n-- \nlist footer, in the clear!", "base64", b"ab\n-- \nlist footer, in the clear!"),
        (b"This is no base64 at all.", "base64", b"This is no base64 at all."),
        (b"=E0=A6=95=\n!", "quoted-printable", "ক!".encode()),
        (b"as it is", "8-bits", b"as it is"),
        (b"begin 644 x\n#0V%T\n`\nend\n", "x-uuencode", b"Cat"),
    ],
)
def test_content_is_decoded_as_far_as_it_can_be(raw: bytes, encoding: str, content: bytes) -> None:
    assert decode(raw, encoding) == content


@given(st.binary(max_size=2_000), st.booleans())
def test_the_size_of_a_base64_part_is_right_without_decoding(data: bytes, crlf: bool) -> None:
    raw = base64.encodebytes(data).rstrip(b"\n")
    raw = raw.replace(b"\n", b"\r\n") if crlf else raw
    assert content_size(raw, (0, len(raw)), "base64") == len(data)


@given(
    st.binary(max_size=400),
    st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", "?"]),
    st.integers(0, 50),
)
def test_any_bytes_are_decoded_within_the_limit(raw: bytes, encoding: str, limit: int) -> None:
    assert content_size(raw, (0, len(raw)), encoding) >= 0
    assert len(decode(raw, "quoted-printable", limit)) <= limit
    decode(raw, encoding, limit)


def test_only_a_whole_uuencoded_file_is_cut_out() -> None:
    assert take_uu_files("a\nbegin 644 x.gif\n#0V%T\n`\nend\nb") == ("a\nb", [("x.gif", 3)])
    text = "We begin 644 things\nbegin 644 of them\nand end\n"
    assert take_uu_files(text) == (text, [])
