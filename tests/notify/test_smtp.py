# ruff: noqa: ARG001, ARG002, N802 - aiosmtpd calls handlers by these names, with these arguments
import asyncio
import email
import email.policy
import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.errors import (
    DeliveryError,
    DoubtfulDelivery,
    PermanentFailure,
    SenderUnavailable,
    TemporaryFailure,
)
from mailbot.model import Channel, EmailParts, OutboxMessage, Purpose
from mailbot.notify.smtp import SmtpSender

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

TO = "cmoh-bankura@example.org"
FROM = "CM Grievance Cell <grievance@example.org>"
PASSWORD = "right"
LONG_ID = "<" + "AM0PR05MB" * 12 + "@eurprd05.prod.example.com>"
ORIGINAL = (
    b"From: =?utf-8?b?4Kaw4Ka/4Kao4Ka+?= <rina@example.net>\r\n"
    b"Subject:   oddly   spaced\r\n\tand folded\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; b=abc\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"..a line that begins with dots\r\n.\r\n" + "হাসপাতালে ডাক্তার নেই\r\n".encode()
)


def message(
    text: str = "Please act.\n.\nThank you, ধন্যবাদ.\n",
    *,
    to: str = TO,
    subject: str = "[CM2600012349] ডাক্তার",
    html: str = "",
) -> OutboxMessage:
    return OutboxMessage(
        reference="CM2600012349",
        purpose=Purpose.REFERRAL,
        channel=Channel.EMAIL,
        recipient=to,
        occurrence=1,
        language="en",
        text=text,
        email=EmailParts(
            subject=subject,
            html=html,
            message_id="<CM2600012349.referral.1.abcdefgh@example.org>",
            in_reply_to=LONG_ID,
            references=("<first@example.org>", LONG_ID),
            reply_to="grievance+abcdefgh@example.org",
            original_sha256="0" * 64,
            auto_submitted="auto-generated",
        ),
    )


@dataclass
class Sink:
    """An SMTP server that keeps what it takes, and answers or hangs up as told."""

    answers: dict[str, list[str]] = field(default_factory=dict)  # step → what to answer in turn; "abort" hangs up
    taken: list[Envelope] = field(default_factory=list)
    connections: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()  # ESMTP features not shown
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=self.tls)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end_connections(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8="SMTPUTF8" not in self.hidden, ident="sink", **self.options)

    def _answer(self, step: str, server: SMTP) -> str | None:
        waiting = self.answers.get(step, [])
        answer = waiting.pop(0) if waiting else None
        if answer == "abort":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 never seen"
        return answer

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [one for one in responses if not any(name in one for name in self.hidden)]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer("MAIL", server):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer("RCPT", server):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if answer := self._answer("refuse content", server):
            return answer
        self.taken.append(envelope)
        return self._answer("content", server) or "250 2.0.0 queued as 4711"

    async def handle_NOOP(self, server: SMTP, session: Session, envelope: Envelope, argument: str) -> str:
        return self._answer("NOOP", server) or "250 OK"

    def mail(self, number: int = 0) -> EmailMessage:
        return read(self.taken[number].content)


def read(content: bytes | str | None) -> EmailMessage:
    assert isinstance(content, bytes)
    parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


def sender(
    port: int,
    *,
    tls: Literal["implicit", "starttls", "none"] = "none",
    username: str = "",
    password: str = "",
    host: str = "127.0.0.1",
    timeout: float = 5.0,
) -> SmtpSender:
    return SmtpSender(
        host=host, port=port, tls=tls, username=username, password=password, from_address=FROM, timeout=timeout
    )


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_a_mail_arrives_with_its_headers_and_the_servers_answer_comes_back(sink: Sink) -> None:
    assert sender(sink.port).send(message(), None) == "2.0.0 queued as 4711"
    (envelope,) = sink.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("grievance@example.org", [TO])
    mail = sink.mail()
    assert mail["From"] == "CM Grievance Cell <grievance@example.org>"
    assert mail["To"] == TO
    assert mail["Subject"] == "[CM2600012349] ডাক্তার"
    assert mail["Message-ID"] == "<CM2600012349.referral.1.abcdefgh@example.org>"
    assert mail["Reply-To"] == "grievance+abcdefgh@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail.get_content().replace("\r\n", "\n") == message().text
    assert mail.defects == []


def test_long_message_ids_are_neither_folded_nor_encoded(sink: Sink) -> None:
    sender(sink.port).send(message(), None)
    content = sink.taken[0].content
    assert isinstance(content, bytes)
    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in content
    assert f"References: <first@example.org>\r\n {LONG_ID}\r\n".encode() in content


