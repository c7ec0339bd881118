"""Loop 2 on a real SQLite outbox: due messages become accepted, refused or in doubt."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.cases.queries import list_outbox, show_case
from mailbot.errors import (
    CannotLook,
    DoubtfulDelivery,
    PermanentFailure,
    SenderUnavailable,
    TemporaryFailure,
)
from mailbot.model import Channel, OutboxMessage, Purpose
from tests.fakes import CITIZEN, FakeSms
from tests.office import Rig, a_grievance, a_rig

DOUBT = timedelta(minutes=10)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        rig.mailbox.deliver(a_grievance())
        rig.receive()
        yield rig


def sms_states(rig: Rig) -> list[Any]:
    return [row["state"] for row in list_outbox(rig.engine) if row["channel"] == "sms"]


def test_all_that_is_due_leaves_once(rig: Rig) -> None:
    first, second = rig.dispatch(), rig.dispatch()
    assert (first.sent, second.sent) == (5, 0)
    assert len(rig.sms.accepted) == 1
    assert [m.purpose for m, _ in rig.post.accepted].count(Purpose.REFERRAL) == 3  # two must answer, one is told


def test_the_original_mail_goes_with_the_referral_and_not_with_the_acknowledgement(rig: Rig) -> None:
    rig.dispatch()
    for message, original in rig.post.accepted:
        assert (original == a_grievance()) == (message.purpose == "referral")


def test_a_dead_number_is_refused_and_does_not_stop_the_rest(rig: Rig) -> None:
    rig.sms.dead = {"+916999900001"}
    summary = rig.dispatch()
    assert (summary.refused, summary.sent) == (1, 4)
    assert sms_states(rig) == ["refused"]


def test_a_temporary_fault_waits_and_is_tried_again(rig: Rig) -> None:
    rig.sms.fault = TemporaryFailure
    assert rig.dispatch().waiting == 1
    assert rig.dispatch().waiting == 0
    rig.sms.fault = None
    rig.clock.go_on(timedelta(hours=1))
    assert rig.dispatch().sent == 1
    assert len(rig.sms.accepted) == 1


def test_a_message_that_fails_for_days_is_held_for_a_human(rig: Rig) -> None:
    rig.sms.fault = TemporaryFailure
    for _ in range(80):
        rig.dispatch()
        rig.clock.go_on(timedelta(hours=2))
    assert sms_states(rig) == ["held"]


def test_in_doubt_and_listed_at_the_gateway_is_sent_and_not_sent_again(rig: Rig) -> None:
    rig.sms.fault, rig.sms.keeps = DoubtfulDelivery, True
    assert rig.dispatch().in_doubt == 1
    rig.sms.fault = None
    rig.clock.go_on(DOUBT)
    assert rig.dispatch().sent == 1
    assert sms_states(rig) == ["sent"]
    assert len(rig.sms.accepted) == 1


def test_in_doubt_is_asked_about_before_it_is_sent_again(rig: Rig) -> None:
    rig.sms.fault = DoubtfulDelivery
    rig.dispatch()
    rig.sms.fault = None
    rig.dispatch()
    assert (rig.sms.asked, rig.sms.accepted) == (0, [])
    rig.clock.go_on(DOUBT)
    rig.dispatch()
    assert rig.sms.asked == 1
    rig.dispatch()
    assert len(rig.sms.accepted) == 1


def test_a_gateway_that_lists_nothing_gets_a_second_copy_and_never_a_third(rig: Rig) -> None:
    rig.sms.fault, rig.sms.keeps, rig.sms.listed = DoubtfulDelivery, True, False
    for _ in range(30):
        rig.dispatch()
        rig.clock.go_on(DOUBT)
    assert len(rig.sms.accepted) == 2
    assert sms_states(rig) == ["held"]


def test_a_gateway_that_cannot_be_asked_is_waited_for_and_then_sent_to_once_more(rig: Rig) -> None:
    class Mute(FakeSms):
        def find(self, message: OutboxMessage, since: Any) -> str | None:
            raise CannotLook(f"{message.purpose} {since}")

    rig.sms = Mute(fault=DoubtfulDelivery)
    rig.dispatch()
    rig.sms.fault = None
    rig.clock.go_on(DOUBT)
    rig.dispatch()
    rig.dispatch()
    assert sms_states(rig) == ["sent"]


def test_an_adapters_unforeseen_fault_is_doubt_not_failure(rig: Rig) -> None:
    class Broken(FakeSms):
        def send(self, message: OutboxMessage) -> str:
            raise KeyError(message.recipient)

    rig.sms = Broken()
    assert rig.dispatch().in_doubt == 1


def test_our_own_fault_uses_up_no_attempt(rig: Rig) -> None:
    rig.sms.fault = SenderUnavailable
    rig.dispatch()
    row = next(row for row in list_outbox(rig.engine) if row["channel"] == "sms")
    assert (row["state"], row["attempts"]) == ("pending", 0)
    rig.sms.fault = None
    rig.clock.go_on(timedelta(minutes=6))
    assert rig.dispatch().sent == 1


def test_a_gateway_that_is_down_is_not_tried_for_every_message(rig: Rig) -> None:
    for number in range(2, 12):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.sms.fault = TemporaryFailure
    assert rig.dispatch().waiting == 3


def test_a_crash_between_claim_and_settle_is_in_doubt_after_the_restart(rig: Rig) -> None:
    rig.outbox.claim(Channel.SMS, rig.clock(), limit=1, lease=timedelta(seconds=60))
    rig.dispatch()
    assert sms_states(rig) == ["sending"]
    assert rig.outbox.abandon(rig.clock()) == 1
    assert sms_states(rig) == ["in_doubt"]
    assert rig.sms.accepted == []


def test_an_original_that_cannot_be_read_back_keeps_the_referral_waiting(rig: Rig, tmp_path: Path) -> None:
    for file in (tmp_path / "archive").rglob("*.eml"):
        file.unlink()
    rig.dispatch()
    states = {row["state"] for row in list_outbox(rig.engine) if row["purpose"] == "referral"}
    assert states == {"pending"}
    assert rig.sent_to(CITIZEN)


def test_what_became_of_a_message_stands_in_the_history_of_its_case(rig: Rig) -> None:
    rig.sms.fault = PermanentFailure
    rig.dispatch()
    (reference,) = {row["case"] for row in list_outbox(rig.engine)}
    shown: Any = show_case(rig.engine, str(reference))
    kinds = [event["kind"] for event in shown["history"]]
    assert kinds.count("sent") == 4
    assert kinds.count("refused") == 1


def test_a_refused_login_is_not_tried_again_before_the_pause_is_over(rig: Rig) -> None:
    for number in range(2, 12):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    tried: list[OutboxMessage] = []

    class Refusing(FakeSms):
        def send(self, message: OutboxMessage) -> str:
            tried.append(message)
            raise SenderUnavailable(message.recipient, "401")

    rig.sms = Refusing()
    for _ in range(10):
        rig.dispatch()
        rig.clock.go_on(timedelta(seconds=20))
    assert len(tried) == 1
    rig.clock.go_on(timedelta(minutes=5))
    rig.dispatch()
    assert len(tried) == 2


def test_neither_channel_waits_for_the_others_backlog(rig: Rig) -> None:
    for number in range(2, 60):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    order: list[Channel] = []
    rig.dispatch(observe=lambda entry, _state, _reason: order.append(entry.message.channel))
    assert order.index(Channel.SMS) < 50
    assert order.index(Channel.EMAIL) < 50
