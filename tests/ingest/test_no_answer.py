"""Which of an officer's mails ends a case: measured on what officers write, and whom it is written to."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.ingest.no_answer import WrittenTo, fold, why_no_answer, written_to
from mailbot.model import Address

US = WrittenTo(us=True)
OFFICERS = [json.loads(line) for line in (Path(__file__).parent / "officers.jsonl").read_text("utf-8").splitlines()]
"""Invented answers of officers as they are written, each with a careful reader's word: final, or why it is not."""

OWN, OFFICE, CITIZEN = "cell@cmo.example", "cmoh@example.org", "rina@example.net"
SUBORDINATE = "bmoh@example.org"


def to(*addresses: str) -> WrittenTo:
    people = [Address("", address) for address in addresses]
    return written_to(people, ours=lambda address: address == OWN, complainant=CITIZEN, offices={OFFICE})


def test_final_answers_close_but_for_three_in_a_hundred() -> None:
    final = [one["text"] for one in OFFICERS if one["why"] == "final"]
    held = [text for text in final if why_no_answer(text, US)]
    assert len(final) > 250
    assert len(held) <= 0.03 * len(final), held


@pytest.mark.parametrize("why", ["instruction", "interim", "passed_on", "question"])
def test_what_ends_nothing_closes_nothing(why: str) -> None:
    texts = [one["text"] for one in OFFICERS if one["why"] == why]
    closing = [text for text in texts if not why_no_answer(text, US)]
    assert len(texts) > 15
    assert not closing


def test_the_set_holds_every_language_on_both_sides() -> None:
    found = Counter((one["language"], one["why"] == "final") for one in OFFICERS)
    assert all(
        found[language, final] >= 12 for language in ("en", "bn", "bn-Latn", "hi", "ne") for final in (True, False)
    )


@pytest.mark.parametrize("text", [one["text"] for one in OFFICERS if one["why"] == "final"][:40])
def test_no_words_make_a_mail_to_others_an_answer(text: str) -> None:
    for addresses in ((SUBORDINATE,), (CITIZEN,), (OFFICE,), (SUBORDINATE, CITIZEN, OFFICE)):
        assert "with us in copy" in (why_no_answer(text, to(*addresses)) or "")


def test_the_reason_says_whom_it_is_written_to() -> None:
    assert why_no_answer("Done.", to(CITIZEN)) == "it is written to the complainant, with us in copy"
    assert why_no_answer("Done.", to(OFFICE)) == "it is written to an office of the case, with us in copy"
    assert why_no_answer("Done.", to(SUBORDINATE)) == "it is written to somebody else, with us in copy"


@pytest.mark.parametrize("others", [(), (CITIZEN,), (OFFICE,), (SUBORDINATE,), (SUBORDINATE, CITIZEN)])
def test_who_else_an_answer_is_written_to_does_not_matter(others: tuple[str, ...]) -> None:
    assert why_no_answer("The pump has been repaired.", to(OWN.upper(), *others)) is None


def test_a_mail_that_names_nobody_was_sent_to_us() -> None:
    assert to() == to("") == WrittenTo(us=True)


def test_words_that_tell_of_a_past_without_an_end_are_an_answer_to_us_alone() -> None:
    words = "The headmaster was heard on Monday."
    assert why_no_answer(words, to(OWN)) is None
    assert why_no_answer(words, to(OWN, OFFICE, CITIZEN)) is None
    assert why_no_answer(words, to(OWN, SUBORDINATE)) == (
        "it is written to somebody else too, and does not say that the matter ended"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Please look into it and report.", "it tells somebody to act, not what was done"),
        ("Report called for.", "it says that the matter is under way, not that it ended"),
        ("Matter forwarded to BDO.", "it says that the matter was passed on, not that it ended"),
        ("Not ours. Kindly forward it to the PWD.", "it asks that the matter be sent to another office"),
        ("Please send the mobile number of the applicant.", "it asks for something that is missing"),
        ("Which village is it?", "it asks a question"),
        ("Noted, thanks.", "it says only that the mail was seen"),
        ("Team at work.", "it tells of nothing that was done, and of no reason why not"),
    ],
)
def test_each_reason_lets_the_desk_decide(text: str, why: str) -> None:
    assert why_no_answer(text, US) == why


@pytest.mark.parametrize(
    "text",
    [
        "BDO was asked to repair it, and it has been repaired.",
        "Report was called for. As per the report a doctor joined on 2.11.26.",
        "Pump repaired. It will be watched.",
        "The work is done; photographs will follow.",
        "পাম্প সারানো হয়েছে। বাকি রাস্তা পরে হবে।",
        "मरम्मत कर दी गई है, आगे भी निगरानी की जाएगी।",
    ],
)
def test_what_ended_the_matter_counts_beside_what_goes_on(text: str) -> None:
    assert why_no_answer(text, US) is None


