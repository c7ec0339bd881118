"""
Word to systemd: ready, how it goes, still alive, stopping.

In: the environment that systemd starts us with. Out: datagrams to its socket. Promised: without that socket nothing
happens, and with it nothing ever fails: no work stops because systemd did not listen.

Source: sd_notify(3), sd_watchdog_enabled(3).
"""

import contextlib
import os
import socket
from collections.abc import Mapping
from datetime import timedelta


def notify(*lines: str, environ: Mapping[str, str] = os.environ) -> None:
    """
    Tell the service manager that started us, if one did.

    Args:
        lines: READY=1 when start-up or a reload is over; STATUS=… for `systemctl status`; WATCHDOG=1 while alive, said
            by the loop that does the work and never by a timer of its own; STOPPING=1.
        environ: Where NOTIFY_SOCKET is looked for.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)  # a manager that does not read must not hold us up
        sock.connect(address)
        sock.sendall("\n".join(" ".join(line.split()) for line in lines).encode())


def extend_timeout(time: timedelta, environ: Mapping[str, str] = os.environ) -> None:
    """A start, a stop or a long piece of work takes so much longer from now on."""
    notify(f"EXTEND_TIMEOUT_USEC={time // timedelta(microseconds=1)}", environ=environ)


def watchdog_interval(environ: Mapping[str, str]) -> timedelta | None:
    """How often `watchdog` must be said to be well within what the unit demands; None when it demands nothing."""
    wanted, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(os.getpid()))
    if not wanted.isdecimal() or wanted.strip("0") == "" or pid != str(os.getpid()):
        return None
    return timedelta(microseconds=int(wanted)) / 3
