"""
Loop 2: due outbox messages → accepted, refused, or in doubt.

In: the outbox, a gateway for each channel, the archive for originals. Out: every due message tried once, every doubtful
one asked about. Promised: an attempt is durable before it is made; what may have been taken is asked about before it
is sent again, and never sent a third time; a dead number or a dead gateway does not stop the rest.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailbot.errors import (
    ArchiveError,
    CannotLook,
    DeliveryError,
    DoubtfulDelivery,
    PermanentFailure,
    SenderUnavailable,
    TemporaryFailure,
)
from mailbot.model import Channel, OutboxEntry, OutboxState
from mailbot.notify import retry
from mailbot.ports import CaseStore, Clock, MailArchive, MailSender, Outbox, SmsGateway

LEASE = {Channel.SMS: timedelta(seconds=60), Channel.EMAIL: timedelta(minutes=5)}
"""How long one hand-over may take; beyond it the message is in doubt. Adapters time out within 15 s a step."""
PAUSE = timedelta(minutes=5)
"""How long a channel rests when our own side is at fault: no attempt at all is made meanwhile."""
SHORT_PAUSE = timedelta(seconds=30)
TURN = 20
"""Messages a channel may send before it is the other's turn."""
FAULTS_IN_A_ROW = 3
"""After so many temporary faults in a row a gateway is taken for down, and its channel rests for a short while."""
ASKED_AT_ONCE = 50

log = logging.getLogger(__name__)

Observer = Callable[[OutboxEntry, OutboxState, str], None]


@dataclass(slots=True)
class DispatchSummary:
    """What one run did: messages by what became of them. `waiting`: tried, to be tried again later."""

    sent: int = 0
    refused: int = 0
    in_doubt: int = 0
    waiting: int = 0
    held: int = 0
    seconds: float = 0.0

    def count(self, state: OutboxState) -> None:
        name = "waiting" if state is OutboxState.PENDING else state.value
        setattr(self, name, getattr(self, name) + 1)


