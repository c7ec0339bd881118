"""
A process that gives birth to daemons, to be killed: `python -m tests.nursery CONFIG`.

In: a line "go" on standard input for each daemon. Out: its process id. What takes long at a start (imports, reading the
rules) is done once, here, so that a kill meets the loops and not the start. Each daemon is a whole `mailbot run`.
"""

import os
import signal
import sys
from pathlib import Path
from unittest.mock import patch

from mailbot import daemon, machine
from mailbot.office import read_office
from mailbot.settings import load_settings


def main() -> None:
    settings = load_settings(Path(sys.argv[1]), os.environ)
    office = read_office(settings)
    patch.object(machine, "read_office", lambda _settings: office).start()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies: nobody asks how a child has ended
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(daemon.run(settings))
        print(child, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
