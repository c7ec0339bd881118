"""Promise 2: thread entry, case and outbox rows stand under one savepoint; a batch shares the commit."""

from dataclasses import replace

import pytest

from mailbot import intake, receive
from mailbot.cases.queries import list_cases, list_held, list_outbox
from mailbot.model import Decision
from tests.office import Rig, a_grievance


def test_a_mail_whose_last_row_is_refused_leaves_nothing_but_its_reason(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last outbox message of the first mail is one that the database cannot take."""
    whole = intake.decide_mails

    def spoiled(*args: object) -> list[Decision]:
        decisions: list[Decision] = whole(*args)  # type: ignore[arg-type]
        first = decisions[0]
        broken = replace(first.outbox[-1], text=None)  # type: ignore[arg-type]
        return [replace(first, outbox=(*first.outbox[:-1], broken)), *decisions[1:]]

    monkeypatch.setattr(receive, "decide_mails", spoiled)
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2, sender="amit.roy@example.net"))
    summary = rig.receive()
    assert (summary.cases, summary.held) == (1, 1)
    (case,) = list_cases(rig.engine)
    assert str(case["subject"]).endswith("2")
    assert {row["case"] for row in list_outbox(rig.engine)} == {case["reference"]}
    assert len(list_held(rig.engine)) == 1
    assert rig.store.cases_of_messages(["<grievance-1@example.net>"]) == {}
