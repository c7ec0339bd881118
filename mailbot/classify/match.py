"""
Words × Rules → Classification: the department a grievance belongs to, with the words that say so.

In: subject, text, Rules. Out: a Classification whose matches carry rule, words, offsets and the weight they had.
A phrase weighs by its rule, and by where it stands: more in the subject and in the prayer ("kindly …"), little in
address block, copy line and signature, and little where the writer speaks of himself or sets a matter aside. The
second and third phrase of a department add less than the first: one scheme named outweighs many common words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from mailbot.classify.explain import quoted
from mailbot.classify.lexicon import Hit
from mailbot.classify.rules import PARTS, Cue, Keyword, Rule, Rules
from mailbot.classify.words import HARD, Text, read
from mailbot.classify.zones import Zone, find_zones
from mailbot.model import LETTER_BELOW, Classification, Match

SUBJECT, BODY, ATTACHMENT = PARTS

IN_SUBJECT = 1.5
IN_PRAYER = 1.3
SET_ASIDE = 0.3
IN_SCENE = 0.4
BY_SOUND = 0.85
EACH_FURTHER_RULE = 0.6
EACH_REPEAT = 0.15
MOST_REPEATS = 2
DROPPED_SHOWN = 8
CANDIDATES = 5  # departments that are given with their matches

_NOTHING = Classification(department="", matches=(), candidates=(), confident=False, reason="no rule matches this mail")
SURE_SCORE = 3.1  # one plain word of a department is not enough
SURE_MARGIN = 1.35
# Chosen on 1,053 labelled letters (tests/classify/letters*.jsonl), by the score of the best and its ratio to the
# second. Of the exam, which is harder than the office's own sample, 5 % then go astray and nobody looks, 24 % are asked
# about; with 1.2 it was 8 % and 13 %, with 1.5 it would be 5 % and 27 %.

_ZONE_WEIGHT = {
    Zone.BODY: 1.0,
    Zone.SUBJECT: 1.4,
    Zone.QUOTED: 0.6,
    Zone.SIGNATURE: 0.2,
    Zone.ADDRESSEE: 0.1,
    Zone.COPY: 0.1,
    Zone.HEADER: 0.05,
}
_CLAUSE, _SCENE = 14, 3  # words that a cue reaches at most
_CUES = {  # factor, words it reaches backwards, words it reaches onwards
    Cue.PRAYER: (IN_PRAYER, _CLAUSE, _CLAUSE),
    Cue.WRITER: (SET_ASIDE, 0, _CLAUSE),
    Cue.ASIDE: (SET_ASIDE, 0, _CLAUSE),
    Cue.ASIDE_BEFORE: (SET_ASIDE, _CLAUSE, 0),
    Cue.SCENE: (IN_SCENE, 0, _SCENE),
    Cue.SCENE_BEFORE: (IN_SCENE, _SCENE, 0),
}
_TURNS = frozenset(("but", "however", "kintu", "কিন্তু", "তবে", "लेकिन", "किन्तु", "मगर", "par", "तर"))


class _Found(NamedTuple):
    """A rule's phrase in one part of the mail, weighed."""

    weight: float
    where: str
    text: Text
    hit: Hit[Keyword]
    keyword: Keyword


class _Weighed(NamedTuple):
    """A rule that counts: its weight in this mail, and the matches that made it."""

    rule: Rule
    weight: float
    found: Sequence[_Found]


def classify(subject: str, text: str, rules: Rules) -> Classification:
    """Find the department of a grievance. `department` is "" when no rule speaks."""
    parts = ((SUBJECT, read(subject)), (BODY, read(text)))
    held = frozenset(words for _, part in parts for hit in rules.conditions.find(part) for words in hit.payloads)
    weighed: list[_Weighed] = []
    dropped: list[tuple[_Found, str]] = []
    for found in _by_rule(parts, rules):
        rule = found[0].keyword.rule
        counting = [each for each in found if each.where in rule.parts] if rule.parts else found
        why_not = _why_not(rule, held, is_elsewhere=not counting)
        if why_not:
            dropped.append((found[0], why_not))
        else:
            weighed.append(_weigh(rule, counting))
    judged = _judge(weighed) if weighed else _NOTHING
    return replace(judged, dropped=_say_dropped(dropped)) if dropped else judged


