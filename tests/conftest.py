"""
The servers that tests share: started once a session (a worker), each test in a folder of its own.

`imap_server` runs a test twice, against pymap and against Dovecot; where Dovecot is missing its run is skipped by name.
"""

from collections.abc import Iterator

import pytest

from mailbot.embedded import SmtpSink
from tests.servers import Account, Dovecot, Pymap, dovecot_binary

NO_DOVECOT = "no dovecot binary on this machine (apt install dovecot-imapd)"


@pytest.fixture(scope="session")
def pymap() -> Iterator[Pymap]:
    with Pymap() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if dovecot_binary() is None:
        pytest.skip(NO_DOVECOT)
    with Dovecot() as server:
        yield server


@pytest.fixture(
    params=[
        "pymap",
        pytest.param(
            "dovecot", marks=[pytest.mark.dovecot, pytest.mark.skipif(dovecot_binary() is None, reason=NO_DOVECOT)]
        ),
    ]
)
def imap_server(request: pytest.FixtureRequest) -> Account:
    """An empty folder on each of the servers in turn."""
    server: Pymap | Dovecot = request.getfixturevalue(request.param)
    return server.account()


@pytest.fixture
def pymap_account(pymap: Pymap) -> Account:
    """An empty folder on pymap, for tests that need no second server."""
    return pymap.account()


@pytest.fixture
def dovecot_account(dovecot: Dovecot) -> Account:
    """An empty folder on Dovecot; skipped where there is none."""
    return dovecot.account()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink
