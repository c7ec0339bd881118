"""
The INSERTs of the store that know ON CONFLICT, made once: to put one together takes longer than to run it.

In: the name of the database. Out: statements to be run with rows. Promised: the same meaning in both databases.
"""

from functools import cache

from sqlalchemy import Table, bindparam, select

from mailbot.cases.tables import Insert, insert_into, mailbox_uids, mails


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
