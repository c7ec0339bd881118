"""
Outgoing e-mail: an outbox message → an SMTP server.

In: rendered messages, and the original to attach. Out: the server's answer, or the DeliveryError that says what is
known: nothing was taken (before the content), refused, in doubt (the content was under way), or our own side is at
fault. Promised: one connection a batch; the certificate is verified; every wait has an end. No address is logged, and
no error repeats the server's words, which may hold one.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.errors import MessageError
from email.utils import format_datetime, parseaddr
from typing import Literal

from mailbot.errors import DeliveryError, DoubtfulDelivery, PermanentFailure, SenderUnavailable, TemporaryFailure
from mailbot.model import OutboxMessage
from mailbot.notify.mime import Taker, WrittenMail, mail_address, write_mail
from mailbot.ports import is_loopback

IDLE_SECONDS = 10
"""After so long without a word a connection is asked whether it still lives."""
BYTES_A_SECOND = 200_000
"""A line slower than this is not waited for; a socket's time-out is for the whole of what is sent."""
SLOW_ANSWER = 3
"""A server may look into a mail before it answers to the content: so many time-outs long."""
OUR_FAULT = (530, 534, 535, 538)
"""Codes about our login, at whatever step they come."""
TOO_LARGE = 552
"""Too large, or (at Gmail) a kind of attachment that is not taken: either way it is about the original."""
ENHANCED = re.compile(rb"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")


