"""A human's second look: held mail released, retried or dismissed; reminders joined and split. On a real database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot import intake
from mailbot.cases.queries import export, list_cases, list_held, list_outbox, mail_history, show_case, status
from mailbot.errors import UnreadableMail, Unsettled
from mailbot.ingest import extract
from mailbot.ingest.apart import read_letters_apart
from mailbot.ingest.identify import BY_WORDS
from mailbot.ingest.parse import read_mail
from mailbot.model import Mail, Outcome, Purpose, StoredMail
from mailbot.review import DISMISSED, Reviewer
from tests.fakes import NOON, WEEK
from tests.office import Rig, a_grievance, a_rig, an_answer
from tests.papers import a_letter, pdf

needs_pdfium = pytest.mark.skipif(not extract.CAN_READ_PDF, reason="the extra 'attachments' is not installed")
HEAD = "hfw-head@example.org"
ASKED = ("addressee", "copy")
WATER = "The tap of the piped water scheme is dry.\r\n\r\nAmit Roy\r\nOnda block, district Bankura\r\n"
STRANGER = "From: Amit Roy <amit@else.example>\r\nMessage-ID: <s@else.example>\r\nSubject: Me too\r\n\r\n"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        yield rig


def reviewer(rig: Rig, **changes: Any) -> Reviewer:
    ours = Reviewer(
        archive=rig.archive, store=rig.store, office=lambda: rig.office, clock=rig.clock, read=read_mail, by="clerk7"
    )
    return replace(ours, **changes)


def only_case(rig: Rig) -> str:
    (case,) = list_cases(rig.engine)
    return str(case["reference"])


def only_held(rig: Rig) -> StoredMail:
    (line,) = list_held(rig.engine)
    return reviewer(rig).find(str(line["id"]))


def shown(rig: Rig, reference: str) -> dict[str, Any]:
    found = show_case(rig.engine, reference)
    assert found is not None
    return dict(found)


def a_stranger(rig: Rig) -> tuple[str, StoredMail]:
    """A case, and a held mail of a stranger who names it."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    reference = only_case(rig)
    rig.mailbox.deliver(f"{STRANGER}What about {reference}? No doctor in Onda block, Bankura, for us either.".encode())
    rig.receive()
    return reference, only_held(rig)


def told(rig: Rig) -> list[tuple[object, object]]:
    return [(row["purpose"], row["recipient"]) for row in list_outbox(rig.engine)]


def balanced(rig: Rig) -> bool:
    told: Any = status(rig.engine, NOON)
    (box,) = told["mailboxes"]
    return bool(box["balanced"]) and sum(box["outcomes"].values()) == box["server"]


# --- finding


def test_a_mail_is_found_by_the_beginning_of_its_hash_or_its_message_id(rig: Rig) -> None:
    _, mail = a_stranger(rig)
    ours, sha256 = reviewer(rig), mail.taken.sha256
    for written in (sha256, sha256[:12], sha256[:12].upper(), f"sha256:{sha256}", "<s@else.example>", "s@else.example"):
        assert ours.find(written) == mail


def test_what_names_no_mail_or_several_is_said(rig: Rig) -> None:
    for number in range(1, 4):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.mailbox.deliver(a_grievance(1).replace(b"Received", b"X") + b"\r\n")
    with pytest.raises(Unsettled, match="no mail is named"):
        reviewer(rig).find("00000000000")
    with pytest.raises(Unsettled, match="no mail is named"):
        reviewer(rig).find("%")


# --- releasing


def test_a_stranger_released_as_new_has_a_case_of_his_own(rig: Rig) -> None:
    reference, mail = a_stranger(rig)
    reviewed = reviewer(rig).release(mail, Outcome.CASE)
    assert (reviewed.changed, reviewed.mail.outcome) == (True, Outcome.CASE)
    case = shown(rig, reviewed.mail.reference)
    assert reviewed.mail.reference != reference
    assert (case["complainant"]["address"], case["department"]) == ("amit@else.example", "HFW")
    opened = case["history"][0]
    assert (opened["actor"], opened["detail"]["by"]) == ("complainant", "clerk7")
    assert (Purpose.ACKNOWLEDGEMENT, "amit@else.example") in told(rig)
    assert list_held(rig.engine) == []
    assert balanced(rig)


