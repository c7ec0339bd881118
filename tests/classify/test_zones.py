"""Where the words stand in a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.zones import Zone, find_zones

LETTER = """To
The Hon'ble Chief Minister
Nabanna, Howrah 711102

Sub: broken road
Respected Madam,
The road of our village is broken. To go to hospital we need a boat.
Copy to: SP Hooghly
Yours faithfully,
Ratan Das
Vill. Ramsagar
"""


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Nabanna", Zone.ADDRESSEE),
        ("broken road", Zone.SUBJECT),
        ("The road", Zone.BODY),
        ("SP Hooghly", Zone.COPY),
        ("Ramsagar", Zone.SIGNATURE),
    ],
)
def test_each_part_of_a_letter_is_known(words: str, zone: Zone) -> None:
    assert find_zones(LETTER).at(LETTER.index(words)) is zone


@pytest.mark.parametrize(
    ("text", "words", "zone"),
    [
        ("মাননীয়া মুখ্যমন্ত্রী, নবান্ন, হাওড়া। দুবরাজপুর ব্লকে রাস্তা নেই।", "নবান্ন", Zone.ADDRESSEE),
        ("মাননীয়া মুখ্যমন্ত্রী, নবান্ন, হাওড়া। দুবরাজপুর ব্লকে রাস্তা নেই।", "দুবরাজপুর", Zone.BODY),
        ("To reach the hospital we walk eight miles.", "hospital", Zone.BODY),
        ("Total loss of crop in Onda", "crop", Zone.BODY),
        ("সেবা নেই।\n\nবিনীত\nরতন দাস, ওন্দা", "ওন্দা", Zone.SIGNATURE),
        ("सेवा में\nमुख्यमंत्री\n\nसड़क टूटी है", "सड़क", Zone.BODY),
        ("Memo 14   Copy to DI Malda\nOur school is closed.", "Malda", Zone.COPY),
        ("Memo 14   Copy to DI Malda\nOur school is closed.", "school", Zone.BODY),
        (
            "---------- Forwarded message ---------\nFrom: a@b.example\nSubject: list\n\n> my house fell",
            "house",
            Zone.BODY,
        ),
        ("Please read what I wrote before, it stands below.\n> my house fell", "house", Zone.QUOTED),
        ("No light here.\n\n--\nSoma, Halisahar", "Halisahar", Zone.SIGNATURE),
    ],
)
def test_letters_of_many_forms_are_read(text: str, words: str, zone: Zone) -> None:
    assert find_zones(text).at(text.index(words)) is zone


@given(st.text(), st.integers(min_value=0, max_value=200))
def test_every_offset_of_any_text_has_a_zone(text: str, offset: int) -> None:
    assert find_zones(text).at(offset) in Zone