def test_everything_but_the_original_is_ascii_in_short_lines(sink: Sink) -> None:
    sender(sink.port).send(message("ধন্যবাদ " * 500, html="<p>ধন্যবাদ</p>" * 500), None)
    content = sink.taken[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_html_stands_beside_the_text(sink: Sink) -> None:
    sender(sink.port).send(message(html="<p>Please act.</p>"), None)
    mail = sink.mail()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_original_is_attached_byte_for_byte(sink: Sink) -> None:
    sender(sink.port).send(message(html="<p>x</p>"), ORIGINAL)
    content = sink.taken[0].content
    assert isinstance(content, bytes)
    assert ORIGINAL in content
    body, original = sink.mail().iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    assert original.get_content_type() == "message/rfc822"
    assert original.get_filename() == "original.eml"
    assert original.get_content()["Subject"] == "oddly   spaced\tand folded"
    assert "BODY=8BITMIME" in sink.taken[0].mail_options


def test_a_server_without_8_bit_gets_the_original_as_a_file() -> None:
    with Sink(hidden=("8BITMIME",)) as sink:
        sender(sink.port).send(message(), ORIGINAL)
        content = sink.taken[0].content
        assert isinstance(content, bytes)
        assert content.isascii()
        _, original = sink.mail().iter_parts()
        assert original.get_content_type() == "application/octet-stream"
        assert original.get_content() == ORIGINAL


@pytest.mark.parametrize(
    "odd",
    [
        b"Subject: x\r\n\r\nnul \0 byte",
        b"Subject: x\r\n\r\nbare \r return",
        b"Subject: x\r\n\r\n" + b"long" * 300,
        b"a\r\nb\nc",
    ],
)
def test_an_original_that_lines_cannot_carry_is_a_file_with_its_bytes(sink: Sink, odd: bytes) -> None:
    sender(sink.port).send(message(), odd)
    _, original = sink.mail().iter_parts()
    assert original.get_content_type() == "application/octet-stream"
    assert original.get_content() == odd


@pytest.mark.parametrize(("length", "kind"), [(998, "message/rfc822"), (999, "application/octet-stream")])
def test_the_longest_line_that_mail_allows_is_allowed(sink: Sink, length: int, kind: str) -> None:
    sender(sink.port).send(message(), b"Subject: x\r\n\r\n" + b"x" * length + b"\r\nend")
    _, original = sink.mail().iter_parts()
    assert original.get_content_type() == kind


def test_an_original_with_bare_line_feeds_gets_the_line_ends_of_mail(sink: Sink) -> None:
    sender(sink.port).send(message(), ORIGINAL.replace(b"\r\n", b"\n"))
    content = sink.taken[0].content
    assert isinstance(content, bytes)
    assert ORIGINAL in content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    original=st.binary(max_size=300)
    | st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"--", b"a", "ঢ".encode()])).map(b"".join)
)
def test_whatever_its_bytes_an_original_arrives(sink: Sink, original: bytes) -> None:
    sender(sink.port).send(message(), original)
    taken = sink.taken.pop().content
    assert isinstance(taken, bytes)
    _, part = read(taken).iter_parts()
    if part.get_content_type() == "message/rfc822":
        assert original.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") in taken
    else:
        assert part.get_content() in (original, original.replace(b"\n", b"\r\n"))


def test_an_original_too_large_for_the_server_is_replaced_by_a_note() -> None:
    large = b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + b"0123456789\r\n" * 2_000
    with Sink(options={"data_size_limit": 10_000}) as sink:
        sender(sink.port).send(message(), large)
        _, note = sink.mail().iter_parts()
        assert note.get_filename() == "original.txt"
        assert hashlib.sha256(large).hexdigest() in note.get_content()


def test_a_server_that_refuses_the_original_gets_the_mail_with_a_note(sink: Sink) -> None:
    sink.answers["refuse content"] = ["552 5.7.0 blocked: a dangerous attachment"]
    sender(sink.port).send(message(), ORIGINAL)
    _, note = sink.mail().iter_parts()
    assert note.get_filename() == "original.txt"
    assert sink.connections == 1


