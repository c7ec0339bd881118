"""Header fields as real senders break them, and what a person would read."""

import base64

import pytest

from mailbot.ingest.parse import read_mail

NAME = "आवासीय प्रमाणपत्र"
HALF = [base64.b64encode(part).decode() for part in (NAME.encode()[:10], NAME.encode()[10:])]


def base64_word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        (f"=?UTF-8?B?{HALF[0]}?=\n =?UTF-8?B?{HALF[1]}?=", NAME),
        ("foo=?UTF-8?Q?a?=bar", "fooabar"),
        (base64_word("退信通知", "gb2312"), "退信通知"),
        (base64_word("한국어", "cp949").replace("cp949", "ks_c_5601-1987"), "한국어"),
        (base64_word("日本語", "iso-2022-jp"), "日本語"),
        ("=?windows-1256?Q?=E3=D1=CD=C8=C7?=", "مرحبا"),
        ("=?UTF8?Q?caf=C3=A9?=", "café"),
        ("=?x-unknown?Q?caf=C3=A9?=", "café"),
        ("=?unknown-8bit?Q?caf=E9?=", "café"),
        ("=?utf-8*en?Q?a?=", "a"),
        ("=?utf-8?Q?a b c?=", "a b c"),
        ("=?utf-8?B?aGVsbG8geW91", "hello you"),
        ("=?utf-8?Q?a=0D=0AB?=", "a B"),
        ("one\n two\n\tthree", "one two three"),
        ("Is =?this?", "Is =?this?"),
        ("What?= yes", "What?= yes"),
    ],
)
def test_a_subject_is_read_as_a_person_would(written: str, read: str) -> None:
    assert " ".join(read_mail(f"Subject: {written}\n\nx".encode()).subject.split()) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"=?UTF-8?Q?M=C3=BCller=2C_Hans?=" <h@x.de>', [("Müller, Hans", "h@x.de")]),
        ("=?iso-8859-1?Q?M=FCller,_Hans?= <h@x.de>", [("Müller, Hans", "h@x.de")]),
        (f'"=?utf-8?B?{HALF[0]}?=\n =?utf-8?B?{HALF[1]}?=" <x@y.z>', [(NAME, "x@y.z")]),
        ("h@x.de (Hans Müller)", [("Hans Müller", "h@x.de")]),
        ("Hans @ Home <h@x.de>", [("Hans @ Home", "h@x.de")]),
        ('"h@x.de" <h@x.de>', [("", "h@x.de")]),
        ('"Hans \\"the man\\" Meier" <h@x.de>', [('Hans "the man" Meier', "h@x.de")]),
        ("A Group:Ed Jones <joe@where.test>,jdoe@one.test;", [("Ed Jones", "joe@where.test"), ("", "jdoe@one.test")]),
        ("Undisclosed recipients:;", []),
        (
            "<@node.test:mary@example.net>, , jdoe@test  . example",
            [("", "mary@example.net"), ("", "jdoe@test.example")],
        ),
        ("x@y.z <ram das>", [("ram das", "x@y.z")]),
        ("S\x13x: =?i\u00e0o-2022-jp?B?VW5k?= Z <ram@x.y>", [("Und Z", "ram@x.y")]),
        ("ubject: =?i\u00e0o?B?VW5k?= ram@x.y", [("Und", "ram@x.y")]),
        ("Ram <ram@x.y> Das", [("Ram Das", "ram@x.y")]),
        ("Ram Das <<ram@x.y>>", [("Ram Das", "ram@x.y")]),
        ("Ram Das [ram@x.y]", [("Ram Das", "ram@x.y")]),
        ("ram@x.y <mailto:ram@x.y>", [("", "ram@x.y")]),
        ('Ram <"ram das"@x.y>', [("Ram", '"ram das"@x.y')]),
        ("=?UTF-8?Q?Ram_=3Cram=40x=2Ey=3E?=", [("Ram", "ram@x.y")]),
        ("=?UTF-8?Q?Ram?= =?UTF-8?Q?_Das?= <=?UTF-8?Q?ram=40x.y?=>", [("Ram Das", "ram@x.y")]),
    ],
)
def test_an_address_is_read_as_a_person_would(written: str, read: list[tuple[str, str]]) -> None:
    senders = read_mail(f"From: {written}\n\nx".encode()).senders
    assert [(one.name, one.address) for one in senders] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<a@b@c>", ("<a@b@c>",)),
        ('<"a b"@c.d>', ('<"a b"@c.d>',)),
        ("<a@\n b.c>", ("<a@b.c>",)),
        ("<a@b.c> (your message of Monday)", ("<a@b.c>",)),
        ("a@b.c", ("<a@b.c>",)),
        ("a@b.c <z@z>", ("<z@z>", "<a@b.c>")),
        ("Your message of Monday <z@z>", ("<z@z>",)),
        ("<no-at-sign>, <[x]y@z>", ("<no-at-sign>", "<[x]y@z>")),
        ("<>", ()),
    ],
)
def test_message_ids_are_opaque(written: str, read: tuple[str, ...]) -> None:
    assert read_mail(f"In-Reply-To: {written}\n\nx".encode()).in_reply_to == read


def test_a_body_in_utf_16_does_not_change_its_header() -> None:
    mail = read_mail(b"Subject: ph level\nContent-Type: text/plain; charset=utf-16le\n\n")
    assert mail.subject == "ph level"
