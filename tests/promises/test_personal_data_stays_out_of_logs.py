"""Promise 10: no phone number, address, subject or body in a log above DEBUG."""

import io
import logging
from datetime import timedelta

import pytest

from mailbot import machine
from mailbot.errors import DoubtfulDelivery, PermanentFailure, TemporaryFailure
from mailbot.log import configure_logging
from mailbot.model import Purpose
from tests.fakes import WEEK
from tests.office import Rig, a_grievance, an_answer

SECRETS = (
    "rina",
    "das@",
    "69999",
    "6999900001",
    "doctor",
    "health centre",
    "onda",
    "posted today",
    "example.org",
    "nosy",
)


@pytest.mark.parametrize("fault", [None, PermanentFailure, TemporaryFailure, DoubtfulDelivery])
def test_a_whole_life_of_a_case_leaves_none_in_the_log(
    rig: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, fault: type | None
) -> None:
    def bug(subject: str, text: str, _office: object) -> object:
        raise ValueError(subject + text)

    caplog.set_level(logging.INFO)
    rig.mailbox.deliver(a_grievance())
    rig.mailbox.deliver(b"From: nosy@else.example\r\n\r\nCM2600000014")
    receiver = rig.receiver()
    object.__setattr__(receiver, "observe", machine.log_mail)
    receiver.run(rig.office)
    rig.sms.fault = fault
    rig.dispatch(observe=machine.log_message)
    referral = next(message for message, _ in rig.post.accepted if message.purpose is Purpose.REFERRAL)
    rig.mailbox.deliver(an_answer(referral, "A doctor was posted today."))
    receiver.run(rig.office)
    monkeypatch.setattr("mailbot.intake.find_routes", bug)
    rig.mailbox.deliver(a_grievance(2))
    receiver.run(rig.office)
    rig.clock.go_on(WEEK + timedelta(days=1))
    rig.escalate()
    rig.dispatch(observe=machine.log_message)
    assert len(caplog.records) >= 8
    written = caplog.text.casefold()
    assert [word for word in SECRETS if word in written] == []


def test_what_slips_into_a_line_all_the_same_is_taken_out_of_it() -> None:
    """Also of lines that libraries write, and of the words of an exception."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    try:
        configure_logging({}, debug=False, level=logging.INFO, form="json", stream=stream)
        logging.getLogger("somebody.else").warning("told rina.das@example.net at +91 69999 00001, ৬৯৯৯৯০০০০১")
        try:
            raise ValueError("no such number: 6999900001")
        except ValueError:
            logging.getLogger("mailbot.dispatch").exception("failed")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    written = stream.getvalue()
    assert "ValueError" in written
    assert [word for word in ("rina.das@", "69999", "৬৯৯৯৯") if word in written] == []
