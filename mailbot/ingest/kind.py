"""
The headers, the parts and the text of a mail go in; what sort of mail it is comes out, by its form alone.

Promised: nothing raises. A bounce is looked for before an automatic reply, because many bounces call themselves one; a
delay is no bounce; what reports on our own mail says which (`returned_ids`) and which addresses failed (`bounced`).
Neither who wrote it nor what it asks for is considered here.
"""

import re
from dataclasses import dataclass

from mailbot.ingest.automatic import auto_submitted, reads_automatic, says_automatic
from mailbot.ingest.bounce import read_delivery_status
from mailbot.ingest.form import (
    DELIVERY_TYPES,
    LOOKED_AT,
    RECEIPT_TYPES,
    Form,
    has_null_path,
    is_daemon,
    is_strict_daemon,
)
from mailbot.ingest.headers import Headers
from mailbot.ingest.undelivered import DELIVERED_SUBJECT, find_bounce, find_bounced, is_delay, returned_ids
from mailbot.model import MailKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    kind: MailKind
    bulk: bool
    spam: bool
    by_words: bool = False  # a machine's by its words alone: nothing in its header or its parts says so
    wants_no_answer: bool = False
    bounced: tuple[str, ...] = ()
    returned_ids: tuple[str, ...] = ()


def find_kind(form: Form) -> Kind:
    """Decide what sort of mail it is."""
    about = (MailKind.BOUNCE, MailKind.DELAY, MailKind.RECEIPT, MailKind.REPORT)
    kind = _find_report(form) or find_bounce(form) or _find_automatic(form) or _find_conversation(form)
    return Kind(
        kind=kind,
        bulk=is_bulk(form.headers),
        spam=is_spam(form.headers),
        by_words=kind in (*about, MailKind.AUTO_REPLY) and not _is_marked(form),
        wants_no_answer=has_null_path(form.headers),
        bounced=find_bounced(form) if kind is MailKind.BOUNCE else (),
        returned_ids=returned_ids(form) if kind in about else (),
    )


def _is_marked(form: Form) -> bool:
    """Whether header, parts or mailbox show that a machine wrote it, so that nothing hangs on what its words are."""
    headers = form.headers
    return (
        has_null_path(headers)
        or (says_automatic(headers) and not _is_of_its_own_accord(headers))
        or headers.has(*_MACHINES_FIELDS)
        or is_strict_daemon(form)
        or form.type == "multipart/report"
        or not form.part_types.isdisjoint(_REPORT_TYPES)
        or bool(_AGGREGATE.match(form.subject))
    )


def _is_of_its_own_accord(headers: Headers) -> bool:
    """Generated, and no answer to anything (RFC 3834 5): a form on a web site sends a person's words so."""
    return auto_submitted(headers) == "auto-generated" and not headers.has("in-reply-to", "references")


# --- flags --------------------------------------------------------------------------------------------------------

_LIST_FIELDS = (
    "list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive",
    "mailing-list", "x-mailing-list", "x-mailinglist", "x-campaign", "x-campaignid", "x-mailman-version", "x-list",
)  # fmt: skip


def is_bulk(headers: Headers) -> bool:
    """A list or a newsletter: nobody waits for an acknowledgement."""
    return headers.has(*_LIST_FIELDS) or headers.token("precedence") in ("bulk", "list", "junk")


def is_spam(headers: Headers) -> bool:
    """Marked so by the receiving host, whose line is the topmost of its name."""
    return headers.token("x-spam-flag") in ("yes", "true") or headers.token("x-spam-status").startswith("yes")


# --- reports ------------------------------------------------------------------------------------------------------

_REPORT_TYPES = frozenset({*DELIVERY_TYPES, *RECEIPT_TYPES, "message/feedback-report"})
_MACHINES_FIELDS = ("x-failed-recipients", "x-mailererror", "x-hmxmroriginalrecipient", "x-ricevuta")
_RECEIPT_SUBJECT = re.compile(
    r"(?:(?:not |nicht |non )?read|(?:un|nicht )?gelesen|lu|leído|leido|letto|gelezen|lida|læst|läst|lest|"
    r"прочитано|既読|已读|पढ़ा|পঠিত|read receipt|"
    r"return receipt|lesebestätigung|empfangsbestätigung \(angezeigt\)|accusé de lecture|"
    r"confirmation de lecture)\s?(?:[:：(-]|$)",
    re.IGNORECASE,
)
_RECEIPT_WORDS = re.compile(
    r"was read on|your message .{0,300}?(?:was (?:read|displayed|opened)|has been (?:read|displayed))|this is a "
    r"(?:read|return) receipt|return receipt for the mail|wurde (?:am .{0,80}?)?gelesen|a été lu|"
    r"ha sido leído|è stato letto|"
    r"was received by\W|deleted without being read|ohne gelesen zu werden|"
    r"this receipt verifies that the message (?:has been|was) displayed",
    re.IGNORECASE | re.DOTALL,
)
_REFUSED = re.compile(r"\breject(?:ed|ion)\b|\brefused\b", re.IGNORECASE)


