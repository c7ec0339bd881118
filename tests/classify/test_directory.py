"""Which offices there are, who holds them, and what is wrong with the tables."""

from datetime import date

import pytest

from mailbot.classify.directory import read_departments, read_directory
from mailbot.errors import ConfigurationError
from tests.classify.office_files import DEPARTMENTS, OFFICERS, POSTS, departments, directory, gazetteer, without


def faults(posts: str = POSTS, officers: str = OFFICERS) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        directory(posts, officers)
    return [str(fault) for fault in caught.value.faults]


def test_a_post_is_found_by_department_and_place_and_its_holder_with_it() -> None:
    found = directory()
    post = found.field_post("PRD", "BL-BAN-ONDA")
    assert post is not None
    assert post.code == "PRD-BDO-ONDA"
    officer = found.officer(post.code)
    assert officer is not None
    assert officer.address == "prd-bdo-onda@example.org"


def test_superiors_stand_in_order() -> None:
    assert [post.code for post in directory().superiors("PRD-BDO-ONDA")] == ["PRD-SDO-BAN", "PRD-DM-BAN", "PRD-HEAD"]


def test_the_triage_post_is_known() -> None:
    assert directory().triage.code == "CMO-TRIAGE"


def test_a_directory_at_example_org_is_fictitious() -> None:
    assert directory().is_fictitious()
    assert not directory(officers=OFFICERS.replace("example.org", "wb.gov.in")).is_fictitious()
    assert directory(officers=OFFICERS.replace("example.org", "mail.cmo.example")).is_fictitious()


def test_the_holder_is_that_of_the_day() -> None:
    officers = (
        without(OFFICERS, "LAW-HEAD")
        + "LAW-HEAD,First,a@b.in,,2020-01-01,2026-03-31\nLAW-HEAD,Second,c@d.in,,2026-04-01,\n"
    )
    files = {"posts.csv": POSTS, "officers.csv": officers}
    names = []
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2019, 1, 1), None):
        officer = (
            read_directory(files, departments(), gazetteer(), on=day).officer("LAW-HEAD")
            if (day is None or day.year > 2019)
            else None
        )
        names.append(officer.name if officer else "")
    assert names == ["First", "Second", "", "Second"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("HFW-HEAD,Again,HFW,head,WB,", "post: HFW-HEAD stands already in line 4"),
        ("X-1,X,,head,WB,", "department: a post belongs to a department"),
        ("X-1,X,ZZZ,head,WB,", "department: unknown department 'ZZZ'"),
        ("X-1,X,HFW,district,NOWHERE,", "place: unknown place 'NOWHERE'"),
        ("X-1,X,HFW,village,WB,", "level: 'village' is not one of"),
        ("X-1,X,HFW,head,WB,NOBODY", "reports_to: unknown post 'NOBODY'"),
        ("X-1,X,HFW,head,WB,X-1", "reports_to: X-1 reports, in the end, to itself"),
        ("X-1,,HFW,head,WB,", "title: must not be empty"),
    ],
)
def test_a_wrong_post_is_named_with_line_and_column(row: str, fault: str) -> None:
    line = POSTS.count("\n") + 1
    assert any(each.startswith(f"posts.csv:{line}: {fault}") for each in faults(posts=POSTS + row + "\n"))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("NOBODY,N,a@b.in,,,", "post: unknown post 'NOBODY'"),
        ("X-1,N,not an address,,,", "address: not an e-mail address"),
        ("X-1,N,a@b.in,9.83E+09,,", "mobile: not a mobile number (saved by a spreadsheet as 9.83E+09"),
        ("X-1,N,a@b.in,12345,,", "mobile: not a mobile number (write it as +919XXXXXXXXX)"),
        ("X-1,N,a@b.in,+915999900001,,", "mobile: not a mobile number"),
        ("X-1,N,a@b.in,,01/04/2026,", "since: '01/04/2026' is not a date"),
        ("X-1,N,a@b.in,,2026-04-01,2026-03-01", "until: ends before it begins"),
        ("X-1,,a@b.in,,,", "name: must not be empty"),
        ("LAW-HEAD,N,a@b.in,,2026-05-01,", "since: LAW-HEAD is held already, by line"),
    ],
)
def test_a_wrong_officer_is_named_with_line_and_column(row: str, fault: str) -> None:
    posts = POSTS + "X-1,X,HFW,head,WB,\n"
    line = OFFICERS.count("\n") + 1
    assert any(f"officers.csv:{line}: {fault}" in each for each in faults(posts, OFFICERS + row + "\n"))


def test_without_a_triage_post_nothing_starts() -> None:
    officers = without(OFFICERS, "CMO-TRIAGE")
    assert any("there is no triage post" in each for each in faults(without(POSTS, "CMO-TRIAGE"), officers))


def test_tables_without_rows_are_a_fault_and_no_exception() -> None:
    found = faults(POSTS.splitlines()[0], OFFICERS.splitlines()[0])
    assert found == ["posts.csv: level: there is no triage post (one post must have the level triage)"]


def test_a_triage_desk_that_nobody_holds_is_a_fault() -> None:
    officers = without(without(OFFICERS, "CMO-TRIAGE"), "CMO-HEAD")
    assert faults(officers=officers) == ["officers.csv: post: nobody holds CMO-TRIAGE, nor a post above it"]


def test_faults_of_both_files_are_told_at_once() -> None:
    found = faults(POSTS + "X-1,X,,head,WB,\nX-2,X,HFW\n", OFFICERS + "NOBODY,N,a,1,,\n")
    assert [each.split(":")[0] for each in found] == ["officers.csv"] * 3 + ["posts.csv"] * 2


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("HFW,Again,civil,head,", "code: HFW stands twice"),
        ("A B,Name,civil,head,", "code: a code is letters and digits"),
        ("NEW,,civil,head,", "name_en: the name is missing"),
        ("NEW,Name,lunar,head,", "area: 'lunar' is not one of"),
        ("NEW,Name,civil,street,", "answers_at: 'street' is not one of"),
        ("NEW,Name,civil,head,ZZZ", "desk: unknown department 'ZZZ'"),
    ],
)
def test_a_wrong_department_is_named_with_line_and_column(row: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_departments({"departments.csv": DEPARTMENTS + row + "\n"})
    assert str(caught.value).startswith(f"departments.csv:9: {fault}")
