"""The desk hands a case over and is killed: `python -m tests.hand_over FOLDER REFERENCE before|after` the commit."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, event

from mailbot.desk import Ruling, route_case
from mailbot.followed import read_follow_ups
from mailbot.ingest.parse import read_mail
from tests.office import Rig, a_rig


def hand_over(rig: Rig, reference: str, department: str = "PRD") -> None:
    route_case(
        reference,
        Ruling(departments=(department,)),
        store=rig.store,
        office=rig.office,
        now=rig.clock(),
        follow_ups=partial(read_follow_ups, store=rig.store, archive=rig.archive, read=read_mail),
    )


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_before_commit(connection: Connection) -> None:
    """When all is written that a withdrawal writes, and nothing of it is stored."""
    if connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE state = 'withdrawn'").scalar():
        die()


if __name__ == "__main__":
    folder, name, moment = sys.argv[1:]
    with a_rig(Path(folder)) as office:
        if moment == "before":
            event.listen(office.engine, "commit", die_before_commit)
        hand_over(office, name)
        die()
