"""Header fields and parts, found as spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.structure import FIELDS_LIMIT, PARTS_LIMIT, find_structure


def leaves(raw: bytes) -> list[bytes]:
    found = find_structure(raw)
    return [found.raw[part.start : part.end] for part in found.root.walk() if not part.children]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_every_kind_are_read(end: bytes) -> None:
    raw = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\npre\n--b\n\none\n--b\nX: y\n\ntwo\n--b--\nepilogue"
    assert leaves(raw.replace(b"\n", end)) == [b"one", b"two"]


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n", [b"one\n"]),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--bb\n--b \n\none\n--b\n\ntwo\n--b--", [b"one", b"two"]),
        (b'Content-Type: multipart/mixed; boundary="b "\n\n--b\n\none\n--b--', [b"one"]),
        (
            b"Content-Type: multipart/mixed; boundary=gone\n\n--real\nContent-Type: text/plain\n\none\n--real--",
            [b"one"],
        ),
        (b"Content-Type: multipart/mixed; boundary=b\n\nno parts", [b"no parts"]),
        (b"From the desk of nobody\nwords", [b"words"]),
        (b"From a@b Mon Jan 1\nSubject: x\n\nwords", [b"words"]),
        (b"words only", [b"words only"]),
    ],
)
def test_parts_are_found_in_broken_mails_too(raw: bytes, parts: list[bytes]) -> None:
    assert leaves(raw) == parts


def test_a_line_that_lost_its_blank_does_not_end_the_header() -> None:
    headers = find_structure(b"Subject: a\nlost its blank\nDate: x\n\nbody").root.headers
    assert [(name, b" ".join(value.split())) for name, value in headers.fields] == [
        ("subject", b"a lost its blank"),
        ("date", b"x"),
    ]


def test_a_fold_with_nothing_in_it_does_not_end_the_header() -> None:
    headers = find_structure(b"Subject: a\n \n b\n\t\nMessage-ID: <x@y>\n \nbody").root.headers
    assert [name for name, _ in headers.fields] == ["subject", "message-id"]
    assert headers.fields[0][1].split() == [b"a", b"b"]


def test_caps_are_kept_and_said() -> None:
    many = find_structure(b"X: y\n" * (FIELDS_LIMIT + 5) + b"\nbody")
    assert (len(many.root.headers.fields), many.raw[many.root.start :]) == (FIELDS_LIMIT, b"body")
    parts = find_structure(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 600)
    assert len(parts.root.walk()) == PARTS_LIMIT
    assert many.warnings
    assert parts.warnings


@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--b--",
                b"\n",
                b"\r\n",
                b"\n\n",
                b"Content-Type: multipart/mixed; boundary=b\n",
                b"X: y\n",
                b" ",
                b"\0",
            ]
        )
        | st.binary(max_size=4),
        max_size=60,
    )
)
def test_spans_of_any_bytes_lie_in_order_within_their_parent(pieces: list[bytes]) -> None:
    found = find_structure(b"".join(pieces))
    for part in found.root.walk():
        assert 0 <= part.start <= part.end <= len(found.raw)
        assert all(part.start <= child.start <= child.end <= part.end for child in part.children)
