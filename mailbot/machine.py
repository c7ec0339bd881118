"""
The wiring diagram: settings → adapters → three loops.

In: Settings. Out: the Machine whose three loops the daemon runs for ever and the command line runs once. Between the
loops lies nothing but the database. Only this file knows which adapters there are.
"""

import fcntl
import logging
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from mailbot import desk, escalate
from mailbot.cases import token
from mailbot.cases.database import open_database, schema_is_current, upgrade
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.classify.directory import read_departments, read_directory
from mailbot.classify.places import read_gazetteer
from mailbot.classify.rules import read_rules
from mailbot.dispatch import Dispatcher, DispatchSummary
from mailbot.errors import ArchiveError, ConfigurationError, Fault, MailbotError
from mailbot.escalate import EscalateSummary
from mailbot.followed import read_follow_ups
from mailbot.ingest.apart import read_apart, read_letters_apart
from mailbot.ingest.archive import FileArchive
from mailbot.ingest.mailbox import ImapMailbox
from mailbot.intake import INDIA, Office
from mailbot.model import Case, Channel, Decision, Mail, OutboxEntry, OutboxState
from mailbot.notify.compose import Composer, Templates, read_templates
from mailbot.notify.sms import ConsoleGateway, TwilioGateway
from mailbot.notify.smtp import SmtpSender
from mailbot.ports import Clock, SmsGateway
from mailbot.receive import Receiver, ReceiveSummary
from mailbot.review import Reviewer
from mailbot.settings import Settings, is_loopback, load_office_files

log = logging.getLogger(__name__)

T = TypeVar("T")


def now() -> datetime:
    return datetime.now(UTC)


# --- what is decided ----------------------------------------------------------------------------------------------


def read_office(settings: Settings) -> Office:
    """
    Read departments, rules, places, directory and templates, as they hold today.

    Raises:
        ConfigurationError: Every fault of all of them.
    """
    files = load_office_files(settings)
    faults: list[Fault] = list(files.faults)

    def attempt(read: Callable[[], T], folder: Path) -> T | None:
        try:
            return read()
        except ConfigurationError as error:
            faults.extend(_placed(error, folder))
            return None

    departments = attempt(partial(read_departments, files.departments), settings.departments.path)
    rules = None if departments is None else attempt(partial(read_rules, files.rules, departments), settings.rules.path)
    beside = rules.keywords if rules is not None else None
    gazetteer = attempt(partial(read_gazetteer, files.places, beside=beside), settings.places.path)
    templates = attempt(partial(read_templates, files.templates), settings.templates.path)
    directory = None
    if departments is not None:
        today = now().astimezone(INDIA).date()
        read = partial(read_directory, files.directory, departments, gazetteer, on=today)
        directory = attempt(read, settings.directory.path)
    if faults or rules is None or gazetteer is None or directory is None or templates is None or departments is None:
        raise ConfigurationError(faults)
    secret = _reply_secret(settings)
    names = {code: department.name for code, department in departments.items()}
    names |= {code: place.name for code, place in gazetteer.places.items()}
    return Office(
        rules=rules,
        gazetteer=gazetteer,
        directory=directory,
        composer=_composer(templates, settings.smtp.from_address, secret, names),
        term=settings.term.length,
        secret=secret,
        own=frozenset({settings.smtp.from_address.casefold(), settings.mailbox.username.casefold()}),
        authserv_id=settings.mailbox.authserv_id,
        receiving_hosts=settings.mailbox.receiving_hosts,
        names=names,
    )


def _placed(error: ConfigurationError, folder: Path) -> Iterator[Fault]:
    """Name files by their path, as the administrator would open them."""
    root = folder if folder.is_dir() else folder.parent
    return (replace(fault, file=str(root / fault.file)) for fault in error.faults)


def _reply_secret(settings: Settings) -> bytes:
    """The secret of the reply tokens; one of no use where none was loaded, for what only looks and sends nothing."""
    if settings.secrets.reply_secret is None:
        return secrets.token_bytes(32)
    return settings.secrets.reveal("reply_secret").encode()


