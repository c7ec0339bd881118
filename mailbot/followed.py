"""
What a complainant wrote after the grievance, read again for those who must answer it from now on.

In: a case, and where its mails lie. Out: its follow-ups, each with its mail as the first officers were shown it:
without what we had sent ourselves. One that cannot be read is told without words; the original goes with it all the
same.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mailbot.errors import UnreadableMail
from mailbot.model import Case, FollowUp, Mail
from mailbot.ports import CaseStore, MailArchive
from mailbot.told import Told, look_up_told, with_own_words


def read_follow_ups(
    case: Case, *, store: CaseStore, archive: MailArchive, read: Callable[[bytes], Mail]
) -> list[FollowUp]:
    """
    Read what followed up a case, in order.

    Raises:
        ArchiveError: One is not there as it was written.
        StoreUnavailable: The database cannot be asked.
    """
    if not case.follow_ups:
        return []
    told = look_up_told({case.reference: case.reference}, store).get(case.reference, Told()).complainant
    return [
        replace(each, mail=_read(archive.read(each.sha256), read, told)) for each in store.follow_ups(case.reference)
    ]


def _read(raw: bytes, read: Callable[[bytes], Mail], ours: Sequence[str]) -> Mail | None:
    try:
        return with_own_words(read(raw), ours)
    except UnreadableMail:
        return None
