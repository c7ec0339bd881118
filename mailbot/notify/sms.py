"""
SMS gateways: an outbox message → Twilio, or a stream that shows what would be sent.

In: rendered messages. Out: the provider's id, or the DeliveryError that says what is known. Promised: a request has a
time-out, is never repeated by an HTTP layer, and goes to Indian mobiles only; what may have been accepted is
DoubtfulDelivery, never a failure that invites a second copy. No number and no text is logged.
"""

import json
import os
import re
import ssl
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn, TextIO
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from mailbot.errors import (
    CannotLook,
    DeliveryError,
    DoubtfulDelivery,
    PermanentFailure,
    SenderUnavailable,
    TemporaryFailure,
)
from mailbot.model import OutboxMessage
from mailbot.ports import is_loopback

INDIAN_MOBILE = re.compile(r"\+91[6-9][0-9]{9}")
CLOCK_SKEW = timedelta(minutes=5)
"""The gateway's clock may be behind ours by so much."""
LISTED = 100
"""Messages to one number that are looked through, the newest first."""
LONGEST_WAIT = timedelta(hours=1)
TRIAL = re.compile(r"Sent from your Twilio trial account - ")
"""Twilio puts this before the text while an account is on trial."""

OUR_FAULT = frozenset(
    {
        20003,
        20005,
        20006,
        20403,
        20404,
        21212,
        21408,
        21603,
        21606,
        21657,
        21659,
        21660,
        21703,
        21704,
        21705,
        30002,
        30042,
    }
)
"""Credentials, account, sender, region: no message would get through until a human has acted."""
BAD_RECIPIENT = frozenset({21211, 21214, 21217, 21610, 21614, 30004, 30005, 30006})
BAD_CONTENT = frozenset({21602, 21617, 21619, 30007})

# What an answer that is no answer of Twilio's does to the SDK, which reads it without looking.
UNREADABLE = (TwilioException, ValueError, TypeError, KeyError, AttributeError)


class TwilioGateway:
    """
    SmsGateway over Twilio's Messages resource. For one thread; a connection is kept between messages.

    Args:
        account_sid: The account that pays.
        username: The SID of an API key, or the account SID.
        password: The secret of that key, or the auth token.
        sender: A number or sender id; "" when a messaging service chooses it.
        messaging_service_sid: "" when `sender` is given.
        api_base: "" for Twilio itself, else an address that is https or on this machine.
        timeout: Seconds that connecting, and each wait for an answer, may take.

    Raises:
        ValueError: Neither or both of sender and service, or an `api_base` that would show the password to a network.
    """

    def __init__(  # noqa: PLR0913 - the settings of [sms.twilio], each by its name
        self,
        *,
        account_sid: str,
        username: str,
        password: str,
        sender: str,
        messaging_service_sid: str,
        api_base: str,
        timeout: float = 15.0,
    ) -> None:
        if bool(sender) == bool(messaging_service_sid):
            raise ValueError("exactly one of a sender and a messaging service is needed")
        if api_base and not _is_private(api_base):
            raise ValueError("the address of the gateway must be https, or on this machine")
        self._http = _Http(timeout=timeout, direct=api_base.startswith("http:"))
        self._client = Client(username, password, account_sid, http_client=self._http)
        self._client.edge = self._client.region = None  # the environment must not lead us to another host
        if api_base:
            self._client.api.base_url = api_base
        self._from = {"from_": sender} if sender else {"messaging_service_sid": messaging_service_sid}

    def send(self, message: OutboxMessage) -> str:
        _check_recipient(message)
        self._http.retry_after = None
        try:
            accepted = self._client.messages.create(to=message.recipient, body=_nfc(message.text), **self._from)
        except (TwilioRestException, TwilioServiceException) as error:
            self._refuse(message, error)
        except requests.RequestException as error:
            if _never_left(error):
                raise TemporaryFailure(message.recipient, f"no connection: {_name(error)}") from error
            raise DoubtfulDelivery(message.recipient, f"no answer: {_name(error)}") from error
        except UNREADABLE as error:
            raise DoubtfulDelivery(message.recipient, f"unreadable answer: {_name(error)}") from error
        if not isinstance(accepted.sid, str) or not accepted.sid:
            raise DoubtfulDelivery(message.recipient, "an answer without an id")
        return accepted.sid

    def find(self, message: OutboxMessage, since: datetime) -> str | None:
        """
        Look through the latest messages to this number for one with this very text.

        Not filtered by date or sender: a message that is still queued has no sending date, and a network may replace
        the sender.
        """
        try:
            listed = self._client.messages.list(to=message.recipient, limit=LISTED, page_size=LISTED)
        except (requests.RequestException, *UNREADABLE) as error:
            raise TemporaryFailure(message.recipient, f"the list did not come: {_list_fault(error)}") from error
        for one in listed:
            if _is_same(one, message, since - CLOCK_SKEW):
                return str(one.sid)
        return None

    def _refuse(self, message: OutboxMessage, error: TwilioRestException | TwilioServiceException) -> NoReturn:
        """Say what a status and code mean for this message. Unknown codes are temporary: a human is told in time."""
        reason = f"HTTP {error.status}, code {error.code}"
        if error.status == requests.codes.too_many:
            raise TemporaryFailure(message.recipient, reason, retry_after=self._http.retry_after) from error
        if error.status >= 500:
            raise DoubtfulDelivery(message.recipient, reason) from error
        raise _kind(error.status, error.code)(message.recipient, reason) from error


