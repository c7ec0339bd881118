"""Which department the words speak for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.match import BY_A_NOSE, CLOSE, SURE, classify
from mailbot.model import LETTER_BELOW, Classification
from tests.classify.office_files import KEYWORDS, rules, without

RULES = rules()


def judge(text: str, subject: str = "") -> Classification:
    return classify(subject, text, RULES)


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("no doctor in the hospital", "HFW"),
        ("মহকুমা হাসপাতালে ডাক্তার নেই", "HFW"),
        ("अस्पताल में डॉक्टर नहीं", "HFW"),
        ("hashpatale keu nei", "HFW"),
        ("গ্রামের রাস্তায় জল", "PRD"),
        ("पुलिस नहीं सुनती", "HOM"),
    ],
)
def test_one_rule_serves_every_language_it_has_words_for(text: str, department: str) -> None:
    assert judge(text).department == department


def test_a_match_says_rule_words_and_place() -> None:
    found = judge("no doctor in the HOSPITAL")
    match = found.matches[0]
    assert (match.rule, match.target, match.phrase, match.words) == ("keywords.csv:2", "HFW", "hospital", "HOSPITAL")
    assert "no doctor in the HOSPITAL"[match.start : match.end] == "HOSPITAL"
    assert found.reason == "HFW: the mail says 'HOSPITAL' (body 17-25, keywords.csv:2)"


def test_what_matches_nothing_has_no_department_and_is_in_doubt() -> None:
    found = judge("xyzzy")
    assert (found.department, found.matches, found.confident) == ("", (), False)


def test_two_departments_that_come_close_are_a_doubt() -> None:
    found = judge("the hospital called the police")
    assert not found.confident
    assert {code for code, _ in found.candidates} == {"HFW", "HOM"}
    assert "doubtful" in found.reason


def test_one_scheme_outweighs_a_common_word() -> None:
    found = judge("স্বাস্থ্য সাথী কার্ড নেই, পুলিশ দেখেছে")
    assert found.department == "HFW"
    assert found.confidence > judge("the hospital called the police").confidence


def test_confidence_grows_with_what_speaks_for_the_best_and_falls_with_what_speaks_for_the_second() -> None:
    texts = ("hospital and police", "hospital", "hospital, Swasthya Sathi and police", "hospital, Swasthya Sathi")
    found = [judge(text).confidence for text in texts]
    assert found == sorted(found)
    assert all(0 < confidence < 1 for confidence in found)
    assert [judge(text).confident for text in texts] == [confidence >= SURE for confidence in found]


def test_two_that_come_close_are_a_doubt_however_much_speaks_for_both() -> None:
    found = judge("hospital, Swasthya Sathi; police, assault", "hospital, police")
    (_, score), (_, second), *_ = found.candidates
    assert second < score < CLOSE * second
    assert found.confidence == BY_A_NOSE


def test_what_speaks_for_nobody_gives_no_confidence() -> None:
    assert judge("xyzzy").confidence == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "To\nThe Superintendent, District Hospital\n\nThe police beat my son.",
        "The police beat my son.\nYours faithfully,\nRam, near hospital",
        "I am a hospital nurse. The police beat my son.",
        "I have no complaint against the hospital. The police beat my son.",
    ],
)
def test_words_beside_the_grievance_weigh_little(text: str) -> None:
    found = judge(text)
    plain = dict(judge("A hospital nurse. The police beat my son.").candidates)["HFW"]
    assert found.department == "HOM"
    assert dict(found.candidates)["HFW"] <= 0.3 * plain + 0.001
    assert found.confidence > judge("A hospital nurse. The police beat my son.").confidence


def test_the_prayer_weighs_more_than_the_story() -> None:
    told = dict(judge("The hospital. The police came.").candidates)
    asked = dict(judge("Kindly mend the hospital. The police came.").candidates)
    assert asked["HFW"] > told["HFW"]
    assert asked["HOM"] == told["HOM"]


def test_the_subject_weighs_more_than_the_body() -> None:
    assert judge("the police", subject="hospital").department == "HFW"


def test_a_rule_for_the_subject_is_silent_in_the_body() -> None:
    assert judge("thank you").department == ""
    assert judge("", subject="Thank you").department == "CMO"


def test_a_rule_that_needs_a_word_is_silent_without_it() -> None:
    assert judge("my cycle").department == ""
    assert judge("my cycle from school").department == "PRD"


def test_a_rule_with_an_exception_is_silent_beside_it() -> None:
    assert judge("the hospital is an animal hospital").department == ""


def test_saying_a_word_again_adds_little() -> None:
    once, thrice = (dict(judge(text).candidates)["HFW"] for text in ("hospital", "hospital hospital hospital"))
    assert once < thrice < 1.5 * once


def test_without_its_rule_the_department_is_gone() -> None:
    smaller = rules(without(KEYWORDS, "HFW"))
    assert classify("", "hospital and swasthya sathi", smaller).department == ""


@given(st.text(), st.text())
def test_any_mail_is_judged_and_every_match_stands_where_it_says(subject: str, text: str) -> None:
    parts = {"subject": subject, "body": text}
    for match in judge(text, subject).matches:
        assert parts[match.where][match.start : match.end] == match.words


@given(st.lists(st.sampled_from(["hospital", "police", "kindly", "railway", ".", "\n", "I am a", "school cycle"])))
def test_the_department_is_the_best_candidate(words: list[str]) -> None:
    found = judge(" ".join(words))
    scores = [score for _, score in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert found.department == (found.candidates[0][0] if found.candidates else "")


@pytest.mark.parametrize(
    ("text", "set_aside"),
    [
        ("no complaint against the hospital", "hospital"),
        ("the hospital is fine", "hospital"),
        ("হাসপাতাল নিয়ে নালিশ নেই", "হাসপাতাল"),
        ("opposite the hospital", "hospital"),
        ("hospital er pashe", "hospital"),
        ("হাসপাতালের পাশে", "হাসপাতালের"),
    ],
)
def test_what_is_set_aside_or_only_says_where_weighs_little(text: str, set_aside: str) -> None:
    (match,) = judge(text).matches
    (plain,) = judge(set_aside).matches
    assert match.words == set_aside
    assert match.weight < plain.weight / 2


def test_a_cue_reaches_neither_over_a_turn_nor_over_a_sentence() -> None:
    plain = judge("hospital").matches[0].weight
    for text in ("the hospital. The rest is fine", "the hospital but the rest is fine", "opposite. The hospital"):
        assert judge(text).matches[0].weight == plain


def test_a_rule_may_ask_for_the_letter_that_came_attached() -> None:
    asks = rules(KEYWORDS + "LAW,pump,5,attachment,,\n")
    rule = f"keywords.csv:{len(KEYWORDS.splitlines()) + 1}"
    letter = f"See my letter.\n\n{LETTER_BELOW}\nThe pump is broken."
    found = classify("", letter, asks)
    assert (found.department, found.matches[0].where) == ("LAW", "attachment")
    assert letter[found.matches[0].start : found.matches[0].end] == "pump"
    assert classify("", "The pump is broken.", asks).dropped == (
        f"{rule} for LAW, 'pump' (body 4-8, {rule}): it counts only in the attachment",
    )


def test_of_a_rule_met_again_and_again_only_what_counts_is_kept() -> None:
    found = judge("hospital, hospital, hospital, hospital, hospital, hospital")
    assert len(found.matches) == 3


def test_words_that_sound_like_several_spellings_of_a_rule_count_once() -> None:
    once = classify("", "pourosabha", rules(KEYWORDS + "LAW,purosobha|pourosobha|pourasabha,5,,,\n"))
    assert len(once.matches) == 1
    assert once.candidates == (("LAW", 4.25),)
