"""
What clerks edit → the Office: departments, rules, places, directory and templates, as they hold today.

In: Settings, and the files that they name. Out: an Office; or a ConfigurationError with every fault of all the files.
Nothing is connected to, and no database is opened.
"""

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from mailbot.cases import token
from mailbot.classify.directory import Departments, Directory, read_departments, read_directory
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.places import read_gazetteer
from mailbot.classify.rules import read_rules
from mailbot.errors import ConfigurationError, Fault
from mailbot.intake import INDIA, Office
from mailbot.notify.compose import Composer, Templates, read_templates
from mailbot.settings import OfficeFiles, Settings, is_loopback, load_office_files

T = TypeVar("T")


def read_office(settings: Settings, *, only_looks: bool = False) -> Office:
    """
    Read departments, rules, places, directory and templates.

    Args:
        settings: Where they are.
        only_looks: It will write to nobody, so that no reply secret is called for: one of no use stands in.

    Raises:
        ConfigurationError: Every fault of all of them, and of the reply secret.
    """
    with _no_garbage():
        return _read_office(settings, only_looks=only_looks)


def _read_office(settings: Settings, *, only_looks: bool) -> Office:
    files = load_office_files(settings)
    attempt = _Attempts(files.faults)
    departments = attempt(partial(read_departments, files.departments), settings.departments.path)
    rules = None if departments is None else attempt(partial(read_rules, files.rules, departments), settings.rules.path)
    beside = rules.keywords if rules is not None else None
    gazetteer = attempt(partial(read_gazetteer, files.places, beside=beside), settings.places.path)
    templates = attempt(partial(read_templates, files.templates), settings.templates.path)
    directory = _read_directory(settings, files, attempt, departments, gazetteer)
    secret = secrets.token_bytes(32) if only_looks else attempt(partial(_reply_secret, settings))
    if (
        attempt.faults
        or departments is None
        or rules is None
        or gazetteer is None
        or directory is None
        or templates is None
        or secret is None
    ):
        raise ConfigurationError(attempt.faults)
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


def _read_directory(
    settings: Settings,
    files: OfficeFiles,
    attempt: "_Attempts",
    departments: Departments | None,
    gazetteer: Gazetteer | None,
) -> Directory | None:
    """The directory as it holds today; None when it has faults, or the departments have."""
    if departments is None:
        return None
    read = partial(read_directory, files.directory, departments, gazetteer, on=_today())
    return attempt(read, settings.directory.path)


def check_senders(settings: Settings) -> None:
    """
    As `check_holders`, for who sends what was written before: of all that clerks edit only the directory is read.

    Raises:
        ConfigurationError: Faults of departments, places or directory; or messages would really reach nobody.
    """
    if not _messages_leave(settings):
        return
    files = load_office_files(settings)
    attempt = _Attempts(files.faults)
    departments = attempt(partial(read_departments, files.departments), settings.departments.path)
    gazetteer = attempt(partial(read_gazetteer, files.places), settings.places.path)
    directory = _read_directory(settings, files, attempt, departments, gazetteer)
    if directory is not None:
        attempt(partial(check_holders, settings, directory))
    if attempt.faults:
        raise ConfigurationError(attempt.faults)


def check_holders(settings: Settings, directory: Directory) -> None:
    """
    Refuse to tell invented officers of real people's grievances.

    Raises:
        ConfigurationError: Messages would leave this machine, and the directory is the sample that comes with mailbot.
    """
    if _messages_leave(settings) and directory.is_fictitious():
        message = "still has fictitious holders (example.org), and messages would really be sent"
        hint = "write the real officers into officers.csv, or use the console gateway and an SMTP host on this machine"
        raise ConfigurationError([Fault(str(settings.directory.path), 0, "", message, hint)])


def _messages_leave(settings: Settings) -> bool:
    twilio = settings.sms.twilio
    sms_leaves = settings.sms.gateway == "twilio" and twilio is not None and twilio.api_base.startswith("https://")
    return sms_leaves or not is_loopback(settings.smtp.host)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """
    Look for no garbage meanwhile: hundreds of thousands of objects are made here and all of them stay. To go through
    them again and again took a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Attempts:
    """Each reading in turn; what fails gives None, and its faults are kept for the end."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = list(faults)

    def __call__(self, read: Callable[[], T], folder: Path | None = None) -> T | None:
        try:
            return read()
        except ConfigurationError as error:
            self.faults.extend(_placed(error, folder) if folder else error.faults)
            return None


def _placed(error: ConfigurationError, folder: Path) -> Iterator[Fault]:
    """Name files by their path, as the administrator would open them."""
    root = folder if folder.is_dir() else folder.parent
    return (replace(fault, file=str(root / fault.file)) for fault in error.faults)


def _today() -> date:
    return datetime.now(UTC).astimezone(INDIA).date()


def _reply_secret(settings: Settings) -> bytes:
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
