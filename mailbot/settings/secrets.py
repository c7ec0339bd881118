"""
Secrets, which never stand in mailbot.toml.

In: the environment. Out: Secrets, each read when it is asked for, so that nobody needs one he does not use; and, for
who needs all, a fault for each that is missing. Each is looked for in `$CREDENTIALS_DIRECTORY/<name>` (systemd's
LoadCredential=), then in `$MAILBOT_<NAME>`. Promised: no secret is ever printed, not even in part.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.errors import ConfigurationError, Fault

NAMES = ("imap_password", "smtp_password", "twilio_auth_token", "twilio_api_key_secret", "reply_secret")
REPLY_SECRET_LENGTH = 16

_HINTS: Mapping[str, str] = {
    "imap_password": "for Gmail: an app password of the account",
    "reply_secret": "make one: head -c 32 /dev/urandom | base64",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where the secrets of this installation are found. None is kept here."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def reveal(self, name: str) -> str:
        """
        The secret itself, for the one part that needs it.

        Raises:
            ConfigurationError: It is missing or unfit.
        """
        return _checked(name, *_read(name, self.environ))

    def faults(self, names: Collection[str]) -> list[Fault]:
        """What is missing or unfit among these."""
        faults: list[Fault] = []
        for name in names:
            try:
                self.reveal(name)
            except ConfigurationError as error:
                faults.extend(error.faults)
        return faults


def needed_secrets(values: Mapping[str, object]) -> tuple[str, ...]:
    """Name the secrets that a configuration calls for, as far as it can be understood."""
    sms = _table(values, "sms")
    twilio = _table(sms, "twilio")
    names = ["imap_password", "reply_secret"]
    if _table(values, "smtp").get("username"):
        names.append("smtp_password")
    if sms.get("gateway") == "twilio":
        names.append("twilio_api_key_secret" if twilio.get("api_key_sid") else "twilio_auth_token")
    return tuple(names)


def _read(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """A secret without its line end, and where it was found."""
    variable = f"MAILBOT_{name.upper()}"
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if directory:
        path = Path(directory, name)
        text = _read_credential(path, name)
        if text is not None:
            return text.rstrip("\r\n"), str(path)
    if variable in environ:
        return environ[variable].rstrip("\r\n"), f"${variable}"
    raise ConfigurationError([_missing(name, directory or "environment")])


def _read_credential(path: Path, name: str) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise ConfigurationError([Fault(str(path), 0, name, f"the secret {why}")]) from error


def _checked(name: str, secret: str, source: str) -> str:
    if not secret:
        raise ConfigurationError([Fault(source, 0, name, "the secret is empty", _HINTS.get(name, ""))])
    if name == "reply_secret" and len(secret.strip()) < REPLY_SECRET_LENGTH:
        message = f"the secret must have at least {REPLY_SECRET_LENGTH} characters, blanks around it not counted"
        raise ConfigurationError([Fault(source, 0, name, message, _HINTS[name])])
    return secret


def _missing(name: str, where: str) -> Fault:
    places = f"LoadCredential={name}:FILE in the unit, or ${'MAILBOT_' + name.upper()}"
    extra = f"; {_HINTS[name]}" if name in _HINTS else ""
    return Fault(where, 0, name, "the secret is missing", places + extra)


def _table(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = values.get(name)
    return table if isinstance(table, dict) else {}
