"""
CaseStore on SQLAlchemy: the ledger of the mailbox, and cases with all that follows from a decision.

In: decisions, as records. Out: what became of each. Promised: a decision is stored whole or leaves no trace, whatever
becomes of its neighbours; a batch is one transaction, durable when `commit` returns; a mail taken twice changes
nothing; a case that changed meanwhile is not overwritten. Every time is an argument: no clock is read here or in SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Table,
    Update,
    func,
    select,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from mailbot.cases import mails as mail_rows
from mailbot.cases import rows, statements
from mailbot.cases.database import fault_name, reading, writing
from mailbot.cases.loading import in_chunks, load_cases, load_follow_ups, load_sent, newest_of
from mailbot.cases.outbox import call_back
from mailbot.cases.tables import (
    attachments,
    cases,
    contacts,
    events,
    insert_into,
    mailbox_listings,
    mailbox_uids,
    mails,
    recipients,
    referrals,
    serials,
    thread,
)
from mailbot.errors import StaleDecision
from mailbot.model import (
    Case,
    Decision,
    FollowUp,
    MailboxId,
    MailboxListing,
    OutboxMessage,
    Outcome,
    Stored,
    StoredMail,
    StoreResult,
    TakenMail,
)


class SqlCaseStore:
    """The database of mails and cases; see ports.CaseStore for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialect = engine.dialect.name

    # --- the ledger of the mailbox ------------------------------------------------------------------------------

    def taken(self, mailbox: MailboxId) -> frozenset[int]:
        """The UIDs of this folder that have their outcome."""
        query = select(mailbox_uids.c.uid).where(*_within(mailbox), mailbox_uids.c.mail_id.is_not(None))
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def note_listing(self, listing: MailboxListing, at: datetime) -> None:
        """Remember what the server showed: which UIDs are new to us, which are gone. Only differences are written."""
        shown = frozenset(listing.uids)
        present = (*_within(listing.mailbox), mailbox_uids.c.gone_at.is_(None))
        waiting = select(func.count()).select_from(mailbox_uids).where(*present, mailbox_uids.c.mail_id.is_(None))
        with writing(self._engine) as connection:
            known = frozenset(connection.scalars(select(mailbox_uids.c.uid).where(*present)))
            unknown = [{**_key(listing.mailbox), "uid": uid, "attempts": 0} for uid in sorted(shown - known)]
            _many(connection, statements.show_uids(self._dialect), unknown)
            _stamp(connection, listing.mailbox, sorted(known - shown), column="gone_at", at=at)
            row = {"server": len(shown), "untaken": connection.scalar(waiting), "at": at}
            self._put(connection, mailbox_listings, [{**_key(listing.mailbox), **row}])

    def begin(self, mailbox: MailboxId, uids: Sequence[int], at: datetime) -> Mapping[int, int]:
        """Count one more attempt at each of these; give the counts."""
        if not uids:
            return {}
        tried = [{**_key(mailbox), "uid": uid, "attempts": 1, "attempted_at": at} for uid in uids]
        with writing(self._engine) as connection:
            _many(connection, statements.try_uids(self._dialect), tried)
            return dict(_attempts(connection, mailbox, uids))

    def outcomes(self, identities: Sequence[str]) -> Mapping[str, Outcome]:
        """Which of these mails were taken before, under whatever UID."""
        with reading(self._engine) as connection:
            return {
                identity: outcome
                for some in in_chunks(identities)
                for identity, outcome in connection.execute(
                    select(mails.c.identity, mails.c.outcome).where(mails.c.identity.in_(some))
                )
            }

    def unmarked(self, mailbox: MailboxId) -> Sequence[int]:
        """UIDs with their outcome stored that the server still shows and has not been told of."""
        query = (
            select(mailbox_uids.c.uid)
            .where(
                *_within(mailbox),
                mailbox_uids.c.mail_id.is_not(None),
                mailbox_uids.c.marked_at.is_(None),
                mailbox_uids.c.gone_at.is_(None),
            )
            .order_by(mailbox_uids.c.uid)
        )
        with reading(self._engine) as connection:
            return connection.scalars(query).all()

    def note_marked(self, mailbox: MailboxId, uids: Sequence[int], at: datetime) -> None:
        """The server has been told."""
        with writing(self._engine) as connection:
            _stamp(connection, mailbox, uids, column="marked_at", at=at)

    # --- cases --------------------------------------------------------------------------------------------------

    def reserve_serials(self, year: int, count: int) -> int:
        """
        Set aside `count` case serials of a year; give the first.

        Raises:
            ValueError: Fewer than one was asked for.
        """
        if count < 1:
            raise ValueError(f"at least one serial must be asked for, got {count}")
        statement = insert_into(self._dialect, serials).values(year=year, last=count)
        statement = statement.on_conflict_do_update(
            index_elements=[serials.c.year], set_={"last": serials.c.last + statement.excluded.last}
        )
        with writing(self._engine) as connection:
            last: int = connection.execute(statement.returning(serials.c.last)).scalar_one()
        return last - count + 1

    def cases_of_messages(self, message_ids: Sequence[str]) -> Mapping[str, str]:
        """Message-ID → case reference, for those that belong to a thread."""
        keys = {rows.thread_key(name): name for name in message_ids}
        with reading(self._engine) as connection:
            return {
                keys[key]: reference
                for some in in_chunks(list(keys))
                for key, reference in connection.execute(
                    select(thread.c.message_id, thread.c.reference).where(thread.c.message_id.in_(some))
                )
            }

    def cases(self, references: Sequence[str]) -> Mapping[str, Case]:
        """The cases that exist among these references."""
        with reading(self._engine) as connection:
            return load_cases(connection, references)

    def cases_of_complainants(self, addresses: Sequence[str], mobiles: Sequence[str]) -> Sequence[Case]:
        """The cases of these complainants, the newest first: of each address and each mobile at most a few."""
        keys = [rows.complainant_key(address) for address in addresses if address]
        wanted = (
            (cases.c.complainant_key, sorted(set(keys))),
            (cases.c.complainant_mobile, sorted({mobile for mobile in mobiles if mobile})),
        )
        with reading(self._engine) as connection:
            found = {
                reference
                for column, values in wanted
                for some in in_chunks(values)
                for reference in connection.scalars(newest_of(column, some))
            }
            loaded = load_cases(connection, sorted(found, reverse=True))
        return sorted(loaded.values(), key=lambda case: (case.opened_at, case.reference), reverse=True)

    def mails_sent(self, references: Sequence[str]) -> Mapping[str, Sequence[OutboxMessage]]:
        """The e-mails that were made for these cases, the newest first: of each case at most a few, and 64 kB."""
        with reading(self._engine) as connection:
            return load_sent(connection, references)

    def find_mails(self, written: str) -> Sequence[StoredMail]:
        """The mails whose SHA-256 begins so, or whose Message-ID this is; at most a few."""
        with reading(self._engine) as connection:
            return mail_rows.find_mails(connection, written)

    def mails_of_case(self, reference: str) -> Sequence[StoredMail]:
        """All mails that belong to a case or were about it, in the order taken."""
        with reading(self._engine) as connection:
            return mail_rows.mails_of_case(connection, reference)

    def follow_ups(self, reference: str) -> Sequence[FollowUp]:
        """The further mails of the complainant that stand in a case, in order, unread."""
        with reading(self._engine) as connection:
            return load_follow_ups(connection, reference)

    def overdue(self, now: datetime, limit: int) -> Sequence[Case]:
        """Open cases whose next alert has fallen due, the longest waiting first."""
        query = (
            select(cases.c.reference)
            .where(cases.c.next_alert_at <= now)
            .order_by(cases.c.next_alert_at, cases.c.reference)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            references = connection.scalars(query).all()
            found = load_cases(connection, references)
        return [found[reference] for reference in references]

    def note_contact(self, party: str, at: datetime, error: str) -> None:
        """Remember the last contact with a party, and the last that went well."""
        row = {"party": party, "at": at, "error": error} | ({} if error else {"ok_at": at})
        with writing(self._engine) as connection:
            self._put(connection, contacts, [row])

    # --- decisions ----------------------------------------------------------------------------------------------

    def commit(self, decisions: Sequence[Decision]) -> list[StoreResult]:
        """Store these, each whole or not at all, in one transaction."""
        if not decisions:
            return []
        with writing(self._engine) as connection:
            return self._store(connection, decisions)

    def _store(self, connection: Connection, decisions: Sequence[Decision]) -> list[StoreResult]:
        """
        Try them together under one savepoint, table by table, which is many times faster than one by one; if that
        fails, the savepoint is undone and each half tried alone, down to the decision at fault.
        """
        try:
            with connection.begin_nested():
                return self._write(connection, decisions)
        except (StaleDecision, StatementError, ValueError, OverflowError) as error:
            if not _lies_with_decision(error):
                raise
            if len(decisions) > 1:
                middle = len(decisions) // 2
                return self._store(connection, decisions[:middle]) + self._store(connection, decisions[middle:])
            return [_refusal(error)]

    def _write(self, connection: Connection, decisions: Sequence[Decision]) -> list[StoreResult]:
        asked = decisions
        decisions = [one for decision in asked for one in (decision, *decision.also)]
        revised = [decision for decision in decisions if decision.revision]
        taken = [decision.mail for decision in decisions if decision.mail and not decision.revision]
        known = _known_mails(connection, taken)
        fresh = [one for one in decisions if one.revision or not (one.mail and one.mail.identity in known)]
        self._write_cases(connection, [decision.case for decision in fresh if decision.case])
        new_mails = [rows.mail_row(one, one.mail) for one in fresh if one.mail and not one.revision]
        _many(connection, mails.insert(), new_mails)
        mail_rows.revise(connection, revised)
        _many(connection, events.insert(), [rows.event_row(event) for one in fresh for event in one.events])
        _many(
            connection,
            statements.add_messages(self._dialect),
            [row for one in fresh for row in rows.outbox_rows(one, unheard=call_back(connection, one))],
        )
        self._put(connection, thread, [row for one in revised for row in rows.thread_rows(one)])
        _many(
            connection,
            statements.add_new(self._dialect, thread),
            [row for one in fresh if not one.revision for row in rows.thread_rows(one)],
        )
        _many(connection, statements.note_uids(self._dialect), [_uid_of(mail) for mail in taken])
        return [
            StoreResult(Stored.TWICE if decision.mail and decision.mail.identity in known else Stored.STORED)
            for decision in asked
        ]

    def _write_cases(self, connection: Connection, changed: Sequence[Case]) -> None:
        _many(connection, cases.insert(), [rows.case_row(case) for case in changed if case.version == 0])
        for case in changed:
            if case.version and connection.execute(_case_update(case)).rowcount != 1:
                raise StaleDecision("the case has changed since it was read")
        self._put(connection, attachments, [row for case in changed for row in rows.attachment_rows(case)])
        self._put(connection, referrals, [row for case in changed for row in rows.referral_rows(case)])
        self._put(connection, recipients, [row for case in changed for row in rows.recipient_rows(case)])

    def _put(self, connection: Connection, table: Table, values: Sequence[rows.Row]) -> None:
        """Insert rows, or update those whose key exists."""
        if values:
            connection.execute(statements.upsert(self._dialect, table, tuple(values[0])), values)


# --- small deeds ------------------------------------------------------------------------------------------------


def _known_mails(connection: Connection, taken: Sequence[TakenMail]) -> frozenset[str]:
    return frozenset(
        identity
        for some in in_chunks([mail.identity for mail in taken])
        for identity in connection.scalars(select(mails.c.identity).where(mails.c.identity.in_(some)))
    )


def _many(connection: Connection, statement: Executable, values: Sequence[rows.Row]) -> None:
    if values:
        connection.execute(statement, values)


def _uid_of(mail: TakenMail) -> rows.Row:
    return {
        "in_folder": mail.mailbox.folder,
        "in_uidvalidity": mail.mailbox.uidvalidity,
        "with_uid": mail.uid,
        "of_identity": mail.identity,
    }


def _case_update(case: Case) -> Update:
    return (
        update(cases)
        .where(cases.c.reference == case.reference, cases.c.version == case.version)
        .values(rows.case_row(case))
    )


def _stamp(connection: Connection, mailbox: MailboxId, uids: Sequence[int], *, column: str, at: datetime) -> None:
    for some in in_chunks(uids):
        connection.execute(
            update(mailbox_uids).where(*_within(mailbox), mailbox_uids.c.uid.in_(some)).values({column: at})
        )


def _attempts(connection: Connection, mailbox: MailboxId, uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    for some in in_chunks(uids):
        query = select(mailbox_uids.c.uid, mailbox_uids.c.attempts)
        yield from map(tuple, connection.execute(query.where(*_within(mailbox), mailbox_uids.c.uid.in_(some))))


def _within(mailbox: MailboxId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return mailbox_uids.c.folder == mailbox.folder, mailbox_uids.c.uidvalidity == mailbox.uidvalidity


def _key(mailbox: MailboxId) -> rows.Row:
    return {"folder": mailbox.folder, "uidvalidity": mailbox.uidvalidity}


def _lies_with_decision(error: Exception) -> bool:
    """Whether this decision is at fault (then its neighbours stand), not the database (then none does)."""
    return not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | DataError)


def _refusal(error: Exception) -> StoreResult:
    if isinstance(error, StaleDecision):
        return StoreResult(Stored.STALE, str(error))
    # The first line names the constraint; PostgreSQL tells the values in the lines after it.
    told = str(error.orig).splitlines()[0] if isinstance(error, IntegrityError) else ""
    return StoreResult(Stored.FAILED, ": ".join(filter(None, (fault_name(error), told))))
