"""The directory looked at as a whole: who is not reached, and what is vacant or soon will be."""

from datetime import date

import pytest

from mailbot.classify.directory import read_directory
from mailbot.classify.lint_directory import DirectoryReport, check_directory
from tests.classify.office_files import OFFICERS, POSTS, departments, gazetteer, without

TODAY = date(2026, 11, 25)
REAL = OFFICERS.replace("@example.org", "@wb.example.in")


def report(posts: str = POSTS, officers: str = REAL) -> DirectoryReport:
    files = {"posts.csv": posts, "officers.csv": officers}
    directory = read_directory(files, departments(), gazetteer(), on=TODAY)
    return check_directory(directory, gazetteer(), files, on=TODAY)


def told(found: DirectoryReport) -> list[tuple[str, int, str]]:
    return [(finding.fault.file, finding.fault.line, finding.fault.message) for finding in found.findings]


def with_row(table: str, row: str) -> str:
    return f"{table}{row}\n"


def line_of(table: str, start: str) -> int:
    return next(n for n, line in enumerate(table.splitlines(), 1) if line.startswith(start))


def test_a_sound_directory_has_nothing_to_find() -> None:
    found = report()
    assert told(found) == []
    assert found.holes == ()


def test_every_area_is_tried_with_every_department_that_answers_in_the_field() -> None:
    areas = [place for place in gazetteer().places.values() if place.kind in ("block", "municipality", "corporation")]
    afield, at_the_head = ("HFW", "HOM", "PRD"), ("LAW", "CMO", "XCG")
    assert report().asked == len(afield) * len(areas) + len(at_the_head)


def test_an_area_where_nobody_answers_is_a_hole_with_its_reason() -> None:
    held = without(without(REAL, "LAW-HEAD"), "HOM")
    holes = {(hole.department, hole.area): hole.why for hole in report(officers=held).holes}
    assert "is vacant" in holes["LAW", ""]
    assert ("HOM", "BL-BAN-ONDA") in holes
    assert ("PRD", "BL-BAN-ONDA") not in holes


def test_an_addressee_without_a_mobile_is_a_hole() -> None:
    line = next(row for row in REAL.splitlines() if row.startswith("PRD-BDO-ONDA"))
    cells = line.split(",")
    found = report(officers=REAL.replace(line, ",".join([*cells[:3], "", *cells[4:]])))
    assert [(hole.department, hole.area, hole.why) for hole in found.holes] == [
        ("PRD", "BL-BAN-ONDA", "PRD-BDO-ONDA has no mobile")
    ]
    assert told(found) == [
        (
            "officers.csv",
            line_of(REAL, "PRD-BDO-ONDA"),
            "the holder of PRD-BDO-ONDA has no mobile: no overdue alert by SMS",
        )
    ]


def test_a_vacant_post_is_named_with_who_acts_instead() -> None:
    found = report(officers=without(REAL, "PRD-BDO-ONDA"))
    assert told(found) == [
        (
            "posts.csv",
            line_of(POSTS, "PRD-BDO-ONDA"),
            "PRD-BDO-ONDA (BDO of Onda) is vacant; its mail goes to PRD-SDO-BAN",
        )
    ]
    assert found.holes == ()


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [("2026-01-01", "2026-10-31", "vacant since 2026-11-01"), ("2027-01-01", "", "vacant until 2027-01-01")],
)
def test_the_row_that_leaves_a_post_vacant_is_named(since: str, until: str, said: str) -> None:
    row = f"PRD-BDO-ONDA,Rina Das,bdo-onda@wb.example.in,+916999912345,{since},{until}"
    held = with_row(without(REAL, "PRD-BDO-ONDA"), row)
    (finding,) = report(officers=held).findings
    assert f"line {line_of(held, 'PRD-BDO-ONDA')} leaves it {said}" in finding.fault.hint


