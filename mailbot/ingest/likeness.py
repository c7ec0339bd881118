"""
What two letters have in common: words folded, passages, numbers, names, and the words by which one says "again".

In: texts in English, Bengali, Hindi, Nepali, romanised or mixed. Out: small facts for `reminder`. Pure, and linear in
the text.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

_MARKS = "\u0900-\u0963\u0966-\u0dff"  # the Indian scripts without their full stops: vowel signs are no \w
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_JOINERS = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_DATE = re.compile(
    r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})(?!\d)|(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)"
)
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+")
_NUMBER = re.compile(r"\d(?:[ .\-/]{0,2}\d)*")
_GROUP = re.compile(r"\d+")

LONGEST_SERIAL = 9
"""A group of so many digits is a number beside another, not a part of one."""

_TIME = """
day days week weeks month months year years hour hours date dated today yesterday morning evening
since last ago january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
sunday st nd rd th first second third fourth fifth 2nd 3rd 1st 4th 5th one two three four five six
seven eight nine ten several many few দিন দিনের মাস মাসের মাসে বছর বছরের সপ্তাহ সপ্তাহের তারিখ
তারিখে গত আজ কাল এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন
জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর প্রথম দ্বিতীয় তৃতীয় বার ধরে যাবৎ दिन दिनों महीने
महीना माह साल वर्ष सप्ताह हफ्ते तारीख दिनांक पिछले आज कल एक दो तीन चार पांच पाँच छह सात आठ नौ दस
पहला दूसरा तीसरा बार महिना हप्ता गते दुई पटक देखि din mas mash mase masher bochor bochhor boshor
soptaho tarikh goto aj kal ek dui tin char panch dhore ami
"""

_AGAIN_WORDS = """
reminder reminders again once more remind reminding repeat repeated earlier previous previously
followup আবার পুনরায় পুনঃ তাগাদা তাগিদ স্মরণ স্মারক আগের আগে পূর্বের পূর্বে ফের এখনও এখনো अनुस्मारक
स्मरण पुनः पुन दोबारा दुबारा फिर फेरि ताकेता सम्झना पहले पहिले पहिलेको पिछली पूर्व अभी abar punoray
tagada age agei ager purber ekhono fir phir dobara dubara pehle
"""

_FRAME = """
about after before below above between see look now till far infor inform informed told tell say says said come came
because them then than being again such same only just make made give given take takes get got going goes go because
পত্র করছি দেখুন দেখবেন দেখুন আগেও আর তাই যে কবে হবে কাজ নিয়ে নিয়ে পাঠাচ্ছি বলছি এখন আপনাকে জবাব সাড়া
ध्यान दें दीजिए याद दिला रहा रही हूँ हूं अब अब भी अभी लिख लिखा किए गए बारे बार करना कराना चाहता चाहती मिलता
अघि अघिको अझै थिएँ थिए पठाएको पठाएँ गुनासोमा गुनासोको भएका पनि लेख्दै छु चाहन्छु तर
bole bolen diyechilam janachi janai likhchi dekhun didi keu dilo holo pathalam ekhon
sir madam respected dear honourable honble hon chief minister cm didi office bengal west government
govt state complaint complaints complain complained grievance grievances letter letters mail email
application petition matter subject regarding concerning request requesting requested kindly please
humbly earnestly look into action take taken taking necessary needful immediate immediately early
soon steps reply replied response answer answered received receive heard thank thanks thanking you
yours faithfully sincerely obediently regards name address mobile phone number no nos ref case file
copy enclosed attached hereby would like bring notice kind attention write written writing wrote
sent send submitted submit nobody nothing anything anyone done happened happen still yet not any has
have had been was were is are the and for this that with from our your their his her its will can
could should may must been but all also very there here which who what when where how my me we us
they them him she he it of to in on at by as an be do did does so up help need needed want wish hope
expect waiting wait মাননীয় মাননীয়া মহাশয় মহাশয়া স্যার ম্যাডাম মুখ্যমন্ত্রী দিদি দপ্তর সরকার
পশ্চিমবঙ্গ অভিযোগ অভিযোগের চিঠি চিঠির মেল ইমেল আবেদন দরখাস্ত বিষয় বিষয়ে বিষয়টি সম্পর্কে অনুরোধ
দয়া করে করুন ব্যবস্থা নিন নেওয়া নেওয়া হয়নি হয়নি উত্তর পাইনি পাই জানিয়েছিলাম জানাই জানাচ্ছি
জানিয়ে করেছি করেছিলাম পাঠিয়েছিলাম পাঠালাম লিখেছিলাম লিখছি কোনো কোন কিছু কেউ আমি আমার আমাদের আমরা
আপনার আপনি এই ওই সেই এর কে ও এবং কিন্তু নেই না হয় হচ্ছে হয়েছে আছে থেকে জন্য দ্রুত অবিলম্বে ধন্যবাদ
ইতি নিবেদন বিনীত নাম ঠিকানা মোবাইল ফোন নং নম্বর কেস সাহায্য महोदय महोदया माननीय मुख्यमंत्री सर मैडम
दीदी कार्यालय सरकार शिकायत शिकायतें पत्र मेल ईमेल आवेदन विषय संबंध में निवेदन अनुरोध कृपया कृपा करके
करें कार्रवाई कारवाही कार्यवाही नहीं हुई हुआ मिला मिली उत्तर जवाब भेजा भेजी था थी थे है हैं हो ने को
का की के से पर और भी यह वह इस उस कोई कुछ मैं मैंने मेरा मेरी मेरे हम हमारे हमारी आप आपके तक जल्द
शीघ्र धन्यवाद भवदीय प्रार्थी नाम पता मोबाइल फोन नंबर नं संख्या केस मदद श्रीमान गुनासो उजुरी निवेदन
कारबाही भएको भएन छैन छ छन् मेरो हाम्रो हामी म पनि लागि गर्नु गरिदिनु होला अनुरोध जवाफ पाएको पाइन भयो
सम्म कुनै हजुर amar amader apnar sir didi mukhyomontri obhijog abhijog chithi mail email bishoy
bishoye kono kichu keu hoyni hoini hoy nei na kore korun korechi korechilam byabostha bebostha nin
neoa onurodh doya dhonnobad uttor paini pai theke jonno ei oi ar o kintu eta ache nam thikana mobile
phone nombor nong case
"""

_GENERIC_LABELS = """
no nos number num nr নং নম্বর নাম্বার নম্বরের নম্বরে नं नंबर नम्बर संख्या nombor nong is হল है
"""
_TITLES = """
mr mrs ms smt shri sri shree dr prof md mohd sk km miss adv শ্রী শ্রীমতী শ্রীমতি মোঃ মহঃ ডা श्री श्रीमती डॉ सुश्री
"""


def _fold(text: str) -> str:
    """One spelling of each letter, no joiners, lower case, digits of all scripts as ASCII."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_JOINERS)
    if folded.isascii():
        return folded
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded)


_HARMLESS = frozenset(_fold(f"{_TIME} {_AGAIN_WORDS} {_FRAME}").split())
_NOT_A_LABEL = frozenset(_fold(f"{_TIME} {_AGAIN_WORDS}").split())
_UNITS = frozenset(_fold(_TIME).split())
_GENERIC = frozenset(_fold(_GENERIC_LABELS).split())
_TITLE = frozenset(_fold(_TITLES).split())

_LETTER = r"(?:complaint|letter|mail|e-?mail|grievance|application|petition)"
_AGAIN_PHRASES = (
    r"\breminders?\b",
    r"\bremind(?:ing)? you\b",
    r"\bfollow[ -]?up\b",
    rf"\b(?:second|third|fourth|2nd|3rd|4th|another) (?:{_LETTER}|time)\b",
    rf"\b(?:earlier|previous|last|old|first) {_LETTER}\b",
    (
        r"\b(?:writ(?:e|ing|ten)|wrote|mail(?:ing|ed)?|complain(?:ing|ed)?|request(?:ing)?|inform(?:ing)?|appeal(?:ing)?)"
        r" (?:to )?(?:you )?(?:once )?(?:again|earlier|before)\b"
    ),
    r"\bonce (?:again|more)\b",
    r"\balready (?:written|wrote|complained|mailed|informed|sent)\b",
    (
        r"\b(?:no|without|not any|any) (?:action|reply|response|answer)\b.{0,40}"
        r"\b(?:yet|so far|till|until|taken|received|now|given|came)\b"
    ),
    r"\bi (?:had |have )?(?:wrote|written|mailed|complained)\b",
    rf"\bmy {_LETTER} (?:of|dated|on|sent|about)\b",
    r"পুনরায়|পুনঃ|তাগাদা|তাগিদ|স্মরণ ?কর|স্মারকলিপি",
    r"আবার(?:ও)? (?:লিখ|জানা|অনুরোধ|মেল|অভিযোগ|চিঠি|আবেদন|মনে|বল)",
    r"(?:আগের|আগেও|আগে|পূর্বের|পূর্বে|গত) .{0,20}?(?:অভিযোগ|চিঠি|মেল|ইমেল|দরখাস্ত|আবেদন|জানি|লিখ)",
    r"(?:দ্বিতীয়|তৃতীয়|2য়|3য়) (?:বার|চিঠি)|জানিয়েছিলাম|লিখেছিলাম|পাঠিয়েছিলাম|করেছিলাম",
    r"কোনো? (?:উত্তর|ব্যবস্থা|জবাব|সাড়া|কাজ)",
    r"अनुस्मारक|स्मरण (?:पत्र|करा|दिला)|पुनः|दोबारा|दुबारा|फिर से|फेरि|ताकेता|सम्झाउ|याद दिला",
    r"(?:पहले|पहिले|पिछल[ीे]|पूर्व|अघि).{0,20}?(?:शिकायत|पत्र|मेल|ईमेल|आवेदन|गुनासो|उजुरी|निवेदन|लिख|भेज|पठा)",
    r"कोई (?:कार्रवाई|कार्यवाही|जवाब|उत्तर)|कुनै (?:कारबाही|जवाफ)",
    r"\babar(?:o)? (?:likh|jana|mail|onurodh|bol|obhijog|abhijog|chithi)|\bpunoray|\btagada",
    r"\bage(?:o|i|r|r bar)? .{0,20}?(?:obhijog|abhijog|chithi|mail|janiye|likhe|korechi)",
    r"\bkono (?:uttor|byabostha|bebostha|jobab|kaj)|\b(?:janiyechilam|likhechilam|pathiyechilam|korechilam)\b",
    r"\b(?:dobara|dubara|phir se|fir se)\b",
)
_AGAIN = re.compile(unicodedata.normalize("NFKC", "|".join(_AGAIN_PHRASES)), re.DOTALL)


