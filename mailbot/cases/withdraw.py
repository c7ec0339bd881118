"""
What follows when a referral is withdrawn: its state, and whom that must be told. Nothing is stored or sent here.

In: referrals, and who must answer now. Out: the referrals as they shall be, and a notice to each address that was asked
and is asked no longer: no answer is owed, and by whom it is. Promised: whoever goes on to answer is not told, nor is
the desk, whose deed it is; a mail that has not left is called back by the store (`Decision.withdrawn`) instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailbot.cases.lifecycle import by_address, must_answer, to_officer
from mailbot.model import Notice, Purpose, Recipient, Referral, ReferralState


def withdraw(referrals: Sequence[Referral], *, only: int | None = None) -> tuple[tuple[Referral, ...], list[Referral]]:
    """The referrals as they shall be, and those that are withdrawn: the one of this number, else all that are open."""
    gone = [each for each in referrals if each.state is ReferralState.OPEN and only in (None, each.number)]
    return tuple(replace(r, state=ReferralState.WITHDRAWN) if r in gone else r for r in referrals), gone


def withdrawal_notices(
    withdrawn: Sequence[Referral], *, standing: Iterable[Recipient], now_with: Sequence[Recipient], own_post: str
) -> tuple[Notice, ...]:
    """
    Tell those who must answer no longer, once for each referral of theirs.

    Args:
        withdrawn: The referrals, as they were.
        standing: Everyone in charge of what goes on, whatever the matter.
        now_with: Those who must answer in their place; empty where nobody must.
        own_post: The desk's own post.
    """
    asked = {person.address.casefold() for person in must_answer(standing)}
    return tuple(
        replace(
            to_officer(person, Purpose.WITHDRAWAL, occurrence=referral.number), now_with=tuple(must_answer(now_with))
        )
        for referral in withdrawn
        for person in by_address(must_answer(referral.recipients))
        if person.address.casefold() not in asked and person.post != own_post
    )