class ConsoleGateway:
    """
    SmsGateway that shows what would be sent.

    Args:
        stream: Where it is shown, for people; None: nowhere.
        record: Where it is kept, a JSON object a line, durably before `send` returns; None: nothing is kept, and
            the gateway cannot be asked.
        clock: The moment written into the record.
    """

    def __init__(
        self,
        stream: TextIO | None,
        record: Path | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stream = stream
        self._record = record
        self._clock = clock

    def send(self, message: OutboxMessage) -> str:
        _check_recipient(message)
        sid = f"console-{uuid.uuid4().hex}"
        if self._record is not None:
            line = {
                "sid": sid,
                "to": message.recipient,
                "body": _nfc(message.text),
                "purpose": message.purpose.value,
                "case": message.reference,
                "at": self._clock().isoformat(),
            }
            try:
                _append(self._record, json.dumps(line, ensure_ascii=False))
            except OSError as error:
                raise DoubtfulDelivery(message.recipient, f"the record: {_name(error)}") from error
        self._show(f"SMS to {message.recipient}: {message.text}\n", message)
        return sid

    def _show(self, line: str, message: OutboxMessage) -> None:
        """A terminal that knows no Bengali shows escapes; one that is gone leaves it open who has seen the message."""
        if self._stream is None:
            return
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()
        except OSError as error:
            raise DoubtfulDelivery(message.recipient, f"the console: {_name(error)}") from error

    def find(self, message: OutboxMessage, since: datetime) -> str | None:
        if self._record is None:
            raise CannotLook("a console that keeps no record cannot be asked")
        try:
            lines = list(_read(self._record))
        except OSError as error:
            raise TemporaryFailure(message.recipient, f"the record: {_name(error)}") from error
        wanted = (message.recipient, _nfc(message.text))
        for sid, recipient, text, at in reversed(lines):
            if (recipient, text) == wanted and at >= since - CLOCK_SKEW:
                return sid
        return None


class _Http(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The SDK's HTTP client with a time-out always, no log of numbers, and the Retry-After that it throws away."""

    def __init__(self, *, timeout: float, direct: bool) -> None:
        super().__init__(timeout=timeout)
        if direct:  # on this machine: a proxy of the environment has no part in it
            self.session.trust_env = False
        self.retry_after: timedelta | None = None

    def log_request(self, _request: object) -> None:
        """Nothing: it would write numbers and texts at INFO."""

    def log_response(self, _status: int, _response: object) -> None:
        """Nothing, for the same reason."""

    def request(self, *args: object, **named: object) -> Response:
        response = super().request(*args, **named)
        self.retry_after = _retry_after(response.headers.get("Retry-After", ""))
        return response


def _retry_after(header: str) -> timedelta | None:
    """Only seconds are understood; Twilio sends no dates."""
    return min(timedelta(seconds=int(header)), LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,6}", header) else None


def _kind(status: int, code: int | None) -> type[DeliveryError]:
    if status in (401, 403, 404) or code in OUR_FAULT:
        return SenderUnavailable
    return PermanentFailure if code in BAD_RECIPIENT or code in BAD_CONTENT else TemporaryFailure


def _check_recipient(message: OutboxMessage) -> None:
    if not INDIAN_MOBILE.fullmatch(message.recipient):
        raise PermanentFailure(message.recipient, "not an Indian mobile number")


def _never_left(error: requests.RequestException) -> bool:
    """Whether the request certainly did not reach the gateway: no connection came about, or not with the right host."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, urllib3.exceptions.MaxRetryError) else cause
    if isinstance(reason, urllib3.exceptions.SSLError):
        return any(isinstance(part, ssl.SSLCertVerificationError) for part in reason.args)
    return isinstance(
        reason,
        urllib3.exceptions.NewConnectionError
        | urllib3.exceptions.NameResolutionError
        | urllib3.exceptions.ConnectTimeoutError
        | urllib3.exceptions.ProxyError,
    )


def _is_same(listed: MessageInstance, message: OutboxMessage, since: datetime) -> bool:
    """The same text to the same number, ours, and not before: an earlier message of the case says something else."""
    if listed.to != message.recipient or not str(listed.direction or "outbound").startswith("outbound"):
        return False
    if listed.date_created is not None and listed.date_created < since:
        return False
    body = _nfc(listed.body or "").strip()
    return message.reference in body and TRIAL.sub("", body, count=1) == _nfc(message.text).strip()


def _is_private(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return True
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _name(error: BaseException) -> str:
    """The kind of an error; its text may hold the number."""
    return type(error).__name__


def _list_fault(error: BaseException) -> str:
    answer = error.args[1] if len(error.args) > 1 else None
    return f"HTTP {answer.status_code}" if isinstance(answer, Response) else _name(error)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _append(path: Path, line: str) -> None:
    """Add a line, durably. One that a crash has torn is ended first, and stays unreadable by itself."""
    is_new = not path.exists()
    path.touch(mode=0o600)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = file.read() not in (b"", b"\n")
        file.write((b"\n" if torn else b"") + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> Iterator[tuple[str, str, str, datetime]]:
    """Id, number, text and moment of each readable line."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            one = json.loads(line)
            yield one["sid"], one["to"], one["body"], datetime.fromisoformat(one["at"]).astimezone(UTC)
        except (ValueError, KeyError, TypeError):
            continue
