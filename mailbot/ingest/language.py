"""
A text goes in; the BCP 47 code of the language most of its words are in comes out: bn, hi, ne, en, bn-Latn, hi-Latn
or und.

Promised: nothing raises and time is linear (the first 20,000 characters are looked at). The script is certain; between
languages of one script short lists of very common words decide, so the answer is a hint, not a fact.
"""

import re
import unicodedata
from collections import Counter

from mailbot.ingest.vocabulary import words

_LOOKED_AT = 20_000
# Letters with the vowel signs that stand on them: a sign is no letter to `\w`, which would cut words in pieces.
_WORD = re.compile(
    r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3\u200c\u200d])+"
)
_DIGITS_AND_MARKS = re.compile(r"https?://\S{1,2000}|\S{1,200}@\S{1,200}|[\d০-৯०-९]+")

# Words that are common in one language and rare or unknown in the other of the same script.
_NEPALI = words(
    """
    छ छन् छैन छैनन् हो होइन भयो भएको भएका गर्न गरेको गरेका गर्नुहोस् गरिदिनुहोस् गर्नु गरी मेरो मलाई
    हाम्रो हामी हामीलाई तपाईं तपाईंको लाई बाट देखि सम्म पनि तर अनि यो त्यो यस त्यस हुन हुन्छ थियो
    थिए लागि बारे भने भनेर कृपया निवेदन गुनासो गाउँ गाउँमा बाटो पानी छोरी छोरा बुबा आमा जिल्लामा
    अहिले अहिलेसम्म पाएको पाइन दिनुहोस् सहयोग नभएको आएको गएको रहेको अनुसार महिना
    """
)
_HINDI = words(
    """
    है हैं था थी थे हूँ हूं मैं हम मेरा मेरी मेरे हमारा हमारी हमारे आप आपका आपकी आपके को की का के
    में से पर ने नहीं और यह वह भी तक कर किया गया गई गए रहा रही रहे कृपया शिकायत निवेदन हुआ हुई लिए
    कोई क्या जो तो अभी दिन महीने साल गांव पानी सड़क करें दें
    """
)
_BENGALI_LATIN = words(
    """
    ami amar amra amader apni apnar apnader tumi tomar tader tara ache achhe achi achhi nei nai noy
    hoy hoyeche hoyni hoini korun korte korchi kore korben koreche bolche boleche boleni pai paini
    pacchi pachchi pachhi theke jonno jonyo kintu ebong keno kothay kobe ekhono ekhon ekta kichu
    kono onek khub sob shob din mash maas mas bochor bochhor bachar gram gramer para rasta jol bari
    barir taka tk dada didi mananiya mukhyamantri anurodh dorkar diye niye dite hobe hocche hochche
    hochhe gechi geche gechhe jacche jachhe chai na ni er ta ei oi o jodi tobe tahole abar porjonto
    moto sathe kache kachhe amake apnake oder eder shudhu bhalo kharap kaj lok meye chhele chele
    baba ma bhata bhatar sorkari sarkari abedon avijog obhijog ovijog bidyut light daktar haspatal
    hashpatal
    """
)
_HINDI_LATIN = words(
    """
    hai hain hum hamara hamare hamari mera meri mere mujhe main mai aap aapka aapki aapke nahi nahin
    nhi kya kyun kyon kab kahan kaise ka ki ke ko se mein me par tak bhi aur ya yeh ye woh wo raha
    rahi rahe gaya gayi gaye kar karo karte karna kare karein kijiye kripya shikayat paani pani
    sadak gaon gaav ghar paisa rupaye mahine mahina saal din log koi kuch sab abhi tha thi the ho
    hua hui liye likh baar bar mil mila mili milta diya diye bijli sarkar sarkari madad hoon hu apna
    apne apni wala wale wali lekin magar
    """
)
_ENGLISH = words(
    """
    the of and to in is was for are not my our we i have has had been that this with from by on it
    at be as you your please sir madam no but or an will would there they which who when kindly
    since after before so their he she his her me us do does did can could water road pension
    complaint request dear respected regards
    """
)


def find_language(text: str) -> str:
    """The language of a text by script and common words; "und" when there are too few letters to tell."""
    sample = unicodedata.normalize("NFC", _DIGITS_AND_MARKS.sub(" ", text[:_LOOKED_AT])).lower()
    found = _WORD.findall(sample)
    scripts = Counter(_script(word) for word in found)
    scripts.pop("", None)
    if not scripts:
        return "und"
    # A Bengali letter full of English terms is a Bengali letter: the Indian script needs a third of the words only.
    bengali, devanagari, latin = scripts["bn"], scripts["hi"], scripts["latin"]
    if max(bengali, devanagari) * 2 >= latin and bengali + devanagari:
        return "bn" if bengali >= devanagari else _devanagari_language(found)
    return _latin_language(found) if latin >= scripts.total() / 2 else "und"


def _script(word: str) -> str:
    char = word[0]
    if "\u0980" <= char <= "\u09ff":
        return "bn"
    if "\u0900" <= char <= "\u097f":
        return "hi"
    if char < "\u0250" and char.isalpha():
        return "latin"
    return "other"


def _devanagari_language(found: list[str]) -> str:
    nepali = sum(word in _NEPALI or word.endswith(("लाई", "बाट", "हरू", "हरु", "को")) for word in found if word != "को")
    hindi = sum(word in _HINDI for word in found)
    return "ne" if nepali > hindi else "hi"


def _latin_language(found: list[str]) -> str:
    scores = {
        "en": sum(word in _ENGLISH for word in found),
        "bn-Latn": sum(word in _BENGALI_LATIN for word in found),
        "hi-Latn": sum(word in _HINDI_LATIN for word in found),
    }
    best = max(scores, key=lambda code: scores[code])
    if not scores[best]:
        return "en" if len(found) >= 3 else "und"
    return best
