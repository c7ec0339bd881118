"""The mailbox is read and its reader killed: `python -m tests.take_answer FOLDER MAIL before|after` the commit."""

import sys
from pathlib import Path

from sqlalchemy import event

from tests.hand_over import die, die_before_commit
from tests.office import a_rig

if __name__ == "__main__":
    folder, mail, moment = sys.argv[1:]
    with a_rig(Path(folder)) as office:
        office.mailbox.uidvalidity = 2  # a new folder: its first mail was never seen
        office.mailbox.deliver(Path(mail).read_bytes())
        if moment == "before":
            event.listen(office.engine, "commit", die_before_commit)
        else:
            office.mailbox.mark = die  # type: ignore[assignment, method-assign]  # the server is told after the commit
        office.receive()
