"""
The bytes of a mail go in; the Mail that a person would read comes out.

Promised: `read_mail` never raises, for any bytes whatever, and its time and memory are bounded by caps taken before
anything is interpreted; what a cap or a repair left out is said in `warnings`. `mail_identity` is the same however
often and wherever the same mail is delivered.

mail-parser stays in this file. It reads the addresses and the date, from a header without trace lines; the parts are
found by `structure` and the texts by `content`, so that no attachment passes through it. Where its reading is empty,
doubtful or unclean, our own takes its place.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import mailparser

from mailbot.ingest.addresses import ADDRESS_LIMIT, parse_addresses
from mailbot.ingest.body import split_reply
from mailbot.ingest.bounce import LOOKED_AT
from mailbot.ingest.content import Content, find_content, quote_starts, read_text
from mailbot.ingest.form import Form
from mailbot.ingest.headers import Headers, decode_header, find_ids, one_line, parse_date, unfold
from mailbot.ingest.kind import Kind, find_kind
from mailbot.ingest.language import find_language
from mailbot.ingest.phone import find_phones
from mailbot.ingest.quote_signs import About, about_mail
from mailbot.ingest.structure import Part, Structure, find_header, find_structure
from mailbot.model import Address, Mail, MailKind, Phone

RAW_LIMIT = 64 * 1024 * 1024
_TRACE = frozenset({"received", "authentication-results"})
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to")
_SHOWN_TO_LIBRARY = ("from", "to", "cc", "date")
_UNCLEAN = re.compile(r"[<>]|  |=\?|\?=|[\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff\u2028\u2029]")
_REPORT_TYPES = re.compile(
    r"message/(?:global-)?(?:delivery-status|disposition-notification|feedback-report|rfc822|headers)|"
    r"text/rfc822-headers|message/rfc822-headers"
)

T = TypeVar("T")


def read_mail(raw: bytes) -> Mail:
    """Read a mail. Whatever the bytes are, a Mail comes out; `error` is set only when nothing could be read."""
    if not raw.strip():
        return _empty("the mail is empty")
    reading = _Reading(raw[:RAW_LIMIT])
    if len(raw) > RAW_LIMIT:
        reading.warnings.append(f"only the first {RAW_LIMIT // 1024 // 1024} MiB were read")
    return reading.attempt("the mail", reading.mail, None) or _empty("; ".join(reading.warnings))


def mail_identity(raw: bytes) -> str:
    """
    The same hexadecimal SHA-256 however the same mail is delivered.

    Over the Message-ID and the body; without a Message-ID over From, Date and Subject as they stand, and the body;
    without From or Date too, over every byte: two mails that say so little of themselves may well be two.
    Trace headers, line ends and blank lines at the end do not count. Nothing is decoded.
    """
    data = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    structure = find_header(data)
    headers = structure.root.headers
    names = ("message-id",) if any(headers.raw("message-id")) else ("from", "date", "subject")
    if not any(any(headers.raw(name)) for name in ("message-id", "from", "date")):
        return hashlib.sha256(data).hexdigest()
    digest = hashlib.sha256()
    for name in names:
        for value in headers.raw(name)[:1]:
            digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n" + structure.raw[structure.root.start :].rstrip(b"\n"))
    return digest.hexdigest()


def _empty(error: str) -> Mail:
    return Mail(
        kind=MailKind.NEW,
        senders=(),
        to=(),
        cc=(),
        delivered_to=(),
        subject="",
        date=None,
        message_id="",
        in_reply_to=(),
        references=(),
        text="",
        reply_text="",
        attachments=(),
        language="und",
        phones=(),
        bounced=(),
        returned_ids=(),
        bulk=False,
        spam=False,
        trace=(),
        warnings=(),
        error=error,
    )


@dataclass(frozen=True, slots=True)
class _Heads:
    senders: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """What this writer wrote, and the numbers in it and in the signature."""

    text: str
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """What the taking apart of a reply needs to know."""

    structure: Structure
    content: Content
    people: tuple[Address, ...]
    subject: str

    def about(self, starts: Iterable[str] = ()) -> About:
        return about_mail(people=self.people, subject=self.subject, starts=[*self.content.starts, *starts])


class _Reading:
    """The reading of one mail: each step is guarded, so that a fault in one leaves the others standing."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.warnings: list[str] = []

    def attempt(self, what: str, step: Callable[[], T], otherwise: T) -> T:
        """Take a step; a fault in it is a warning."""
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - "never raises": what a stranger sends may break any library we call
            self.warnings.append(f"{what} could not be read: {type(error).__name__}")
            return otherwise

    def mail(self) -> Mail:
        structure = find_structure(self.raw)
        self.warnings += structure.warnings
        headers = structure.root.headers
        charset = next((part.charset for part in structure.root.walk() if part.charset), "")
        content = self.attempt("text", lambda: find_content(structure), Content())
        self.warnings += content.warnings
        heads = self.attempt("addresses", lambda: self._heads(headers, charset), _Heads())
        subject = self._subject(headers, charset)
        text = content.text
        form = self._form(structure, subject, heads, text)
        kind = self.attempt("kind", lambda: find_kind(form), _UNKNOWN_KIND)
        people = (*heads.to, *heads.cc)
        source = _Source(structure, content, people, subject)
        own = self.attempt("reply", lambda: self._words(source, kind.kind), _Words(text, ()))
        return Mail(
            kind=kind.kind,
            senders=heads.senders,
            to=heads.to,
            cc=heads.cc,
            delivered_to=_delivered_to(headers),
            subject=subject,
            date=heads.date,
            message_id=next(iter(find_ids(headers.raw("message-id")[:1])), ""),
            in_reply_to=find_ids(headers.raw("in-reply-to")),
            references=find_ids(headers.raw("references")),
            text=text,
            reply_text=own.text,
            attachments=tuple(content.attachments),
            language=self.attempt("language", lambda: find_language(f"{subject}\n{own.text}"), "und"),
            phones=own.phones,
            bounced=tuple(one_line(address) for address in kind.bounced),
            returned_ids=tuple(one_line(identifier) for identifier in kind.returned_ids),
            bulk=kind.bulk,
            by_words=kind.by_words,
            wants_no_answer=kind.wants_no_answer,
            spam=kind.spam,
            trace=tuple((name, unfold(value)) for name, value in headers.fields if name in _TRACE),
            warnings=tuple(dict.fromkeys(one_line(warning) for warning in self.warnings)),
            error=None,
        )

    # --- header

    def _subject(self, headers: Headers, charset: str) -> str:
        values = headers.raw("subject")
        if len(values) > 1:
            self.warnings.append("the mail has several subjects: the first was taken")
        return decode_header(values[0], charset) if values else ""

    def _heads(self, headers: Headers, charset: str) -> _Heads:
        library = self.attempt("a header by mail-parser", lambda: _ask_library(headers), None)
        senders = self._addresses(headers, "from", charset, library)
        if len(headers.raw("from")) > 1:
            self.warnings.append("the mail has several From fields")
        if not senders:
            self.warnings.append("the mail names no sender")
        return _Heads(
            senders=senders,
            to=self._addresses(headers, "to", charset, library),
            cc=self._addresses(headers, "cc", charset, library),
            date=self._date(headers, library),
        )

    def _addresses(self, headers: Headers, name: str, charset: str, library: "_Library | None") -> tuple[Address, ...]:
        """Every address of every field of this name; the library's reading where it is beyond doubt."""
        if library is not None and (sure := library.addresses.get(name)):
            return sure
        found = [one for value in headers.raw(name)[:20] for one in parse_addresses(unfold(value, charset))]
        if len(found) > ADDRESS_LIMIT:
            self.warnings.append(f"only the first {ADDRESS_LIMIT} addresses of a header were read")
        return tuple(found[:ADDRESS_LIMIT])

    def _date(self, headers: Headers, library: "_Library | None") -> datetime | None:
        values = headers.raw("date")
        if library is not None and library.date is not None:
            return library.date
        date = parse_date(unfold(values[0])) if values else None
        if values and date is None:
            self.warnings.append("the date could not be read")
        return date

    # --- body

    def _form(self, structure: Structure, subject: str, heads: _Heads, text: str) -> Form:
        root = structure.root
        parts = root.walk()
        reports = [(part.type, self._report(structure, part)) for part in parts if _REPORT_TYPES.fullmatch(part.type)]
        return Form(
            headers=root.headers,
            subject=subject,
            senders=heads.senders,
            own=tuple(address.address for address in (*heads.to, *heads.cc)) + _delivered_to(root.headers),
            type=root.type,
            report_type=root.params.get("report-type", "").lower(),
            part_types=frozenset(part.type for part in parts),
            reports=tuple(reports),
            invites=any(_is_invitation(part) for part in parts),
            text=text,
        )

    def _report(self, structure: Structure, part: Part) -> str:
        return self.attempt("a report", lambda: read_text(structure.raw, part, limit=LOOKED_AT)[0], "")

    def _words(self, source: "_Source", kind: MailKind) -> "_Words":
        """The writer's own words, and the numbers in them and in the signature."""
        text = source.content.text
        if kind is MailKind.FORWARD:
            return _Words(text, find_phones(text))
        answers = kind in (MailKind.REPLY, MailKind.AUTO_REPLY)
        reply = split_reply(text, answers=answers, about=source.about())
        if answers and not reply.cut and source.content.unused_html is not None:
            starts = quote_starts(source.structure, source.content)
            reply = split_reply(text, answers=answers, about=source.about(starts)) if starts else reply
        if reply.kept_all and kind is MailKind.REPLY:
            self.warnings.append("no words of the writer's own were found: the whole text was kept")
        searched = f"{reply.words}\n\n{reply.signature}" if reply.signature else reply.words
        return _Words(reply.words, find_phones(searched))


