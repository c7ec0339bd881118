"""
Promise 2 for the desk's hand: a case changes hands whole or not at all, whenever the desk's process is killed.

What the old office was owed does not leave, and what the complainant wrote reaches the new one: neither lost nor twice.
"""

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.cases.queries import list_cases, list_outbox
from mailbot.model import Purpose
from tests.fakes import WEEK
from tests.hand_over import hand_over
from tests.office import Rig, a_grievance

OLD = {"hfw-cmoh-ban-bankura@example.org", "hfw-head@example.org"}
NEW = {"prd-bdo-ban-onda@example.org", "prd-head@example.org"}


def a_follow_up(number: int) -> bytes:
    return (
        "From: Rina Das <rina.das@example.net>\r\nTo: wbcmro@cmo.example\r\nSubject: Re: No doctor\r\n"
        f"Message-ID: <again-{number}@example.net>\r\nIn-Reply-To: <grievance-1@example.net>\r\n\r\nStill nobody.\r\n"
    ).encode()


def outbox_of(rig: Rig) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in ("id", "purpose", "recipient", "state")) for row in list_outbox(rig.engine)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_case_changes_hands_whole_whenever_the_desk_is_killed(rig: Rig, tmp_path: Path, moment: str) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    for number in (1, 2):
        rig.mailbox.deliver(a_follow_up(number))
    assert rig.receive().follow_ups == 2
    rig.clock.go_on(WEEK)
    rig.escalate()
    (case,) = list_cases(rig.engine)
    owed = outbox_of(rig)
    deed = [sys.executable, "-m", "tests.hand_over", str(tmp_path), str(case["reference"]), moment]
    killed = subprocess.run(deed, check=False)
    assert killed.returncode == -signal.SIGKILL
    if moment == "before":
        assert outbox_of(rig) == owed
    rig.clock.go_on(timedelta(minutes=1))
    hand_over(rig, str(case["reference"]))  # the clerk does not know, and does it again
    rig.dispatch()
    left = Counter((m.recipient, m.purpose) for m in [*rig.sms.accepted, *(mail for mail, _ in rig.post.accepted)])
    assert {left[office, Purpose.FOLLOW_UP] for office in NEW} == {2}
    assert {left[office, Purpose.REFERRAL] for office in NEW} == {1}
    assert {left[office, Purpose.FOLLOW_UP] for office in OLD} == {0}
    assert {left[office, Purpose.WITHDRAWAL] for office in OLD} == {1}
    assert not [recipient for recipient, purpose in left if purpose is Purpose.OVERDUE_ALERT]
