"""One connection: who is refused, what is trusted, how news is waited for, on a clean line and on a bad one."""

import threading
import time

import pytest

from mailbot.errors import MailboxError, MailboxRefused, MailboxUnavailable
from mailbot.ingest import connection as connection_file
from tests.faulty_imap import ALWAYS, FaultyImap, faulty, soon
from tests.servers import Account, Dovecot, raws, sample_mail

MIB = 1024 * 1024


# --- refusals ---------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_refused_without_naming_anyone(imap_server: Account) -> None:
    mailbox = imap_server.mailbox(password="wrong")
    with pytest.raises(MailboxRefused) as told:
        mailbox.listing()
    assert imap_server.user not in str(told.value)
    assert "wrong" not in str(told.value)


def test_a_missing_folder_is_refused(imap_server: Account) -> None:
    with pytest.raises(MailboxRefused, match="folder"):
        imap_server.mailbox(folder="Nowhere").listing()


def test_a_name_or_password_that_login_cannot_carry_is_refused_and_nothing_is_injected(imap_server: Account) -> None:
    for password in ("জল", 'a"b\r\nX LOGOUT', "a\0b"):
        with pytest.raises(MailboxError):
            imap_server.mailbox(password=password).listing()
    with pytest.raises(MailboxError):
        imap_server.mailbox(username="two words").listing()


@pytest.mark.parametrize("host", ["imap.example.org", "192.0.2.1", "0.0.0.0", "2001:db8::1"])  # noqa: S104 - none is bound
def test_plain_text_to_another_machine_is_refused_before_a_byte_leaves(pymap_account: Account, host: str) -> None:
    with pytest.raises(MailboxRefused, match="this machine"):
        pymap_account.mailbox(host=host).listing()


def test_starttls_that_is_not_offered_is_refused(pymap_account: Account) -> None:
    with pytest.raises(MailboxRefused, match="STARTTLS"):
        pymap_account.mailbox(tls="starttls").listing()


def test_a_closed_port_is_unavailable(pymap_account: Account) -> None:
    with FaultyImap(pymap_account.real_port) as proxy:
        port = proxy.port
    with pytest.raises(MailboxUnavailable):
        pymap_account.mailbox(port=port).listing()


def test_a_login_denied_is_refused_and_tried_again_at_the_next_call(imap_server: Account) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        proxy.inject("deny_login")
        with pytest.raises(MailboxRefused) as told:
            mailbox.listing()
        assert "asha" not in str(told.value)
        assert mailbox.listing().uids == ()


# --- TLS --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tls_account(dovecot: Dovecot, dovecot_account: Account) -> Account:
    if dovecot.certificate is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    return dovecot_account