def _composer(templates: Templates, address: str, secret: bytes, names: Mapping[str, str]) -> Composer:
    return Composer(
        templates,
        from_address=address,
        token=partial(token.reply_token, secret),
        message_id=partial(_message_id, address.rpartition("@")[2]),
        reply_address=partial(token.reply_address, address),
        names=names,
    )


def _message_id(domain: str, reference: str, purpose: str, occurrence: int, proof: str) -> str:
    return token.message_id(reference, purpose, occurrence, proof, domain)


# --- what it works with -------------------------------------------------------------------------------------------


class Machine:
    """
    The adapters and the three loops of one installation.

    Args:
        settings: With the secrets that its parts call for.
        clock: The present moment; another one for trials.
        stopping: Turns true when the loops shall end at the next safe place.

    Raises:
        ConfigurationError: The configuration has faults.
        StoreError: The database cannot be opened, or is newer than this program.
    """

    def __init__(self, settings: Settings, *, clock: Clock = now, stopping: Callable[[], bool] = lambda: False) -> None:
        self.settings = settings
        self.clock = clock
        self.office = read_office(settings)
        check_holders(settings, self.office)
        self.engine = open_current_database(settings)
        self.store = SqlCaseStore(self.engine)
        self.outbox = SqlOutbox(self.engine, socket.gethostname())
        self.archive = FileArchive(settings.archive.path)
        self.mailbox = _mailbox(settings, stopping)
        self._sms = _sms_gateway(settings, clock)
        self._smtp = _smtp_sender(settings)
        self._rests: dict[Channel, datetime] = {}
        self._stopping = stopping

    def receive(self, observe: Callable[[Decision, Mail], None] | None = None) -> ReceiveSummary:
        """Take everything new in the mailbox, then return."""
        receiver = Receiver(
            mailbox=self.mailbox,
            archive=self.archive,
            store=self.store,
            clock=self.clock,
            read_apart=read_apart,
            read_letters=read_letters_apart,
            observe=observe or log_mail,
            stopping=self._stopping,
        )
        try:
            summary = receiver.run(self.office)
        except MailbotError as error:
            self._note("mailbox", error)
            raise
        self._note("mailbox", None)
        return summary

    def dispatch(self, observe: Callable[[OutboxEntry, OutboxState, str], None] | None = None) -> DispatchSummary:
        """Send what is due, then return. One at a time on a machine: another one waits for this to end."""
        dispatcher = Dispatcher(
            outbox=self.outbox,
            store=self.store,
            sms=self._sms,
            mail=self._smtp,
            archive=self.archive,
            clock=self.clock,
            doubt=self.settings.sms.doubt,
            rests=self._rests,
            observe=observe or log_message,
            stopping=self._stopping,
        )
        with _alone(self.settings.archive.path / "dispatch.lock"):
            # Whoever sent under our name has died, for it would hold the lock: what it left half sent is in doubt.
            self.outbox.abandon(self.clock())
            return dispatcher.run()

    def escalate(self) -> EscalateSummary:
        """Put alerts for all overdue cases into the outbox, then return."""
        return escalate.run(self.store, self.office, clock=self.clock)

    def register(self, letter: desk.Letter) -> Case:
        """Make a case of a letter handed in at the desk."""
        return desk.register(letter, archive=self.archive, store=self.store, office=self.office, now=self.clock())

    def route_case(self, reference: str, ruling: desk.Ruling) -> Case:
        """Refer a case anew as the desk decided, or dismiss it."""
        return desk.route_case(
            reference,
            ruling,
            store=self.store,
            office=self.office,
            now=self.clock(),
            follow_ups=partial(read_follow_ups, store=self.store, archive=self.archive, read=read_apart),
        )

    def review(self, by: str) -> Reviewer:
        """The hand of this human on mails and cases."""
        return Reviewer(
            archive=self.archive,
            store=self.store,
            office=self.office,
            clock=self.clock,
            read=read_apart,
            read_letters=read_letters_apart,
            by=by,
        )

    def reload(self) -> None:
        """
        Read what clerks edit anew, all or nothing.

        Raises:
            ConfigurationError: It has faults; what was read before stays in force.
        """
        office = read_office(self.settings)
        check_holders(self.settings, office)
        self.office = office

    def close(self) -> None:
        """Let every connection go; never raises."""
        self.mailbox.close()
        self._smtp.close()
        self.engine.dispose()

    def _note(self, party: str, error: MailbotError | None) -> None:
        try:
            self.store.note_contact(party, self.clock(), str(error) if error else "")
        except MailbotError as fault:
            log.warning("the last contact with the %s could not be noted: %s", party, fault)


