"""
A mail goes in; whether its grievance may stand in an attached letter comes out, and, once the letter is read (in a
process of its own, see `apart`), the mail with the letter's words beside its own.

Promised: nothing raises. The letter's words never replace the writer's: they stand in `attachment_text`, and a warning
says when a machine has read them from a picture, for such words are for search and for a person, never for routing
alone.
"""

from dataclasses import dataclass, replace

from mailbot.model import Mail, MailKind

WORDS_ENOUGH = 400  # letters of a mail's own text from which on it speaks for itself
_READABLE = (
    "application/pdf",
    "image/",
    "text/plain",
    "text/html",
    "message/rfc822",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
    "application/rtf",
    "application/x-rtf",
    "text/rtf",
    "text/richtext",
    "application/msword",
)
_SMALLEST_PICTURE = 15_000  # bytes: anything less is a logo


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one attached file; `machine_read` when they were recognised in a picture."""

    name: str
    text: str
    machine_read: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """What the attached files of one mail say, and what could not be read."""

    letters: tuple[Letter, ...]
    warnings: tuple[str, ...]


def is_readable(kind: str, size_bytes: int) -> bool:
    """Whether a file of this type may hold a letter."""
    return kind.startswith(_READABLE) and not (kind.startswith("image/") and size_bytes < _SMALLEST_PICTURE)


def wants_letters(mail: Mail) -> bool:
    """Whether attached files should be read: a person's mail that says little and brings one that may say more."""
    persons = mail.by_words or mail.kind in (MailKind.NEW, MailKind.REPLY, MailKind.FORWARD)
    if not persons or mail.bulk or mail.spam:
        return False
    if not any(is_readable(one.type, one.size_bytes) for one in mail.attachments):
        return False
    return sum(char.isalpha() for char in mail.reply_text[: 10 * WORDS_ENOUGH]) < WORDS_ENOUGH


def with_letters(mail: Mail, letters: Letters) -> Mail:
    """The mail with the words of its letters beside its own."""
    text = "\n\n".join(letter.text for letter in letters.letters if letter.text.strip())
    by_machine = any(letter.machine_read and letter.text.strip() for letter in letters.letters)
    warnings = list(letters.warnings)
    if by_machine:
        warnings.append("the words of an attached picture were read by a machine: a person must look")
    return replace(
        mail,
        attachment_text=text,
        machine_read=by_machine,
        warnings=tuple(dict.fromkeys([*mail.warnings, *warnings])),
    )
