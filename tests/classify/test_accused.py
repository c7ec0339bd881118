"""Who is complained of, by the turns of phrase beside a title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.accused import UNNAMED, find_accusations, find_accused
from mailbot.classify.rules import Rules, read_rules
from tests.classify.office_files import KEYWORDS, departments

CUES = """cue,phrase
aside,no complaint against
accused_next,complaint against|against
accused_before,er biruddhe|বিরুদ্ধে|के खिलाफ|demands bribe
"""
TITLES = """title,phrase
BDO of,BDO|বিডিও|बीडीओ
CMOH of,CMOH
"""
FILES = {"keywords.csv": KEYWORDS, "cues.csv": CUES, "titles.csv": TITLES}
RULES: Rules = read_rules(FILES, departments())


def accused(text: str, subject: str = "") -> list[str]:
    return [match.target for match in find_accused(subject, text, RULES)]


@pytest.mark.parametrize(
    "text",
    [
        "My complaint against the BDO of Onda",
        "complaint against our present BDO",
        "The BDO demands bribe",
        "onda bdo er biruddhe obhijog",
        "বিডিও-র বিরুদ্ধে অভিযোগ",
        "बीडीओ के खिलाफ शिकायत",
    ],
)
def test_a_post_beside_a_complaint_is_complained_of(text: str) -> None:
    assert accused(text) == ["BDO of"]


@pytest.mark.parametrize(
    "text",
    [
        "The BDO did nothing",
        "I have no complaint against the BDO",
        "complaint against the dealer. The BDO knows.",
        "I wrote to the BDO. The dealer demands bribe",
    ],
)
def test_who_is_only_named_is_not(text: str) -> None:
    assert accused(text) == []


def test_the_subject_is_read_too_and_the_words_are_named() -> None:
    (match,) = find_accused("Complaint against BDO", "", RULES)
    assert (match.rule, match.where, match.words, match.start) == ("titles.csv:2", "subject", "BDO", 18)


def test_rules_without_titles_accuse_nobody() -> None:
    assert find_accused("", "complaint against the BDO", read_rules({"keywords.csv": KEYWORDS}, departments())) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("complaint against the dealer. The BDO knows.", "complaint against"),
        ("The dealer demands bribe", "demands bribe"),
    ],
)
def test_an_accusation_of_nobody_we_know_is_one_all_the_same(text: str, words: str) -> None:
    (match,) = find_accusations("", text, RULES)
    assert (match.target, match.words, text[match.start : match.end]) == (UNNAMED, words, words)


def test_where_a_post_is_complained_of_it_is_what_is_found() -> None:
    text = "complaint against the BDO. The dealer demands bribe"
    assert find_accusations("", text, RULES) == find_accused("", text, RULES)
    assert find_accusations("", "I have no complaint against the BDO", RULES) == ()


@given(st.lists(st.sampled_from(["BDO", "complaint against", "demands bribe", "the", ".", "\n", "CMOH", "বিরুদ্ধে"])))
def test_every_post_complained_of_stands_where_it_says(words: list[str]) -> None:
    text = " ".join(words)
    for match in find_accused("", text, RULES):
        assert text[match.start : match.end] == match.words
