"""
Values as people read them: dates in India, lengths of time, sizes, and foreign text made harmless.

In: a value of the model. Out: text for a template. `clean_line` promises a single line without control or
direction-changing characters, whatever was given; `clean_text` promises the same for each of its lines.
"""

import re
from datetime import datetime, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30), "IST")

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "bn": "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "ne": "जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर",
}
DIGITS = {"bn": str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"), "ne": str.maketrans("0123456789", "०१२३४५६७८९")}
"""Hindi offices write 0-9."""

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that turn the direction of writing: they can make a text read as another. Joiners stay."""
_CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"
"""All of Unicode's control characters but the tab and those that end a line."""
_SURROGATES = "\ud800-\udfff"
HARMFUL = re.compile(f"[{_DIRECTION}{_CONTROLS}{_SURROGATES}]")

LOOKED_AT = 4
"""So many times the longest that is kept: what comes after is not worth the time of a huge text."""


def say_date(moment: datetime, language: str = "en") -> str:
    """The day in India, e.g. "1 December 2026", with the months and digits of the language."""
    local = moment.astimezone(INDIA)
    month = MONTHS.get(language, MONTHS["en"]).split()[local.month - 1]
    return f"{local.day} {month} {local.year}".translate(DIGITS.get(language, {}))


def say_moment(moment: datetime) -> str:
    """Day and time in India, e.g. "1 December 2026, 3:30 pm IST"."""
    local = moment.astimezone(INDIA)
    half = "am" if local.hour < 12 else "pm"
    return f"{say_date(moment)}, {local.hour % 12 or 12}:{local.minute:02} {half} IST"


def say_duration(length: timedelta) -> str:
    """A length of time, e.g. "7 days", "1 hour 30 minutes", "20 seconds"."""
    rest = max(0, round(length.total_seconds()))
    words = []
    for name, seconds in UNITS:
        number, rest = divmod(rest, seconds)
        if number:
            words.append(f"{number} {name}" + ("s" if number > 1 else ""))
    return " ".join(words) or "0 seconds"


def say_size(size_bytes: int) -> str:
    """A size, e.g. "12 kB", "3.4 MB"; never less than 1 kB, which nobody needs to tell apart."""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1_000))} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def clean_line(text: str, longest: int = 200) -> str:
    """Make one line of it: line breaks become spaces, what cannot be seen goes, runs of spaces are one."""
    line = " ".join(HARMFUL.sub("", text[: longest * LOOKED_AT]).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def clean_text(text: str, longest: int) -> str:
    """Keep its lines, end them all with `\n`, and take away what cannot be seen; cut it where it grows too long."""
    is_cut = len(text) > longest * LOOKED_AT
    lines = HARMFUL.sub("", text[: longest * LOOKED_AT]).splitlines()
    whole = "\n".join(line.rstrip() for line in lines).strip("\n")
    return whole[:longest].rstrip() + "\n[…]" if is_cut or len(whole) > longest else whole
