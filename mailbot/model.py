"""
The words of mailbot: frozen records that every other file speaks in.

Nothing here reads a clock, a file or a setting. Times are timezone-aware and in UTC; telephone numbers are E.164
(`+919…`); e-mail addresses are as written, compared case-folded; codes of departments and places are those of
`config/`. A record says what is; who makes it and who uses it stands with the functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

# --- what arrived -----------------------------------------------------------------------------------------------

LETTER_BELOW = "[attached letter]"
"""The line of a grievance's text below which stands what a letter says that came attached."""


class MailKind(StrEnum):
    """What sort of mail it is by its form alone (headers and structure), before we ask whose it is."""

    NEW = "new"
    REPLY = "reply"
    FORWARD = "forward"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Address:
    """A display name (may be empty) and an address (may be empty when the header was unreadable)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; its bytes stay in the archived raw mail."""

    name: str
    type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """
    A number met in a text, and what became of it.

    `e164` is None when the number was left; `reason` says why it was taken or left. `start` and `end` are offsets in
    the text searched. `own` is True when a label or the place in a signature says it is the writer's own.
    """

    e164: str | None
    written: str
    start: int
    end: int
    own: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """
    A mail as a person would read it. Strings hold no NUL, no lone surrogate, and no line break but in `text`,
    `reply_text` and `warnings` entries never. A field that could not be read is empty and a warning says so.
    """

    kind: MailKind
    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]  # Delivered-To, X-Original-To, Envelope-To: where it really went
    subject: str
    date: datetime | None  # what the writer claims; never used to judge a term
    message_id: str  # with angle brackets; "" when absent
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str  # the whole body as text
    reply_text: str  # what this writer wrote: quotes and signatures taken off; never empty unless `text` is
    attachments: tuple[Attachment, ...]
    language: str  # BCP 47: en, bn, hi, ne, bn-Latn, hi-Latn, und
    phones: tuple[Phone, ...]
    bounced: tuple[str, ...]  # the addresses a bounce says have failed
    returned_ids: tuple[str, ...]  # Message-IDs of the mail that a bounce or report returns
    bulk: bool  # list or newsletter: no acknowledgement
    spam: bool  # marked so by the receiving host
    trace: tuple[tuple[str, str], ...]  # Received and Authentication-Results, topmost first, lower-case name, unfolded
    warnings: tuple[str, ...]
    error: str | None  # set only when nothing at all could be read
    attachment_text: str = ""  # the words of attached letters, when they were read: beside the writer's, never mixed
    by_words: bool = False  # a person may have written it all the same: a machine's by its words alone, or a web form's
    wants_no_answer: bool = False  # its envelope names nobody to answer to (RFC 3834 2): no acknowledgement
    machine_read: bool = False  # those words were recognised in a picture: a person must look before they count

    @property
    def sender(self) -> Address:
        """The first sender; an empty Address when the mail names none."""
        return self.senders[0] if self.senders else Address("", "")


# --- whose it is ------------------------------------------------------------------------------------------------


