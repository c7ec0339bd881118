"""
The INSERTs of the store that know ON CONFLICT, made once: to put one together takes longer than to run it.

In: the name of the database. Out: statements to be run with rows. Promised: the same meaning in both databases.
"""

from functools import cache

from sqlalchemy import Table, and_, bindparam, func, null, or_, select

from mailbot.cases.tables import Insert, insert_into, mailbox_uids, mails, outbox
from mailbot.model import OutboxState, Purpose


@cache
def upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    """Insert rows with these columns, or update those whose key exists."""
    statement = insert_into(dialect, table)
    others = {name: statement.excluded[name] for name in names if not table.c[name].primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)


@cache
def add_new(dialect: str, table: Table) -> Insert:
    """Insert rows, passing over those that a unique key knows already."""
    return insert_into(dialect, table).on_conflict_do_nothing()


@cache
def add_messages(dialect: str) -> Insert:
    """
    Insert messages, passing over those whose occurrence their recipient was told of, or will be.

    A follow-up is told anew to who has the case again: if it has not left, it leaves once, in the new words.
    """
    statement = insert_into(dialect, outbox)
    told_anew = ("language", "text", "email", "state", "created_at", "reason")
    return statement.on_conflict_do_update(
        index_elements=[outbox.c.reference, outbox.c.purpose, outbox.c.recipient, outbox.c.occurrence],
        set_={
            **{name: statement.excluded[name] for name in told_anew},
            "next_attempt_at": func.coalesce(outbox.c.next_attempt_at, statement.excluded.next_attempt_at),
            "settled_at": null(),
        },
        where=and_(
            outbox.c.purpose == Purpose.FOLLOW_UP,
            # no IN: it has a parameter for each value, and executemany counts them before it knows how many
            or_(outbox.c.state == OutboxState.PENDING, outbox.c.state == OutboxState.WITHDRAWN),
        ),
    )


@cache
def show_uids(dialect: str) -> Insert:
    """Insert UIDs that the server shows; one that was gone is there again."""
    return insert_into(dialect, mailbox_uids).on_conflict_do_update(
        index_elements=list(mailbox_uids.primary_key), set_={"gone_at": None}
    )


@cache
def try_uids(dialect: str) -> Insert:
    """Count one more attempt at UIDs."""
    statement = insert_into(dialect, mailbox_uids)
    return statement.on_conflict_do_update(
        index_elements=list(mailbox_uids.primary_key),
        set_={"attempts": mailbox_uids.c.attempts + 1, "attempted_at": statement.excluded.attempted_at},
    )


@cache
def note_uids(dialect: str) -> Insert:
    """Tie UIDs to their mails; a UID that has one keeps it."""
    statement = insert_into(dialect, mailbox_uids).values(
        folder=bindparam("in_folder"),
        uidvalidity=bindparam("in_uidvalidity"),
        uid=bindparam("with_uid"),
        attempts=0,
        mail_id=select(mails.c.id).where(mails.c.identity == bindparam("of_identity")).scalar_subquery(),
    )
    return statement.on_conflict_do_update(
        index_elements=list(mailbox_uids.primary_key),
        set_={"mail_id": statement.excluded.mail_id},
        where=mailbox_uids.c.mail_id.is_(None),
    )
