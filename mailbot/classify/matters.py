"""
Words × Rules → the matters of a mail beyond its main one.

In: subject, text, Rules. Out: the stretches of the text that are a further grievance, each with its Classification
(offsets are those of the whole text). Only a writer who says so has several matters: points that are numbered, or
"secondly", "দ্বিতীয়ত", "दूसरी बात". Each point must speak plainly for a department of its own; a mail that tells one
grievance with much around it stays one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.classify.cues import Cue
from mailbot.classify.explain import has_keyword
from mailbot.classify.match import judge
from mailbot.classify.parts import read_parts
from mailbot.classify.rules import Rules
from mailbot.classify.words import MAX_CHARACTERS, read
from mailbot.classify.zones import Zone, find_zones
from mailbot.model import Classification

SURE_SCORE = 4.0  # one scheme named, or two plain words: a passing word is no matter of its own
SURE_MARGIN = 2.0
MOST = 4
NO_MATTERS = ("", "CMO", "NONE")

_DIGIT = "1-9১-৯१-९"
_POINT = re.compile(  # the sign of "1.", "(ii)", "ক)", "1.Village", and of "2-", "3:", "•" where a line begins
    r"[).।:*•▪●\u20e3-](?:"  # begins with what is rare, for it is asked of every mail
    rf"(?<=[\s(][{_DIGIT}a-eivক-ঙक-ङ][).।])(?=\s|[^\W\d_])"
    r"|(?<=[\s(]i[iv][).।])(?=\s|[^\W\d_])"
    r"|(?<=[\s(]iii[).।])(?=\s|[^\W\d_])"
    rf"|(?<=\n[{_DIGIT}][-:])|(?<=\n[{_DIGIT}]\s[-:])"
    r"|(?<=\n[*•▪●-])(?=\s)"
    r"|(?<=[\s(][1-9]\u20e3)|(?<=[\s(][1-9]\ufe0f\u20e3))"
)
_LEAST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """A stretch of the text, from `start`, that is a grievance of its own."""

    start: int
    text: str
    classification: Classification


def find_matters(text: str, rules: Rules) -> tuple[Matter, ...]:
    """The plain matters of a text whose writer numbers them; empty when there are not two departments among them."""
    text = text[:MAX_CHARACTERS]
    found: dict[str, Matter] = {}
    stretches = _stretches(text, rules)[:MOST]
    if stretches:
        _, body = read_parts("", text, rules.cues)
    for start, end in stretches:
        classification = judge([body.between(start, end)], rules)
        if _is_plain(classification):
            found.setdefault(classification.department, Matter(start, text[start:end], classification))
    return tuple(found.values()) if len(found) > 1 else ()


def _stretches(text: str, rules: Rules) -> list[tuple[int, int]]:
    """What stands between the points that a writer makes."""
    zones = find_zones(text)
    # A line break before the text, for a point may be its first word; a stretch begins at the sign of its point.
    points = [found.start() - 1 for found in _POINT.finditer("\n" + text)]
    marks = [start for start in points if zones.at(start) is Zone.BODY]
    if len(marks) < _LEAST_POINTS:
        body = read(text)
        further = [hit for hit in rules.cues.find(body) if hit.payloads[0] is Cue.FURTHER]
        marks = [0, *(body.starts[hit.start] for hit in further)]
    return list(pairwise([*marks, len(text)])) if len(marks) >= _LEAST_POINTS else []


def _is_plain(found: Classification) -> bool:
    if found.department in NO_MATTERS or not has_keyword(found):
        return False
    second: Sequence[tuple[str, float]] = found.candidates[1:]
    score = found.candidates[0][1]
    return score >= SURE_SCORE and (not second or score >= SURE_MARGIN * second[0][1])
