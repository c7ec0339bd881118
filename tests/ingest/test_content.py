"""Which parts are words and which are attachments."""

import pytest

from mailbot.ingest.content import find_content
from mailbot.ingest.structure import find_structure


def parts(kind: str, *bodies: str) -> bytes:
    inner = "".join(f"--b\n{body}\n" for body in bodies)
    return f"Subject: x\nContent-Type: multipart/{kind}; boundary=b\n\n{inner}--b--\n".encode()


def read(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    content = find_content(find_structure(raw))
    return content.text, [(one.name, one.type) for one in content.attachments]


PLAIN = "Content-Type: text/plain\n\nplain words"
HTML = "Content-Type: text/html\n\n<p>plain words</p>"
NAMED = "Content-Type: text/plain; name=body.txt\n\nbody"
LISTED = "Content-Type: text/plain; name=list.txt\n\nx"
PDF = "Content-Type: application/pdf; name=a.pdf\n\n%PDF"
RICHER = "Content-Type: text/html\n\n" + "<p>the real and much longer words of this mail</p>" * 20


@pytest.mark.parametrize(
    ("raw", "text", "attachments"),
    [
        (parts("alternative", PLAIN, HTML), "plain words", []),
        (parts("alternative", PLAIN, HTML, PDF), "plain words", [("a.pdf", "application/pdf")]),
        (parts("mixed", PLAIN, HTML), "plain words", []),
        (
            parts("signed", PLAIN, "Content-Type: application/pgp-signature\n\nx"),
            "plain words",
            [("", "application/pgp-signature")],
        ),
        (parts("alternative", "Content-Type: text/plain\n\n \n", HTML), "plain words", []),
        (parts("mixed", NAMED, LISTED), "body", [("list.txt", "text/plain")]),
        (parts("mixed", "Content-Disposition: attachment; filename=only.txt\n\nx"), "", [("only.txt", "text/plain")]),
        (
            parts("mixed", PLAIN, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"),
            "plain words",
            [("", "text/calendar")],
        ),
        (parts("mixed", PLAIN, "\nsecond text"), "plain words\nsecond text", []),
        (b"Content-Type: text/plain; format=flowed\n\none \ntwo\n> a \n> b\n", "one two\n> a b", []),
        (b"Content-Type: text/html\n\n<meta charset=utf-8>\xe0\xa6\x95", "ক", []),
    ],
)
def test_words_and_attachments_are_told_apart(raw: bytes, text: str, attachments: list[tuple[str, str]]) -> None:
    assert read(raw) == (text, attachments)


def test_a_notice_beside_real_html_is_not_the_text() -> None:
    text, _ = read(parts("alternative", "Content-Type: text/plain\n\nYour program cannot show HTML.", RICHER))
    assert text.startswith("the real and much longer words")
    short = "Content-Type: text/html\n\n<p>Sewer overflow</p>"
    assert read(parts("alternative", "Content-Type: text/plain\n\nNo HTML here? Get another program.", short))[0] == (
        "Sewer overflow"
    )
    same = "Content-Type: text/html\n\n<p>Our form is in HTML and broken</p>"
    plain = "Content-Type: text/plain\n\nOur form is in HTML and broken"
    assert read(parts("alternative", plain, same))[0] == "Our form is in HTML and broken"


def test_pictures_inside_an_unused_rendering_are_still_attachments() -> None:
    related = (
        "Content-Type: multipart/related; boundary=c\n\n--c\n"
        + HTML
        + "\n--c\nContent-Type: image/png; name=p.png\n\nx\n--c--"
    )
    assert read(parts("alternative", PLAIN, related)) == ("plain words", [("p.png", "image/png")])
