"""The daemon as a process: the real program, a real IMAP server, signals, and what systemd would see."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from mailbot.cases.database import open_database
from mailbot.cases.queries import list_cases, list_outbox
from mailbot.embedded import SmtpSink
from tests.office import SECRET, a_grievance
from tests.servers import Account

SETTINGS = """
[mailbox]
host = "{imap.host}"
port = {imap.port}
tls = "none"
username = "{imap.user}"
folder = "{imap.folder}"
poll_seconds = {poll}
[smtp]
host = "{smtp.host}"
port = {smtp.port}
tls = "none"
from = "wbcmro@cmo.example"
[database]
url = "sqlite:///mailbot.db"
[archive]
path = "archive"
[sms]
gateway = "console"
[sms.console]
path = "sms.ndjson"
[term]
days = "{term}"
"""


class Running:
    """A daemon under test."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, notified: Callable[[str], bool]) -> None:
        self.process = process
        self.folder = folder
        self.notified = notified

    def rows(self, query: Callable[[Any], list[dict[str, object]]]) -> list[dict[str, object]]:
        engine = open_database(f"sqlite:///{self.folder / 'mailbot.db'}")
        try:
            return query(engine)
        finally:
            engine.dispose()


def until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@contextmanager
def a_daemon(
    folder: Path, imap: Account, smtp: SmtpSink, *, term: str = "7d", poll: int = 5, more: str = ""
) -> Iterator[Running]:
    config = folder / "mailbot.toml"
    config.write_text(SETTINGS.format(imap=imap, smtp=smtp, term=term, poll=poll) + more, "utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        (folder / "notify").unlink(missing_ok=True)  # of a daemon before this one
        systemd.bind(str(folder / "notify"))
        systemd.setblocking(False)
        said: list[str] = []

        def notified(word: str) -> bool:
            with suppress(BlockingIOError):
                while True:
                    said.append(systemd.recv(4096).decode())
            return any(word in line for line in said)

        environ = os.environ | {
            "MAILBOT_IMAP_PASSWORD": imap.password,
            "MAILBOT_REPLY_SECRET": SECRET,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": "60000000",
        }
        with (folder / "log").open("w") as log:
            command = [sys.executable, "-m", "mailbot", "run", "--config", str(config)]
            with subprocess.Popen(command, env=environ, stderr=log, stdout=log, text=True) as process:
                try:
                    yield Running(process, folder, notified)
                finally:
                    if process.poll() is None:
                        process.kill()


def take_one(running: Running, account: Account) -> None:
    """Wait for the daemon, and for the case of a grievance that is delivered to it."""
    until(lambda: running.notified("READY=1"))
    account.deliver(a_grievance())
    until(lambda: running.rows(list_cases))


def end(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_mail_that_arrives_is_a_case_and_told_of_and_sigterm_ends_it(
    imap_server: Account, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with a_daemon(tmp_path, imap_server, smtp_sink) as running:
        take_one(running, imap_server)
        until(lambda: {row["state"] for row in running.rows(list_outbox)} == {"sent"})
        assert running.notified("WATCHDOG=1")
        end(running)
        assert running.notified("STOPPING=1")
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert len((tmp_path / "sms.ndjson").read_text().splitlines()) == 1
    assert len(smtp_sink.mails) == 4


@pytest.mark.slow
def test_an_overdue_case_is_alerted_about_in_the_running_daemon(
    pymap_account: Account, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with a_daemon(tmp_path, pymap_account, smtp_sink, term="3s") as running:
        pymap_account.deliver(a_grievance())

        until(lambda: (tmp_path / "mailbot.db").exists() and running.notified("READY=1"))
        until(lambda: len([row for row in overdue_alerts(running) if row["state"] == "sent"]) >= 4)


@pytest.mark.slow
def test_nobody_is_called_overdue_before_the_mailbox_was_looked_at(
    pymap_account: Account, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    """After a downtime the answers lie in the mailbox; a server that cannot be read silences nobody for ever."""
    with a_daemon(tmp_path, pymap_account, smtp_sink) as running:
        take_one(running, pymap_account)
        end(running)
    thirty_days_pass(tmp_path / "mailbot.db")

    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        mute = pymap_account.via(silent.getsockname()[1])
        with a_daemon(tmp_path, mute, smtp_sink, term="10s") as running:  # looks for overdue cases each second
            connection, _ = silent.accept()
            with connection:
                time.sleep(3)
                assert overdue_alerts(running) == []
            silent.close()
            until(lambda: overdue_alerts(running))


def thirty_days_pass(database: Path) -> None:
    """As far as the cases in it can tell."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE referrals SET referred_at = datetime(referred_at, '-30 days')")
        connection.execute("UPDATE cases SET due_at = datetime(due_at, '-30 days')")
        connection.execute("UPDATE cases SET next_alert_at = datetime(next_alert_at, '-30 days')")


def overdue_alerts(running: Running) -> list[dict[str, object]]:
    return [row for row in running.rows(list_outbox) if row["purpose"] == "overdue_alert"]


@pytest.mark.slow
def test_a_server_that_goes_away_is_waited_for(pymap_account: Account, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    with a_daemon(tmp_path, pymap_account, smtp_sink) as running:
        until(lambda: running.notified("READY=1"))
        pymap_account.deliver(a_grievance(1))
        until(lambda: len(running.rows(list_cases)) == 1)
        pymap_account.kill_connections()
        pymap_account.deliver(a_grievance(2))
        until(lambda: len(running.rows(list_cases)) == 2)


@pytest.mark.slow
def test_sighup_reads_the_rules_anew_and_keeps_the_old_ones_when_they_are_faulty(
    pymap_account: Account, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    office = tmp_path / "office"
    subprocess.run([sys.executable, "-m", "mailbot", "init", str(office)], check=True, capture_output=True)
    keywords = office / "rules" / "keywords.csv"
    with a_daemon(tmp_path, pymap_account, smtp_sink, more=f'[rules]\npath = "{office / "rules"}"\n') as running:
        until(lambda: running.notified("READY=1"))
        log = tmp_path / "log"

        def department_of_the_newest(wanted: int) -> object:
            until(lambda: len(running.rows(list_cases)) == wanted)
            return running.rows(list_cases)[0]["department"]

        keywords.write_text(keywords.read_text("utf-8") + "NOBODY,health centre,3\n", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "not reloaded, the old ones stay in force" in log.read_text())
        pymap_account.deliver(a_grievance(1))
        assert department_of_the_newest(1) == "HFW"
        assert f"{keywords}:" in log.read_text()

        keywords.write_text("department,phrase,weight\nLAW,health centre|doctor,8\n", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "read anew" in log.read_text())
        pymap_account.deliver(a_grievance(2))
        assert department_of_the_newest(2) == "LAW"
        assert running.process.poll() is None


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_the_mailbox_is_out_of_reach_ends_it_at_once(
    tmp_path: Path, smtp_sink: SmtpSink, pymap_account: Account, signal_number: int
) -> None:
    nowhere = pymap_account.via(9)
    with a_daemon(tmp_path, nowhere, smtp_sink) as running:
        until(lambda: running.notified("READY=1"))
        running.process.send_signal(signal_number)
        assert running.process.wait(timeout=15) == 0


def test_bad_configuration_names_every_fault_and_starts_nothing(tmp_path: Path) -> None:
    config = tmp_path / "mailbot.toml"
    config.write_text('[mailbox]\nhost = 7\nhots = "x"\n[smtp]\nhost = "127.0.0.1"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mailbot", "run", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"MAILBOT_REPLY_SECRET": SECRET, "MAILBOT_IMAP_PASSWORD": "x"},
    )
    assert done.returncode == 78
    assert f"{config}:2" in done.stderr
    assert f"{config}:3" in done.stderr
    assert "database" in done.stderr
    assert not (tmp_path / "mailbot.db").exists()
    assert json.dumps(done.stdout) == '""'


@pytest.mark.slow
@pytest.mark.dovecot
def test_under_idle_a_mail_is_taken_long_before_the_next_look(
    dovecot_account: Account, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    """With an hour between looks only IDLE can have brought it."""
    with a_daemon(tmp_path, dovecot_account, smtp_sink, poll=3_600) as running:
        until(lambda: running.notified("STATUS=reading the mailbox"))
        delivered: list[int] = []
        for number in (1, 2, 3):
            dovecot_account.deliver(a_grievance(number))
            delivered.append(number)
            until(lambda: len(running.rows(list_cases)) == len(delivered))
