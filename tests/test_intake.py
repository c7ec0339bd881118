"""Which case a mail leads to by its headers, and what a released mail is told to be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.cases.queries import list_cases, list_held
from mailbot.ingest.parse import read_mail
from mailbot.model import OutboxMessage, Outcome, Purpose
from mailbot.review import Reviewer
from tests.office import Rig, a_grievance, a_rig

ODD = "<CA+x==.,'y@z@host only>"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        yield rig


def follow_ups(rig: Rig, extra: str, *, sender: str = "rina.das@example.net", text: str = "Still none.") -> int:
    rig.mailbox.deliver(a_grievance(9, sender=sender, extra=extra, text=text))
    return rig.receive().follow_ups


def acknowledgement(rig: Rig) -> OutboxMessage:
    rig.dispatch()
    return next(m for m, _ in rig.post.accepted if m.purpose is Purpose.ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    "extra",
    [
        "In-Reply-To: <grievance-1@example.net>\r\n",
        "In-Reply-To: <unknown@x> <grievance-1@example.net>\r\n",
        "References: <unknown@x>\r\n <grievance-1@example.net>\r\n <later@y>\r\n",
        "In-Reply-To: <unknown@x>\r\nReferences: <grievance-1@example.net>\r\n",
        f"In-Reply-To: {ODD}\r\nReferences: {ODD} <grievance-1@example.net>\r\n",
        'In-Reply-To: "Your mail of Monday" <grievance-1@example.net>\r\n',
    ],
)
def test_any_of_the_thread_headers_leads_to_the_case(rig: Rig, extra: str) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    assert follow_ups(rig, extra) == 1


@pytest.mark.parametrize(
    "extra", ["", "In-Reply-To: <GRIEVANCE-1@example.net>\r\n", f"References: {ODD}\r\n", "In-Reply-To: <>\r\n"]
)
def test_ids_are_opaque_and_an_unknown_one_leads_nowhere(rig: Rig, extra: str) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    assert follow_ups(rig, extra, text="The road to Onda is broken.") == 0
    assert len(list_cases(rig.engine)) == 2


def test_a_reply_to_our_acknowledgement_from_another_address_is_held_and_said(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    email = acknowledgement(rig).email
    assert email is not None
    assert follow_ups(rig, f"In-Reply-To: {email.message_id}\r\n", sender="rina.phone@else.example") == 0
    (held,) = list_held(rig.engine)
    assert held["reason"] == (
        "a stranger's mail: it answers our mail to the complainant, but from another address, "
        "under the complainant's name"
    )


def test_a_reply_to_our_acknowledgement_from_her_own_address_follows_up(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    email = acknowledgement(rig).email
    assert email is not None
    assert follow_ups(rig, f"References: {email.message_id}\r\n") == 1


def test_a_mail_that_is_held_leads_nowhere_and_its_release_names_the_case_made_meanwhile(rig: Rig) -> None:
    spam = a_grievance(1, extra="X-Spam-Flag: YES\r\n")
    rig.mailbox.deliver(spam)
    assert rig.receive().held == 1
    rig.mailbox.deliver(a_grievance(1, extra="In-Reply-To: <grievance-1@example.net>\r\n").replace(b"e-1@", b"e-2@", 1))
    assert rig.receive().cases == 1
    (line,) = list_held(rig.engine)
    reviewer = Reviewer(
        archive=rig.archive, store=rig.store, office=lambda: rig.office, clock=rig.clock, read=read_mail, by="clerk7"
    )
    reviewer.release(reviewer.find(str(line["id"])), Outcome.CASE)
    released, made = list_cases(rig.engine)
    assert released["possible_duplicate"] == made["reference"]
