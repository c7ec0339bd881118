"""
Keywords → hints: which single words of the phrases that clerks wrote are mostly one department's.

In: Rules, and labelled mails where there are any. Out: word, department and weight, the rows of hints.csv. Done
offline, by `rules mine`; when mail is read nothing is counted and nothing learns: rows that a clerk can read decide.

A word's share for a department is how often it stands in that department's phrases, against how much that department
has written at all; trusted the more, the more phrases hold it. Labelled mails strike out: a word that many people
use, and hardly of that department, is no hint ("please", "master"). Of their own words none comes into the table, for
it may be read by anybody. Chosen on letters written without sight of the rules: counting by how much each department
has written found 1 to 3 letters in a hundred more than counting plainly; striking out cost none.
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
LEAST_MAILS = 6  # labelled mails that hold the word, before they are asked
LEAST_OF_MAILS = 0.15  # of them, that are the department's

_ANY = ""  # no department's code

_Counts = dict[str, Counter[str]]  # root → department → how often


class Mined(NamedTuple):
    """A row of hints.csv."""

    word: str
    department: str
    weight: float


def mine(rules: Rules, labelled: Iterable[Labelled] = ()) -> list[Mined]:
    """Find hints; by department, the heaviest first."""
    seen: _Counts = defaultdict(Counter)
    written: _Counts = defaultdict(Counter)  # root → folded word, as it stands there
    for rule in rules.rules:
        for phrase in rule.phrases:
            for each, word in _roots(phrase).items():
                if len(each) >= SHORTEST and not each.isdigit():
                    seen[each][rule.department] += 1
                    written[each][word] += 1
    size = sum(seen.values(), Counter[str]())
    used = _used(labelled)
    mined = [
        Mined(max(sorted(written[each]), key=written[each].__getitem__), department, weight)
        for each, found in seen.items()
        if found.total() >= LEAST_SEEN
        for department, weight in _weights(found, size)
        if not _is_struck_out(used.get(each, Counter()), department)
    ]
    return sorted(mined, key=lambda row: (row.department, -row.weight, row.word))


def _roots(text: str) -> dict[str, str]:
    return {root(word): fold(word) for word in read(text).words}


def _used(labelled: Iterable[Labelled]) -> _Counts:
    """In how many mails of which department a word stands; of any that would be right."""
    used: _Counts = defaultdict(Counter)
    for mail in labelled:
        for each in _roots(f"{mail.subject}\n{mail.body}"):
            used[each][_ANY] += 1
            used[each].update(set(mail.departments))
    return used


def _is_struck_out(used: Counter[str], department: str) -> bool:
    return used[_ANY] >= LEAST_MAILS and used[department] < LEAST_OF_MAILS * used[_ANY]


def write_hints(mined: Iterable[Mined]) -> str:
    """The text of hints.csv."""
    lines = (f"{row.word},{row.department},{row.weight:g}" for row in mined)  # no word holds a comma or a quote
    return "\n".join((",".join(COLUMNS), *lines, ""))


def _weights(found: Counter[str], size: Counter[str]) -> Iterator[tuple[str, float]]:
    rates = {department: count / size[department] for department, count in found.items()}
    trust = found.total() / (found.total() + DOUBT)
    for department, rate in rates.items():
        share = trust * rate / sum(rates.values())
        if share >= LEAST_SHARE:
            yield department, round(A_WHOLE_SHARE * (share - NO_SHARE), 1)
