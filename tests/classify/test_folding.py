"""One spelling in a rule meets many in a mail."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.folding import MAX_WORD, SOUND, fold, keys, sound, stems


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("HOSPITAL", "hospital"),
        ("১২৩", "123"),
        ("१२३", "123"),
        ("\u09df", unicodedata.normalize("NFC", "\u09df")),  # য় from a keyboard that has it in one piece
        ("\u09af\u09bc", "\u09af\u09bc"),
        ("ভবিষ্যত্\u200d", "ভবিষ্যৎ"),
        ("রাস্\u200cতা", "রাস্তা"),
        ("\u0985\u09beমি", "আমি"),
        ("soft\u00adhyphen", "softhyphen"),
        ("𝐇𝐞𝐥𝐩", "help"),
    ],
)
def test_a_word_is_folded_to_its_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "stem"),
    [
        ("বাঁকুড়ার", "বাঁকুড়া"),
        ("কাঁথিতে", "কাঁথি"),
        ("নদিয়ায়", "নদিয়া"),
        ("মালদহের", "মালদহ"),
        ("হাসপাতালগুলিতে", "হাসপাতাল"),
        ("ব্লকের", "ব্লক"),
        ("रास्ते", "रास्ता"),
        ("ब्लकको", "ब्लक"),
        ("panchayater", "panchayat"),
        ("hospitals", "hospital"),
        ("bodies", "body"),
    ],
)
def test_case_endings_come_off(written: str, stem: str) -> None:
    assert fold(stem) in stems(fold(written))


@pytest.mark.parametrize("word", ["করে", "থেকে", "নেই", "age", "bus"])
def test_a_word_that_only_looks_inflected_stays_whole(word: str) -> None:
    assert stems(word) == []


@pytest.mark.parametrize(
    "spellings",
    [
        ("lakshmir", "laxmir"),
        ("bhandar", "vandar"),
        ("yuvashree", "juboshree"),
        ("swasthya", "sastho", "shastho"),
        ("krishak", "krishok"),
        ("howrah", "haora", "hawrah"),
        ("বাঁকুড়া", "বাকুরা"),
        ("লক্ষ্মী", "লক্ষ্মি"),
        ("রিষড়া", "रिषड़ा"),
        ("খিদিরপুর", "खिदिरपुर"),
        ("গঞ্জ", "गंज"),
    ],
)
def test_spellings_that_sound_alike_share_a_sound(spellings: tuple[str, ...]) -> None:
    assert len({sound(fold(word)) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("howrah", "habra"), ("raiganj", "raniganj"), ("kaliganj", "kaliaganj"), ("chatra", "khatra")],
)
def test_places_that_only_look_alike_sound_different(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(max_size=80).filter(lambda word: SOUND not in word))
def test_keys_are_words_first_and_sounds_after(word: str) -> None:
    kinds = [key.startswith(SOUND) for key in keys(word)]
    assert kinds == sorted(kinds)
    assert all(key.strip(SOUND) for key in keys(word))


def test_a_word_longer_than_any_rule_has_no_keys() -> None:
    assert keys("a" * (MAX_WORD + 1)) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("বীরপাড়া", "बीरपाडा"), ("হলদিয়া", "हल्दिया"), ("ব্যাঙ্ক", "बैंक")],
)
def test_a_name_sounds_alike_in_bengali_hindi_and_nepali(one: str, other: str) -> None:
    assert sound(fold(one)) == sound(fold(other)) != ""


def test_a_wage_does_not_sound_like_a_district() -> None:
    assert sound(fold("ज्याला")) != sound(fold("জেলা"))
