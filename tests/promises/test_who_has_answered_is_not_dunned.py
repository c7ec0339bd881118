"""
An office that has answered is asked and dunned no more, wherever the alert stands when the answer comes.

Between the sweep that finds a case overdue and the gateway that takes its alert lie minutes, or days while the gateway
is down; the answer may come at any moment of them, and the process may be killed at any moment too.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from mailbot.cases import lifecycle
from mailbot.cases.queries import list_cases, list_outbox
from mailbot.cases.store import SqlCaseStore
from mailbot.errors import DoubtfulDelivery, TemporaryFailure
from mailbot.model import Case, Channel, Decision, OutboxMessage, Purpose, StoreResult
from tests.fakes import WEEK
from tests.hand_over import hand_over
from tests.office import Rig, a_grievance, an_answer

CMOH, HEAD, BMOH = "hfw-cmoh-ban-bankura@example.org", "hfw-head@example.org", "hfw-bmoh-ban-onda@example.org"
CITIZEN = "rina.das@example.net"
DONE = "A doctor has joined."


@pytest.fixture
def overdue(rig: Rig) -> Rig:
    """A case whose referral has left, and whose term has passed without an answer."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    rig.clock.go_on(WEEK)
    return rig


def referral(rig: Rig) -> OutboxMessage:
    return next(m for m, _ in rig.post.accepted if m.purpose is Purpose.REFERRAL and m.recipient == CMOH)


def answer(rig: Rig, text: str = DONE) -> None:
    rig.mailbox.deliver(an_answer(referral(rig), text))
    assert rig.receive().replies == 1


def states(rig: Rig, purpose: Purpose) -> Counter[str]:
    return Counter(str(row["state"]) for row in list_outbox(rig.engine) if row["purpose"] == purpose)


def left(rig: Rig) -> Counter[Purpose]:
    """What leaves in the next days, by purpose: every message has the time for all its attempts."""
    rig.sms.fault = rig.post.fault = None
    mails, texts = len(rig.post.accepted), len(rig.sms.accepted)
    for _ in range(4):
        rig.dispatch()
        rig.clock.go_on(timedelta(hours=12))
    messages = [*rig.sms.accepted[texts:], *(message for message, _ in rig.post.accepted[mails:])]
    return Counter(message.purpose for message in messages)


ONLY_THE_CITIZEN = {Purpose.CLOSURE_NOTICE: 2}


def test_an_answer_between_the_sweep_and_the_dispatch_calls_every_alert_back(overdue: Rig) -> None:
    assert overdue.escalate().alerts == 4
    answer(overdue)
    assert states(overdue, Purpose.OVERDUE_ALERT) == {"withdrawn": 4}
    assert left(overdue) == ONLY_THE_CITIZEN


@pytest.mark.parametrize("fault", [TemporaryFailure, DoubtfulDelivery])
def test_an_answer_while_alerts_wait_for_another_attempt_ends_the_attempts(
    overdue: Rig, fault: type[TemporaryFailure | DoubtfulDelivery]
) -> None:
    """The gateway is down, or does not say whether it took them; in doubt they are asked about and not sent again."""
    overdue.escalate()
    overdue.sms.fault = overdue.post.fault = fault
    overdue.dispatch()
    answer(overdue)
    assert left(overdue) == ONLY_THE_CITIZEN
    assert states(overdue, Purpose.OVERDUE_ALERT) == {"withdrawn": 4}


def test_an_answer_while_an_alert_is_handed_over_lets_it_end_and_stops_the_others(overdue: Rig) -> None:
    overdue.escalate()
    taken: list[OutboxMessage] = []

    def answers_meanwhile(message: OutboxMessage) -> str:
        if not taken:
            answer(overdue)
        taken.append(message)
        return "SM1"

    overdue.sms.send = answers_meanwhile  # type: ignore[method-assign]  # the officer writes while the gateway works
    overdue.dispatch()
    assert Counter(message.purpose for message in taken) == {Purpose.OVERDUE_ALERT: 1, Purpose.CLOSURE_NOTICE: 1}
    assert states(overdue, Purpose.OVERDUE_ALERT) == {"sent": 1, "withdrawn": 3}


