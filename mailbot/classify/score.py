"""
Labelled mails × what the rules say → how well the rules do: the numbers by which a clerk sees that a change helps.

In: a file of labelled mails, one JSON object a line (`id`, `lang`, `subject`, `body`, `expected_department`,
`also_acceptable`, `expected_place_district`, `expected_place_finer`, `also_place`, `kind`), and an answer to each. Out:
a Score: shares right, the share sent to the triage desk, the share that is wrong without anybody looking, what is
confused with what; for all mails, and for each language.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailbot.classify.gazetteer import Gazetteer
from mailbot.errors import ConfigurationError, Fault
from mailbot.model import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """
    A mail with the answer that it should get. An expected place is "" where the mail names none so fine; `places` are
    all that are right.
    """

    id: str
    language: str
    subject: str
    body: str
    departments: tuple[str, ...]  # the right one first, then those that are acceptable too
    district: str
    places: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled mail, what the rules made of it, and what of that is right. None: nothing was expected."""

    mail: Labelled
    department: str
    place: str
    review: bool
    explain: tuple[str, ...]
    department_right: bool
    district_right: bool | None
    finer_right: bool | None

    @property
    def is_astray(self) -> bool:
        """Whether it would reach a wrong department or district."""
        return not self.department_right or self.district_right is False

    @property
    def is_wrong(self) -> bool:
        """Whether anything of it is wrong."""
        return self.is_astray or self.finer_right is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """
    Shares between 0 and 1, of `mails`; `district` and `finer` are of those alone whose label names a place so fine.

    `wrong_without_review` are those that reach a wrong department or district, and nobody looks.
    """

    mails: int
    department: float
    district: float
    finer: float
    review: float
    wrong_without_review: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`confusion`: expected and found department with how often, the most frequent first."""

    all: Shares
    languages: Mapping[str, Shares]
    confusion: tuple[tuple[str, str, int], ...]
    wrong: tuple[Judged, ...]


# --- reading labels ---------------------------------------------------------------------------------------------

_TEXTS = ("subject", "body")
_LISTS = ("also_acceptable", "also_place")


def read_labelled(name: str, text: str) -> list[Labelled]:
    """
    Read a file of labelled mails.

    Args:
        name: What to call the file in faults.
        text: One JSON object a line; empty lines are passed over.

    Raises:
        ConfigurationError: With every line that is none.
    """
    faults: list[Fault] = []
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.strip():
            read = _labelled(name, number, line)
            if isinstance(read, Fault):
                faults.append(read)
            else:
                found.append(read)
    if not found and not faults:
        faults.append(Fault(name, 0, "", "holds no labelled mail"))
    if faults:
        raise ConfigurationError(faults)
    return found


def _labelled(name: str, number: int, line: str) -> Labelled | Fault:
    try:
        label = json.loads(line)
    except (ValueError, RecursionError):
        return Fault(name, number, "", "is not JSON", "one object a line, in UTF-8")
    if not isinstance(label, dict):
        return Fault(name, number, "", "is not a JSON object")
    for key in (*_TEXTS, "expected_department"):
        if not isinstance(label.get(key), str):
            return Fault(name, number, key, "is missing or not a text")
    for key in _LISTS:
        if not _are_texts(label.get(key) or []):
            return Fault(name, number, key, "is not a list of codes")
    finer = label.get("expected_place_finer") or ""
    district = label.get("expected_place_district") or ""
    return Labelled(
        id=str(label.get("id") or number),
        language=str(label.get("lang") or "und"),
        subject=label["subject"],
        body=label["body"],
        departments=(label["expected_department"], *(label.get("also_acceptable") or [])),
        district=str(district),
        places=tuple(filter(None, (str(finer), *(label.get("also_place") or [])))),
        kind=str(label.get("kind") or "new"),
    )


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def unknown_codes(name: str, labelled: Iterable[Labelled], known: Iterable[str]) -> list[Fault]:
    """Labels that name a department or place that there is none of: they could never be right."""
    codes = frozenset(known)
    return [
        Fault(name, 0, mail.id, f"unknown code {code!r}", "see departments.csv and places.csv")
        for mail in labelled
        for code in (*mail.departments, mail.district, *mail.places)
        if code and code not in codes
    ]


# --- judging ----------------------------------------------------------------------------------------------------


def judge(mail: Labelled, routes: Sequence[Route], gazetteer: Gazetteer) -> Judged:
    """Compare the main route of a mail with its label."""
    main = routes[0]
    found = gazetteer.district(main.place) if main.place else ""
    return Judged(
        mail=mail,
        department=main.department,
        place=main.place,
        review=any(route.review for route in routes),
        explain=tuple(sentence for route in routes for sentence in route.explain),
        department_right=main.department in mail.departments,
        district_right=found == mail.district if mail.district else None,
        finer_right=main.place in mail.places if mail.places else None,
    )


def score(judged: Sequence[Judged]) -> Score:
    """Count it all up."""
    by_language: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_language[each.mail.language].append(each)
    confused = Counter((e.mail.departments[0], e.department) for e in judged if not e.department_right)
    return Score(
        all=_shares(judged),
        languages={language: _shares(by_language[language]) for language in sorted(by_language)},
        confusion=tuple((*pair, count) for pair, count in sorted(confused.items(), key=lambda p: (-p[1], p[0]))),
        wrong=tuple(each for each in judged if each.is_wrong),
    )


def _shares(judged: Sequence[Judged]) -> Shares:
    return Shares(
        mails=len(judged),
        department=_share([each.department_right for each in judged]),
        district=_share([each.district_right for each in judged if each.district_right is not None]),
        finer=_share([each.finer_right for each in judged if each.finer_right is not None]),
        review=_share([each.review for each in judged]),
        wrong_without_review=_share([each.is_astray and not each.review for each in judged]),
    )


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 1.0
