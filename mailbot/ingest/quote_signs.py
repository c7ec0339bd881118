"""
One sentence or line of a mail goes in; the signs that it introduces a quoted mail come out.

Promised: nothing raises, time is linear. The signs are of form (an address, a date, a time of day, a colon at the end,
the name of someone the mail is written to), so the language of the mail program does not matter; verbs are known for
the common languages and only ever add to a sign of form.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.model import Address

INTRO_LENGTH = 500
_SUBJECT_PREFIX = re.compile(r"\s*(?:\[[^\]]{1,40}\]\s*|[^\s:：\[\]]{1,12}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]\s*)")

ADDRESS = re.compile(r"[^\s<>\[\](),;:]{1,64}@[^\s<>\[\](),;:]{1,255}")
YEAR = re.compile(r"(?<!\d)(?:1[34]\d\d|19\d\d|20\d\d|25\d\d)(?!\d)|(?<![\d.])\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}(?!\d)")
TIME = re.compile(
    r"(?<![\d.:/-])\d{1,2}(?: ?[:h٫時时点點시] ?|\.)\d{2}(?![\d])(?![./-]\d)|\d{1,2} ?(?:[ap]m\b|時|时|点|點|시)",
    re.IGNORECASE,
)
_COLON_END = (":", "：", ":-", "፦", "…", "&colon;", "：>", "﹕", "៖", "՝", "፡")
WROTE = re.compile(
    r"\b(?:wrote|writes|said|schrieb|écrit|escribió|scritto|scrive|schreef|skrev|skrifaði|kirjoitti|napisał|"
    r"napsal|napísal|írta|scris|"
    r"yazdı|написал|написала|пише|пишет|написа|έγραψε|viết|menulis|nulis|sumulat|escreveu|escribiu|"
    r"va escriure|idatzi|shkroi|kirjutas|"
    r"rakstīja|rašė|likhechen|likha)\b|写道|寫道|书写|のメール|:のメッセージ|작성|লিখেছেন|লিখেছে|লেখেন|লিখলেন|"
    r"ने लिखा|लिखा|लेख्नुभयो|लेख्नु|எழுதினார்|వ్రాసారు|લખ્યું|ਲਿਖਿਆ|เขียน|כתב|كتب|نوشت",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"forward|weitergeleitet|transféré|reenviado|inoltrato|doorgestuurd|encaminhada|vidaresänt|videresendt|"
    r"пересылаемое|переслан|转发|转寄|"
    r"ফরোয়ার্ড|ফরোয়ার্ড|ফরওয়ার্ড|ফরওয়ার্ড|अग्रेषित|फ़ॉरवर्ड|फॉरवर्ड|अगाडि पठाइ",
    re.IGNORECASE,
)
# "On 2." and "10:11 a.m." at the end of a broken line: these full stops end no sentence.
_DATE_END = re.compile(r"(?:(?<!\d)\d{1,2}|\b[ap]\. ?m)\.$|(?:[^\W\d_]\.){2}$", re.IGNORECASE)
_BLANKS = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_UNSEEN = dict.fromkeys(
    (0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, 0xAD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), ""
)
_PLAIN = _BLANKS | _UNSEEN


@dataclass(frozen=True, slots=True)
class About:
    """
    What a mail's header and HTML say of the conversation: whom it is written to (names and addresses, case folded),
    its subject without prefixes, and the lines that begin a quote by the mail program's own marks.
    """

    names: frozenset[str] = frozenset()
    subject: str = ""
    starts: frozenset[str] = frozenset()


NOTHING = About()
_NAMES_LIMIT = 40  # a mail to more people than that answers none of them in particular
_NAME_LENGTH = 4  # a shorter name is part of too many words
_SURE_START = 20  # a line as long as this is met twice in a mail only when it is quoted


def about_mail(*, people: Iterable[Address], subject: str, starts: Iterable[str] = ()) -> About:
    """
    What is known of a conversation.

    Args:
        people: Whom the mail is written to: the likely writers of what it quotes.
        subject: As the mail has it, prefixes and all.
        starts: The lines with which quotes begin in the HTML.
    """
    names: set[str] = set()
    for person in list(people)[:_NAMES_LIMIT]:
        last, comma, first = person.name.partition(",")
        names |= {person.address.casefold(), person.name.casefold()}
        names |= {f"{first} {last}".strip().casefold()} if comma else set()
    lines = {" ".join(plain_line(line).split()) for line in starts}
    return About(
        names=frozenset(name for name in names if len(name) >= _NAME_LENGTH),
        subject=bare_subject(subject),
        starts=frozenset(line for line in lines if len(line) >= _SURE_START or _looks_like_a_head(line)),
    )


@dataclass(frozen=True, slots=True)
class Signs:
    address: bool
    name: bool  # of someone this mail is written to
    begins_with_name: bool
    year: bool
    time: bool
    wrote: bool
    colon: bool

    @property
    def who(self) -> bool:
        return self.address or self.name

    @property
    def when(self) -> int:
        """How much of a moment is named: 0, 1 or 2."""
        return self.year + self.time


def plain_line(line: str) -> str:
    """Digits of every script as 0-9, blanks of every kind as one, nothing that is not seen."""
    if line.isascii():
        return line
    line = line.translate(_PLAIN)
    return "".join(str(unicodedata.decimal(char)) if char > "\x7f" and char.isdecimal() else char for char in line)


def bare_subject(subject: str) -> str:
    """A subject without "Re:", "AW:", "[list]" and their like, case folded."""
    for _ in range(5):
        prefix = _SUBJECT_PREFIX.match(subject)
        if prefix is None or prefix.end() >= len(subject.rstrip()):
            break
        subject = subject[prefix.end() :]
    return " ".join(subject.split()).casefold()


def _looks_like_a_head(line: str) -> bool:
    """Whether a short line is a label with its value, or has another sign; a greeting may stand in the answer too."""
    return len(line) >= 6 and (has_sign(line) or bool(re.search(r"\w ?[:：] ?\S", line)))


def find_signs(sentence: str, about: About) -> Signs:
    folded = sentence.casefold() if about.names else ""
    head = folded.lstrip(" *_<\"'>-")
    return Signs(
        address=bool(ADDRESS.search(sentence)),
        name=any(name in folded for name in about.names),
        begins_with_name=any(head.startswith(name) for name in about.names),
        year=bool(YEAR.search(sentence)),
        time=bool(TIME.search(sentence)),
        wrote=bool(WROTE.search(sentence)),
        colon=ends_in_colon(sentence),
    )


def ends_in_colon(line: str) -> bool:
    return line.rstrip(" *_>|<").endswith(_COLON_END)


def has_sign(line: str) -> bool:
    return bool(ADDRESS.search(line) or YEAR.search(line) or TIME.search(line) or WROTE.search(line) or ">" in line)


def ends_sentence(line: str) -> bool:
    """Whether a line ends as the writer's own sentences do."""
    return (
        line.rstrip().endswith((".", "!", "?", "।", "。", "！", "？", "؟", "۔"))
        and not _DATE_END.search(line[-12:])
        and not YEAR.search(line[-12:])
        and not ADDRESS.search(line)
    )


