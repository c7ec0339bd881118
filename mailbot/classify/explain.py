"""
Evidence → sentences for people: which words, under which rule, where, and what was considered beside them.

In: Classification, PlaceFinding and the tables that give codes their names. Out: sentences. Each names rule, words and
offsets, so that a clerk finds the line of the table, and the line of the letter, that led to a post.
"""

from collections.abc import Iterable, Mapping, Sequence

from mailbot.classify.directory import Department
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.hints import HINTS
from mailbot.model import Classification, Match, PlaceFinding

WORDS_SHOWN = 3
DROPPED_SHOWN = 6  # a mail of a thousand addresses has no thousand sentences


def words_for(found: Classification) -> str:
    """The words that speak for the department; further rules by their name alone, so that none is left unnamed."""
    keywords, hints = _evidence(found)
    return _said(keywords or hints)


def _said(best: Sequence[Match]) -> str:
    if not best:
        return "no word of the mail decided this"
    shown = ", ".join(quoted(match) for match in best[:WORDS_SHOWN])
    rest = ", ".join(match.rule for match in best[WORDS_SHOWN:])
    return f"the mail says {shown}" + (f", and by {rest}" if rest else "")


def has_keyword(found: Classification) -> bool:
    """Whether a keyword, and not hints alone, speaks for the department."""
    return any(match.target == found.department and not _is_hint(match) for match in found.matches)


def _is_hint(match: Match) -> bool:
    return match.rule.startswith(HINTS)


def _evidence(found: Classification) -> tuple[list[Match], list[Match]]:
    """What speaks for the department: keywords, and hints, which decide nothing alone."""
    best = _best_by_rule(match for match in found.matches if match.target == found.department)
    return [match for match in best if not _is_hint(match)], [match for match in best if _is_hint(match)]


def _best_by_rule(matches: Iterable[Match]) -> list[Match]:
    """The strongest match of each rule, the strongest rule first."""
    best: dict[str, Match] = {}
    for match in matches:
        if match.rule not in best or match.weight > best[match.rule].weight:
            best[match.rule] = match
    return sorted(best.values(), key=lambda match: -match.weight)


def quoted(match: Match) -> str:
    """A match as a person finds it again: the words, the part of the mail, the offsets, the rule."""
    return f"'{' '.join(match.words.split())}' ({match.where} {match.start}-{match.end}, {match.rule})"


def explain_department(found: Classification, departments: Mapping[str, Department]) -> list[str]:
    """What decided the department, what came second, and what was found and does not count."""
    if not found.candidates:
        return [f"Department: {found.reason}", *_dropped(found.dropped)]
    name = departments[found.department].name if found.department in departments else ""
    keywords, hints = _evidence(found)
    steps = [f"Department: {found.department} ({name}), {found.confidence:.0%} sure, for {_said(keywords or hints)}"]
    if keywords and hints:
        steps.append(f"Words that hint at {found.department}: {', '.join(map(quoted, hints))}")
    others = [_candidate(found, code, score) for code, score in found.candidates[1:]]
    if others:
        steps.append(f"Considered beside {found.department} {found.candidates[0][1]:g}: {', '.join(others)}")
    return steps + _dropped(found.dropped)


def _candidate(found: Classification, code: str, score: float) -> str:
    best = next((match for match in found.matches if match.target == code), None)
    return f"{code} {score:g}" + (f" for {quoted(best)}" if best else "")


def explain_place(finding: PlaceFinding, gazetteer: Gazetteer) -> list[str]:
    """What decided the place, which others the mail names, and what was taken for an address."""
    steps = [f"Place: {finding.reason}"]
    own = gazetteer.chain(finding.place.code) if finding.place else ()
    others = [f"{gazetteer.places[code].name} {score:g}" for code, score in finding.candidates if code not in own]
    if others:
        steps.append(f"Places considered: {', '.join(others)}")
    return steps + _dropped(finding.dropped)


def _dropped(sentences: Sequence[str]) -> list[str]:
    return [f"Left out: {sentence}" for sentence in list(dict.fromkeys(sentences))[:DROPPED_SHOWN]]
