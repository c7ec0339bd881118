"""What we sent in a case is not taken for what others write in it. On a real database."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailbot.cases.queries import list_cases, list_held, show_case
from mailbot.errors import Unsettled
from mailbot.ingest.body import REPLY_MARKER
from mailbot.ingest.html import html_to_text
from mailbot.ingest.parse import read_mail
from mailbot.model import OutboxMessage, Outcome, Purpose
from mailbot.review import Reviewer
from tests.office import Rig, a_grievance, a_rig, an_answer

CITIZEN = "rina.das@example.net"
HEAD = "hfw-head@example.org"
DONE = "A doctor was posted today.\n\nDr Sen\nAdditional Chief Secretary"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        rig.mailbox.deliver(a_grievance())
        rig.receive()
        rig.dispatch()
        yield rig


def sent(rig: Rig, purpose: Purpose) -> OutboxMessage:
    """The last mail of this purpose to the complainant, or to one who must answer."""
    rig.dispatch()
    mails = [message for message, _ in rig.post.accepted if message.recipient in (CITIZEN, HEAD)]
    return [message for message in mails if message.purpose is purpose][-1]


def answering(message: OutboxMessage, body: str, **changes: str) -> bytes:
    """An answer that holds this text and nothing else."""
    head, _, _ = an_answer(message, body[:40], **changes).partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body.replace("\n", "\r\n").encode()


def shown(rig: Rig) -> Any:
    (case,) = list_cases(rig.engine)
    return show_case(rig.engine, str(case["reference"]))


def unmarked(text: str) -> str:
    """As some programs quote: without a mark, without our line, broken anew."""
    lines = text.replace(REPLY_MARKER, "").split("\n")
    return "\n".join(textwrap.fill(line, 40) for line in lines)


def of_html(message: OutboxMessage) -> str:
    assert message.email is not None
    return html_to_text(message.email.html).replace(REPLY_MARKER, "")


@pytest.mark.parametrize("form", ["{own}\n\n{ours}", "{ours}\n\n{own}", "{own}\n{ours}"])
def test_an_answer_above_or_below_our_unmarked_text_closes_with_the_officers_words_alone(rig: Rig, form: str) -> None:
    message = sent(rig, Purpose.REFERRAL)
    rig.mailbox.deliver(answering(message, form.format(own=DONE, ours=unmarked(message.text))))
    assert rig.receive().replies == 1
    assert (shown(rig)["state"], shown(rig)["action_taken"]) == ("closed", DONE)


def test_an_answer_to_our_html_closes_with_the_officers_words_alone(rig: Rig) -> None:
    message = sent(rig, Purpose.REFERRAL)
    rig.mailbox.deliver(answering(message, f"{DONE}\n\n{of_html(message)}"))
    assert rig.receive().replies == 1
    assert shown(rig)["action_taken"] == DONE


def test_our_own_words_alone_close_nothing(rig: Rig) -> None:
    message = sent(rig, Purpose.REFERRAL)
    bodies = [
        message.text,
        unmarked(message.text),
        of_html(message),
        unmarked(message.text)[:500],
        "\n".join(f"> {line}" for line in unmarked(message.text).split("\n")),
        f"Grievance Cell wrote:\n\n{unmarked(message.text)}",
    ]
    for body in bodies:
        rig.mailbox.deliver(answering(message, body).replace(b"<answer-", f"<answer-{len(body)}-".encode()))
    assert rig.receive().held == len(bodies)
    assert shown(rig)["state"] == "referred"
    assert {line["reason"] for line in list_held(rig.engine)} == {
        "an officer's answer not accepted: the officer wrote no words above the quoted mail"
    }


def test_the_desk_cannot_release_our_own_words_as_an_answer_but_one_below_them(rig: Rig) -> None:
    message = sent(rig, Purpose.REFERRAL)
    ours = Reviewer(
        archive=rig.archive, store=rig.store, office=lambda: rig.office, clock=rig.clock, read=read_mail, by="clerk7"
    )
    rig.mailbox.deliver(answering(message, unmarked(message.text), verdict="none"))
    rig.receive()
    with pytest.raises(Unsettled, match="no words"):
        ours.release(ours.find(str(list_held(rig.engine)[0]["id"])), Outcome.REPLY)
    rig.mailbox.deliver(answering(message, f"{message.text}\n\nA doctor was posted.", verdict="none"))
    rig.receive()
    ours.release(ours.find(str(list_held(rig.engine)[1]["id"])), Outcome.REPLY)
    assert shown(rig)["action_taken"] == "A doctor was posted."


def test_officers_are_told_what_the_complainant_added_and_not_our_acknowledgement(rig: Rig) -> None:
    acknowledgement = sent(rig, Purpose.ACKNOWLEDGEMENT)
    body = f"Still no doctor.\n\n{unmarked(acknowledgement.text)}"
    rig.mailbox.deliver(answering(acknowledgement, body, sender=CITIZEN))
    assert rig.receive().follow_ups == 1
    told = sent(rig, Purpose.FOLLOW_UP).text
    assert "Still no doctor." in told
    assert "It is registered" not in told


def test_the_complainants_letter_sent_again_is_the_complainants_though_officers_were_sent_it(rig: Rig) -> None:
    acknowledgement = sent(rig, Purpose.ACKNOWLEDGEMENT)
    letter = "\n".join(f"Point {number}: the pump of ward {number} is broken and nobody came." for number in range(9))
    for number in (2, 3):
        extra = "In-Reply-To: <grievance-1@example.net>\r\n"
        rig.mailbox.deliver(a_grievance(number, text=letter, extra=extra))
        assert rig.receive().follow_ups == 1
        assert "Point 8: the pump" in sent(rig, Purpose.FOLLOW_UP).text
    assert acknowledgement.recipient == CITIZEN


def test_an_officer_who_answers_the_referral_of_a_duplicate_is_compared_with_that(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(2, text="No doctor in the hospital of Onda block, Bankura, at night.\r\n"))
    rig.receive()
    message = sent(rig, Purpose.REFERRAL)
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    assert message.reference == second
    ours = Reviewer(
        archive=rig.archive, store=rig.store, office=lambda: rig.office, clock=rig.clock, read=read_mail, by="clerk7"
    )
    ours.join(second, first)
    rig.mailbox.deliver(answering(message, unmarked(message.text)))
    assert rig.receive().held == 1
    rig.mailbox.deliver(answering(message, f"Done.\n\n{unmarked(message.text)}"))
    assert rig.receive().replies == 1
    closed: Any = show_case(rig.engine, first)
    assert closed["action_taken"] == "Done."
