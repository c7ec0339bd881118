"""The servers for demonstration and tests: real protocols, loopback only, nothing left behind."""

import smtplib
import threading
import time
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, LoginError

from mailbot.embedded import ImapServer, ReceivedMail, SmtpSink

RAW = b"Subject: water\r\n\r\nNo water.\r\n"


def send(sink: SmtpSink, *, recipients: tuple[str, ...] = ("cmoh@example.org",)) -> None:
    with smtplib.SMTP(sink.host, sink.port, timeout=20) as smtp:
        smtp.sendmail("cm@example.org", recipients, RAW)


def send_ten(sink: SmtpSink) -> None:
    for _ in range(10):
        send(sink)


def test_a_delivered_mail_is_in_the_mailbox_unseen() -> None:
    arrived = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    with ImapServer() as server:
        server.deliver(RAW, received_at=arrived)
        with server.connect() as client:
            client.select_folder("INBOX")
            answer = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
    (mail,) = answer.values()
    assert mail[b"BODY[]"] == RAW
    assert mail[b"INTERNALDATE"] == arrived
    assert rb"\Seen" not in mail[b"FLAGS"]


def test_a_wrong_password_opens_nothing() -> None:
    with (
        ImapServer(password="right") as server,
        IMAPClient(server.host, server.port, ssl=False) as client,
        pytest.raises(LoginError),
    ):
        client.login(server.user, "wrong")


def test_many_connections_are_served_at_once() -> None:
    with ImapServer() as server:
        threads = [threading.Thread(target=server.deliver, args=(RAW + b"%d" % n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with server.connect() as client:
            assert client.select_folder("INBOX")[b"EXISTS"] == 12


def test_cut_connections_are_dead_and_new_ones_live() -> None:
    with ImapServer() as server:
        client = server.connect()
        server.kill_connections()
        with pytest.raises((IMAPClientAbortError, OSError)):
            client.noop()
        client.shutdown()
        server.deliver(RAW)


def test_no_thread_is_left_even_with_a_client_in_idle() -> None:
    before = set(threading.enumerate())
    with ImapServer() as server, SmtpSink() as sink:
        client = server.connect()
        client.select_folder("INBOX")
        client.idle()
        send(sink)
    client.shutdown()
    assert set(threading.enumerate()) == before


def test_servers_listen_on_loopback_only() -> None:
    with ImapServer() as server, SmtpSink() as sink:
        assert server.host == sink.host == "127.0.0.1"


def test_two_servers_live_side_by_side_with_their_own_mails() -> None:
    with ImapServer() as one, ImapServer() as other, SmtpSink() as sink, SmtpSink() as quiet:
        one.deliver(RAW)
        send(sink)
        with other.connect() as client:
            assert client.select_folder("INBOX")[b"EXISTS"] == 0
        assert quiet.mails == []
        assert one.port != other.port


def test_what_is_sent_is_kept_in_order_with_its_envelope() -> None:
    with SmtpSink() as sink:
        send(sink)
        send(sink, recipients=("a@example.org", "b@example.org"))
        assert sink.mails == [
            ReceivedMail("cm@example.org", ("cmoh@example.org",), RAW),
            ReceivedMail("cm@example.org", ("a@example.org", "b@example.org"), RAW),
        ]


def test_the_callback_is_told_of_each_mail_before_the_sender_is_answered() -> None:
    told: list[ReceivedMail] = []
    with SmtpSink(told.append) as sink:
        send(sink)
        assert told == sink.mails
        assert len(told) == 1


def test_the_mails_may_be_looked_at_while_others_come() -> None:
    with SmtpSink() as sink:
        sender = threading.Thread(target=send_ten, args=(sink,))
        sender.start()
        seen = 0
        while sender.is_alive():
            assert len(sink.mails) >= seen
            seen = len(sink.mails)
            time.sleep(0.001)
        sender.join()
        assert len(sink.mails) == 10