def test_a_term_that_ends_soon_without_a_successor_is_told_and_one_with_a_successor_is_not() -> None:
    ends = "PRD-BDO-ONDA,Rina Das,bdo-onda@wb.example.in,+916999912345,2026-01-01,2026-12-10"
    follows = "PRD-BDO-ONDA,Amal Roy,bdo-onda2@wb.example.in,+916999912346,2026-12-11,"
    held = with_row(without(REAL, "PRD-BDO-ONDA"), ends)
    assert [message for _, _, message in told(report(officers=held))] == ["PRD-BDO-ONDA is vacant from 2026-12-11"]
    assert told(report(officers=with_row(held, follows))) == []


def test_an_address_or_mobile_under_two_names_is_told() -> None:
    row = "PRD-BDO-ONDA,Rina Das,HFW-HEAD@wb.example.in,+916999912345,2026-01-01,"
    (found,) = told(report(officers=with_row(without(REAL, "PRD-BDO-ONDA"), row)))
    assert "the address of PRD-BDO-ONDA is that of line" in found[2]
    assert "(HFW-HEAD) too, under another name" in found[2]


def test_one_person_may_hold_two_posts() -> None:
    head = next(row for row in REAL.splitlines() if row.startswith("HFW-HEAD"))
    twice = with_row(without(REAL, "PRD-BDO-ONDA"), head.replace("HFW-HEAD,", "PRD-BDO-ONDA,", 1))
    assert told(report(officers=twice)) == []


def test_a_second_post_at_one_place_is_told() -> None:
    posts = with_row(POSTS, "PRD-BDO-2,Second BDO of Onda,PRD,block,BL-BAN-ONDA,PRD-SDO-BAN")
    held = with_row(REAL, "PRD-BDO-2,Rina Das,bdo2@wb.example.in,+916999912345,2026-01-01,")
    found = told(report(posts, held))
    assert [message for _, _, message in found] == [
        f"PRD-BDO-2 stands beside PRD-BDO-ONDA (line {line_of(POSTS, 'PRD-BDO-ONDA')}) for the same place"
    ]


@pytest.mark.parametrize(
    ("above", "said"),
    [("", "reports to nobody"), ("HFW-BMOH-ONDA", "reports to HFW-BMOH-ONDA, which is lower (block)")],
)
def test_a_chain_that_leads_nowhere_or_down_is_told(above: str, said: str) -> None:
    posts = POSTS.replace("HFW,district,HD-BIS,HFW-HEAD", f"HFW,district,HD-BIS,{above}")
    (found,) = told(report(posts))
    assert found[:2] == ("posts.csv", line_of(POSTS, "HFW-CMOH-BIS"))
    assert said in found[2]


def test_a_post_on_the_wrong_map_is_told() -> None:
    posts = POSTS.replace("HFW,district,HD-BIS,HFW-HEAD", "HFW,district,WB-BAN,HFW-HEAD")
    found = [message for _, _, message in told(report(posts)) if "leads to" in message]
    assert found == ["no block and no town leads to HFW-CMOH-BIS, at WB-BAN"]


def test_invented_holders_are_told_once() -> None:
    (found,) = report(officers=OFFICERS).findings
    count = len(OFFICERS.splitlines()) - 1
    assert f"{count} of {count} addresses end in example.org" in found.fault.message


def test_a_department_that_informs_a_level_without_posts_is_told_of_with_its_line() -> None:
    files = {"posts.csv": without(POSTS, "HFW-BMOH"), "officers.csv": without(REAL, "HFW-BMOH")}
    offices = departments("block")
    directory = read_directory(files, offices, gazetteer(), on=TODAY)
    found = check_directory(directory, gazetteer(), files, on=TODAY)
    assert told(found) == [
        ("departments.csv", 2, "HFW informs down to its block, and has no post at block or subdivision"),
        ("departments.csv", 3, "HOM informs down to its subdivision, and has no post at subdivision"),
    ]