@pytest.mark.dovecot
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_all_of_it_works_over_tls(
    tls_account: Account, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    port = dovecot.tls_port if tls == "implicit" else dovecot.port
    mailbox = tls_account.mailbox(host="localhost", port=port, tls=tls, move_to="Done")
    tls_account.deliver(sample_mail(1), sample_mail(2, size=MIB + 5))
    assert raws(mailbox) == tls_account.raws()
    with soon(lambda: tls_account.deliver(sample_mail(3))):
        assert mailbox.wait(20)
    mailbox.mark(mailbox.listing().uids)
    assert tls_account.uids() == []
    assert len(tls_account.uids(folder="Done")) == 3
    assert not mailbox.wait(0.2)
    tls_account.kill_connections()
    with pytest.raises(MailboxUnavailable):
        mailbox.wait(20)


@pytest.mark.dovecot
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_an_untrusted_certificate_is_refused(tls_account: Account, dovecot: Dovecot, tls: str) -> None:
    port = dovecot.tls_port if tls == "implicit" else dovecot.port
    with pytest.raises(MailboxRefused, match="certificate"):
        tls_account.mailbox(host="localhost", port=port, tls=tls).listing()


@pytest.mark.dovecot
def test_a_certificate_of_another_name_is_refused(
    tls_account: Account, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    with pytest.raises(MailboxRefused, match="certificate"):
        tls_account.mailbox(host="127.0.0.1", port=dovecot.tls_port, tls="implicit").listing()


# --- waiting ----------------------------------------------------------------------------------------------------


def test_a_mail_ends_the_wait(imap_server: Account) -> None:
    mailbox = imap_server.mailbox()
    mailbox.listing()
    with soon(lambda: imap_server.deliver(sample_mail(1))):
        assert mailbox.wait(20)
    assert raws(mailbox) == [sample_mail(1)]


def test_silence_ends_with_the_time(imap_server: Account) -> None:
    mailbox = imap_server.mailbox()
    mailbox.listing()
    assert not mailbox.wait(0.2)


def test_a_mail_that_came_before_the_wait_is_told_at_once(imap_server: Account) -> None:
    mailbox = imap_server.mailbox()
    mailbox.listing()
    imap_server.deliver(sample_mail(1))
    assert mailbox.wait(20)


def test_idle_is_renewed_and_still_tells(imap_server: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_file, "IDLE_CYCLE", 0.1)
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        with soon(lambda: imap_server.deliver(sample_mail(1)), 0.5):
            assert mailbox.wait(20)
        assert proxy.commands.count("IDLE") > 2


@pytest.mark.parametrize("idle", [True, False])
def test_a_stop_ends_the_wait(imap_server: Account, *, idle: bool) -> None:
    stop = threading.Event()
    mailbox = imap_server.mailbox(idle=idle, stopping=stop.is_set)
    mailbox.listing()
    began = time.monotonic()
    with soon(stop.set):
        assert not mailbox.wait(60)
    assert time.monotonic() - began < 30, "the wait was ended by the stop, not by its own time"
    assert not mailbox.wait(60)


def test_where_idle_is_missing_the_time_itself_is_the_news(imap_server: Account) -> None:
    with faulty(imap_server, hide=["IDLE"]) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        assert mailbox.wait(0.1)
        assert "IDLE" not in proxy.commands


def test_a_wait_that_had_to_connect_says_that_mail_may_have_come(imap_server: Account) -> None:
    assert imap_server.mailbox().wait(20)


# --- waiting on a bad line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bye_idle", "fin_idle"])
def test_a_connection_that_ends_in_idle_is_noticed_at_once(imap_server: Account, kind: str) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        proxy.inject(kind)
        with pytest.raises(MailboxUnavailable):
            mailbox.wait(60)
        assert mailbox.wait(60), "after a new connection mail may have come"


def test_a_dead_line_in_idle_is_noticed_when_idle_is_renewed(
    imap_server: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_file, "IDLE_CYCLE", 0.3)
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox(read_timeout=0.5)
        mailbox.listing()
        proxy.inject("stall_idle")
        with pytest.raises(MailboxUnavailable):
            mailbox.wait(60)
        imap_server.deliver(sample_mail(1))
        assert raws(mailbox) == [sample_mail(1)]


def test_news_in_the_same_segment_as_the_start_of_idle_is_heard(imap_server: Account) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        proxy.inject("idle_coalesce")
        with soon(lambda: imap_server.deliver(sample_mail(1))):
            assert mailbox.wait(60)
        assert proxy.struck["idle_coalesce"] == 1


def test_news_before_the_start_of_idle_is_not_lost(imap_server: Account) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        proxy.inject("exists_first")
        try:
            heard = mailbox.wait(2)
        except MailboxUnavailable:
            heard = mailbox.wait(2)
        assert heard


def test_news_that_is_never_told_is_found_by_the_next_listing(imap_server: Account) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        proxy.inject("swallow_exists", times=ALWAYS)
        with soon(lambda: imap_server.deliver(sample_mail(1)), 0.1):
            mailbox.wait(1.5)
        assert raws(mailbox) == [sample_mail(1)]
        assert proxy.struck["swallow_exists"] >= 1


def test_lines_in_two_segments_are_read_in_idle(imap_server: Account) -> None:
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        mailbox.listing()
        proxy.inject("split", times=ALWAYS)
        with soon(lambda: imap_server.deliver(sample_mail(1))):
            assert mailbox.wait(60)
        assert raws(mailbox) == [sample_mail(1)]


def test_connections_killed_on_the_server_cost_one_call(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1))
    mailbox = imap_server.mailbox()
    mailbox.listing()
    imap_server.kill_connections()
    with pytest.raises(MailboxUnavailable):
        mailbox.listing()
    assert raws(mailbox) == [sample_mail(1)]


def test_a_stop_in_idle_does_not_wait_for_a_dead_peer(imap_server: Account) -> None:
    stop = threading.Event()
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox(read_timeout=60, stopping=stop.is_set)
        mailbox.listing()
        proxy.inject("stall_idle")
        began = time.monotonic()
        with soon(stop.set):
            assert not mailbox.wait(60)
        assert time.monotonic() - began < 30, "the stop was not held up by the peer"


def test_closing_never_raises_whatever_the_state_of_the_line(imap_server: Account) -> None:
    mailbox = imap_server.mailbox()
    mailbox.close()
    mailbox.listing()
    imap_server.kill_connections()
    mailbox.close()
    mailbox.close()
    assert mailbox.listing().uids == ()
