"""
What we have told in a case, so that it can be told from what others write in it.

In: cases and the store. Out: the texts of our e-mails in each, those to officers and those to the complainant apart:
the complainant's own letter stands in what officers were sent, and must not be taken for ours when it comes again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.ingest.body import without_ours
from mailbot.ingest.ours import texts_of
from mailbot.ingest.quote_signs import about_mail
from mailbot.model import Mail, OutboxMessage
from mailbot.notify.compose import TO_COMPLAINANT
from mailbot.ports import CaseStore


@dataclass(frozen=True, slots=True)
class Told:
    """The texts of our e-mails in a case, the newest first."""

    officers: tuple[str, ...] = ()
    complainant: tuple[str, ...] = ()


def look_up_told(standing: Mapping[str, str], store: CaseStore) -> Mapping[str, Told]:
    """
    Ask the store once what was told in these cases.

    Args:
        standing: Each case, and the one that stands for it: what was told in a duplicate was told in that one.
    """
    sent = store.mails_sent(sorted(standing)) if standing else {}
    of_case: dict[str, list[OutboxMessage]] = {}
    for reference, messages in sent.items():
        of_case.setdefault(standing[reference], []).extend(messages)
    return {reference: _told(messages) for reference, messages in of_case.items()}


def _told(messages: Sequence[OutboxMessage]) -> Told:
    return Told(
        officers=texts_of(message for message in messages if message.purpose not in TO_COMPLAINANT),
        complainant=texts_of(message for message in messages if message.purpose in TO_COMPLAINANT),
    )


def with_own_words(mail: Mail, ours: Sequence[str]) -> Mail:
    """The mail, its reply text without what we sent; as it was when its writer has added nothing."""
    about = about_mail(people=(*mail.to, *mail.cc), subject=mail.subject)
    reply = without_ours(mail.reply_text, ours, about=about)
    return replace(mail, reply_text=reply.words) if reply.cut else mail
