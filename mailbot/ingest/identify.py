"""
Whose mail it is: a new grievance, a follow-up, an officer's answer, an automatic mail, or one for a human.

In: a Mail and what is known of the cases it may belong to. Out: one Identity. Only two people ever touch a case: an
officer it was referred to, proven threefold (known address, our token, our own host's DMARC or DKIM pass), and the
complainant who began it. Everyone else who names a case is held for a human, and learns nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mailbot.ingest.authentication import Authentication, Verdict
from mailbot.ingest.likeness import names_agree
from mailbot.ingest.no_answer import WrittenTo, why_no_answer, written_to
from mailbot.ingest.quote_signs import about_mail
from mailbot.ingest.reply import action_taken
from mailbot.model import Case, Mail, MailKind

AUTOMATIC = frozenset({MailKind.BOUNCE, MailKind.DELAY, MailKind.RECEIPT, MailKind.REPORT, MailKind.AUTO_REPLY})
"""Kinds that no person wrote: never a grievance, never answered. A human looks where only the words say so."""

BY_WORDS = "it reads like a machine's mail, but only its words say so: a person may have written it"
"""Why a mail is held that is automatic by its words alone: nobody is silenced for how his sentence begins."""

COMPLAINANT = "complainant"
"""Stands for a post in the token of a mail that we sent to the complainant."""


class Whose(StrEnum):
    GRIEVANCE = "grievance"
    FOLLOW_UP = "follow_up"
    ANSWER = "answer"
    AUTOMATIC = "automatic"  # about a case or not: never answered
    OURS = "ours"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """
    `reference` is "" when no case is concerned; `post` is the proven officer's who answers; `words` are the answer, and
    `no_answer` says why they end nothing, where they do not.
    """

    whose: Whose
    reason: str
    reference: str = ""
    post: str = ""
    words: str = ""
    no_answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database and our secret know of the cases a mail may belong to."""

    cases: Mapping[str, Case] = field(default_factory=dict)  # the candidates that exist, by reference
    threads: Sequence[str] = ()  # references that the thread headers or our tokens lead to
    returned: Sequence[str] = ()  # references that the mail returned in a bounce or report leads to
    quoted: Sequence[str] = ()  # references written in subject or text
    tokens: Mapping[str, str] = field(default_factory=dict)  # reference → post whose token stands in the mail
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)  # post → addresses, case-folded
    own: frozenset[str] = frozenset()  # our own addresses, case-folded
    to_officers: Mapping[str, Sequence[str]] = field(default_factory=dict)  # reference → texts we sent
    to_complainant: Mapping[str, Sequence[str]] = field(default_factory=dict)


def identify(mail: Mail, known: Known, proof: Authentication) -> Identity:
    """
    Tell whose mail this is.

    Args:
        mail: As read.
        known: The candidates; a candidate that does not exist is left out of `known.cases`.
        proof: What our own receiving host says of the sender.
    """
    if mail.error is not None:
        return Identity(whose=Whose.HELD, reason=f"unreadable: {mail.error}")
    returns_ours = any(reference in known.cases for reference in known.returned)
    if mail.kind in AUTOMATIC and (returns_ours or not mail.by_words):
        return _automatic(mail, known)
    if _plain(mail.sender.address) in known.own:
        return Identity(whose=Whose.OURS, reason="our own mail")
    if mail.kind in AUTOMATIC:
        return replace(_automatic(mail, known), whose=Whose.HELD, reason=f"{BY_WORDS} ({mail.kind.value})")
    candidates = _candidates(known)
    if candidates:
        return _of_a_case(mail, known, proof, candidates)
    return _stranger_to_all_cases(mail)


def _plain(address: str) -> str:
    """An address without its plus part: our own reply addresses are ours too."""
    local, at, domain = address.casefold().rpartition("@")
    return local.partition("+")[0] + at + domain


def _automatic(mail: Mail, known: Known) -> Identity:
    led = [reference for reference in (*known.returned, *known.threads) if reference in known.cases]
    return Identity(whose=Whose.AUTOMATIC, reason=mail.kind.value, reference=led[0] if led else "")


def _candidates(known: Known) -> list[str]:
    """References of existing cases, those the thread leads to before those only written in the text."""
    ordered = dict.fromkeys((*known.threads, *known.quoted))
    return [reference for reference in ordered if reference in known.cases]


