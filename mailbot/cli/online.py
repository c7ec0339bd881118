"""
Whether the outside world answers: the mailbox, the mail server, the SMS gateway.

In: settings with their secrets. Out: for each party whether it took our login, and what it said. Nothing is read, sent
or marked. The words of a server are not repeated: they may hold an address.
"""

import base64
import http.client
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mailbot.errors import MailboxError
from mailbot.ingest.mailbox import ImapMailbox
from mailbot.settings import Settings

SECONDS = 15.0


class Contact(NamedTuple):
    """How the attempt to reach a party ended."""

    party: str
    ok: bool
    detail: str


class _Failure(Exception):
    """The party cannot be worked with; the text says why."""


def try_connections(settings: Settings) -> Iterator[Contact]:
    """Try each party that the settings name, one after the other."""
    yield _attempt("mailbox", lambda: _mailbox(settings))
    yield _attempt("smtp", lambda: _smtp(settings))
    if settings.sms.gateway == "twilio":
        yield _attempt("sms", lambda: _twilio(settings))
    else:
        yield Contact("sms", ok=True, detail="the console gateway needs no connection")


def _attempt(party: str, work: Callable[[], str]) -> Contact:
    try:
        return Contact(party, ok=True, detail=work())
    except _Failure as failure:
        return Contact(party, ok=False, detail=str(failure))


def _mailbox(settings: Settings) -> str:
    box = settings.mailbox
    mailbox = ImapMailbox(
        host=box.host,
        port=box.port,
        tls=box.tls,
        username=box.username,
        password=settings.secrets.reveal("imap_password"),
        folder=box.folder,
        read_timeout=SECONDS,
    )
    try:
        listing = mailbox.listing()
    except MailboxError as error:
        raise _Failure(str(error) or type(error).__name__) from error
    finally:
        mailbox.close()
    return f"{box.host}:{box.port}: folder {box.folder} holds {len(listing.uids)} mails"


def _smtp(settings: Settings) -> str:
    smtp = settings.smtp
    try:
        with _opened(settings) as server:
            if smtp.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if smtp.username:
                server.login(smtp.username, settings.secrets.reveal("smtp_password"))
    except smtplib.SMTPResponseException as error:
        raise _Failure(f"{smtp.host}:{smtp.port} answered {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise _Failure(f"{smtp.host}:{smtp.port}: {_name(error)}") from error
    return f"{smtp.host}:{smtp.port}: {'our login was taken' if smtp.username else 'answers'}"


def _opened(settings: Settings) -> smtplib.SMTP:
    smtp, name = settings.smtp, socket.gethostname()
    if smtp.tls == "implicit":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, name, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(smtp.host, smtp.port, name, timeout=SECONDS)


def _twilio(settings: Settings) -> str:
    """Ask for a list of messages: every kind of API key may, and an account that is suspended may not."""
    twilio = settings.sms.twilio
    if twilio is None:
        raise _Failure("not configured")
    secret = "twilio_api_key_secret" if twilio.api_key_sid else "twilio_auth_token"
    login = f"{twilio.api_key_sid or twilio.account_sid}:{settings.secrets.reveal(secret)}"
    request = urllib.request.Request(  # noqa: S310 - the settings take https, or http on this machine, alone
        f"{twilio.api_base}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json?PageSize=1",
        headers={"Authorization": "Basic " + base64.b64encode(login.encode()).decode()},
    )
    direct = [urllib.request.ProxyHandler({})] if twilio.api_base.startswith("http:") else []
    try:
        urllib.request.build_opener(*direct).open(request, timeout=SECONDS).close()
    except urllib.error.HTTPError as error:
        raise _Failure(f"{twilio.api_base} answered {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Failure(f"{twilio.api_base}: {_name(error)}") from error
    return f"{twilio.api_base}: our login was taken"


def _name(error: BaseException) -> str:
    """What kind of fault it is, in the system's own words where it has some."""
    reason = getattr(error, "reason", None)
    inner = reason if isinstance(reason, OSError) else error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return "the certificate of the server is not valid"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror.lower()
    return type(inner).__name__
