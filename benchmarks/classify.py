"""
How fast a mail finds its department, place and posts: one core, one process, the shipped configuration.

Prints mails a second for a mail of about 2 kB in each language; the share of each step; how time grows with the
mail's length; and the ratio to a naive scan (`phrase in text` for every phrase and name), measured in the same run,
for numbers of two machines cannot be compared. Run: `python -m benchmarks.classify`.
"""

import csv
import io
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mailbot.classify.accused import find_accused
from mailbot.classify.directory import Directory, read_departments, read_directory
from mailbot.classify.folding import fold
from mailbot.classify.hints import HINTS
from mailbot.classify.match import classify
from mailbot.classify.matters import find_matters
from mailbot.classify.mine import mine, write_hints
from mailbot.classify.places import Gazetteer, find_place, read_gazetteer
from mailbot.classify.route import route
from mailbot.classify.rules import Rules, read_rules
from mailbot.classify.words import read
from mailbot.classify.zones import find_zones

CONFIG = Path(__file__).resolve().parent.parent / "config"
ROUNDS = 300
ASKED = 5_000  # phrases at which a thousand mails a second were asked for
LANGUAGES = ("en", "bn", "bn-Latn", "hi", "ne")
ADDRESS = "To\nThe Hon'ble Chief Minister\nNabanna, Howrah 711102\n\n"
LETTERS = CONFIG.parent / "tests" / "classify" / "letters.jsonl"
_SENTENCE = re.compile(r"(?<=[.।?!])\s+")


@cache
def sentences(language: str) -> tuple[str, ...]:
    """The sentences of our own labelled letters: denser in telling words than a real mail, and no two alike."""
    bodies = [
        row["body"] for row in map(json.loads, LETTERS.read_text("utf-8").splitlines()) if row["lang"] == language
    ]
    return tuple(each for body in bodies for each in _SENTENCE.split(body) if len(each) > 10)


def letters(language: str, size_bytes: int, rounds: int = ROUNDS) -> list[str]:
    """Letters of about so many bytes in UTF-8, that differ, so that nothing is remembered from the one before."""
    dice = random.Random(1)  # noqa: S311 - the same letters in every run
    texts = []
    for _ in range(rounds):
        text = ADDRESS
        size = len(text)
        while size < size_bytes:
            sentence = dice.choice(sentences(language)) + " "
            text += sentence
            size += len(sentence.encode())
        texts.append(text)
    return texts


class Office(NamedTuple):
    rules: Rules
    gazetteer: Gazetteer
    directory: Directory

    def work(self, text: str) -> object:
        """All that is done to route one mail."""
        found, place = classify("a grievance", text, self.rules), find_place("a grievance", text, self.gazetteer)
        accused = find_accused("a grievance", text, self.rules)
        find_matters(text, self.rules)
        return route(found, place, self.directory, self.gazetteer, accused=accused)


def load(phrases: int = 0) -> Office:
    """The shipped configuration; with so many phrases of its rules, by lot, and the hints in them, if one is given."""
    texts = {
        folder: {path.name: path.read_text(encoding="utf-8-sig") for path in (CONFIG / folder).glob("*.csv")}
        for folder in ("departments", "rules", "places", "directory")
    }
    if phrases:
        texts["rules"]["keywords.csv"] = fewer(texts["rules"]["keywords.csv"], phrases)
    departments = read_departments(texts["departments"])
    rules = read_rules(texts["rules"], departments)
    if phrases:
        rules = read_rules(texts["rules"] | {HINTS: write_hints(mine(rules))}, departments)
    gazetteer = read_gazetteer(texts["places"], beside=rules.keywords)
    return Office(rules, gazetteer, read_directory(texts["directory"], departments, gazetteer))


def fewer(keywords: str, phrases: int) -> str:
    """keywords.csv with so many of its phrases."""
    rows = list(csv.DictReader(io.StringIO(keywords)))
    every = [(number, phrase) for number, row in enumerate(rows) for phrase in row["phrase"].split("|")]
    kept = set(random.Random(1).sample(every, phrases))  # noqa: S311 - the same phrases in every run
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    for number, row in enumerate(rows):
        left = [phrase for phrase in row["phrase"].split("|") if (number, phrase) in kept]
        if left:
            writer.writerow(row | {"phrase": "|".join(left)})
    return text.getvalue()


def seconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The processor time of one text (other work on the machine does not count), the best of three series."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            work(text)
        best = min(best, (time.process_time() - started) / len(texts))
    return best


def main() -> None:
    started = time.perf_counter()
    office = load()
    print(f"loaded in {time.perf_counter() - started:.2f} s")
    for each in (load(ASKED), office):
        names = sum(len(rule.phrases) for rule in each.rules.rules)
        print(f"{names:,} phrases, {len(each.gazetteer.places)} places, {len(each.directory.posts):,} posts")
        for language in LANGUAGES:
            print(f"  {language:8} 2 kB: {1 / seconds(each.work, letters(language, 2000)):7.0f} mails/s")
    steps(office)
    growth(office.work)
    ratio(office)


def steps(office: Office) -> None:
    """What a mail's time goes to. One walk finds what every lexicon has in a text."""
    texts = letters("en", 2000)
    reading = seconds(read.__wrapped__, texts)
    walking = seconds(lambda text: office.rules.keywords.find(read.__wrapped__(text)), texts) - reading
    zoning = seconds(find_zones.__wrapped__, texts)
    for name, each in (("reading", reading), ("walking", walking), ("zones", zoning)):
        print(f"  {name:8} {each * 1e3:6.3f} ms")


def growth(work: Callable[[str], object]) -> None:
    for size_bytes in (1_000, 10_000, 100_000, 1_000_000):
        each = seconds(work, letters("en", size_bytes, rounds=5))
        print(f"{size_bytes:8,} bytes: {each * 1e3:8.2f} ms, {each / size_bytes * 1e6:.2f} µs a byte")


def ratio(office: Office) -> None:
    phrases = [fold(phrase) for rule in office.rules.rules for phrase in rule.phrases]
    texts = letters("en", 2000)
    naive = seconds(lambda text: [phrase for phrase in phrases if phrase in text.lower()], texts[:20])
    own = seconds(office.work, texts)
    print(
        f"naive `in` of {len(phrases):,} phrases, keywords only: {naive * 1e3:.2f} ms; all of ours: {own * 1e3:.2f} ms"
    )
    print(f"ratio naive / ours: {naive / own:.1f}")


if __name__ == "__main__":
    main()
