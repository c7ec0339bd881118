"""
mailbot for ever: the Machine's three loops, signals and systemd.

In: Settings. Out: an exit status, when SIGTERM or SIGINT has come. One thread reads the mailbox, for an IMAP connection
belongs to one thread and waiting in IDLE is its own clock; the scheduler calls the other two loops. SIGHUP, and each
new day with its transfers of officers, reads anew what clerks edit.
"""

import logging
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from mailbot import systemd
from mailbot.errors import ConfigurationError, MailbotError, MailboxRefused
from mailbot.intake import INDIA
from mailbot.machine import Machine
from mailbot.settings import Settings

log = logging.getLogger(__name__)

DISPATCH_SECONDS = 2
ESCALATE_SECONDS = 30
WATCHDOG_SECONDS = 5
QUICKEST_RETRY, SLOWEST_RETRY, SLOWEST_AFTER_REFUSAL = 1.0, 60.0, 300.0


class Daemon:
    """The Machine run for ever: one thread that reads the mailbox, a scheduler that calls the other two loops."""

    def __init__(self, settings: Settings) -> None:
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._looked = threading.Event()  # once into the mailbox, or in vain
        self._failed = False
        self._beaten = 0.0
        self.machine = Machine(settings, stopping=self._beat)
        self.machine.prepare()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        self._schedule()
        reader = threading.Thread(target=self._read_for_ever, name="receive", daemon=True)
        reader.start()
        systemd.notify("READY=1", "STATUS=running")
        log.info("mailbot is running")
        while not self._stop.wait(0.5):
            if self._reload.is_set():
                self._reload.clear()
                self._reload_office()
        systemd.notify("STOPPING=1")
        reader.join(timeout=20)
        self._scheduler.shutdown(wait=True)
        self.machine.close()
        log.info("mailbot has stopped")
        return 1 if self._failed else 0

    def _schedule(self) -> None:
        term = self.machine.settings.term.length.total_seconds()
        self._scheduler.add_job(self._dispatch, "interval", seconds=DISPATCH_SECONDS, id="dispatch")
        self._scheduler.add_job(
            self._escalate, "interval", seconds=max(1, min(ESCALATE_SECONDS, term / 10)), id="escalate"
        )
        self._scheduler.add_job(self._reload.set, "cron", hour=0, minute=1, timezone=INDIA, id="transfers")
        self._scheduler.start()

    # the mailbox

    def _read_for_ever(self) -> None:
        pause = QUICKEST_RETRY
        while not self._stop.is_set():
            try:
                self._read_until_quiet()
                pause = QUICKEST_RETRY
            except MailboxRefused as error:
                pause = self._rest(error, min(max(pause, 10) * 2, SLOWEST_AFTER_REFUSAL))
            except MailbotError as error:
                pause = self._rest(error, min(pause * 2, SLOWEST_RETRY))
            except Exception as error:
                log.exception("the receive loop failed")
                pause = self._rest(error, min(pause * 2, SLOWEST_RETRY))

    def _read_until_quiet(self) -> None:
        try:
            summary = self.machine.receive()
        finally:
            self._looked.set()
        if summary.fetched:
            log.info("received: %s", _said(asdict(summary)))
            self._wake("dispatch")
        systemd.notify(f"STATUS=reading the mailbox; last looked at {self.machine.clock():%H:%M:%S} UTC")
        self.machine.mailbox.wait(self.machine.settings.mailbox.poll_seconds)

    def _rest(self, error: Exception, longest: float) -> float:
        """Wait with jitter, so that many clients do not come back at once; the pause that follows the next failure."""
        pause = random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret
        log.warning("the mailbox cannot be read: %s; again in %.0f s", error or type(error).__name__, pause)
        systemd.notify(f"STATUS=the mailbox cannot be read: {type(error).__name__}")
        self.machine.mailbox.close()
        deadline = time.monotonic() + pause
        while not self._beat() and time.monotonic() < deadline:
            self._stop.wait(min(1.0, max(0.0, deadline - time.monotonic())))
        return longest

    def _beat(self) -> bool:
        """Called by the receive loop wherever it may stop: that it is called is what the watchdog watches."""
        if time.monotonic() - self._beaten > WATCHDOG_SECONDS:
            self._beaten = time.monotonic()
            systemd.notify("WATCHDOG=1")
        return self._stop.is_set()

    # the clock

    def _dispatch(self) -> None:
        with self._guarded("dispatch"):
            self.machine.dispatch()

    def _escalate(self) -> None:
        if not self._looked.is_set():
            return  # after a downtime the answers lie in the mailbox: nobody is called overdue before it was looked at
        with self._guarded("escalate"):
            summary = self.machine.escalate()
            if summary.overdue:
                log.info("escalated: %s", _said(asdict(summary)))
                self._wake("dispatch")

    @contextmanager
    def _guarded(self, loop: str) -> Iterator[None]:
        try:
            yield
        except MailbotError as error:
            log.warning("%s ended early: %s", loop, error)
        except Exception:
            log.exception("%s failed", loop)

    def _wake(self, job: str) -> None:
        if not self._stop.is_set():
            self._scheduler.modify_job(job, next_run_time=datetime.now(UTC))

    # signals

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reload.set()

    def _reload_office(self) -> None:
        try:
            self.machine.reload()
            log.info("rules, places, directory and templates were read anew")
        except ConfigurationError as error:
            for fault in error.faults:
                log.error("not reloaded, the old ones stay in force: %s", fault)


def run(settings: Settings) -> int:
    """Run the daemon in the foreground; the exit status."""
    return Daemon(settings).run()


def _said(summary: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in summary.items())
