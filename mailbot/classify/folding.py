"""
Words folded to what they have in common, so that one spelling in a rule meets many in a mail.

In: one word as written. Out: its exact keys (folded, and with case endings taken off), and its sound keys, which
forgive what writers confuse: long and short vowels, the three s, aspirates, nukta, romanised vowels. Exact keys
always come before sound keys. Pure, and linear in the word.
"""

import re
import unicodedata
from functools import lru_cache

BLANKS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # soft hyphen, joiners, marks of direction, BOM
SOUND = "~"  # stands before a sound key; never part of a word
MAX_WORD = 64  # no word of a rule is longer; what is longer in a mail matches nothing

_KHANDA_TA = re.compile("\u09a4\u09cd\u200d")
_DROP_BLANKS = {ord(c): None for c in BLANKS}
_BENGALI, _DEVANAGARI = (0x0980, 0x09FF), (0x0900, 0x097F)

# Longest first: the ending that is tried first is the one a grammar would name.
_BENGALI_ENDINGS = (
    *("গুলোকে", "গুলিকে", "গুলোতে", "গুলিতে", "গুলোর", "গুলির", "গুলো", "গুলি", "য়েরই"),
    *("দেরকে", "খানা", "খানি", "টুকু", "েরা", "েরও", "েরই", "েতে", "েকে"),
    *("টাও", "টিও", "টাই", "টিই", "রাও", "গুলোও", "গুলিও"),
    *("টাকে", "টাতে", "টিতে", "টার", "টির", "য়ের", "দের", "য়ই", "রও", "য়ে"),
    *("রই", "তেও", "তেই", "কেও", "কেই", "ের", "টা", "টি", "তে"),
    *("কে", "রা", "য়", "র", "ে", "ও", "ই"),
)
_DEVANAGARI_ENDINGS = (
    *("हरूलाई", "हरूको", "हरूले", "हरूमा", "हरू", "लाई", "बाट", "सँग", "देखि"),
    *("ियों", "ियाँ", "को", "का", "की", "के", "मा", "ले", "में"),
    *("से", "ों", "ें", "ाँ", "ेको", "एको"),
)
_ROMAN_ENDINGS = ("gulote", "gulir", "gulor", "guli", "gulo", "der", "yer", "ter", "er", "te", "ke", "ta", "ti", "ra")
_ROMAN_SHORT = ("r", "e", "y")
# Words whose last letters only look like an ending.
_WHOLE = frozenset(
    (
        *("করে", "ধরে", "পরে", "মরে", "ঘরে", "তারে", "কারে", "বারে", "থেকে"),
        *("নেই", "এই", "সেই", "ওই", "যারা", "তারা", "কারা", "আমার", "তোমার"),
    )
)


@lru_cache(maxsize=1 << 13)
def fold(word: str) -> str:
    """Write the word as every rule and every mail is compared: NFC, no joiners, lower case, ASCII digits."""
    if word.isascii():
        return word.lower()
    word = _KHANDA_TA.sub("\u09ce", word).translate(_DROP_BLANKS)
    word = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold())
    return _ascii_digits(word.replace("\u0985\u09be", "\u0986"))  # অ + া is typed for আ


def _ascii_digits(word: str) -> str:
    if not any(c.isdecimal() for c in word):
        return word
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in word)


def stems(word: str) -> list[str]:
    """A folded word without its case endings, the likeliest first; empty when it has none."""
    if not word or word in _WHOLE:
        return []
    if word.isascii():
        return _roman_stems(word)
    first = ord(word[0])
    if _BENGALI[0] <= first <= _BENGALI[1]:
        return _without(word, _BENGALI_ENDINGS, at_least=2)
    if _DEVANAGARI[0] <= first <= _DEVANAGARI[1]:
        oblique = [word[:-1] + "\u093e"] if word.endswith("\u0947") else []  # रास्ते → रास्ता
        return _without(word, _DEVANAGARI_ENDINGS, at_least=2) + oblique
    return []


