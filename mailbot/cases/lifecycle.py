"""
What follows from an event: event × case × now → Decision. Nothing is stored, sent or rendered here.

In: a grievance and its route, a follow-up, an officer's answer, an automatic mail, a term that has elapsed. Out: the
Decision: the case as it shall be, the lines of its history, and the notices that people are owed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.cases.term import escalation_level
from mailbot.model import (
    Case,
    CaseState,
    Channel,
    Complainant,
    Decision,
    Event,
    EventKind,
    FollowUp,
    Grievance,
    Mail,
    Notice,
    Outcome,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Role,
    Route,
)

MAILBOT, COMPLAINANT, DESK = "mailbot", "complainant", "desk"
WRITES_AGAIN = "the complainant writes again"
CLOSES_NOTHING = "an officer's mail that closes nothing"
OFFICERS_LANGUAGE = "en"
LEVELS_A_REFERRAL = 1_000
"""Alerts are numbered within their referral: the third referral's second level is occurrence 2,002."""


def open_case(
    grievance: Grievance, routes: Sequence[Route], *, reference: str, now: datetime, term: timedelta
) -> Decision:
    """
    Make a case of a grievance and refer it: one referral a matter, the main one first.

    Raises:
        ValueError: There is no route, or one has no addressee; nobody would answer.
    """
    if not routes or not all(any(one.role is Role.ADDRESSEE for one in route.recipients) for route in routes):
        raise ValueError("a route without an addressee cannot be referred")
    referrals = tuple(make_referral(route, number, now, term) for number, route in enumerate(routes, 1))
    case = _case_of(grievance, routes, referrals, reference, now)
    doubt = {"possible_duplicate": case.possible_duplicate} if case.possible_duplicate else {}
    referred = (
        event_of(case, now, EventKind.REFERRED, MAILBOT, post=person.post, role=person.role.value)
        for referral in referrals
        for person in referral.recipients
    )
    return Decision(
        outcome=Outcome.CASE,
        reason="review" if case.review else "routed",
        case=case,
        reference=reference,
        thread=(grievance.message_id,) if grievance.message_id else (),
        events=(event_of(case, now, EventKind.OPENED, COMPLAINANT, source=grievance.source.value, **doubt), *referred),
        notices=(
            *_acknowledgements(case, grievance),
            *(notice for referral in referrals for notice in referral_notices(case, referral)),
        ),
    )


def _case_of(
    grievance: Grievance, routes: Sequence[Route], referrals: tuple[Referral, ...], reference: str, now: datetime
) -> Case:
    """The case as it begins; department and place are those of its main matter."""
    return Case(
        reference=reference,
        version=0,
        state=CaseState.REFERRED,
        source=grievance.source,
        subject=grievance.subject,
        text=grievance.text,
        language=grievance.language,
        complainant=grievance.complainant,
        attachments=grievance.attachments,
        department=routes[0].department,
        place=routes[0].place,
        review=any(route.review for route in routes),
        explain=(*(sentence for route in routes for sentence in route.explain), *_may_be_a_reminder(grievance)),
        received_at=grievance.received_at,
        opened_at=now,
        referrals=referrals,
        message_id=grievance.message_id,
        raw_sha256=grievance.raw_sha256,
        possible_duplicate=grievance.possible_duplicate,
    )


def _may_be_a_reminder(grievance: Grievance) -> Iterable[str]:
    if grievance.possible_duplicate:
        yield f"it may be a reminder of {grievance.possible_duplicate}: {'; '.join(grievance.likeness)}"


def make_referral(route: Route, number: int, now: datetime, term: timedelta) -> Referral:
    """A route as it is sent now."""
    return Referral(
        number=number,
        department=route.department,
        place=route.place,
        recipients=route.recipients,
        state=ReferralState.OPEN,
        referred_at=now,
        term=term,
    )


def follow_up(
    case: Case, mail: Mail, *, raw_sha256: str, now: datetime, reason: str = WRITES_AGAIN, evidence: str = ""
) -> Decision:
    """
    Join a further mail of the complainant to its case and tell the officers. No clock is restarted.

    `evidence` may quote the mail: it stands in the history, `reason` in the log.
    """
    decision = take_over(case, [FollowUp(number=1, sha256=raw_sha256, mail=mail)], now=now, reason=reason)
    known = {"evidence": evidence} if evidence else {}
    return replace(
        decision,
        thread=(mail.message_id,) if mail.message_id else (),
        events=tuple(replace(event, detail={**event.detail, **known}) for event in decision.events),
    )


