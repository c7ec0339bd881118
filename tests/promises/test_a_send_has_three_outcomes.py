"""Promise 6: accepted, refused, in doubt; doubt is asked about first; no failure is final unless proven so."""

from datetime import timedelta

import pytest

from mailbot.cases.queries import list_outbox
from mailbot.errors import DeliveryError, DoubtfulDelivery, PermanentFailure, SenderUnavailable, TemporaryFailure
from mailbot.model import Channel
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


def test_a_crash_after_the_gateway_took_it_sends_no_second_copy(rig: Rig) -> None:
    """The gateway has the message, we died before we could note it: after the restart it is asked about, and found."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    (claimed,) = rig.outbox.claim(Channel.SMS, rig.clock(), limit=1, lease=timedelta(seconds=60))
    rig.sms.send(claimed.message)
    assert rig.outbox.abandon(rig.clock()) == 1
    for _ in range(5):
        rig.dispatch()
        rig.clock.go_on(timedelta(minutes=10))
    assert (len(rig.sms.accepted), rig.sms.asked) == (1, 1)


def test_a_crash_before_the_gateway_took_it_is_waited_out_and_then_sent(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.outbox.claim(Channel.SMS, rig.clock(), limit=1, lease=timedelta(seconds=60))
    rig.outbox.abandon(rig.clock())
    rig.dispatch()
    assert rig.sms.accepted == []
    rig.clock.go_on(timedelta(minutes=10))
    rig.dispatch()
    assert len(rig.sms.accepted) == 1


def test_what_got_no_answer_waits_before_it_is_sent_again(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.sms.fault = DoubtfulDelivery
    rig.dispatch()
    rig.sms.fault = None
    rig.clock.go_on(timedelta(minutes=9))
    rig.dispatch()
    assert (rig.sms.accepted, rig.sms.asked) == ([], 1)
    rig.clock.go_on(timedelta(minutes=1))
    rig.dispatch()
    assert len(rig.sms.accepted) == 1
