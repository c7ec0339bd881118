"""What an officer's mail does to a case, from the bytes that arrive to the case as it stands afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.cases.queries import list_cases, list_held
from mailbot.ingest.parse import read_mail
from mailbot.intake import Reading, decide_mails
from mailbot.model import MailboxId, OutboxMessage, Outcome, Purpose, TakenMail
from mailbot.review import Reviewer
from tests.office import Rig, a_grievance, a_rig, an_answer

BLOCK = "bmoh-onda@example.org"
HERE = MailboxId("INBOX", 1)
CITIZEN = "rina.das@example.net"
SAMPLES = Path(__file__).parent / "ingest" / "officers.jsonl"
INSTRUCTIONS = [
    "Please look into it and report.",
    "Kindly do the needful.\r\n\r\nSent from my iPhone",
    "For necessary action.\r\n\r\nRegards,\r\nDr. A. Sen\r\nCMOH, Bankura",
    "ব্যবস্থা নিন",
    "कृपया जांच कर रिपोर्ट दें",
    "Byabostha nin.",
    "कृपया छानबिन गरी प्रतिवेदन दिनुहोस्।",
]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        rig.mailbox.deliver(a_grievance(1))
        rig.receive()
        rig.dispatch()
        yield rig


def referral(rig: Rig) -> OutboxMessage:
    return next(message for message, _ in rig.post.accepted if message.purpose is Purpose.REFERRAL)


def mail(rig: Rig, text: str, *, to: str = "{us}", cc: str = "", subject: str = "Re:", sender: str = "") -> bytes:
    """An officer's mail; "{us}" is the address with the token that the referral asked to be answered to."""
    message = referral(rig)
    assert message.email is not None
    us = message.email.reply_to
    copies = f"Cc: {cc.format(us=us)}\r\n" if cc else ""
    raw = an_answer(message, text, extra=copies, sender=sender).decode()
    addressed = f"To: {to.format(us=us)}\r\n" if to else ""
    return raw.replace(f"To: {us}\r\n", addressed).replace("Subject: Re:", f"Subject: {subject}").encode()


def state(rig: Rig) -> str:
    (case,) = list_cases(rig.engine)
    return str(case["state"])


def reason(rig: Rig) -> str:
    (line,) = list_held(rig.engine)
    return str(line["reason"])


def told_citizen(rig: Rig) -> list[str]:
    rig.dispatch()
    return rig.sent_to(CITIZEN)


FORMS = [
    (BLOCK, "{us}", "Re:"),
    (BLOCK, "{us}", "Fwd:"),
    (BLOCK, "", "Fwd:"),  # a blind copy to us
    ("{us}, " + BLOCK, "", "Re:"),
    ("{us}, " + BLOCK, "", "Fwd:"),
    ("{us}", "", "Re:"),  # sent to us by mistake
    ("{us}", BLOCK, "Re:"),
]


@pytest.mark.parametrize(
    ("text", "to", "cc", "subject"),
    [*((INSTRUCTIONS[0], *form) for form in FORMS), *((text, *FORMS[3]) for text in INSTRUCTIONS[1:])],
)
def test_who_tells_another_to_act_closes_no_case(rig: Rig, text: str, to: str, cc: str, subject: str) -> None:
    told = told_citizen(rig)
    rig.mailbox.deliver(mail(rig, text, to=to, cc=cc, subject=subject))
    summary = rig.receive()
    assert (summary.replies, summary.held, summary.cases) == (0, 1, 0)
    assert state(rig) == "referred"
    assert reason(rig).startswith("an officer's mail that closes nothing: ")
    assert told_citizen(rig) == told


@pytest.mark.parametrize("to", [BLOCK, CITIZEN])
def test_a_mail_to_others_with_us_in_copy_waits_for_the_desk_though_it_says_done(rig: Rig, to: str) -> None:
    rig.mailbox.deliver(mail(rig, "The doctor has been posted.", to=to, cc="{us}"))
    assert rig.receive().held == 1
    assert "with us in copy" in reason(rig)
    assert state(rig) == "referred"


@pytest.mark.parametrize(
    "text",
    [
        "Under process.",
        "Will be done.",
        "Report called for.",
        "Matter forwarded to BDO.",
        "বিষয়টি দেখা হচ্ছে",
        "जांच की जा रही है",
        "Dekha hochhe.",
        "छानबिन हुँदैछ।",
        "Noted.",
    ],
)
def test_what_is_under_way_closes_nothing(rig: Rig, text: str) -> None:
    rig.mailbox.deliver(mail(rig, text))
    assert rig.receive().held == 1
    assert state(rig) == "referred"


