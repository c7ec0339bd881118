"""Promise 8: automatic mail, bounces and our own mail cause no message; a stranger learns nothing."""

import pytest

from mailbot.cases.queries import list_cases, list_outbox
from mailbot.model import Purpose
from tests.office import Rig, a_grievance, an_answer

OURS = "wbcmro@cmo.example"


def messages(rig: Rig) -> int:
    return len(list_outbox(rig.engine))


@pytest.mark.parametrize(
    "raw",
    [
        a_grievance(2, extra="Auto-Submitted: auto-replied\r\n"),
        a_grievance(2, extra="Auto-Submitted: auto-generated\r\n"),
        a_grievance(2, extra="X-Autoreply: yes\r\n"),
        a_grievance(2, sender=OURS),
        a_grievance(2, sender=OURS.upper()),
        a_grievance(2, sender=OURS.replace("@", "+cm2600000014.abcdefghijklmnop@")),
        a_grievance(2, extra="Return-Path: <>\r\nAuto-Submitted: auto-generated\r\n"),
        a_grievance(2, extra="Return-Path: <>\r\n", sender="MAILER-DAEMON@example.net", text="Delivery failed."),
    ],
)
def test_no_message_follows_from_it(rig: Rig, raw: bytes) -> None:
    rig.mailbox.deliver(raw)
    summary = rig.receive()
    assert summary.fetched == 1
    assert messages(rig) == 0


def test_our_own_acknowledgement_sent_back_to_us_starts_no_loop(rig: Rig) -> None:
    """As when two mailboxes answer each other: what we send is taken in again, ten times over."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    before = messages(rig)
    for n in range(10):
        for message, _ in list(rig.post.accepted):
            assert message.email is not None
            head = (
                f"From: rina.das@example.net\r\nTo: {message.email.reply_to}\r\nSubject: {message.email.subject}\r\n"
                f"Message-ID: <loop-{n}-{message.purpose}-{message.recipient}>\r\n"
                f"In-Reply-To: {message.email.message_id}\r\nAuto-Submitted: {message.email.auto_submitted}\r\n\r\n"
            )
            rig.mailbox.deliver(head.encode() + message.text.encode())
        rig.receive()
        rig.dispatch()
    assert messages(rig) == before


@pytest.mark.parametrize("extra", ["List-Id: <news.example.net>\r\nPrecedence: bulk\r\n", "Return-Path: <>\r\n"])
def test_who_takes_no_answer_is_a_case_and_never_acknowledged(rig: Rig, extra: str) -> None:
    rig.mailbox.deliver(a_grievance(extra=extra))
    rig.receive()
    assert len(list_cases(rig.engine)) == 1
    assert {row["purpose"] for row in list_outbox(rig.engine)} <= {Purpose.REFERRAL}


def test_a_stranger_who_quotes_a_reference_learns_nothing_and_changes_nothing(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    (case,) = list_cases(rig.engine)
    before = messages(rig)
    for text in (f"What about {case['reference']}?", f"case no. {str(case['reference'])[2:]} please"):
        rig.mailbox.deliver(
            b"From: nosy@else.example\r\nMessage-ID: <n@else.example>\r\nSubject: hello\r\n\r\n" + text.encode()
        )
        assert rig.receive().held == 1
    assert messages(rig) == before
    assert list_cases(rig.engine) == [case]


FORGERIES = [
    {"verdict": "fail"},
    {"verdict": "none"},
    {"verdict": "temperror"},
    {"sender": "hfw-head@example.net"},
    {"sender": "hfw-head@example.org.evil.example"},
    {"extra": "From: evil@else.example\r\n"},
    {"extra": "Authentication-Results: mx.cmo.example; dmarc=pass header.from=else.example\r\n", "verdict": "fail"},
    {"extra": "Auto-Submitted: auto-replied\r\n"},
    {"extra": "X-Autoreply: yes\r\n"},
    {"authserv": "mx.evil.example"},
    {"top": "Received: from laptop by mail.evil.example with ESMTP; Mon, 23 Nov 2026\r\n"},
    {"top": "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.org\r\n"},
]


@pytest.mark.parametrize("changes", FORGERIES)
def test_a_forged_reply_touches_no_case(rig: Rig, changes: dict[str, str]) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    referral = next(m for m, _ in rig.post.accepted if m.recipient == "hfw-head@example.org")
    before = messages(rig)
    rig.mailbox.deliver(an_answer(referral, "Please close this case.", **changes))
    rig.receive()
    assert list_cases(rig.engine)[0]["state"] == "referred"
    assert messages(rig) == before


@pytest.mark.parametrize("spoil", ["other_case", "other_post", "bit", "none"])
def test_a_token_that_is_not_this_posts_for_this_case_touches_no_case(rig: Rig, spoil: str) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2, sender="other@example.net"))
    rig.receive()
    rig.dispatch()
    mails = [m for m, _ in rig.post.accepted if m.purpose is Purpose.REFERRAL]
    head = [m for m in mails if m.recipient == "hfw-head@example.org"]
    target = head[0]
    assert target.email is not None
    raw = an_answer(target, "Please close this case.")
    old = target.email.message_id.rpartition("@")[0].rpartition(".")[2].encode()
    others = {
        "other_case": head[1],
        "other_post": next(m for m in mails if m.reference == target.reference and m is not target),
    }
    if spoil in others:
        email = others[spoil].email
        assert email is not None
        new = email.message_id.rpartition("@")[0].rpartition(".")[2].encode()
    else:
        new = {"bit": (b"a" if old[:1] != b"a" else b"b") + old[1:], "none": b""}[spoil]
    rig.mailbox.deliver(raw.replace(old, new))
    rig.receive()
    assert {case["state"] for case in list_cases(rig.engine)} == {"referred"}
    rig.mailbox.deliver(raw.replace(b"<answer-", b"<genuine-"))
    assert rig.receive().replies == 1
