"""Which files a mail brings, however its sender has wrapped them."""

import pytest

from mailbot.ingest.parse import read_mail

HEAD = "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
WORDS = "Content-Type: text/plain\n\nhello"


def parts(kind: str, *bodies: str) -> str:
    inner = "".join(f"--b\n{body}\n" for body in bodies)
    return f"{HEAD}Content-Type: multipart/{kind}; boundary=b\n\n{inner}--b--\n"


def named(header: str) -> str:
    return parts("mixed", WORDS, f"{header}\n\n%PDF")


PDF = "Content-Type: application/pdf"
FILE = "Content-Disposition: attachment"


@pytest.mark.parametrize(
    ("mail", "name"),
    [
        (named(f"{PDF}; name=আবেদন.pdf"), "আবেদন.pdf"),
        (named(f"{PDF}\n{FILE}; filename=my letter of may.pdf"), "my letter of may.pdf"),
        (named(f'{PDF}\n{FILE}; filename="=?utf-8?B?4KaG4Kas4KeH4Kam4KaoLnBkZg==?="'), "আবেদন.pdf"),
        (named(f'{PDF}; name="=?utf-8?Q?a=C3?=\n =?utf-8?Q?=A9.pdf?="'), "aé.pdf"),
        (named(f"{PDF}\n{FILE}; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.pdf"), "café.pdf"),
        (named(f"{PDF}\n{FILE}; filename*=\"utf-8''caf%C3%A9.pdf\""), "café.pdf"),
        (named(f"{PDF}\n{FILE}; filename*=''caf%E9.pdf"), "café.pdf"),
        (named(f'{PDF}\n{FILE}; filename="C:\\\\dir\\\\a.pdf"'), "a.pdf"),
        (named(f'{PDF}\n{FILE}; filename="../../etc/passwd"'), "passwd"),
        (named(f'{PDF}\n{FILE}; filename="a\n b.pdf"'), "a b.pdf"),
        (named(f'{PDF}; name=b.pdf\n{FILE}; filename="a.pdf"'), "a.pdf"),
        (named(f'{PDF}\nContent-Disposition: filename="a.pdf"'), "a.pdf"),
    ],
)
def test_a_name_is_read_and_made_safe(mail: str, name: str) -> None:
    assert [(one.name, one.type) for one in read_mail(mail.encode()).attachments] == [(name, "application/pdf")]


@pytest.mark.parametrize(
    ("mail", "files"),
    [
        (f'{HEAD}{PDF}; name="a.pdf"\n\n%PDF-1', [("a.pdf", "application/pdf")]),
        (parts("mixed", WORDS, f"{FILE}; filename=a\n\n%PDF-1"), [("a", "application/pdf")]),
        (parts("alternative", WORDS, f"{PDF}\n\n%PDF-1"), [("", "application/pdf")]),
        (parts("signed", WORDS, f"{PDF}; name=a.pdf\n\n%PDF-1"), [("a.pdf", "application/pdf")]),
        (
            parts("related", "Content-Type: text/html\n\n<p>hello", "Content-Type: image/png\nContent-ID: <1>\n\nx"),
            [("", "image/png")],
        ),
        (
            parts("mixed", WORDS, "Content-Type: message/rfc822\n\nSubject: inner\n\nother words"),
            [("", "message/rfc822")],
        ),
        (
            parts("digest", "\nSubject: one\n\nx", "\nSubject: two\n\nx"),
            [("", "message/rfc822"), ("", "message/rfc822")],
        ),
        (f"{HEAD}Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR", [("", "text/calendar")]),
        (f"{HEAD}\nhello\nbegin 644 a.txt\n#0V%T\n`\nend\n", [("a.txt", "text/plain")]),
        (parts("mixed", WORDS, "Content-Type: pdf; name=a.pdf\n\n%PDF-1"), [("a.pdf", "application/pdf")]),
        (
            parts("mixed", WORDS, f"{PDF}; name=a.pdf\nContent-Transfer-Encoding: x-foo\n\n%PDF"),
            [("a.pdf", "application/pdf")],
        ),
    ],
)
def test_every_file_is_listed_and_no_word_of_it_is_the_writers(mail: str, files: list[tuple[str, str]]) -> None:
    read = read_mail(mail.encode())
    assert [(one.name, one.type) for one in read.attachments] == files
    assert read.text in ("hello", "")


def test_a_raw_latin_name_is_read() -> None:
    (file,) = read_mail(named(f'{PDF}; name="café.pdf"').encode("latin-1")).attachments
    assert file.name == "café.pdf"
