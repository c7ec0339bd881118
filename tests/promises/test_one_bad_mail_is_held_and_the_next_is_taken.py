"""Promise 7: nothing is dropped; one bad mail never stops the next; what matches no rule goes to the triage post."""

from typing import Any

import pytest

from mailbot import intake
from mailbot.cases.queries import list_cases, list_held, show_case
from mailbot.ingest.authentication import Authentication
from mailbot.ingest.identify import Identity, Known
from mailbot.model import Mail
from tests.office import Rig, a_grievance

BAD = [
    b"",
    b"\x00" * 2000,
    b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=" + b"x" * 70 + b"\r\n\r\n--" + b"x" * 70,
    b"From: " + b"a" * 300_000,
    b"Subject: =?utf-8?b?////?=\r\n\r\n",
    b"Content-Type: text/plain; charset=no-such-thing\r\n\r\nx",
    bytes(range(256)) * 20,
]


@pytest.mark.parametrize("raw", BAD)
def test_each_bad_mail_has_an_outcome_and_the_next_is_a_case(rig: Rig, raw: bytes) -> None:
    rig.mailbox.deliver(raw)
    rig.mailbox.deliver(a_grievance())
    summary = rig.receive()
    assert summary.fetched == 2
    assert summary.cases >= 1
    assert rig.mailbox.marked == [1, 2]
    assert any(str(case["subject"]).startswith("No doctor") for case in list_cases(rig.engine))


def test_what_is_held_says_why(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_mail: Mail, _known: Known, _proof: Authentication) -> Identity:
        raise RecursionError

    rig.mailbox.deliver(b"From: rina.das@example.net\r\n\r\n")
    rig.receive()
    assert [row["reason"] for row in list_held(rig.engine)] == ["empty: no subject, no text, no attachment"]
    monkeypatch.setattr(intake, "identify", bug)
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    assert "RecursionError" in str(list_held(rig.engine)[-1]["reason"])


def test_what_matches_no_rule_goes_to_the_triage_post_and_is_acknowledged(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(text="Please help me, nobody listens.\r\n69999 00001\r\n").replace(b"doctor", b"x"))
    rig.mailbox.mails[1] = rig.mailbox.mails[1].replace(b"No x at the health centre 1", b"Please help")
    rig.receive()
    (case,) = list_cases(rig.engine)
    shown: Any = show_case(rig.engine, str(case["reference"]))
    addressees = [p for r in shown["referrals"] for p in r["recipients"] if p["role"] == "addressee"]
    assert [person["post"] for person in addressees] == [rig.office.directory.triage.code]
    assert shown["review"] is True
    rig.dispatch()
    assert rig.sent_to("rina.das@example.net")
