"""
Loop 3: open cases past their term → alerts in the outbox.

In: a store and an Office. Out: overdue alerts, each once by (case, purpose, recipient, occurrence). The clock is a
query over open cases, so any downtime is survived: what fell due meanwhile is alerted about at the next sweep, once,
for the level it has reached.
"""

import logging
import time
from dataclasses import dataclass

from mailbot.cases import lifecycle
from mailbot.intake import Office, render
from mailbot.model import Case, Decision, Stored
from mailbot.ports import CaseStore, Clock

SWEEP = 200
"""Cases a transaction: some 3,000 alerts, well under a second of lock."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EscalateSummary:
    """`overdue`: cases that passed a term in this sweep; `alerts`: messages put into the outbox for them."""

    overdue: int
    alerts: int
    seconds: float


def run(store: CaseStore, office: Office, *, clock: Clock) -> EscalateSummary:
    """
    Sweep once: alert about every case that has passed another whole term.

    Raises:
        StoreUnavailable: The sweep ended early; what is missing is found again by the next.
    """
    started = time.monotonic()
    overdue = alerts = 0
    refused: set[str] = set()
    while True:
        now = clock()
        due = [case for case in store.overdue(now, SWEEP + len(refused)) if case.reference not in refused]
        decisions = [decision for case in due if (decision := _decide(case, office, clock, refused))]
        if not decisions:
            break
        for decision, result in zip(decisions, store.commit(decisions), strict=True):
            if result.state is Stored.STORED:
                overdue += 1
                alerts += len(decision.outbox)
            elif result.state is Stored.FAILED:
                refused.add(decision.reference)
                log.error("an overdue case could not be stored: case=%s %s", decision.reference, result.reason)
    return EscalateSummary(overdue=overdue, alerts=alerts, seconds=round(time.monotonic() - started, 3))


def _decide(case: Case, office: Office, clock: Clock, refused: set[str]) -> Decision | None:
    """Decide one case; one that cannot be decided is passed over in this sweep, and said in the log."""
    try:
        decision = lifecycle.overdue(case, clock())
        if decision is not None:
            return render(decision, office.composer)
    except Exception as error:  # noqa: BLE001 - one case we cannot decide must not silence the alerts of all others
        log.error("an overdue case could not be decided: case=%s %s", case.reference, type(error).__name__)
    refused.add(case.reference)
    return None