def test_a_grievance_that_sounds_like_a_machine_is_held_and_once_released_acknowledged(rig: Rig) -> None:
    rig.mailbox.deliver(
        f"{STRANGER}This is an automatic pump of PHE in Onda block, Bankura, and it is broken.".encode()
    )
    rig.receive()
    mail = only_held(rig)
    assert mail.reason.startswith(BY_WORDS)
    assert told(rig) == []
    reviewed = reviewer(rig).release(mail, Outcome.CASE)
    assert shown(rig, reviewed.mail.reference)["department"] == "PHE"
    assert (Purpose.ACKNOWLEDGEMENT, "amit@else.example") in told(rig)
    assert balanced(rig)


def test_a_stranger_released_as_a_follow_up_reaches_the_officers_and_restarts_no_clock(rig: Rig) -> None:
    reference, mail = a_stranger(rig)
    due = shown(rig, reference)["due_at"]
    rig.clock.go_on(WEEK / 2)
    reviewed = reviewer(rig).release(mail, Outcome.FOLLOW_UP)
    case = shown(rig, reference)
    assert (reviewed.mail.outcome, reviewed.mail.reference) == (Outcome.FOLLOW_UP, reference)
    assert (case["follow_ups"], case["due_at"]) == (1, due)
    assert (case["history"][-1]["actor"], case["history"][-1]["detail"]["by"]) == ("desk", "clerk7")
    assert (Purpose.FOLLOW_UP, HEAD) in told(rig)
    assert not [one for one in told(rig) if one[1] == "amit@else.example"]
    assert balanced(rig)