def observe_nothing(_entry: OutboxEntry, _state: OutboxState, _reason: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """The loop with the outside world it works on. `doubt`: how long a message in doubt waits before it is resent."""

    outbox: Outbox
    store: CaseStore
    sms: SmsGateway
    mail: MailSender
    archive: MailArchive
    clock: Clock
    doubt: timedelta
    rests: dict[Channel, datetime] = field(default_factory=dict)  # until when a channel rests; kept from run to run
    observe: Observer = observe_nothing
    stopping: Callable[[], bool] = field(default=lambda: False)

    def run(self) -> DispatchSummary:
        """
        Ask about what is in doubt, then send what is due, then return.

        Raises:
            StoreUnavailable: The run ended early; an attempt that could not be settled is in doubt, not lost.
        """
        started = time.monotonic()
        summary = DispatchSummary()
        self.outbox.expire_leases(self.clock())
        awake = [channel for channel in Channel if self.rests.get(channel, self.clock()) <= self.clock()]
        for channel in awake:
            self._ask(channel, summary)
        while awake:
            awake = [channel for channel in awake if self._take_turn(channel, summary)]
        self.mail.close()
        summary.seconds = round(time.monotonic() - started, 3)
        return summary

    # --- what is due --------------------------------------------------------------------------------------------

    def _take_turn(self, channel: Channel, summary: DispatchSummary) -> bool:
        """
        Send a few, so that one channel's backlog does not keep the other waiting; whether more may be due.

        Each is claimed by itself: a crash leaves one message in doubt, not a batch.
        """
        faults = 0
        for _ in range(TURN):
            claimed = [] if self.stopping() else self.outbox.claim(channel, self.clock(), limit=1, lease=LEASE[channel])
            if not claimed:
                return False
            try:
                faults = 0 if self._attempt(claimed[0], summary) else faults + 1
            except SenderUnavailable as error:
                self.outbox.release(claimed[0], next_attempt_at=self.clock() + PAUSE)
                self._rest(channel, PAUSE, error.reason)
                return False
            if faults == FAULTS_IN_A_ROW:
                self._rest(channel, SHORT_PAUSE, f"{faults} faults in a row")
                return False
        return True

    def _rest(self, channel: Channel, pause: timedelta, reason: str) -> None:
        """Leave the other side alone for a while: a login refused every second ends in a locked account."""
        self.rests[channel] = self.clock() + pause
        self.store.note_contact(_party(channel), self.clock(), reason)
        log.error("%s cannot be sent: %s; trying again in %s", channel.value, reason, pause)

    def _attempt(self, entry: OutboxEntry, summary: DispatchSummary) -> bool:
        """Hand one message over and settle what became of it; False when the gateway seems to be down."""
        try:
            provider_id = self._hand_over(entry)
        except SenderUnavailable:
            raise
        except PermanentFailure as error:
            self._settle(entry, OutboxState.REFUSED, summary, reason=error.reason)
        except DoubtfulDelivery as error:
            self._doubt(entry, summary, error.reason)
            self.store.note_contact(_party(entry.message.channel), self.clock(), error.reason)
            return False
        except (TemporaryFailure, ArchiveError) as error:
            reason = error.reason if isinstance(error, TemporaryFailure) else "the original mail cannot be read back"
            self._wait(entry, summary, reason, error.retry_after if isinstance(error, TemporaryFailure) else None)
            self.store.note_contact(_party(entry.message.channel), self.clock(), reason)
            return False
        except Exception as error:  # noqa: BLE001 - an adapter's unforeseen fault: it may have been sent, so ask first
            log.error("an unforeseen fault while sending: outbox=%s %s", entry.id, type(error).__name__)
            self._doubt(entry, summary, type(error).__name__)
        else:
            self._settle(entry, OutboxState.SENT, summary, provider_id=provider_id)
            self.store.note_contact(_party(entry.message.channel), self.clock(), "")
        return True

    def _hand_over(self, entry: OutboxEntry) -> str:
        message = entry.message
        if message.channel is Channel.SMS:
            return self.sms.send(message)
        sha256 = message.email.original_sha256 if message.email else ""
        return self.mail.send(message, self.archive.read(sha256) if sha256 else None)

    def _wait(self, entry: OutboxEntry, summary: DispatchSummary, reason: str, retry_after: timedelta | None) -> None:
        again = retry.next_attempt(
            entry.attempts,
            self.clock(),
            created_at=entry.created_at,
            seed=entry.id,
            kind=entry.message.channel,
            retry_after=retry_after,
        )
        if again is None:
            self._settle(entry, OutboxState.HELD, summary, reason=f"given up after {entry.attempts} attempts: {reason}")
        else:
            self._settle(entry, OutboxState.PENDING, summary, reason=reason, next_attempt_at=again)

    # --- what is in doubt ---------------------------------------------------------------------------------------

    def _doubt(self, entry: OutboxEntry, summary: DispatchSummary, reason: str) -> None:
        now = self.clock()
        look = retry.next_look(entry.attempted_at or now, now, self.doubt)
        self._settle(entry, OutboxState.IN_DOUBT, summary, reason=reason, next_attempt_at=look or now)

    def _ask(self, channel: Channel, summary: DispatchSummary) -> None:
        """Ask the gateway about each doubtful message whose time has come; send again only what it does not know."""
        for entry in self.outbox.doubtful(channel, self.clock(), limit=ASKED_AT_ONCE):
            if self.stopping():
                return
            try:
                provider_id = self._look(entry)
            except DeliveryError as error:
                self.store.note_contact(_party(channel), self.clock(), error.reason)
                self._settle(
                    entry,
                    OutboxState.IN_DOUBT,
                    summary,
                    reason=f"could not be asked about: {error.reason}",
                    next_attempt_at=self.clock() + self.doubt,
                )
                return
            if provider_id:
                self._settle(entry, OutboxState.SENT, summary, provider_id=provider_id)
            else:
                self._unknown(entry, summary)

    def _look(self, entry: OutboxEntry) -> str | None:
        """The provider's id when it has the message; None when it does not know it, or cannot tell."""
        if entry.message.channel is Channel.EMAIL:
            return None  # SMTP has no such question; a second copy bears the same Message-ID
        try:
            return self.sms.find(entry.message, entry.first_attempted_at or entry.created_at)
        except CannotLook:
            return None

    def _unknown(self, entry: OutboxEntry, summary: DispatchSummary) -> None:
        """Not known to the gateway: look again, then send once more, then leave it to a human."""
        now = self.clock()
        look = retry.next_look(entry.attempted_at or entry.created_at, now, self.doubt)
        if look is not None:
            self._settle(entry, OutboxState.IN_DOUBT, summary, reason="not listed yet", next_attempt_at=look)
        elif retry.may_send_again(entry.doubts, entry.attempts, kind=entry.message.channel):
            self._settle(entry, OutboxState.PENDING, summary, reason="not listed: sent again", next_attempt_at=now)
        else:
            self._settle(entry, OutboxState.HELD, summary, reason=f"in doubt after {entry.attempts} attempts")

    def _settle(
        self,
        entry: OutboxEntry,
        state: OutboxState,
        summary: DispatchSummary,
        *,
        provider_id: str = "",
        reason: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        """Store what became of an attempt; if the entry has moved on meanwhile, another has settled it."""
        stored = self.outbox.settle(
            entry,
            state,
            at=self.clock(),
            next_attempt_at=next_attempt_at,
            provider_id=provider_id,
            reason=reason,
        )
        if not stored:
            log.warning("an attempt outlived its lease: outbox=%s, it is asked about later", entry.id)
            return
        summary.count(state)
        self.observe(entry, state, reason)


def _party(channel: Channel) -> str:
    return "sms" if channel is Channel.SMS else "smtp"
