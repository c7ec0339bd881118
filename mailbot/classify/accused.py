"""
Words × Rules → the posts that a mail complains of, so that none of them is asked to judge itself.

In: subject, text, Rules (titles of posts and the turns of phrase beside them). Out: a Match for each, whose `target`
is how the titles of such posts begin in posts.csv, or `UNNAMED` where somebody else is complained of. Only "complaint
against the BDO", "বিডিও-র বিরুদ্ধে", "the BDO demands bribe" count: who is merely named ("the BDO did nothing") is still
the one to act.
"""

from collections.abc import Iterator, Mapping

from mailbot.classify.cues import Cue
from mailbot.classify.lexicon import Hit
from mailbot.classify.rules import Rules, Title
from mailbot.classify.words import HARD, Text, read
from mailbot.model import Match

UNNAMED = "(somebody)"
"""The target where a turn of phrase accuses, and no post of ours stands beside it: a doctor, a dealer, a neighbour."""

_REACH = 5  # words between the turn of phrase and the title: "complaint against the present BDO"


def find_accused(subject: str, text: str, rules: Rules) -> tuple[Match, ...]:
    """Find the posts complained of, in the order of the mail."""
    return tuple(
        match for where, part in (("subject", subject), ("body", text)) for match in _find(where, read(part), rules)
    )


def find_accusations(subject: str, text: str, rules: Rules) -> tuple[Match, ...]:
    """Find the posts complained of, and turns of phrase that accuse somebody who is no post."""
    posts = find_accused(subject, text, rules)
    return posts or tuple(
        _accusation(where, read_part, cue)
        for where, read_part in (("subject", read(subject)), ("body", read(text)))
        for cue in _cues(read_part, rules)
    )


def _accusation(where: str, text: Text, cue: Hit[Cue]) -> Match:
    words = text.written(cue.start, cue.stop)
    start, end = text.starts[cue.start], text.ends[cue.stop - 1]
    return Match("cues.csv", UNNAMED, words, words, where, start, end, 1.0)


def _cues(text: Text, rules: Rules) -> list[Hit[Cue]]:
    return [hit for hit in rules.cues.find(text) if hit.payloads[0] in (Cue.ACCUSED_NEXT, Cue.ACCUSED_BEFORE)]


def _find(where: str, text: Text, rules: Rules) -> Iterator[Match]:
    cues = _cues(text, rules)
    if not cues:
        return
    titles = rules.titles.find(text)
    beginning = {hit.start: hit for hit in titles}
    ending = {hit.stop: hit for hit in titles}
    for cue in cues:
        hit = _next(text, cue, beginning) if cue.payloads[0] is Cue.ACCUSED_NEXT else _before(text, cue, ending)
        if hit is not None:
            yield from (_match(where, text, hit, title) for title in hit.payloads)


def _next(text: Text, cue: Hit[Cue], beginning: Mapping[int, Hit[Title]]) -> Hit[Title] | None:
    """The first title behind a turn of phrase, in the same sentence."""
    for i in range(cue.stop, min(len(text), cue.stop + _REACH)):
        if text.gap(i) == HARD:
            return None
        if i in beginning:
            return beginning[i]
    return None


def _before(text: Text, cue: Hit[Cue], ending: Mapping[int, Hit[Title]]) -> Hit[Title] | None:
    """The last title before a turn of phrase, in the same sentence."""
    for i in range(cue.start, max(0, cue.start - _REACH), -1):
        if text.gap(i) == HARD:
            return None
        if i in ending:
            return ending[i]
    return None


def _match(where: str, text: Text, hit: Hit[Title], title: Title) -> Match:
    return Match(
        rule=title.rule,
        target=title.title,
        phrase=title.phrase,
        words=text.written(hit.start, hit.stop),
        where=where,
        start=text.starts[hit.start],
        end=text.ends[hit.stop - 1],
        weight=1.0,
    )
