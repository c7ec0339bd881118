"""
1,383 letters of our own, in all languages, with the answers they should get: the floors below which no change may fall.

The files are what `mailbot rules test` reads. letters.jsonl is what the first words were written against, so it proves
no more than that nothing was broken since; letters_unseen.jsonl was written before, and its single letters were not
looked at. letters_hard.jsonl was written without sight of the rules, by people told to describe and not to name; its
mistakes were read afterwards. letters_exam.jsonl was written last, in the same way: half of its mistakes were read for
single words, the other half never. letters_manner.jsonl was written without sight of the rules too, in the manner of
the office's own sample. Plain keywords (the topics of departments.csv) find 76 % of the departments in the first two,
50 % in the hard ones, 52 % in the exam, 67 % in that manner. letters_long.jsonl holds 1,100 to 2,600 characters each: a
life story, several offices, and the grievance once; nobody saw the rules for it either.
"""

from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

from mailbot.classify.match import classify
from mailbot.classify.score import Labelled, Score, judge, read_labelled, score, unknown_codes
from mailbot.intake import find_routes
from tests.office import an_office

TUNED, UNSEEN, HARD, EXAM = "letters.jsonl", "letters_unseen.jsonl", "letters_hard.jsonl", "letters_exam.jsonl"
MANNER, LONG = "letters_manner.jsonl", "letters_long.jsonl"
LANGUAGES = {"en", "bn", "bn-Latn", "hi", "ne", "mixed"}


class Floor(NamedTuple):
    """Shares of the letters: at least, at least, at most, at most."""

    department: float
    place: float
    review: float
    wrong: float


LEAST = {
    TUNED: Floor(0.97, 0.97, 0.12, 0.03),
    UNSEEN: Floor(0.95, 0.94, 0.12, 0.03),
    HARD: Floor(0.94, 0.94, 0.18, 0.03),
    EXAM: Floor(0.9, 0.94, 0.23, 0.05),
    MANNER: Floor(0.9, 0.94, 0.2, 0.03),
    LONG: Floor(0.88, 0.88, 0.25, 0.05),
}
ALL = tuple(LEAST)


def letters(name: str) -> list[Labelled]:
    return list(read_labelled(name, Path(__file__).with_name(name).read_text(encoding="utf-8")))


@cache
def scores(name: str) -> Score:
    office = an_office()
    labelled = letters(name)
    assert not unknown_codes(name, labelled, [*office.directory.departments, *office.gazetteer.places])
    return score([judge(mail, find_routes(mail.subject, mail.body, office), office.gazetteer) for mail in labelled])


@pytest.mark.parametrize("name", ALL)
def test_there_are_letters_in_every_language(name: str) -> None:
    assert set(scores(name).languages) == LANGUAGES


@pytest.mark.parametrize("name", ALL)
def test_departments_are_found(name: str) -> None:
    assert scores(name).all.department >= LEAST[name].department


@pytest.mark.parametrize("name", ALL)
def test_districts_and_finer_places_are_found(name: str) -> None:
    assert scores(name).all.district >= LEAST[name].place
    assert scores(name).all.finer >= LEAST[name].place


@pytest.mark.parametrize("name", ALL)
def test_few_are_sent_to_review_and_fewer_go_wrong_without_it(name: str) -> None:
    assert scores(name).all.review <= LEAST[name].review
    assert scores(name).all.wrong_without_review <= LEAST[name].wrong


@pytest.mark.parametrize("name", [TUNED, HARD])
@pytest.mark.parametrize("language", sorted(LANGUAGES - {"en"}))
def test_no_language_is_served_worse_than_english(name: str, language: str) -> None:
    languages = scores(name).languages
    assert languages[language].department >= languages["en"].department - 0.08


@pytest.mark.parametrize(("at_least", "below"), [(0.5, 0.9), (0.9, 0.97), (0.97, 1.0)])
def test_confidence_is_the_share_of_letters_that_it_says(at_least: float, below: float) -> None:
    rules, mails = an_office().rules, chain.from_iterable(map(letters, (EXAM, MANNER, LONG)))
    found = [(mail, classify(mail.subject, mail.body, rules)) for mail in mails]
    asked = [(mail, each) for mail, each in found if at_least <= each.confidence < below]
    right = sum(each.department in mail.departments for mail, each in asked) / len(asked)
    said = sum(each.confidence for _, each in asked) / len(asked)
    assert len(asked) > 30
    assert abs(right - said) < 0.08
