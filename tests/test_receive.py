"""Loop 1: what is new in the mailbox becomes one Decision a mail, all or nothing."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailbot import intake
from mailbot.cases.queries import list_cases, list_held, show_case, status
from mailbot.errors import ArchiveError, MailboxUnavailable, UnreadableMail
from mailbot.ingest.apart import read_letters_apart
from mailbot.model import Case, Decision, FetchedMail, Mail, OutboxMessage, Purpose, Role
from mailbot.receive import Receiver
from tests.fakes import NOON, WEEK, FakeMailbox
from tests.office import Rig, a_grievance, a_rig, an_answer

CMOH = "hfw-cmoh-ban-bankura@example.org"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        yield rig


def referral(rig: Rig, recipient: str = CMOH) -> OutboxMessage:
    """The referral as it left."""
    rig.dispatch()
    messages = [message for message, _ in rig.post.accepted]
    return next(m for m in messages if m.purpose is Purpose.REFERRAL and m.recipient == recipient)


def counts(rig: Rig) -> tuple[int, int, int, int, int, int]:
    s = rig.receive()
    return s.fetched, s.cases, s.follow_ups, s.replies, s.ignored, s.held


def test_a_grievance_becomes_a_case_and_its_mail_is_marked(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    assert counts(rig) == (1, 1, 0, 0, 0, 0)
    assert rig.mailbox.marked == [1]
    (case,) = list_cases(rig.engine)
    assert (case["state"], case["department"]) == ("referred", "HFW")


def test_nothing_new_is_nothing_done(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    assert counts(rig) == (0, 0, 0, 0, 0, 0)


def test_the_complainants_answer_to_her_own_mail_of_the_same_batch_joins_its_case(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.mailbox.deliver(a_grievance(2, extra="In-Reply-To: <grievance-1@example.net>\r\n", text="Still no doctor."))
    assert counts(rig) == (2, 1, 1, 0, 0, 0)


def test_two_follow_ups_of_one_case_in_one_batch_both_join(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    for number in (2, 3):
        rig.mailbox.deliver(
            a_grievance(number, extra="In-Reply-To: <grievance-1@example.net>\r\n", text=f"Reminder {number}.")
        )
    assert counts(rig) == (2, 0, 2, 0, 0, 0)


def test_an_officers_answer_closes_the_case_with_the_words_above_the_quote(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.mailbox.deliver(an_answer(referral(rig), "A doctor was posted today."))
    assert counts(rig) == (1, 0, 0, 1, 0, 0)
    (case,) = list_cases(rig.engine)
    shown: Any = show_case(rig.engine, str(case["reference"]))
    assert (shown["state"], shown["action_taken"]) == ("closed", "A doctor was posted today.")


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "fail"},
        {"verdict": "none"},
        {"sender": "hfw-head@example.net"},
        {"extra": "From: somebody@else.example\r\n"},
        {"extra": "Auto-Submitted: auto-replied\r\n"},
    ],
)
def test_a_forged_or_automatic_answer_closes_nothing(rig: Rig, changes: dict[str, str]) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.mailbox.deliver(an_answer(referral(rig), "Please close.", **changes))
    rig.receive()
    (case,) = list_cases(rig.engine)
    assert case["state"] == "referred"


def test_a_mail_gone_meanwhile_is_passed_over_and_the_next_is_taken(rig: Rig) -> None:
    gone = rig.mailbox.deliver(a_grievance())
    rig.mailbox.deliver(a_grievance(2))
    rig.mailbox.gone.add(gone)
    assert counts(rig)[:2] == (1, 1)


@pytest.mark.parametrize("call", ["listing", "fetch", "mark"])
def test_a_lost_connection_loses_and_doubles_nothing(rig: Rig, call: str) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.mailbox.broken = call
    with pytest.raises(MailboxUnavailable):
        rig.receive()
    rig.mailbox.broken = ""
    rig.receive()
    assert len(list_cases(rig.engine)) == 1
    assert rig.mailbox.marked == [1]


def test_without_an_archive_nothing_is_interpreted_or_marked(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_raws: object) -> list[str]:
        raise ArchiveError("no space left on device")

    rig.mailbox.deliver(a_grievance())
    monkeypatch.setattr(rig.archive, "add", full)
    with pytest.raises(ArchiveError):
        rig.receive()
    assert rig.mailbox.marked == []
    assert list_cases(rig.engine) == []


def test_a_mail_that_breaks_our_own_code_is_held_and_the_next_is_taken(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = intake.find_routes

    def breaks(subject: str, text: str, office: intake.Office) -> object:
        if subject.endswith("1"):
            raise ZeroDivisionError(text)
        return whole(subject, text, office)

    monkeypatch.setattr(intake, "find_routes", breaks)
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    assert counts(rig) == (2, 1, 0, 0, 0, 1)
    held: Any = status(rig.engine, NOON)
    assert "ZeroDivisionError" in str(held)
    assert "no doctor" not in str(held)


def test_a_mail_that_was_cut_short_thrice_is_read_apart_and_held_when_that_fails(rig: Rig) -> None:
    uid = rig.mailbox.deliver(a_grievance())
    for _ in range(2):
        rig.store.begin(rig.mailbox.listing().mailbox, [uid], NOON)

    def dies(_raw: bytes) -> Mail:
        raise UnreadableMail("its reader ended with signal 11")

    receiver = Receiver(mailbox=rig.mailbox, archive=rig.archive, store=rig.store, clock=rig.clock, read_apart=dies)
    assert receiver.run(rig.office).held == 1
    assert rig.mailbox.marked == [uid]


def test_a_mail_that_was_cut_short_before_is_decided_by_itself(rig: Rig) -> None:
    uids = [rig.mailbox.deliver(a_grievance(number)) for number in (1, 2, 3)]
    rig.store.begin(rig.mailbox.listing().mailbox, uids[:2], NOON)
    batches: list[int] = []
    commit = rig.store.commit

    def counted(decisions: list[Decision]) -> object:
        batches.append(len(decisions))
        return commit(decisions)

    rig.store.commit = counted  # type: ignore[method-assign, assignment]
    assert rig.receive().cases == 3
    assert batches == [1, 1, 1]


def test_a_mail_too_large_is_held_by_its_header(rig: Rig) -> None:
    class Large(FakeMailbox):
        def _fetched(self, uid: int) -> FetchedMail:
            raw = self.mails[uid].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            return FetchedMail(uid=uid, raw=raw, size_bytes=99_000_000, received_at=NOON, whole=False)

    rig.mailbox = Large()
    rig.mailbox.deliver(a_grievance())
    assert counts(rig) == (1, 0, 0, 0, 0, 1)


def test_what_one_run_took_is_told_to_the_observer_after_it_is_stored(rig: Rig) -> None:
    seen: list[tuple[str, int]] = []

    def observe(decision: Decision, mail: Mail) -> None:
        seen.append((mail.subject, len(rig.store.cases([decision.reference]))))

    rig.mailbox.deliver(a_grievance())
    Receiver(
        mailbox=rig.mailbox,
        archive=rig.archive,
        store=rig.store,
        clock=rig.clock,
        read_apart=lambda raw: pytest.fail(str(raw)),
        observe=observe,
    ).run(rig.office)
    assert seen == [("No doctor at the health centre 1", 1)]


def a_mail_with_a_letter() -> bytes:
    """Two words, and the grievance itself in an attached Word file."""
    page = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        "<w:p><w:r><w:t>There has been no doctor at the primary health centre of Onda block, district Bankura."
        "</w:t></w:r></w:p></w:body></w:document>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", page)
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "rina.das@example.net", "Application", "<letter@example.net>"
    mail.set_content("Please see.")
    docx = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    mail.add_attachment(packed.getvalue(), maintype="application", subtype=docx, filename="letter.docx")
    return mail.as_bytes()


def with_letters(rig: Rig, read_letters: Callable[[bytes, Mail], Mail]) -> Case:
    rig.mailbox.deliver(a_mail_with_a_letter())
    replace(rig.receiver(), read_letters=read_letters).run(rig.office)
    (line,) = list_cases(rig.engine)
    return rig.store.cases([str(line["reference"])])[str(line["reference"])]


def test_a_grievance_whose_letter_is_the_attachment_is_routed_by_the_letter(rig: Rig) -> None:
    case = with_letters(rig, read_letters_apart)
    assert (case.department, case.place, case.review) == ("HFW", "BL-BAN-ONDA", False)
    assert "no doctor" in case.text


def test_what_a_machine_recognised_in_a_picture_is_shown_and_never_decides_alone(rig: Rig) -> None:
    def recognise(_raw: bytes, mail: Mail) -> Mail:
        return replace(mail, attachment_text="No doctor at the health centre, Onda block, Bankura", machine_read=True)

    case = with_letters(rig, recognise)
    assert (case.department, case.review) == ("", True)
    assert "read by machine, speaks of department HFW" in case.explain[-1]


def test_nobody_is_told_for_information_of_a_case_that_a_human_must_look_at(rig: Rig) -> None:
    def recognise(_raw: bytes, mail: Mail) -> Mail:
        words = "There is no doctor at the health centre, Onda block, district Bankura."
        return replace(mail, text=words, attachment_text="a scan", machine_read=True)

    case = with_letters(rig, recognise)
    assert (case.department, case.review) == ("HFW", True)
    assert [person.role for person in case.recipients()] == [Role.ADDRESSEE, Role.COPY]
    assert not any(sentence.startswith("Information") for sentence in case.explain)


def test_an_officer_told_for_information_cannot_close_the_case_and_the_desk_can_with_his_words(rig: Rig) -> None:
    bmoh = "hfw-bmoh-ban-onda@example.org"
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    (told,) = [message for message, _ in rig.post.accepted if message.recipient == bmoh]
    rig.mailbox.deliver(an_answer(told, "A doctor is on leave until Monday."))
    assert rig.receive().held == 1
    (case,) = list_cases(rig.engine)
    assert case["state"] == "referred"
    (line,) = list_held(rig.engine)
    assert line["reason"] == "an answer of an office that was told for information only"
    rig.clock.go_on(3 * WEEK)
    rig.escalate()
    rig.dispatch()
    assert len(rig.sent_to(bmoh)) == 1


def test_a_complainant_who_answers_a_closed_case_is_heard_by_the_triage_desk_too(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.mailbox.deliver(an_answer(referral(rig), "A doctor was posted today."))
    rig.receive()
    rig.mailbox.deliver(a_grievance(2, extra="In-Reply-To: <grievance-1@example.net>\r\n", text="Not satisfied."))
    assert rig.receive().follow_ups == 1
    rig.dispatch()
    told = {m.recipient for m, _ in rig.post.accepted if m.purpose is Purpose.FOLLOW_UP}
    assert told == {CMOH, "hfw-head@example.org", "cmo-triage@example.org"}
