"""
Keywords → hints: which single words of the phrases that clerks wrote are mostly one department's.

In: Rules, and labelled mails where there are any. Out: word, department and weight, the rows of hints.csv. Done
offline, by `rules mine`; when mail is read nothing is counted and nothing learns: rows that a clerk can read decide.

A word's share for a department is how often it stands in that department's phrases, against how much that department
has written at all; trusted the more, the more phrases hold it. Chosen on letters written without sight of the rules:
counting by how much each department has written found 1 to 3 letters in a hundred more than counting plainly.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailbot.classify.folding import fold, root
from mailbot.classify.hints import COLUMNS
from mailbot.classify.rules import Rules
from mailbot.classify.score import Labelled
from mailbot.classify.words import read

LEAST_SEEN = 2  # phrases that hold the word: in one alone it says little
DOUBT = 2.0  # phrases' worth of doubt: of three phrases with the word, all in one department, 3/5 is its share
LEAST_SHARE = 0.3
NO_SHARE = 0.1  # a share that adds nothing
A_WHOLE_SHARE = 2.0  # the weight of a word that stands in one department's phrases alone, and in very many of them
SHORTEST = 3


class Mined(NamedTuple):
    """A row of hints.csv."""

    word: str
    department: str
    weight: float


def mine(rules: Rules, labelled: Iterable[Labelled] = ()) -> list[Mined]:
    """Find hints; by department, the heaviest first."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)  # root → department → phrases with it
    written: dict[str, Counter[str]] = defaultdict(Counter)  # root → folded word, as it stands there
    for department, text in _texts(rules, labelled):
        words = {root(word): fold(word) for word in read(text).words}
        for each, word in words.items():
            if len(each) >= SHORTEST and not each.isdigit():
                seen[each][department] += 1
                written[each][word] += 1
    size = sum(seen.values(), Counter[str]())
    mined = [
        Mined(max(sorted(written[each]), key=written[each].__getitem__), department, weight)
        for each, found in seen.items()
        if found.total() >= LEAST_SEEN
        for department, weight in _weights(found, size)
    ]
    return sorted(mined, key=lambda row: (row.department, -row.weight, row.word))


def write_hints(mined: Iterable[Mined]) -> str:
    """The text of hints.csv."""
    lines = (f"{row.word},{row.department},{row.weight:g}" for row in mined)  # no word holds a comma or a quote
    return "\n".join((",".join(COLUMNS), *lines, ""))


def _texts(rules: Rules, labelled: Iterable[Labelled]) -> Iterator[tuple[str, str]]:
    for rule in rules.rules:
        for phrase in rule.phrases:
            yield rule.department, phrase
    for mail in labelled:
        if mail.departments:
            yield mail.departments[0], f"{mail.subject}\n{mail.body}"


def _weights(found: Counter[str], size: Counter[str]) -> Iterator[tuple[str, float]]:
    rates = {department: count / size[department] for department, count in found.items()}
    trust = found.total() / (found.total() + DOUBT)
    for department, rate in rates.items():
        share = trust * rate / sum(rates.values())
        if share >= LEAST_SHARE:
            yield department, round(A_WHOLE_SHARE * (share - NO_SHARE), 1)
