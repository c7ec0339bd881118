"""
Whoever writes about a case is heard, however the case stands: the words reach somebody, or wait for a human.

Each state of a case × each who may write × what really leaves. A mail that is neither told nor held has been dropped,
whatever its case's history says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from mailbot.cases.queries import list_cases, list_held, show_case
from mailbot.errors import TemporaryFailure
from mailbot.model import OutboxMessage, Purpose
from tests.hand_over import hand_over
from tests.office import Rig, a_grievance, an_answer
from tests.test_review import reviewer

CMOH, HEAD, BMOH = "hfw-cmoh-ban-bankura@example.org", "hfw-head@example.org", "hfw-bmoh-ban-onda@example.org"
BDO, DESK, CITIZEN = "prd-bdo-ban-onda@example.org", "cmo-triage@example.org", "rina.das@example.net"
WORDS = "The roof of the ward has fallen in."
ENDED = "A doctor has joined the health centre."
NOT_ENDED = "The matter is under process."
HELD = frozenset({"held"})


# --- how a case stands


@dataclass(frozen=True)
class Standing:
    """A case that somebody writes about, the one that stands for it, and the number of the letter it began with."""

    reference: str
    stands: str
    letter: int = 1


def an_open_case(rig: Rig) -> Standing:
    rig.mailbox.deliver(a_grievance(1))
    rig.receive()
    rig.dispatch()
    (case,) = list_cases(rig.engine)
    return Standing(str(case["reference"]), str(case["reference"]))


def a_case_in_review(rig: Rig) -> Standing:
    rig.mailbox.deliver(a_grievance(1, text="Please help me, nobody listens.\r\n"))
    rig.receive()
    rig.dispatch()
    (case,) = list_cases(rig.engine)
    assert case["review"]
    return Standing(str(case["reference"]), str(case["reference"]))


def a_joined_case(rig: Rig) -> Standing:
    """The second case, of public works, joined to the first, of health."""
    rig.mailbox.deliver(a_grievance(1))
    rig.mailbox.deliver(a_grievance(2))
    rig.receive()
    second, first = (str(case["reference"]) for case in list_cases(rig.engine))
    rig.clock.go_on(timedelta(minutes=1))
    hand_over(rig, second)
    rig.dispatch()
    assert reviewer(rig).join(second, first)
    return Standing(second, first, letter=2)


def closed(begin: Callable[[Rig], Standing]) -> Callable[[Rig], Standing]:
    def close(rig: Rig) -> Standing:
        case = begin(rig)
        rig.mailbox.deliver(an_answer(mail_to(rig, case.stands), "Done."))
        assert rig.receive().replies == 1
        return case

    return close


def dismissed(begin: Callable[[Rig], Standing]) -> Callable[[Rig], Standing]:
    def dismiss(rig: Rig) -> Standing:
        case = begin(rig)
        hand_over(rig, case.stands, "NONE")
        return case

    return dismiss


def mail_to(rig: Rig, reference: str, *, recipient: str = "") -> OutboxMessage:
    """The referral of a case to this recipient, or the last one to the addressee: what an officer answers."""
    sent = [m for m, _ in rig.post.accepted if m.purpose is Purpose.REFERRAL and m.reference == reference]
    if recipient:
        return next(m for m in sent if m.recipient == recipient)
    last = max(m.occurrence for m in sent)
    return next(m for m in sent if m.occurrence == last)


STATES: dict[str, Callable[[Rig], Standing]] = {
    "open": an_open_case,
    "in review": a_case_in_review,
    "closed": closed(an_open_case),
    "closed in review": closed(a_case_in_review),
    "dismissed": dismissed(an_open_case),
    "dismissed in review": dismissed(a_case_in_review),
    "joined": a_joined_case,
    "joined, then closed": closed(a_joined_case),
    "joined, then dismissed": dismissed(a_joined_case),
}


# --- who writes


def in_her_thread(_rig: Rig, case: Standing) -> bytes:
    return a_grievance(9, extra=f"In-Reply-To: <grievance-{case.letter}@example.net>\r\n", text=WORDS)


def by_its_number(_rig: Rig, case: Standing) -> bytes:
    return a_grievance(9, text=f"{case.reference}: {WORDS}")


def under_a_forged_address(_rig: Rig, case: Standing) -> bytes:
    failed = "Authentication-Results: mx.cmo.example; dmarc=fail header.from=example.net\r\n"
    return failed.encode() + in_her_thread(_rig, case)


def a_stranger(_rig: Rig, case: Standing) -> bytes:
    return a_grievance(9, sender="amit@else.example", text=f"{case.reference}: {WORDS}")


def a_stranger_in_the_thread(_rig: Rig, case: Standing) -> bytes:
    return in_her_thread(_rig, case).replace(CITIZEN.encode(), b"amit@else.example")


def officer(words: str, **changes: str) -> Callable[[Rig, Standing], bytes]:
    return lambda rig, case: an_answer(mail_to(rig, case.reference), words, **changes)


WRITERS: dict[str, Callable[[Rig, Standing], bytes]] = {
    "the complainant in her thread": in_her_thread,
    "the complainant by its number": by_its_number,
    "somebody under her address": under_a_forged_address,
    "a stranger": a_stranger,
    "a stranger in the thread": a_stranger_in_the_thread,
    "an officer who ends it": officer(ENDED),
    "an officer who does not end it": officer(NOT_ENDED),
    "an officer without proof": officer(ENDED, verdict="none"),
}

OFFICERS = frozenset({CMOH, HEAD})
HEARD: dict[tuple[str, str], frozenset[str]] = {
    **{
        (state, writer): people
        for writer in ("the complainant in her thread", "the complainant by its number")
        for state, people in {
            "open": OFFICERS,
            "in review": frozenset({DESK}),
            "closed": OFFICERS | {DESK},
            "closed in review": frozenset({DESK}),
            "dismissed": frozenset({DESK}),
            "dismissed in review": frozenset({DESK}),
            "joined": OFFICERS,
            "joined, then closed": OFFICERS | {DESK},
            "joined, then dismissed": frozenset({DESK}),
        }.items()
    },
    ("open", "an officer who ends it"): frozenset({CITIZEN}),
    ("in review", "an officer who ends it"): frozenset({CITIZEN}),
    ("closed", "an officer who ends it"): frozenset({DESK}),
    ("closed", "an officer who does not end it"): frozenset({DESK}),
    # the desk itself had the case, and writes to it: the history has it
    ("closed in review", "an officer who ends it"): frozenset(),
    ("closed in review", "an officer who does not end it"): frozenset(),
}
"""Whose mail reaches whom; what is not named is held."""


def heard_by(rig: Rig, raw: bytes) -> frozenset[str]:
    """Who is told the words of this mail when it arrives; "held" where it waits for a human."""
    rig.dispatch()
    before, waiting = len(rig.post.accepted), len(list_held(rig.engine))
    rig.clock.go_on(timedelta(hours=1))
    rig.mailbox.deliver(raw)
    rig.receive()
    rig.dispatch()
    if len(list_held(rig.engine)) > waiting:
        return HELD
    words = (WORDS, ENDED, NOT_ENDED)
    return frozenset(m.recipient for m, _ in rig.post.accepted[before:] if any(one in m.text for one in words))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("state", STATES)
def test_whoever_writes_of_whatever_case_is_told_to_somebody_or_held(rig: Rig, state: str, writer: str) -> None:
    case = STATES[state](rig)
    cases = len(list_cases(rig.engine))
    assert heard_by(rig, WRITERS[writer](rig, case)) == HEARD.get((state, writer), HELD)
    assert len(list_cases(rig.engine)) == cases


@pytest.mark.parametrize("state", STATES)
def test_what_the_complainant_writes_stands_on_the_case(rig: Rig, state: str) -> None:
    case = STATES[state](rig)
    rig.clock.go_on(timedelta(hours=1))
    rig.mailbox.deliver(in_her_thread(rig, case))
    assert rig.receive().follow_ups == 1
    shown = show_case(rig.engine, case.stands)
    assert shown is not None
    assert "<grievance-9@example.net>" in str(shown["mails"])
    assert "followed_up" in str(shown["history"])


# --- the officers of a case, one by one


@pytest.mark.parametrize("recipient", [CMOH, HEAD])
def test_a_further_answer_is_told_to_the_desk_and_to_nobody_else(rig: Rig, recipient: str) -> None:
    """An office may take back what it wrote, or contradict another; the complainant was told that it is done."""
    case = closed(an_open_case)(rig)
    assert heard_by(rig, an_answer(mail_to(rig, case.reference, recipient=recipient), ENDED)) == {DESK}
    (told,) = [m for m, _ in rig.post.accepted if m.recipient == DESK]
    assert told.email is not None
    assert "has answered" in told.email.subject
    assert heard_by(rig, an_answer(mail_to(rig, case.reference, recipient=HEAD), NOT_ENDED)) == {DESK}


def test_who_was_told_for_information_is_held_when_the_case_is_closed_too(rig: Rig) -> None:
    case = closed(an_open_case)(rig)
    assert heard_by(rig, an_answer(mail_to(rig, case.reference, recipient=BMOH), ENDED)) == HELD


def test_an_office_whose_referral_was_withdrawn_is_held_whatever_became_of_the_case(rig: Rig) -> None:
    case = an_open_case(rig)
    rig.clock.go_on(timedelta(minutes=1))
    hand_over(rig, case.reference)
    rig.dispatch()
    early = an_answer(mail_to(rig, case.reference, recipient=CMOH), ENDED)
    rig.mailbox.deliver(an_answer(mail_to(rig, case.reference, recipient=BDO), "Done."))
    assert rig.receive().replies == 1
    assert heard_by(rig, early) == HELD


# --- what is told to the desk is not lost on the way


@pytest.mark.parametrize("state", ["dismissed", "dismissed in review", "closed", "closed in review"])
def test_what_the_desk_is_told_leaves_after_all_when_its_server_was_down(rig: Rig, state: str) -> None:
    """The desk once had the case, and lost it by its own hand: what was written since is owed to it all the same."""
    case = STATES[state](rig)
    rig.dispatch()
    rig.clock.go_on(timedelta(hours=1))
    rig.mailbox.deliver(in_her_thread(rig, case))
    rig.receive()
    rig.post.fault = TemporaryFailure
    rig.dispatch()
    rig.post.fault = None
    rig.clock.go_on(timedelta(hours=12))
    rig.dispatch()
    assert [WORDS in text for text in rig.sent_to(DESK)][-1]


@pytest.mark.parametrize("begin", [an_open_case, a_case_in_review])
def test_a_mail_that_nobody_was_sent_when_its_case_is_dismissed_reaches_the_desk_once(
    rig: Rig, begin: Callable[[Rig], Standing]
) -> None:
    """It came while the clerk was reading the case: the office is not asked any more, and the clerk has not seen it."""
    case = begin(rig)
    rig.mailbox.deliver(in_her_thread(rig, case))
    rig.receive()
    rig.clock.go_on(timedelta(minutes=1))
    hand_over(rig, case.reference, "NONE")
    rig.dispatch()
    told = [m.recipient for m, _ in rig.post.accepted if m.purpose is Purpose.FOLLOW_UP]
    assert told == [DESK]


def test_a_mail_that_an_office_was_sent_before_its_case_is_dismissed_is_not_told_again(rig: Rig) -> None:
    case = an_open_case(rig)
    assert heard_by(rig, in_her_thread(rig, case)) == OFFICERS
    hand_over(rig, case.reference, "NONE")
    rig.dispatch()
    assert rig.sent_to(DESK) == []


def test_each_mail_to_a_case_that_is_over_has_a_notice_of_its_own(rig: Rig) -> None:
    case = closed(an_open_case)(rig)
    heard_by(rig, in_her_thread(rig, case))
    heard_by(rig, an_answer(mail_to(rig, case.reference, recipient=HEAD), ENDED))
    heard_by(rig, by_its_number(rig, case).replace(b"grievance-9@", b"grievance-10@"))
    assert [any(one in text for one in (WORDS, ENDED)) for text in rig.sent_to(DESK)] == [True] * 3


def test_while_the_desk_is_vacant_who_is_above_it_hears(rig: Rig) -> None:
    case = dismissed(an_open_case)(rig)
    directory = rig.office.directory
    above = directory.superiors(directory.triage.code)[0].code
    officers = {post: holder for post, holder in directory.officers.items() if post != directory.triage.code}
    rig.office = replace(rig.office, directory=replace(directory, officers=officers))
    assert heard_by(rig, in_her_thread(rig, case)) == {officers[above].address}
