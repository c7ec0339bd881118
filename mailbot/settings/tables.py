"""
The tables of mailbot.toml: what an administrator may decide, and what is allowed there.

In: the values of the file, with its folder as `base` in the validation context. Out: frozen tables. Promised: an
unknown or misspelt key is a fault, never a silent default; a relative path is relative to the file that names it.
"""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from mailbot.cases.term import parse_term
from mailbot.ports import is_loopback
from mailbot.settings.source import complaint

Tls = Literal["implicit", "starttls", "none"]
Text = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(ge=1, le=65535)]

_IMAP_PORTS: Mapping[str, int] = {"implicit": 993, "starttls": 143, "none": 143}
_SMTP_PORTS: Mapping[str, int] = {"implicit": 465, "starttls": 587, "none": 25}
_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg://"


def default_config_dir() -> Path:
    """The configuration that comes with mailbot: inside an installed wheel, beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "config"
    return packaged if packaged.is_dir() else package.parent / "config"


def _authserv_of(host: str) -> str:
    """
    How our receiving host names itself in Authentication-Results, where that is known.

    Gmail's name is known; on this machine it serves for trials. Any other host must be named by the administrator.
    """
    at_gmail = host.lower().endswith((".gmail.com", ".google.com", ".googlemail.com"))
    return "mx.google.com" if at_gmail or is_loopback(host) else ""


# --- paths and times as the file writes them ----------------------------------------------------------------------


def _resolve(value: str, info: ValidationInfo) -> Path:
    base = info.context["base"] if info.context else Path()
    return Path(base, Path(value).expanduser())


def _as_path(value: object, info: ValidationInfo) -> object:
    """A path relative to the file that names it. Anything but a text is left for pydantic to refuse."""
    if not isinstance(value, str):
        return value
    if not value:
        raise complaint("must not be empty")
    return _resolve(value, info)


def _as_existing_path(value: object, info: ValidationInfo) -> object:
    path = _as_path(value, info)
    if isinstance(path, Path) and not path.exists():
        raise complaint(f"there is nothing at {path}", "`mailbot init DIR` writes a configuration to start from")
    return path


def _as_optional_path(value: object, info: ValidationInfo) -> object:
    return None if value == "" else _as_path(value, info)


def _as_term(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise complaint('must be a whole number of days, or a duration in quotes such as "36h" or "20s"')
    try:
        return parse_term(value)
    except ValueError as error:
        raise complaint(str(error)) from error


AnyPath = Annotated[Path, BeforeValidator(_as_path)]
ExistingPath = Annotated[Path, BeforeValidator(_as_existing_path)]
OptionalPath = Annotated[Path | None, BeforeValidator(_as_optional_path)]


# --- the tables of mailbot.toml -----------------------------------------------------------------------------------


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True, allow_inf_nan=False)


class _Server(_Table):
    """A host to log in at. Without TLS it must be this machine."""

    host: Text
    tls: Tls = "implicit"

    @field_validator("tls")
    @classmethod
    def _plain_only_on_loopback(cls, value: Tls, info: ValidationInfo) -> Tls:
        host = info.data.get("host")
        if value == "none" and host is not None and not is_loopback(host):
            raise complaint('may be "none" only for a host on this machine', 'use "implicit" or "starttls"')
        return value


class MailboxSettings(_Server):
    """The IMAP folder that grievances arrive in."""

    port: Port = Field(default_factory=lambda data: _IMAP_PORTS.get(data.get("tls", ""), 993))
    username: Text
    folder: Text = "INBOX"
    poll_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60
    idle: bool = True
    move_to: str = ""
    authserv_id: str = Field(default_factory=lambda data: _authserv_of(data.get("host", "")))
    receiving_hosts: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    max_mail_mb: Annotated[int, Field(ge=1, le=1_000)] = 50

    @field_validator("authserv_id")
    @classmethod
    def _is_named(cls, value: str) -> str:
        if not value:
            hint = "the name stands first in the Authentication-Results of any mail in the mailbox"
            raise complaint("must name our receiving host: without it no officer's answer can be accepted", hint)
        return value

    @field_validator("move_to")
    @classmethod
    def _moves_elsewhere(cls, value: str, info: ValidationInfo) -> str:
        if value and value == info.data.get("folder"):
            raise complaint("must be another folder than `folder`", "leave it empty to leave mails where they are")
        return value


class SmtpSettings(_Server):
    """The server that our e-mail leaves by, and the address it leaves from."""

    port: Port = Field(default_factory=lambda data: _SMTP_PORTS.get(data.get("tls", ""), 465))
    username: str = ""
    sender: Annotated[str, Field(alias="from")]

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        local, at, domain = parseaddr(value)[1].rpartition("@")
        if not (local and at and domain) or any(mark in value for mark in "\r\n\0,"):
            raise complaint(
                "must be one e-mail address", 'such as "cmro@example.org" or "Grievances <cmro@example.org>"'
            )
        return value

    @property
    def from_address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def from_name(self) -> str:
        return parseaddr(self.sender)[0]


class DatabaseSettings(_Table):
    url: str

    @field_validator("url")
    @classmethod
    def _is_served(cls, value: str, info: ValidationInfo) -> str:
        if value.startswith(_SQLITE):
            return _sqlite_url(value, info)
        if not value.startswith(_POSTGRESQL):
            raise complaint("must begin with sqlite:/// or postgresql+psycopg://")
        if urlsplit(value).password:
            raise complaint("must not hold a password", "PostgreSQL reads it from ~/.pgpass or $PGPASSFILE")
        if find_spec("psycopg") is None:
            raise complaint("needs the Python package psycopg, which is not installed", "or use sqlite:///")
        return value


def _sqlite_url(value: str, info: ValidationInfo) -> str:
    path, mark, query = value.removeprefix(_SQLITE).partition("?")
    if not path or path == ":memory:":
        raise complaint("must name a file: cases kept in memory are lost", "sqlite:////var/lib/mailbot/mailbot.db")
    return f"{_SQLITE}{_resolve(path, info)}{mark}{query}"


class ArchiveSettings(_Table):
    path: AnyPath


class TwilioSettings(_Table):
    account_sid: str
    api_key_sid: str = ""
    api_base: str = "https://api.twilio.com"
    sender: Annotated[str, Field(alias="from")] = ""
    messaging_service_sid: str = ""

    @field_validator("account_sid")
    @classmethod
    def _is_an_account(cls, value: str) -> str:
        if not (value.startswith("AC") and value.isalnum() and value.isascii()):
            raise complaint("must be the account SID, which begins with AC")
        return value

    @field_validator("api_base")
    @classmethod
    def _is_private(cls, value: str) -> str:
        url = urlsplit(value)
        if url.username or url.password or not url.hostname:
            raise complaint("must be a URL without a password", "https://api.twilio.com")
        if url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname)):
            return value.rstrip("/")
        raise complaint("must begin with https://", "plain http:// is for this machine only")

    @field_validator("messaging_service_sid")
    @classmethod
    def _has_one_sender(cls, value: str, info: ValidationInfo) -> str:
        sender = info.data.get("sender")
        if sender is not None and bool(sender) == bool(value):
            raise complaint("exactly one of `from` and `messaging_service_sid` must be set")
        return value


class ConsoleSettings(_Table):
    """Where the console gateway writes what would be sent; None is the log's stream."""

    path: OptionalPath = None


