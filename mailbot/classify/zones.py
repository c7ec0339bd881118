"""
Where the words stand in a letter: to whom it is addressed, who gets a copy, what it says, who signs it.

In: the text of a mail. Out: stretches of it with their zone. A grievance begins with "To, the Chief Minister,
Nabanna, Howrah" and ends with a home address; neither is what it is about. Lines are judged by their form and by the
words they begin with, in the languages people write in; linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from unicodedata import normalize


class Zone(StrEnum):
    """What a stretch of a letter is for."""

    BODY = "body"
    SUBJECT = "subject line"
    ADDRESSEE = "address block"
    COPY = "copy line"
    HEADER = "mail header"
    QUOTED = "quoted letter"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Stretch:
    start: int
    end: int
    zone: Zone


_TO = (
    *("to", "the hon", "hon'ble", "honble", "honourable", "the chief minister", "chief minister", "cm office"),
    *("প্রতি", "বরাবর", "মাননীয়", "শ্রীচরণেষু", "শ্রদ্ধেয়", "মুখ্যমন্ত্রী", "prati", "mananiya"),
    *("सेवा में", "सेवामा", "माननीय", "श्रीमान", "मुख्यमंत्री"),
)
_BARE_TO = ("to", "প্রতি", "বরাবর", "prati", "सेवा में", "सेवामा")
_NOT_TO = re.compile(r"to (?!the\b|,|whom|smt|shri|sri|mrs|mr|hon|ms\b|mamata|our|cm\b|chief)[^,:\-]{12,}")
_COPY = (
    *("copy to", "copy forwarded", "copy :", "copy:", "c.c", "cc:", "cc ", "cc-", "cc to", "bodhartho"),
    *("অনুলিপি", "প্রতিলিপি", "प्रतिलिपि"),
)
_SUBJECT = ("sub:", "sub :", "sub-", "sub.", "subject", "re:", "ref:", "bishoy", "bishay", "বিষয়", "विषय")
_GREETING = (
    *("sir", "madam", "respected", "dear", "didi", "nomoskar"),
    *("মহাশয়", "মহাশয়া", "মহোদয়", "দিদি", "নমস্কার", "महोदय", "महाशय"),
)
_CLOSING = (
    *("yours ", "yours,", "your's", "thanking you", "thanks and regards", "thanks & regards", "regards"),
    *("with regards", "warm regards", "sincerely", "faithfully", "sent from my", "applicant", "binito", "iti ", "iti,"),
    *("বিনীত", "ইতি", "নিবেদক", "ধন্যবাদান্তে", "নমস্কারান্তে"),
    *("आपका", "आपकी", "भवदीय", "निवेदक", "प्रार्थी", "धन्यवाद सहित"),
)
_HEADER = re.compile(r"(from|sent|date|to|cc|reply-to|প্রেরক|তারিখ)\s*:", re.IGNORECASE)
_FORWARDED = re.compile(r"-{3,}|begin forwarded|on .{6,80} wrote:|_{5,}", re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[।!?]|(?<=\w\w\w\w)\.\s")  # \w looks at Latin letters only here: danda is named

_LONG_LINE = 100
_BLOCK_LINES = 8


class _Reader:
    """Walks down the lines of a letter and says of each what it is for."""

    def __init__(self) -> None:
        self.zone = Zone.BODY
        self.lines_in_block = 0
        self.after_header = False
        self.is_named = False  # whether the address block has said to whom, beyond a bare "To"

    def stretches(self, text: str) -> Iterator[Stretch]:
        previous_end = 0
        for found in _LINE.finditer(text):
            if text.count("\n", previous_end, found.start()) > 1:
                self._blank()
            previous_end = found.end()
            line = found.group()
            yield from self._line(line, normalize("NFC", line.strip().lower()), found.start())

    def _blank(self) -> None:
        if self.zone in (Zone.COPY, Zone.HEADER) or (self.zone is Zone.ADDRESSEE and self.is_named):
            self.zone = Zone.BODY
        self.after_header = False

    def _line(self, line: str, low: str, at: int) -> Iterator[Stretch]:
        quoted = low.startswith(">")
        low = low.lstrip("> \t*•-–—" if not low.startswith("--") else "> ").strip()
        if not low:
            return
        here = self._zone_of(low)
        if quoted and here is Zone.BODY:
            here = Zone.QUOTED
        if here is Zone.ADDRESSEE:
            yield from _split_address(line, at)
        elif here is Zone.BODY and (inner := line.lower().find("copy to")) > 0:
            yield Stretch(at, at + inner, here)
            yield Stretch(at + inner, at + len(line), Zone.COPY)
        else:
            yield Stretch(at, at + len(line), here)

    def _zone_of(self, low: str) -> Zone:
        if _FORWARDED.match(low):
            self.after_header = True
            self.zone = Zone.BODY
            return Zone.HEADER
        if low.startswith(_SUBJECT):
            self.zone = Zone.BODY
            return Zone.SUBJECT
        if self.after_header and _HEADER.match(low):
            return Zone.HEADER
        if low.startswith(_COPY):
            return self._open(Zone.COPY)
        if low.startswith(_CLOSING) or low.strip("-_ ") == "":
            return self._open(Zone.SIGNATURE)
        return self._go_on(low)

    def _go_on(self, low: str) -> Zone:
        self.lines_in_block += 1
        if low.startswith(_GREETING) and self.zone is not Zone.SIGNATURE:
            self.zone = Zone.BODY
        elif self.zone is Zone.BODY and _is_address_opening(low):
            self.is_named = low.rstrip(" ,.:-") not in _BARE_TO
            return self._open(Zone.ADDRESSEE)
        elif len(low) > _LONG_LINE or self.lines_in_block > _BLOCK_LINES:
            self.zone = Zone.SIGNATURE if self.zone is Zone.SIGNATURE and len(low) <= _LONG_LINE else Zone.BODY
        self.is_named = True
        return self.zone

    def _open(self, zone: Zone) -> Zone:
        self.zone, self.lines_in_block = zone, 1
        return zone


def _is_address_opening(low: str) -> bool:
    """A line such as "To" or "The Hon'ble Chief Minister", and not a sentence that begins with the same letters."""
    if not low.startswith(_TO):
        return False
    if low.startswith("to"):
        return low.rstrip(" ,.:-") == "to" or (low.startswith(("to ", "to,", "to:")) and not _NOT_TO.match(low))
    return True


def _split_address(line: str, at: int) -> Iterator[Stretch]:
    """An address may run straight into the letter: "মাননীয়া মুখ্যমন্ত্রী, নবান্ন, হাওড়া। দুবরাজপুর ব্লকে …"."""
    end = _SENTENCE_END.search(line)
    if end is None and len(line) <= _LONG_LINE:
        yield Stretch(at, at + len(line), Zone.ADDRESSEE)
        return
    cut = end.end() if end is not None and end.end() <= _LONG_LINE else 0
    if cut:
        yield Stretch(at, at + cut, Zone.ADDRESSEE)
    yield Stretch(at + cut, at + len(line), Zone.BODY)


class Zones:
    """The stretches of one text, in order; asked by offset."""

    def __init__(self, stretches: list[Stretch]) -> None:
        self.stretches = stretches
        self._starts = [stretch.start for stretch in stretches]

    def at(self, offset: int) -> Zone:
        i = bisect_right(self._starts, offset) - 1
        return self.stretches[i].zone if i >= 0 else Zone.BODY


@lru_cache(maxsize=8)
def find_zones(text: str) -> Zones:
    """Find the zones of a text. What was only forwarded, with no words of the sender's own, counts as body."""
    stretches = list(_Reader().stretches(text))
    own = sum(s.end - s.start for s in stretches if s.zone in (Zone.BODY, Zone.SUBJECT))
    if own < 30:
        stretches = [Stretch(s.start, s.end, Zone.BODY) if s.zone is Zone.QUOTED else s for s in stretches]
    return Zones(stretches)
