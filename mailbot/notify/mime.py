"""
A rendered e-mail as the bytes that leave: headers, text, HTML, and the original attached.

In: an outbox message, the sender, and what the receiving server can take. Out: envelope and content, lines ended with
CRLF. Promised: no header holds more than one line; the original's bytes are not touched (a file with bare line feeds
gets the line ends of mail); what cannot be carried as it is travels in base64, or is replaced by a note.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from io import BytesIO

from mailbot.model import EmailParts, OutboxMessage

LONGEST_LINE = 998
LONGEST_ADDRESS = 254
ADDRESS = re.compile(r"([^\x00-\x20\x7f<>,;:\"()\[\]\\@]+)@([^\x00-\x20\x7f<>,;:\"()\\@]+)")


class MailPolicy(EmailPolicy):
    """
    The library's policy for mail that leaves, but for Message-IDs and subjects beyond ASCII.

    The library turns a long id into an encoded word, which other programs do not read, and the thread breaks: here ids
    stand one a line, as they are. It also folds a long Bengali subject so that spaces between words are lost (Python
    3.11); its older Header does it right.
    """

    IDS = frozenset({"message-id", "in-reply-to", "references"})

    def fold(self, name: str, value: str) -> str:
        if name.lower() in self.IDS:
            return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep
        if self._is_foreign_subject(name, value):
            encoded = Header(str(value), "utf-8", header_name=name, maxlinelen=76).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in self.IDS or self._is_foreign_subject(name, value):
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)

    @staticmethod
    def _is_foreign_subject(name: str, value: str) -> bool:
        return name.lower() == "subject" and not str(value).isascii()


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """What a server takes: 8-bit content, addresses beyond ASCII, mails of this size (0: it does not say)."""

    eight_bit: bool
    utf8: bool
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """An envelope and its content, with the ESMTP parameters that it needs."""

    sender: str
    recipient: str
    content: bytes
    options: tuple[str, ...]


def mail_address(address: str, name: str = "") -> Address:
    """
    Read one plain address; a domain beyond ASCII is given in its ASCII form, which every server takes.

    Raises:
        ValueError: It is none, or has what no envelope can carry.
    """
    found = ADDRESS.fullmatch(address)
    if found is None or len(address) > LONGEST_ADDRESS:
        raise ValueError("not an e-mail address")
    domain = found[2] if found[2].isascii() else found[2].encode("idna").decode("ascii")
    return Address(display_name=name, username=found[1], domain=domain)


def write_mail(
    message: OutboxMessage, *, sender: Address, date: str, original: bytes | None, taker: Taker, note: bool = False
) -> WrittenMail:
    """
    Write one mail for one server.

    Args:
        message: An e-mail; its recipient gets it alone.
        sender: For From and the envelope.
        date: The Date header.
        original: What to attach; None for nothing.
        taker: What the server can take.
        note: Attach a note instead of the original, also when its size would do.

    Raises:
        ValueError: No mail can be written of it: a header with a line break, an address that is none, or one beyond
            ASCII that this server does not take.
        email.errors.MessageError: The same, as the library found it.
    """
    if message.email is None:
        raise ValueError("not an e-mail")
    recipient = mail_address(message.recipient)
    utf8 = not (recipient.username + sender.username).isascii()
    if utf8 and not taker.utf8:
        raise ValueError("the server takes no address beyond ASCII")
    head = _head(message.email, sender=sender, recipient=recipient, date=date, utf8=utf8)
    body = _body(message)
    content = head + body
    if original is not None:
        part = _note_part(original) if note else _original_part(original, taker)
        content = head + _mixed(body, part)
        if not note and taker.size_bytes and len(content) > taker.size_bytes:
            content = head + _mixed(body, _note_part(original))
    options = [f"SIZE={len(content)}"] if taker.size_bytes else []
    options += ["SMTPUTF8"] if utf8 else []
    options += ["BODY=8BITMIME"] if taker.eight_bit and not content.isascii() else []
    return WrittenMail(sender=sender.addr_spec, recipient=recipient.addr_spec, content=content, options=tuple(options))


def _head(email: EmailParts, *, sender: Address, recipient: Address, date: str, utf8: bool) -> bytes:
    """All headers but those of the content."""
    head = EmailMessage(policy=POLICY.clone(utf8=utf8))
    head["From"] = sender
    head["To"] = recipient
    head["Subject"] = email.subject
    head["Date"] = date
    head["Message-ID"] = email.message_id
    if email.reply_to:
        head["Reply-To"] = email.reply_to
    if email.in_reply_to:
        head["In-Reply-To"] = email.in_reply_to
    if email.references:
        head["References"] = " ".join(email.references)
    head["Auto-Submitted"] = email.auto_submitted
    head["X-Auto-Response-Suppress"] = "All"
    head["MIME-Version"] = "1.0"
    return b"".join(head.policy.fold_binary(name, value) for name, value in head.raw_items())


def _body(message: OutboxMessage) -> bytes:
    """Headers and content of the text, with the HTML beside it where there is one."""
    body = EmailMessage(policy=POLICY)
    body.set_content(message.text)
    if message.email is not None and message.email.html:
        body.add_alternative(message.email.html, subtype="html")
    del body["MIME-Version"]
    return body.as_bytes()


def _mixed(first: bytes, second: bytes) -> bytes:
    boundary = b"=_" + hashlib.sha256(first + second).hexdigest()[:40].encode()
    return b"".join(
        (
            b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n',
            b"--" + boundary + b"\r\n" + first + b"\r\n",
            b"--" + boundary + b"\r\n" + second + b"\r\n",
            b"--" + boundary + b"--\r\n",
        )
    )


def _original_part(original: bytes, taker: Taker) -> bytes:
    """
    The original as message/rfc822, which may not be encoded (RFC 2046 5.2.1), or as a plain file in base64.

    A library would take the mail apart and write it anew; here its bytes are passed on.
    """
    if b"\r" not in original:
        original = original.replace(b"\n", b"\r\n")
    if not _can_travel(original, taker):
        return _attachment("application/octet-stream", "original.eml", "base64") + _base64(original)
    encoding = "7bit" if original.isascii() else "8bit"
    return _attachment("message/rfc822", "original.eml", encoding) + original


def _can_travel(original: bytes, taker: Taker) -> bool:
    """Whether a line-based transport brings these bytes across as they are."""
    ends = original.count(b"\r\n")
    if original.count(b"\r") != ends or original.count(b"\n") != ends or b"\0" in original:
        return False
    if not (taker.eight_bit or original.isascii()):
        return False
    return all(len(line.rstrip(b"\r\n")) <= LONGEST_LINE for line in BytesIO(original))


def _note_part(original: bytes) -> bytes:
    note = (
        "The original could not be attached: this mail server takes no mail of its size or kind.\n"
        f"It has {len(original):,} bytes and is kept in the archive of mailbot as\n"
        f"{hashlib.sha256(original).hexdigest()}\n"
    )
    return _attachment("text/plain; charset=us-ascii", "original.txt", "7bit") + note.replace("\n", "\r\n").encode()


def _attachment(kind: str, filename: str, encoding: str) -> bytes:
    return (
        f"Content-Type: {kind}\r\n"
        f'Content-Disposition: attachment; filename="{filename}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode()


def _base64(original: bytes) -> bytes:
    return base64.encodebytes(original).replace(b"\n", b"\r\n")