def _find_report(form: Form) -> MailKind | None:
    """Reports that say so by their structure (RFC 3462 and its kin)."""
    actions = tuple(
        action for kind, text in form.reports if kind in DELIVERY_TYPES for action in read_delivery_status(text).actions
    )
    types = form.part_types if form.type == "multipart/report" or not _is_conversation(form) else frozenset[str]()
    if form.report_type == "delivery-status" or types.intersection(DELIVERY_TYPES):
        return _delivery_kind(form, actions)
    if form.report_type == "disposition-notification" or types.intersection(RECEIPT_TYPES):
        return MailKind.BOUNCE if _is_refusal(form) else MailKind.RECEIPT
    if form.type == "multipart/report" or "message/feedback-report" in types:
        return MailKind.REPORT if form.report_type or "message/feedback-report" in types else None
    if _AGGREGATE.match(form.subject):
        return MailKind.REPORT
    complains = form.headers.has("x-hmxmroriginalrecipient")  # Hotmail's, when somebody calls our mail junk
    if form.invites or complains:
        return MailKind.REPORT
    return _CERTIFIED.get(form.headers.token("x-ricevuta"))


_AGGREGATE = re.compile(
    r"\s{0,5}(?:\[[^\]]{1,40}\]\s{0,3})?report domain:\s?\S{1,255}\s{1,3}submitter:", re.IGNORECASE
)  # DMARC
_CERTIFIED = {  # Italian certified mail (RFC 6109)
    "errore-consegna": MailKind.BOUNCE,
    "preavviso-errore-consegna": MailKind.BOUNCE,
    "accettazione": MailKind.RECEIPT,
    "non-accettazione": MailKind.BOUNCE,
    "presa-in-carico": MailKind.RECEIPT,
    "avvenuta-consegna": MailKind.RECEIPT,
}


def _is_refusal(form: Form) -> bool:
    """Dovecot and Sieve refuse a mail in the form of a receipt (RFC 5429)."""
    if auto_submitted(form.headers) == "no":
        return False
    return bool(_REFUSED.search(form.subject)) and bool(_REFUSED.search(form.text[:1_000]))


def _delivery_kind(form: Form, actions: tuple[str, ...]) -> MailKind:
    if any(action.startswith("fail") for action in actions):
        return MailKind.BOUNCE
    if "delayed" in actions:
        return MailKind.DELAY
    if actions:
        return MailKind.RECEIPT  # delivered, relayed or expanded: all went well
    return MailKind.DELAY if is_delay(form) else MailKind.BOUNCE


# --- automatic replies --------------------------------------------------------------------------------------------


def _find_automatic(form: Form) -> MailKind | None:
    quiet = has_null_path(form.headers) or auto_submitted(form.headers) != "no"
    if _is_receipt(form, quiet=quiet):
        return MailKind.RECEIPT
    return (
        MailKind.AUTO_REPLY
        if says_automatic(form.headers) or reads_automatic(form.headers, form.subject, form.text, quiet=quiet)
        else None
    )


def _is_receipt(form: Form, *, quiet: bool) -> bool:
    """Read receipts and delivery confirmations without a machine-readable part."""
    if _RECEIPT_SUBJECT.match(form.subject) and _RECEIPT_WORDS.search(form.text[:4_000]):
        return True
    return bool(DELIVERED_SUBJECT.match(form.subject)) and (quiet or is_daemon(form))


# --- people -------------------------------------------------------------------------------------------------------

_FORWARD_SUBJECT = re.compile(
    r"\s{0,5}\[?(?:fwd?|fw|wg|tr|rv|enc|i|vb|vs|doorst|pd|转发|轉寄|転送|전달|ফরোয়ার্ড|ফরওয়ার্ড|अग्रेषित|"
    r"फॉरवर्ड)\]?\s?[:：]",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"\s{0,5}(?:re|aw|sv|antw|antwort|rif|r|ref|odp|ynt|res|bls|回复|回覆|答复|返信|답장|উত্তর|পুনঃ|পুনরায়|পুনরায়|"
    r"उत्तर|प्रत्युत्तर|पुनः)"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]",
    re.IGNORECASE,
)
_EITHER_SUBJECT = re.compile(r"\s{0,5}vs\s?[:：]", re.IGNORECASE)  # a Finn's answer, a Dane's forward
_FORWARD_MARK = re.compile(
    r"^[> \t]{0,4}(?:-{2,20}\s?(?:forwarded (?:message|by)|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht|mensagem encaminhada|ফরোয়ার্ড করা (?:বার্তা|মেসেজ)|"
    r"ফরওয়ার্ড করা (?:বার্তা|মেসেজ)|"
    r"अग्रेषित संदेश|फ़ॉरवर्ड किया गया संदेश|अगाडि पठाइएको सन्देश).{0,40}-{0,20}|begin forwarded message:|"
    r"start of forwarded message)",
    re.IGNORECASE | re.MULTILINE,
)


def _is_conversation(form: Form) -> bool:
    return form.headers.has("in-reply-to", "references") and not is_daemon(form)


def _find_conversation(form: Form) -> MailKind:
    threaded = form.headers.has("in-reply-to", "references")
    answers = bool(_REPLY_SUBJECT.match(form.subject)) or (threaded and bool(_EITHER_SUBJECT.match(form.subject)))
    if not answers and (_FORWARD_SUBJECT.match(form.subject) or _FORWARD_MARK.search(form.text[:LOOKED_AT])):
        return MailKind.FORWARD
    return MailKind.REPLY if answers or threaded else MailKind.NEW
