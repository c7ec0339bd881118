import io
import json
import logging
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.errors import (
    CannotLook,
    DeliveryError,
    DoubtfulDelivery,
    PermanentFailure,
    SenderUnavailable,
    TemporaryFailure,
)
from mailbot.model import Channel, OutboxMessage, Purpose
from mailbot.notify.sms import ConsoleGateway, TwilioGateway
from tests.twilio_server import ACCOUNT_SID, Fault, TwilioServer, read_ledger

TO = "+919000000001"
PASSWORD = "secret"
ROOT = Path(__file__).parents[2]
BENGALI = "আপনার অভিযোগ মুখ্যমন্ত্রীর দপ্তরে নথিভুক্ত হয়েছে। কেস নং CM2600012349।"


def message(
    text: str = "Registered. Case No CM2600012349. -CMO",
    *,
    to: str = TO,
    purpose: Purpose = Purpose.ACKNOWLEDGEMENT,
) -> OutboxMessage:
    return OutboxMessage(
        reference="CM2600012349",
        purpose=purpose,
        channel=Channel.SMS,
        recipient=to,
        occurrence=1,
        language="en",
        text=text,
        email=None,
    )


def gateway(
    base: str, *, timeout: float = 5.0, username: str = "SK1", password: str = PASSWORD, service: str = ""
) -> TwilioGateway:
    return TwilioGateway(
        account_sid=ACCOUNT_SID,
        username=username,
        password=password,
        sender="" if service else "+15005550006",
        messaging_service_sid=service,
        api_base=base,
        timeout=timeout,
    )


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(username="SK1", password="secret", silence_seconds=5) as server:
        yield server


def minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def test_an_accepted_message_has_the_gateways_id(twilio: TwilioServer) -> None:
    sid = gateway(twilio.base_url).send(message(BENGALI))
    (accepted,) = twilio.accepted
    assert (accepted.sid, accepted.to, accepted.body) == (sid, TO, unicodedata.normalize("NFC", BENGALI))
    assert accepted.sender == "+15005550006"


def test_a_messaging_service_chooses_the_sender(twilio: TwilioServer) -> None:
    gateway(twilio.base_url, service="MG1").send(message())
    assert [(one.sender, one.service) for one in twilio.accepted] == [("", "MG1")]


@pytest.mark.parametrize(
    ("fault", "outcome", "accepted"),
    [
        (Fault.RESET_AFTER, DoubtfulDelivery, 1),
        (Fault.RESET_BEFORE, DoubtfulDelivery, 0),
        (Fault.ERROR_500_AFTER, DoubtfulDelivery, 1),
        (Fault.ERROR_500_BEFORE, DoubtfulDelivery, 0),
        (Fault.ERROR_503_HTML, DoubtfulDelivery, 0),
        (Fault.GARBAGE_201, DoubtfulDelivery, 1),
        (Fault.EMPTY_201, DoubtfulDelivery, 1),
        (Fault.LIST_201, DoubtfulDelivery, 1),
        (Fault.CUT_201, DoubtfulDelivery, 1),
        (Fault.THROTTLED, TemporaryFailure, 0),
        (Fault.QUEUE_FULL, TemporaryFailure, 0),
        (Fault.NO_ROUTE, TemporaryFailure, 0),
        (Fault.UNKNOWN_400, TemporaryFailure, 0),
        (Fault.INVALID_TO, PermanentFailure, 0),
        (Fault.LANDLINE, PermanentFailure, 0),
        (Fault.OPTED_OUT, PermanentFailure, 0),
        (Fault.PROBLEM_400, PermanentFailure, 0),
        (Fault.UNAUTHORIZED, SenderUnavailable, 0),
        (Fault.NO_REGION, SenderUnavailable, 0),
        (Fault.BAD_SENDER, SenderUnavailable, 0),
        (Fault.SUSPENDED, SenderUnavailable, 0),
    ],
)
def test_each_outcome_says_what_is_known(
    twilio: TwilioServer, fault: Fault, outcome: type[DeliveryError], accepted: int
) -> None:
    twilio.fault(fault)
    with pytest.raises(DeliveryError) as caught:
        gateway(twilio.base_url).send(message())
    assert type(caught.value) is outcome
    assert len(twilio.accepted) == accepted
    assert twilio.posts == 1, "an HTTP layer has repeated a POST"
    assert TO not in str(caught.value)
    assert TO not in caught.value.reason


