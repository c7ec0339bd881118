"""Our own texts are known again in what others write, however they were quoted; what others write is left."""

import textwrap
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailbot.ingest.body import without_ours
from mailbot.ingest.html import html_to_text
from mailbot.ingest.ours import LOOKED_AT, OURS_LIMIT, find_ours, texts_of
from mailbot.ingest.quote_signs import about_mail
from mailbot.model import Address, OutboxMessage, Purpose
from mailbot.notify.sample import FULL, NOTICE
from tests.office import an_office

PURPOSES = [(purpose, "en") for purpose in Purpose] + [
    (purpose, language)
    for purpose in (Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE)
    for language in ("bn", "hi", "ne")
]
_ENGLISH = [
    "done",
    "pump",
    "repaired",
    "on",
    "site",
    "12",
    "3/4",
    "Onda",
    "the",
    "case",
    "is",
    "To:",
    "officer",
    "Case",
]
_INDIAN = ["সমস্যা", "মিটেছে", "কাজ", "মরামত", "हो", "गया", "है", "डॉक्टर"]
OWN = st.lists(
    st.lists(
        st.sampled_from([*_ENGLISH, *_INDIAN]),
        min_size=1,
        max_size=12,
    ).map(" ".join),
    min_size=1,
    max_size=6,
).map("\n".join)


@cache
def sent(purpose: Purpose, language: str) -> OutboxMessage:
    """One of our mails, by the templates as they are shipped."""
    to_officer = purpose not in (Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE)
    notice = replace(NOTICE, purpose=purpose, language=language, person=NOTICE.person if to_officer else None)
    return an_office().composer.compose(notice, FULL)


def rewrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.fill(line, width) if line.strip() else "" for line in text.split("\n"))


def refilled(text: str, width: int) -> str:
    """Lines of a paragraph joined and broken anew, as telephones do."""
    return "\n\n".join(textwrap.fill(" ".join(one.split()), width) for one in text.split("\n\n"))


QUOTED: list[Callable[[str, int], str]] = [
    rewrapped,
    refilled,
    lambda text, _width: " ".join(text.split()),
    lambda text, _width: text.replace("\n", "\n\n"),
    lambda text, width: "\n".join(f"> {line}" for line in rewrapped(text, width).split("\n")),
    lambda text, width: "\n".join(f"| {line}".rstrip() for line in rewrapped(text, width).split("\n")),
    lambda text, _width: text.replace("'", "’").replace(" ", "\u00a0").replace("--- ", "— "),
    lambda text, _width: text.upper(),
]


def flat(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(PURPOSES),
    way=st.sampled_from(QUOTED),
    width=st.integers(8, 120),
    above=OWN | st.just(""),
    below=OWN | st.just(""),
)
def test_own_words_above_and_below_survive_whole_and_ours_go(
    kind: tuple[Purpose, str], way: Callable[[str, int], str], width: int, above: str, below: str
) -> None:
    assume(above or below)
    message = sent(*kind)
    reply = without_ours(f"{above}\n\n{way(message.text, width)}\n\n{below}", texts_of([message]))
    assert flat(reply.words) == flat(f"{above} {below}")
    assert reply.cut


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(PURPOSES),
    way=st.sampled_from(QUOTED[:2]),
    width=st.integers(20, 120),
    own=OWN,
    data=st.data(),
)
def test_own_words_between_ours_survive_whole(
    kind: tuple[Purpose, str], way: Callable[[str, int], str], width: int, own: str, data: st.DataObject
) -> None:
    message = sent(*kind)
    lines = message.text.split("\n")
    at = data.draw(st.integers(5, len(lines) - 5))
    first, second = "\n".join(lines[:at]), "\n".join(lines[at:])
    reply = without_ours(f"{way(first, width)}\n\n{own}\n\n{way(second, width)}", texts_of([message]))
    kept = flat(reply.words)
    assert flat(own) in kept
    assert len(kept) <= len(flat(own)) + 300  # what is too short to be known for ours may stay


