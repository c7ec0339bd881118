"""
Words × Rules → Classification: the department a grievance belongs to, with the words that say so.

In: subject, text, Rules. Out: a Classification whose matches carry rule, words, offsets and the weight they had.
A phrase weighs by its rule, and by where it stands (`parts.py`). The second and third phrase of a department add less
than the first: one scheme named outweighs many common words. Hints, single words that are mostly one department's, are
added to that (`hints.py`); by them alone no department is ever sure.
"""

import math
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from mailbot.classify.explain import DROPPED_SHOWN, quoted
from mailbot.classify.hints import Hinting
from mailbot.classify.lexicon import Hit
from mailbot.classify.parts import Part, read_parts
from mailbot.classify.rules import Keyword, Rule, Rules
from mailbot.model import Classification, Match

BY_SOUND = 0.85
EACH_FURTHER_RULE = 0.6
EACH_REPEAT = 0.15
MOST_REPEATS = 2
CANDIDATES = 5  # departments that are given with their matches

_NOTHING = Classification(department="", matches=(), candidates=(), confident=False, reason="no rule matches this mail")
SURE = 0.82  # confidence below which the desk is asked
BY_HINTS_ALONE = 0.5  # the most confidence where the mail holds no keyword of the department
CLOSE = 1.3  # times the score of the second; nearer, and the other may be right, however much speaks for either:
BY_A_NOSE = 0.75  # of such letters three in four were the first one's
# Confidence is fitted to letters that were written without sight of the rules, long ones among them: by the score of
# the best department, its lead over the second, and the length, for a life story names many offices. Fitted anew when
# weights change much; tests/classify/test_letters.py holds it to its word.
_ODDS, _BY_SCORE, _BY_LEAD, _WORDS = 3.8, 1.7, 0.9, 5


class _Found(NamedTuple):
    """A rule's phrase in one part of the mail, weighed."""

    weight: float
    part: Part
    hit: Hit[Keyword]
    keyword: Keyword

    def match(self) -> Match:
        rule = self.keyword.rule
        words = range(self.hit.start, self.hit.stop)
        return self.part.match(words, self.weight, rule=rule.name, target=rule.department, phrase=self.keyword.phrase)


class _Weighed(NamedTuple):
    """A rule that counts: its weight in this mail, and the matches that made it."""

    rule: Rule
    weight: float
    found: Sequence[_Found]


def classify(subject: str, text: str, rules: Rules) -> Classification:
    """Find the department of a grievance. `department` is "" when no rule speaks."""
    return judge(read_parts(subject, text, rules.cues), rules)


def judge(parts: Sequence[Part], rules: Rules) -> Classification:
    """Find the department that parts of a mail, or stretches of them, speak of."""
    held = frozenset(words for part in parts for hit in part.own_hits(rules.conditions) for words in hit.payloads)
    weighed: list[_Weighed] = []
    dropped: list[tuple[_Found, str]] = []
    for found in _by_rule(parts, rules):
        rule = found[0].keyword.rule
        counting = [each for each in found if each.part.where_is(each.hit.start) in rule.parts] if rule.parts else found
        why_not = _why_not(rule, held, is_elsewhere=not counting)
        if why_not:
            dropped.append((found[0], why_not))
        else:
            weighed.append(_weigh(rule, counting))
    judged = _judge(weighed, Hinting(parts, rules.hints), length=sum(part.stop - part.first for part in parts))
    return replace(judged, dropped=_say_dropped(dropped)) if dropped else judged


def _say_dropped(dropped: Sequence[tuple[_Found, str]]) -> tuple[str, ...]:
    """What was found and does not count; the weightiest alone, for nobody reads them all."""
    heaviest = sorted(dropped, key=lambda pair: -pair[0].weight)[:DROPPED_SHOWN]
    rules = [found.keyword.rule for found, _ in heaviest]
    return tuple(
        f"{rule.name} for {rule.department}, {quoted(found.match())}: {why_not}"
        for rule, (found, why_not) in zip(rules, heaviest, strict=True)
    )


def _why_not(rule: Rule, held: frozenset[str], *, is_elsewhere: bool) -> str:
    """Why a rule whose words are there does not count; "" when it does."""
    if not rule.unless.isdisjoint(held):
        return f"the mail also says '{min(rule.unless & held)}'"
    if is_elsewhere:
        return f"it counts only in the {' or '.join(sorted(rule.parts))}"
    if rule.needs and rule.needs.isdisjoint(held):
        return f"it needs one of {', '.join(sorted(rule.needs))}"
    return ""


