"""Phrases find themselves in text, with their offsets."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.lexicon import Lexicon
from mailbot.classify.words import read

PHRASES = ["Lakshmir Bhandar", "Suri I", "Suri II", "Suri", "হাসপাতাল", "স্বাস্থ্য সাথী", "bus route", "bus", "D. Dinajpur"]


def found(text: str, *phrases: str) -> list[tuple[str, str]]:
    lexicon = Lexicon((phrase, phrase) for phrase in phrases or PHRASES)
    words = read(text)
    return [(hit.payloads[0], words.written(hit.start, hit.stop)) for hit in lexicon.find(words)]


def test_the_longest_phrase_wins() -> None:
    assert found("the bus route to Suri II") == [("bus route", "bus route"), ("Suri II", "Suri II")]


@pytest.mark.parametrize("text", ["Suri-I", "SURI I", "suri\u00a0i", "Suri - I"])
def test_a_numbered_name_is_found_however_it_is_joined(text: str) -> None:
    assert [name for name, _ in found(text)] == ["Suri I"]


@pytest.mark.parametrize("text", ["I live in Suri. I am old", "at Suri, I wait", "Suri\nI am old"])
def test_a_sentence_that_begins_with_i_makes_no_numbered_name(text: str) -> None:
    assert [name for name, _ in found(text)] == ["Suri"]


def test_a_phrase_is_not_found_across_sentences() -> None:
    assert found("We have no Lakshmir. Bhandar is a village!") == []
    assert found("waited for the Lakshmir\nBhandar") == [("Lakshmir Bhandar", "Lakshmir\nBhandar")]


@pytest.mark.parametrize("text", ["laxmir vandar", "lakshmir bhandarer", "Lakshmirbhandar", "LAKSHMIR-BHANDAR"])
def test_a_phrase_is_found_in_other_spellings(text: str) -> None:
    assert [name for name, _ in found(text)] == ["Lakshmir Bhandar"]


def test_an_inflected_word_is_found_and_given_as_written() -> None:
    assert found("মহকুমা হাসপাতালের বারান্দায়") == [("হাসপাতাল", "হাসপাতালের")]


def test_a_word_within_a_word_is_not_found() -> None:
    assert found("জলপাইগুড়ি", "জল") == []
    assert found("Sagardighi", "Sagar") == []


def test_an_exact_phrase_comes_before_one_that_only_sounds_so() -> None:
    lexicon = Lexicon([("laxmi bhandar", "sound"), ("lokkhi bhandar", "exact")])
    hit = lexicon.find(read("lokkhi bhandar"))[0]
    assert (hit.payloads, hit.by_sound) == (("exact",), False)


def test_two_payloads_of_one_phrase_are_both_given() -> None:
    lexicon = Lexicon([("Joypur", "Bankura"), ("Joypur", "Howrah")])
    assert lexicon.find(read("Joypur"))[0].payloads == ("Bankura", "Howrah")


@given(st.text(), st.sampled_from(PHRASES), st.text())
def test_a_phrase_between_line_ends_is_always_found(before: str, phrase: str, after: str) -> None:
    assert phrase in [name for name, _ in found(f"{before.replace('@', '')}\n\n{phrase}\n\n{after}", phrase)]


@given(st.text(alphabet="SuriI -.,\nbus路"))
def test_hits_never_overlap(text: str) -> None:
    hits = Lexicon((phrase, phrase) for phrase in PHRASES).find(read(text))
    assert all(first.stop <= second.start for first, second in pairwise(hits))


def test_what_is_remembered_of_words_changes_no_answer() -> None:
    lexicon = Lexicon((phrase, phrase) for phrase in PHRASES)
    before = lexicon.find(read("Suri II bus"))
    for i in range(40_000):
        lexicon.find(read(f"{'abcdefghij'[i % 10]}x{'q' * (i % 50)}z"))
    assert lexicon.find(read("Suri II bus")) == before


def test_lexicons_beside_one_another_answer_as_each_does_alone() -> None:
    places, things = ["Suri I", "Suri", "bus stand"], ["bus route", "bus", "Suri II road"]
    first = Lexicon((phrase, phrase) for phrase in places)
    second = Lexicon(((phrase, phrase) for phrase in things), beside=first)
    for text in ("bus stand Suri II road", "the bus route to Suri, by bus", "Suri I bus"):
        words = read(text)
        assert first.find(words) == Lexicon((phrase, phrase) for phrase in places).find(words)
        assert second.find(words) == Lexicon((phrase, phrase) for phrase in things).find(words)


def test_what_is_added_later_is_found_too() -> None:
    first = Lexicon([("bus", "bus")])
    text = read("bus route")
    assert len(first.find(text)) == 1
    second = Lexicon([("route", "route")], beside=first)
    assert [hit.payloads for hit in second.find(text)] == [("route",)]


def test_phrases_may_overlap_where_neither_lies_within_the_other() -> None:
    phrases = ["thank you", "you only", "thank you only to", "only"]
    text = read("thank you only")
    apart = Lexicon((phrase, phrase) for phrase in phrases)
    assert [hit.payloads[0] for hit in apart.find(text)] == ["thank you", "only"]
    over = Lexicon(((phrase, phrase) for phrase in phrases), beside=apart, may_overlap=True)
    assert [hit.payloads[0] for hit in over.find(text)] == ["thank you", "you only"]
    assert [hit.payloads[0] for hit in over.find(read("thank you only to"))] == ["thank you only to"]


@given(
    st.lists(st.sampled_from(["road", "no road", "road repair", "raod", "রাস্তা খারাপ", "swasthya sathi", "health"])),
    st.lists(st.sampled_from(["The road", "roads repair", "swasthyasathi", "no road", "রাস্তা", "healthe"]), max_size=4),
)
def test_what_was_asked_before_changes_no_answer(phrases: list[str], texts: list[str]) -> None:
    asked = Lexicon((phrase, number) for number, phrase in enumerate(phrases))
    for text in [*texts, *reversed(texts)]:
        fresh = Lexicon((phrase, number) for number, phrase in enumerate(phrases))
        assert asked.find(read(text)) == fresh.find(read(text))