class SmsSettings(_Table):
    gateway: Literal["twilio", "http", "console"]
    doubt_seconds: Annotated[float, Field(ge=0, le=7 * 86_400)] = 900
    twilio: TwilioSettings | None = None
    console: ConsoleSettings = ConsoleSettings()

    @field_validator("gateway")
    @classmethod
    def _is_built(cls, value: str) -> str:
        if value == "http":
            raise complaint('"http" is not served by this version', 'use "twilio" or "console"')
        return value

    @field_validator("twilio")
    @classmethod
    def _is_there_when_used(cls, value: TwilioSettings | None, info: ValidationInfo) -> TwilioSettings | None:
        if value is None and info.data.get("gateway") == "twilio":
            raise complaint('is needed for gateway = "twilio"', "write a table [sms.twilio] with account_sid and from")
        return value

    @property
    def doubt(self) -> timedelta:
        """How long a send in doubt waits before it is asked about."""
        return timedelta(seconds=self.doubt_seconds)


class TermSettings(_Table):
    length: Annotated[timedelta, BeforeValidator(_as_term), Field(alias="days")] = timedelta(days=7)
    working_days: bool = False

    @field_validator("working_days")
    @classmethod
    def _is_not_built(cls, value: bool) -> bool:  # noqa: FBT001 - pydantic calls it by position
        if value:
            raise complaint("must be false: this version counts calendar days only")
        return value


class DirectorySettings(_Table):
    path: ExistingPath = Field(default_factory=lambda: default_config_dir() / "directory")


class RulesSettings(_Table):
    path: ExistingPath = Field(default_factory=lambda: default_config_dir() / "rules")


class PlacesSettings(_Table):
    path: ExistingPath = Field(default_factory=lambda: default_config_dir() / "places")


class DepartmentsSettings(_Table):
    path: ExistingPath = Field(default_factory=lambda: default_config_dir() / "departments")


class TemplatesSettings(_Table):
    path: ExistingPath = Field(default_factory=lambda: default_config_dir() / "templates")


class Tables(_Table):
    """The whole of mailbot.toml."""

    mailbox: MailboxSettings
    smtp: SmtpSettings
    database: DatabaseSettings
    archive: ArchiveSettings
    sms: SmsSettings
    term: TermSettings = Field(default_factory=TermSettings)
    directory: DirectorySettings = Field(default_factory=DirectorySettings)
    rules: RulesSettings = Field(default_factory=RulesSettings)
    places: PlacesSettings = Field(default_factory=PlacesSettings)
    departments: DepartmentsSettings = Field(default_factory=DepartmentsSettings)
    templates: TemplatesSettings = Field(default_factory=TemplatesSettings)
