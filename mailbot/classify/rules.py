"""
config/rules → Rules: which words speak for which department.

In: the texts of `keywords.csv` and, if there, `cues.csv` (turns of phrase), `titles.csv` (what people call a post) and
`hints.csv` (single words that are mostly one department's). Out: Rules, or a ConfigurationError with every fault.
A row of keywords.csv is one rule; its `phrase` cell may hold the same thing in several languages and spellings,
parted by `|`: the rule counts once, whichever of them a mail uses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailbot.classify.cues import Cue, read_cues
from mailbot.classify.directory import Departments
from mailbot.classify.hints import Hints, read_hints
from mailbot.classify.lexicon import Lexicon
from mailbot.classify.parts import PARTS
from mailbot.classify.table import SEE_DEPARTMENTS, Faults, Row, read_table
from mailbot.classify.words import words_of
from mailbot.errors import Fault

KEYWORDS = "keywords.csv"
TITLES = "titles.csv"
MOST_WEIGHT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of keywords.csv. `name` says where it stands: "keywords.csv:112"."""

    name: str
    department: str
    phrases: tuple[str, ...]
    weight: float
    parts: frozenset[str]  # of PARTS, those in which it counts; empty for all
    needs: frozenset[str]  # one of these must be in the mail too; empty for none
    unless: frozenset[str]  # any of these in the mail takes the rule out of it


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase of a rule, as the lexicon gives it back."""

    rule: Rule
    phrase: str


@dataclass(frozen=True, slots=True)
class Title:
    """What people call an office: `title` is how the titles of its posts begin in posts.csv."""

    rule: str
    title: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, and the lexicons that find their words."""

    rules: tuple[Rule, ...]
    keywords: Lexicon[Keyword]
    conditions: Lexicon[str]
    cues: Lexicon[Cue]
    titles: Lexicon[Title]
    hints: Hints


def read_rules(files: Mapping[str, str], departments: Departments) -> Rules:
    """
    Read config/rules.

    Args:
        files: File name → text.
        departments: The departments that rules may speak for.

    Raises:
        ConfigurationError: With every fault of every file.
    """
    faults = Faults()
    columns = ("department", "phrase", "weight")
    rows = read_table(files, KEYWORDS, columns, faults=faults, optional=("context", "unless", "note"))
    rules = [rule for row in rows if (rule := _rule(row, departments, faults))]
    if not rows and not faults.found:
        faults.add(Fault(KEYWORDS, 0, "", "holds no rule: every mail would go to the triage desk"))
    _check_twice(rows, faults)
    cues = read_cues(files, faults)
    titles = _titles(files, faults) if TITLES in files else []
    hints = read_hints(files, departments, faults)
    faults.raise_any()
    phrases = ((phrase, Keyword(rule, phrase)) for rule in rules for phrase in rule.phrases)
    keywords = Lexicon(phrases, may_overlap=True)
    return Rules(
        tuple(rules),
        keywords,
        Lexicon(((words, words) for words in _conditions(rules)), beside=keywords),
        Lexicon(cues, beside=keywords),
        Lexicon(((title.phrase, title) for title in titles), beside=keywords),
        hints,
    )


def _conditions(rules: Iterable[Rule]) -> list[str]:
    return sorted({phrase for rule in rules for phrase in rule.needs | rule.unless})


def _rule(row: Row, departments: Departments, faults: Faults) -> Rule | None:
    known = len(faults.found)
    row.one_of("department", departments, SEE_DEPARTMENTS, faults=faults)
    phrases = row.parts("phrase", "|")
    if not any(words_of(phrase) for phrase in phrases):
        faults.add(row.fault("phrase", "no words", "write at least one word; several are parted by |"))
    weight = row.number("weight", most=MOST_WEIGHT, faults=faults)
    parts, needs = _context(row.parts("context"))
    if len(faults.found) > known:
        return None
    return Rule(
        name=f"{row.file}:{row.line}",
        department=row["department"],
        phrases=phrases,
        weight=weight,
        parts=parts,
        needs=needs,
        unless=frozenset(row.parts("unless")),
    )


def _context(words: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Names of parts say where the phrase must stand; any other words, what must be in the mail beside it."""
    return frozenset(words) & frozenset(PARTS), frozenset(words) - frozenset(PARTS)


def _check_twice(rows: Iterable[Row], faults: Faults) -> None:
    """A phrase stands for one thing: a second time is an oversight, or a quarrel between departments."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        for phrase in row.parts("phrase", "|"):
            before = first.setdefault(words_of(phrase), row)
            if before is not row:
                faults.add(_twice(row, phrase, before))


def _twice(row: Row, phrase: str, before: Row) -> Fault:
    same = before["department"] == row["department"]
    whose = "the same department" if same else before["department"]
    hint = "take one of them out" if same else "decide for one department, or lengthen the phrase"
    return row.fault("phrase", f"{phrase!r} stands already in line {before.line} for {whose}", hint)


def _titles(files: Mapping[str, str], faults: Faults) -> list[Title]:
    rows = read_table(files, TITLES, ("title", "phrase"), faults=faults, optional=("note",))
    for row in rows:
        if not row["title"]:
            faults.add(row.fault("title", "must not be empty", "write it as the titles in posts.csv begin"))
    return [Title(f"{row.file}:{row.line}", row["title"], each) for row in rows for each in row.parts("phrase", "|")]