def open_current_database(settings: Settings) -> Engine:
    """Open the database and bring its tables up to date."""
    engine = open_database(settings.database.url)
    if not schema_is_current(engine):
        upgrade(engine)
    return engine


def check_holders(settings: Settings, office: Office) -> None:
    """
    Refuse to tell invented officers of real people's grievances.

    Raises:
        ConfigurationError: Messages would leave this machine, and the directory is the sample that comes with mailbot.
    """
    twilio = settings.sms.twilio
    sms_leaves = settings.sms.gateway == "twilio" and twilio is not None and twilio.api_base.startswith("https://")
    if office.directory.is_fictitious() and (sms_leaves or not is_loopback(settings.smtp.host)):
        message = "still has fictitious holders (example.org), and messages would really be sent"
        hint = "write the real officers into officers.csv, or use the console gateway and an SMTP host on this machine"
        raise ConfigurationError([Fault(str(settings.directory.path), 0, "", message, hint)])


def _mailbox(settings: Settings, stopping: Callable[[], bool]) -> ImapMailbox:
    box = settings.mailbox
    return ImapMailbox(
        host=box.host,
        port=box.port,
        tls=box.tls,
        username=box.username,
        password=settings.secrets.reveal("imap_password"),
        folder=box.folder,
        move_to=box.move_to,
        idle=box.idle,
        max_bytes=box.max_mail_mb * 2**20,
        stopping=stopping,
    )


def _sms_gateway(settings: Settings, clock: Clock) -> SmsGateway:
    twilio = settings.sms.twilio
    if settings.sms.gateway != "twilio" or twilio is None:
        record = settings.sms.console.path
        return ConsoleGateway(None if record else sys.stderr, record, clock=clock)
    secret = "twilio_api_key_secret" if twilio.api_key_sid else "twilio_auth_token"
    return TwilioGateway(
        account_sid=twilio.account_sid,
        username=twilio.api_key_sid or twilio.account_sid,
        password=settings.secrets.reveal(secret),
        sender=twilio.sender,
        messaging_service_sid=twilio.messaging_service_sid,
        api_base=twilio.api_base,
    )


def _smtp_sender(settings: Settings) -> SmtpSender:
    smtp = settings.smtp
    return SmtpSender(
        host=smtp.host,
        port=smtp.port,
        tls=smtp.tls,
        username=smtp.username,
        password=settings.secrets.reveal("smtp_password") if smtp.username else "",
        from_address=smtp.sender,
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that dies with its process. Raises ArchiveError when it cannot be had."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise ArchiveError(f"the lock {path} cannot be made: {error.strerror}") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def log_mail(decision: Decision, _mail: Mail) -> None:
    taken = decision.mail
    log.info(
        "mail taken: uid=%s outcome=%s reason=%s case=%s",
        taken.uid if taken else "-",
        decision.outcome,
        decision.reason,
        decision.reference or "-",
    )


def log_message(entry: OutboxEntry, state: OutboxState, reason: str) -> None:
    message = entry.message
    log.info(
        "message %s: outbox=%s case=%s purpose=%s channel=%s %s",
        state,
        entry.id,
        message.reference,
        message.purpose,
        message.channel,
        reason,
    )