def introduces(sentence: str, about: About, *, marked: bool) -> bool:
    """
    Whether a sentence introduces the quote below it.

    Args:
        marked: Whether the lines below carry quote marks; without them more is asked of the sentence.
    """
    if sentence.count(">") > sentence.count("<") and not sentence.lstrip().startswith(">"):
        return False  # its beginning is on the line above
    signs = find_signs(sentence, about)
    return _introduces_marked(sentence, signs) if marked else _introduces_unmarked(sentence, signs)


def _introduces_marked(sentence: str, signs: Signs) -> bool:
    if signs.colon and (signs.wrote or signs.address or signs.when == 2 or (signs.name and signs.when)):
        return True
    if signs.colon and ((signs.begins_with_name and len(sentence) < 80) or (signs.year and len(sentence) < 120)):
        return True
    if signs.who and signs.when == 2:
        return True
    if signs.wrote and signs.when and (signs.who or signs.when == 2):
        return True
    return signs.when == 2 and len(sentence) < 120 and not ends_sentence(sentence)


def _introduces_unmarked(sentence: str, signs: Signs) -> bool:
    if signs.colon and signs.when and (signs.who or (signs.wrote and signs.when == 2)):
        return True
    if signs.wrote and signs.when == 2 and signs.who:
        return True
    if signs.wrote and signs.colon and signs.address and len(sentence) < 160:
        return True
    return signs.address and signs.when == 2 and _is_bare(sentence)


def _is_bare(sentence: str) -> bool:
    """Whether little but a name, an address and a moment stands in a line."""
    rest = TIME.sub("", YEAR.sub("", ADDRESS.sub("", sentence)))
    return sum(char.isalpha() for char in rest) <= 60 and not ends_sentence(sentence)
