"""Address lines, well-formed and not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.addresses import parse_addresses


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ram@example.org", [("", "ram@example.org")]),
        ("Ram Das <ram@example.org>", [("Ram Das", "ram@example.org")]),
        ('"Das, Ram" <ram@example.org>, b@example.org', [("Das, Ram", "ram@example.org"), ("", "b@example.org")]),
        ("ram@example.org (Ram Das)", [("Ram Das", "ram@example.org")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@example.org, B <b@example.org>;", [("", "a@example.org"), ("B", "b@example.org")]),
        ("Dr. A. P. Sen, M.B.B.S. <sen@example.org>", [("Dr. A. P. Sen, M.B.B.S.", "sen@example.org")]),
        ("a@example.org, Das, Ram <b@example.org>", [("", "a@example.org"), ("Das, Ram", "b@example.org")]),
        ("=?utf-8?Q?Das,_Ram?= <ram@example.org>", [("Das, Ram", "ram@example.org")]),
        ('"=?utf-8?B?4KaV?=" <ram@example.org>', [("ক", "ram@example.org")]),
        ("a@example.org; b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
        ('"never closed <ram@example.org>', [("never closed", "ram@example.org")]),
        ("Ram <ram@example.org", [("Ram", "ram@example.org")]),
        ("Ram < ram@ example.org >", [("Ram", "ram@example.org")]),
        ("=?utf-8?Q?Ram_=3Cram=40example.org=3E?=", [("Ram", "ram@example.org")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ("Ram Das of Halisahar", [("Ram Das of Halisahar", "")]),
        ("ram@example.org <ram@example.org>", [("", "ram@example.org")]),
        ("<>", []),
        ("", []),
    ],
)
def test_addresses_are_found(line: str, found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in parse_addresses(line)] == found


@given(st.text(alphabet='ab@<>"(),;:\\ =?utf-8Q.\ue000\ue0010', max_size=120))
def test_any_line_is_read(line: str) -> None:
    for one in parse_addresses(line):
        assert one.name or one.address
        assert " " not in one.address
