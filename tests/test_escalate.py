"""Loop 3: the clock is a query over open cases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.cases.queries import list_outbox
from mailbot.model import Purpose
from tests.fakes import WEEK
from tests.office import Rig, a_grievance, a_rig, an_answer


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        rig.mailbox.deliver(a_grievance())
        rig.receive()
        rig.dispatch()
        yield rig


def alerts(rig: Rig) -> list[tuple[object, object]]:
    return sorted(
        (str(row["channel"]), str(row["recipient"]))
        for row in list_outbox(rig.engine)
        if row["purpose"] == Purpose.OVERDUE_ALERT
    )


def test_before_the_term_ends_nobody_is_alerted(rig: Rig) -> None:
    rig.clock.go_on(WEEK - timedelta(seconds=1))
    assert (rig.escalate().overdue, alerts(rig)) == (0, [])


def test_when_the_term_has_passed_every_official_of_the_referral_is_alerted_once(rig: Rig) -> None:
    rig.clock.go_on(WEEK)
    assert rig.escalate().alerts == 4
    assert rig.escalate().alerts == 0
    assert [channel for channel, _ in alerts(rig)] == ["email", "email", "sms", "sms"]
    rig.dispatch()
    assert [m.purpose for m in rig.sms.accepted].count(Purpose.OVERDUE_ALERT) == 2


def test_after_a_downtime_of_three_terms_there_is_one_alert_each_and_the_next_falls_due_as_ever(rig: Rig) -> None:
    rig.clock.go_on(3 * WEEK + timedelta(days=1))
    assert rig.escalate().alerts == 4
    rig.clock.go_on(timedelta(days=5))
    assert rig.escalate().alerts == 0
    rig.clock.go_on(timedelta(days=1))
    assert rig.escalate().alerts == 4


def test_a_clock_that_is_set_back_alerts_nobody_twice(rig: Rig) -> None:
    rig.clock.go_on(WEEK)
    rig.escalate()
    rig.clock.go_on(-timedelta(days=3))
    assert rig.escalate().alerts == 0
    rig.clock.go_on(timedelta(days=4))
    assert rig.escalate().alerts == 0


def test_a_closed_case_is_never_alerted_about(rig: Rig) -> None:
    referral = next(message for message, _ in rig.post.accepted if message.purpose is Purpose.REFERRAL)
    rig.mailbox.deliver(an_answer(referral, "Done."))
    assert rig.receive().replies == 1
    rig.clock.go_on(WEEK)
    assert rig.escalate().overdue == 0


def test_hundreds_of_overdue_cases_are_all_swept(rig: Rig) -> None:
    for number in range(2, 452):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.clock.go_on(WEEK)
    summary = rig.escalate()
    assert (summary.overdue, summary.alerts) == (451, 4 * 451)
