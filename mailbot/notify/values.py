"""
What a template may say: Notice × Case → the values, by name.

Out: texts, numbers and lists of small records, never an object of the model: a template can show what stands here and
reach nothing else. Foreign text is cleaned here once, and stays a value: it is never read as a template. A value that
does not apply to a notice is empty, so each name can be used in every template.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from mailbot.model import Attachment, Case, Notice, Purpose, Recipient, Referral, Source
from mailbot.notify.wording import clean_line, clean_text, say_date, say_duration, say_moment, say_size

Value: TypeAlias = str | int | bool | list[dict[str, str]] | list[str]

LONGEST_GRIEVANCE = 20_000
"""Characters quoted in a mail; the original is attached whole."""
LONGEST_CODE = 30
"""Characters of a department code in an SMS: with it the longest English text still takes one segment."""
NO_DEPARTMENT = "CMO"
NO_SUBJECT = "(no subject)"
A_DAY = timedelta(days=1)

REPLY_PREFIX = re.compile(r"^(?:(?:re|fw|fwd|aw|sv)\s*(?:\[\d{1,3}\])?\s*[:：]\s*)+", re.IGNORECASE)


def case_values(
    notice: Notice, case: Case, *, language: str, names: Mapping[str, str], our_address: str
) -> dict[str, Value]:
    """Say everything a template may say of this notice and this case, in the words of `language`."""
    referral = referral_of(notice, case)
    return {
        "our_address": our_address,
        "reference": case.reference,
        "state": case.state.value,
        "language": language,
        "has_original": bool(notice.original_sha256),
        **_grievance(case, language, names),
        **_person(notice.person),
        **_term(referral, language),
        **_closure(case, language),
        **_withdrawal(notice, case),
        **_message(notice),
    }


def referral_of(notice: Notice, case: Case) -> Referral | None:
    """The referral a notice speaks of: the one it numbers, else the latest that this person was written to in."""
    if notice.purpose in (Purpose.REFERRAL, Purpose.WITHDRAWAL):
        for referral in case.referrals:
            if referral.number == notice.occurrence:
                return referral
    for referral in reversed(case.referrals):
        if notice.person is not None and notice.person.post in {person.post for person in referral.recipients}:
            return referral
    return case.referrals[-1] if case.referrals else None


def _grievance(case: Case, language: str, names: Mapping[str, str]) -> dict[str, Value]:
    subject = clean_line(case.subject)
    bare = REPLY_PREFIX.sub("", subject)
    return {
        "subject": subject or NO_SUBJECT,
        "reply_subject": f"Re: {bare or NO_SUBJECT}" if case.message_id else bare or NO_SUBJECT,
        "grievance": clean_text(case.text, LONGEST_GRIEVANCE),
        "received": say_date(case.received_at, language),
        "on_paper": case.source is Source.DESK,
        "complainant_name": clean_line(case.complainant.name),
        "complainant_address": clean_line(case.complainant.address),
        "complainant_mobile": clean_line(case.complainant.mobile),
        "department": clean_line(names.get(case.department, case.department)),
        "department_code": _code(case.department),
        "place": clean_line(names.get(case.place, case.place)),
        "review": case.review,
        "possible_duplicate": case.possible_duplicate,
        "explain": [clean_line(step, longest=500) for step in case.explain],
        "attachments": _attachments(case.attachments),
        "referred_to": _titles(case),
    }


def _code(department: str) -> str:
    """A department code as the network lets it pass in an SMS: ASCII letters and digits, not many."""
    return re.sub(r"[^A-Za-z0-9]", "", department)[:LONGEST_CODE] or NO_DEPARTMENT


def _attachments(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    return [
        {
            "name": clean_line(file.name) or _unnamed(file),
            "type": clean_line(file.type),
            "size": say_size(file.size_bytes),
        }
        for file in attachments
    ]


def _unnamed(file: Attachment) -> str:
    return "(an attached e-mail)" if file.type.startswith("message/") else "(no name)"


def _titles(case: Case) -> list[str]:
    """The posts that must answer, as a citizen may know them: titles, no names, nobody's superior."""
    return _answering(case.referrals[-1].recipients if case.referrals else ())


def _answering(people: Iterable[Recipient]) -> list[str]:
    return list(dict.fromkeys(clean_line(person.title) for person in people if person.role.must_answer))


def _person(person: Recipient | None) -> dict[str, Value]:
    return {
        "officer": clean_line(person.officer) if person else "",
        "post": clean_line(person.title) if person else "",
        "role": person.role.value if person else "",
        "reason": clean_line(person.reason, longest=500) if person else "",
    }


def _term(referral: Referral | None, language: str) -> dict[str, Value]:
    if referral is None:
        return {"term": "", "due": "", "due_date": "", "days": 0, "level": 0, "recipients": [], "must_answer": []}
    level = max(1, referral.level)
    return {
        "term": say_duration(referral.term),
        "due": say_moment(referral.due_at),
        "due_date": say_date(referral.due_at, language),
        "days": (level * referral.term) // A_DAY,
        "level": level,
        "must_answer": _answering(referral.recipients),
        "recipients": [
            {
                "title": clean_line(person.title),
                "officer": clean_line(person.officer),
                "role": person.role.value,
                "reason": clean_line(person.reason, longest=500),
            }
            for person in referral.recipients
        ],
    }


def _closure(case: Case, language: str) -> dict[str, Value]:
    titles = {person.post: clean_line(person.title) for person in case.recipients()}
    return {
        "action_taken": clean_text(case.action_taken, LONGEST_GRIEVANCE),
        "closed_on": say_date(case.closed_at, language) if case.closed_at else "",
        "closed_by": titles.get(case.closed_by, ""),
    }


def _withdrawal(notice: Notice, case: Case) -> dict[str, Value]:
    return {"now_with": _answering(notice.now_with), "joined_into": case.joined_into}


def _message(notice: Notice) -> dict[str, Value]:
    mail = notice.mail
    return {
        "message": clean_text(mail.reply_text or mail.text, LONGEST_GRIEVANCE) if mail else "",
        "message_from": clean_line(mail.sender.name or mail.sender.address) if mail else "",
        "message_post": clean_line(notice.writer.title) if notice.writer else "",
        "message_attachments": _attachments(mail.attachments) if mail else [],
    }
