"""Promise 5: an alert is unique by (case, purpose, recipient, occurrence), and the clock survives any downtime."""

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

from mailbot.cases import lifecycle
from mailbot.cases.queries import list_outbox
from mailbot.cases.store import SqlCaseStore
from mailbot.intake import render
from mailbot.model import Purpose, Stored
from tests.fakes import WEEK
from tests.office import Rig, a_grievance, an_answer


def alerts(rig: Rig) -> Counter[object]:
    rows = list_outbox(rig.engine)
    return Counter((row["case"], row["recipient"]) for row in rows if row["purpose"] == Purpose.OVERDUE_ALERT)


def test_sweeps_that_run_at_the_same_time_alert_once(rig: Rig) -> None:
    for number in range(1, 31):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.clock.go_on(WEEK)
    sweeps = [threading.Thread(target=rig.escalate) for _ in range(4)]
    for sweep in sweeps:
        sweep.start()
    for sweep in sweeps:
        sweep.join()
    assert len(alerts(rig)) == 30 * 4
    assert set(alerts(rig).values()) == {1}


def test_the_database_itself_refuses_a_second_alert(rig: Rig) -> None:
    """Even a sweep that has forgotten that it swept puts no second row into the outbox."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.clock.go_on(WEEK)
    rig.escalate()
    with rig.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE referrals SET level = 0")
        connection.exec_driver_sql("UPDATE cases SET next_alert_at = opened_at")
    assert rig.escalate().overdue == 1  # what it decides again is stored, and the second alert passed over
    assert rig.escalate().overdue == 0
    assert set(alerts(rig).values()) == {1}


def test_a_restart_after_any_downtime_alerts_once(rig: Rig, tmp_path: Path) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.clock.go_on(WEEK + timedelta(days=100))
    rig.store = SqlCaseStore(rig.engine)
    rig.escalate()
    rig.escalate()
    assert set(alerts(rig).values()) == {1}
    assert (tmp_path / "mailbot.db").exists()


def test_a_case_that_was_answered_meanwhile_is_not_alerted_about(rig: Rig) -> None:
    """A sweep that read the case before the officer's answer was stored decides on a version that is gone."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    rig.clock.go_on(WEEK)
    stale = list(rig.store.overdue(rig.clock(), 10))
    referral = next(message for message, _ in rig.post.accepted if message.purpose is Purpose.REFERRAL)
    rig.mailbox.deliver(an_answer(referral, "Done."))
    assert rig.receive().replies == 1
    decision = lifecycle.overdue(stale[0], rig.clock())
    assert decision is not None
    (result,) = rig.store.commit([render(decision, rig.office.composer)])
    assert result.state is Stored.STALE
    assert alerts(rig) == Counter()
