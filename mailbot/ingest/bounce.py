"""
The parts and the text of a mail that reports on a delivery go in; who failed and which mail it was about come out.

Promised: nothing raises; exactly the recipients that failed for good are named, never those that are late, were relayed
or only occur in the report; text is looked at up to `LOOKED_AT` characters. Message-IDs are copied as they are written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LOOKED_AT = 64 * 1024
_GROUPS_LIMIT = 500
_ADDRESS = re.compile(r"[A-Za-z0-9_.+&'=/!#$%*?^{|}~-]{1,128}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_ANY_ADDRESS = re.compile(r"[^\s@<>]{1,128}@[^\s@<>]{1,255}")
_XTEXT = re.compile(r"\+(2B|3D)")  # "+" and "=" as RFC 3461 writes them in an original recipient
_FIELD = re.compile(r"([A-Za-z-]{2,40})[ \t]{0,5}:[ \t]{0,50}([^\n]{0,1000})")
_RETURNED_ID = re.compile(
    r"^[> \t]{0,8}message-id:[ \t]{0,20}\n?[ \t]{0,20}(<[^<>\n]{1,998}>)", re.IGNORECASE | re.MULTILINE
)
_COPY_BELOW = re.compile(
    r"copy of (?:the|your|original) (?:message|mail|headers)|original message(?! was received)|returned message|"
    r"message headers? follow|"
    r"body of message|unsent message|undelivered message|transcript of session follows|message follows|"
    r"ursprüngliche nachricht|kopie der nachricht|original-nachricht|mensaje original|message d'origine|^return-path:|"
    r"^received: (?:from|by)",
    re.IGNORECASE,
)
_RULE = re.compile(r"\W{4,200}|\W{3,60}\S.{2,100}?\W{3,60}")
_HEADER_FIELD = re.compile(
    r"(?:return-path|received|dkim-signature|from|to|subject|message-id|date|mime-version|x-[\w-]{2,40}):\s",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"[\s<\[\"'*•-]{0,12}(?:smtp:|rfc822;)?\s?[^\s@<>\[\]]{1,64}@[^\s@<>\[\]:]{1,255}[\s>\]\"':;,.*]{0,12}",
    re.IGNORECASE,
)
_RCPT_TO = re.compile(r"rcpt to:\s{0,3}<([^<>\s]{1,128}@[^<>\s]{1,255})>", re.IGNORECASE)
_TO_LINE = re.compile(r"^[> \t]{0,8}to:([^\n]{1,500})", re.IGNORECASE | re.MULTILINE)
FAILURE = re.compile(
    r"\b5\d\d[ -]#?5?\.?\d|\b5\.\d{1,2}\.\d{1,3}\b|permanent(?:ly)? (?:error|fail)|undeliver|not delivered|"
    r"(?:could|can|did|was|has)(?: ?n[o']t| not)(?: be| been)? (?:delivered|deliver|reach|found|sent)|"
    r"user unknown|unknown user|"
    r"no such (?:user|address|recipient|mailbox|person)|does(?: not|n't) exist|mailbox (?:full|unavailable|"
    r"not found|is full)|"
    r"address(?:es)? (?:rejected|failed|not found|had)|delivery (?:failed|failure|to the following)|"
    r"recipient (?:rejected|unknown|not)|"
    r"invalid (?:user|recipient|address|mailbox|email)|cannot receive|not accepting (?:mail|messages|e-?mail)|"
    r"no longer (?:active|valid|exists|in use|accept)|"
    r"over ?quota|quota exceeded|account (?:disabled|is disabled|inactive)|host (?:unknown|not found)|"
    r"relay(?:ing)? denied|"
    r"following (?:address|recipient)|unbekannt|nicht zugestellt|existiert nicht|inconnu|n'existe pas|"
    r"no existe|desconocid|"
    r"non esiste|sconosciut|не существует|не доставлено|不存在|存在しません|পৌঁছানো যায়নি|ठिकाना मिला नहीं|नहीं पहुंच",
    re.IGNORECASE,
)
_SAFE = re.compile(
    r"deliver(?:ed|y) (?:to )?(?:the )?(?:following )?(?:was )?success|successfully|delayed|still (?:trying|being)"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine-readable report says: actions in order, and the recipients of those that failed."""

    actions: tuple[str, ...]
    failed: tuple[str, ...]


def read_delivery_status(text: str) -> Report:
    """Read a message/delivery-status (RFC 3464): one group of fields a recipient."""
    actions: list[str] = []
    failed: dict[str, None] = {}
    for group in re.split(r"\n[ \t]{0,20}\n", text[:LOOKED_AT])[:_GROUPS_LIMIT]:
        fields = _fields(group)
        action = re.split(r"[\s;(]", fields.get("action", "").strip().lower())[0]
        if not action and "status" in fields and ("final-recipient" in fields or "original-recipient" in fields):
            action = {"5": "failed", "4": "delayed", "2": "delivered"}.get(fields["status"].strip()[:1], "")
        if not action:
            continue
        actions.append(action)
        # The address as we wrote it is the one we know; the final one may be an alias behind it.
        address = _recipient(fields.get("original-recipient", "")) or _recipient(fields.get("final-recipient", ""))
        if action.startswith("fail") and address:
            failed[address] = None
    return Report(tuple(actions), tuple(failed))