class Match(NamedTuple):
    """
    A phrase of a rule or a gazetteer name, found: `start` and `end` are offsets in the subject, or in the text.

    A tuple, for a mail has a hundred of them and making a dataclass of each took a tenth of its time.
    """

    rule: str  # where the rule stands: "keywords.csv:112", "places.csv:40"
    target: str  # the department or place code it speaks for
    phrase: str  # as the rule writes it
    words: str  # as the mail writes it
    where: str  # "subject", "body", "attachment"
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The department a text belongs to, with its evidence. `department` is "" when nothing matched."""

    department: str
    matches: tuple[Match, ...]
    candidates: tuple[tuple[str, float], ...]  # department and score, best first
    confident: bool
    reason: str
    dropped: tuple[str, ...] = ()  # what was found and does not count, a sentence each
    confidence: float = 0.0  # how many of a hundred such mails are rightly this department's, /100


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the gazetteer. `parent` is "" for the State."""

    code: str
    kind: str  # state, district, subdivision, block, municipality, corporation, police_district, …
    name: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFinding:
    """
    The place a text speaks of, with its evidence. `place` is None when none was found.

    `rivals` are the places that the words support nearly as well: a doubt only where others answer there.
    """

    place: Place | None
    matches: tuple[Match, ...]
    candidates: tuple[tuple[str, float], ...]
    confident: bool
    reason: str
    rivals: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # what was found and does not count, a sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An office that can be addressed. `level` is head, district, subdivision, block or triage."""

    code: str
    title: str
    department: str
    level: str
    place: str  # place code; "WB" for the State
    reports_to: str  # post code; "" at the top


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who holds a post, and how to reach that person there."""

    post: str
    name: str
    address: str
    mobile: str  # E.164; "" when none is known


class Role(StrEnum):
    """How a post stands in a route: it must answer, it must answer too, is above those who must, or is only told."""

    ADDRESSEE = "addressee"
    COPY = "copy"
    SUPERIOR = "superior"
    INFORMATION = "information"  # below those who must: told of a matter in its area, once; it owes no answer

    @property
    def must_answer(self) -> bool:
        """Whether an answer is owed by it, and taken from it."""
        return self in (Role.ADDRESSEE, Role.COPY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A post as a route addresses it, with the officer who holds it at that moment and why it was chosen."""

    post: str
    title: str
    role: Role
    officer: str
    address: str
    mobile: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who must act and who must know. Exactly one recipient is the addressee, and it stands first."""

    department: str
    place: str
    recipients: tuple[Recipient, ...]
    review: bool  # the triage desk should look: no department, no place, or doubt
    explain: tuple[str, ...]  # one sentence a step, for people
    is_guess: bool = False  # whether the department is in doubt


# --- what we owe ------------------------------------------------------------------------------------------------


class CaseState(StrEnum):
    NEW = "new"
    REFERRED = "referred"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    DUPLICATE = "duplicate"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self in (CaseState.NEW, CaseState.REFERRED, CaseState.REOPENED)


class ReferralState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # its case was joined to another, or the desk referred it to others, who owe the answer now


class Source(StrEnum):
    MAIL = "mail"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complainant:
    name: str
    address: str  # e-mail; "" for a letter without one
    mobile: str  # E.164; "" when none was found or certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What a complainant says, by mail or on paper, before it has become a case."""

    source: Source
    subject: str
    text: str
    language: str
    complainant: Complainant
    attachments: tuple[Attachment, ...]
    received_at: datetime
    raw_sha256: str  # the archived mail, or the letter archived as one
    message_id: str = ""
    acknowledge: bool = True  # False for bulk mail, which is never answered
    possible_duplicate: str = ""  # the earlier case that this may be a reminder of, with the evidence
    likeness: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A route as sent: its own term, its own state. `level` counts the terms that have been alerted about."""

    number: int  # 1, 2, … within its case
    department: str
    place: str
    recipients: tuple[Recipient, ...]
    state: ReferralState
    referred_at: datetime
    term: timedelta
    level: int = 0

    @property
    def due_at(self) -> datetime:
        return self.referred_at + self.term

    @property
    def alert_at(self) -> datetime:
        """When the next overdue alert falls due."""
        return self.referred_at + (self.level + 1) * self.term


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    Our obligation. `version` is 0 for a case not yet stored and grows by one with each stored change; a change is
    refused when the stored version is not the one it was decided on.
    """

    reference: str
    version: int
    state: CaseState
    source: Source
    subject: str
    text: str
    language: str
    complainant: Complainant
    attachments: tuple[Attachment, ...]
    department: str
    place: str
    review: bool
    explain: tuple[str, ...]
    received_at: datetime  # when the grievance reached our mailbox or desk
    opened_at: datetime  # when we made a case of it
    referrals: tuple[Referral, ...]
    message_id: str = ""  # of the mail it began with; "" for a letter without one
    raw_sha256: str = ""  # of the archived mail or scan it began with
    closed_at: datetime | None = None
    closed_by: str = ""  # post code
    action_taken: str = ""
    follow_ups: int = 0  # mails that ever followed it up; never counted down, it numbers the notices
    possible_duplicate: str = ""  # an earlier case that this may be a reminder of; a human decides
    joined_into: str = ""  # the case that this one, a duplicate, was joined to

    @property
    def due_at(self) -> datetime | None:
        """The earliest due time of what is still open; None when nothing is."""
        return min((r.due_at for r in self.referrals if r.state is ReferralState.OPEN), default=None)

    def recipients(self) -> tuple[Recipient, ...]:
        """Everyone this case was ever referred to, in order."""
        return tuple(person for referral in self.referrals for person in referral.recipients)

    def in_charge(self) -> tuple[Recipient, ...]:
        """Those of them whose referral stands, in order."""
        standing = (referral for referral in self.referrals if referral.state is not ReferralState.WITHDRAWN)
        return tuple(person for referral in standing for person in referral.recipients)


class EventKind(StrEnum):
    """What can happen to a case. The history is these, in order, and is never rewritten."""

    OPENED = "opened"
    REFERRED = "referred"
    FOLLOWED_UP = "followed_up"
    ANSWERED = "answered"
    CLOSED = "closed"
    OVERDUE = "overdue"
    AUTOMATIC_MAIL = "automatic_mail"
    BOUNCED = "bounced"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    JOINED = "joined"
    SPLIT = "split"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a case's history. `actor` is a post code, "complainant", "desk" or "mailbot"."""

    reference: str
    at: datetime
    kind: EventKind
    actor: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """
    A further mail of the complainant that stands in a case. `mail` is None until it is read, and when it cannot be.
    """

    number: int  # the occurrence of its notices
    sha256: str  # of the archived mail
    told: frozenset[str] = frozenset()  # the addresses that it was sent to, case-folded
    mail: Mail | None = None


# --- whom we tell -----------------------------------------------------------------------------------------------


