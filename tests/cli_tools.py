"""The command line from inside this process, as from a shell: bytes in, bytes and an exit status out."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

from mailbot.cli import main

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {"MAILBOT_IMAP_PASSWORD": "demo", "MAILBOT_REPLY_SECRET": "a secret of the tests only"}
SETTINGS = """\
[mailbox]
host = "127.0.0.1"
port = {imap}
tls = "none"
username = "grievance"
idle = false
[smtp]
host = "127.0.0.1"
port = {smtp}
tls = "none"
from = "Grievance Cell <wbcmro@cmo.example>"
[database]
url = "sqlite:///mailbot.db"
[archive]
path = "archive"
[sms]
gateway = "console"
[sms.console]
path = "sms.ndjson"
"""


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Stdout as NDJSON; fails when anything else is there."""
        return [json.loads(line) for line in self.out.splitlines()]


def write_settings(folder: Path, *, imap: int = 9, smtp: int = 9, more: str = "") -> Path:
    """Settings that reach nothing but this machine; nobody listens at the ports unless they are given."""
    path = folder / "mailbot.toml"
    path.write_text(SETTINGS.format(imap=imap, smtp=smtp) + more, "utf-8")
    return path


def call(*arguments: object, environ: Mapping[str, str] = SECRETS, stdin: bytes = b"") -> Result:
    """Run a command here. The log and the streams are afterwards what they were before."""
    out, err = io.BytesIO(), io.BytesIO()
    stdout, stderr = (io.TextIOWrapper(stream, "ascii", write_through=True) for stream in (out, err))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}
    with ExitStack() as undo:
        undo.enter_context(patch.dict(os.environ, {**clean, **environ}, clear=True))
        undo.enter_context(patch.object(sys, "stdout", stdout))
        undo.enter_context(patch.object(sys, "stderr", stderr))
        undo.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")))
        try:
            status = main([str(argument) for argument in arguments])
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            logging.captureWarnings(capture=False)
            structlog.reset_defaults()
    return Result(status, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))


def spawn(*arguments: object, environ: Mapping[str, str] = SECRETS, **options: Any) -> subprocess.Popen[bytes]:
    """Start the program as a process of its own, with pipes unless told otherwise."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [sys.executable, "-m", "mailbot", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env={**clean, **environ}, **{**pipes, **options})


def mail(
    subject: str = "No water", *, body: str = "There is no water in Onda block, Bankura.", sender: str = ""
) -> bytes:
    return (
        f"From: {sender or 'Rina Das <rina@example.net>'}\r\nTo: wbcmro@cmo.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash((subject, body)))}@example.net>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{body}\r\n"
    ).encode()
