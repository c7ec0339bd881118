"""Promise 4: every UID the server has shown ends as exactly one of case, follow-up, reply, ignored or held."""

from typing import Any

from mailbot.cases.queries import status
from mailbot.model import Purpose
from tests.fakes import NOON
from tests.office import Rig, a_grievance, an_answer


def ledger(rig: Rig) -> dict[str, Any]:
    now: Any = status(rig.engine, NOON)
    (box,) = now["mailboxes"]
    return dict(box)


def test_each_kind_of_mail_is_counted_once_against_the_servers_count(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    rig.dispatch()
    referral = next(message for message, _ in rig.post.accepted if message.purpose is Purpose.REFERRAL)
    rig.mailbox.deliver(an_answer(referral, "A doctor was posted."))
    rig.mailbox.deliver(an_answer(referral, "Forged.", verdict="fail"))
    rig.mailbox.deliver(a_grievance(3, extra="In-Reply-To: <grievance-2@example.net>\r\n", text="Still none."))
    rig.mailbox.deliver(a_grievance(4, extra="Auto-Submitted: auto-replied\r\n"))
    rig.mailbox.deliver(b"")
    rig.receive()
    box = ledger(rig)
    assert box["outcomes"] == {"case": 2, "follow_up": 1, "reply": 1, "ignored": 1, "held": 2}
    assert (box["server"], box["untaken"], box["balanced"]) == (7, 0, True)


def test_what_is_not_yet_taken_is_said(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.gone.add(1)
    rig.receive()
    box = ledger(rig)
    assert (box["server"], box["untaken"], box["balanced"]) == (1, 1, True)


def test_the_ledger_follows_a_new_uidvalidity(rig: Rig) -> None:
    for number in (1, 2):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.mailbox.restore()
    rig.receive()
    box = ledger(rig)
    assert (box["server"], sum(box["outcomes"].values()), box["balanced"]) == (2, 2, True)


def test_what_has_left_the_folder_is_no_longer_counted_against_the_server(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2, sender="other@example.net"))
    rig.receive()
    del rig.mailbox.mails[1]
    rig.receive()
    box = ledger(rig)
    assert (box["server"], box["moved"], sum(box["outcomes"].values()), box["balanced"]) == (1, 1, 2, True)
