"""
What a proven officer has written, and to whom, goes in; why that is no answer to us comes out, or None when it is one.

A false answer buries a case, and an answer that waits for the desk costs it one command. So: a mail written to others
with us in copy is none, whatever it says; a mail written to us is none that plainly leaves the matter open: it tells
somebody to act, passes the matter on, says that something is under way, asks us something, or says that it was seen.
What ends the matter makes an answer of it, beside such words too. Words of neither kind are an answer if they state
anything: something past, something that is, or a no.
(The states of a transfer, an interim answer and a question are a later step of the same reading.)
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from mailbot.ingest import answer_steps as steps
from mailbot.ingest import answer_words as says
from mailbot.model import Address

LOOKED_AT = 8_000
"""Characters of an answer that are weighed: three pages."""

_WRAPPED = 50  # a line as long as this was broken by a mail program, not by its writer
_ABBREVIATED = re.compile(
    r"\b(?!(?:us|me|it|him|her|up|end|now|day|sir|you|yes|off|ok)\.)([a-z]{1,3})\.(?=[\s\w,/&])|(?<=\w)\.(?=\w)"
)
_WORDS = re.compile(r"[^\s.,;:!?।|()&-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTo:
    """Whom a mail is written to, its copies apart: us, the complainant, an office of the case, somebody else."""

    us: bool
    complainant: bool = False
    office: bool = False
    others: bool = False


def written_to(
    people: Iterable[Address], *, ours: Callable[[str], bool], complainant: str, offices: Collection[str]
) -> WrittenTo:
    """
    Sort those whom a mail is written to.

    Args:
        people: Its To; where nobody stands there (it was sent to a list, or blind) its copies.
        ours: Whether an address, case-folded, is our own.
        complainant: Of the case, case-folded; "" when none is known.
        offices: The addresses of the officers of the case, case-folded, the writer's among them.
    """
    addresses = {person.address.casefold() for person in people if person.address}
    theirs = {address for address in addresses if not ours(address)}
    return WrittenTo(
        us=theirs != addresses or not addresses,
        complainant=complainant in theirs,
        office=not theirs.isdisjoint(offices),
        others=bool(theirs - {complainant, *offices}),
    )


def why_no_answer(words: str, to: WrittenTo) -> str | None:
    """Why this does not end the case; None when it does. No word of the mail is in the reason."""
    return _why_not_to_us(to) or _why_not_final(fold(words), to)


def _why_not_to_us(to: WrittenTo) -> str | None:
    if to.us:
        return None
    if to.complainant:
        return "it is written to the complainant, with us in copy"
    if to.office:
        return "it is written to an office of the case, with us in copy"
    return "it is written to somebody else, with us in copy"


def _why_not_final(text: str, to: WrittenTo) -> str | None:
    found = [(pattern, why) for pattern, why in _OPEN_ENDS if pattern.search(text)]
    if _ends_the_matter(text, [pattern for pattern, _ in found]):
        return None
    return found[0][1] if found else _why_it_says_nothing(text, to)


def _ends_the_matter(text: str, open_ends: Sequence[re.Pattern[str]]) -> bool:
    """Whether words beside those that leave it open say that it was done, refused, or is none of theirs."""
    if not _NOT_THE_LAST_WORD.isdisjoint(open_ends):
        return False
    if says.CLOSES.search(text) or says.REFUSED.search(text):
        return True
    if _UNDER_WAY.isdisjoint(open_ends) and says.PARTY_TOLD.search(text):
        return True
    if _done_last(text, open_ends):
        return True
    passed_on = says.PASSED_ON in open_ends or says.REROUTES in open_ends
    return not passed_on and bool(says.NOT_OURS.search(text))


def _done_last(text: str, open_ends: Sequence[re.Pattern[str]]) -> bool:
    """Whether something was done, and nothing told behind it is unfinished."""
    rest = _without(text, [*open_ends, *_NO_DEEDS])
    last = max((found.start() for found in says.DONE.finditer(rest)), default=None)
    return last is not None and not steps.UNFINISHED.search(text, last)


def _why_it_says_nothing(text: str, to: WrittenTo) -> str | None:
    rest = _without(text, [steps.RECEIVED])
    if _only_seen(rest) or (rest != text and not says.TELLS.search(rest)):
        return "it says only that the mail was seen"
    if to.others:
        return "it is written to somebody else too, and does not say that the matter ended"
    return None if says.TELLS.search(rest) else "it tells of nothing that was done, and of no reason why not"


_MISSING = "it asks for something that is missing"
_GOES_ON = "it says that the matter is under way, not that it ended"
_OPEN_ENDS = (
    (says.REROUTES, "it asks that the matter be sent to another office"),
    (says.ASKS_US, _MISSING),
    (says.ASKS_A_WORD, _MISSING),
    (steps.MISSING, _MISSING),
    (steps.ASKED, "it asks a question"),
    (says.PASSED_ON, "it says that the matter was passed on, not that it ended"),
    (says.INSTRUCTS, "it tells somebody to act, not what was done"),
    (steps.MORE_TO_COME, _GOES_ON),
    (steps.UNDER_WAY, _GOES_ON),
    (steps.STEPS, _GOES_ON),
)
"""In the order in which they are taken out and told: "may be sent to the PWD" is also a form of an instruction."""
_NOT_THE_LAST_WORD = frozenset({says.ASKS_US, steps.MORE_TO_COME})
"""Who announces another mail, or needs something of us, has not ended it, whatever was done so far."""
_UNDER_WAY = frozenset({steps.UNDER_WAY, steps.STEPS})
_NO_DEEDS = (says.UNDONE, steps.ON_THE_WAY, steps.RECEIVED)


def _without(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The text without what any of these finds in it as it was; what stood before and behind does not meet."""
    rest = list(text)
    for pattern in patterns:
        for found in pattern.finditer(text):
            rest[found.start() : found.end()] = "\0" * (found.end() - found.start())
    return "".join(rest)


def _only_seen(text: str) -> bool:
    found = set(_WORDS.findall(text.replace("\0", " ")))
    return ("\0" in text or bool(found & says.SEEN)) and found <= says.SEEN | says.COURTESY


def fold(words: str) -> str:
    """
    A text as expressions are matched: lower case, letters in one spelling, sentences ended, the closing taken off.

    Lines that a mail program broke are joined; a full stop within a date or behind an abbreviation ends no sentence.
    """
    lines = [" ".join(says.one_spelling(line).casefold().split()) for line in words[:LOOKED_AT].split("\n")]
    end = next((at for at, line in enumerate(lines) if at and says.CLOSING.fullmatch(line)), len(lines))
    joined = "".join(line + (" " if len(line) >= _WRAPPED else " | ") for line in lines[:end])
    return " ".join(_ABBREVIATED.sub(lambda found: f"{found[1] or ''} ", joined).split()).strip(" |")
