"""
The wiring diagram: settings → adapters → three loops.

In: Settings. Out: the Machine whose three loops the daemon runs for ever and the command line runs once. Between the
loops lies nothing but the database. Only this file knows which adapters there are.
"""

import fcntl
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy import Engine

from mailbot import desk, escalate
from mailbot.cases.database import open_database, schema_is_current, upgrade
from mailbot.cases.outbox import SqlOutbox
from mailbot.cases.store import SqlCaseStore
from mailbot.dispatch import Dispatcher, DispatchSummary
from mailbot.errors import ArchiveError, ConfigurationError, Fault, MailbotError
from mailbot.escalate import EscalateSummary
from mailbot.followed import read_follow_ups
from mailbot.ingest.apart import read_apart, read_letters_apart
from mailbot.ingest.archive import FileArchive
from mailbot.ingest.mailbox import ImapMailbox
from mailbot.intake import Office
from mailbot.model import Case, Channel, Decision, Mail, OutboxEntry, OutboxState
from mailbot.notify.sms import ConsoleGateway, TwilioGateway
from mailbot.notify.smtp import SmtpSender
from mailbot.office import check_holders, check_senders, read_office
from mailbot.ports import Clock, SmsGateway
from mailbot.receive import Receiver, ReceiveSummary
from mailbot.review import Reviewer
from mailbot.settings import Settings

log = logging.getLogger(__name__)


def now() -> datetime:
    return datetime.now(UTC)


class Machine:
    """
    The adapters and the three loops of one installation.

    Each part is made when it is first used, and asks for its own secret then: who settles a case needs no password of
    the mailbox. So every deed may raise what its parts do.

    Args:
        settings: All that was decided.
        clock: The present moment; another one for trials.
        stopping: Turns true when the loops shall end at the next safe place.

    Raises:
        ConfigurationError: The configuration of the parts used has faults, or a secret of theirs is missing; of all of
            them at once.
        StoreError: The database cannot be opened, or is newer than this program.
    """

    def __init__(self, settings: Settings, *, clock: Clock = now, stopping: Callable[[], bool] = lambda: False) -> None:
        self.settings = settings
        self.clock = clock
        self.archive = FileArchive(settings.archive.path)
        self._rests: dict[Channel, datetime] = {}
        self._stopping = stopping
        self._opened = ExitStack()

    # the parts

    @cached_property
    def office(self) -> Office:
        return _office(self.settings)

    @cached_property
    def engine(self) -> Engine:
        engine = open_current_database(self.settings)
        self._opened.callback(engine.dispose)
        return engine

    @cached_property
    def store(self) -> SqlCaseStore:
        return SqlCaseStore(self.engine)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.engine, socket.gethostname())

    @cached_property
    def mailbox(self) -> ImapMailbox:
        mailbox = _mailbox(self.settings, self._stopping)
        self._opened.callback(mailbox.close)
        return mailbox

    @cached_property
    def sms(self) -> SmsGateway:
        return _sms_gateway(self.settings, self.clock)

    @cached_property
    def smtp(self) -> SmtpSender:
        sender = _smtp_sender(self.settings)
        self._opened.callback(sender.close)
        return sender

    @cached_property
    def holders(self) -> None:
        """Nothing but the look at whom messages go to: no inventions. Those of the office have been looked at."""
        if "office" not in vars(self):
            check_senders(self.settings)

    def prepare(self) -> None:
        """Make every part now: for who works for ever, and from several threads."""
        self._make("office", "mailbox", "sms", "smtp", "holders")
        self._make("store", "outbox")

    def _make(self, *parts: str) -> None:
        """Make these parts, before the database is: faults of all of them are told at once, and nothing is changed."""
        faults: list[Fault] = []
        for part in parts:
            try:
                getattr(self, part)
            except ConfigurationError as error:
                faults.extend(error.faults)
        if faults:
            raise ConfigurationError(faults)

    # the deeds

    def receive(self, observe: Callable[[Decision, Mail], None] | None = None) -> ReceiveSummary:
        """Take everything new in the mailbox, then return."""
        self._make("office", "mailbox")
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
        self._make("sms", "smtp", "holders")
        dispatcher = Dispatcher(
            outbox=self.outbox,
            store=self.store,
            sms=self.sms,
            mail=self.smtp,
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
        self._make("office")
        return escalate.run(self.store, self.office, clock=self.clock)

    def register(self, letter: desk.Letter) -> Case:
        """Make a case of a letter handed in at the desk."""
        self._make("office")
        return desk.register(letter, archive=self.archive, store=self.store, office=self.office, now=self.clock())

    def route_case(self, reference: str, ruling: desk.Ruling) -> Case:
        """Refer a case anew as the desk decided, or dismiss it."""
        self._make("office")
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
            office=lambda: self.office,
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
        self.office = _office(self.settings)

    def close(self) -> None:
        """Let every connection go; never raises."""
        self._opened.close()

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


def _office(settings: Settings) -> Office:
    office = read_office(settings)
    check_holders(settings, office.directory)
    return office


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
