"""
Sample cases, to try a template with before a citizen is waiting.

Out: the values of a case that has everything, of one that has as little as can be, and of an office only told.
Names and numbers are invented.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from mailbot.model import (
    Address,
    Attachment,
    Case,
    CaseState,
    Channel,
    Complainant,
    Mail,
    MailKind,
    Notice,
    Purpose,
    Recipient,
    Referral,
    ReferralState,
    Role,
    Source,
)
from mailbot.notify.values import LONGEST_CODE, Value, case_values

NOON = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
ADDRESSEE = Recipient(
    post="HFW-CMOH-BANKURA",
    title="Chief Medical Officer of Health, Bankura",
    role=Role.ADDRESSEE,
    officer="Dr. A. Sample",
    address="cmoh.bankura@example.org",
    mobile="+919000000001",
    reason="health matter; Bankura is named in the mail",
)
HEAD = Recipient(
    post="HFW-HEAD",
    title="Additional Chief Secretary, Health & Family Welfare",
    role=Role.COPY,
    officer="B. Sample",
    address="acs.health@example.org",
    mobile="+919000000002",
    reason="head of the department",
)
INFORMED = Recipient(
    post="HFW-BMOH-ONDA",
    title="Block Medical Officer of Health, Onda",
    role=Role.INFORMATION,
    officer="D. Sample",
    address="bmoh.onda@example.org",
    mobile="+919000000004",
    reason="told for information",
)
MAIL = Mail(
    kind=MailKind.REPLY,
    senders=(Address("C. Sample", "c.sample@example.org"),),
    to=(),
    cc=(),
    delivered_to=(),
    subject="Re: No doctor",
    date=NOON,
    message_id="<follow-up@example.org>",
    in_reply_to=(),
    references=(),
    text="Still no doctor.",
    reply_text="Still no doctor.",
    attachments=(Attachment("photo.jpg", "image/jpeg", 120_000),),
    language="en",
    phones=(),
    bounced=(),
    returned_ids=(),
    bulk=False,
    spam=False,
    trace=(),
    warnings=(),
    error=None,
)
FULL = Case(
    reference="CM2600012349",
    version=2,
    state=CaseState.CLOSED,
    source=Source.MAIL,
    subject="No doctor at the block hospital",
    text="There has been no doctor for three weeks.\n\nPlease help.",
    language="en",
    complainant=Complainant(name="C. Sample", address="c.sample@example.org", mobile="+919000000003"),
    attachments=(Attachment("letter.pdf", "application/pdf", 340_000),),
    department="HFW",
    place="BL-BAN-ONDA",
    review=True,
    explain=("'hospital' speaks for HFW", "Onda is a block of Bankura"),
    received_at=NOON,
    opened_at=NOON,
    referrals=(
        Referral(
            number=1,
            department="HFW",
            place="BL-BAN-ONDA",
            recipients=(ADDRESSEE, HEAD, INFORMED),
            state=ReferralState.OPEN,
            referred_at=NOON,
            term=timedelta(days=7),
            level=1,
        ),
    ),
    message_id="<grievance@example.org>",
    raw_sha256="0" * 64,
    closed_at=NOON,
    closed_by=ADDRESSEE.post,
    action_taken="A doctor has been posted.",
    follow_ups=1,
    possible_duplicate="CM2600000014",
    joined_into="CM2600000014",
)
BARE = replace(
    FULL,
    source=Source.DESK,
    subject="",
    text="",
    complainant=Complainant(name="", address="", mobile=""),
    attachments=(),
    department="",
    place="",
    review=False,
    explain=(),
    referrals=(),
    message_id="",
    raw_sha256="",
    closed_at=None,
    closed_by="",
    action_taken="",
    follow_ups=0,
    possible_duplicate="",
    joined_into="",
)
NOTICE = Notice(
    purpose=Purpose.REFERRAL,
    channel=Channel.EMAIL,
    recipient="cmoh.bankura@example.org",
    language="en",
    occurrence=1,
    person=ADDRESSEE,
    mail=MAIL,
    writer=HEAD,
    original_sha256="0" * 64,
    now_with=(HEAD,),
)


@cache
def sample_values() -> tuple[dict[str, Value], ...]:
    """The values of a closed case with everything, of one with nothing, and of an open one as who is told sees it."""
    names = {"HFW": "Health & Family Welfare", "BL-BAN-ONDA": "Onda (block)"}
    bare = replace(NOTICE, person=None, mail=None, writer=None, original_sha256="", now_with=())
    asked = replace(FULL, state=CaseState.REFERRED)
    return (
        case_values(NOTICE, FULL, language="en", names=names, our_address="grievance@example.org"),
        case_values(bare, BARE, language="en", names={}, our_address="grievance@example.org"),
        case_values(
            replace(NOTICE, person=INFORMED, writer=None),
            asked,
            language="en",
            names=names,
            our_address="grievance@example.org",
        ),
    )


@cache
def longest_values() -> dict[str, Value]:
    """Values of an SMS as long as they can become: a department code of the longest, more than two years open."""
    return {**sample_values()[0], "department_code": "W" * LONGEST_CODE, "days": 9_999}
