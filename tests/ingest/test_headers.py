"""Header values as a person would read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.headers import decode_header, find_ids, safe_name, split_params


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?B?4KaV?=\r\n =?UTF-8?B?4KaW?=", "কখ"),
        (b"=?utf-8?B?4Ka?= =?utf-8?B?V4KaW?=", "কখ"),
        (b"=?utf-8?Q?=E0=A6?= =?utf-8?Q?=95?=", "ক"),
        (b'"=?utf-8?Q?quoted?="', '"quoted"'),
        (b"=?ISO-8859-1?q?caf=E9?=", "café"),
        (b"=?unknown?Q?words?=", "words"),
        (b"=?utf-8?B?4KaV4KaW", "কখ"),
        (b"=?utf-8?Q?how_are_you??=", "how are you?"),
        (b"plain =?utf-8?Q?and?= plain", "plain and plain"),
        (b"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=", "x"),
        ("রাস্তা".encode(), "রাস্তা"),
        (b"caf\xe9", "café"),
        (b"folded\r\n line\r\n\tand tab", "folded line and tab"),
        (b"=?utf-8?Q?a=0D=0Ab=00c?=", "a bc"),
    ],
)
def test_a_header_is_decoded_to_one_clean_line(value: bytes, shown: str) -> None:
    assert decode_header(value) == shown


def test_ids_stay_as_they_are_each_once() -> None:
    assert find_ids([b"<a@b@c>\r\n <d>", b"<a@b@c> <=?x?q?y?=@z>"]) == ("<a@b@c>", "<d>", "<=?x?q?y?=@z>")
    assert find_ids([b"bare@example.org"]) == ("<bare@example.org>",)
    assert find_ids([b""]) == ()


@pytest.mark.parametrize(
    ("value", "kind", "params"),
    [
        ('text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        ("TEXT/HTML;Charset=x;;", "text/html", {"charset": "x"}),
        ('a/b; name="x;y\\"z"', "a/b", {"name": 'x;y"z'}),
        ("a/b; name*=utf-8''%E0%A6%95", "a/b", {"name": "ক"}),
        ("a/b; name*1*=%95; name*0*=utf-8''%E0%A6", "a/b", {"name": "ক"}),
        ("a/b; name==?utf-8?B?4KaV?=", "a/b", {"name": "ক"}),
        ("a/b; boundary==?x?q?y?=", "a/b", {"boundary": "=?x?q?y?="}),
    ],
)
def test_parameters_are_read(value: str, kind: str, params: dict[str, str]) -> None:
    assert split_params(value) == (kind, params)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../../../tmp/x", "x"),
        ("C:\\Users\\ram\\scan.pdf", "scan.pdf"),
        ("..", ""),
        ("a\r\nb.pdf", "a b.pdf"),
        ("exe\u202efdp.scr", "exefdp.scr"),
        ("আবেদন.pdf", "আবেদন.pdf"),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.binary(max_size=300))
def test_any_value_becomes_one_line(value: bytes) -> None:
    shown = decode_header(value)
    assert len(shown.splitlines()) <= 1
    assert "\0" not in shown
    shown.encode()
