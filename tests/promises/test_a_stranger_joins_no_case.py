"""Promise 8, for new threads: only the thread's own writer touches a case; likeness of words opens none to another."""

from dataclasses import replace

import pytest

from mailbot.cases.queries import list_cases, list_outbox
from mailbot.model import Purpose
from tests.office import Rig, a_grievance

COPY = a_grievance(1).replace(b"<grievance-1@", b"<copy@")


def follow_ups(rig: Rig) -> int:
    return sum(row["purpose"] == Purpose.FOLLOW_UP for row in list_outbox(rig.engine))


@pytest.mark.parametrize(
    "raw",
    [
        COPY.replace(b"rina.das@example.net", b"amit@else.example").replace(b"69999", b"69998"),
        COPY.replace(b"From: Rina Das <rina.das@example.net>", b"From: Amit Roy <amit@else.example>"),
        COPY.replace(b"From: Rina Das <rina.das@example.net>", b"From: rina.das@example.net <amit@else.example>"),
        COPY.replace(b"From: Rina Das", b"From: Bapi Das"),
        b"Authentication-Results: mx.cmo.example; dmarc=fail header.from=example.net\r\n" + COPY,
        b"From: evil@else.example\r\n" + COPY,
    ],
    ids=["another person", "her mobile only", "her address as a name", "another name", "forged", "two senders"],
)
def test_a_copy_of_her_letter_by_another_joins_nothing(rig: Rig, raw: bytes) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    (before,) = list_cases(rig.engine)
    rig.mailbox.deliver(raw)
    rig.receive()
    assert follow_ups(rig) == 0
    assert before in list_cases(rig.engine)


def test_her_own_copy_joins_and_tells_her_nothing(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    told = len([row for row in list_outbox(rig.engine) if row["recipient"] == "rina.das@example.net"])
    rig.mailbox.deliver(COPY)
    assert rig.receive().follow_ups == 1
    assert follow_ups(rig) > 0
    assert len([row for row in list_outbox(rig.engine) if row["recipient"] == "rina.das@example.net"]) == told


def test_no_evidence_reaches_the_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(COPY)
    receiver = replace(rig.receiver(), observe=lambda decision, _mail: seen.append(decision.reason))
    with caplog.at_level("INFO"):
        receiver.run(rig.office)
    assert seen[-1] == "a reminder in a new thread"
    assert "doctor" not in caplog.text