class Purpose(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"
    REFERRAL = "referral"
    FOLLOW_UP = "follow_up"
    OVERDUE_ALERT = "overdue_alert"
    CLOSURE_NOTICE = "closure_notice"
    WITHDRAWAL = "withdrawal"


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    WITHDRAWN = "withdrawn"  # called back before it left: what it says was owed by a referral, and no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    The intent to tell one recipient one thing. Unique by (case, purpose, recipient, occurrence): the second such
    notice of a case is none.
    """

    purpose: Purpose
    channel: Channel
    recipient: str  # e-mail address or E.164
    language: str
    occurrence: int  # which referral, which level, which follow-up
    person: Recipient | None = None  # the officer it goes to; None when it goes to the complainant
    mail: Mail | None = None  # the mail that gave rise to it (a follow-up), to quote from
    writer: Recipient | None = None  # the officer who wrote that mail; None when the complainant did
    original_sha256: str = ""  # the archived mail to attach; "" for none
    now_with: tuple[Recipient, ...] = ()  # of a withdrawal: who must answer now; empty when nobody must


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailParts:
    """What an e-mail has beyond an SMS. Headers are single-line."""

    subject: str
    html: str  # "" for none
    message_id: str
    in_reply_to: str  # "" for none
    references: tuple[str, ...]
    reply_to: str
    original_sha256: str  # archived mail to attach as message/rfc822; "" for none
    auto_submitted: str  # "auto-replied" to a citizen's mail, else "auto-generated" (RFC 3834)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A notice rendered and addressed: the words themselves, ready to leave."""

    reference: str
    purpose: Purpose
    channel: Channel
    recipient: str
    occurrence: int
    language: str
    text: str
    email: EmailParts | None  # None for SMS


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An outbox message as the database knows it."""

    id: int
    message: OutboxMessage
    state: OutboxState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None  # None in a final state
    attempted_at: datetime | None  # when the last attempt began
    first_attempted_at: datetime | None  # when the first did: where a search at the gateway must start
    settled_at: datetime | None
    provider_id: str
    reason: str  # why it was refused, is in doubt, is held or waits
    doubts: int = 0  # attempts the gateway left without an answer: so many copies may be on their way


# --- one mail, one decision -------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of a mail. Every UID that the server has shown ends as exactly one of these."""

    CASE = "case"
    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    IGNORED = "ignored"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class MailboxId:
    """UIDs mean something only within a folder and its UIDVALIDITY (RFC 3501 2.3.1.1)."""

    folder: str
    uidvalidity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxListing:
    """What the server showed when the folder was selected."""

    mailbox: MailboxId
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMail:
    """A mail as fetched. `raw` is the whole of it, or its header alone when `whole` is False (too large)."""

    uid: int
    raw: bytes
    size_bytes: int  # as the server states it (RFC822.SIZE)
    received_at: datetime  # INTERNALDATE, UTC
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMail:
    """A mail as the ledger knows it. `identity` is the same however often and wherever the mail is delivered."""

    identity: str
    sha256: str
    mailbox: MailboxId
    uid: int
    size_bytes: int
    received_at: datetime
    message_id: str = ""
    kind: str = ""
    sender: str = ""
    subject: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail and what became of it, as the ledger holds both. `reference` is "" when no case is concerned."""

    taken: TakenMail
    outcome: Outcome
    reason: str
    reference: str


class MailDeed(StrEnum):
    """What a human does to a mail after it had its outcome."""

    RETRIED = "retried"
    RELEASED = "released"
    DISMISSED = "dismissed"
    SPLIT = "split"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    A human's change to what became of a mail. Stale, and nothing changes, unless the mail still is what it `was`.

    `by` names the human, as the machine knows them; `why` is "" where the deed says it all.
    """

    at: datetime
    deed: MailDeed
    by: str
    was: StoredMail
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    All that one event changes, to be stored whole or not at all.

    `mail` is None when no mail stands behind it (the clock, the desk). `case` is the case as it shall be afterwards,
    with the `version` it was decided on; None when no case is touched. `thread` are Message-IDs that lead to the case
    from now on. `outbox` are the rendered `notices`. `revision` says that the mail had an outcome, which this one
    replaces. `also` are decisions that stand or fall with this one. `withdrawn` are referrals of the case, by number:
    what they owed anybody does not leave if it has not yet; to whom none has left, no withdrawal need be told.
    """

    outcome: Outcome | None
    reason: str
    mail: TakenMail | None = None
    case: Case | None = None
    reference: str = ""  # the case this mail belongs to, also when it changes nothing in it
    thread: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    outbox: tuple[OutboxMessage, ...] = ()
    revision: Revision | None = None
    also: tuple["Decision", ...] = ()
    withdrawn: tuple[int, ...] = ()


class Stored(StrEnum):
    """What became of one decision at the store."""

    STORED = "stored"
    TWICE = "twice"  # the mail was taken before: nothing changed
    STALE = "stale"  # the case changed since it was read: nothing changed, decide anew
    FAILED = "failed"  # the database refused it: nothing changed


@dataclass(frozen=True, slots=True)
class StoreResult:
    state: Stored
    reason: str = ""