@pytest.mark.parametrize(
    ("text", "to", "cc"),
    [
        ("Done", "{us}", ""),
        ("Resolved, hand pump repaired\r\n\r\nSent from my iPhone", "{us}", ""),
        ("Not in our jurisdiction", "{us}", ""),
        ("The doctor has been posted.", "{us}, " + CITIZEN, ""),  # who answers all, the complainant among them
        ("The doctor has been posted.", "{us}", CITIZEN),
        ("The doctor has been posted.", "{us}, " + BLOCK, ""),
        ("The doctor has been posted.", "{us}", BLOCK),
        ("The doctor has been posted.", "", ""),
    ],
)
def test_an_ordinary_answer_closes_whoever_else_reads_it(rig: Rig, text: str, to: str, cc: str) -> None:
    rig.mailbox.deliver(mail(rig, text, to=to, cc=cc))
    assert rig.receive().replies == 1
    assert state(rig) == "closed"
    assert any(text.partition("\r\n")[0] in told for told in told_citizen(rig))


def test_the_desk_closes_with_what_was_held_in_one_step(rig: Rig) -> None:
    rig.mailbox.deliver(mail(rig, "The doctor has been posted.", to=BLOCK, cc="{us}"))
    rig.receive()
    (line,) = list_held(rig.engine)
    reviewer = Reviewer(
        archive=rig.archive, store=rig.store, office=lambda: rig.office, clock=rig.clock, read=read_mail, by="clerk7"
    )
    released = reviewer.release(reviewer.find(str(line["id"])), Outcome.REPLY)
    assert (released.mail.outcome, state(rig)) == (Outcome.REPLY, "closed")
    assert any("The doctor has been posted." in text for text in told_citizen(rig))


def test_the_officers_own_answer_closes_after_his_instruction_was_held(rig: Rig) -> None:
    rig.mailbox.deliver(mail(rig, "Please look into it and report.", to=BLOCK, cc="{us}"))
    rig.receive()
    rig.mailbox.deliver(mail(rig, "The doctor has joined."))
    assert rig.receive().replies == 1
    assert state(rig) == "closed"


def test_what_an_officer_passes_on_below_a_closed_case_waits_for_nobody(rig: Rig) -> None:
    rig.mailbox.deliver(mail(rig, "The doctor has joined."))
    rig.receive()
    rig.mailbox.deliver(mail(rig, "Please keep this in your file.", to=BLOCK, cc="{us}"))
    summary = rig.receive()
    assert (summary.replies, summary.held) == (1, 0)
    assert state(rig) == "closed"


def test_what_the_subordinate_answers_leads_to_the_case_without_any_word_of_ours(rig: Rig) -> None:
    """His program may drop our address and our Message-ID: the officer's mail he answers is enough."""
    forwarded = mail(rig, "Please look into it and report.", to=BLOCK, cc="{us}")
    rig.mailbox.deliver(forwarded)
    rig.receive()
    answered = forwarded.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
    rig.mailbox.deliver(a_grievance(2, sender=BLOCK, text="Posted, Sir.", extra=f"In-Reply-To: {answered}\r\n"))
    assert rig.receive().held == 1
    (case,) = list_cases(rig.engine)
    _, line = list_held(rig.engine)
    assert line["case"] == case["reference"]
    assert str(line["reason"]).startswith("a stranger's mail: it stands in the thread of the case")


def test_a_delegates_address_closes_nothing_until_the_directory_knows_it(rig: Rig) -> None:
    rig.mailbox.deliver(mail(rig, "The doctor has been posted.", sender="pa-to-cmoh@example.org"))
    assert rig.receive().held == 1
    assert reason(rig).startswith("a stranger's mail: it answers our mail to an officer")
    assert state(rig) == "referred"


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", ""])
def test_an_officer_who_is_away_closes_nothing(rig: Rig, header: str) -> None:
    text = "I am on leave from 23 November until 30 November. Your grievance has been forwarded; action was taken."
    raw = mail(rig, text, subject="Automatic reply:" if not header else "Re:")
    rig.mailbox.deliver(raw.replace(b"References:", header.encode() + b"\r\nReferences:") if header else raw)
    assert rig.receive().replies == 0
    assert state(rig) == "referred"


def test_the_labelled_answers_are_decided_the_same_with_our_referral_quoted_below(rig: Rig) -> None:
    message = referral(rig)
    quoted = f"\r\n\r\n-----Original Message-----\r\nFrom: Grievance Cell\r\nSubject: No doctor\r\n\r\n{message.text}"
    samples = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines()]
    readings = []
    for number, sample in enumerate(samples):
        below = ("", "\r\n\r\nSent from my iPhone", quoted, "\r\n\r\n" + message.text)[number % 4]
        raw = mail(rig, sample["text"].replace("\n", "\r\n") + below)
        taken = TakenMail(
            identity=str(number),
            sha256=f"{number:064}",
            mailbox=HERE,
            uid=number + 1,
            size_bytes=len(raw),
            received_at=rig.clock(),
        )
        readings.append(Reading(taken=taken, mail=read_mail(raw)))
    decisions = decide_mails(readings, rig.store, rig.office, rig.clock())
    found = [(sample, one.outcome) for sample, one in zip(samples, decisions, strict=True)]
    assert not [sample["text"] for sample, outcome in found if sample["why"] != "final" and outcome is not Outcome.HELD]
    final = [(sample["text"], outcome) for sample, outcome in found if sample["why"] == "final"]
    assert len([text for text, outcome in final if outcome is not Outcome.REPLY]) <= 0.03 * len(final)