def take_over(case: Case, followed: Sequence[FollowUp], *, now: datetime, reason: str) -> Decision:
    """
    Join mails to a case, numbered on from its own follow-ups, and tell the officers; not whom they were sent to before,
    by the case that they come from.
    """
    ours = [replace(each, number=number) for number, each in enumerate(followed, case.follow_ups + 1)]
    return Decision(
        outcome=Outcome.FOLLOW_UP,
        reason=reason,
        case=replace(case, follow_ups=case.follow_ups + len(ours)),
        reference=case.reference,
        events=tuple(
            event_of(case, now, EventKind.FOLLOWED_UP, COMPLAINANT, number=str(each.number), mail=each.sha256)
            for each in ours
        ),
        notices=tuple(
            notice
            for each in ours
            for notice in follow_up_notices(each, case.in_charge())
            if notice.recipient.casefold() not in each.told
        ),
    )


def follow_up_notices(follow_up: FollowUp, people: Iterable[Recipient]) -> Iterable[Notice]:
    """A mail to each address of those who must answer; its occurrence makes the second one to the same none."""
    for person in by_address(must_answer(people)):
        notice = to_officer(person, Purpose.FOLLOW_UP, occurrence=follow_up.number)
        yield replace(notice, mail=follow_up.mail, original_sha256=follow_up.sha256)


def concerns_desk(decision: Decision, case: Case) -> bool:
    """Whether no office must act on what was written of this case, or nobody is told of it."""
    if decision.outcome is Outcome.FOLLOW_UP:
        return not (case.state.is_open and decision.notices)
    return decision.outcome is Outcome.REPLY and decision.case is None


def tell_desk(decision: Decision, case: Case, *, mail: Mail, raw_sha256: str, desk: Recipient) -> Decision:
    """
    Tell the desk of a mail that no office would answer, or nobody read: of the complainant's to a case that is closed
    or dismissed, and of an office's further answer. What is told to somebody who must act on it stays as it is.

    A further answer counts as a follow-up: that numbers its notice.
    """
    if not concerns_desk(decision, case):
        return decision
    if decision.outcome is Outcome.FOLLOW_UP:
        writer, after = None, decision.case or case
    else:
        post = next((event.actor for event in decision.events), "")
        writer = next((person for person in case.recipients() if person.post == post), None)
        after = replace(case, follow_ups=case.follow_ups + 1)
    told = {notice.recipient.casefold() for notice in decision.notices} | {writer.address.casefold() if writer else ""}
    if desk.address.casefold() in told:
        return decision
    follow_up = FollowUp(number=after.follow_ups, sha256=raw_sha256, mail=mail)
    notices = (replace(notice, writer=writer) for notice in follow_up_notices(follow_up, [desk]))
    return replace(decision, case=after, notices=(*decision.notices, *notices))


def officer_answer(  # noqa: PLR0913 - what is known of one answer
    case: Case,
    *,
    post: str,
    words: str,
    message_id: str,
    now: datetime,
    no_answer: str = "",
    by_desk: bool = False,
) -> Decision:
    """
    Close a case with an officer's answer, and owe the complainant a closure notice.

    An answer to a case that is closed already is kept in its history; the complainant is not told twice. One of an
    office whose referral was withdrawn, or that was told for information only, closes nothing; nor does one whose words
    or addressees say that it ends nothing (`no_answer` says why). A human reads it, and may close the case with it
    (`by_desk`).
    """
    thread = (message_id,) if message_id else ()
    answered = event_of(case, now, EventKind.ANSWERED, post, action=words)
    asked_for_none = "" if by_desk else _owes_no_answer(case, post)
    if asked_for_none:
        return Decision(outcome=Outcome.HELD, reason=asked_for_none, reference=case.reference, thread=thread)
    if not case.state.is_open:
        return Decision(
            outcome=Outcome.REPLY,
            reason="answered again; the case was closed before",
            reference=case.reference,
            thread=thread,
            events=(answered,),
        )
    if no_answer and not by_desk:
        reason = f"{CLOSES_NOTHING}: {no_answer}"
        return Decision(outcome=Outcome.HELD, reason=reason, reference=case.reference, thread=thread)
    closed = replace(
        case,
        state=CaseState.CLOSED,
        closed_at=now,
        closed_by=post,
        action_taken=words,
        referrals=tuple(
            replace(referral, state=ReferralState.ANSWERED) if referral.state is ReferralState.OPEN else referral
            for referral in case.referrals
        ),
    )
    return Decision(
        outcome=Outcome.REPLY,
        reason="closed by the officer's answer",
        case=closed,
        reference=case.reference,
        thread=thread,
        events=(answered, event_of(case, now, EventKind.CLOSED, post)),
        notices=tuple(_to_complainant(closed, Purpose.CLOSURE_NOTICE, occurrence=len(case.referrals))),
    )


def _owes_no_answer(case: Case, post: str) -> str:
    """Why an answer of this post of the case was not asked for; "" where it was."""
    if any(person.post == post and person.role.must_answer for person in case.in_charge()):
        return ""
    roles = {person.role for person in case.recipients() if person.post == post}
    if any(role.must_answer for role in roles):
        return "an answer of an office whose referral was withdrawn"
    return "an answer of an office that was told for information only" if Role.INFORMATION in roles else ""