def _stranger_to_all_cases(mail: Mail) -> Identity:
    if mail.spam:
        return Identity(whose=Whose.HELD, reason="marked as spam by the receiving host")
    if not (mail.text.strip() or mail.subject.strip() or mail.attachments):
        return Identity(whose=Whose.HELD, reason="empty: no subject, no text, no attachment")
    return Identity(whose=Whose.GRIEVANCE, reason="no case is concerned")


def _of_a_case(mail: Mail, known: Known, proof: Authentication, candidates: Sequence[str]) -> Identity:
    sender = mail.sender.address.casefold()
    for reference in candidates:
        posts = _posts_of(sender, known.cases[reference], known)
        if posts:
            return _answer(mail, known, proof, reference, posts)
    for reference in candidates:
        complainant = known.cases[reference].complainant.address.casefold()
        if sender and sender == complainant:
            return _follow_up(mail, proof, reference)
    return Identity(whose=Whose.HELD, reference=candidates[0], reason=_stranger(mail, known, candidates[0]))


def _stranger(mail: Mail, known: Known, reference: str) -> str:
    """Why somebody who is neither officer nor complainant is held: what a human must know to release the mail."""
    nobody = "neither the complainant nor an officer of the case it names"
    complainant = known.cases[reference].complainant
    if known.tokens.get(reference) == COMPLAINANT:
        same = names_agree(mail.sender.name, complainant.name)
        name = "under the complainant's name" if same else "under another name" if same is False else "unnamed"
        return f"a stranger's mail: it answers our mail to the complainant, but from another address, {name}"
    if reference in known.tokens:
        return f"a stranger's mail: it answers our mail to an officer, but its sender is {nobody}"
    if reference in known.threads:
        return f"a stranger's mail: it stands in the thread of the case, but its sender is {nobody}"
    return f"a stranger's mail: {nobody}"


def _posts_of(sender: str, case: Case, known: Known) -> list[str]:
    """The posts of this case that this address is known for, then or now."""
    return [
        person.post
        for person in case.recipients()
        if sender and (sender == person.address.casefold() or sender in known.addresses.get(person.post, ()))
    ]


def _answer(mail: Mail, known: Known, proof: Authentication, reference: str, posts: Sequence[str]) -> Identity:
    doubt = _doubt(mail, known, proof, reference, posts)
    about = about_mail(people=(*mail.to, *mail.cc), subject=mail.subject)
    words = action_taken(mail.reply_text, known.to_officers.get(reference, ()), about=about)
    if doubt is None and words is None:
        doubt = "the officer wrote no words above the quoted mail"
    if doubt is not None or words is None:
        return Identity(whose=Whose.HELD, reference=reference, reason=f"an officer's answer not accepted: {doubt}")
    return Identity(
        whose=Whose.ANSWER,
        reference=reference,
        post=known.tokens[reference],
        words=words,
        no_answer=why_no_answer(words, _written_to(mail, known, known.cases[reference])) or "",
        reason="proven officer",
    )


def _written_to(mail: Mail, known: Known, case: Case) -> WrittenTo:
    """Whom an officer of this case has written to. What bears the case in its plus part is an address that we gave."""
    given = f"+{case.reference.casefold()}."
    holders = (known.addresses.get(person.post, ()) for person in case.recipients())
    return written_to(
        mail.to if any(person.address for person in mail.to) else mail.cc,
        ours=lambda address: given in address or _plain(address) in known.own,
        complainant=case.complainant.address.casefold(),
        offices={person.address.casefold() for person in case.recipients()}.union(*holders),
    )


def _doubt(mail: Mail, known: Known, proof: Authentication, reference: str, posts: Sequence[str]) -> str | None:
    """Why this is not proven to come from an officer of the case; None when it is."""
    if len(mail.senders) != 1:
        return "it names more than one sender"
    if known.tokens.get(reference) not in posts:
        return "it does not answer the mail we sent to that post"
    if not proof.proves(mail.sender.address):
        return f"the sender is not authenticated ({proof.reason})"
    return None


def _follow_up(mail: Mail, proof: Authentication, reference: str) -> Identity:
    if proof.verdict is Verdict.FAIL:
        return Identity(
            whose=Whose.HELD, reference=reference, reason=f"the complainant's address is forged ({proof.reason})"
        )
    if len(mail.senders) != 1:
        return Identity(whose=Whose.HELD, reference=reference, reason="it names more than one sender")
    return Identity(whose=Whose.FOLLOW_UP, reference=reference, reason="the complainant writes again")
