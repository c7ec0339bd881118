"""Explanations are complete: what they name is what decided. Take it away, and the recipient is gone."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mailbot.classify.directory import Directory, read_departments, read_directory
from mailbot.classify.explain import explain_department, quoted, words_for
from mailbot.classify.gazetteer import Gazetteer, read_gazetteer
from mailbot.classify.lexicon import Lexicon
from mailbot.classify.match import classify
from mailbot.classify.places import find_place
from mailbot.classify.route import route
from mailbot.classify.rules import Keyword, Rules, read_rules
from mailbot.model import Role, Route
from tests.classify import office_files

CONFIG = Path(__file__).resolve().parents[2] / "config"
LETTERS = [json.loads(line) for line in Path(__file__).with_name("letters.jsonl").read_text("utf-8").splitlines()]
RULES = office_files.rules()


def texts(folder: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted((CONFIG / folder).glob("*.csv"))}


@cache
def office() -> tuple[Rules, Gazetteer, Directory]:
    departments = read_departments(texts("departments"))
    gazetteer = read_gazetteer(texts("places"))
    directory = read_directory(texts("directory"), departments, gazetteer)
    return read_rules(texts("rules"), departments), gazetteer, directory


def only(rules: Rules, names: set[str]) -> Rules:
    """A small rule book of these rules alone: building the whole one for every letter would take minutes."""
    kept = tuple(rule for rule in rules.rules if rule.name in names)
    return replace(
        rules,
        rules=kept,
        keywords=Lexicon(
            ((phrase, Keyword(rule, phrase)) for rule in kept for phrase in rule.phrases), may_overlap=True
        ),
    )


def send(letter: dict[str, str], rules: Rules) -> tuple[Route, set[str]]:
    _, gazetteer, directory = office()
    classification = classify(letter["subject"], letter["body"], rules)
    finding = find_place(letter["subject"], letter["body"], gazetteer)
    return route(classification, finding, directory, gazetteer), {match.rule for match in classification.matches}


@pytest.mark.parametrize("letter", LETTERS[::3], ids=lambda letter: letter["id"])
def test_without_the_rules_it_names_a_recipient_is_gone(letter: dict[str, str]) -> None:
    rules, *_ = office()
    found, matched = send(letter, rules)
    if found.review:
        return
    small = only(rules, matched)
    assert [person.post for person in send(letter, small)[0].recipients] == [p.post for p in found.recipients]
    for person in found.recipients:
        if person.role is Role.SUPERIOR:
            continue
        named = set(re.findall(r"keywords\.csv:\d+", person.reason))
        after, _ = send(letter, only(rules, matched - named))
        assert named
        assert after.department != found.department or after.review
        assert person.post not in {each.post for each in after.recipients} or person.post == "CMO-HEAD"


def test_every_rule_of_the_department_is_named_the_strongest_with_its_words() -> None:
    found = classify("", "hospital and Swasthya Sathi", RULES)
    assert words_for(found) == (
        "the mail says 'Swasthya Sathi' (body 13-27, keywords.csv:3), 'hospital' (body 0-8, keywords.csv:2)"
    )


def test_words_over_two_lines_are_quoted_in_one() -> None:
    found = classify("", "Swasthya\nSathi", RULES)
    assert quoted(found.matches[0]) == "'Swasthya Sathi' (body 0-14, keywords.csv:3)"


def test_what_was_found_and_does_not_count_is_said() -> None:
    found = classify("", "the hospital is an animal hospital", RULES)
    steps = explain_department(found, office_files.departments())
    assert any("Left out: keywords.csv:2" in step and "animal hospital" in step for step in steps)
