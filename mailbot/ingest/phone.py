"""
A text goes in; the telephone numbers in it come out, each with the reason it was taken or left, and the writer's own.

Promised: nothing raises and time is linear in the text (the first 200,000 characters are looked at). Only Indian
mobiles get an E.164; a number that a label calls anything but a phone (Aadhaar, account, consumer, PNR, ration card,
application …) is left. Offsets are those of the text given. Source: the national numbering plan, by `phonenumbers`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers

from mailbot.ingest.phone_labels import CLOSING, ID_LABEL, PERSONAL_LINE, PHONE_LABEL, SAID_ANOTHERS, SAID_OWN
from mailbot.model import Phone

_LOOKED_AT = 200_000
_NUMBERS_LIMIT = 500
_LOOK_BACK = 45
_LOOK_AHEAD = 30

_DIGITS = re.compile(r"\d+")
_GAP = re.compile(r"[ ]{0,2}[-._()]?[ ]{0,2}|[ -]?\n[ ]?|\) ?[- ]?")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\xad\u200e\u200f\u202a-\u202e]")
_PLAIN = (
    {code: str(unicodedata.decimal(chr(code))) for code in range(0x80, 0x1FBFA) if chr(code).isdecimal()}
    | dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
    | dict.fromkeys((*range(8208, 8214), 8722, 65112, 65123, 65293), "-")
    | str.maketrans("＋：（）／", "+:()/")
)
_PREFIXES = ("", "0", "91", "091", "0091", "910", "+91", "+910")

_CLAUSE = re.compile(r"[;,\n।|]|\.\s|\?\s|!\s")
_JOINED_BY = re.compile(r"(?:\s|[,/&+()-]|and|or|এবং|ও|বা|অথবা|और|या|र|ba|o|ebong|aur|ya|no|nos|\.){0,12}", re.IGNORECASE)
_ABBREVIATED = re.compile(
    r"\b(?:no|nos|ph|mob|tel|a/c|ac|cont|ref|regd?|sl|sr|p|m|appl?)$|(?:^|\s)(?:सं|क्र|नं|मो|दू|নং|মো|ফো|রে|আ)$",
    re.IGNORECASE,
)
# A number that stands between a label and ours is the label's own: "Pin-721101 98…".
_OWN_NUMBER = re.compile(r"\d{4}")
_DECIMAL_BEFORE = re.compile(r"\d\d\.$")
_GROUP_BEFORE = re.compile(r"(?<!\d)\d{5}[ -]$")
_DIALLED = re.compile(r"(?:wa\.me/|tel:|phone=)\+?$", re.IGNORECASE)
_DECIMALS = re.compile(r"\.\d")
_MONEY = re.compile(r"(?:₹|\brs\.?|\binr)\s?$", re.IGNORECASE)
_SERIES = re.compile(r"\b[A-Z]{2,6}[-/]?$")
_NUMBER_BEFORE = re.compile(r"\d[A-Za-z]{0,3}[/-]$")
_NUMBER_BEHIND = re.compile(r"[-/]\d{4,}|\d")
_PHONE_BEHIND = re.compile(r"[-/ ]?\+?[6-90]\d{4}")
_URL_BEFORE = re.compile(r"(?:https?://|www\.)\S{0,300}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    digits: str  # ten, from 6 to 9
    start: int  # in the folded text
    end: int
    prefix: str
    groups: tuple[int, ...]  # lengths of the digit groups as written


@dataclass(frozen=True, slots=True)
class _Verdict:
    label: str  # phone, none; id: the number is left
    reason: str
    own: bool = False

    @property
    def taken(self) -> bool:
        return self.label != "id"


def find_phones(text: str) -> tuple[Phone, ...]:
    """Every number that could be an Indian mobile, in the order of the text."""
    folded, places = _fold(text[:_LOOKED_AT])
    found: list[Phone] = []
    before: tuple[_Candidate, _Verdict] | None = None
    for candidate in _candidates(folded)[:_NUMBERS_LIMIT]:
        verdict = _judge(folded, candidate, before)
        before = (candidate, verdict)
        start, end = places[candidate.start], places[candidate.end - 1] + 1
        e164 = f"+91{candidate.digits}" if verdict.taken else None
        found.append(
            Phone(
                e164=e164,
                written=" ".join(text[start:end].split()),
                start=start,
                end=end,
                own=verdict.own,
                reason=verdict.reason,
            )
        )
    return tuple(found)


def choose_mobile(phones: Iterable[Phone]) -> str:
    """The complainant's own number, the one he calls his before one in the signature; "" when none is certain."""
    own = [phone for phone in phones if phone.own and phone.e164]
    best = next((phone for phone in own if phone.reason == _CALLED_OWN), own[0] if own else None)
    return best.e164 or "" if best else ""