def test_silence_after_the_request_is_doubt_and_ends(twilio: TwilioServer) -> None:
    twilio.fault(Fault.TIMEOUT_AFTER)
    with pytest.raises(DoubtfulDelivery, match="ReadTimeout"):
        gateway(twilio.base_url, timeout=0.3).send(message())
    assert len(twilio.accepted) == 1
    assert twilio.posts == 1


def test_how_long_the_gateway_wants_us_to_wait_is_passed_on(twilio: TwilioServer) -> None:
    twilio.retry_after = "42"
    twilio.fault(Fault.THROTTLED)
    with pytest.raises(TemporaryFailure) as caught:
        gateway(twilio.base_url).send(message())
    assert caught.value.retry_after == timedelta(seconds=42)


@pytest.mark.parametrize("header", ["", "soon", "-1", "1e9", "Tue, 24 Nov 2026 12:00:00 GMT"])
def test_an_odd_retry_after_is_none(twilio: TwilioServer, header: str) -> None:
    twilio.retry_after = header
    twilio.fault(Fault.THROTTLED)
    with pytest.raises(TemporaryFailure) as caught:
        gateway(twilio.base_url).send(message())
    assert caught.value.retry_after is None


def test_without_a_connection_nothing_has_left() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(TemporaryFailure, match="no connection"):
            gateway(base).send(message())


def test_a_server_that_speaks_no_tls_leaves_it_open_and_a_wrong_host_does_not(twilio: TwilioServer) -> None:
    with pytest.raises(DeliveryError) as caught:
        gateway(twilio.base_url.replace("http:", "https:")).send(message())
    assert type(caught.value) is DoubtfulDelivery
    assert twilio.accepted == []


@pytest.mark.parametrize(
    "number", ["", "9000000001", "+12025550101", "+915000000001", "+9190000000011", "+91900000000", "+919000000001\n"]
)
def test_only_indian_mobiles_are_sent_to(twilio: TwilioServer, number: str) -> None:
    with pytest.raises(PermanentFailure):
        gateway(twilio.base_url).send(message(to=number))
    assert twilio.posts == 0


def test_wrong_credentials_stop_the_sender(twilio: TwilioServer) -> None:
    with pytest.raises(SenderUnavailable, match="code 20003"):
        gateway(twilio.base_url, password="wrong").send(message())


