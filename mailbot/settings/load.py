"""
mailbot.toml and the credentials → Settings.

In: a path and the environment. Out: Settings; or a ConfigurationError with every fault at once, each with file, line,
key and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mailbot.errors import ConfigurationError, Fault
from mailbot.settings.secrets import Secrets, needed_secrets
from mailbot.settings.source import faults_of, read_settings_file
from mailbot.settings.tables import (
    ArchiveSettings,
    DatabaseSettings,
    DepartmentsSettings,
    DirectorySettings,
    MailboxSettings,
    PlacesSettings,
    RulesSettings,
    SmsSettings,
    SmtpSettings,
    Tables,
    TemplatesSettings,
    TermSettings,
    default_config_dir,
)

DEFAULT_PATH = Path("/etc/mailbot/mailbot.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that was decided for this installation."""

    file: Path
    mailbox: MailboxSettings
    smtp: SmtpSettings
    database: DatabaseSettings
    archive: ArchiveSettings
    sms: SmsSettings
    term: TermSettings
    directory: DirectorySettings
    rules: RulesSettings
    places: PlacesSettings
    departments: DepartmentsSettings
    templates: TemplatesSettings
    secrets: Secrets


def load_settings(path: Path | None, environ: Mapping[str, str], *, secrets: bool = True) -> Settings:
    """
    Read the settings from `path`, else from $MAILBOT_CONFIG, else from /etc/mailbot/mailbot.toml.

    Args:
        path: The file that the user named, if any.
        environ: The environment: where the file and the secrets may be.
        secrets: Whether all secrets that the settings call for must be there now; else each is looked for when used.

    Raises:
        ConfigurationError: Every fault of the file and of the secrets.
    """
    file = read_settings_file(_existing(settings_path(path, environ)))
    found = Secrets(environ)
    faults = found.faults(needed_secrets(file.values)) if secrets else []
    try:
        tables = Tables.model_validate(file.values, context={"base": file.path.absolute().parent})
    except ValidationError as error:
        raise ConfigurationError([*faults_of(error, file, Tables), *faults]) from error
    if faults:
        raise ConfigurationError(faults)
    return Settings(file=file.path, secrets=found, **{name: getattr(tables, name) for name in Tables.model_fields})


def load_settings_or_default(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """
    Read the settings, whatever secrets there are; without a file, and none asked for, those that come with mailbot.

    Raises:
        ConfigurationError: As `load_settings`; also when the file that was asked for is not there.
    """
    asked_for = path is not None or "MAILBOT_CONFIG" in environ
    if asked_for or DEFAULT_PATH.exists():
        return load_settings(path, environ, secrets=False)
    return load_settings(default_config_dir() / "mailbot.toml", environ, secrets=False)


def load_what_clerks_edit(path: Path | None, environ: Mapping[str, str]) -> Settings | None:
    """
    Read as much of a faulty file as leads to rules, places, departments, directory and templates.

    For one who lists faults: those files are read all the same, so that every fault is named at once. The other tables
    are stand-ins: with these settings nothing may be done. None where not even the file can be read.
    """
    try:
        file = read_settings_file(_existing(settings_path(path, environ)))
    except ConfigurationError:
        return None
    context = {"base": file.path.absolute().parent}
    values: dict[str, object] = dict(_STAND_INS)
    for name in _EDITED.intersection(file.values):
        try:
            Tables.model_validate({**_STAND_INS, name: file.values[name]}, context=context)
            values[name] = file.values[name]
        except ValidationError:
            continue  # named already; what comes with mailbot stands in
    tables = Tables.model_validate(values, context=context)
    return Settings(file=file.path, secrets=Secrets(), **{name: getattr(tables, name) for name in Tables.model_fields})


_EDITED = frozenset({"departments", "rules", "places", "directory", "templates"})
_STAND_INS: Mapping[str, object] = {
    "mailbox": {"host": "127.0.0.1", "tls": "none", "username": "nobody"},
    "smtp": {"host": "127.0.0.1", "tls": "none", "from": "nobody@localhost.example"},
    "database": {"url": "sqlite:///none.db"},
    "archive": {"path": "none"},
    "sms": {"gateway": "console"},
}


def settings_path(path: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the settings are looked for."""
    if path is not None:
        return path
    named = environ.get("MAILBOT_CONFIG")
    return Path(named).expanduser() if named else DEFAULT_PATH


def _existing(path: Path) -> Path:
    if path.is_dir():
        raise ConfigurationError([Fault(str(path), 0, "", "is a folder; name the file in it", f"{path}/mailbot.toml")])
    if not path.exists():
        hint = "`mailbot init DIR` writes one to start from; --config FILE or $MAILBOT_CONFIG names another"
        raise ConfigurationError([Fault(str(path), 0, "", "there is no such file", hint)])
    return path
