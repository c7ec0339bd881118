"""
The errors of mailbot. What each means for the work stands beside it; none carries personal data in its text.

    MailbotError
    ├── ConfigurationError      what an administrator wrote is wrong: every fault at once; exit status 78
    ├── MailboxError            the mailbox cannot be worked with now
    │   ├── MailboxUnavailable  no connection, or it was lost: try again soon
    │   └── MailboxRefused      the login or the folder was refused: try again slowly, tell a human
    ├── ArchiveError            the raw mail could not be written or read back: nothing may be acknowledged
    ├── StoreError              the database could not do it
    │   ├── StoreUnavailable    locked, full, gone: nothing was changed, try again
    │   └── StaleDecision       the case changed since it was read: decide again
    ├── UnreadableMail          reading this mail failed for good: it is held
    ├── Unsettled               what the desk decided cannot be done; nothing was changed
    ├── CannotLook              a gateway that cannot be asked what became of a message
    └── DeliveryError           a message did not reach its recipient
        ├── TemporaryFailure    it was not taken, another attempt may succeed; the default
        ├── PermanentFailure    it was not taken and never will be
        ├── DoubtfulDelivery    it may have been taken: ask before sending again
        └── SenderUnavailable   our side is at fault (credentials, suspended account): stop, no attempt is used up
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class MailbotError(Exception):
    """Any fault that mailbot foresees."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault in a file that a person edits. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    key: str  # the setting, column or rule; "" when none applies
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        what = f"{self.key}: {self.message}" if self.key else self.message
        return f"{where}: {what}" + (f" ({self.hint})" if self.hint else "")


class ConfigurationError(MailbotError):
    """The configuration has faults: all of them, in the order of file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class MailboxError(MailbotError):
    """The mailbox cannot be worked with now."""


class MailboxUnavailable(MailboxError):
    """No connection, or it was lost. Nothing that was not acknowledged is lost; try again soon."""


class MailboxRefused(MailboxError):
    """The server refused our login or our folder. A human must look; try again slowly."""


class ArchiveError(MailbotError):
    """The raw mail could not be written durably, or not be read back as it was written."""


class StoreError(MailbotError):
    """The database could not do what was asked."""


class StoreUnavailable(StoreError):
    """The database is locked, full or gone. Nothing was changed; try again."""


class StaleDecision(StoreError):
    """The case has changed since the decision was taken. Read it again and decide anew."""


class UnreadableMail(MailbotError):
    """Reading this mail killed its reader, or took more time or memory than any mail may. It is held."""


class Unsettled(MailbotError):
    """What the desk decided cannot be done: the text says why, and what could. Nothing was changed."""


class CannotLook(MailbotError):
    """This gateway cannot be asked what became of a message."""


class DeliveryError(MailbotError):
    """A message did not reach its recipient, as far as we know."""

    def __init__(self, recipient: str, reason: str) -> None:
        super().__init__(f"…{recipient[-4:]}: {reason}")
        self.recipient = recipient
        self.reason = reason


class TemporaryFailure(DeliveryError):
    """
    It was not taken; another attempt may succeed. The default for any fault not known to be final.

    `retry_after` is what the other side asked us to wait, where it said so.
    """

    def __init__(self, recipient: str, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(recipient, reason)
        self.retry_after = retry_after


class PermanentFailure(DeliveryError):
    """It was not taken, and no attempt will succeed."""


class DoubtfulDelivery(DeliveryError):
    """It may have been taken. Ask the gateway before anything is sent again."""


class SenderUnavailable(DeliveryError):
    """Our own side is at fault: credentials, a suspended account, a sender not allowed. No attempt is used up."""