def test_one_connection_serves_a_batch(sink: Sink) -> None:
    batch = sender(sink.port)
    for _ in range(3):
        batch.send(message(), None)
    batch.close()
    batch.close()
    assert (len(sink.taken), sink.connections) == (3, 1)
    batch.send(message(), None)
    assert (len(sink.taken), sink.connections) == (4, 2)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nobody",
        "two@at@example.org",
        "a@example.org, b@example.org",
        "x@example.org\r\nBcc: all@example.org",
        "Name <x@example.org>",
        "x@example.org\0",
        "x y@example.org",
        "x" * 250 + "@example.org",
        "x@" + "ড" * 80 + ".org",
    ],
)
def test_what_is_no_address_is_refused_without_a_word_to_the_server(sink: Sink, bad: str) -> None:
    with pytest.raises(PermanentFailure):
        sender(sink.port).send(message(to=bad), None)
    assert sink.taken == []


@pytest.mark.parametrize("subject", ["one\r\nBcc: all@example.org", "one\ntwo"])
def test_a_header_of_two_lines_is_refused_and_not_sent(sink: Sink, subject: str) -> None:
    with pytest.raises(PermanentFailure):
        sender(sink.port).send(message(subject=subject), None)
    assert sink.taken == []


@pytest.mark.parametrize("address", ["a..b@example.org", "o'brien+x=y@example.org"])
def test_unusual_but_real_addresses_are_written_to(sink: Sink, address: str) -> None:
    sender(sink.port).send(message(to=address), None)
    assert len(sink.taken) == 1


def test_a_domain_beyond_ascii_is_written_to_in_its_ascii_form(sink: Sink) -> None:
    sender(sink.port).send(message(to="rina@উদাহরণ.example"), None)
    (recipient,) = sink.taken[0].rcpt_tos
    assert recipient.startswith("rina@xn--")
    assert "SMTPUTF8" not in sink.taken[0].mail_options


def test_an_address_beyond_ascii_uses_smtputf8_where_the_server_has_it(sink: Sink) -> None:
    sender(sink.port).send(message(to="রিনা@example.org"), None)
    assert sink.taken[0].rcpt_tos == ["রিনা@example.org"]
    assert "SMTPUTF8" in sink.taken[0].mail_options
    content = sink.taken[0].content
    assert isinstance(content, bytes)
    assert "To: রিনা@example.org\r\n".encode() in content


def test_an_address_beyond_ascii_is_refused_where_the_server_has_not_smtputf8() -> None:
    with Sink(hidden=("SMTPUTF8",)) as sink, pytest.raises(PermanentFailure):
        sender(sink.port).send(message(to="রিনা@example.org"), None)


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("MAIL", "451 4.3.0 later", TemporaryFailure),
        ("MAIL", "550 5.7.1 not you", SenderUnavailable),
        ("MAIL", "530 5.7.0 log in first", SenderUnavailable),
        ("MAIL", "552 5.3.4 too large", PermanentFailure),
        ("RCPT", "450 4.2.1 busy", TemporaryFailure),
        ("RCPT", "550 5.1.1 no such user", PermanentFailure),
        ("refuse content", "451 4.7.1 later", TemporaryFailure),
        ("refuse content", "554 5.7.1 spam", PermanentFailure),
        ("refuse content", "421 4.3.2 going down", TemporaryFailure),
        ("content", "900 what", DoubtfulDelivery),
        ("content", "not a code", DoubtfulDelivery),
        ("content", "abort", DoubtfulDelivery),
        ("refuse content", "abort", DoubtfulDelivery),
        ("MAIL", "abort", TemporaryFailure),
        ("RCPT", "abort", TemporaryFailure),
        ("MAIL", "421 4.7.0 too many", TemporaryFailure),
        ("RCPT", "900 what", TemporaryFailure),
    ],
)
def test_each_fault_says_what_is_known_and_the_next_mail_leaves(
    sink: Sink, step: str, answer: str, outcome: type[DeliveryError]
) -> None:
    sink.answers[step] = [answer]
    batch = sender(sink.port)
    with pytest.raises(DeliveryError) as caught:
        batch.send(message(), None)
    assert type(caught.value) is outcome
    assert TO not in str(caught.value)
    before = len(sink.taken)
    assert batch.send(message(to="next@example.org"), None) == "2.0.0 queued as 4711"
    assert len(sink.taken) == before + 1
    batch.close()


def test_a_reason_names_code_and_step_but_not_the_servers_words(sink: Sink) -> None:
    sink.answers["RCPT"] = [f"550 5.1.1 <{TO}> unknown"]
    with pytest.raises(PermanentFailure) as caught:
        sender(sink.port).send(message(), None)
    assert caught.value.reason == "SMTP 550 5.1.1 at RCPT"


