"""
A grievance × the cases of its complainant → whether it is a reminder.

In: a grievance with its routes, the store to ask for the complainant's cases, the gazetteer. Out: the judgement of
`ingest.reminder`, made with words that both packages know.
"""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.classify.places import Gazetteer
from mailbot.ingest.reminder import NOTHING, Earlier, Reminder, Writing, judge_reminder
from mailbot.model import Case, Complainant, Grievance, Route
from mailbot.ports import CaseStore


def matters_of(routes: Sequence[Route], gazetteer: Gazetteer) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Department, if it is no guess, and place of each matter, the place with all that it lies in below the State."""
    return tuple(
        ("" if route.is_guess else route.department, _below_the_state(route.place, gazetteer)) for route in routes
    )


def _below_the_state(place: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    known = place in gazetteer.places
    return gazetteer.chain(place)[:-1] if known else ()


def cases_of(complainants: Sequence[Complainant], store: CaseStore) -> Sequence[Case]:
    """The cases of these complainants, asked for once a batch."""
    addresses = sorted({one.address.casefold() for one in complainants if one.address})
    mobiles = sorted({one.mobile for one in complainants if one.mobile})
    return store.cases_of_complainants(addresses, mobiles) if addresses or mobiles else ()


def find_reminder(
    grievance: Grievance, routes: Sequence[Route], cases: Sequence[Case], gazetteer: Gazetteer
) -> Reminder:
    """Whether it reminds of one of these cases; those of other complainants are passed over."""
    who = grievance.complainant
    candidates = [
        Earlier(
            reference=case.reference,
            is_open=case.state.is_open,
            writing=_writing(case, [(each.department, each.place) for each in case.referrals], gazetteer),
        )
        for case in cases
        if (who.address and case.complainant.address.casefold() == who.address.casefold())
        or (who.mobile and case.complainant.mobile == who.mobile)
    ]
    if not candidates:
        return NOTHING
    return judge_reminder(
        _writing(grievance, [(each.department, each.place) for each in routes], gazetteer), candidates
    )


def _writing(one: Grievance | Case, matters: Sequence[tuple[str, str]], gazetteer: Gazetteer) -> Writing:
    who = one.complainant
    return Writing(
        subject=one.subject,
        text=one.text,
        name=who.name,
        address=who.address,
        mobile=who.mobile,
        matters=tuple((department, _below_the_state(place, gazetteer)) for department, place in matters),
    )


def doubted(grievance: Grievance, reminder: Reminder) -> Grievance:
    """A grievance that names the case it may be a reminder of; unchanged where there is none."""
    return replace(grievance, possible_duplicate=reminder.reference, likeness=reminder.evidence)
