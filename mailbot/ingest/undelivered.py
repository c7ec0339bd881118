"""
The form of a mail goes in; whether it says that a mail of ours failed or is late comes out, whose and which.

Promised: nothing raises. Mail systems that send no machine-readable report write to people, each in its own words: of a
subject, a phrase of failure, a returned copy and a header several must agree, for each alone stands in grievances too.
"""

import re

from mailbot.ingest.automatic import auto_submitted, is_automatic_subject
from mailbot.ingest.bounce import (
    FAILURE,
    find_addressee,
    find_failed,
    find_returned_ids,
    read_delivery_status,
    read_disposition,
    split_copy,
)
from mailbot.ingest.form import (
    DELIVERY_TYPES,
    LOOKED_AT,
    RECEIPT_TYPES,
    Form,
    has_null_path,
    is_daemon,
    is_strict_daemon,
)
from mailbot.model import MailKind

DELIVERED_SUBJECT = re.compile(
    r"(?:delivered|relayed|zugestellt|delivery (?:report|confirmation)|remis)\s?[:：]", re.IGNORECASE
)
_DELAY_WORDS = re.compile(
    r"delivery (?:is |has been |status notification ?\(|temporarily )?(?:delayed|delay\)|suspended)|"
    r"delayed (?:mail|message|delivery)|"
    r"not yet been delivered|has been delayed|still (?:be )?(?:trying|being retried)|will (?:continue|"
    r"keep) (?:to )?(?:try|retry)|"
    r"retry(?:ing)? (?:for|until)|(?:will|to) be retried|this is a warning (?:message )?only|temporary problem|"
    r"(?:delivery|message) incomplete|still undelivered|do not need to re-?send|no action is required|"
    r"message is delayed|delivery delayed|temporary failure report|have not given up|"
    r"warning: (?:message|"
    r"could not send|mail) .{0,60}"
    r"(?:delayed|still|for (?:the )?past|hours)|verzögert|retardé|différé|retrasad|vertraagd|ritardat|задерж|"
    r"延迟|遅延|বিলম্ব|विलंब",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"giving up|gave up|(?<!not )given up|permanent (?:error|fail|fatal)|has been (?:returned|bounced|rejected)|"
    r"failed permanently",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status )?notification|delivery (?:has )?fail|delivery failure|failed (?:mail|"
    r"delivery)|failure (?:notice|report)|"
    r"returned (?:mail|to sender|message|e-?mail)|return(?:ing|ed) message to sender|non[- ]?(?:delivery|"
    r"deliverable|delivered|remis|recapitabile)|"
    r"mail (?:delivery )?(?:failed|failure|error|system error)|message (?:not|undelivered|could not|delivery)|"
    r"could not (?:be )?(?:send|deliver)|"
    r"mail delivery (?:system|subsystem|problem|status)|delivery (?:notice|problem|report|error)|unzustellbar|"
    r"nicht zustellbar|unzustellbare|fehlgeschlagen|"
    r"rejected|rückläufer|"
    r"no se ha podido|no se puede entregar|entrega fallida|devuelto|échec|non distribu|impossible de remettre|"
    r"niet (?:te )?bezorg|onbestelbaar|"
    r"mancata consegna|non recapitat|não entregue|falha na entrega|ikke leveret|olevererbart|"
    r"kan inte levereras|kunne ikke leveres|"
    r"не ?доставлен|недоставлен|невозможно доставить|не удалось доставить|niedostarczon|nie dostarczono|zwrot|"
    r"doručení|kézbesít|"
    r"退信|未送达|无法投递|系统退信|配信不能|配信失敗|送信できません|반송|전송 실패|পৌঁছানো যায়নি|বিতরণ ব্যর্থ|"
    r"डिलीवर नहीं|वितरण विफल|address not found|xmail bounce",
    re.IGNORECASE,
)


def find_bounce(form: Form) -> MailKind | None:
    """Bounces without a machine-readable part: several signs together, since each alone also occurs elsewhere."""
    subject = bool(_BOUNCE_SUBJECT.search(form.subject))
    if form.headers.has("x-failed-recipients"):
        given_up = re.search(r"\bfailed\b|timeout exceeded", split_copy(form.text)[0][:4_000])
        return MailKind.DELAY if is_delay(form) and not given_up else MailKind.BOUNCE
    words, copy = split_copy(form.text)
    words = words[:LOOKED_AT]
    daemon = is_daemon(form)
    automatic = has_null_path(form.headers) or auto_submitted(form.headers) != "no"
    automatic = automatic or form.headers.has("x-mailererror")
    if daemon and is_delay(form):
        return MailKind.DELAY
    if not (daemon or (automatic and subject) or (subject and copy and _begins_with_failure(form, words))):
        return None
    if is_automatic_subject(form.subject) or (daemon and DELIVERED_SUBJECT.match(form.subject)):
        return None
    fails = bool(FAILURE.search(words))
    signs = subject + fails + bool(copy or "message/rfc822" in form.part_types) + automatic
    if signs >= 2 and (subject or fails):
        return MailKind.BOUNCE
    return MailKind.BOUNCE if is_strict_daemon(form) and _names_another(form, words) else None


def _begins_with_failure(form: Form, words: str) -> bool:
    """Whether nobody's mail program wrote this, and its first words are that a mail failed."""
    is_persons = form.headers.has("in-reply-to", "references", "x-mailer", "user-agent")
    first = "\n".join(line for line in words.split("\n") if line.strip())[:300]
    return not is_persons and bool(FAILURE.search(first))


def _names_another(form: Form, words: str) -> bool:
    return bool(find_failed(words, not_these=[*form.own, *(sender.address for sender in form.senders)]))


def is_delay(form: Form) -> bool:
    """Whether it says that the mail is late and has not been given up."""
    words = f"{form.subject}\n{split_copy(form.text)[0][:4_000]}"
    return bool(_DELAY_WORDS.search(words)) and not _GAVE_UP.search(words)


def find_bounced(form: Form) -> tuple[str, ...]:
    """The machine's word first, then the header Exim and Gmail set, then the text for people."""
    failed: dict[str, None] = {}
    for kind, text in form.reports:
        if kind in DELIVERY_TYPES:
            failed.update(dict.fromkeys(read_delivery_status(text).failed))
    if not failed:
        named = ",".join(value.decode("latin-1") for value in form.headers.raw("x-failed-recipients"))
        failed.update(
            dict.fromkeys(address for part in re.split(r"[,;\s]+", named) if "@" in (address := part.strip("<>")))
        )
    if not failed:
        failed.update(
            dict.fromkeys(
                address for kind, text in form.reports if kind in RECEIPT_TYPES for address in read_disposition(text)
            )
        )
    if not failed:
        ours = [*form.own, *(sender.address for sender in form.senders)]
        failed.update(dict.fromkeys(find_failed(form.text, not_these=ours)))
        returned = [text for kind, text in form.reports if kind not in DELIVERY_TYPES + RECEIPT_TYPES]
        failed = failed or dict.fromkeys(find_addressee([*returned, split_copy(form.text)[1]], not_these=ours))
    return tuple(failed)


def returned_ids(form: Form) -> tuple[str, ...]:
    """The Message-IDs of the mails it returns or reports on, whole or as a copy in its text."""
    texts = [text for kind, text in form.reports if kind not in DELIVERY_TYPES + RECEIPT_TYPES]
    texts += [re.sub(r"(?im)^original-message-id:", "Message-ID:", text) for _, text in form.reports]
    return find_returned_ids([*texts, form.text])
