"""
The first tables: mails, cases, what we tell, and the ledger of the mailbox.

A migration stands alone: it names columns as they are in the database and imports nothing of ours, so that it still
does the same when tables.py has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(length=24)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("next_attempt_at IS NOT NULL")
ON_THE_CLOCK = sa.text("next_alert_at IS NOT NULL")
NOT_MARKED = sa.text("mail_id IS NOT NULL AND marked_at IS NULL")


def upgrade() -> None:
    _create_cases()
    _create_mails()
    _create_outbox()
    _guard_history()


def downgrade() -> None:
    for table in (
        "contacts",
        "outbox",
        "mailbox_listings",
        "mailbox_uids",
        "thread",
        "mail_events",
        "mails",
        "events",
        "recipients",
        "referrals",
        "attachments",
        "cases",
        "serials",
    ):
        op.drop_table(table)


def _create_cases() -> None:
    op.create_table(
        "serials",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_serials")),
    )
    op.create_table(
        "cases",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("complainant_name", sa.Text(), nullable=False),
        sa.Column("complainant_address", sa.Text(), nullable=False),
        sa.Column("complainant_mobile", sa.Text(), nullable=False),
        sa.Column("complainant_key", sa.String(length=255), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("explain", sa.JSON(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("action_taken", sa.Text(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("possible_duplicate", sa.String(length=16), nullable=False),
        sa.Column("joined_into", sa.String(length=16), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("next_alert_at", MOMENT),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_cases")),
    )
    op.create_index(
        "ix_cases_due_at", "cases", ["due_at"], unique=False, sqlite_where=ON_THE_CLOCK, postgresql_where=ON_THE_CLOCK
    )
    op.create_index(
        "ix_cases_next_alert_at",
        "cases",
        ["next_alert_at", "reference"],
        unique=False,
        sqlite_where=ON_THE_CLOCK,
        postgresql_where=ON_THE_CLOCK,
    )
    op.create_index(op.f("ix_cases_state"), "cases", ["state"], unique=False)
    for column in ("complainant_key", "complainant_mobile"):
        op.create_index(op.f(f"ix_cases_{column}_reference"), "cases", [column, "reference"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_attachments_reference_cases")),
        sa.PrimaryKeyConstraint("reference", "position", name=op.f("pk_attachments")),
    )
    op.create_table(
        "referrals",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("referred_at", MOMENT, nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_referrals_reference_cases")),
        sa.PrimaryKeyConstraint("reference", "number", name=op.f("pk_referrals")),
    )
    op.create_table(
        "recipients",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference", "number"],
            ["referrals.reference", "referrals.number"],
            name=op.f("fk_recipients_reference_referrals"),
        ),
        sa.PrimaryKeyConstraint("reference", "number", "position", name=op.f("pk_recipients")),
    )
    op.create_table(
        "events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_events_reference_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_reference"), "events", ["reference"], unique=False)


def _create_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("identity", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=16)),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_mails_reference_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("identity", name=op.f("uq_mails_identity")),
    )
    op.create_index(op.f("ix_mails_outcome_reason"), "mails", ["outcome", "reason"], unique=False)
    op.create_index(op.f("ix_mails_reference"), "mails", ["reference"], unique=False)
    op.create_index(op.f("ix_mails_sha256"), "mails", ["sha256"], unique=False)
    op.create_table(
        "mail_events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("mail_id", SERIAL, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("deed", WORD, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mail_events_mail_id_mails")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_events")),
    )
    op.create_index(op.f("ix_mail_events_mail_id"), "mail_events", ["mail_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_thread_reference_cases")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_thread")),
    )
    op.create_table(
        "mailbox_uids",
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", MOMENT),
        sa.Column("mail_id", SERIAL),
        sa.Column("marked_at", MOMENT),
        sa.Column("gone_at", MOMENT),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mailbox_uids_mail_id_mails")),
        sa.PrimaryKeyConstraint("folder", "uidvalidity", "uid", name=op.f("pk_mailbox_uids")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mailbox_uids_mail_id"), "mailbox_uids", ["mail_id"], unique=False)
    op.create_index(
        "ix_mailbox_uids_unmarked",
        "mailbox_uids",
        ["folder", "uidvalidity", "uid"],
        unique=False,
        sqlite_where=NOT_MARKED,
        postgresql_where=NOT_MARKED,
    )
    op.create_table(
        "mailbox_listings",
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("server", sa.Integer(), nullable=False),
        sa.Column("untaken", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("folder", "uidvalidity", name=op.f("pk_mailbox_listings")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("email", sa.JSON(none_as_null=True)),
        sa.Column("state", WORD, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("attempted_at", MOMENT),
        sa.Column("first_attempted_at", MOMENT),
        sa.Column("settled_at", MOMENT),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", MOMENT),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["cases.reference"], name=op.f("fk_outbox_reference_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "reference",
            "purpose",
            "recipient",
            "occurrence",
            name=op.f("uq_outbox_reference_purpose_recipient_occurrence"),
        ),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["state", "channel", "next_attempt_at", "id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "created_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ok_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_contacts")),
    )


def _guard_history() -> None:
    """The history is never rewritten: on SQLite the database itself refuses to."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("events", "mail_events"):
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the history is never rewritten'); END"
            )
