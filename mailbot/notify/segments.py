"""
How many SMS segments a text takes, and what in it an SMS of ours may not have.

In: the text. Out: a count, or the list of what is wrong. Nothing is promised about what a network charges: it is the
arithmetic of GSM 03.38 and 23.040, with a surrogate pair or an escaped character never cut in two.
"""

import unicodedata
from collections.abc import Iterable

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}[]~|\\€")
"""Each of these is sent as an escape and a character: two units."""

GSM_WHOLE, GSM_PART = 160, 153
UCS2_WHOLE, UCS2_PART = 70, 67


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM 7-bit alphabet; a single other one makes the whole text UCS-2."""
    return all(character in GSM_BASIC or character in GSM_EXTENDED for character in text)


def count_segments(text: str) -> int:
    """Count the segments: 160 units, then 153 each, in GSM 7-bit; 70, then 67 each, in UCS-2. An empty text is one."""
    if is_gsm7(text):
        return _count((2 if character in GSM_EXTENDED else 1 for character in text), GSM_WHOLE, GSM_PART)
    return _count((2 if ord(character) > 0xFFFF else 1 for character in text), UCS2_WHOLE, UCS2_PART)


def _count(units: Iterable[int], whole: int, part: int) -> int:
    """Fill segments one by one, as a character of two units never straddles a boundary."""
    sizes = list(units)
    if sum(sizes) <= whole:
        return 1
    segments, free = 1, part
    for size in sizes:
        if size > free:
            segments, free = segments + 1, part
        free -= size
    return segments


def check_sms(text: str, language: str) -> list[str]:
    """
    Name what an SMS of ours may not have: English takes one segment of GSM 7-bit, another language two at most.

    White space is held to single spaces because an Indian network compares the text, character for character, with
    the one registered for it; the same is why it stands in NFC.
    """
    faults = []
    if not text:
        faults.append("the text is empty")
    if any(character.isspace() and character != " " for character in text):
        faults.append("an SMS is one line with plain spaces")
    if "  " in text:
        faults.append("two spaces in a row")
    if unicodedata.normalize("NFC", text) != text:
        faults.append("the text is not in Unicode form NFC")
    if language == "en" and not is_gsm7(text):
        odd = sorted({character for character in text if not is_gsm7(character)})
        faults.append(f"not in the GSM 7-bit alphabet: {' '.join(f'U+{ord(character):04X}' for character in odd)}")
    limit = 1 if language == "en" else 2
    if (segments := count_segments(text)) > limit:
        faults.append(f"{segments} segments with the longest values, allowed are {limit}")
    return faults