def test_an_officers_answer_is_accepted_by_the_desk(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    referral = next(m for m, _ in rig.post.accepted if m.recipient == HEAD)
    rig.mailbox.deliver(an_answer(referral, "A doctor was posted.", verdict="none"))
    assert rig.receive().held == 1
    reviewer(rig).release(only_held(rig), Outcome.REPLY)
    case = shown(rig, only_case(rig))
    assert (case["state"], case["action_taken"], case["closed_by"]) == ("closed", "A doctor was posted.", "HFW-HEAD")
    answered = next(event for event in case["history"] if event["kind"] == "answered")
    assert (answered["actor"], answered["detail"]["post"], answered["detail"]["by"]) == ("desk", "HFW-HEAD", "clerk7")
    assert (Purpose.CLOSURE_NOTICE, "rina.das@example.net") in told(rig)
    assert balanced(rig)


def test_an_answer_of_who_was_only_told_closes_the_case_when_the_desk_says_so(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    told_only = next(m for m, _ in rig.post.accepted if m.recipient == "hfw-bmoh-ban-onda@example.org")
    rig.mailbox.deliver(an_answer(told_only, "A doctor was posted."))
    assert rig.receive().held == 1
    reviewer(rig).release(only_held(rig), Outcome.REPLY)
    case = shown(rig, only_case(rig))
    assert (case["state"], case["closed_by"]) == ("closed", "HFW-BMOH-BAN-ONDA")
    assert balanced(rig)


def test_a_mail_without_words_closes_nothing(rig: Rig) -> None:
    reference, _ = a_stranger(rig)
    rig.mailbox.deliver(STRANGER.replace("<s@", "<t@").replace("Me too", reference).encode())
    rig.receive()
    empty = reviewer(rig).find("<t@else.example>")
    with pytest.raises(Unsettled, match="no words"):
        reviewer(rig).release(empty, Outcome.REPLY)
    assert shown(rig, reference)["state"] == "referred"


def test_a_release_done_twice_is_done_once(rig: Rig) -> None:
    reference, mail = a_stranger(rig)
    ours = reviewer(rig)
    ours.release(mail, Outcome.FOLLOW_UP)
    before = list(export(rig.engine)), told(rig)
    again = ours.find(mail.taken.sha256)
    assert not ours.release(again, Outcome.FOLLOW_UP, reference).changed
    with pytest.raises(Unsettled, match="changed meanwhile"):
        ours.release(mail, Outcome.FOLLOW_UP)  # as another clerk saw it a moment ago
    with pytest.raises(Unsettled, match="not held: it is follow_up"):
        ours.release(again, Outcome.CASE)
    assert (list(export(rig.engine)), told(rig)) == before


def test_a_release_to_a_case_that_is_not_there_is_refused(rig: Rig) -> None:
    _, mail = a_stranger(rig)
    for reference in ("CM2699999997", ""):
        with pytest.raises(Unsettled, match="no case CM2699999997" if reference else "must be named"):
            reviewer(rig).release(replace(mail, reference=""), Outcome.FOLLOW_UP, reference)
    assert len(list_held(rig.engine)) == 1


# --- retrying and dismissing


def test_a_mail_that_our_own_fault_held_is_taken_after_the_repair(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_subject: str, _text: str, _office: intake.Office) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(intake, "find_routes", bug)
        rig.mailbox.deliver(a_grievance())
        assert rig.receive().held == 1
    mail = only_held(rig)
    reviewed = reviewer(rig).retry(mail)
    assert (reviewed.changed, reviewed.mail.outcome) == (True, Outcome.CASE)
    (event,) = mail_history(rig.engine, mail.taken.identity)
    assert (event["deed"], event["detail"]) == (
        "retried",
        {"was": "held", "reason": mail.reason, "by": "clerk7"},
    )
    assert (Purpose.ACKNOWLEDGEMENT, "rina.das@example.net") in told(rig)
    assert not reviewer(rig).retry(reviewed.mail).changed
    assert balanced(rig)


def test_a_retry_that_ends_as_before_changes_nothing(rig: Rig) -> None:
    _, mail = a_stranger(rig)
    assert not reviewer(rig).retry(mail).changed
    assert mail_history(rig.engine, mail.taken.identity) == []


def test_a_retry_whose_reader_dies_holds_the_mail_with_the_new_reason(rig: Rig) -> None:
    def dies(_raw: bytes) -> Mail:
        raise UnreadableMail("its reader ended with signal 9")

    _, mail = a_stranger(rig)
    reviewed = reviewer(rig, read=dies).retry(mail)
    assert (reviewed.mail.outcome, reviewed.mail.reason) == (Outcome.HELD, "its reader ended with signal 9")
    with pytest.raises(Unsettled, match="cannot be read"):
        reviewer(rig, read=dies).release(reviewed.mail, Outcome.CASE)


def test_a_mail_of_which_only_the_header_was_fetched_is_not_retried(rig: Rig) -> None:
    _, mail = a_stranger(rig)
    with pytest.raises(Unsettled, match="only its header"):
        reviewer(rig).retry(replace(mail, reason="too large to take: 99,000,000 bytes; it stays in the mailbox"))


def test_a_dismissed_mail_is_ignored_and_its_history_says_why(rig: Rig) -> None:
    _, mail = a_stranger(rig)
    before = told(rig)
    reviewed = reviewer(rig).dismiss(mail, "an advertisement")
    assert (reviewed.mail.outcome, reviewed.mail.reason) == (Outcome.IGNORED, DISMISSED)
    (event,) = mail_history(rig.engine, mail.taken.identity)
    detail: Any = event["detail"]
    assert (event["actor"], detail["by"], detail["why"]) == ("desk", "clerk7", "an advertisement")
    assert not reviewer(rig).dismiss(reviewed.mail, "again").changed
    assert told(rig) == before
    assert balanced(rig)


# --- reminders


def a_reminder(number: int = 2, **changes: Any) -> bytes:
    """The first letter once more, in a new thread."""
    raw = a_grievance(1, **changes).replace(b"<grievance-1@", f"<grievance-{number}@".encode())
    return raw.replace(b"Subject: ", b"Subject: Reminder: ")


def test_a_reminder_in_a_new_thread_joins_its_case_and_restarts_no_clock(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    due = shown(rig, only_case(rig))["due_at"]
    rig.clock.go_on(WEEK / 2)
    rig.mailbox.deliver(a_reminder())
    assert rig.receive().follow_ups == 1
    case = shown(rig, only_case(rig))
    assert (case["follow_ups"], case["due_at"]) == (1, due)
    assert "the same address" in case["history"][-1]["detail"]["evidence"]
    assert (Purpose.FOLLOW_UP, HEAD) in told(rig)
    assert [row["purpose"] for row in list_outbox(rig.engine)].count(Purpose.ACKNOWLEDGEMENT) == 2


def test_two_copies_of_a_letter_in_one_batch_are_a_case_and_its_reminder(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.mailbox.deliver(a_reminder())
    summary = rig.receive()
    assert (summary.cases, summary.follow_ups) == (1, 1)


def test_a_forged_reminder_joins_nothing(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    forged = b"Authentication-Results: mx.cmo.example; dmarc=fail header.from=example.net\r\n" + a_reminder()
    rig.mailbox.deliver(forged)
    summary = rig.receive()
    assert (summary.cases, summary.follow_ups) == (1, 0)
    assert list_cases(rig.engine)[0]["possible_duplicate"] == list_cases(rig.engine)[1]["reference"]


def test_what_may_be_a_reminder_is_a_case_that_names_the_earlier_one(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))  # another mobile, another health centre
    assert rig.receive().cases == 2
    second, first = list_cases(rig.engine)
    assert second["possible_duplicate"] == first["reference"]
    case = shown(rig, str(second["reference"]))
    assert case["history"][0]["detail"]["possible_duplicate"] == first["reference"]
    assert any(str(first["reference"]) in sentence for sentence in case["explain"])
    referral = next(row for row in list_outbox(rig.engine) if row["case"] == second["reference"] and row["subject"])
    texts = [row["text"] for row in list_outbox(rig.engine) if row["case"] == second["reference"]]
    assert referral
    assert any(f"a reminder of case {first['reference']}" in str(text) for text in texts)


def test_another_person_with_the_same_words_has_a_case_without_a_doubt(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2, sender="amit.roy@example.net"))
    assert rig.receive().cases == 2
    assert [case["possible_duplicate"] for case in list_cases(rig.engine)] == ["", ""]


def test_a_case_joined_to_another_is_a_duplicate_and_leads_there(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    rig.dispatch()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    assert reviewer(rig).join(second, first)
    joined, kept = shown(rig, second), shown(rig, first)
    assert (joined["state"], joined["joined_into"]) == ("duplicate", first)
    assert {referral["state"] for referral in joined["referrals"]} == {"withdrawn"}
    assert joined["due_at"] is None
    assert [mail["outcome"] for mail in kept["mails"]] == ["case", "follow_up"]
    assert (kept["follow_ups"], kept["history"][-1]["actor"]) == (1, "desk")
    assert joined["history"][-1] | {"at": ""} == {
        "at": "",
        "kind": "joined",
        "actor": "desk",
        "detail": {"into": first, "by": "clerk7"},
    }
    assert not reviewer(rig).join(second, first)
    assert balanced(rig)
    rig.clock.go_on(2 * WEEK)
    rig.escalate()
    assert {row["case"] for row in list_outbox(rig.engine) if row["purpose"] == Purpose.OVERDUE_ALERT} == {first}


def test_who_answers_the_joined_case_no_longer_is_told_once_and_who_answers_the_other_is_not(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    water = a_grievance(2, sender="amit@else.example", text=WATER)
    rig.mailbox.deliver(water.replace(b"No doctor at the health centre", b"A dry tap"))
    rig.receive()
    rig.dispatch()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    reviewer(rig).join(second, first)
    reviewer(rig).join(second, first)
    rig.dispatch()
    gone = {person["address"] for person in shown(rig, second)["referrals"][0]["recipients"] if person["role"] in ASKED}
    withdrawn = [message for message, _ in rig.post.accepted if message.purpose is Purpose.WITHDRAWAL]
    assert {message.recipient for message in withdrawn} == gone
    assert len(withdrawn) == len(gone) == 2
    assert all(first in message.text and message.reference == second for message in withdrawn)
    assert all("Chief Medical Officer of Health" in message.text for message in withdrawn)
    assert balanced(rig)


def test_the_same_offices_are_not_told_of_a_join_and_a_referral_that_has_not_left_does_not_leave(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    rig.dispatch()
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    reviewer(rig).join(second, first)
    rig.dispatch()
    to_officers = [(m.purpose, m.reference) for m, _ in rig.post.accepted if m.recipient == HEAD]
    assert to_officers == [(Purpose.REFERRAL, first), (Purpose.FOLLOW_UP, first)]
    states = {row["state"] for row in list_outbox(rig.engine) if row["case"] == second and row["purpose"] == "referral"}
    assert states == {"withdrawn"}


def test_an_officers_answer_to_a_joined_case_closes_the_case_that_stands(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    rig.dispatch()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    referral = next(m for m, _ in rig.post.accepted if m.recipient == HEAD and m.reference == second)
    reviewer(rig).join(second, first)
    rig.mailbox.deliver(an_answer(referral, "A doctor was posted."))
    assert rig.receive().replies == 1
    assert (shown(rig, first)["state"], shown(rig, second)["state"]) == ("closed", "duplicate")


def test_a_case_is_joined_neither_to_itself_nor_to_one_that_is_over(rig: Rig) -> None:
    for number in (1, 2, 3):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    third, second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    ours = reviewer(rig)
    with pytest.raises(Unsettled, match="itself"):
        ours.join(first, first)
    ours.join(second, first)
    with pytest.raises(Unsettled, match="only open cases"):
        ours.join(third, second)
    with pytest.raises(Unsettled, match="no case CM2699999997"):
        ours.join(third, "CM2699999997")


def test_a_follow_up_split_off_is_a_case_of_its_own(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    first = only_case(rig)
    rig.mailbox.deliver(a_reminder())
    rig.receive()
    ours = reviewer(rig)
    mail = ours.find("<grievance-2@example.net>")
    reviewed = ours.split(first, mail)
    assert (reviewed.changed, reviewed.mail.outcome) == (True, Outcome.CASE)
    new = reviewed.mail.reference
    assert shown(rig, first)["history"][-1]["detail"] == {
        "mail": mail.taken.sha256[:12],
        "into": new,
        "by": "clerk7",
    }
    assert shown(rig, new)["state"] == "referred"
    assert not ours.split(first, reviewed.mail).changed
    assert rig.store.cases_of_messages(["<grievance-2@example.net>"]) == {"<grievance-2@example.net>": new}
    assert balanced(rig)
    rig.mailbox.deliver(a_grievance(3, text="Thank you.", extra="In-Reply-To: <grievance-2@example.net>\r\n"))
    rig.receive()
    assert shown(rig, new)["follow_ups"] == 1


def test_only_a_follow_up_of_that_case_is_split_off(rig: Rig) -> None:
    reference, mail = a_stranger(rig)
    ours = reviewer(rig)
    with pytest.raises(Unsettled, match="not follow_up: it is held"):
        ours.split(reference, mail)
    ours.release(mail, Outcome.FOLLOW_UP)
    with pytest.raises(Unsettled, match=f"a follow-up of {reference}"):
        ours.split("CM2699999997", ours.find(mail.taken.sha256))


# --- attached letters


def a_letter_of(rig: Rig, *, subject: str = "Application") -> StoredMail:
    """A mail, held, that says two words and brings the grievance as a PDF."""
    page = pdf("There has been no doctor at the hospital", "of Simlapal block, district Bankura, since May.")
    rig.mailbox.deliver(a_letter(page, "application/pdf", "letter.pdf", subject=subject))
    rig.receive()
    return reviewer(rig).find("<letter@example.org>")


@needs_pdfium
def test_the_letter_of_a_held_mail_is_read_when_it_is_retried(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_subject: str, _text: str, _office: intake.Office) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(intake, "find_routes", bug)
        mail = a_letter_of(rig)
    reviewed = reviewer(rig, read_letters=read_letters_apart).retry(mail)
    case = shown(rig, reviewed.mail.reference)
    assert (case["department"], case["place"]) == ("HFW", "BL-BAN-SIMLAPAL")


@needs_pdfium
def test_the_letter_of_a_held_mail_is_read_when_it_is_released_as_new(rig: Rig) -> None:
    reference, _ = a_stranger(rig)
    ours = reviewer(rig, read_letters=read_letters_apart)
    reviewed = ours.release(a_letter_of(rig, subject=f"As in {reference}"), Outcome.CASE)
    case = shown(rig, reviewed.mail.reference)
    assert (case["department"], case["place"]) == ("HFW", "BL-BAN-SIMLAPAL")
    assert "since May" in case["text"]


def test_the_letters_of_a_mail_are_read_when_its_case_is_joined(rig: Rig) -> None:
    seen: list[str] = []

    def read_letters(_raw: bytes, mail: Mail) -> Mail:
        seen.append(mail.message_id)
        return mail

    for number in (1, 2):
        rig.mailbox.deliver(a_grievance(number, text=f"No doctor in Onda block, Bankura, for {number} months."))
        rig.receive()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    assert reviewer(rig, read_letters=read_letters).join(second, first)
    assert seen == ["<grievance-2@example.net>"]
