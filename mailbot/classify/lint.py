"""
What the reader of rules cannot see in one row: rules that hinder one another, and words that are places too.

In: Rules and Gazetteer as read, and the texts of config/places. Out: findings, each with file, line and a hint. A
fault is wrong whatever the clerk meant; a warning is probably not meant; a note is how the rules work, good to know
when a mail went where nobody expected it.
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mailbot.classify.cues import CUES
from mailbot.classify.directory import Departments
from mailbot.classify.folding import sound
from mailbot.classify.gazetteer import AREA_KINDS, LOCALITIES, PLACES, TYPE_WORDS, Gazetteer
from mailbot.classify.hints import HINTS
from mailbot.classify.places import find_place
from mailbot.classify.rules import KEYWORDS, TITLES, Keyword, Rule, Rules
from mailbot.classify.table import Row
from mailbot.classify.words import read, words_of
from mailbot.errors import Fault

CHECKED = "checked.csv"
_TABLES = frozenset((KEYWORDS, CUES, TITLES, HINTS, CHECKED))
_MINE = "make it: mailbot rules mine --output hints.csv"
_SHOWN = 3
_SHORTEST = 3  # letters of a phrase of one word


class Severity(StrEnum):
    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at, and where."""

    severity: Severity
    fault: Fault
    phrase: str = ""  # of keywords.csv, that it is about

    @property
    def order(self) -> tuple[str, int, str]:
        return self.fault.file, self.fault.line, self.fault.message