_CALLED_OWN = "the writer calls it his own"
_SIGNED = "it stands in the signature"


# --- finding ------------------------------------------------------------------------------------------------------


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Digits of all scripts, exotic blanks and dashes made plain, zero-width characters out; where each came from."""
    if text.isascii():
        return text, range(len(text))
    if not _ZERO_WIDTH.search(text):
        return text.translate(_PLAIN), range(len(text))
    places = [index for index, char in enumerate(text) if not _ZERO_WIDTH.match(char)]
    return _ZERO_WIDTH.sub("", text).translate(_PLAIN), places


def _candidates(text: str) -> list[_Candidate]:
    groups = list(_DIGITS.finditer(text))
    found: list[_Candidate] = []
    index = 0
    while index < len(groups) and len(found) < _NUMBERS_LIMIT:
        taken = _combine(text, groups, index)
        if taken is None:
            index += 1
            continue
        candidates, used = taken
        found.extend(candidates)
        index += used
    return found


def _combine(text: str, groups: Sequence[re.Match[str]], index: int) -> tuple[list[_Candidate], int] | None:
    """Neighbouring digit groups from `index` on that make one number (or two written together)."""
    first = groups[index]
    plus = first.start() > 0 and text[first.start() - 1] == "+"
    start = first.start() - plus
    digits = ""
    lengths: list[int] = []
    for group in groups[index : index + 7]:
        if lengths and not _GAP.fullmatch(text[groups[index + len(lengths) - 1].end() : group.start()]):
            break
        digits += group[0]
        lengths.append(len(group[0]))
        if len(digits) > 20:
            break
        prefix = _prefix(digits, plus=plus)
        if prefix is not None:
            return [_Candidate(digits[-10:], start, group.end(), prefix, tuple(lengths))], len(lengths)
    if len(first[0]) == 20 and _is_mobile(first[0][:10]) and _is_mobile(first[0][10:]):
        middle = first.start() + 10
        return [
            _Candidate(first[0][:10], first.start(), middle, "", (10,)),
            _Candidate(first[0][10:], middle, first.end(), "", (10,)),
        ], 1
    return None


def _prefix(digits: str, *, plus: bool) -> str | None:
    """What stands before ten digits of a mobile; None when these digits are no mobile."""
    rest = digits[-10:]
    prefix = ("+" if plus else "") + digits[:-10]
    return prefix if len(digits) >= 10 and prefix in _PREFIXES and _is_mobile(rest) else None


def _is_mobile(digits: str) -> bool:
    if digits[0] not in "6789" or len(set(digits)) == 1:
        return False
    number = phonenumbers.PhoneNumber(country_code=91, national_number=int(digits))
    if not phonenumbers.is_valid_number(number):
        return False
    kind = phonenumbers.number_type(number)
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


# --- judging ------------------------------------------------------------------------------------------------------


def _judge(text: str, candidate: _Candidate, before: tuple[_Candidate, _Verdict] | None) -> _Verdict:
    if reason := _impossible(text, candidate, before):
        return _Verdict("id", reason)
    floor = before[0].end if before else 0
    if (
        before
        and _JOINED_BY.fullmatch(text[floor : candidate.start])
        and "\n" not in text[floor : candidate.start].strip(" ")
    ):
        return before[1]  # a list shares its label: "Mob: … / …"
    clause = _clause_before(text, candidate.start, floor)
    label, word = _label(clause, text[candidate.end : candidate.end + _LOOK_AHEAD])
    if label == "id":
        return _Verdict("id", f"its label is no phone's: {word.strip().lower()[:30]}")
    if label != "phone" and candidate.groups == (4, 4, 4) and not candidate.prefix.startswith("+"):
        return _Verdict("id", "twelve digits in fours, as an Aadhaar number is written")
    own, reason = _is_own(text, candidate, clause, labelled=label == "phone")
    return _Verdict(label, reason, own)


def _impossible(text: str, candidate: _Candidate, before: tuple[_Candidate, _Verdict] | None) -> str:
    """What its neighbours say against it; "" when nothing does."""
    ahead, behind = text[max(0, candidate.start - 300) : candidate.start], text[candidate.end : candidate.end + 12]
    follows = before is not None and before[0].end >= candidate.start - 2
    is_link = _URL_BEFORE.search(ahead) and not _DIALLED.search(ahead)
    is_landline = candidate.prefix == "0" and candidate.groups[0] in (3, 4, 5) and len(candidate.groups) > 1
    signs = (
        (behind.startswith("@"), "part of an address"),
        (is_link, "part of a link"),
        (is_landline, "written as a landline with its area code"),
        (_DECIMALS.match(behind) or _MONEY.search(ahead) or _DECIMAL_BEFORE.search(ahead), "an amount"),
        (candidate.groups == (2, 8) and "." in text[candidate.start : candidate.end], "an amount"),
        (candidate.groups == (5, 5) and _GROUP_BEFORE.search(ahead), "part of a longer number"),
        (_SERIES.search(ahead) and not PHONE_LABEL.search(ahead[-12:]), "part of an identifier with letters"),
        (_NUMBER_BEFORE.search(ahead) and not follows, "part of a longer number"),
        (_NUMBER_BEHIND.match(behind) and not _PHONE_BEHIND.match(behind), "part of a longer number"),
    )
    return next((reason for sign, reason in signs if sign), "")


def _clause_before(text: str, start: int, floor: int) -> str:
    """The words before a number that can be its label."""
    from_here = max(floor, start - _LOOK_BACK)
    window = text[from_here:start]
    own_line = window.rstrip(" \t\n")
    if own_line.endswith((":", "-", "–", "নং", "নম্বর", "नंबर", "no", "no.", "No", "No.")):
        # The label may stand on the line above.
        kept = _CLAUSE.sub(
            lambda mark: mark[0] if mark.end() > len(own_line) or _is_abbreviation(window, mark) else "\0", window
        )
        return kept.rsplit("\0", 1)[-1]
    last = 0
    for mark in _CLAUSE.finditer(window):
        if not _is_abbreviation(window, mark):
            last = mark.end()
    return window[last:]


def _is_abbreviation(window: str, mark: re.Match[str]) -> bool:
    """ "Mob. No. 98…": these full stops end no clause."""
    return mark[0][0] == "." and bool(_ABBREVIATED.search(window[: mark.start()]))


def _label(clause: str, after: str) -> tuple[str, str]:
    """The label next to the number: "phone", "id" or "none", and its words."""
    labels = [
        (found.start(), "id", found[0])
        for found in ID_LABEL.finditer(clause)
        if not _OWN_NUMBER.search(clause, found.end())
    ]
    labels += [(found.start(), "phone", found[0]) for found in PHONE_LABEL.finditer(clause)]
    if labels:
        _, label, word = max(labels)
        return label, word
    behind = _CLAUSE.split(after, maxsplit=1)[0]
    if found := re.match(
        r"\s{0,2}[(–:-]?\s?(?:is|হল|হলো|है|এটা|yeh|eta)?\s?(?:the|my|our|আমার|मेरा|amar|mera)?\s?", behind
    ):
        rest = behind[found.end() :]
        if (is_id := ID_LABEL.match(rest)) is not None:
            return "id", is_id[0]
        if (is_phone := PHONE_LABEL.match(rest)) is not None:
            return "phone", is_phone[0]
    return "none", ""


def _is_own(text: str, candidate: _Candidate, clause: str, *, labelled: bool) -> tuple[bool, str]:
    line_start = text.rfind("\n", 0, candidate.start) + 1
    line_end = text.find("\n", candidate.end)
    line = text[max(line_start, candidate.start - 200) : candidate.start]
    whole = line + text[candidate.end : line_end if 0 <= line_end < candidate.end + 60 else candidate.end + 60]
    if SAID_ANOTHERS.search(clause) or (SAID_ANOTHERS.search(line[-60:]) and not SAID_OWN.search(clause)):
        return False, "it is said to be another's"
    if SAID_OWN.search(clause) and (
        labelled or re.search(r"\b(?:no|number|নম্বর|নং|नंबर|nombor|number)\b", clause, re.IGNORECASE)
    ):
        return True, _CALLED_OWN
    if SAID_ANOTHERS.search(whole):
        return False, "it is said to be another's"
    if _is_signed(text, line_start, candidate, line):
        return True, _SIGNED
    return False, "labelled as a phone" if labelled else "no label, but a mobile by its form"


def _is_signed(text: str, line_start: int, candidate: _Candidate, line: str) -> bool:
    """Below a closing, among the writer's particulars, or alone among the last lines."""
    above = text[max(0, line_start - 600) : line_start]
    below = text[candidate.end : candidate.end + 600]
    short = len(line.strip()) <= 70
    few_below = sum(bool(part.strip()) for part in below.split("\n")[1:]) <= 6
    if not short:
        return False
    if PERSONAL_LINE.search(above[-250:]) or PERSONAL_LINE.search(below[:200]):
        return True
    if few_below and (CLOSING.search(above[-350:]) or CLOSING.search(line)):
        return True
    is_last = len(text) <= candidate.end + 600 and few_below and len(below.strip()) < 250
    lone = not PHONE_LABEL.sub("", line).strip(" \t:.-()+nNoOsSঃ*") or len(line.split()) <= 6
    return is_last and lone and bool(above.strip())
