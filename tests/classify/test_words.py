"""Text read into words, and the signs between them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.words import HARD, LOOSE, MAX_CHARACTERS, TIGHT, read


def test_vowel_signs_belong_to_their_word() -> None:
    assert read("রাস্তা नहीं").words == ["রাস্তা", "नहीं"]


def test_scripts_and_digits_part_words() -> None:
    assert read("Bankuraর bl1 N24 १२को").words == ["Bankura", "র", "bl", "1", "N", "24", "१२", "को"]


def test_addresses_are_no_words() -> None:
    assert read("write bankura@example.org or www.onda.example, see https://x.example/suri now").words == [
        "write",
        "or",
        "see",
        "now",
    ]


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("Onda block", TIGHT),
        ("P. S", TIGHT),
        ("Onda, block", LOOSE),
        ("Dist. Bankura", TIGHT),
        ("Onda\nblock", LOOSE),
        ("finished. Onda", HARD),
        ("আছে। ওন্দা", HARD),
        ("Onda\n\nblock", HARD),
        ("Onda? block", HARD),
    ],
)
def test_signs_part_words_more_or_less(text: str, gap: int) -> None:
    assert read(text).gap(1) == gap


def test_only_so_much_of_a_text_is_read() -> None:
    assert len(read("a " * MAX_CHARACTERS)) == MAX_CHARACTERS // 2


def test_a_text_of_nothing_but_borders_is_read_as_any_other_in_as_little_time() -> None:
    started = time.process_time()
    words = read("a1" * (MAX_CHARACTERS // 2))
    assert time.process_time() - started < 1.0
    assert (len(words), words.words[:3], words.starts[-1]) == (MAX_CHARACTERS, ["a", "1", "a"], MAX_CHARACTERS - 1)


@given(st.text())
def test_every_word_stands_where_it_is_said_to(text: str) -> None:
    words = read(text)
    for i, word in enumerate(words.words):
        assert text[words.starts[i] : words.ends[i]] == word


@given(st.text(alphabet="ab1 .,-\n"))
def test_a_plain_text_is_read_as_any_other(text: str) -> None:
    plain, other = read(text), read(text + " ক")
    assert (plain.words, plain.starts, plain.ends) == (other.words[:-1], other.starts[:-1], other.ends[:-1])
