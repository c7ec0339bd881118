import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.notify.segments import GSM_BASIC, GSM_EXTENDED, check_sms, count_segments, is_gsm7


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5 + "a" * 148, 3),  # an escaped character is not cut in two
        ("ক" * 70, 1),
        ("ক" * 71, 2),
        ("ক" * 134, 2),
        ("ক" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 66 + "😀" * 2 + "a" * 66, 3),  # nor is a surrogate pair
        ("a" * 159 + "’", 3),
        ("a" * 70 + "`", 2),
        ("{}[]~|\\^" * 10, 1),
        ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", 1),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, segments: int) -> None:
    assert count_segments(text) == segments


def test_the_alphabet_has_as_many_characters_as_the_standard() -> None:
    assert len(GSM_BASIC) == 127  # 128 positions, one of them the escape
    assert len(GSM_EXTENDED) == 10


@given(st.text(max_size=600))
def test_segments_hold_the_text_and_are_not_wasted(text: str) -> None:
    units = sum(2 if c in GSM_EXTENDED else 1 for c in text) if is_gsm7(text) else len(text.encode("utf-16-le")) // 2
    whole, part = (160, 153) if is_gsm7(text) else (70, 67)
    segments = count_segments(text)
    if units <= whole:
        assert segments == 1
    else:
        assert (segments - 1) * (part - 1) < units <= segments * part


@given(st.text(max_size=300), st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert count_segments(text) <= count_segments(text + more)


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        ("", "en", "empty"),
        ("a\nb", "en", "one line"),
        ("a\tb", "bn", "one line"),
        ("a\u00a0b", "bn", "one line"),
        ("a  b", "en", "two spaces"),
        ("it’s", "en", "U\\+2019"),
        ("a" * 161, "en", "2 segments"),
        ("ক" * 135, "bn", "3 segments"),
        (unicodedata.normalize("NFD", "é"), "fr", "NFC"),
        ("\u09af\u09bc".replace("\u09af\u09bc", "\u09df"), "bn", "NFC"),
    ],
)
def test_what_an_sms_may_not_have_is_named(text: str, language: str, fault: str) -> None:
    faults = check_sms(text, language)
    assert len(faults) == 1
    with pytest.raises(AssertionError, match=fault):
        raise AssertionError(faults[0])


@pytest.mark.parametrize(("text", "language"), [("a" * 160, "en"), ("ক" * 134, "bn"), ("Case No CM1.", "hi")])
def test_a_good_sms_has_no_fault(text: str, language: str) -> None:
    assert check_sms(text, language) == []
