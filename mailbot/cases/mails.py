"""
Mails that had their outcome, to be looked at again: found by what a human writes, and changed by what a human decides.

In: a connection of the store. Out: StoredMails, or rows changed. Promised: a revision changes a mail only while it is
what the human saw; what it was stands in the mail's own history, which is never rewritten.
"""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select, update

from mailbot.cases import rows
from mailbot.cases.tables import mail_events, mailbox_uids, mails
from mailbot.errors import StaleDecision
from mailbot.model import Decision, StoredMail

MOST_FOUND = 20
"""More mails than these are no answer to a human who names one."""

SHORT_ID = 12
"""Digits of a SHA-256 that name a mail on the command line: ten million hardly share them."""

_HEX = re.compile(r"[0-9a-f]{4,64}", re.ASCII)


def find_mails(connection: Connection, written: str) -> Sequence[StoredMail]:
    """The mails whose SHA-256 begins so, or whose Message-ID this is."""
    written = written.strip()
    lowered = written.lower().removeprefix("sha256:")
    if _HEX.fullmatch(lowered):
        return _read(connection, mails.c.sha256.between(lowered, lowered + "g"), limit=MOST_FOUND)
    named = (written, f"<{written}>")
    return _read(connection, mails.c.message_id.in_(named), limit=MOST_FOUND) if written else []


def mails_of_case(connection: Connection, reference: str) -> Sequence[StoredMail]:
    """All mails that belong to a case or were about it, in the order taken."""
    return _read(connection, mails.c.reference == reference, limit=None)


def history_of(connection: Connection, identity: str) -> Sequence[RowMapping]:
    """What humans did to a mail, in order."""
    query = select(mail_events).join(mails).where(mails.c.identity == identity).order_by(mail_events.c.id)
    return connection.execute(query).mappings().all()


def revise(connection: Connection, decisions: Sequence[Decision]) -> None:
    """
    Give mails another outcome, and keep what they were.

    Raises:
        StaleDecision: A mail is no longer what the human saw.
    """
    for decision in decisions:
        mail, revision = decision.mail, decision.revision
        if mail is None or revision is None:
            raise ValueError("a revision must name its mail")
        was = revision.was
        still = (
            mails.c.identity == mail.identity,
            mails.c.outcome == was.outcome,
            mails.c.reason == was.reason,
            func.coalesce(mails.c.reference, "") == was.reference,
        )
        changed = update(mails).where(*still).values(rows.revised_row(decision, mail)).returning(mails.c.id)
        mail_id = connection.scalar(changed)
        if mail_id is None:
            raise StaleDecision("the mail is no longer what it was")
        connection.execute(mail_events.insert(), [rows.mail_event_row(revision, mail_id)])


def _read(connection: Connection, which: ColumnElement[bool], *, limit: int | None) -> Sequence[StoredMail]:
    query = _with_first_uid().where(which).order_by(mails.c.id).limit(limit)
    return [rows.stored_mail_of(row) for row in connection.execute(query).mappings()]


def _with_first_uid() -> Select[*tuple[object, ...]]:
    """Each mail with one UID that it was taken under: which one does not matter, it names the same mail."""
    key = (mailbox_uids.c.folder, mailbox_uids.c.uidvalidity, mailbox_uids.c.uid)
    number = func.row_number().over(partition_by=mailbox_uids.c.mail_id, order_by=key).label("number")
    first = select(mailbox_uids.c.mail_id, *key, number).where(mailbox_uids.c.mail_id.is_not(None)).subquery("first")
    return select(mails, first.c.folder, first.c.uidvalidity, first.c.uid).join(
        first, (first.c.mail_id == mails.c.id) & (first.c.number == 1)
    )
