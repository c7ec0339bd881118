"""
The tables of mailbot, as SQLAlchemy Core knows them; `migrations/` makes them, `database.py` opens them.

Promised: a time is in UTC or refused; a state is stored by its word; nothing here is of one database alone.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine

from mailbot.model import (
    CaseState,
    Channel,
    EventKind,
    MailDeed,
    OutboxState,
    Outcome,
    Purpose,
    ReferralState,
    Role,
    Source,
)

# --- types ------------------------------------------------------------------------------------------------------


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. A datetime without timezone is refused, for nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without timezone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (theirs)
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Span(TypeDecorator[timedelta]):
    """A length of time, in whole microseconds: exact, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (theirs)
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 (theirs)
        return None if value is None else timedelta(microseconds=value)


def _words(kind: type[StrEnum]) -> Enum:
    """A column of an enum's words. No CHECK: a new word must not need a rebuilt table."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda words: [w.value for w in words],
    )


def _serial() -> TypeEngine[int]:
    """An id that counts up: SQLite does so for INTEGER alone."""
    return BigInteger().with_variant(Integer(), "sqlite")


def _case(*, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column("reference", String(16), ForeignKey("cases.reference"), nullable=nullable, primary_key=primary_key)


# --- tables -----------------------------------------------------------------------------------------------------

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

serials = Table(
    "serials",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", _words(CaseState), nullable=False, index=True),
    Column("source", _words(Source), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("complainant_name", Text, nullable=False),
    Column("complainant_address", Text, nullable=False),
    Column("complainant_mobile", Text, nullable=False),
    Column("complainant_key", String(255), nullable=False),  # the address, case-folded and of a bounded length
    Column("department", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("review", Boolean(create_constraint=False), nullable=False),
    Column("explain", JSON, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("raw_sha256", String(64), nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text, nullable=False),
    Column("action_taken", Text, nullable=False),
    Column("follow_ups", Integer, nullable=False),
    Column("possible_duplicate", String(16), nullable=False),
    Column("joined_into", String(16), nullable=False),
    # When the earliest open referral falls due, and when the clock must next speak of an open case: both follow from
    # the referrals, and stand here so that the sweep is one look at an index however many cases there are.
    Column("due_at", Moment),
    Column("next_alert_at", Moment),
)
_ON_THE_CLOCK = cases.c.next_alert_at.is_not(None)
Index(
    "ix_cases_next_alert_at",
    cases.c.next_alert_at,
    cases.c.reference,
    sqlite_where=_ON_THE_CLOCK,
    postgresql_where=_ON_THE_CLOCK,
)
Index("ix_cases_due_at", cases.c.due_at, sqlite_where=_ON_THE_CLOCK, postgresql_where=_ON_THE_CLOCK)

Index(None, cases.c.complainant_key, cases.c.reference)
Index(None, cases.c.complainant_mobile, cases.c.reference)

attachments = Table(
    "attachments",
    metadata,
    _case(primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

referrals = Table(
    "referrals",
    metadata,
    _case(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("department", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", _words(ReferralState), nullable=False),
    Column("referred_at", Moment, nullable=False),
    Column("term", Span, nullable=False),
    Column("level", Integer, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("post", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("role", _words(Role), nullable=False),
    Column("officer", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("mobile", Text, nullable=False),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(["reference", "number"], ["referrals.reference", "referrals.number"]),
)

mails = Table(
    "mails",
    metadata,
    Column("id", _serial(), primary_key=True),
    Column("identity", String(255), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", _words(Outcome), nullable=False),
    Column("reason", Text, nullable=False),
    Column("reference", String(16), ForeignKey("cases.reference"), index=True),
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("warnings", JSON, nullable=False),
    Index(None, "outcome", "reason"),
    Index(None, "sha256"),
)

mail_events = Table(
    "mail_events",
    metadata,
    Column("id", _serial(), primary_key=True),
    Column("mail_id", _serial(), ForeignKey("mails.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("deed", _words(MailDeed), nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", JSON, nullable=False),  # what it was, by whom, and why
)

mailbox_uids = Table(
    "mailbox_uids",
    metadata,
    Column("folder", String(255), primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True, autoincrement=False),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False),
    Column("attempted_at", Moment),  # when the last attempt began: for a taken mail, when it was taken
    Column("mail_id", _serial(), ForeignKey("mails.id"), index=True),  # NULL until the outcome is stored
    Column("marked_at", Moment),
    Column("gone_at", Moment),  # when the server first listed the folder without it
    sqlite_with_rowid=False,
)
_NOT_MARKED = mailbox_uids.c.mail_id.is_not(None) & mailbox_uids.c.marked_at.is_(None)
Index(
    "ix_mailbox_uids_unmarked",
    mailbox_uids.c.folder,
    mailbox_uids.c.uidvalidity,
    mailbox_uids.c.uid,
    sqlite_where=_NOT_MARKED,
    postgresql_where=_NOT_MARKED,
)

mailbox_listings = Table(
    "mailbox_listings",
    metadata,
    Column("folder", String(255), primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True, autoincrement=False),
    Column("server", Integer, nullable=False),  # how many mails it showed
    Column("untaken", Integer, nullable=False),  # how many of them had no outcome then
    Column("at", Moment, nullable=False),
)

thread = Table(
    "thread",
    metadata,
    Column("message_id", String(255), primary_key=True),
    _case(),
)

events = Table(
    "events",
    metadata,
    Column("id", _serial(), primary_key=True),
    Column("reference", String(16), ForeignKey("cases.reference"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("kind", _words(EventKind), nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _serial(), primary_key=True),
    _case(),
    Column("purpose", _words(Purpose), nullable=False),
    Column("channel", _words(Channel), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("email", JSON(none_as_null=True)),
    Column("state", _words(OutboxState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),  # attempts that the gateway left without an answer
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment),
    Column("attempted_at", Moment),
    Column("first_attempted_at", Moment),
    Column("settled_at", Moment),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("provider_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("reference", "purpose", "recipient", "occurrence"),
)
# The condition names no state, because SQLite uses a partial index only where it can prove it from the statement's
# text: `next_attempt_at <= ?` proves this one, `state = ?` would prove nothing.
_WAITING = outbox.c.next_attempt_at.is_not(None)
Index(
    "ix_outbox_due",
    outbox.c.state,
    outbox.c.channel,
    outbox.c.next_attempt_at,
    outbox.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index("ix_outbox_state", outbox.c.state, outbox.c.created_at)

contacts = Table(
    "contacts",
    metadata,
    Column("party", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("ok_at", Moment),  # the last time it went well
    Column("error", Text, nullable=False),
)


Insert = sqlite.Insert | postgresql.Insert
"""An INSERT that knows ON CONFLICT: both databases do, each in its own module."""


def insert_into(dialect: str, table: Table) -> Insert:
    """Begin an INSERT for the database of this name."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
