"""`kill -9` at any moment of any loop: each mail exactly one case, each acknowledgement accepted once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from mailbot.cases.database import open_database
from mailbot.cases.queries import export, list_outbox, status
from mailbot.embedded import SmtpSink
from mailbot.machine import now
from tests.office import SECRET, a_grievance
from tests.servers import Account
from tests.twilio_server import ACCOUNT_SID, TwilioServer

KILLS = int(os.environ.get("MAILBOT_KILLS", "30"))
MAILS_A_KILL = 3
SEED = int(os.environ.get("MAILBOT_SEED", "20261124"))
QUIET_SECONDS = 60

SETTINGS = """
[mailbox]
host = "{imap.host}"
port = {imap.port}
tls = "none"
username = "{imap.user}"
folder = "{imap.folder}"
poll_seconds = 1
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
gateway = "twilio"
doubt_seconds = 1
[sms.twilio]
account_sid = "{account}"
from = "+12025550100"
api_base = "{twilio.base_url}"
"""


@contextmanager
def a_nursery(config: Path, imap: Account) -> Iterator[subprocess.Popen[str]]:
    environ = os.environ | {
        "MAILBOT_IMAP_PASSWORD": imap.password,
        "MAILBOT_TWILIO_AUTH_TOKEN": "token",
        "MAILBOT_REPLY_SECRET": SECRET,
    }
    with (
        (config.parent / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environ,
            cwd=Path(__file__).parent.parent.parent,
            text=True,
            start_new_session=True,
        ) as nursery,
    ):
        try:
            yield nursery
        finally:
            with suppress(ProcessLookupError):
                os.killpg(nursery.pid, signal.SIGKILL)


def a_birth(nursery: subprocess.Popen[str]) -> int:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("go\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_kills_lose_and_double_nothing(imap_server: Account, tmp_path: Path) -> None:
    dice = random.Random(SEED)  # noqa: S311 - a seed that can be repeated
    mails = [a_grievance(number) for number in range(1, KILLS * MAILS_A_KILL + 1)]
    with SmtpSink() as smtp, TwilioServer() as twilio:
        config = tmp_path / "mailbot.toml"
        config.write_text(SETTINGS.format(imap=imap_server, smtp=smtp, twilio=twilio, account=ACCOUNT_SID), "utf-8")
        with a_nursery(config, imap_server) as nursery:
            for round_ in range(KILLS):
                imap_server.deliver(*mails[round_ * MAILS_A_KILL : (round_ + 1) * MAILS_A_KILL])
                daemon = a_birth(nursery)
                time.sleep(dice.uniform(0.0, 1.2))
                os.kill(daemon, signal.SIGKILL)
            daemon = a_birth(nursery)
            engine = open_database(f"sqlite:///{tmp_path / 'mailbot.db'}")
            wait_until_quiet(engine, len(mails))
            os.kill(daemon, signal.SIGTERM)
        lines: list[Any] = list(export(engine))
        texts = Counter(message.body for message in twilio.accepted)
        ids = {str(message_from_bytes(mail.raw)["Message-ID"]) for mail in smtp.mails}
        messages = list_outbox(engine)
        now_: Any = status(engine, now())
        engine.dispose()
    wanted = {f"<grievance-{number}@example.net>" for number in range(1, len(mails) + 1)}
    assert Counter(one for line in lines for one in line["mails"]) == Counter(wanted), f"seed {SEED}"
    assert all("case" in line for line in lines), f"seed {SEED}"
    assert len(texts) == len(mails), f"seed {SEED}"
    assert set(texts.values()) == {1}, f"seed {SEED}: {[text for text, n in texts.items() if n > 1]}"
    assert len(ids) == sum(row["channel"] == "email" for row in messages), f"seed {SEED}"
    assert [box["balanced"] for box in now_["mailboxes"]] == [True]
    assert len(imap_server.seen()) == len(mails)


def wait_until_quiet(engine: Any, mails: int) -> None:
    """Until every mail is a case and every message has left."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.5)
        states = Counter(row["state"] for row in list_outbox(engine))
        if sum(1 for _ in export(engine)) == mails and set(states) == {"sent"}:
            return
    pytest.fail(f"not quiet after {QUIET_SECONDS} s: {states}")
