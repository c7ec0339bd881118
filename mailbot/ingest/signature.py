"""
The words of a mail, quotes taken off, go in; the words without signature come out, and the signature beside them.

Promised: nothing raises, time is linear, and nothing is taken off but what certainly is no sentence of the writer: what
stands below dashes, the footer of a telephone, a legal notice, the footer of a mailing list. A closing and a name stay.
"""

import re

from mailbot.ingest.vocabulary import words

_RULE = re.compile(r"[ \t>]{0,6}[_=*-]{5,200}[ \t]{0,5}")
_DASHES = re.compile(r"--[ \t]{0,3}")
_SIGNATURE_LINES = 12
_SIGNATURE_LENGTH = 900
_FOOTER = re.compile(
    r"[ \t*_>-]{0,4}(?:sent (?:from|via|using|with|on)|get outlook for|envoyé (?:de|depuis)|gesendet (?:von|mit)|"
    r"von meinem|enviado (?:desde|do)|"
    r"inviato da|verzonden (?:vanaf|met)|skickat från|sendt fra|отправлено (?:с|из)|発信元|从我的|发自我的|"
    r"প্রেরিত).{0,20}(?:i?phone|ipad|ios|android|galaxy|samsung|outlook|mobile|blackberry|yahoo|gmail|"
    r"mail|nokia|huawei|honor|"
    r"xiaomi|redmi|realme|vivo|oppo|oneplus|lenovo|motorola|jio|proton|spark|handy|tablet|smartphone|device|আইফোন|"
    r"মোবাইল|फ़ोन|मोबाइल|iphone).{0,60}|(?:i?phone|ipad|android|スマートフォン|携帯).{0,10}から送信.{0,20}",
    re.IGNORECASE,
)
# In a language not listed above: a last line of few words that names a device and holds no word of a sentence.
_DEVICE = re.compile(
    r"i-?phone|i-?pad|android|galaxy|samsung|blackberry|outlook|huawei|honor\b|xiaomi|redmi|realme|\bvivo\b|\boppo\b|"
    r"oneplus|motorola|nokia|yahoo|gmail|proton ?mail|আইফোন|আইপ্যাড|अाइफोन|आईफ़ोन|आईफोन",
    re.IGNORECASE,
)
_SENTENCE_WORDS = words(
    """
    is was are were has have had the not no a an and or for to with in on at of be been will it this that he she we you
    they i my me id please said told bought sold gave got lost stolen broken
    """
)
_FOOTER_WORDS = 7
_CLOSING = re.compile(
    r"\W{0,5}(?:(?:with |warm |kind |best |thanks (?:and|&) ){0,3}regards|yours (?:faithfully|sincerely|truly))\W{0,5}",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"confidential|intended (?:recipient|only|solely|for the)|privileged|disclaimer|unauthori[sz]ed|"
    r"if you (?:have received|are not the)|"
    r"received this (?:e-?mail|message|communication) in error|notify the sender|delete (?:it|this|the)|virus|"
    r"liability|vertraulich|"
    r"confidentiel|confidencial|గోప్య|গোপনীয়|गोपनीय",
    re.IGNORECASE,
)
_LIST_FOOTER = re.compile(
    r"unsubscribe|mailing list|you received this message because|listinfo|manage your subscription", re.IGNORECASE
)


def strip_signature(text: str) -> tuple[str, str]:
    """
    The words, and what certainly is none of them: dashes and what follows, device footers, legal notices, list footers.
    """
    lines = text.split("\n")
    end = _words_end(lines)
    kept = "\n".join(lines[:end]).strip("\n")
    return (kept, "\n".join(lines[end:]).strip("\n")) if kept.strip() else (text, "")


def is_signature(text: str) -> bool:
    """Whether a text is nothing but a signature or a device's footer, as when a mail was sent off without a word."""
    lines = text.strip().split("\n")
    if not any(line.strip() for line in lines[: _words_end(lines)]):
        return True
    return len(lines) <= _SIGNATURE_LINES and len(text) <= _SIGNATURE_LENGTH and bool(_CLOSING.fullmatch(lines[0]))


def _words_end(lines: list[str]) -> int:
    """Behind the last line that is none of a signature's."""
    end = len(lines)
    for _ in range(4):
        cut = _cut_at(lines, end)
        if cut is None:
            break
        end = cut
    return _last_dashes(lines, end)


def _last_dashes(lines: list[str], end: int) -> int:
    """The signature separator, when what follows is as short as a signature."""
    for index in range(end - 1, max(-1, end - 2 - _SIGNATURE_LINES), -1):
        if _DASHES.fullmatch(lines[index]):
            below = lines[index + 1 : end]
            return index if sum(map(len, below)) <= _SIGNATURE_LENGTH else end
    return end


def _names_a_device(lines: list[str], last: int) -> bool:
    """A device's footer in whatever language; it stands apart and has words of the writer above it."""
    line = lines[last].strip(" *_>-.\u200e\u200f")
    found = line.lower().split()
    stands_apart = last >= 2 and not lines[last - 1].strip()
    return (
        stands_apart
        and len(line) <= 70
        and 2 <= len(found) <= _FOOTER_WORDS
        and bool(_DEVICE.search(line))
        and not _SENTENCE_WORDS.intersection(found)
        and not any(char in line for char in ":,;?!।")
    )


def _cut_at(lines: list[str], end: int) -> int | None:
    """Where the last paragraph begins, if it is a footer."""
    last = end - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last < 0:
        return None
    if len(lines[last]) <= 120 and (_FOOTER.fullmatch(lines[last]) or _names_a_device(lines, last)):
        return last
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < 40:
        first -= 1
    paragraph = "\n".join(lines[first : last + 1])[:6_000]
    legal = {found.lower()[:12] for found in _LEGAL.findall(paragraph)}
    if len(legal) >= 3:
        # A notice may follow the writer's words without an empty line: it begins where its own words do.
        return next((at for at in range(first, last + 1) if _LEGAL.search(lines[at])), None)
    if _LIST_FOOTER.search(paragraph) and _RULE.fullmatch(lines[first]) and last - first < 10:
        return first
    return None
