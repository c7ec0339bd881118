"""
Rows of posts.csv and officers.csv → posts and officers, and every fault in them.

In: rows, the departments, the gazetteer. Out: posts by code and the holder of each post; what is wrong goes to the
faults. Nothing is mended silently: a mobile that a spreadsheet has turned into 9.83E+09 is named, not guessed.
"""

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import date
from itertools import pairwise

from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.table import SEE_DEPARTMENTS, Faults, Row, cycles
from mailbot.errors import Fault
from mailbot.model import Officer, Post

LEVELS = ("head", "district", "subdivision", "block", "triage")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_MOBILE = re.compile(r"\+91[6-9][0-9]{9}")
_SPREADSHEET = re.compile(r"[0-9.,]+E\+[0-9]+", re.IGNORECASE)


def read_posts(
    rows: Sequence[Row], *, departments: Container[str], gazetteer: Gazetteer | None, faults: Faults
) -> dict[str, Post]:
    """Posts by code. Faults: twice, without department, unknown place or level, wrong chain, no triage post."""
    posts: dict[str, Post] = {}
    lines: dict[str, Row] = {}
    for row in rows:
        code = row["post"]
        if code in posts:
            faults.add(row.fault("post", f"{code} stands already in line {lines[code].line}"))
            continue
        _check_post(row, departments, gazetteer, faults)
        posts[code], lines[code] = _post(row), row
    _check_chains(posts, lines, faults)
    if not any(post.level == "triage" for post in posts.values()):
        faults.add(Fault("posts.csv", 0, "level", "there is no triage post", "one post must have the level triage"))
    return posts


def _post(row: Row) -> Post:
    return Post(
        code=row["post"],
        title=row["title"],
        department=row["department"],
        level=row["level"],
        place=row["place"],
        reports_to=row["reports_to"],
    )


def _check_post(row: Row, departments: Container[str], gazetteer: Gazetteer | None, faults: Faults) -> None:
    for column in ("post", "title"):
        if not row[column]:
            faults.add(row.fault(column, "must not be empty"))
    if not row["department"]:
        faults.add(row.fault("department", "a post belongs to a department", SEE_DEPARTMENTS))
    else:
        row.one_of("department", departments, SEE_DEPARTMENTS, faults=faults)
    if row["level"] not in LEVELS:
        faults.add(row.fault("level", f"{row['level']!r} is not one of {', '.join(LEVELS)}"))
    if gazetteer is not None and row["place"] not in gazetteer.places:
        faults.add(row.fault("place", f"unknown place {row['place']!r}", "see places.csv"))


def _check_chains(posts: Mapping[str, Post], lines: Mapping[str, Row], faults: Faults) -> None:
    for code, post in posts.items():
        if post.reports_to and post.reports_to not in posts:
            faults.add(lines[code].fault("reports_to", f"unknown post {post.reports_to!r}"))
    above = {code: post.reports_to for code, post in posts.items()}
    for code in cycles(above):
        faults.add(lines[code].fault("reports_to", f"{code} reports, in the end, to itself"))


def read_officers(rows: Sequence[Row], posts: Container[str], faults: Faults, *, on: date | None) -> dict[str, Officer]:
    """The holder of each post on a day. Faults: unknown post, bad address, mobile or date, two holders at once."""
    terms: dict[str, list[tuple[date, date, Row]]] = defaultdict(list)
    for row in rows:
        if row["post"] not in posts:
            faults.add(row.fault("post", f"unknown post {row['post']!r}", "see posts.csv"))
        _check_reach(row, faults)
        since, until = _day(row, "since", date.min, faults), _day(row, "until", date.max, faults)
        if since > until:
            faults.add(row.fault("until", "ends before it begins"))
        terms[row["post"]].append((since, until, row))
    for held in terms.values():
        _check_overlap(held, faults)
    return {
        row["post"]: Officer(post=row["post"], name=row["name"], address=row["address"], mobile=row["mobile"])
        for held in terms.values()
        for since, until, row in held
        if (until == date.max if on is None else since <= on <= until)
    }


def _check_reach(row: Row, faults: Faults) -> None:
    if not row["name"]:
        faults.add(row.fault("name", "must not be empty", "a vacant post has no row"))
    if not _ADDRESS.fullmatch(row["address"]):
        faults.add(row.fault("address", "not an e-mail address"))
    mobile = row["mobile"]
    if _SPREADSHEET.fullmatch(mobile):
        faults.add(
            row.fault("mobile", "not a mobile number", f"saved by a spreadsheet as {mobile}: format the column as text")
        )
    elif mobile and not _MOBILE.fullmatch(mobile):
        faults.add(row.fault("mobile", "not a mobile number", "write it as +919XXXXXXXXX"))


def _day(row: Row, column: str, default: date, faults: Faults) -> date:
    if not row[column]:
        return default
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        faults.add(row.fault(column, f"{row[column]!r} is not a date", "write 2026-08-15"))
        return default


def _check_overlap(held: list[tuple[date, date, Row]], faults: Faults) -> None:
    in_order = sorted(held, key=lambda term: (term[0], term[1], term[2].line))
    for (_, until, first), (since, _, second) in pairwise(in_order):
        if since <= until:
            faults.add(second.fault("since", f"{second['post']} is held already, by line {first.line}"))