@pytest.mark.parametrize("kind", PURPOSES)
@pytest.mark.parametrize("way", QUOTED)
def test_a_mail_that_only_quotes_us_says_nothing(kind: tuple[Purpose, str], way: Callable[[str, int], str]) -> None:
    message = sent(*kind)
    quoted = way(message.text, 50)
    for words in (quoted, f"\n\n{quoted}\n--", f"Grievance Cell wrote on 24 Nov 2026 at 10:30:\n\n{quoted}"):
        reply = without_ours(words, texts_of([message]))
        assert reply.kept_all
        assert reply.words == words


def test_the_html_of_our_mail_is_ours_too() -> None:
    message = sent(Purpose.REFERRAL, "en")
    assert message.email is not None
    shown = html_to_text(message.email.html)
    for own in ("Done.", "Done.\n\nDr Sen"):
        assert without_ours(f"{own}\n\n{shown}", texts_of([message])).words == own
        assert without_ours(f"{own} {flat(shown)}", texts_of([message])).words == own


def test_a_mail_that_was_cut_short_in_the_quote_says_nothing_either() -> None:
    message = sent(Purpose.REFERRAL, "en")
    for length in range(300, len(message.text), 37):
        assert without_ours(message.text[:length], texts_of([message])).kept_all, length


@pytest.mark.parametrize(
    "own",
    [
        FULL.reference,
        FULL.subject,
        f"Subject: {FULL.subject}",
        "Chief Medical Officer of Health, Bankura",
        "Additional Chief Secretary, Health & Family Welfare",
        f"Case {FULL.reference}\nDone.",
        "Chief Minister's Office, West Bengal",
        "Your answer closes the case and is sent to the complainant.",
        "Done",
        "A doctor has been posted.",
    ],
)
def test_what_merely_repeats_a_line_of_ours_is_the_writers(own: str) -> None:
    ours = texts_of(sent(*kind) for kind in PURPOSES)
    assert without_ours(own, ours).words == own
    assert without_ours(f"We have seen to it.\n{own}\nDr Sen", ours).words == f"We have seen to it.\n{own}\nDr Sen"
    message = sent(Purpose.OVERDUE_ALERT, "en")
    assert without_ours(f"{own}\n\n{message.text}", texts_of([message])).words == own


def test_a_sentence_of_ours_in_a_sentence_of_the_writer_stays() -> None:
    ours = texts_of([sent(Purpose.REFERRAL, "en")])
    own = "You wrote that the grievance below reached the Chief Minister's Office on 1 December 2026, but it came late."
    assert without_ours(own, ours).words == own


def test_a_signature_above_the_quote_goes_with_it() -> None:
    message = sent(Purpose.REFERRAL, "en")
    reply = without_ours(f"Done.\n\n-- \nDr Sen\nCMOH\n\n{message.text}", texts_of([message]))
    assert (reply.words, reply.signature.split("\n")[-1]) == ("Done.", "CMOH")


def test_links_that_a_mail_program_adds_do_not_matter() -> None:
    message = sent(Purpose.REFERRAL, "en")
    address = FULL.complainant.address
    quoted = message.text.replace(address, f"{address}<mailto:{address}>")
    assert without_ours(f"Done.\n\n{quoted}", texts_of([message])).words == "Done."


def test_a_line_that_introduces_ours_goes_with_it() -> None:
    message = sent(Purpose.REFERRAL, "en")
    about = about_mail(people=[Address("Grievance Cell", "cell@example.org")], subject="Re: x")
    words = f"Done.\n\nGrievance Cell skrifaði:\n{message.text}"
    assert without_ours(words, texts_of([message]), about=about).words == "Done."


def test_a_text_of_one_repeated_line_is_compared_in_linear_time() -> None:
    ours = "the same line again and again\n" * (OURS_LIMIT // 30)
    words = "the same line again and again " * (2 * LOOKED_AT // 30)
    spans = find_ours(words, [ours])
    assert spans[0][0] == 0
    assert without_ours("\n".join(words.split()), [ours]).cut


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_texts_are_compared_and_what_is_found_lies_in_the_text(words: str, ours: list[str]) -> None:
    position = 0
    for start, end in find_ours(words + "".join(ours), ours):
        assert position <= start < end <= len(words + "".join(ours))
        position = end
    without_ours(words, ours)


def test_without_a_text_of_ours_nothing_is_taken_off() -> None:
    assert without_ours("Done.\n-- \nX", []).words == "Done.\n-- \nX"
