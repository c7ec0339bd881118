"""
The outside world on one page. The loops know these shapes only; the adapters fill them.

Every method may raise the errors named here and no other; an adapter translates its library's errors once.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mailbot.model import (
    Case,
    Channel,
    Decision,
    FetchedMail,
    FollowUp,
    MailboxId,
    MailboxListing,
    OutboxEntry,
    OutboxMessage,
    OutboxState,
    Outcome,
    StoredMail,
    StoreResult,
)


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, so that nothing said to it leaves the machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


Clock = Callable[[], datetime]
"""The present moment, timezone-aware, in UTC."""


class Mailbox(Protocol):
    """
    One folder of one IMAP account, read by one thread. Raises MailboxUnavailable, or MailboxRefused when a human
    must look; after either, the next call connects anew.
    """

    def listing(self) -> MailboxListing:
        """Connect if need be, select the folder, and list every UID in it, ascending."""

    def fetch(self, uids: Sequence[int]) -> Iterator[list[FetchedMail]]:
        """
        Yield the mails in batches bounded in number and bytes, in the order asked for.

        A mail that is gone meanwhile, or that the server did not send whole, is missing from its batch: it stays on
        the server, or is no more, and is looked for again next time. Never sets a flag.
        """

    def mark(self, uids: Sequence[int]) -> None:
        """Tell the server that these are taken (`\\Seen`, and a move where configured). Gone ones are passed over."""

    def wait(self, seconds: float) -> bool:
        """
        Wait for news, at most so long: IDLE where the server has it, a plain pause where not.

        Returns True when something may have arrived. False is no proof of silence: list again now and then.
        """

    def close(self) -> None:
        """Let the connection go; never raises."""


class MailArchive(Protocol):
    """Raw mails, named by SHA-256, for ever. Raises ArchiveError."""

    def add(self, raws: Sequence[bytes]) -> list[str]:
        """Write these durably (on return they survive a power cut) and give their names, in order. Idempotent."""

    def read(self, sha256: str) -> bytes:
        """Give back what was added under this name, verified."""


class CaseStore(Protocol):
    """The database of mails and cases. Raises StoreUnavailable; nothing is then changed."""

    # the ledger of the mailbox
    def taken(self, mailbox: MailboxId) -> frozenset[int]:
        """The UIDs of this folder that have their outcome."""

    def note_listing(self, listing: MailboxListing, at: datetime) -> None:
        """Remember what the server showed, for the balance in `status`."""

    def begin(self, mailbox: MailboxId, uids: Sequence[int], at: datetime) -> Mapping[int, int]:
        """Count one more attempt at each of these, durably, before a byte is interpreted; give the counts."""

    def outcomes(self, identities: Sequence[str]) -> Mapping[str, Outcome]:
        """Which of these mails were taken before, under whatever UID."""

    def unmarked(self, mailbox: MailboxId) -> Sequence[int]:
        """UIDs with their outcome stored that the server has not been told of."""

    def note_marked(self, mailbox: MailboxId, uids: Sequence[int], at: datetime) -> None:
        """The server has been told."""

    # cases
    def reserve_serials(self, year: int, count: int) -> int:
        """Set aside `count` case serials of a year; give the first. A serial is never given twice; gaps may stay."""

    def cases_of_messages(self, message_ids: Sequence[str]) -> Mapping[str, str]:
        """Message-ID → case reference, for those that belong to a thread, ours or a complainant's."""

    def cases(self, references: Sequence[str]) -> Mapping[str, Case]:
        """The cases that exist among these references."""

    def cases_of_complainants(self, addresses: Sequence[str], mobiles: Sequence[str]) -> Sequence[Case]:
        """
        The cases of these complainants, the newest first: of each address and each mobile at most a few.

        Addresses are compared case-folded. A duplicate or dismissed case is none.
        """

    def mails_sent(self, references: Sequence[str]) -> Mapping[str, Sequence[OutboxMessage]]:
        """The e-mails that were made for these cases, the newest first: of each case at most a few, and 64 kB."""

    def find_mails(self, written: str) -> Sequence[StoredMail]:
        """The mails whose SHA-256 begins so, or whose Message-ID this is; at most a few."""

    def mails_of_case(self, reference: str) -> Sequence[StoredMail]:
        """All mails that belong to a case or were about it, in the order taken."""

    def follow_ups(self, reference: str) -> Sequence[FollowUp]:
        """The further mails of the complainant that stand in a case, in order, unread."""

    def overdue(self, now: datetime, limit: int) -> Sequence[Case]:
        """Open cases with an open referral whose next alert has fallen due, the longest waiting first."""

    def commit(self, decisions: Sequence[Decision]) -> list[StoreResult]:
        """
        Store these, each whole or not at all under a savepoint of its own, in one transaction, durably.

        A mail whose identity is known changes nothing but gets its UID noted (TWICE), unless the decision revises what
        became of it: then that is changed, and the deed kept in the mail's history. A case or a mail that has changed
        since (STALE) or a decision the database refuses (FAILED, with the reason) leaves no trace; the others stand.
        """

    def note_contact(self, party: str, at: datetime, error: str) -> None:
        """Remember the last contact with a party ("mailbox", "smtp", "sms"); `error` is "" when it went well."""


class Outbox(Protocol):
    """The queue of messages. Raises StoreUnavailable."""

    def claim(self, channel: Channel, now: datetime, *, limit: int, lease: timedelta) -> Sequence[OutboxEntry]:
        """
        Take due pending messages for sending: state `sending`, one attempt more, a lease; durable before it returns.

        Each is given to one caller only.
        """

    def expire_leases(self, now: datetime) -> int:
        """Messages still `sending` after their lease (a crash between send and commit) are in doubt; count them."""

    def abandon(self, now: datetime) -> int:
        """
        Messages still `sending` under our own name are in doubt, whatever their lease; count them.

        For one who knows that nobody sends under our name at this moment, as after a restart.
        """

    def doubtful(self, channel: Channel, now: datetime, *, limit: int) -> Sequence[OutboxEntry]:
        """Messages in doubt whose time to be asked about has come."""

    def settle(
        self,
        entry: OutboxEntry,
        state: OutboxState,
        *,
        at: datetime,
        next_attempt_at: datetime | None = None,
        provider_id: str = "",
        reason: str = "",
    ) -> bool:
        """
        Store what became of an attempt, and the event in the case's history with it.

        False, and nothing is changed, when the entry has moved on since it was read (its lease expired).
        """

    def release(self, entry: OutboxEntry, *, next_attempt_at: datetime) -> None:
        """Put a claimed message back as if it had not been tried (our own side was at fault)."""


class SmsGateway(Protocol):
    """One SMS provider. `send` raises a DeliveryError; which one says what is known of the message."""

    def send(self, message: OutboxMessage) -> str:
        """Hand the message over; give the provider's id. Returning means: accepted."""

    def find(self, message: OutboxMessage, since: datetime) -> str | None:
        """
        Ask whether this message was accepted at or after `since`; its id, or None when it is not (yet) listed.

        Raises CannotLook when the gateway has no such question, TemporaryFailure when it did not answer.
        """


class MailSender(Protocol):
    """Outgoing e-mail. `send` raises a DeliveryError."""

    def send(self, message: OutboxMessage, original: bytes | None) -> str:
        """Hand the mail over, `original` attached as message/rfc822 where given; give the server's answer or id."""

    def close(self) -> None:
        """End the batch: let the connection go; never raises."""