@pytest.mark.parametrize("answer", ["abort", "421 4.4.2 idle too long"])
def test_a_connection_that_died_between_two_mails_costs_no_attempt(sink: Sink, answer: str) -> None:
    batch = sender(sink.port)
    batch.send(message(), None)
    sink.answers["MAIL"] = [answer]
    batch.send(message(), None)
    assert (len(sink.taken), sink.connections) == (2, 2)


def test_a_connection_that_dies_after_the_content_is_never_used_to_send_it_again(sink: Sink) -> None:
    batch = sender(sink.port)
    batch.send(message(), None)
    sink.answers["content"] = ["abort"]
    with pytest.raises(DoubtfulDelivery):
        batch.send(message(), None)
    assert len(sink.taken) == 2


@pytest.mark.parametrize("answer", ["abort", "500 what"])
def test_a_long_unused_connection_is_asked_first(sink: Sink, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("mailbot.notify.smtp.IDLE_SECONDS", -1)
    batch = sender(sink.port)
    batch.send(message(), None)
    batch.send(message(), None)
    assert sink.connections == 1
    sink.answers["NOOP"] = [answer]
    batch.send(message(), None)
    assert (len(sink.taken), sink.connections) == (3, 2)


def test_without_a_server_nothing_has_left() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(TemporaryFailure, match="ConnectionRefusedError"):
            sender(closed.getsockname()[1]).send(message(), None)


def test_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TemporaryFailure, match="no connection"):
        sender(silent.getsockname()[1], timeout=0.2).send(message(), None)


def test_what_is_no_e_mail_is_refused(sink: Sink) -> None:
    with pytest.raises(PermanentFailure):
        sender(sink.port).send(replace(message(), email=None), None)


# --- login and TLS --------------------------------------------------------------------------------------------------


def _authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


LOGIN: dict[str, Any] = {"authenticator": _authenticator, "auth_require_tls": False, "auth_required": True}


def test_a_login_is_made() -> None:
    with Sink(options=LOGIN) as sink:
        sender(sink.port, username="mailbot", password=PASSWORD).send(message(), None)
        assert len(sink.taken) == 1


@pytest.mark.parametrize(("username", "password"), [("mailbot", "wrong"), ("", "")])
def test_a_refused_login_stops_the_sender(username: str, password: str) -> None:
    with Sink(options=LOGIN) as sink, pytest.raises(SenderUnavailable, match="SMTP 53"):
        sender(sink.port, username=username, password=password).send(message(), None)


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_a_server_without_login_or_starttls_stops_the_sender(sink: Sink, tls: Literal["none", "starttls"]) -> None:
    with pytest.raises(SenderUnavailable):
        sender(sink.port, tls=tls, username="mailbot", password=PASSWORD).send(message(), None)
    assert sink.taken == []


def test_a_password_is_not_sent_in_the_open_to_another_machine() -> None:
    with pytest.raises(ValueError, match="open connection"):
        sender(25, host="smtp.example.org", username="mailbot", password=PASSWORD)


@pytest.mark.parametrize("address", ["", "nobody", "x@example.org\r\nBcc: y@example.org"])
def test_a_sender_address_that_is_none_is_an_error(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        SmtpSender(host="127.0.0.1", port=25, tls="none", username="", password="", from_address=address)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    whole = folder / "whole.pem"
    whole.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return whole


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(params=["implicit", "starttls"])
def secure(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[Sink, Literal["implicit", "starttls"]]]:
    context = _server_side(certificate)
    implicit = request.param == "implicit"
    server = Sink(tls=context) if implicit else Sink(options={"tls_context": context, "require_starttls": True})
    with server as sink:
        yield sink, request.param


def test_over_tls_a_mail_arrives(
    secure: tuple[Sink, Literal["implicit", "starttls"]], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, tls = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sender(sink.port, tls=tls, host="localhost").send(message(), ORIGINAL)
    assert len(sink.taken) == 1


def test_a_certificate_that_nobody_vouches_for_stops_the_sender(
    secure: tuple[Sink, Literal["implicit", "starttls"]],
) -> None:
    sink, tls = secure
    with pytest.raises(SenderUnavailable, match="certificate"):
        sender(sink.port, tls=tls, host="localhost").send(message(), None)
    assert sink.taken == []


def test_a_certificate_for_another_host_stops_the_sender(
    secure: tuple[Sink, Literal["implicit", "starttls"]], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, tls = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(SenderUnavailable, match="certificate"):
        sender(sink.port, tls=tls, host="127.0.0.1").send(message(), None)
