"""What people call an office, looked at beside the posts and the places."""

import pytest

from mailbot.classify.lint import Finding, Severity
from mailbot.classify.lint_titles import check_titles, nobodys_titles
from tests.classify.office_files import OFFICERS, POSTS, directory, place_files, without

SOUND = """title,phrase,note
BDO of,BDO|block development officer|বিডিও,
SDO of,SDO,
CMOH of,CMOH,
"""


def found(*rows: str, posts: str = POSTS) -> list[Finding]:
    return check_titles(SOUND + "".join(f"{row}\n" for row in rows), directory(posts), place_files())


def test_sound_titles_have_nothing_to_find() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (
            "Block Officer,block officer,",
            "title",
            "'Block Officer' begins no title in posts.csv: nobody is passed over",
        ),
        ("bdo of,b d o,", "title", "'bdo of' begins no title in posts.csv"),
        ("SP of,bdo,", "phrase", "'bdo' stands for 'BDO of' in line 2: both are passed over"),
        ("SP of,বিডিও,", "phrase", "'বিডিও' stands for 'BDO of' in line 2"),
        ("SP of,Onda,", "phrase", "'Onda' is the name of a place, Onda (BL-BAN-ONDA)"),
        ("SP of,ramsagar,", "phrase", "'ramsagar' is the name of a place, Ramsagar (BL-BAN-ONDA)"),
        ("BD,BD officer,", "title", "'BD' begins 'BDO of' (line 2) too: both are passed over"),
    ],
)
def test_what_is_wrong_with_a_title_is_found_with_file_line_and_a_hint(row: str, column: str, said: str) -> None:
    (finding,) = [each for each in found(row) if each.fault.message.startswith(said)]
    assert (finding.severity, finding.fault.file, finding.fault.line) == (Severity.WARNING, "titles.csv", 5)
    assert finding.fault.key == column
    assert finding.fault.hint


def test_a_title_mistyped_is_met_with_the_one_most_like_it() -> None:
    posts = POSTS.replace("BDO of Onda", '"Block Development Officer (BDO), Onda"')
    findings = check_titles("title,phrase\nBlock Developement Officer,BDO\n", directory(posts), place_files())
    assert [finding.fault.hint for finding in findings] == ["did you mean 'Block Development Officer (BDO)'?"]


def test_a_phrase_twice_for_one_title_quarrels_with_nothing() -> None:
    assert found("BDO of,BDO saheb|bdo,") == []


def test_a_post_taken_away_leaves_its_title_to_nobody() -> None:
    findings = nobodys_titles(SOUND, directory(without(POSTS, "PRD-BDO"), without(OFFICERS, "PRD-BDO")))
    assert [(finding.fault.line, finding.fault.key) for finding in findings] == [(2, "title")]