class SmtpSender:
    """
    MailSender over one SMTP connection a batch, opened when it is first needed. For one thread.

    Args:
        host: The server.
        port: Its port.
        tls: "implicit", "starttls", or "none"; without TLS no password is sent, but to this machine.
        username: "" for a server that asks for none.
        password: Its password.
        from_address: Who the mails are from, with or without a display name; also the envelope sender, so that what
            bounces comes to our mailbox.
        timeout: Seconds that each step may take.

    Raises:
        ValueError: A password over an open connection to another machine, or a `from_address` that is none.
    """

    def __init__(  # noqa: PLR0913 - the settings of [smtp], each by its name
        self,
        *,
        host: str,
        port: int,
        tls: Literal["implicit", "starttls", "none"],
        username: str,
        password: str,
        from_address: str,
        timeout: float = 15.0,
    ) -> None:
        if username and tls == "none" and not is_loopback(host):
            raise ValueError("a password is not sent over an open connection to another machine")
        if any(character in from_address for character in "\r\n\0"):
            raise ValueError("an address is one line")
        name, address = parseaddr(from_address)
        self._from = mail_address(address, name)
        self._host, self._port, self._tls = host, port, tls
        self._login = (username, password) if username else None
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0

    def send(self, message: OutboxMessage, original: bytes | None) -> str:
        """
        Hand one mail over; give the server's answer.

        Raises:
            TemporaryFailure: It was not taken: no connection, a connection lost before the content, or an answer 4xx.
            PermanentFailure: It was not taken and never will be: 5xx for this recipient or this mail.
            DoubtfulDelivery: The connection was lost, or time ran out, after the content had begun to leave.
            SenderUnavailable: Login, certificate, STARTTLS or our sender address was refused: no mail would leave.
        """
        try:
            return self._send(message, original, note=False)
        except _Refused as refusal:
            if refusal.code != TOO_LARGE or original is None:
                raise refusal.as_failure(message.recipient) from refusal
        try:
            return self._send(message, original, note=True)
        except _Refused as refusal:
            raise refusal.as_failure(message.recipient) from refusal

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def _send(self, message: OutboxMessage, original: bytes | None, *, note: bool) -> str:
        """Once more, on a fresh connection, when a used one turns out to be dead before the content was offered."""
        while True:
            is_fresh = self._is_gone()
            smtp = self._connected(message.recipient)
            mail = self._written(smtp, message, original, note=note)
            try:
                return self._transact(smtp, mail) or _message_id(message)
            except _Lost as loss:
                if is_fresh:
                    raise TemporaryFailure(message.recipient, f"connection lost: {loss}") from loss

    def _written(
        self, smtp: smtplib.SMTP, message: OutboxMessage, original: bytes | None, *, note: bool
    ) -> WrittenMail:
        try:
            return write_mail(
                message,
                sender=self._from,
                date=format_datetime(datetime.now(UTC)),
                original=original,
                taker=_taker(smtp),
                note=note,
            )
        except (ValueError, MessageError) as error:
            raise PermanentFailure(message.recipient, f"cannot be written as a mail: {_name(error)}") from error

    # --- the connection -----------------------------------------------------------------------------------------

    def _is_gone(self) -> bool:
        """Whether a new connection is needed; one long unused is asked first."""
        if self._smtp is not None and time.monotonic() - self._used > IDLE_SECONDS:
            try:
                alive = self._smtp.noop()[0] == 250
            except (smtplib.SMTPException, OSError):
                alive = False
            if not alive:
                self._drop()
        return self._smtp is None

    def _connected(self, recipient: str) -> smtplib.SMTP:
        """The connection, secured and logged in. What would be the same for every mail is our side's fault."""
        if self._smtp is not None:
            return self._smtp
        try:
            with contextlib.ExitStack() as undo:
                smtp = self._open()
                undo.callback(smtp.close)
                self._secure(smtp)
                undo.pop_all()
        except smtplib.SMTPResponseException as error:
            kind = SenderUnavailable if error.smtp_code >= 500 else TemporaryFailure
            raise kind(recipient, f"SMTP {error.smtp_code} on connecting") from error
        except smtplib.SMTPNotSupportedError as error:
            raise SenderUnavailable(recipient, "the server offers no STARTTLS, or no login") from error
        except ssl.SSLCertVerificationError as error:
            raise SenderUnavailable(recipient, "the certificate of the server is not valid") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(recipient, f"no connection: {_name(error)}") from error
        self._smtp, self._used = smtp, time.monotonic()
        return smtp

    def _open(self) -> smtplib.SMTP:
        name = socket.gethostname()  # the library's default asks the DNS, which can take longer than any time-out
        if self._tls == "implicit":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, name, timeout=self._timeout, context=context)
        return smtplib.SMTP(self._host, self._port, name, timeout=self._timeout)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        if self._tls == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if self._login is not None:
            smtp.login(*self._login)

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    # --- one mail -----------------------------------------------------------------------------------------------

    def _transact(self, smtp: smtplib.SMTP, mail: WrittenMail) -> str:
        """Sender, recipient, content. Raises `_Lost` before the content, `_Refused` for a plain no, or is in doubt."""
        self._step("MAIL", smtp, lambda: smtp.mail(mail.sender, mail.options))
        self._step("RCPT", smtp, lambda: smtp.rcpt(mail.recipient))
        self._step("DATA", smtp, lambda: smtp.docmd("DATA"))
        try:
            code, answer = self._content(smtp, mail.content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise DoubtfulDelivery(mail.recipient, f"no answer to the content: {_name(error)}") from error
        if 400 <= code < 600:
            self._make_ready(smtp, code)
            raise _Refused("content", code, answer)
        if not 200 <= code < 300:
            self._drop()
            raise DoubtfulDelivery(mail.recipient, "an unreadable answer to the content")
        self._used = time.monotonic()
        return " ".join(answer.decode("ascii", "replace").split())[:200]

    def _content(self, smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        if smtp.sock is not None:
            smtp.sock.settimeout(self._timeout * SLOW_ANSWER + len(content) / BYTES_A_SECOND)
        smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        answer = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(self._timeout)
        return answer

    def _step(self, step: str, smtp: smtplib.SMTP, ask: Callable[[], tuple[int, bytes]]) -> None:
        """One command before the content: whatever goes wrong here, nothing was taken."""
        try:
            code, answer = ask()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise _Lost(_name(error)) from error
        if code == 354 if step == "DATA" else 200 <= code < 300:
            return
        self._make_ready(smtp, code)
        if code == 421 or not 400 <= code < 600:
            self._drop()
            raise _Lost(f"SMTP {code}")
        raise _Refused(step, code, answer)

    def _make_ready(self, smtp: smtplib.SMTP, code: int) -> None:
        """After a no, the connection serves the next mail, unless the server is closing it."""
        try:
            if code == 421 or smtp.rset()[0] != 250:
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()


class _Lost(Exception):
    """The connection went away before the content was offered: nothing was taken."""


class _Refused(Exception):
    """The server said no at a step; it has taken nothing."""

    def __init__(self, step: str, code: int, answer: bytes) -> None:
        super().__init__(step, code)
        self.step = step
        self.code = code
        enhanced = ENHANCED.match(answer)
        self.reason = f"SMTP {code}{f' {enhanced[0].decode()}' if enhanced else ''} at {step}"

    def as_failure(self, recipient: str) -> DeliveryError:
        """A no to our sender address is a no to every mail; else 5xx is final for this one, and 4xx is not."""
        if self.code in OUR_FAULT or (self.step == "MAIL" and self.code >= 500 and self.code != TOO_LARGE):
            return SenderUnavailable(recipient, self.reason)
        return (
            PermanentFailure(recipient, self.reason) if self.code >= 500 else TemporaryFailure(recipient, self.reason)
        )


def _taker(smtp: smtplib.SMTP) -> Taker:
    size = smtp.esmtp_features.get("size", "")
    return Taker(
        eight_bit=smtp.has_extn("8bitmime"),
        utf8=smtp.has_extn("smtputf8"),
        size_bytes=int(size) if size.isdecimal() else 0,
    )


def _message_id(message: OutboxMessage) -> str:
    return message.email.message_id if message.email else ""


def _name(error: BaseException) -> str:
    return type(error).__name__
