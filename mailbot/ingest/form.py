"""
What a mail shows of itself before a word of it is weighed: headers, senders, types of its parts, its text.

In: what `parse` has read. Out: the Form that kinds are told by, and what several of them ask of it: whether a mail
system wrote it, and whether its envelope names nobody.
"""

import re
from dataclasses import dataclass

from mailbot.ingest.headers import Headers
from mailbot.model import Address

LOOKED_AT = 16 * 1024  # characters of a text that are weighed
DELIVERY_TYPES = ("message/delivery-status", "message/global-delivery-status")
RECEIPT_TYPES = ("message/disposition-notification", "message/global-disposition-notification")
_DAEMON = re.compile(
    r"mailer[-_.]?daemon|mail[-_ ]?delivery|postmaster|mdaemon|mail[-_ ]system|maildaemon|microsoftexchange|"
    r"delivery[-_ ]subsystem|bounce[-_.]?(?:s|daemon|notification)?@|system administrator|mail administrator|"
    r"smtp[-_]?daemon|post[-_.]master@",
    re.IGNORECASE,
)
_STRICT_DAEMON = re.compile(r"(?:mailer[-_.]?daemon|postmaster|maildaemon|mdaemon)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a mail shows of itself. `reports` are (type, text) of machine-readable parts and returned mails."""

    headers: Headers
    subject: str
    senders: tuple[Address, ...]
    own: tuple[str, ...]  # the addresses it was sent to: ours
    type: str
    report_type: str
    part_types: frozenset[str]
    reports: tuple[tuple[str, str], ...]
    invites: bool  # a calendar's invitation, or the answer to one
    text: str


def is_daemon(form: Form) -> bool:
    """A sender that calls itself a mail system, in its name or its address; a person may be called so too."""
    return any(_DAEMON.search(f"{sender.name} {sender.address}") for sender in form.senders[:5])


def is_strict_daemon(form: Form) -> bool:
    """A mailbox that no person writes from: what names another's address there reports on it, in any language."""
    return any(_STRICT_DAEMON.match(sender.address) for sender in form.senders[:5])


def has_null_path(headers: Headers) -> bool:
    """An envelope that names nobody to answer to, as reports and many automatic replies have it (RFC 5321 4.5.5)."""
    paths = headers.raw("return-path")
    return bool(paths) and paths[0].strip() in (b"<>", b"", b"<MAILER-DAEMON>")
