"""
A withdrawn referral takes with it whatever of it has not left, and what the complainant wrote goes to who has it now.

On a real database: the loops, the desk's hand, and what really leaves.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mailbot.cases.queries import list_cases, list_outbox, show_case
from mailbot.desk import Letter, Ruling, register, route_case
from mailbot.errors import TemporaryFailure, UnreadableMail
from mailbot.followed import read_follow_ups
from mailbot.ingest.parse import read_mail
from mailbot.model import Channel, Mail, OutboxMessage, OutboxState, Purpose
from tests.fakes import WEEK
from tests.office import Rig, a_grievance, a_rig, an_answer
from tests.test_review import reviewer

CMOH, HEAD, BMOH = "hfw-cmoh-ban-bankura@example.org", "hfw-head@example.org", "hfw-bmoh-ban-onda@example.org"
BDO, PRD_HEAD = "prd-bdo-ban-onda@example.org", "prd-head@example.org"
DESK = "cmo-triage@example.org"
HEALTH, WORKS = {CMOH, HEAD}, {BDO, PRD_HEAD}
AGAIN, ONCE_MORE = "Still nobody came to us.", "A child fell ill on Sunday."


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        yield rig


def an_open_case(rig: Rig) -> str:
    """Referred to health; everything has left."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.dispatch()
    return only_case(rig)


def only_case(rig: Rig) -> str:
    (case,) = list_cases(rig.engine)
    return str(case["reference"])


def write_again(rig: Rig, text: str, *, to: str = "grievance-1") -> None:
    name = abs(hash((text, to)))
    raw = (
        "From: Rina Das <rina.das@example.net>\r\nTo: wbcmro@cmo.example\r\nSubject: Re: No doctor\r\n"
        f"Message-ID: <again-{name}@example.net>\r\nIn-Reply-To: <{to}@example.net>\r\n\r\n{text}\r\n"
    )
    rig.mailbox.deliver(raw.encode())
    assert rig.receive().follow_ups == 1


def route(
    rig: Rig,
    reference: str,
    *departments: str,
    places: tuple[str, ...] = (),
    only: int | None = None,
    read: Any = read_mail,
) -> None:
    rig.clock.go_on(timedelta(minutes=1))
    route_case(
        reference,
        Ruling(departments=departments, places=places, only=only),
        store=rig.store,
        office=rig.office,
        now=rig.clock(),
        follow_ups=partial(read_follow_ups, store=rig.store, archive=rig.archive, read=read),
    )


def join(rig: Rig, reference: str, into: str) -> None:
    assert reviewer(rig).join(reference, into)


def rows(rig: Rig, purpose: Purpose, state: str = "", case: str = "") -> list[tuple[str, int]]:
    """Recipient and occurrence of the messages of a purpose, in a state if one is named."""
    return [
        (str(row["recipient"]), int(str(row["occurrence"])))
        for row in list_outbox(rig.engine)
        if row["purpose"] == purpose and state in ("", row["state"]) and case in ("", row["case"])
    ]


def people(found: list[tuple[str, int]]) -> set[str]:
    return {recipient for recipient, _ in found}


def leaving(rig: Rig) -> list[OutboxMessage]:
    """What leaves now, on either way."""
    mails, texts = len(rig.post.accepted), len(rig.sms.accepted)
    rig.dispatch()
    return [*rig.sms.accepted[texts:], *(message for message, _ in rig.post.accepted[mails:])]


def words_told(messages: list[OutboxMessage], recipient: str) -> list[str]:
    """Which of the complainant's further words this recipient is told, in order."""
    texts = [one.text for one in messages if one.recipient == recipient and one.purpose is Purpose.FOLLOW_UP]
    return [words for text in texts for words in (AGAIN, ONCE_MORE) if words in text]


# --- what is owed to nobody any more


