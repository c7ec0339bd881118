"""
110 letters of our own, in all languages, with the answers they should get: the floor below which no change may fall.

They are what the shipped words were written against, so they prove no more than that nothing was broken since.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mailbot.classify.directory import read_departments, read_directory
from mailbot.classify.match import classify
from mailbot.classify.places import find_place, read_gazetteer
from mailbot.classify.route import route
from mailbot.classify.rules import read_rules

CONFIG = Path(__file__).resolve().parents[2] / "config"
LETTERS = Path(__file__).with_name("letters.jsonl")


@dataclass(frozen=True, slots=True)
class Score:
    """What one letter got right."""

    language: str
    department: bool
    district: bool
    place: bool
    review: bool


def texts(folder: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted((CONFIG / folder).glob("*.csv"))}


@cache
def scores() -> tuple[Score, ...]:
    departments = read_departments(texts("departments"))
    rules, gazetteer = read_rules(texts("rules"), departments), read_gazetteer(texts("places"))
    directory = read_directory(texts("directory"), departments, gazetteer)
    found = []
    for line in LETTERS.read_text(encoding="utf-8").splitlines():
        letter = json.loads(line)
        classification = classify(letter["subject"], letter["body"], rules)
        finding = find_place(letter["subject"], letter["body"], gazetteer)
        code = finding.place.code if finding.place else None
        found.append(
            Score(
                language=letter["lang"],
                department=classification.department in letter["departments"],
                district=(gazetteer.district(code) if code else None) == letter["district"],
                place=code in letter["places"] or (not letter["places"] and code is None),
                review=route(classification, finding, directory, gazetteer).review,
            )
        )
    return tuple(found)


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


def test_there_are_letters_in_every_language() -> None:
    assert {score.language for score in scores()} == {"en", "bn", "bn-Latn", "hi", "ne", "mixed"}


def test_departments_are_found() -> None:
    assert share([score.department for score in scores()]) >= 0.95


def test_districts_and_finer_places_are_found() -> None:
    assert share([score.district for score in scores()]) >= 0.96
    assert share([score.place for score in scores()]) >= 0.95


def test_few_are_sent_to_review_and_fewer_go_wrong_without_it() -> None:
    assert share([score.review for score in scores()]) <= 0.12
    assert share([not score.review and not (score.department and score.district) for score in scores()]) <= 0.03


@pytest.mark.parametrize("language", ["bn", "bn-Latn", "hi", "ne", "mixed"])
def test_no_language_is_served_worse_than_english(language: str) -> None:
    english, other = (
        share([s.department and s.district for s in scores() if s.language == x]) for x in ("en", language)
    )
    assert other >= english - 0.08
