"""Labelled mails and what the rules make of them give a score."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.classify.score import Judged, judge, read_labelled, score, unknown_codes
from mailbot.errors import ConfigurationError
from mailbot.model import Route
from tests.classify.office_files import gazetteer
from tests.fakes import a_recipient


def a_label(**changes: Any) -> dict[str, Any]:
    label = {
        "id": "d1",
        "lang": "en",
        "subject": "No doctor",
        "body": "in Onda",
        "expected_department": "HFW",
        "also_acceptable": ["WCD"],
        "expected_place_district": "WB-BAN",
        "expected_place_finer": "BL-BAN-ONDA",
        "also_place": ["SD-BAN-BANKURA"],
        "kind": "new",
    }
    return label | changes


def lines(*labels: dict[str, Any]) -> str:
    return "\n".join(json.dumps(label) for label in labels)


def a_route(department: str = "HFW", place: str = "BL-BAN-ONDA", *, review: bool = False) -> Route:
    return Route(department=department, place=place, recipients=(a_recipient(),), review=review, explain=("because",))


def judged(route: Route, **changes: Any) -> Judged:
    (mail,) = read_labelled("f", lines(a_label(**changes)))
    return judge(mail, [route], gazetteer())


def test_a_label_is_read() -> None:
    (mail,) = read_labelled("f", "\ufeff" + lines(a_label()) + "\n\n")
    assert (mail.id, mail.departments, mail.district) == ("d1", ("HFW", "WCD"), "WB-BAN")
    assert mail.places == ("BL-BAN-ONDA", "SD-BAN-BANKURA")


def test_every_bad_line_is_named() -> None:
    bad = [
        "{",
        "[1]",
        json.dumps({"subject": "x"}),
        lines(a_label(expected_department=None)),
        lines(a_label(also_place=[7])),
        lines(a_label(also_acceptable="WCD")),
    ]
    with pytest.raises(ConfigurationError) as refused:
        read_labelled("labels.jsonl", "\n".join(bad))
    assert [(fault.line, fault.key) for fault in refused.value.faults] == [
        (1, ""),
        (2, ""),
        (3, "body"),
        (4, "expected_department"),
        (5, "also_place"),
        (6, "also_acceptable"),
    ]


def test_a_file_without_labels_is_a_fault() -> None:
    with pytest.raises(ConfigurationError, match="holds no labelled mail"):
        read_labelled("f", "\n \n")


@given(st.text())
def test_whatever_stands_in_the_file_is_read_or_named(text: str) -> None:
    with suppress(ConfigurationError):
        assert read_labelled("f", text)


def test_a_code_that_is_none_is_named_with_its_mail() -> None:
    faults = unknown_codes("f", read_labelled("f", lines(a_label(also_acceptable=["XYZ"]))), ["HFW", "WB-BAN"])
    assert {fault.key for fault in faults} == {"d1"}
    assert "'XYZ'" in faults[0].message


@pytest.mark.parametrize(
    ("route", "right"),
    [
        (a_route(), (True, True, True)),
        (a_route("WCD", "SD-BAN-BANKURA"), (True, True, True)),
        (a_route("HOM", "WB-BAN"), (False, True, False)),
        (a_route("HFW", "BL-HOW-JOYPUR"), (True, False, False)),
        (a_route("HFW", ""), (True, False, False)),
    ],
)
def test_department_district_and_finer_place_are_judged_apart(route: Route, right: tuple[bool, bool, bool]) -> None:
    found = judged(route)
    assert (found.department_right, found.district_right, found.finer_right) == right


def test_where_no_place_is_expected_none_is_wrong() -> None:
    found = judged(a_route(), expected_place_district=None, expected_place_finer=None, also_place=[])
    assert (found.district_right, found.finer_right, found.is_wrong) == (None, None, False)


def test_the_shares_count_what_they_say() -> None:
    found = score(
        [
            judged(a_route()),
            judged(a_route("HOM"), lang="bn"),
            judged(a_route("HOM", review=True), lang="bn"),
            judged(a_route(), expected_place_district="", expected_place_finer="", also_place=[]),
        ]
    )
    assert (found.all.mails, found.all.department, found.all.district, found.all.finer) == (4, 0.5, 1.0, 1.0)
    assert (found.all.review, found.all.wrong_without_review) == (0.25, 0.25)
    assert {language: shares.department for language, shares in found.languages.items()} == {"bn": 0.0, "en": 1.0}
    assert found.confusion == (("HFW", "HOM", 2),)
    assert [each.mail.language for each in found.wrong] == ["bn", "bn"]