def automatic_mail(reference: str, *, what: str, addresses: Sequence[str], is_bounce: bool, now: datetime) -> Decision:
    """Keep an automatic mail in the history of the case it concerns, if any. It never causes a message."""
    kind = EventKind.BOUNCED if is_bounce else EventKind.AUTOMATIC_MAIL
    detail = {"kind": what} | ({"failed": ", ".join(addresses)} if addresses else {})
    event = Event(reference=reference, at=now, kind=kind, actor=MAILBOT, detail=detail)
    return Decision(outcome=Outcome.IGNORED, reason=what, reference=reference, events=(event,) if reference else ())


def overdue(case: Case, now: datetime) -> Decision | None:
    """
    Alert the officials of each open referral that has passed another whole term; None when none has.

    After a long downtime there is one alert, for the level reached, not one for each that was missed.
    """
    referrals: list[Referral] = []
    notices: list[Notice] = []
    events: list[Event] = []
    for referral in case.referrals:
        level = escalation_level(referral.referred_at, now, referral.term)
        if referral.state is ReferralState.OPEN and level > referral.level and case.state.is_open:
            referrals.append(replace(referral, level=level))
            notices.extend(_overdue_notices(referral, level))
            events.append(
                event_of(case, now, EventKind.OVERDUE, MAILBOT, referral=str(referral.number), level=str(level))
            )
        else:
            referrals.append(referral)
    if not events:
        return None
    return Decision(
        outcome=None,
        reason="overdue",
        case=replace(case, referrals=tuple(referrals)),
        reference=case.reference,
        events=tuple(events),
        notices=tuple(notices),
    )


def event_of(case: Case, now: datetime, kind: EventKind, actor: str, **detail: str) -> Event:
    """A line of a case's history."""
    return Event(reference=case.reference, at=now, kind=kind, actor=actor, detail=detail)


def must_answer(people: Iterable[Recipient]) -> list[Recipient]:
    """Those who owe an answer."""
    return [person for person in people if person.role.must_answer]


def by_address(people: Iterable[Recipient]) -> list[Recipient]:
    """One person an address: whoever holds two posts of a route is written to once."""
    return list({person.address.casefold(): person for person in reversed(list(people)) if person.address}.values())[
        ::-1
    ]


def _by_mobile(people: Iterable[Recipient]) -> list[Recipient]:
    return list({person.mobile: person for person in reversed(list(people)) if person.mobile}.values())[::-1]


def _acknowledgements(case: Case, grievance: Grievance) -> list[Notice]:
    return list(_to_complainant(case, Purpose.ACKNOWLEDGEMENT, occurrence=1)) if grievance.acknowledge else []


def _to_complainant(case: Case, purpose: Purpose, *, occurrence: int) -> Iterable[Notice]:
    who: Complainant = case.complainant
    for channel, recipient in ((Channel.SMS, who.mobile), (Channel.EMAIL, who.address)):
        if recipient:
            yield Notice(
                purpose=purpose, channel=channel, recipient=recipient, language=case.language, occurrence=occurrence
            )


def referral_notices(case: Case, referral: Referral) -> Iterable[Notice]:
    """A mail to each address of those who must answer; and of those who are told, unless they must answer elsewhere."""
    answering = {person.address.casefold() for person in must_answer(case.in_charge())}
    told = [person for person in referral.recipients if person.role is Role.INFORMATION]
    only_told = [person for person in by_address(told) if person.address.casefold() not in answering]
    for person in (*by_address(must_answer(referral.recipients)), *only_told):
        notice = to_officer(person, Purpose.REFERRAL, occurrence=referral.number)
        yield replace(notice, original_sha256=case.raw_sha256)


def _overdue_notices(referral: Referral, level: int) -> Iterable[Notice]:
    occurrence = (referral.number - 1) * LEVELS_A_REFERRAL + level
    people = must_answer(referral.recipients)
    for channel, reached in ((Channel.SMS, _by_mobile(people)), (Channel.EMAIL, by_address(people))):
        for person in reached:
            yield to_officer(person, Purpose.OVERDUE_ALERT, occurrence=occurrence, channel=channel)


def to_officer(person: Recipient, purpose: Purpose, *, occurrence: int, channel: Channel = Channel.EMAIL) -> Notice:
    """A notice to one officer, in the officers' language, at the address or the mobile that the channel reaches."""
    return Notice(
        purpose=purpose,
        channel=channel,
        recipient=person.mobile if channel is Channel.SMS else person.address,
        language=OFFICERS_LANGUAGE,
        occurrence=occurrence,
        person=person,
    )