def read_disposition(text: str) -> tuple[str, ...]:
    """The recipient that a message/disposition-notification (RFC 8098) speaks of."""
    fields = _fields(text[:LOOKED_AT])
    address = _recipient(fields.get("original-recipient", "")) or _recipient(fields.get("final-recipient", ""))
    return (address,) if address else ()


def _fields(group: str) -> dict[str, str]:
    unfolded = re.sub(r"\n[ \t]{1,50}", " ", group)
    found: dict[str, str] = {}
    for line in unfolded.split("\n")[:200]:
        if field := _FIELD.match(line.strip()):
            found.setdefault(field[1].lower(), field[2].strip())
    return found


def _recipient(value: str) -> str:
    """The address in `rfc822; name@host` and its broken relatives."""
    kind, semicolon, rest = value.partition(";")
    if kind.strip().lower() == "utf-8" and not rest.isascii():  # RFC 6533
        return rest.strip() if _ANY_ADDRESS.fullmatch(rest.strip()) else ""
    found = _ADDRESS.search(rest if semicolon else value)
    return _XTEXT.sub(lambda code: chr(int(code[1], 16)), found[0].strip("'")) if found else ""


def split_copy(text: str) -> tuple[str, str]:
    """The words of a report and the copy of the returned mail below them."""
    lines = text[:LOOKED_AT].split("\n")
    said = False
    for index, line in enumerate(lines):
        bare = line.strip("-=_*>< \t\r")
        if said and _HEADER_FIELD.match(line) and _is_below_rule(lines, index):
            return "\n".join(lines[:index]), "\n".join(lines[index:])
        if said and len(bare) < 200 and _COPY_BELOW.search(bare):
            return "\n".join(lines[:index]), "\n".join(lines[index:])
        said = said or bool(bare)
    return "\n".join(lines), ""


def _is_below_rule(lines: list[str], index: int) -> bool:
    above = next((lines[at] for at in range(index - 1, max(-1, index - 4), -1) if lines[at].strip()), "")
    return len(above) < 200 and bool(_RULE.fullmatch(above.strip()))


def find_failed(text: str, *, not_these: Iterable[str]) -> tuple[str, ...]:
    """The failed recipients in a report written for people; `not_these` are the reporter's and our own addresses."""
    words, _ = split_copy(text)
    known = {address.casefold() for address in not_these}
    lines = [line[:2_000] for line in words.split("\n") if line.strip()][:2_000]
    fails = [bool(FAILURE.search(line)) for line in lines]
    everyone: dict[str, None] = {}
    alone: dict[str, None] = {}
    blamed: dict[str, None] = {}
    in_list = False  # whether the line above blames an address: those below it are blamed with it
    for index, line in enumerate(lines):
        addresses = [found.strip("'.-") for found in _ADDRESS.findall(line)]
        addresses = [found for found in addresses if _may_fail(found, known)]
        everyone.update(dict.fromkeys(addresses))
        is_alone = bool(_ALONE.fullmatch(line[:400]))
        if is_alone:
            alone.update(dict.fromkeys(addresses))
        near = any(fails[max(0, index - 2) : index + 4]) or (in_list and is_alone)
        in_list = bool(addresses) and near and not _SAFE.search(line.lower())
        if in_list:
            blamed.update(dict.fromkeys(addresses))
    # In a language we do not know, failed recipients stand on lines of their own.
    told = blamed or alone or (everyone if len(everyone) == 1 else {})
    if not told:
        named = _RCPT_TO.findall(text[:LOOKED_AT])  # some say it in the transcript of their talk alone
        told = dict.fromkeys(address for address in named if _may_fail(address, known))
    return _without_twins(told)


def find_addressee(texts: Iterable[str], *, not_these: Iterable[str]) -> tuple[str, ...]:
    """The one address that a returned mail was written to; nothing when it was written to several, or it is unknown."""
    known = {address.casefold() for address in not_these}
    for text in texts:
        lines = _TO_LINE.findall(text[:LOOKED_AT])
        found = [one for line in lines[:1] for one in _ADDRESS.findall(line) if _may_fail(one, known)]
        if len(found) == 1:
            return (found[0],)
    return ()


def _may_fail(address: str, known: set[str]) -> bool:
    local = address.casefold().partition("@")[0]
    is_daemon = local in (
        "postmaster",
        "mailer-daemon",
        "abuse",
        "helpdesk",
        "support",
        "mailerdaemon",
        "noreply",
        "no-reply",
    )
    return not is_daemon and address.casefold() not in known


def _without_twins(addresses: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for address in addresses:
        kept.setdefault(address.casefold(), address)
    return tuple(kept.values())


def find_returned_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs written in the headers of returned mails."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_RETURNED_ID.findall(text[:LOOKED_AT])))
    return tuple(found)
