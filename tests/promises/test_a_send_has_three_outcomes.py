"""Promise 6: accepted, refused, in doubt; doubt is asked about first; no failure is final unless proven so."""

import pytest

from mailbot.cases.queries import list_outbox
from mailbot.errors import DeliveryError, DoubtfulDelivery, PermanentFailure, SenderUnavailable, TemporaryFailure
from tests.office import Rig, a_grievance


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (None, "sent"),
        (PermanentFailure, "refused"),
        (DoubtfulDelivery, "in_doubt"),
        (TemporaryFailure, "pending"),
        (DeliveryError, "in_doubt"),
        (SenderUnavailable, "pending"),
    ],
)
def test_each_outcome_has_its_state(rig: Rig, fault: type[DeliveryError] | None, state: str) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.sms.fault = fault
    rig.dispatch()
    assert [row["state"] for row in list_outbox(rig.engine) if row["channel"] == "sms"] == [state]


def test_an_attempt_is_durable_before_it_is_made(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    send = rig.sms.send

    def looks_first(message: object) -> str:
        seen.extend((row["state"], row["attempts"]) for row in list_outbox(rig.engine) if row["channel"] == "sms")
        return send(message)  # type: ignore[arg-type]

    monkeypatch.setattr(rig.sms, "send", looks_first)
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    assert seen == [("sending", 1)]
