"""Which mails want their attached letters read, and how the words come to stand beside the writer's own."""

from dataclasses import replace

import pytest

from mailbot.ingest.letter import Letter, Letters, wants_letters, with_letters
from mailbot.ingest.parse import read_mail
from mailbot.model import Attachment, Mail, MailKind

PDF = Attachment("letter.pdf", "application/pdf", 9_000)
LOGO = Attachment("logo.png", "image/png", 900)


def mail(text: str = "See the letter.", *files: Attachment, kind: MailKind = MailKind.NEW) -> Mail:
    return replace(read_mail(f"From: a@example.org\n\n{text}\n".encode()), attachments=files, kind=kind)


def test_a_mail_of_few_words_with_a_readable_file_wants_it_read() -> None:
    assert wants_letters(mail("See the letter.", PDF))


@pytest.mark.parametrize(
    "other",
    [
        mail("See the letter."),
        mail("See the letter.", LOGO),
        mail("A long story of the road. " * 40, PDF),
        mail("x", PDF, kind=MailKind.BOUNCE),
        mail("x", PDF, kind=MailKind.AUTO_REPLY),
        replace(mail("x", PDF), spam=True),
    ],
)
def test_no_other_mail_does(other: Mail) -> None:
    assert not wants_letters(other)


def test_words_of_a_picture_are_marked_and_never_replace_the_writers() -> None:
    read = with_letters(mail(), Letters((Letter("a", "the road", machine_read=True),), ("one page was skipped",)))
    assert (read.text, read.attachment_text, read.machine_read) == ("See the letter.", "the road", True)
    assert [warning for warning in read.warnings if "person must look" in warning]
    assert "one page was skipped" in read.warnings


def test_a_picture_without_words_marks_nothing() -> None:
    assert not with_letters(mail(), Letters((Letter("a", " ", machine_read=True),), ())).machine_read