def test_an_answer_that_comes_while_the_sweep_decides_is_not_overtaken_by_it(
    overdue: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep has read the case as open; what it decided on that is refused, and nothing is left to alert about."""
    decide = lifecycle.overdue

    def answers_meanwhile(rig: Rig, case: Case, now: datetime) -> Decision | None:
        answer(rig)
        return decide(case, now)

    monkeypatch.setattr(lifecycle, "overdue", partial(answers_meanwhile, overdue))
    assert overdue.escalate().alerts == 0
    assert states(overdue, Purpose.OVERDUE_ALERT) == {}
    assert left(overdue) == ONLY_THE_CITIZEN


def test_a_sweep_that_comes_while_an_answer_is_decided_leaves_nothing_behind(
    overdue: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was decided on the case before its alerts: it is refused, decided anew, and calls them back."""
    commit = SqlCaseStore.commit
    swept: list[int] = []

    def sweeps_first(store: SqlCaseStore, decisions: Sequence[Decision]) -> list[StoreResult]:
        if not swept:
            swept.append(0)
            swept.append(overdue.escalate().alerts)
        return commit(store, decisions)

    monkeypatch.setattr(SqlCaseStore, "commit", sweeps_first)
    answer(overdue)
    assert swept == [0, 4]
    assert states(overdue, Purpose.OVERDUE_ALERT) == {"withdrawn": 4}
    assert left(overdue) == ONLY_THE_CITIZEN


def test_a_referral_that_has_not_left_when_another_office_closes_the_case_does_not_leave(rig: Rig) -> None:
    """Its office would read that it owes an answer, of a case that is over; so would who is told for information."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    send = rig.post.send

    def only_the_cmoh_is_reached(message: OutboxMessage, original: bytes | None) -> str:
        if message.recipient in (HEAD, BMOH):
            raise TemporaryFailure(message.recipient, "SMTP 451")
        return send(message, original)

    rig.post.send = only_the_cmoh_is_reached  # type: ignore[method-assign]  # two servers are down
    rig.dispatch()
    answer(rig)
    rig.post.send = send  # type: ignore[method-assign]  # they are back
    assert left(rig) == {Purpose.CLOSURE_NOTICE: 2}
    assert states(rig, Purpose.REFERRAL) == {"sent": 1, "withdrawn": 2}


def test_what_the_complainant_wrote_before_the_answer_still_reaches_the_officers(overdue: Rig) -> None:
    """Who has closed a case without having seen her last word shall see it."""
    overdue.mailbox.deliver(a_grievance(2, extra="In-Reply-To: <grievance-1@example.net>\r\n", text="And no nurse."))
    assert overdue.receive().follow_ups == 1
    answer(overdue)
    assert left(overdue) == {**ONLY_THE_CITIZEN, Purpose.FOLLOW_UP: 2}


def test_an_answer_in_an_alerted_case_that_changed_hands_stops_the_alerts_of_who_has_it(overdue: Rig) -> None:
    """The first office hears that it owes nothing, whatever the second one answers."""
    (case,) = list_cases(overdue.engine)
    overdue.clock.go_on(timedelta(minutes=1))
    hand_over(overdue, str(case["reference"]))
    overdue.dispatch()
    overdue.clock.go_on(WEEK)
    overdue.escalate()
    told = next(m for m, _ in overdue.post.accepted if m.purpose is Purpose.REFERRAL and m.occurrence == 2)
    overdue.mailbox.deliver(an_answer(told, DONE))
    assert overdue.receive().replies == 1
    assert left(overdue) == ONLY_THE_CITIZEN
    assert states(overdue, Purpose.WITHDRAWAL) == {"sent": 2}


def test_the_answer_to_one_case_leaves_the_alerts_of_another_alone(overdue: Rig) -> None:
    overdue.mailbox.deliver(
        a_grievance(7, sender="amit@else.example", text="No doctor either. Onda block, district Bankura.")
    )
    overdue.receive()
    overdue.rests[Channel.EMAIL] = overdue.rests[Channel.SMS] = overdue.clock() + 2 * WEEK
    overdue.clock.go_on(WEEK)
    overdue.escalate()
    answer(overdue)
    overdue.rests.clear()
    assert left(overdue)[Purpose.OVERDUE_ALERT] == 4


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whenever_the_reader_of_an_answer_is_killed_the_case_is_closed_and_nobody_dunned(
    overdue: Rig, tmp_path: Path, moment: str
) -> None:
    overdue.escalate()
    mail = tmp_path / "answer.eml"
    mail.write_bytes(an_answer(referral(overdue), DONE))
    killed = subprocess.run([sys.executable, "-m", "tests.take_answer", str(tmp_path), str(mail), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    alerts = states(overdue, Purpose.OVERDUE_ALERT)
    assert alerts == ({"pending": 4} if moment == "before" else {"withdrawn": 4})
    overdue.mailbox.deliver(mail.read_bytes())
    overdue.receive()
    assert left(overdue) == ONLY_THE_CITIZEN
    assert states(overdue, Purpose.OVERDUE_ALERT) == {"withdrawn": 4}