def table_rows(name: str, text: str) -> Iterator[Row]:
    """The rows of a table that was read without faults before, with their lines."""
    records = csv.reader(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    header = [cell.strip() for cell in next(records, [])]
    for line, cells in enumerate(records, 2):
        if any(cell.strip() for cell in cells):
            yield Row(name, line, dict(zip(header, map(str.strip, cells), strict=False)))


# --- rules ------------------------------------------------------------------------------------------------------


def check_rules(
    rules: Rules, departments: Departments, gazetteer: Gazetteer, place_files: Mapping[str, str]
) -> list[Finding]:
    """Look at all rules together; in the order of their lines."""
    found = [
        *_never_found(rules),
        *_never_true(rules),
        *_twice(rules),
        *_alike_in_sound(rules),
        *_too_short(rules),
        *_places_in_phrases(rules, gazetteer),
        *_phrases_in_places(rules, gazetteer, place_files),
        *_unspoken_for(rules, departments),
        *_unhinted(rules),
        *_giving_way(rules),
    ]
    return sorted(found, key=lambda finding: finding.order)


def _at(severity: Severity, rule: Rule, column: str, message: str, hint: str = "") -> Finding:
    file, _, line = rule.name.rpartition(":")
    return Finding(severity, Fault(file, int(line), column, message, hint))


def _of(severity: Severity, keyword: Keyword, message: str, hint: str = "") -> Finding:
    return replace(_at(severity, keyword.rule, "phrase", message, hint), phrase=keyword.phrase)


def check_files(names: Collection[str]) -> list[Finding]:
    """Look at the names of the tables in config/rules: what is named otherwise is not read, and nobody would notice."""
    found = [
        Finding(Severity.WARNING, Fault(name, 0, "", "this table is not read", f"known: {', '.join(sorted(_TABLES))}"))
        for name in sorted(set(names) - _TABLES)
    ]
    if HINTS not in names:
        message = "the file is missing: there are no hints, and a phrase is found whole or not at all"
        found.append(Finding(Severity.WARNING, Fault(HINTS, 0, "", message, _MINE)))
    return found


def looked_at(found: Sequence[Finding], checked: str) -> list[Finding]:
    """
    The findings, those of phrases that a clerk has looked at and left as they are only notes now.

    Args:
        found: What `check_rules` found.
        checked: The text of checked.csv (columns `phrase`, `note`); "" when there is none.
    """
    rows = list(table_rows(CHECKED, checked))
    kept = {phrase: row for row in rows for phrase in row.parts("phrase", "|")}
    findings = [
        replace(each, severity=Severity.NOTE) if each.severity is Severity.WARNING and each.phrase in kept else each
        for each in found
    ]
    idle = kept.keys() - {each.phrase for each in found}
    findings += [
        Finding(
            Severity.WARNING, Fault(CHECKED, kept[phrase].line, "phrase", f"{phrase!r} warns of nothing", "take it out")
        )
        for phrase in sorted(idle)
    ]
    return sorted(findings, key=lambda finding: finding.order)


def _keywords(rules: Rules) -> Iterator[Keyword]:
    return (Keyword(rule, phrase) for rule in rules.rules for phrase in rule.phrases)


def _never_found(rules: Rules) -> Iterator[Finding]:
    """A phrase that is not found even in a text that is nothing but the phrase."""
    for keyword in _keywords(rules):
        text = read(keyword.phrase)
        hits = rules.keywords.find(text)
        if not any(hit.stop - hit.start == len(text) and keyword in hit.payloads for hit in hits):
            message = f"{keyword.phrase!r} will never be found, not even written exactly so"
            hint = "a phrase is words only: no full stop, no address, no sign between them; part phrases by |"
            yield _of(Severity.FAULT, keyword, message, hint)


def _never_true(rules: Rules) -> Iterator[Finding]:
    """A rule whose conditions exclude each other, or exclude its own phrase."""
    for rule in rules.rules:
        for words in sorted(rule.needs & rule.unless):
            message = f"{words!r} must be in the mail and must not: the rule never applies"
            yield _at(Severity.FAULT, rule, "unless", message, "take it out of one of the two columns")
        for phrase in rule.phrases:
            held = {words for hit in rules.conditions.find(read(phrase)) for words in hit.payloads}
            for words in sorted(held & rule.unless):
                message = f"{phrase!r} holds {words!r} itself, so this phrase never counts"
                yield _at(Severity.FAULT, rule, "unless", message, "take the phrase out, or the exclusion")
        for words in sorted((rule.needs | rule.unless) - _findable(rules, rule.needs | rule.unless)):
            column = "context" if words in rule.needs else "unless"
            yield _at(Severity.FAULT, rule, column, f"{words!r} will never be found in a mail", "write words only")


def _findable(rules: Rules, conditions: Iterable[str]) -> set[str]:
    return {each for each in conditions if any(each in hit.payloads for hit in rules.conditions.find(read(each)))}


def _twice(rules: Rules) -> Iterator[Finding]:
    """The same words in two rules that a mail can meet both."""
    first: defaultdict[tuple[str, ...], list[Keyword]] = defaultdict(list)
    for keyword in _keywords(rules):
        for before in first[words_of(keyword.phrase)]:
            if before.rule is not keyword.rule and _meet(before.rule, keyword.rule):
                yield _quarrel(before, keyword)
        first[words_of(keyword.phrase)].append(keyword)


def _meet(one: Rule, other: Rule) -> bool:
    """Whether two rules with the same words can both apply to one mail."""
    if one.parts and other.parts and one.parts.isdisjoint(other.parts):
        return False
    return not any(first.needs and first.needs <= second.unless for first, second in ((one, other), (other, one)))


def _quarrel(before: Keyword, keyword: Keyword) -> Finding:
    one, other = before.rule, keyword.rule
    if one.department != other.department:
        message = f"{keyword.phrase!r} speaks for {one.department} in {one.name} too"
        hint = "decide for one department, lengthen the phrase, or give it a context"
    elif one.weight != other.weight:
        message = f"{keyword.phrase!r} weighs {other.weight:g} here and {one.weight:g} in {one.name}"
        hint = "both count; keep one of them"
    else:
        message, hint = f"{keyword.phrase!r} stands in {one.name} already", "take one of them out"
    told = one.needs or other.needs or one.unless or other.unless
    return _at(Severity.WARNING if told else Severity.FAULT, other, "phrase", message, hint)


def _alike_in_sound(rules: Rules) -> Iterator[Finding]:
    """Phrases of two departments that are one to the ear: a mail that spells it a third way speaks for both."""
    heard: defaultdict[tuple[str, ...], list[Keyword]] = defaultdict(list)
    told = set()
    for keyword in _keywords(rules):
        words = words_of(keyword.phrase)
        key = tuple(sound(word) or word for word in words)
        for before in heard[key]:
            pair = (before.rule.name, keyword.rule.name)
            apart = before.rule.department != keyword.rule.department and words_of(before.phrase) != words
            if apart and pair not in told:
                told.add(pair)
                message = f"{keyword.phrase!r} sounds like {before.phrase!r} of {before.rule.department}"
                hint = f"{before.rule.name}; a mail that spells it otherwise may be taken for either: lengthen one"
                yield _of(Severity.WARNING, keyword, message, hint)
        heard[key].append(keyword)


def _too_short(rules: Rules) -> Iterator[Finding]:
    for keyword in _keywords(rules):
        words = words_of(keyword.phrase)
        if len(words) == 1 and len(words[0]) < _SHORTEST and not keyword.rule.needs:
            message = f"{keyword.phrase!r} is short enough to stand in many mails by chance"
            yield _of(Severity.NOTE, keyword, message, "lengthen it, or give it a context")


def _places_in_phrases(rules: Rules, gazetteer: Gazetteer) -> Iterator[Finding]:
    """A phrase in which a place is found: each mail about the matter would be about the place."""
    for keyword in _keywords(rules):
        finding = find_place("", keyword.phrase, gazetteer)
        if finding.place is None or finding.place.kind == "state" or not finding.matches:
            continue
        match = finding.matches[0]
        where = f"{finding.place.name} ({finding.place.code}, {match.rule})"
        exactly = words_of(match.words) == words_of(keyword.phrase)
        message = f"{keyword.phrase!r} {'is' if exactly else 'holds'} the name of a place, {where}"
        if words_of(match.words) != words_of(match.phrase):
            message = f"{match.words!r} in {keyword.phrase!r} is taken for {match.phrase!r}, a name of {where}"
        hint = "take it out of the phrase, or write the place's name into weak.csv"
        yield _of(Severity.WARNING, keyword, message, hint)


def _phrases_in_places(rules: Rules, gazetteer: Gazetteer, place_files: Mapping[str, str]) -> Iterator[Finding]:
    """A phrase that is found in the name of a place: each mail from there would be about the matter."""
    kinds = {rule.name for rule in rules.rules if any(_says_a_kind(phrase, gazetteer) for phrase in rule.phrases)}
    hit_by: defaultdict[Keyword, dict[str, None]] = defaultdict(dict)
    names = [(f"{name} ({code})", name, False) for code, name in place_names(place_files)]
    words = [(f"{name} (typewords.csv)", name, True) for name in _type_words(place_files)]
    for shown, name, by_sound_only in (*names, *words):
        for hit in rules.keywords.find(read(name)):
            for keyword in hit.payloads:
                meant = keyword.rule.name in kinds and (by_sound_only or _says_a_kind(keyword.phrase, gazetteer))
                if not keyword.rule.needs and not meant and (hit.by_sound or not by_sound_only):
                    hit_by[keyword][shown] = None
    for keyword, places in hit_by.items():
        message = f"{keyword.phrase!r} is found in {_some(list(places))}"
        hint = "who names the place speaks for the department: lengthen the phrase, or give it a context"
        yield _of(Severity.WARNING, keyword, message, hint)


def _says_a_kind(phrase: str, gazetteer: Gazetteer) -> bool:
    """Whether a phrase is nothing but a word such as "municipality": it is meant to stand in names of places."""
    text = read(phrase)
    return any(hit.stop - hit.start == len(text) and not hit.by_sound for hit in gazetteer.types.find(text))


def place_names(files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """
    Code and name, in every spelling, of what citizens live in.

    The State's own names stand everywhere; those of police and health units and of stations say what they are.
    """
    for file in (PLACES, LOCALITIES):
        for row in table_rows(file, files.get(file, "")):
            if row["kind"] not in (*AREA_KINDS, "locality", "old_district") or row["kind"] == "state":
                continue
            code = row["code"] or row["place_code"]
            names = [row["name_en"], row["name_bn"], row["name_hi"], *row.parts("aliases")]
            yield from ((code, name) for name in dict.fromkeys(filter(None, names)))


def _type_words(files: Mapping[str, str]) -> Iterator[str]:
    """Words such as "district" and "ward", which stand in every address."""
    for row in table_rows(TYPE_WORDS, files.get(TYPE_WORDS, "")):
        yield from row.parts("phrase")


def _unspoken_for(rules: Rules, departments: Departments) -> Iterator[Finding]:
    spoken = {rule.department for rule in rules.rules}
    for code, department in departments.items():
        if code not in spoken:
            message = f"no rule speaks for {code} ({department.name}): its mails go to others or to the triage desk"
            yield Finding(Severity.WARNING, Fault(KEYWORDS, 0, "department", message, "write its first keyword"))


def _unhinted(rules: Rules) -> Iterator[Finding]:
    """A department that others' hints outweigh, for it has none: its words were written after the hints were mined."""
    hinted = rules.hints.departments
    for code in sorted({rule.department for rule in rules.rules} - hinted) if hinted else ():
        message = f"no word hints at {code}, though it has keywords: others outweigh it"
        yield Finding(Severity.WARNING, Fault(HINTS, 0, "department", message, _MINE))


def _giving_way(rules: Rules) -> Iterator[Finding]:
    """A phrase that does not count where a longer one of another department holds it."""
    shorter: defaultdict[tuple[str, ...], list[Keyword]] = defaultdict(list)
    for keyword in _keywords(rules):
        shorter[words_of(keyword.phrase)].append(keyword)
    gives_way: defaultdict[Keyword, list[str]] = defaultdict(list)
    for longer in _keywords(rules):
        for part in _parts(words_of(longer.phrase)):
            for keyword in shorter.get(part, ()):
                if keyword.rule.department != longer.rule.department:
                    where = f"{longer.phrase!r} ({longer.rule.department}, {longer.rule.name})"
                    gives_way[keyword].append(where)
    for keyword, longer_ones in gives_way.items():
        message = f"{keyword.phrase!r} does not count where it is part of {_some(longer_ones)}"
        yield _of(Severity.NOTE, keyword, message)


def _parts(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every run of words of a phrase but the whole."""
    for size in range(1, len(words)):
        yield from (words[i : i + size] for i in range(len(words) - size + 1))


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
