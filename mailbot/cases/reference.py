"""
Case references: made from a year and a serial, and found again in what people write.

`CM` + two digits of the year + a serial of seven digits + a check digit: `CM2600012349`. One alphanumeric token, as
Indian SMS templates demand, and digits alone after the prefix, to be spoken and keyed in any language. Promised: a
reference found has its check digit right; the time taken grows with the length of the text and no faster.
"""

import re

# Damm's quasigroup of order ten: every wrong digit and every swap of neighbours is noticed.
# Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)

FIRST_YEAR, LAST_YEAR = 2020, 2059
"""A number that starts with 6 to 9 would be taken for a mobile, and a mobile for a case."""

LAST_SERIAL = 9_999_999

_CANONICAL = re.compile(r"CM[2-5][0-9]{9}", re.ASCII)

_JOINERS = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SPACES = "\u00a0\u2007\u2009\u202f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_ZEROS = ("\u0966", "\u09e6", "\uff10")  # Devanagari, Bengali, full-width
_LOOKALIKES = {"\uff23": "C", "\uff2d": "M", "\uff43": "c", "\uff4d": "m", "\u0421": "C", "\u041c": "M", "\uff1a": ":"}
_FOLDS = {
    **{ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)},
    **dict.fromkeys(map(ord, _JOINERS)),
    **dict.fromkeys(map(ord, _SPACES), " "),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **{ord(one): plain for one, plain in _LOOKALIKES.items()},
}
_MISREAD = str.maketrans("OoIil|", "001111")

_DIGIT = "[0-9OoIl|]"
_NO_MORE = "(?![0-9A-Za-z|])"
_BROKEN = r"[ \t\-]{0,2}\r?\n[>\s]{0,6}"  # over a line, as mail programs and quoting do
_NUMBER_WORD = r"(?:numbe?r?|nos?|nr|nong|nomb[aeo]r|namb[ae]r|id|নং|নম্বর|নাম্বার|नं|नंबर|नम्बर|संख्या|सङ्ख्या|सं|क्रमांक|क्रमाङ्क)"
_PREFIXED = re.compile(
    r"(?:(?<![0-9A-Za-z])C[ .\-]{0,2}M|সি[ .\-]?এম|सी[ .\-]?एम)"
    rf"(?:[\s.:\-]{{0,3}}{_NUMBER_WORD}(?![A-Za-z]))?[\s.:#/\-_*(]{{0,4}}"
    rf"([2-5](?:(?:[ \t.,/\-_*(]{{0,3}}|{_BROKEN}){_DIGIT}){{9}}){_NO_MORE}",
    re.IGNORECASE,
)
# Without its prefix a number must stand alone, neither within a longer one nor as one group of it.
_BARE = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9][ ./\-])([2-5](?:(?:[ ./\-]{{0,2}}|{_BROKEN}){_DIGIT}){{9}}){_NO_MORE}(?![ ./\-][0-9])",
)
# … and after a word for the case. Between the two only words that link them: "my case; mobile no: …" names no case.
# A court's case is none of ours. Searched in a few characters before a number only.
_LABEL = re.compile(
    r"(?<!court )(?<!fir )(?<!police )(?<!criminal )(?<!civil )(?<!থানার )(?<!আদালতের )(?<!কোর্ট )(?<!थाना )(?<!अदालत )"
    r"(?:(?<![A-Z])(?:case|kes|grievance|complaint|reference|ref|docket|petition|regn?|regd|registration|[ao]bhijog|shikayat"
    r"|gunaso)(?![A-Z])|কেস|অভিযোগ|রেফারেন্স|নথি|রেজিস্ট্রেশন|নিবন্ধন|ডকেট|केस|शिकायत|संदर्भ|सन्दर्भ|गुनासो|उजुरी|पंजीकरण|पञ्जीकरण)"
    r"(?:ের|র|টির|টি|টা|এর|ko|er)?"
    rf"(?:[\W_]{{0,4}}(?:(?<![A-Z])(?:{_NUMBER_WORD}|is|was|ref|reference|case|file|t[ai]|h[oa]lo?|er|our|your|my)(?![A-Z])"
    r"|(?:নং|নম্বর|নাম্বার)(?:টি|টা|ের|ে)?|হল|হলো|ছিল|এর|টি|টা|নং|का|की|को|के|है|था|थी|हो|रहेको))"
    r"{0,4}[\W_]{0,5}$",
    re.IGNORECASE,
)
_LABEL_REACH = 64


def make_reference(year: int, serial: int) -> str:
    """
    Make the reference of a year's case: (2026, 1234) → "CM2600012349".

    Raises:
        ValueError: A year that would make it look like a mobile number, or a serial that does not fit.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"a reference has room for the years {FIRST_YEAR} to {LAST_YEAR}, got {year}")
    if not 1 <= serial <= LAST_SERIAL:
        raise ValueError(f"a reference has room for the serials 1 to {LAST_SERIAL}, got {serial}")
    digits = f"{year % 100:02}{serial:07}"
    return f"CM{digits}{_check_digit(digits)}"


def is_reference(text: str) -> bool:
    """Whether this is a reference as we write it, with its check digit right."""
    return _CANONICAL.fullmatch(text) is not None and _check_digit(text[2:-1]) == text[-1]


def find_references(text: str) -> tuple[str, ...]:
    """
    Find the references in a text, each once, in order.

    Taken: lower case, spaces and hyphens between the parts, Bengali and Devanagari digits, the letters O and l for the
    digits 0 and 1, a line break within it; and after a label ("Case No", "কেস নং", "केस नं") a number without its CM.
    Left: a wrong check digit, digits that are part of a longer number, and a number whose own label is another's.
    """
    folded = text.replace("नं०", "नं.").translate(_FOLDS)
    found = [(match.start(1), match[1]) for match in _PREFIXED.finditer(folded)]
    found += [(match.start(1), match[1]) for match in _BARE.finditer(folded) if _is_labelled(folded, match.start(1))]
    written = [_canonical(number) for _, number in sorted(found)]
    return tuple(dict.fromkeys(reference for reference in written if is_reference(reference)))


def _is_labelled(text: str, start: int) -> bool:
    return _LABEL.search(text, max(0, start - _LABEL_REACH), start) is not None


def _canonical(number: str) -> str:
    return "CM" + "".join(re.findall(_DIGIT, number)).translate(_MISREAD)


def _check_digit(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim
