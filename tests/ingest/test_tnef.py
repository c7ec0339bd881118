"""winmail.dat: what it holds, and bytes that only look like it."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.tnef import read_tnef

HEAD = struct.pack("<IH", 0x223E9F78, 1)


def attribute(name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", 2, name, 6, len(data)) + data + b"\0\0"


def test_files_come_with_the_long_name_when_there_is_one() -> None:
    name = "দরখাস্ত.pdf\0".encode("utf-16-le")
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(name)) + name
    data = HEAD + attribute(0x9002, b"") + attribute(0x8010, b"DARKHA~1.PDF\0") + attribute(0x800F, b"12345")
    found = read_tnef(data + attribute(0x9005, properties) + attribute(0x9002, b"") + attribute(0x8010, b"b.txt\0"))
    assert found is not None
    assert [(file.name, file.long_name, file.size_bytes) for file in found.files] == [
        (b"DARKHA~1.PDF", "দরখাস্ত.pdf", 5),
        (b"b.txt", "", 0),
    ]


def test_what_is_no_tnef_is_none() -> None:
    assert read_tnef(b"PK\3\4 and more") is None


@given(st.binary(max_size=300), st.sampled_from([b"", attribute(0x9002, b"")]))
def test_any_bytes_behind_the_signature_are_survived(data: bytes, start: bytes) -> None:
    assert read_tnef(HEAD + start + data) is not None
    read_tnef(HEAD + attribute(0x9002, b"") + attribute(0x9005, data))