def words_of(text: str) -> list[str]:
    """The words of a text, folded; dates and addresses left out, for they differ between any two letters."""
    return _WORD.findall(_ADDRESS.sub(" ", _DATE.sub(" ", _fold(text))))


def shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Every three words that stand together; those that say "again" are left out first."""
    kept = [word for word in words if word not in _NOT_A_LABEL]
    return frozenset(zip(kept, kept[1:], kept[2:], strict=False))


def content(words: Sequence[str]) -> frozenset[str]:
    """The beginnings of the words that a matter is told with; no greetings, no numbers, no words of any letter."""
    return frozenset(_stem(word) for word in words if not is_harmless(word))


def is_harmless(word: str) -> bool:
    """Whether a word says nothing about the matter."""
    return word in _HARMLESS or word.isdigit() or len(word) < 2


def _stem(word: str) -> str:
    return word[:5] if word.isascii() else word[:4]


def comes_again(text: str) -> str:
    """The words by which a text says that its writer has written before; "" when it does not say so."""
    found = _AGAIN.search(_fold(text))
    return f"it says “{' '.join(found[0].split())}”" if found else ""


def numbers_in(text: str) -> Iterator[str]:
    """
    Every number, written together or in groups: "26 000 1234 9" is one of ten digits; so is a long group by itself.
    """
    for run in _NUMBER.finditer(_DATE.sub(" ", _fold(text))):
        groups = _GROUP.findall(run[0])
        yield "".join(groups)
        if len(groups) > 1:
            yield from (group for group in groups if len(group) >= LONGEST_SERIAL)


def contrary_numbers(new: Sequence[str], old: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """
    Numbers that tell two matters apart: under one label another number ("ward 5", "ward 7"), or long numbers of which
    each text has its own. Gives label, number here, number there.
    """
    here, there = _labelled(new), _labelled(old)
    for label in here.keys() & there.keys():
        if here[label].isdisjoint(there[label]):
            yield label, min(here[label]), min(there[label])
    long_here, long_there = _long(new), _long(old)
    only_here, only_there = long_here - long_there, long_there - long_here
    if only_here and only_there:
        yield "the number", min(only_here), min(only_there)


def _labelled(words: Sequence[str]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for position, word in enumerate(words):
        behind = words[position + 1] if position + 1 < len(words) else ""
        if word.isdigit() and len(word) <= 4 and behind not in _UNITS:
            label = next((one for one in reversed(words[max(0, position - 2) : position]) if _may_label(one)), "")
            if label and label not in _NOT_A_LABEL:
                found[label].add(word.lstrip("0"))
    return found


def _may_label(word: str) -> bool:
    return word not in _GENERIC and not word.isdigit()


def _long(words: Sequence[str]) -> set[str]:
    return {word for word in words if word.isdigit() and len(word) >= 5}


def names_agree(one: str, other: str) -> bool | None:
    """Whether two names may be one person's; None when that cannot be told (none given, or another script)."""
    first, second = _name(one), _name(other)
    if not first or not second or first[0].isascii() != second[0].isascii():
        return None
    shorter, longer = sorted((first, second), key=len)
    return all(any(_same_part(part, whole) for whole in longer) for part in shorter)


def _name(written: str) -> list[str]:
    if "@" in written:  # an address where a name belongs says nobody's name
        return []
    return [word for word in _WORD.findall(_fold(written)) if word not in _TITLE and not word.isdigit()]


def _same_part(part: str, whole: str) -> bool:
    """Equal, or one the initial of the other."""
    return part == whole or (min(len(part), len(whole)) == 1 and part[0] == whole[0])
