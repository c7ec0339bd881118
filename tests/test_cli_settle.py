"""`case route` and `case why`: the desk settles a case, on a real database."""

from pathlib import Path
from typing import Any

import pytest

from mailbot import machine
from mailbot.cli import why
from tests.cli_tools import Result, call, write_settings
from tests.office import an_office

UNCLEAR = ("--name", "Rina Das", "--mobile", "98310 12345", "--subject", "Help", "--text", "Please help us, we suffer.")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation; the packaged office is read once for all tests here."""
    for module in (machine, why):
        monkeypatch.setattr(module, "read_office", lambda *_, **__: an_office())
    return write_settings(tmp_path)


@pytest.fixture
def case(settings: Path) -> dict[str, Any]:
    """A case that the rules leave to the triage desk."""
    (made,) = call("case", "register", "--json", "--config", settings, *UNCLEAR).lines
    assert made["review"] is True
    return made


def route(settings: Path, case: dict[str, Any], *words: str) -> Result:
    return call("case", "route", case["reference"], "--json", "--config", settings, *words)


def test_one_command_settles_a_case_and_new_referrals_go_out(settings: Path, case: dict[str, Any]) -> None:
    result = route(settings, case, "--department", "PRD", "--place", "BL-BAN-ONDA")
    assert (result.status, result.err) == (0, "")
    (after,) = result.lines
    assert (after["state"], after["department"], after["place"], after["review"]) == (
        "referred",
        "PRD",
        "BL-BAN-ONDA",
        False,
    )
    old, new = after["referrals"]
    assert (old["state"], new["state"]) == ("withdrawn", "open")
    assert [(person["role"], person["post"]) for person in new["recipients"]][:2] == [
        ("addressee", "PRD-BDO-BAN-ONDA"),
        ("copy", "PRD-HEAD"),
    ]
    assert all("the desk decided" in person["reason"] for person in new["recipients"])
    mails = [one for one in after["outbox"] if one["purpose"] == "referral" and one["occurrence"] == 2]
    assert {one["recipient"] for one in mails} == {"prd-bdo-ban-onda@example.org", "prd-head@example.org"}
    assert all("the desk decided" in one["text"] for one in mails)


def test_the_cases_that_wait_for_the_desk_are_listed(settings: Path, case: dict[str, Any]) -> None:
    listed = ("case", "list", "--review", "--json", "--config", settings)
    assert [line["reference"] for line in call(*listed).lines] == [case["reference"]]
    route(settings, case, "--department", "LAW")
    assert call(*listed).lines == []


def test_a_post_alone_is_enough(settings: Path, case: dict[str, Any]) -> None:
    (after,) = route(settings, case, "--post", "PRD-BDO-BAN-ONDA").lines
    assert (after["department"], after["referrals"][-1]["recipients"][0]["post"]) == ("PRD", "PRD-BDO-BAN-ONDA")


def test_several_matters_are_settled_at_once(settings: Path, case: dict[str, Any]) -> None:
    words = ("--department", "PRD", "--department", "POW", "--place", "BL-BAN-ONDA")
    (after,) = route(settings, case, *words).lines
    assert [one["department"] for one in after["referrals"] if one["state"] == "open"] == ["PRD", "POW"]
    (alone,) = route(settings, case, "--only", "3", "--department", "LAW").lines
    assert [one["department"] for one in alone["referrals"] if one["state"] == "open"] == ["PRD", "LAW"]


def test_what_is_no_grievance_is_dismissed(settings: Path, case: dict[str, Any]) -> None:
    (after,) = route(settings, case, "--department", "NONE").lines
    assert (after["state"], after["review"], after["due_at"]) == ("dismissed", False, None)
    assert len(after["outbox"]) == len(case["outbox"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--department", "PRB", "--place", "BL-BAN-ONDA"), "there is no department 'PRB'; did you mean PRD"),
        (("--department", "PRD", "--place", "BL-BAN-ONDO"), "did you mean BL-BAN-ONDA (Onda)"),
        (("--post", "PRD-BDO-BAN-ONDO"), "did you mean PRD-BDO-BAN-ONDA"),
        (("--department", "PRD"), "name a finer place, or a post"),
        (("--place", "BL-BAN-ONDA"), "the case has no department yet"),
        (("--department", "PRD", "--place", "WB-BAN", "--place", "WB-HOW"), "1 departments and 2 places"),
        (("--department", "LAW", "--only", "9"), "has no open referral 9; open: 1"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_hint_and_changes_nothing(
    settings: Path, case: dict[str, Any], words: tuple[str, ...], said: str
) -> None:
    result = route(settings, case, *words)
    assert (result.status, result.out) == (1, "")
    assert said in result.err
    assert call("case", "show", case["reference"], "--json", "--config", settings).lines == [case]


def test_to_say_nothing_is_wrong_use(settings: Path, case: dict[str, Any]) -> None:
    assert route(settings, case).status == 2
    assert "--department, --place or --post" in route(settings, case).err
    assert call("case", "route", "CM1", "--department", "LAW", "--config", settings).status == 2
    unknown = call("case", "route", "CM2600012349", "--department", "LAW", "--config", settings)
    assert (unknown.status, "there is no case CM2600012349" in unknown.err) == (1, True)


def test_people_are_told_the_reasons(settings: Path, case: dict[str, Any]) -> None:
    result = call("case", "route", case["reference"], "--config", settings, "--department", "LAW")
    assert result.out.startswith(f"{case['reference']}  referred\n")
    assert "The desk decided: LAW" in result.out
    assert "due " in result.out


# --- why


def test_why_tells_the_stored_reasons_and_what_the_desk_did(settings: Path, case: dict[str, Any]) -> None:
    route(settings, case, "--department", "PRD", "--place", "BL-BAN-ONDA")
    asked = ("case", "why", case["reference"], "--config", settings)
    (told,) = call(*asked, "--json").lines
    assert told["explain"][0].startswith("The desk decided: PRD")
    assert [event["kind"] for event in told["desk"]][:2] == ["withdrawn", "referred"]
    assert "now" not in told
    words = call(*asked).out
    assert "Referral 1: withdrawn" in words
    assert "Referral 2: open, PRD" in words
    assert "The desk decided: PRD" in words


def test_why_tells_what_todays_rules_would_say_with_the_words_and_their_offsets(settings: Path) -> None:
    text = "There is no doctor in the rural hospital of Onda block."
    letter = ("--name", "Rina", "--subject", "No doctor", "--text", text)
    (made,) = call("case", "register", "--json", "--config", settings, *letter).lines
    asked = ("case", "why", made["reference"], "--now", "--config", settings)
    (told,) = call(*asked, "--json").lines
    assert told["now"]["department"] == told["department"] == "HFW"
    place = next(match for match in told["now"]["place_words"] if match["where"] == "body")
    assert text[place["start"] : place["end"]] == place["words"] == "Onda"
    words = call(*asked).out
    assert "By today's rules: the same" in words
    assert "keywords.csv:" in words


def test_why_of_no_case_is_a_failure(settings: Path, case: dict[str, Any]) -> None:
    assert case["reference"]
    result = call("case", "why", "CM2600012349", "--config", settings)
    assert (result.status, "there is no case CM2600012349" in result.err) == (1, True)
