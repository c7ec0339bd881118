"""
What follows when the desk settles a case: case × routes × now → Decision. Nothing is stored, sent or rendered here.

In: an open case, and where the desk says it belongs; or that it is no grievance at all. Out: the Decision: new
referrals with terms of their own, the ones they replace withdrawn, the doubt cleared, and the line in the history that
keeps what the desk said beside what the rules had said.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.cases.lifecycle import DESK, event_of, follow_up_notices, make_referral, referral_notices
from mailbot.cases.withdraw import withdraw, withdrawal_notices
from mailbot.errors import Unsettled
from mailbot.model import (
    Case,
    CaseState,
    Decision,
    Event,
    EventKind,
    FollowUp,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Route,
)

NO_GRIEVANCE = "NONE"
"""The department in the history of what is no grievance."""


def settle_case(
    case: Case,
    routes: Sequence[Route],
    *,
    now: datetime,
    term: timedelta,
    only: int | None = None,
    own_post: str = "",
) -> Decision:
    """
    Refer a case anew, as the desk decided: one referral a matter, the main one first.

    Args:
        case: Open, or dismissed by the desk before.
        routes: At least one, each with an addressee.
        now: When it is referred: the new terms run from here.
        term: The time allowed.
        only: The number of the one referral that is replaced; None for all that are open.
        own_post: The desk's own post: it need not be told what it did.

    Raises:
        Unsettled: The case is closed, or there is no such open referral.
        ValueError: There is no route; nobody would answer.
    """
    _check(case, only)
    if not routes:
        raise ValueError("a case cannot be referred to nobody")
    first = max((referral.number for referral in case.referrals), default=0) + 1
    new = tuple(make_referral(route, number, now, term) for number, route in enumerate(routes, first))
    stay, withdrawn = withdraw(case.referrals, only=only)
    before = min((each.number for each in withdrawn), default=0)
    main = not any(each.state is ReferralState.OPEN and each.number < before for each in stay)
    settled = replace(
        case,
        state=CaseState.REFERRED,
        department=new[0].department if main else case.department,
        place=new[0].place if main else case.place,
        review=False,
        explain=tuple(sentence for route in routes for sentence in route.explain)
        + (() if only is None else case.explain),
        referrals=(*stay, *new),
    )
    return Decision(
        outcome=None,
        reason="settled by the desk",
        case=settled,
        reference=case.reference,
        events=(*_withdrawals(case, withdrawn, now), *_referrals(case, new, now)),
        notices=(
            *(notice for referral in new for notice in referral_notices(settled, referral)),
            *withdrawal_notices(
                withdrawn,
                standing=settled.in_charge(),
                now_with=[person for referral in new for person in referral.recipients],
                own_post=own_post,
            ),
        ),
        withdrawn=tuple(each.number for each in withdrawn),
    )


def hand_over(decision: Decision, followed: Sequence[FollowUp]) -> Decision:
    """
    Tell those who must answer by the new referrals what the complainant wrote since, after the referral itself.

    Whoever was told before is not told twice: a notice has the number of its follow-up, whoever it is told by.
    """
    referred = [notice.person for notice in decision.notices if notice.purpose is Purpose.REFERRAL]
    people = [person for person in referred if person is not None]
    told = [notice for each in followed for notice in follow_up_notices(each, people)]
    return replace(decision, notices=(*decision.notices, *told))


def dismiss_case(case: Case, *, now: datetime, own_post: str = "") -> Decision:
    """
    Lay a case aside that is no grievance, as the desk decided. Offices that were asked are told; its writer is not.

    Raises:
        Unsettled: The case is closed.
    """
    _check(case, None)
    stay, withdrawn = withdraw(case.referrals)
    explain = ("The desk decided: this is no grievance",)
    return Decision(
        outcome=None,
        reason="dismissed by the desk",
        case=replace(case, state=CaseState.DISMISSED, review=False, referrals=stay, explain=explain),
        reference=case.reference,
        events=(
            *_withdrawals(case, withdrawn, now),
            event_of(case, now, EventKind.DISMISSED, DESK, **_said(case, NO_GRIEVANCE, "")),
        ),
        notices=withdrawal_notices(withdrawn, standing=(), now_with=(), own_post=own_post),
        withdrawn=tuple(each.number for each in withdrawn),
    )


def leave_heard(decision: Decision, followed: Sequence[FollowUp], *, desk: Recipient) -> Decision:
    """
    Tell the desk, once its case is dismissed, what the complainant wrote and nobody was sent: that is called back now,
    and it may not have stood there yet when the clerk looked.
    """
    untold = [notice for each in followed if not each.told for notice in follow_up_notices(each, [desk])]
    return replace(decision, notices=(*decision.notices, *untold))


def _check(case: Case, only: int | None) -> None:
    if not case.state.is_open and case.state is not CaseState.DISMISSED:
        raise Unsettled(f"{case.reference} is {case.state.value}; only an open case can be routed")
    open_ones = [referral.number for referral in case.referrals if referral.state is ReferralState.OPEN]
    if only is not None and only not in open_ones:
        listed = ", ".join(map(str, open_ones)) or "none"
        raise Unsettled(f"{case.reference} has no open referral {only}; open: {listed}")


def _withdrawals(case: Case, withdrawn: Sequence[Referral], now: datetime) -> list[Event]:
    return [event_of(case, now, EventKind.WITHDRAWN, DESK, referral=str(each.number)) for each in withdrawn]


def _referrals(case: Case, new: Sequence[Referral], now: datetime) -> list[Event]:
    """A line for each post, as when a case is opened; with what the rules had said."""
    return [
        event_of(
            case,
            now,
            EventKind.REFERRED,
            DESK,
            post=person.post,
            role=person.role.value,
            referral=str(referral.number),
            **_said(case, referral.department, referral.place),
        )
        for referral in new
        for person in referral.recipients
    ]


def _said(case: Case, department: str, place: str) -> dict[str, str]:
    """What the desk says, and what the case said before."""
    said = {"department": department, "place": place, "was_department": case.department, "was_place": case.place}
    return {name: value for name, value in said.items() if value}
