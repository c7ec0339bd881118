"""What two letters have in common: words, passages, numbers, names, and the words that say "again"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.likeness import (
    comes_again,
    content,
    contrary_numbers,
    is_harmless,
    names_agree,
    numbers_in,
    shingles,
    words_of,
)


def contrary(new: str, old: str) -> list[tuple[str, str, str]]:
    return list(contrary_numbers(words_of(new), words_of(old)))


def test_words_are_folded_and_dates_and_addresses_left_out() -> None:
    assert words_of("ওয়ার্ড নং ৫, On 12.11.2026 a@b.org https://x.org/y wrote: DOCTOR\u200b!") == [
        *words_of("ওয়ার্ড"),
        "নং",
        "5",
        "on",
        "wrote",
        "doctor",
    ]


def test_a_vowel_sign_does_not_end_a_word() -> None:
    assert words_of("হাসপাতালে ডাক্তার নেই। अस्पताल में डॉक्टर") == [
        "হাসপাতালে",
        "ডাক্তার",
        "নেই",
        "अस्पताल",
        "में",
        "डॉक्टर",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2nd REMINDER",
        "I had written to you in May",
        "Following my letter dated 3.10.2026",
        "no action has been taken",
        "No reply received till now",
        "পুনরায় জানাচ্ছি",
        "আগেও চিঠিতে জানিয়েছি",
        "২য় চিঠি",
        "তাগাদা",
        "अनुस्मारक",
        "दोबारा लिख रहा हूँ",
        "पहले भी शिकायत की थी",
        "फेरि निवेदन",
        "मेरो गुनासोमा कुनै कारबाही भएन",
        "abar janachi didi",
        "ager chithi te likhechilam",
        "phir se likh raha hu",
    ],
)
def test_each_language_says_again(text: str) -> None:
    assert comes_again(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is no doctor at the health centre.",
        "The road is broken; against the wall a tree fell.",
        "হাসপাতালে ডাক্তার নেই",
        "अस्पताल में डॉक्टर नहीं है",
        "Rasta bhanga, jol jome",
        "",
    ],
)
def test_a_first_letter_does_not(text: str) -> None:
    assert comes_again(text) == ""


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("no water in ward 5", "no water in ward no. 7"),
        ("ওয়ার্ড নং ৫", "ওয়ার্ড ৭"),
        ("health centre 1", "health centre 2"),
        ("application 445566", "application 112233"),
        ("my card 445566, mobile 6999900001", "my card 112233, mobile 6999900001"),
    ],
)
def test_another_number_under_the_same_label_tells_two_matters_apart(new: str, old: str) -> None:
    assert contrary(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("for 20 days no water", "for 10 days no water"),
        ("reminder 2: ward 5", "ward 5"),
        ("letter dated 12.11.2026, ward 5", "ward 5 since 3.10.2026"),
        ("দুই মাস, ৬০ দিন", "৩০ দিন"),
        ("card 445566 and 112233", "card 112233"),
        ("ward 05", "ward 5"),
    ],
)
def test_days_dates_and_reminders_have_numbers_that_change(new: str, old: str) -> None:
    assert contrary(new, old) == []


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Rina Das", "RINA DAS", True),
        ("Rina Das", "Smt. R. Das", True),
        ("Rina Das", "Rina Das Mondal", True),
        ("রিনা দাস", "শ্রীমতী রিনা দাস", True),
        ("Rina Das", "Bapi Das", False),
        ("রিনা দাস", "বাপি দাস", False),
        ("Rina Das", "রিনা দাস", None),
        ("Rina Das", "", None),
        ("Dr.", "Rina Das", None),
        ("rina.das@example.net", "Rina Das", None),
    ],
)
def test_names_agree_differ_or_do_not_tell(one: str, other: str, agree: bool | None) -> None:
    assert names_agree(one, other) is agree
    assert names_agree(other, one) is agree


def test_numbers_are_found_whole_and_in_groups() -> None:
    assert list(numbers_in("26 000 1234 9, ৫")) == ["2600012349", "5"]
    assert list(numbers_in("2600012349 6999900001")) == ["26000123496999900001", "2600012349", "6999900001"]


def test_what_any_letter_says_is_no_content() -> None:
    assert content(words_of("Respected Sir, kindly take necessary action on my complaint. আমার অভিযোগ দেখুন")) == set()
    assert is_harmless("42")
    assert not is_harmless("doctor")


def test_words_that_say_again_break_no_passage() -> None:
    assert shingles(words_of("no reminder water again here")) == {("no", "water", "here")}


@given(st.text(max_size=300))
def test_any_text_has_words_numbers_and_passages(text: str) -> None:
    words = words_of(text)
    assert len(shingles(words)) <= max(0, len(words) - 2)
    assert all(number.isdigit() for number in numbers_in(text))
    assert contrary(text, text) == []
    assert names_agree(text, text) in (True, None)