def _say_dropped(dropped: Sequence[tuple[_Found, str]]) -> tuple[str, ...]:
    """What was found and does not count; the weightiest alone, for nobody reads them all."""
    heaviest = sorted(dropped, key=lambda pair: -pair[0].weight)[:DROPPED_SHOWN]
    rules = [found.keyword.rule for found, _ in heaviest]
    return tuple(
        f"{rule.name} for {rule.department}, {quoted(_match(found))}: {why_not}"
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


def _by_rule(parts: Iterable[tuple[str, Text]], rules: Rules) -> Iterable[list[_Found]]:
    """What each rule finds in the mail."""
    found: dict[str, list[_Found]] = {}
    for where, text in parts:
        for each in _find(where, text, rules):
            name = each.keyword.rule.name
            if name in found:
                found[name].append(each)
            else:
                found[name] = [each]
    return found.values()


def _find(where: str, text: Text, rules: Rules) -> Iterator[_Found]:
    hits = rules.keywords.find(text)
    if not hits:
        return
    zones = find_zones(text.source) if where == BODY else None
    coloured = _colour(text, rules.cues.find(text))
    letter = text.source.find(LETTER_BELOW) if where == BODY else -1
    for hit in hits:
        start = text.starts[hit.start]
        factor = IN_SUBJECT if zones is None else _ZONE_WEIGHT[zones.at(start)]
        if hit.by_sound:
            factor *= BY_SOUND
        if hit.start in coloured:
            factor *= coloured[hit.start]
        here = ATTACHMENT if 0 <= letter < start else where
        for keyword in hit.payloads if len(hit.payloads) == 1 else _one_a_rule(hit.payloads):
            yield _Found(keyword.rule.weight * factor, here, text, hit, keyword)


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


def _match(found: _Found) -> Match:
    text, hit, rule = found.text, found.hit, found.keyword.rule
    start, end = text.starts[hit.start], text.ends[hit.stop - 1]
    return Match(
        rule=rule.name,
        target=rule.department,
        phrase=found.keyword.phrase,
        words=text.source[start:end],
        where=found.where,
        start=start,
        end=end,
        weight=round(found.weight, 3),
    )


def _colour(text: Text, cues: Sequence[Hit[Cue]]) -> dict[int, float]:
    """Words with the factor that a cue near them gives: what is set aside weighs less, even in a prayer."""
    coloured: dict[int, float] = {}
    for hit in cues:
        if hit.payloads[0] not in _CUES:
            continue
        factor, backwards, onwards = _CUES[hit.payloads[0]]
        begin, end = _clause(text, hit, backwards, onwards)
        for i in range(begin, end):
            coloured[i] = min(coloured.get(i, factor), factor)
    return coloured


def _clause(text: Text, hit: Hit[Cue], backwards: int, onwards: int) -> tuple[int, int]:
    """The words of the same sentence that a cue reaches, on either side, up to a turn ("but")."""
    end, last = hit.stop, min(len(text), hit.stop + onwards)
    while end < last and text.gap(end) != HARD and text.words[end] not in _TURNS:
        end += 1
    begin, first = hit.start, max(0, hit.start - backwards)
    while begin > first and text.gap(begin) != HARD and text.words[begin] not in _TURNS:
        begin -= 1
    return begin, end


def _scores(weighed: Iterable[_Weighed]) -> list[tuple[str, float]]:
    """Departments with their scores, best first; of a department's rules each further one counts less."""
    weights: dict[str, list[float]] = {}
    for each in weighed:
        weights.setdefault(each.rule.department, []).append(each.weight)
    scores = [(department, _score(found)) for department, found in weights.items()]
    return sorted(scores, key=lambda pair: (-pair[1], pair[0]))


def _score(weights: list[float]) -> float:
    score, share = 0.0, 1.0
    for weight in sorted(weights, reverse=True):
        score += weight * share
        share *= EACH_FURTHER_RULE
    return round(score, 3)


def _judge(weighed: Sequence[_Weighed]) -> Classification:
    scores = _scores(weighed)
    department, score = scores[0]
    runner_up, second = scores[1] if len(scores) > 1 else ("", 0.0)
    confident = score >= SURE_SCORE and score >= SURE_MARGIN * second
    candidates = scores[:CANDIDATES]
    considered = {code for code, _ in candidates}
    matches = (_match(found) for each in weighed if each.rule.department in considered for found in each.found)
    ranked = sorted(matches, key=lambda m: (m.target != department, -m.weight, m.where, m.start))
    best = ranked[0]
    reason = f"{department}: the mail says {quoted(best)}"
    if not confident:
        reason += f"; doubtful, for {runner_up} comes close" if second else "; doubtful, for that says little"
    return Classification(
        department=department, matches=tuple(ranked), candidates=tuple(candidates), confident=confident, reason=reason
    )
