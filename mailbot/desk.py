"""
What the desk does: a letter handed in becomes a case, and a case in doubt is settled.

In: what the clerk typed and scanned. Out: the case as stored. The letter is archived as a mail of its own making, so
that officers receive the original, scans included, and nothing that reads mail needs a second way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage

from mailbot.cases.settle import NO_GRIEVANCE, dismiss_case, hand_over, leave_heard, settle_case
from mailbot.classify.accused import find_accusations
from mailbot.classify.settle import known, settle, settle_post
from mailbot.errors import StoreUnavailable, Unsettled
from mailbot.ingest.parse import read_mail
from mailbot.intake import Office, decide_letter, render, triage_desk
from mailbot.model import Case, Complainant, Decision, FollowUp, Grievance, Route, Source, Stored
from mailbot.notify.mime import POLICY
from mailbot.ports import CaseStore, MailArchive


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned page or file; `type` is its MIME type."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A grievance on paper as the clerk enters it. `mobile` is E.164 or ""; `address` is an e-mail address or ""."""

    name: str
    mobile: str
    address: str
    subject: str
    text: str
    scans: Sequence[Scan] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    Where a case belongs, as the desk says. What is left out stays as the case has it.

    Several departments are several matters, with one place for all or one for each. `post` names the addressee instead
    of the directory. `only` is the number of the one referral that is replaced.
    """

    departments: Sequence[str] = ()
    places: Sequence[str] = ()
    post: str = ""
    only: int | None = None


def register(letter: Letter, *, archive: MailArchive, store: CaseStore, office: Office, now: datetime) -> Case:
    """
    Make a case of a letter.

    Raises:
        ArchiveError, StoreUnavailable: Nothing was registered.
    """
    raw = as_mail(letter, now)
    (sha256,) = archive.add([raw])
    mail = read_mail(raw)
    grievance = Grievance(
        source=Source.DESK,
        subject=letter.subject,
        text=letter.text,
        language=mail.language,
        complainant=Complainant(name=letter.name, address=letter.address, mobile=letter.mobile),
        attachments=mail.attachments,
        received_at=now,
        raw_sha256=sha256,
    )
    decision = decide_letter(grievance, store, office, now)
    (result,) = store.commit([decision])
    if result.state is not Stored.STORED or decision.case is None:
        raise StoreUnavailable(f"the letter was not registered: {result.reason or result.state.value}")
    return decision.case


def as_mail(letter: Letter, now: datetime) -> bytes:
    """Write a letter down as an RFC 5322 message, scans attached."""
    message = EmailMessage(policy=POLICY.clone(utf8=not letter.address.isascii()))
    message["Date"] = now
    message["Subject"] = " ".join(letter.subject.split())
    if letter.address:
        local, _, domain = letter.address.rpartition("@")
        message["From"] = HeaderAddress(" ".join(letter.name.split()), username=local, domain=domain)
    message.set_content(letter.text)
    for scan in letter.scans:
        maintype, _, subtype = scan.type.partition("/")
        message.add_attachment(scan.content, maintype=maintype, subtype=subtype or "octet-stream", filename=scan.name)
    return message.as_bytes()


_TRIES = 5  # how often a case may change under the clerk's hands


def route_case(
    reference: str,
    ruling: Ruling,
    *,
    store: CaseStore,
    office: Office,
    now: datetime,
    follow_ups: Callable[[Case], Sequence[FollowUp]],
) -> Case:
    """
    Refer a case anew as the desk decided, or dismiss it when that is no grievance.

    `follow_ups` reads what the complainant wrote since: who has the case now is told all of it; of a case that is
    dismissed the desk is told what nobody was sent.

    Raises:
        Unsettled: There is no such case, it is closed, or a code leads nowhere. Nothing was changed.
        ArchiveError, StoreUnavailable: Nothing was changed.
    """
    for _ in range(_TRIES):
        case = store.cases([reference]).get(reference)
        if case is None:
            raise Unsettled(f"there is no case {reference}")
        decision = render(_decide(case, ruling, office, now, follow_ups), office.composer)
        (result,) = store.commit([decision])
        if result.state is Stored.STORED and decision.case is not None:
            return decision.case
        if result.state is not Stored.STALE:
            raise StoreUnavailable(f"the case was not routed: {result.reason or result.state.value}")
    raise StoreUnavailable(f"{reference} is being changed by others; try again")


def _decide(
    case: Case, ruling: Ruling, office: Office, now: datetime, follow_ups: Callable[[Case], Sequence[FollowUp]]
) -> Decision:
    own_post = office.directory.triage.code
    if list(ruling.departments) == [NO_GRIEVANCE]:
        dismissed = dismiss_case(case, now=now, own_post=own_post)
        desk = triage_desk(office.directory, "what was written before the case was dismissed")
        return leave_heard(dismissed, follow_ups(case), desk=desk)
    routes = _routes(case, ruling, office)
    settled = settle_case(case, routes, now=now, term=office.term, only=ruling.only, own_post=own_post)
    return hand_over(settled, follow_ups(case))


def _routes(case: Case, ruling: Ruling, office: Office) -> list[Route]:
    """A route for each matter."""
    was = next((each for each in case.referrals if each.number == ruling.only), None)
    places = ruling.places or (was.place if was else case.place,)
    accused = find_accusations(case.subject, case.text, office.rules)
    if ruling.post:
        if len(ruling.departments) > 1 or len(places) > 1:
            raise Unsettled("a post can be named for one matter only")
        found = settle_post(ruling.post, places[0], office.directory, office.gazetteer, accused=accused)
        return [replace(found, department=_checked(department, office)) for department in ruling.departments] or [found]
    departments = ruling.departments or (was.department if was else case.department,)
    if len(places) not in (1, len(departments)):
        raise Unsettled(f"{len(departments)} departments and {len(places)} places: name one place, or one for each")
    if len(places) < len(departments):
        places = [places[0]] * len(departments)
    return [
        settle(department, place, office.directory, office.gazetteer, accused=accused)
        for department, place in zip(departments, places, strict=True)
    ]


def _checked(department: str, office: Office) -> str:
    known(department, {code: each.name for code, each in office.directory.departments.items()}, "department")
    return department