def _without(word: str, endings: tuple[str, ...], *, at_least: int) -> list[str]:
    return [word[: -len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= at_least]


def root(word: str) -> str:
    """A written word without any ending: the shortest of its exact keys; "" for a word that has none."""
    folded = fold(word) if len(word) <= MAX_WORD else ""
    return min((folded, *stems(folded)), key=len)


def _roman_stems(word: str) -> list[str]:
    if not word.isalpha() or len(word) < 4:
        return []
    found = [word[: -len(e)] for e in _ROMAN_ENDINGS if word.endswith(e) and len(word) - len(e) >= 3]
    if len(word) >= 5:
        found += [word[:-1] for e in _ROMAN_SHORT if word.endswith(e)]
    return found + _english_stems(word)


def _english_stems(word: str) -> list[str]:
    found = []
    if word.endswith("ies"):
        found.append(word[:-3] + "y")
    if word.endswith("s") and not word.endswith("ss"):
        found.append(word[:-1])
        if word.endswith("es"):
            found.append(word[:-2])
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            found += [word[: -len(ending)], word[: -len(ending)] + "e"]
    return found


_ROMAN_SOUNDS = (
    (re.compile("kkh|ksh|kh|x|ck|q"), "k"),
    (re.compile("km(?=[aeiou])"), "k"),  # Lakshmi, Lakhi, Lokkhi
    (re.compile("c(?=[aoukrlt])"), "k"),  # before the next, or chatro (student) would be heard as Khatra
    (re.compile("chh|ch"), "c"),
    (re.compile("shh|sh"), "s"),
    (re.compile("th"), "t"),
    (re.compile("dh"), "d"),
    (re.compile("bh|v"), "b"),
    (re.compile("ph"), "f"),
    (re.compile("gh"), "g"),
    (re.compile("jh|z"), "j"),
    (re.compile("^y"), "j"),
    (re.compile("sw"), "s"),
    (re.compile("ee|ea"), "i"),
    (re.compile("oo|ou"), "u"),
    (re.compile("(?<=[^aeiou])y(?=[aou])"), ""),  # khadya, khadyo
    (re.compile("y"), "i"),
    (re.compile("o"), "a"),
    (re.compile("(?<=a)w(?=[^aeiou])"), ""),  # Howrah, Haora
    (re.compile("w"), "b"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile("(?<=.)h$|(?<=[aiu])h(?=[^aiue])"), ""),
)
_INDIC_SOUNDS = (
    (re.compile("[\u09a1\u09a2]\u09bc|(?<=[^\u09cd\u09a3\u09a8])[\u09a1\u09a2]"), "\u09b0"),  # Nepali ड
    (re.compile("\u09bc|\u0981"), ""),
    (re.compile("[\u09b6\u09b7]"), "\u09b8"),  # শ and ষ with স
    (re.compile("\u09a3"), "\u09a8"),  # ণ with ন
    (re.compile("\u09c0"), "\u09bf"),
    (re.compile("\u09c2"), "\u09c1"),
    (re.compile("\u09ce"), "\u09a4"),
    (re.compile("[\u0999\u099e\u09a8\u09ae]\u09cd(?=[\u0995-\u09ad])"), "\u0982"),  # গঞ্জ and गंज
    (re.compile("\u0999"), "\u0982"),
    (re.compile("([\u0995-\u09b9])\u09cd\\1"), r"\1"),
    (re.compile("\u09c8"), "\u09c7"),
    (re.compile("\u09cc"), "\u09cb"),
    (re.compile("\u09cd"), ""),  # হলদিয়া and हल्दिया
)
_YA_AA = "\u09cd\u09af\u09be"
_TO_BENGALI = {c: c + 0x80 for c in range(0x0901, 0x0950) if unicodedata.name(chr(c + 0x80), "")} | {
    0x0935: 0x09AC,  # व is heard as ব
    0x0933: 0x09B2,
    0x0929: 0x09A8,
    0x0911: 0x0986,  # ऑ
    0x0949: 0x09BE,
}


@lru_cache(maxsize=1 << 13)
def sound(word: str) -> str:
    """The sound key of a folded word, Devanagari in Bengali letters; "" when the word is too short to have one."""
    if len(word) < 3:
        return ""
    if word.isascii():
        return _by_rules(word, _ROMAN_SOUNDS) if word.isalpha() else ""
    if _DEVANAGARI[0] <= ord(word[0]) <= _BENGALI[1]:
        word = word.replace(_YA_AA, "\u09c7")  # ট্যাংরা as टेंगरा, ব্যাঙ্ক as बैंक; not ज्याला, which stays apart from জেলা
        return _by_rules(word.translate(_TO_BENGALI), _INDIC_SOUNDS)
    return ""


def _by_rules(word: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in rules:
        word = pattern.sub(replacement, word)
    return word if len(word) >= 3 else ""


@lru_cache(maxsize=1 << 14)
def keys(word: str) -> tuple[str, ...]:
    """Every key under which a written word may be found: exact ones first, then `~` sound keys."""
    if len(word) > MAX_WORD:
        return ()
    folded = fold(word)
    if not folded:
        return ()
    exact = dict.fromkeys((folded, *stems(folded)))
    sounds = dict.fromkeys(SOUND + key for one in exact if (key := sound(one)))
    return (*exact, *sounds)