def _by_rule(parts: Iterable[Part], rules: Rules) -> Iterable[list[_Found]]:
    """What each rule finds in the mail."""
    found: dict[str, list[_Found]] = {}
    for part in parts:
        for each in _find(part, rules):
            name = each.keyword.rule.name
            if name in found:
                found[name].append(each)
            else:
                found[name] = [each]
    return found.values()


def _find(part: Part, rules: Rules) -> Iterator[_Found]:
    for hit in part.hits(rules.keywords):
        factor = part.factors[hit.start] * (BY_SOUND if hit.by_sound else 1.0)
        for keyword in hit.payloads if len(hit.payloads) == 1 else _one_a_rule(hit.payloads):
            yield _Found(keyword.rule.weight * factor, part, hit, keyword)


def _one_a_rule(keywords: Iterable[Keyword]) -> Iterable[Keyword]:
    """One of each rule: the words that stand there speak for it once, however many of its spellings they sound like."""
    first: dict[str, Keyword] = {}
    for keyword in keywords:
        first.setdefault(keyword.rule.name, keyword)
    return first.values()


def _weigh(rule: Rule, found: list[_Found]) -> _Weighed:
    """A rule weighs as its best match does, and a little more for a few that repeat it."""
    if len(found) == 1:
        return _Weighed(rule, found[0].weight, found)
    best = sorted(found, key=itemgetter(0), reverse=True)[: 1 + MOST_REPEATS]
    return _Weighed(rule, best[0].weight + EACH_REPEAT * sum(each.weight for each in best[1:]), best)


def _scores(weighed: Iterable[_Weighed], hinting: Hinting) -> list[tuple[str, float]]:
    """The best departments with their scores; of a department's rules each further one counts less."""
    weights: dict[str, list[float]] = {}
    for each in weighed:
        weights.setdefault(each.rule.department, []).append(each.weight)
    scores = hinting.scores()
    for department, found in weights.items():
        scores[department] = scores.get(department, 0.0) + _score(found)
    best = sorted(sorted(scores.items()), key=itemgetter(1), reverse=True)  # of two alike, the first by its code
    return [(department, round(score, 3)) for department, score in best[:CANDIDATES]]


def _score(weights: list[float]) -> float:
    score, share = 0.0, 1.0
    for weight in sorted(weights, reverse=True):
        score += weight * share
        share *= EACH_FURTHER_RULE
    return score


def _judge(weighed: Sequence[_Weighed], hinting: Hinting, *, length: int) -> Classification:
    scores = _scores(weighed, hinting)
    if not scores:
        return _NOTHING
    department, score = scores[0]
    runner_up, second = scores[1] if len(scores) > 1 else ("", 0.0)
    has_keyword = any(each.rule.department == department for each in weighed)
    most = BY_HINTS_ALONE if not has_keyword else BY_A_NOSE if score < CLOSE * second else 1.0
    confidence = round(min(_confidence(score, score - second, length), most), 2)
    considered = {code for code, _ in scores}
    matches = [found.match() for each in _shown(weighed, department, considered) for found in each.found]
    matches += hinting.matches(department)
    ranked = sorted(matches, key=lambda m: (m.target != department, -m.weight, m.where, m.start))
    best = ranked[0]
    reason = f"{department}: the mail says {quoted(best)}"
    if confidence < SURE:
        why = f"{runner_up} comes close" if 2 * second > score else "that says little"
        reason += f"; doubtful, for {why}"
    return Classification(
        department=department,
        matches=tuple(ranked),
        candidates=tuple(scores),
        confident=confidence >= SURE,
        confidence=confidence,
        reason=reason,
    )


def _confidence(score: float, lead: float, length: int) -> float:
    odds = _ODDS * math.pow(score, _BY_SCORE) * math.pow(lead + 0.5, _BY_LEAD) / (length + _WORDS)
    return odds / (1 + odds)


def _shown(weighed: Sequence[_Weighed], department: str, considered: Container[str]) -> Iterable[_Weighed]:
    """All rules of the department; of each other one that was considered, the rule that weighs most."""
    yield from (each for each in weighed if each.rule.department == department)
    heaviest: dict[str, _Weighed] = {}
    for each in weighed:
        code = each.rule.department
        if code != department and code in considered and (code not in heaviest or heaviest[code].weight < each.weight):
            heaviest[code] = each
    yield from heaviest.values()