_UNKNOWN_KIND = Kind(kind=MailKind.NEW, bulk=False, spam=False)


def _is_invitation(part: Part) -> bool:
    """A calendar's own mail (RFC 6047): its request or answer is the mail itself, not a file that came with one."""
    is_calendar = part.type == "text/calendar" and "method" in part.params and part.disposition != "attachment"
    return is_calendar and part.parent in ("", "multipart/alternative")


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    """Where the mail really went, in the order of the header, each address once."""
    found = [
        address.address
        for name, value in headers.fields
        if name in _DELIVERED_TO
        for address in parse_addresses(unfold(value))[:20]
        if address.address
    ]
    return tuple(dict.fromkeys(found))


# --- mail-parser --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Library:
    """What mail-parser read, and of that only what is beyond doubt."""

    addresses: dict[str, tuple[Address, ...]]
    date: datetime | None


def _ask_library(headers: Headers) -> _Library:
    """Show mail-parser the fields it reads well: those that stand once, in ASCII, without encoded words."""
    shown = {
        name: values[0] for name in _SHOWN_TO_LIBRARY if len(values := headers.raw(name)) == 1 and _is_plain(values[0])
    }
    if not shown:
        return _Library({}, None)
    slim = b"".join(name.encode() + b": " + b" ".join(value.split()) + b"\n" for name, value in shown.items())
    mail = mailparser.parse_from_bytes(slim + b"\n")
    doubtful = {defect.get("header") for defect in mail.address_header_defects}
    read = {"from": mail.from_, "to": mail.to, "cc": mail.cc}
    addresses = {name: _addresses_of(pairs) for name, pairs in read.items() if name in shown and name not in doubtful}
    date = mail.date if isinstance(mail.date, datetime) and mail.date.tzinfo is not None else None
    return _Library({name: found for name, found in addresses.items() if found}, date.astimezone(UTC) if date else None)


def _is_plain(value: bytes) -> bool:
    return value.isascii() and b"=?" not in value and len(value) <= 8_000


def _addresses_of(pairs: object) -> tuple[Address, ...]:
    """Pairs of plain clean strings as addresses; none at all when one of them is not."""
    if not isinstance(pairs, list) or len(pairs) > ADDRESS_LIMIT:
        return ()
    if not all(
        len(pair) == 2 and all(isinstance(part, str) and not _UNCLEAN.search(part) for part in pair) for pair in pairs
    ):
        return ()
    return tuple(Address(one_line(name), address) for name, address in pairs)
