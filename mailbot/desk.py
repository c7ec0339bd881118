"""
A letter handed in at the desk → a case; the same way through as a mail.

In: what the clerk typed and scanned. Out: the case as stored. The letter is archived as a mail of its own making, so
that officers receive the original, scans included, and nothing that reads mail needs a second way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage

from mailbot.errors import StoreUnavailable
from mailbot.ingest.parse import read_mail
from mailbot.intake import Office, decide_letter
from mailbot.model import Case, Complainant, Grievance, Source, Stored
from mailbot.notify.mime import POLICY
from mailbot.ports import CaseStore, MailArchive


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned page or file; `type` is its MIME type."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A grievance on paper as the clerk enters it. `mobile` is E.164 or ""; `address` is an e-mail address or ""."""

    name: str
    mobile: str
    address: str
    subject: str
    text: str
    scans: Sequence[Scan] = ()


def register(letter: Letter, *, archive: MailArchive, store: CaseStore, office: Office, now: datetime) -> Case:
    """
    Make a case of a letter.

    Raises:
        ArchiveError, StoreUnavailable: Nothing was registered.
    """
    raw = as_mail(letter, now)
    (sha256,) = archive.add([raw])
    mail = read_mail(raw)
    grievance = Grievance(
        source=Source.DESK,
        subject=letter.subject,
        text=letter.text,
        language=mail.language,
        complainant=Complainant(name=letter.name, address=letter.address, mobile=letter.mobile),
        attachments=mail.attachments,
        received_at=now,
        raw_sha256=sha256,
    )
    decision = decide_letter(grievance, store, office, now)
    (result,) = store.commit([decision])
    if result.state is not Stored.STORED or decision.case is None:
        raise StoreUnavailable(f"the letter was not registered: {result.reason or result.state.value}")
    return decision.case


def as_mail(letter: Letter, now: datetime) -> bytes:
    """Write a letter down as an RFC 5322 message, scans attached."""
    message = EmailMessage(policy=POLICY.clone(utf8=not letter.address.isascii()))
    message["Date"] = now
    message["Subject"] = " ".join(letter.subject.split())
    if letter.address:
        local, _, domain = letter.address.rpartition("@")
        message["From"] = HeaderAddress(" ".join(letter.name.split()), username=local, domain=domain)
    message.set_content(letter.text)
    for scan in letter.scans:
        maintype, _, subtype = scan.type.partition("/")
        message.add_attachment(scan.content, maintype=maintype, subtype=subtype or "octet-stream", filename=scan.name)
    return message.as_bytes()