def test_a_proxy_of_the_environment_has_no_part_in_a_loopback_gateway(
    twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    assert gateway(twilio.base_url).send(message()).startswith("SM")


@pytest.mark.parametrize("base", ["http://api.example.org", "ftp://127.0.0.1", "127.0.0.1:80", "http://", "https://"])
def test_a_password_is_not_shown_to_a_network(base: str) -> None:
    with pytest.raises(ValueError, match="https"):
        gateway(base)


@pytest.mark.parametrize(("sender", "service"), [("", ""), ("+15005550006", "MG1")])
def test_exactly_one_of_sender_and_service_is_needed(sender: str, service: str) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        TwilioGateway(
            account_sid=ACCOUNT_SID,
            username="SK1",
            password="secret",
            sender=sender,
            messaging_service_sid=service,
            api_base="",
        )


def test_numbers_and_texts_are_not_logged(twilio: TwilioServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "twilio.http_client")
    sender = gateway(twilio.base_url)
    sender.send(message())
    sender.find(message(), minutes_ago(1))
    assert TO[3:] not in caplog.text
    assert "Registered" not in caplog.text


# --- asking about a message in doubt --------------------------------------------------------------------------------


def test_a_message_in_doubt_that_was_accepted_is_found(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    twilio.fault(Fault.RESET_AFTER)
    since = minutes_ago(0)
    with pytest.raises(DoubtfulDelivery):
        sender.send(message(BENGALI))
    assert sender.find(message(BENGALI), since) == twilio.accepted[0].sid


def test_a_message_that_never_arrived_is_not_found(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    twilio.fault(Fault.RESET_BEFORE)
    with pytest.raises(DoubtfulDelivery):
        sender.send(message())
    assert sender.find(message(), minutes_ago(1)) is None


def test_another_message_of_the_same_case_to_the_same_number_is_not_taken_for_it(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    sender.send(message("Registered. Case No CM2600012349."))
    closure = message("Case No CM2600012349 is closed.", purpose=Purpose.CLOSURE_NOTICE)
    assert sender.find(closure, minutes_ago(1)) is None


def test_the_same_text_of_long_ago_is_not_taken_for_it(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    sid = sender.send(message())
    assert sender.find(message(), minutes_ago(-10)) is None
    assert sender.find(message(), minutes_ago(-4)) == sid, "a clock a few minutes behind is forgiven"


def test_another_number_is_not_taken_for_it(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    sender.send(message())
    assert sender.find(message(to="+919000000002"), minutes_ago(1)) is None


def test_what_a_trial_account_puts_before_the_text_is_seen_through(twilio: TwilioServer) -> None:
    twilio.body_prefix = "Sent from your Twilio trial account - "
    sender = gateway(twilio.base_url)
    assert sender.find(message(), minutes_ago(1)) is None
    sid = sender.send(message())
    assert sender.find(message(), minutes_ago(1)) == sid


def test_a_message_not_listed_yet_is_not_found_yet(twilio: TwilioServer) -> None:
    twilio.list_lag_seconds = 3600
    sender = gateway(twilio.base_url)
    sid = sender.send(message())
    assert sender.find(message(), minutes_ago(1)) is None
    twilio.list_lag_seconds = 0
    assert sender.find(message(), minutes_ago(1)) == sid


def test_a_long_list_is_looked_through_in_one_request(twilio: TwilioServer) -> None:
    sender = gateway(twilio.base_url)
    sid = sender.send(message())
    for number in range(60):
        sender.send(message(f"Case No CM2600012349 is pending for over {number} days."))
    assert sender.find(message(), minutes_ago(1)) == sid
    assert len(twilio.gets) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (429, '{"code": 20429, "status": 429}'),
        (401, '{"code": 20003, "status": 401}'),
        (200, "<html>"),
        (200, "[]"),
        (200, "{}"),
        (200, '{"messages": null}'),
        (200, '{"messages": ["x"]}'),
    ],
)
def test_a_list_that_does_not_come_is_asked_for_again(twilio: TwilioServer, status: int, body: str) -> None:
    twilio.fail_lists((status, body))
    with pytest.raises(TemporaryFailure):
        gateway(twilio.base_url).find(message(), minutes_ago(1))


def test_forty_messages_under_all_faults_arrive_once(twilio: TwilioServer) -> None:
    twilio.roll_faults(7, 0.5, [Fault.RESET_AFTER, Fault.RESET_BEFORE, Fault.THROTTLED, Fault.GARBAGE_201])
    sender, started = gateway(twilio.base_url), minutes_ago(0)
    for number in range(40):
        one = message(f"Case No CM2600012349, message {number}.")
        while True:
            try:
                sender.send(one)
            except TemporaryFailure:
                continue
            except DoubtfulDelivery:
                if sender.find(one, started) is None:
                    continue
            break
    assert sorted(twilio.count_copies().values()) == [1] * 40


def test_the_server_as_a_process_keeps_its_ledger_over_a_kill(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    command = [sys.executable, "-m", "tests.twilio_server", "--port", "0", "--ledger", str(ledger)]
    for text in ("first", "second"):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            base = f"http://127.0.0.1:{int(process.stdout.readline())}"
            sender = gateway(base)
            sender.send(message(f"CM2600012349 {text}"))
            assert sender.find(message("CM2600012349 first"), minutes_ago(1)) is not None
        finally:
            process.kill()
            process.communicate()
        with ledger.open("a") as file:
            file.write('{"sid": "torn')
    assert [one.body for one in read_ledger(ledger)] == ["CM2600012349 first", "CM2600012349 second"]


# --- the console ----------------------------------------------------------------------------------------------------


def test_the_console_shows_what_would_be_sent() -> None:
    stream = io.StringIO()
    ConsoleGateway(stream).send(message(BENGALI))
    assert stream.getvalue() == f"SMS to {TO}: {BENGALI}\n"


def test_a_console_that_knows_no_bengali_shows_escapes() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ConsoleGateway(stream).send(message(BENGALI))
    stream.seek(0)
    assert stream.read().startswith(f"SMS to {TO}: \\u0986\\u09aa")


def test_a_console_without_record_cannot_be_asked() -> None:
    with pytest.raises(CannotLook):
        ConsoleGateway(io.StringIO()).find(message(), minutes_ago(1))


def test_a_console_with_record_knows_what_it_sent(tmp_path: Path) -> None:
    record = tmp_path / "sms.ndjson"
    sid = ConsoleGateway(io.StringIO(), record).send(message(BENGALI))
    again = ConsoleGateway(io.StringIO(), record)
    assert again.find(message(BENGALI), minutes_ago(1)) == sid
    assert again.find(message(BENGALI), minutes_ago(-10)) is None
    assert again.find(message("another text"), minutes_ago(1)) is None
    assert again.find(message(BENGALI, to="+919000000002"), minutes_ago(1)) is None
    assert record.stat().st_mode & 0o777 == 0o600


def test_a_record_that_does_not_exist_yet_knows_nothing(tmp_path: Path) -> None:
    assert ConsoleGateway(io.StringIO(), tmp_path / "sms.ndjson").find(message(), minutes_ago(1)) is None


def test_a_torn_last_line_costs_neither_itself_nor_the_next(tmp_path: Path) -> None:
    record = tmp_path / "sms.ndjson"
    console = ConsoleGateway(io.StringIO(), record)
    first = console.send(message("CM2600012349 first"))
    whole = record.read_bytes()
    record.write_bytes(whole + b'{"sid": "console-1", "to": "\xe0\xa6')
    assert console.find(message("CM2600012349 first"), minutes_ago(1)) == first
    second = console.send(message("CM2600012349 second"))
    assert console.find(message("CM2600012349 second"), minutes_ago(1)) == second
    assert len(record.read_bytes().splitlines()) == 3


def test_the_record_is_one_object_a_line_with_the_moment_of_the_clock(tmp_path: Path) -> None:
    record = tmp_path / "sms.ndjson"
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    sid = ConsoleGateway(io.StringIO(), record, clock=lambda: noon).send(message())
    assert json.loads(record.read_text("utf-8")) == {
        "sid": sid,
        "to": TO,
        "body": message().text,
        "purpose": "acknowledgement",
        "case": "CM2600012349",
        "at": "2026-12-01T12:00:00+00:00",
    }


def test_a_record_that_cannot_be_written_leaves_it_in_doubt(tmp_path: Path) -> None:
    stream = io.StringIO()
    with pytest.raises(DoubtfulDelivery):
        ConsoleGateway(stream, tmp_path / "missing" / "sms.ndjson").send(message())
    assert stream.getvalue() == ""


@pytest.mark.parametrize("number", ["", "+12025550101"])
def test_the_console_refuses_what_a_gateway_would(number: str) -> None:
    with pytest.raises(PermanentFailure):
        ConsoleGateway(io.StringIO()).send(message(to=number))