@pytest.mark.parametrize(
    "text",
    [
        "Report will be submitted after the enquiry is completed.",
        "BDO has been directed to get it repaired.",
        "Please ensure that the doctor is posted and the complaint is resolved.",
        "The seal could not be opened. Please send it again.",
        "Once repaired, you will be informed.",
        "এখনও সারানো হয়নি, শীঘ্রই হবে।",
        "কাজ শীঘ্রই সম্পূর্ণ হবে।",
        "কাজটি দ্রুত সম্পন্ন করুন।",
        "সমস্যা মিটে যাবে।",
        "कार्य शीघ्र पूर्ण हो जाएगा।",
        "Kaj ta sesh hoye jabe",
        "Work is in progress and not complete.",
    ],
)
def test_a_deed_that_is_asked_ordered_promised_or_denied_is_none(text: str) -> None:
    assert why_no_answer(text, US)


@pytest.mark.parametrize(
    "text",
    [
        "Boring is done. Progress will be intimated.",
        "Team has been changed; we shall revert.",
        "মাপ নেওয়া হয়েছে। প্রতিবেদন দাখিল করা হইবে।",
        "Line ta kata hoyeche, report pathabo",
        "लाइन बदली गई है, आगे की जानकारी दी जाएगी।",
        "Valve replaced. Kindly send the mobile number of the applicant.",
    ],
)
def test_who_announces_another_mail_or_needs_something_has_not_ended_it(text: str) -> None:
    assert why_no_answer(text, US)


@pytest.mark.parametrize(
    "text",
    [
        "Culvert repaired; the report will be sent by post.",
        "Claim is time barred and rejected. The decision will be communicated to the applicant.",
        "Pump repaired. Nothing further is pending.",
        "Line shifted. Please acknowledge.",
    ],
)
def test_a_paper_copy_a_word_to_the_complainant_or_a_courtesy_announces_nothing(text: str) -> None:
    assert why_no_answer(text, US) is None


def test_what_is_unfinished_counts_behind_the_last_deed_alone() -> None:
    assert why_no_answer("Boring done, fitting is pending.", US)
    assert why_no_answer("Work was in progress in May and is now completed.", US) is None


@pytest.mark.parametrize(
    "text", ["Mail received.", "আপনার চিঠি পেয়েছি।", "Mail peyechi", "मेल प्राप्त हुआ।", "इमेल प्राप्त भयो।"]
)
def test_a_mail_that_came_is_no_deed(text: str) -> None:
    assert why_no_answer(text, US) == "it says only that the mail was seen"


def test_bookish_verbs_are_read_as_spoken_ones() -> None:
    assert fold("করা হইয়াছে") == fold("করা হয়েছে")
    assert why_no_answer("কল সারানো হইয়াছে।", US) is None
    assert why_no_answer("কল সারানো হইবে।", US)


def test_a_closing_and_what_stands_below_it_says_nothing() -> None:
    below = "\n\nYours faithfully,\nOfficer, Completed Works Division"
    assert why_no_answer(f"Under process.{below}", US)
    assert why_no_answer(f"Done.{below}", US) is None


def test_broken_lines_are_read_as_one_sentence() -> None:
    text = (
        "Please note that the Block Development Officer, Onda, has been\ndirected to ensure that the pump is repaired."
    )
    assert why_no_answer(text, US) == "it says that the matter was passed on, not that it ended"


def test_a_full_stop_in_a_date_or_behind_an_abbreviation_ends_no_sentence() -> None:
    assert fold("Dr. Sen joined on 2.11.26. Done.") == "dr sen joined on 2 11 26. done."
    assert why_no_answer("Pl. enquire & report", US)
    assert why_no_answer("For n.a. pl.", US)


@pytest.mark.parametrize(
    ("one", "other"), [("जाँच", "जांच"), ("ব\u09be\u09df", "ব\u09be\u09af\u09bc"), ("পাঠা\u200cন", "পাঠান"), ("ज़", "ज")]
)
def test_spellings_of_one_word_are_read_alike(one: str, other: str) -> None:
    assert one != other
    assert fold(one) == fold(other)


@given(st.text(), st.booleans(), st.booleans())
def test_any_text_gives_a_reason_without_its_words_or_none(text: str, us: bool, others: bool) -> None:
    why = why_no_answer(text, WrittenTo(us=us, others=others))
    assert why is None or why.isascii()


@settings(deadline=None)  # the machine may be busy
@given(
    st.sampled_from(
        [
            "please ",
            "report ",
            "will be ",
            "has been directed ",
            "এখনও ",
            "को ",
            "a" * 50 + " ",
            "\n",
            "अधिकारी,",
            "9",
            "क",
        ]
    )
)
def test_what_is_said_a_thousand_times_is_read_all_the_same(part: str) -> None:
    why = why_no_answer(part * 5_000, US)
    assert why is None or why.isascii()