def test_no_office_that_owes_nothing_is_told_of_a_follow_up_or_dunned(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    rig.clock.go_on(WEEK)
    assert rig.escalate().alerts == 4  # SMS and e-mail, to two
    route(rig, reference, "PRD")
    assert len(rows(rig, Purpose.OVERDUE_ALERT, "withdrawn")) == 4
    assert people(rows(rig, Purpose.FOLLOW_UP, "withdrawn")) == HEALTH
    left = leaving(rig)
    assert {(one.recipient, one.purpose) for one in left if one.recipient in HEALTH} == {
        (CMOH, Purpose.WITHDRAWAL),
        (HEAD, Purpose.WITHDRAWAL),
    }
    assert not [one for one in left if one.purpose is Purpose.OVERDUE_ALERT]


def test_a_case_that_is_dismissed_duns_nobody(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    rig.clock.go_on(WEEK)
    rig.escalate()
    route(rig, reference, "NONE")
    left = leaving(rig)
    assert {one.purpose for one in left if one.recipient in HEALTH} == {Purpose.WITHDRAWAL}
    assert {(one.recipient, one.purpose) for one in left if one.recipient not in HEALTH} == {(DESK, Purpose.FOLLOW_UP)}


def test_of_two_referrals_the_one_that_stands_keeps_all_that_it_owes(rig: Rig) -> None:
    reference = an_open_case(rig)
    route(rig, reference, "HFW", "PRD")  # referrals 2 and 3
    rig.dispatch()
    write_again(rig, AGAIN)
    rig.clock.go_on(WEEK)
    rig.escalate()
    route(rig, reference, "POW", only=3)
    assert people(rows(rig, Purpose.FOLLOW_UP, "withdrawn")) == WORKS
    alerts = [occurrence for _, occurrence in rows(rig, Purpose.OVERDUE_ALERT, "withdrawn")]
    assert set(alerts) == {2001}
    left = leaving(rig)
    assert {one.occurrence for one in left if one.purpose is Purpose.OVERDUE_ALERT} == {1001}
    assert {one.recipient for one in left if one.purpose is Purpose.OVERDUE_ALERT} >= HEALTH
    assert words_told(left, CMOH) == words_told(left, HEAD) == [AGAIN]


def test_who_must_answer_by_another_referral_too_keeps_the_follow_up_but_not_the_alert(rig: Rig) -> None:
    """The head of health stands in both referrals; the alert of each is its own."""
    reference = an_open_case(rig)
    route(rig, reference, "HFW", "HFW")
    rig.dispatch()
    write_again(rig, AGAIN)
    rig.clock.go_on(WEEK)
    rig.escalate()
    route(rig, reference, "PRD", only=3)
    assert rows(rig, Purpose.FOLLOW_UP, "withdrawn") == []
    assert {occurrence for _, occurrence in rows(rig, Purpose.OVERDUE_ALERT, "withdrawn")} == {2001}
    left = leaving(rig)
    assert [words_told(left, one) for one in (CMOH, HEAD, BDO, PRD_HEAD)] == [[AGAIN]] * 4


def test_an_alert_that_is_being_sent_when_its_referral_is_withdrawn_is_not_tried_again(rig: Rig) -> None:
    reference = an_open_case(rig)
    rig.clock.go_on(WEEK)
    rig.escalate()

    def withdraw_meanwhile(message: OutboxMessage) -> str:
        if not rows(rig, Purpose.WITHDRAWAL):
            route(rig, reference, "PRD")
        raise TemporaryFailure(message.recipient, "HTTP 503")

    rig.sms.send = withdraw_meanwhile  # type: ignore[method-assign]  # the desk acts while the gateway works
    rig.dispatch()
    assert len(rows(rig, Purpose.OVERDUE_ALERT, "withdrawn")) == 4


def test_whoever_had_an_sms_of_a_referral_that_never_left_is_told_that_no_answer_is_owed(rig: Rig) -> None:
    """E-mail may be down for a week while SMS is not: who was dunned must hear that it is over."""
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    reference = only_case(rig)
    rig.clock.go_on(WEEK)
    rig.escalate()
    rig.rests[Channel.EMAIL] = rig.clock() + timedelta(days=1)
    assert [one.purpose for one in leaving(rig)] == [Purpose.ACKNOWLEDGEMENT, *[Purpose.OVERDUE_ALERT] * 2]
    route(rig, reference, "PRD")
    assert people(rows(rig, Purpose.REFERRAL, "withdrawn")) == {*HEALTH, BMOH}
    assert people(rows(rig, Purpose.WITHDRAWAL, "pending")) == HEALTH


# --- a case that comes back


def test_an_office_that_has_the_case_again_is_not_told_that_it_owes_nothing(rig: Rig) -> None:
    reference = an_open_case(rig)
    route(rig, reference, "PRD")
    route(rig, reference, "HFW")
    assert people(rows(rig, Purpose.WITHDRAWAL, "withdrawn")) == HEALTH
    left = leaving(rig)
    assert {(one.recipient, one.purpose) for one in left} == {
        *((one, Purpose.REFERRAL) for one in (CMOH, HEAD, BMOH)),
    }
    assert {one.occurrence for one in left} == {3}


def test_an_office_whose_withdrawal_was_called_back_is_told_when_it_loses_the_case_for_good(rig: Rig) -> None:
    """Its second referral never left, but it has the first, and nobody has told it that this one is over."""
    reference = an_open_case(rig)
    for department in ("PRD", "HFW", "PRD"):
        route(rig, reference, department)
    left = leaving(rig)
    assert {(one.recipient, one.purpose) for one in left} == {
        *((one, Purpose.REFERRAL) for one in WORKS),
        *((one, Purpose.WITHDRAWAL) for one in HEALTH),
    }


def test_a_dismissal_that_is_taken_back_before_it_was_told_is_not_told(rig: Rig) -> None:
    reference = an_open_case(rig)
    route(rig, reference, "NONE")
    route(rig, reference, "HFW")
    assert {one.purpose for one in leaving(rig)} == {Purpose.REFERRAL}


# --- what the complainant wrote since


def test_the_new_office_is_told_all_that_the_complainant_wrote_once_and_after_the_referral(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    rig.dispatch()  # one follow-up has left, the other has not
    write_again(rig, ONCE_MORE)
    route(rig, reference, "PRD")
    left = leaving(rig)
    for office in WORKS:
        assert next(one.purpose for one in left if one.recipient == office) is Purpose.REFERRAL
        assert words_told(left, office) == [AGAIN, ONCE_MORE]
    assert [words_told(left, office) for office in HEALTH] == [[], []]
    bdo = [one for one in left if one.recipient == BDO]
    assert {one.email.in_reply_to for one in bdo[1:] if one.email} == {
        one.email.message_id for one in bdo[:1] if one.email
    }
    originals = [raw for message, raw in rig.post.accepted if message.recipient == BDO]
    assert AGAIN.encode() in (originals[1] or b"")
    write_again(rig, "And a third time.")
    assert Counter(one.recipient for one in leaving(rig)) == {BDO: 1, PRD_HEAD: 1}


def test_the_answer_of_the_new_office_to_a_follow_up_closes_the_case(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    route(rig, reference, "PRD")
    follow_up = next(m for m in leaving(rig) if m.recipient == BDO and m.purpose is Purpose.FOLLOW_UP)
    rig.mailbox.deliver(an_answer(follow_up, "The road was mended."))
    assert rig.receive().replies == 1
    assert shown(rig, reference)["state"] == "closed"


def test_a_case_settled_twice_tells_each_office_each_follow_up_once(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    rig.dispatch()
    route(rig, reference, "PRD")
    write_again(rig, ONCE_MORE)
    route(rig, reference, "HFW")
    left = leaving(rig)
    assert [words_told(left, office) for office in (CMOH, HEAD)] == [[ONCE_MORE]] * 2  # the first they have
    assert [words_told(left, office) for office in WORKS] == [[], []]
    route(rig, reference, "PRD")
    left = leaving(rig)
    assert [words_told(left, office) for office in (BDO, PRD_HEAD)] == [[AGAIN, ONCE_MORE]] * 2


def test_a_follow_up_that_was_called_back_is_told_after_all_when_its_office_has_the_case_again(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    route(rig, reference, "PRD")
    route(rig, reference, "HFW")
    left = leaving(rig)
    assert [words_told(left, office) for office in (CMOH, HEAD)] == [[AGAIN]] * 2
    due = shown(rig, reference)["referrals"][-1]["due_at"]
    assert due
    assert people(rows(rig, Purpose.FOLLOW_UP, "withdrawn")) == WORKS


def test_the_same_office_anew_is_told_a_follow_up_that_waits_once_and_by_the_new_referral(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    rig.clock.go_on(WEEK / 2)
    route(rig, reference, "HFW")
    left = [one for one in leaving(rig) if one.recipient == CMOH]
    assert Counter(one.purpose for one in left) == {Purpose.REFERRAL: 1, Purpose.FOLLOW_UP: 1}
    mails = {one.purpose: one.email for one in left if one.email}
    assert mails[Purpose.FOLLOW_UP].in_reply_to == mails[Purpose.REFERRAL].message_id


def test_what_comes_while_a_case_is_in_review_goes_to_the_office_that_the_desk_names(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(text="Please help me, nobody listens.\r\n"))
    rig.receive()
    reference = only_case(rig)
    assert shown(rig, reference)["review"]
    write_again(rig, AGAIN)
    (desk,) = people(rows(rig, Purpose.FOLLOW_UP))
    route(rig, reference, "PRD", places=("BL-BAN-ONDA",))
    left = leaving(rig)
    assert [words_told(left, office) for office in (BDO, PRD_HEAD, desk)] == [[AGAIN], [AGAIN], []]


def test_what_came_to_a_dismissed_case_is_told_when_the_dismissal_is_taken_back(rig: Rig) -> None:
    reference = an_open_case(rig)
    route(rig, reference, "NONE")
    write_again(rig, AGAIN)
    route(rig, reference, "PRD")
    assert words_told(leaving(rig), BDO) == [AGAIN]


def test_a_follow_up_that_was_split_off_is_told_to_no_new_office(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)
    write_again(rig, ONCE_MORE)
    ours = reviewer(rig)
    ours.split(reference, ours.find(str(shown(rig, reference)["mails"][1]["sha256"])))
    route(rig, reference, "PRD")
    left = [one for one in leaving(rig) if one.reference == reference]
    assert words_told(left, BDO) == [ONCE_MORE]


def test_a_follow_up_that_cannot_be_read_again_is_told_without_words_and_with_its_original(rig: Rig) -> None:
    reference = an_open_case(rig)
    write_again(rig, AGAIN)

    def dies(_raw: bytes) -> Mail:
        raise UnreadableMail("its reader died")

    route(rig, reference, "PRD", read=dies)
    rig.dispatch()
    (told,) = [(m, raw) for m, raw in rig.post.accepted if m.recipient == BDO and m.purpose is Purpose.FOLLOW_UP]
    assert "(no text)" in told[0].text
    assert AGAIN.encode() in (told[1] or b"")


# --- joined cases


def two_cases(rig: Rig) -> tuple[str, str]:
    """The first of health, the second of public works by the desk; all has left."""
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    route(rig, second, "PRD")
    rig.dispatch()
    return first, second


def test_the_office_of_the_case_joined_to_is_told_what_followed_up_the_other(rig: Rig) -> None:
    first, second = two_cases(rig)
    write_again(rig, AGAIN, to="grievance-2")
    join(rig, second, first)
    assert people(rows(rig, Purpose.FOLLOW_UP, "withdrawn", case=second)) == WORKS
    left = leaving(rig)
    assert [words_told(left, office) for office in (CMOH, HEAD, BDO, PRD_HEAD)] == [[AGAIN], [AGAIN], [], []]
    texts = [one.text for one in left if one.recipient == CMOH]
    assert "There has been no doctor" in texts[0]  # the letter itself, and then what followed it
    assert AGAIN in texts[1]
    assert shown(rig, first)["follow_ups"] == 2


def test_an_office_of_both_cases_that_was_sent_a_follow_up_is_not_sent_it_again(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    rig.dispatch()
    write_again(rig, AGAIN, to="grievance-2")
    rig.dispatch()
    write_again(rig, ONCE_MORE, to="grievance-2")
    join(rig, second, first)
    left = leaving(rig)
    assert words_told(left, CMOH) == words_told(left, HEAD) == [ONCE_MORE]
    assert {one.reference for one in left if one.purpose is Purpose.FOLLOW_UP} == {first}


def test_who_has_the_joined_case_next_is_told_of_both_the_letter_and_what_followed_it(rig: Rig) -> None:
    first, second = two_cases(rig)
    write_again(rig, AGAIN, to="grievance-2")
    write_again(rig, ONCE_MORE)
    join(rig, second, first)
    route(rig, first, "POW")
    head = next(p for p in shown(rig, first)["referrals"][-1]["recipients"] if p["role"] == "addressee")["address"]
    left = leaving(rig)
    assert words_told(left, head) == [ONCE_MORE, AGAIN]
    assert [one.purpose for one in left if one.recipient == head] == [Purpose.REFERRAL, *[Purpose.FOLLOW_UP] * 3]


def test_a_letter_from_the_desk_that_was_joined_is_told_to_the_next_office_too(rig: Rig) -> None:
    first = an_open_case(rig)
    letter = Letter(name="Rina Das", mobile="", address="", subject="No doctor", text=f"{AGAIN} Onda, Bankura.")
    second = register(letter, archive=rig.archive, store=rig.store, office=rig.office, now=rig.clock()).reference
    join(rig, second, first)
    rig.dispatch()
    route(rig, first, "PRD")
    assert words_told(leaving(rig), BDO) == [AGAIN]


def test_alerts_of_a_joined_case_do_not_leave_and_those_of_the_one_that_stands_do(rig: Rig) -> None:
    first, second = two_cases(rig)
    rig.clock.go_on(2 * WEEK)
    rig.escalate()
    join(rig, second, first)
    alerts = [one for one in leaving(rig) if one.purpose is Purpose.OVERDUE_ALERT]
    assert {one.reference for one in alerts} == {first}


def test_what_the_desk_is_told_of_a_closed_case_is_not_called_back_when_it_must_wait(rig: Rig) -> None:
    """The desk once had the case, in review; now it hears who writes to a closed one, and that is owed to it."""
    rig.mailbox.deliver(a_grievance(text="Please help me, nobody listens.\r\n"))
    rig.receive()
    reference = only_case(rig)
    route(rig, reference, "PRD", places=("BL-BAN-ONDA",))
    referral = next(m for m in leaving(rig) if m.recipient == BDO)
    rig.mailbox.deliver(an_answer(referral, "Done."))
    assert rig.receive().replies == 1
    rig.clock.go_on(timedelta(hours=1))
    write_again(rig, AGAIN)
    rig.post.fault = TemporaryFailure
    rig.dispatch()
    desk = rig.office.directory.officer(rig.office.directory.triage.code)
    assert desk is not None
    assert desk.address in people(rows(rig, Purpose.FOLLOW_UP, OutboxState.PENDING))


def shown(rig: Rig, reference: str) -> Any:
    found = show_case(rig.engine, reference)
    assert found is not None
    return found
