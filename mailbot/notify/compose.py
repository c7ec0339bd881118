"""
Whom we tell, in words: Notice × Case × Templates → OutboxMessage.

In: the intent to tell one recipient one thing. Out: the message itself, rendered and addressed, ready to leave. What a
stranger wrote is a value in it, never a template and never more than one line of a header. Nothing is sent here.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from mailbot.model import Case, Channel, EmailParts, Notice, OutboxMessage, Purpose
from mailbot.notify.segments import check_sms, count_segments
from mailbot.notify.templates import Templates, read_templates
from mailbot.notify.values import Value, case_values, referral_of
from mailbot.notify.wording import clean_line

__all__ = ["Composer", "Templates", "check_sms", "count_segments", "read_templates"]

COMPLAINANT = "complainant"
"""Stands for a post where the mail goes to the complainant."""

MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>")
MOST_REFERENCES = 20
LONGEST_SUBJECT = 200

TO_COMPLAINANT = (Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE)
IN_ENGLISH_TOO = f"\n{'-' * 40}\n\n"


class Composer:
    """
    Renders notices. It may be shared between threads, and replaced by another when the configuration changes.

    Args:
        templates: As read by `read_templates`.
        from_address: The address we send from, as templates may show it.
        token: Case reference and post → the token that proves access to our mail to that post.
        message_id: Case reference, purpose, occurrence and token → the Message-ID of that mail, the same each time.
        reply_address: Case reference and token → the address to answer to.
        names: Code of a department or place → its name; a code without one is shown as it is.
    """

    def __init__(
        self,
        templates: Templates,
        *,
        from_address: str,
        token: Callable[[str, str], str],
        message_id: Callable[[str, str, int, str], str],
        reply_address: Callable[[str, str], str],
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._templates = templates
        self._from_address = from_address
        self._token = token
        self._message_id = message_id
        self._reply_address = reply_address
        self._names = names or {}

    def compose(self, notice: Notice, case: Case) -> OutboxMessage:
        """
        Render one notice in the language nearest to the one it asks for.

        Raises:
            ConfigurationError: There is no template for it, or it fails with the values of this very case.
        """
        language = self._templates.language(notice.purpose, notice.channel, notice.language)
        if notice.channel is Channel.SMS:
            text, email = self._templates.sms(notice.purpose, language, self._values(notice, case, language)), None
        else:
            text, email = self._email(notice, case, language)
        return OutboxMessage(
            reference=case.reference,
            purpose=notice.purpose,
            channel=notice.channel,
            recipient=notice.recipient,
            occurrence=notice.occurrence,
            language=language,
            text=text,
            email=email,
        )

    def _email(self, notice: Notice, case: Case, language: str) -> tuple[str, EmailParts]:
        values = self._values(notice, case, language)
        subject, text = self._templates.email(notice.purpose, language, values)
        if language != "en" and notice.purpose in TO_COMPLAINANT:
            text += IN_ENGLISH_TOO + self._templates.email(notice.purpose, "en", self._values(notice, case, "en"))[1]
        token = self._token(case.reference, notice.person.post if notice.person else COMPLAINANT)
        references = self._thread(notice, case, token)
        return text, EmailParts(
            subject=clean_line(subject, LONGEST_SUBJECT),
            html=self._templates.html(notice.purpose, language, values),
            message_id=self._message_id(case.reference, notice.purpose, notice.occurrence, token),
            in_reply_to=references[-1] if references else "",
            references=references,
            reply_to=self._reply_address(case.reference, token),
            original_sha256=notice.original_sha256,
            auto_submitted="auto-replied" if notice.purpose is Purpose.ACKNOWLEDGEMENT else "auto-generated",
        )

    def _thread(self, notice: Notice, case: Case, token: str) -> tuple[str, ...]:
        """
        The mails this one answers, oldest first.

        A complainant's thread is the one their mail began; an officer's begins with the referral, whose Message-ID is
        known because it follows from the case and the post.
        """
        if notice.person is None:
            return _thread_to(case.message_id, notice.mail.references if notice.mail else ())
        referral = referral_of(notice, case)
        if referral is None or notice.purpose is Purpose.REFERRAL:
            return ()
        return (self._message_id(case.reference, Purpose.REFERRAL, referral.number, token),)

    def _values(self, notice: Notice, case: Case, language: str) -> dict[str, Value]:
        return case_values(notice, case, language=language, names=self._names, our_address=self._from_address)


def _thread_to(message_id: str, before: Iterable[str]) -> tuple[str, ...]:
    """
    The ids that may stand in a header, each once, the answered one last.

    Of a long thread the first, where it began, and the latest are kept.
    """
    if not MESSAGE_ID.fullmatch(message_id):
        return ()
    whole = [one for one in dict.fromkeys(before) if MESSAGE_ID.fullmatch(one) and one != message_id] + [message_id]
    return tuple(whole if len(whole) <= MOST_REFERENCES else whole[:1] + whole[1 - MOST_REFERENCES :])
