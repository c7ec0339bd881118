"""Word to systemd, and the unit that starts us."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.systemd import extend_timeout, notify, watchdog_interval

UNIT = Path(__file__).resolve().parent.parent / "systemd" / "mailbot.service"


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    name = f"@mailbot-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name[1:] if name.startswith("@") else name)
        sock.settimeout(5)
        yield name, sock


def test_each_word_arrives_as_systemd_reads_it(manager: tuple[str, socket.socket]) -> None:
    name, sock = manager
    environ = {"NOTIFY_SOCKET": name}
    notify("READY=1", "STATUS=mailbox:\nconnected", environ=environ)
    notify("WATCHDOG=1", environ=environ)
    extend_timeout(timedelta(seconds=2), environ)
    assert [sock.recv(1000).decode() for _ in range(3)] == [
        "READY=1\nSTATUS=mailbox: connected",
        "WATCHDOG=1",
        "EXTEND_TIMEOUT_USEC=2000000",
    ]


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    notify("READY=1", environ={})


def test_a_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    notify("READY=1", environ={"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notify("WATCHDOG=1", environ={"NOTIFY_SOCKET": "/" + "x" * 500})


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "60000000"}, timedelta(seconds=20)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=20)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_three_times_as_often_as_demanded(
    environ: dict[str, str], interval: timedelta | None
) -> None:
    assert watchdog_interval(environ) == interval


# --- the unit


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    command = tmp_path / "mailbot"
    command.write_text("#!/bin/sh\n", "utf-8")
    command.chmod(0o755)
    unit = tmp_path / "mailbot.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/mailbot/bin/mailbot", str(command)), "utf-8")
    result = analyze("verify", "--man=no", str(unit))
    ours = [line for line in result.stderr.splitlines() if "mailbot" in line]
    assert (result.returncode, ours) == (0, [])


def test_the_sandbox_leaves_an_exposure_of_at_most_1_2() -> None:
    result = analyze("security", "--offline=true", "--threshold=12", "--no-pager", str(UNIT))
    assert result.returncode == 0, result.stdout[-300:] + result.stderr


def settings_of(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_keeps_what_the_daemon_relies_on() -> None:
    unit = settings_of(UNIT.read_text("utf-8"))
    assert unit["ExecStart"] == ["/opt/mailbot/bin/mailbot run"]
    assert unit["RestartPreventExitStatus"] == ["78"]
    assert unit["Type"] == ["notify"]
    assert {value.partition(":")[0] for value in unit["LoadCredential"]} >= {"imap_password", "reply_secret"}
