"""The language of short texts in five languages and two scripts for two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.language import find_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("There is no water in our ward and the tanker does not come.", "en"),
        ("আমাদের পাড়ায় তিন দিন জল নেই।", "bn"),
        ("हमारे मोहल्ले में तीन दिन से पानी नहीं है।", "hi"),
        ("हाम्रो गाउँको बाटो बिग्रिएको छ, कृपया मर्मत गरिदिनुहोस्।", "ne"),
        ("amader paray tin din jol nei, kichu korun", "bn-Latn"),
        ("hamare mohalle mein teen din se paani nahi hai", "hi-Latn"),
        ("আমার SBI account এ pension credit হয়নি since January", "bn"),
        ("12345 67890", "und"),
        ("", "und"),
        ("水がありません", "und"),
    ],
)
def test_language_of_a_sentence(text: str, code: str) -> None:
    assert find_language(text) == code


@given(st.text())
def test_any_text_has_one_of_the_known_codes(text: str) -> None:
    assert find_language(text) in {"en", "bn", "hi", "ne", "bn-Latn", "hi-Latn", "und"}
