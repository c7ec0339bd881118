"""
One mail, or one letter handed in at the desk → one Decision.

In: mails as read, the store to ask what is known, and the Office (all that the configuration decides). Out: a
Decision for each, its notices rendered, ready to be stored whole or not at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import chain, count

from mailbot.cases import lifecycle
from mailbot.cases.reference import find_references, make_reference
from mailbot.cases.token import find_tokens, post_of
from mailbot.classify.accused import find_accusations
from mailbot.classify.directory import Directory
from mailbot.classify.match import classify
from mailbot.classify.matters import Matter, find_matters
from mailbot.classify.places import Gazetteer, find_place
from mailbot.classify.route import route
from mailbot.classify.rules import Rules
from mailbot.ingest.authentication import Authentication, Verdict, authenticate
from mailbot.ingest.identify import AUTOMATIC, Identity, Known, Whose, identify
from mailbot.ingest.phone import choose_mobile
from mailbot.ingest.reminder import Likeness
from mailbot.model import (
    LETTER_BELOW,
    Case,
    Complainant,
    Decision,
    Grievance,
    Mail,
    MailKind,
    Match,
    Outcome,
    PlaceFinding,
    Recipient,
    Role,
    Route,
    Source,
    TakenMail,
)
from mailbot.notify.compose import Composer
from mailbot.ports import CaseStore
from mailbot.reminders import cases_of, doubted, find_reminder
from mailbot.told import Told, look_up_told, with_own_words

INDIA = timezone(timedelta(hours=5, minutes=30))
"""The year in a case reference is the year in Kolkata."""

UNANSWERED = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster")
"""Local parts that nobody reads, or that answer by machine: never acknowledged (RFC 3834 section 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All that decides, as read from the configuration; replaced whole when that is read anew."""

    rules: Rules
    gazetteer: Gazetteer
    directory: Directory
    composer: Composer
    term: timedelta
    secret: bytes  # of the reply tokens
    own: frozenset[str]  # our own addresses, case-folded
    authserv_id: str
    receiving_hosts: tuple[str, ...]
    names: Mapping[str, str]  # of departments and places, by code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A mail as taken and as read."""

    taken: TakenMail
    mail: Mail


def decide_mails(readings: Sequence[Reading], store: CaseStore, office: Office, now: datetime) -> list[Decision]:
    """
    Decide each of these mails by what the store knows at this moment.

    Two mails of one batch that concern the same case are decided on the same version of it; the store takes the first
    and calls the second stale, to be decided again.
    """
    known = _look_up(readings, store, office)
    judged = [_judge(reading.mail, found, office) for reading, found in zip(readings, known, strict=True)]
    new = [
        _grievance(reading.mail, reading.taken, proof) if identity.whose is Whose.GRIEVANCE else None
        for reading, (identity, proof) in zip(readings, judged, strict=True)
    ]
    earlier = cases_of([grievance.complainant for grievance in new if grievance], store)
    references = _references(store, now, sum(identity.whose is Whose.GRIEVANCE for identity, _ in judged))
    decisions = []
    for reading, grievance, (identity, proof), found in zip(readings, new, judged, known, strict=True):
        if grievance is not None:
            decision = _open_or_join(grievance, reading, earlier, proof, next(references), office, now)
        else:
            decision = _heard(_decide(reading, identity, found, now), reading, found, office.directory)
        decisions.append(replace(render(decision, office.composer), mail=reading.taken))
    return decisions


def decide_letter(grievance: Grievance, store: CaseStore, office: Office, now: datetime) -> Decision:
    """
    Decide a grievance that was handed in at the desk; the same way as a mail's, from classification on.

    One that reminds of an earlier case, however certainly, is a case that names it: the clerk has the writer there.
    """
    reference = next(_references(store, now, 1))
    routes = find_routes(grievance.subject, grievance.text, office)
    reminder = find_reminder(grievance, routes, cases_of([grievance.complainant], store), office.gazetteer)
    return render(_open(doubted(grievance, reminder), routes, reference, office, now), office.composer)


def open_as_told(
    reading: Reading, store: CaseStore, office: Office, now: datetime, *, looked: bool = False
) -> Decision:
    """
    A case of its own for this mail, whatever it looks like: a human has said so.

    It still names the case that it may be a reminder of, unless the human has `looked` at that too.
    """
    _, proof = _judge(reading.mail, Known(), office)
    grievance = _grievance(reading.mail, reading.taken, proof)
    routes = find_routes(grievance.subject, grievance.text, office)
    if not looked:
        earlier = cases_of([grievance.complainant], store)
        grievance = doubted(grievance, find_reminder(grievance, routes, earlier, office.gazetteer))
    decision = _open(grievance, routes, next(_references(store, now, 1)), office, now)
    return replace(render(decision, office.composer), mail=reading.taken)


def standing_case(case: Case, store: CaseStore) -> Case:
    """The case that owes the answer: this one, or the one it was joined to."""
    cases = _with_joined({case.reference: case}, store)
    return cases[_standing(case.reference, cases)]


def held(taken: TakenMail, reason: str, reference: str = "") -> Decision:
    """Keep a mail for a human, with the reason."""
    return Decision(outcome=Outcome.HELD, reason=reason, mail=taken, reference=reference)


def render(decision: Decision, composer: Composer) -> Decision:
    """Turn the notices of a decision into outbox messages."""
    case = decision.case
    if case is None:
        return decision
    return replace(decision, outbox=tuple(composer.compose(notice, case) for notice in decision.notices))


def find_routes(subject: str, text: str, office: Office) -> tuple[Route, ...]:
    """Find departments and places in the words, and the posts that must act: one route a matter, the main one first."""
    main = classify(subject, text, office.rules)
    place = find_place(subject, text, office.gazetteer)
    accused = find_accusations(subject, text, office.rules)
    matters = {matter.classification.department: matter for matter in find_matters(text, office.rules)}
    own = matters.pop(main.department, None)
    if own is not None and not main.confident:  # two matters rival in the whole mail, but not in their own stretches
        main = own.classification
    first = route(main, place, office.directory, office.gazetteer, accused=accused)
    if own is None:
        return (first,)
    return (
        first,
        *(each for matter in matters.values() if not (each := _further(matter, place, office, accused)).review),
    )


def route_mail(mail: Mail, office: Office) -> tuple[Route, ...]:
    """
    Route a mail with the letter that came attached. What a machine has recognised in a picture never decides alone: a
    human looks, and is shown where the words would lead.
    """
    found = find_routes(mail.subject, _with_letter(mail), office)
    if not mail.machine_read:
        return found
    own = find_routes(mail.subject, mail.text, office)
    read = found[0]
    words = f"The attached picture, read by machine, speaks of department {read.department or '-'}, place {read.place}"
    return tuple(_in_review(route, words) for route in own)


def _further(matter: Matter, place: PlaceFinding, office: Office, accused: Sequence[Match]) -> Route:
    """The route of a further matter, by the place it names itself or else that of the mail."""
    own = find_place("", matter.text, office.gazetteer)
    where = own if own.confident else place
    return route(matter.classification, where, office.directory, office.gazetteer, accused=accused)


# --- what is known ----------------------------------------------------------------------------------------------


def _look_up(readings: Sequence[Reading], store: CaseStore, office: Office) -> list[Known]:
    """Ask the store once for the whole batch which cases these mails may belong to."""
    mails = [reading.mail for reading in readings]
    ids = {one for mail in mails for one in (*mail.in_reply_to, *mail.references, *mail.returned_ids)}
    of_messages = store.cases_of_messages(sorted(ids))
    tokens = [_tokens(mail) for mail in mails]
    quoted = [find_references(f"{mail.subject}\n{mail.text}") for mail in mails]
    wanted = {*of_messages.values(), *chain.from_iterable(quoted), *(ref for found in tokens for ref, _ in found)}
    cases = _with_joined(store.cases(sorted(wanted)), store)
    answered = any(mail.kind not in AUTOMATIC for mail in mails)
    told = look_up_told({one: _standing(one, cases) for one in cases} if answered else {}, store)
    return [
        _known(mail, of_messages, found, written, cases, told, office)
        for mail, found, written in zip(mails, tokens, quoted, strict=True)
    ]


def _with_joined(cases: Mapping[str, Case], store: CaseStore) -> Mapping[str, Case]:
    """These cases, and those that duplicates among them were joined to."""
    found = dict(cases)
    while missing := {case.joined_into for case in found.values() if case.joined_into} - found.keys():
        further = store.cases(sorted(missing))
        if not further:
            break
        found.update(further)
    return found


def _standing(reference: str, cases: Mapping[str, Case]) -> str:
    """The case that stands for this one: itself, or where a duplicate was joined to."""
    seen: set[str] = set()
    while reference not in seen and reference in cases and cases[reference].joined_into:
        seen.add(reference)
        reference = cases[reference].joined_into
    return reference


def _tokens(mail: Mail) -> Sequence[tuple[str, str]]:
    """Reference and token wherever our own addresses and Message-IDs come back to us."""
    addresses = (address.address for address in (*mail.to, *mail.cc))
    return find_tokens([*addresses, *mail.delivered_to, *mail.in_reply_to, *mail.references])


def _known(  # noqa: PLR0913, PLR0917 - what a mail leads to, and what was looked up for the whole batch
    mail: Mail,
    of_messages: Mapping[str, str],
    tokens: Sequence[tuple[str, str]],
    quoted: Sequence[str],
    cases: Mapping[str, Case],
    told: Mapping[str, Told],
    office: Office,
) -> Known:
    proven: dict[str, str] = {}
    for reference, token in tokens:
        case = cases.get(reference)
        posts = [person.post for person in case.recipients()] if case else []
        post = post_of(office.secret, reference, token, [*posts, lifecycle.COMPLAINANT])
        if post:
            proven.setdefault(_standing(reference, cases), post)
    leads = {one: _standing(reference, cases) for one, reference in of_messages.items()}
    threads = [leads[one] for one in (*mail.in_reply_to, *mail.references) if one in leads]
    quoted = [_standing(reference, cases) for reference in quoted]
    concerned = {*threads, *proven, *quoted} & cases.keys()
    return Known(
        cases={reference: cases[reference] for reference in concerned}
        | {leads[one]: cases[leads[one]] for one in mail.returned_ids if leads.get(one) in cases},
        threads=tuple(dict.fromkeys((*proven, *threads))),
        returned=tuple(leads[one] for one in mail.returned_ids if one in leads),
        quoted=tuple(quoted),
        tokens=proven,
        addresses=_addresses(concerned, cases, office.directory),
        own=office.own,
        to_officers={one: told[one].officers for one in concerned & told.keys()},
        to_complainant={one: told[one].complainant for one in concerned & told.keys()},
    )


def _addresses(references: Iterable[str], cases: Mapping[str, Case], directory: Directory) -> dict[str, frozenset[str]]:
    """Who holds the posts of these cases today; the officer written to then stands in the case itself."""
    found: dict[str, frozenset[str]] = {}
    for person in chain.from_iterable(cases[reference].recipients() for reference in references):
        officer = directory.officer(person.post)
        if officer is not None and officer.address:
            found[person.post] = frozenset({officer.address.casefold()})
    return found


def _judge(mail: Mail, known: Known, office: Office) -> tuple[Identity, Authentication]:
    proof = authenticate(mail.trace, authserv_id=office.authserv_id, receiving_hosts=office.receiving_hosts)
    return identify(mail, known, proof), proof


def _references(store: CaseStore, now: datetime, wanted: int) -> Iterator[str]:
    if not wanted:
        return iter(())
    year = now.astimezone(INDIA).year
    first = store.reserve_serials(year, wanted)
    return (make_reference(year, serial) for serial in count(first))


# --- what follows -----------------------------------------------------------------------------------------------


def _decide(reading: Reading, identity: Identity, known: Known, now: datetime) -> Decision:
    """Decide a mail that is no new grievance."""
    mail, taken, reference = reading.mail, reading.taken, identity.reference
    match identity.whose:
        case Whose.FOLLOW_UP:
            mail = with_own_words(mail, known.to_complainant.get(reference, ()))
            return lifecycle.follow_up(known.cases[reference], mail, raw_sha256=taken.sha256, now=now)
        case Whose.ANSWER:
            return lifecycle.officer_answer(
                known.cases[reference],
                post=identity.post,
                words=identity.words,
                message_id=mail.message_id,
                now=now,
                no_answer=identity.no_answer,
            )
        case Whose.AUTOMATIC:
            is_bounce = mail.kind is MailKind.BOUNCE
            return lifecycle.automatic_mail(
                reference, what=identity.reason, addresses=mail.bounced, is_bounce=is_bounce, now=now
            )
        case Whose.OURS:
            return Decision(outcome=Outcome.IGNORED, reason=identity.reason)
        case _:
            return held(taken, identity.reason, reference)


def _open_or_join(  # noqa: PLR0913, PLR0917 - everything that is known of one mail
    grievance: Grievance,
    reading: Reading,
    earlier: Sequence[Case],
    proof: Authentication,
    reference: str,
    office: Office,
    now: datetime,
) -> Decision:
    """A case of its own, or a reminder that joins the case it certainly means."""
    routes = route_mail(reading.mail, office)
    reminder = find_reminder(grievance, routes, earlier, office.gazetteer)
    own = proof.verdict is not Verdict.FAIL and len(reading.mail.senders) == 1
    if reminder.likeness is Likeness.CERTAIN and own:
        case = next(case for case in earlier if case.reference == reminder.reference)
        return lifecycle.follow_up(
            case,
            reading.mail,
            raw_sha256=reading.taken.sha256,
            now=now,
            reason="a reminder in a new thread",
            evidence="; ".join(reminder.evidence),
        )
    return _open(doubted(grievance, reminder), routes, reference, office, now)


def _heard(decision: Decision, reading: Reading, known: Known, directory: Directory) -> Decision:
    """Whoever writes to a case that is over, not satisfied perhaps, is heard by the triage desk too: it may go on."""
    case = known.cases.get(decision.reference)
    if case is None or not lifecycle.concerns_desk(decision, case):
        return decision
    ours = known.to_complainant if decision.outcome is Outcome.FOLLOW_UP else known.to_officers
    mail = with_own_words(reading.mail, ours.get(case.reference, ()))
    desk = triage_desk(directory, "somebody writes to a case that is over")
    return lifecycle.tell_desk(decision, case, mail=mail, raw_sha256=reading.taken.sha256, desk=desk)


def triage_desk(directory: Directory, why: str) -> Recipient:
    """The triage desk, or who is above it while it is vacant."""
    return directory.recipient(directory.triage_held()[0].code, Role.COPY, why)


def _open(grievance: Grievance, routes: Sequence[Route], reference: str, office: Office, now: datetime) -> Decision:
    return lifecycle.open_case(grievance, routes, reference=reference, now=now, term=office.term)


def _grievance(mail: Mail, taken: TakenMail, proof: Authentication) -> Grievance:
    sender = mail.sender
    return Grievance(
        source=Source.MAIL,
        subject=mail.subject,
        text=_with_letter(mail),
        language=mail.language,
        complainant=Complainant(name=sender.name, address=sender.address, mobile=choose_mobile(mail.phones)),
        attachments=mail.attachments,
        received_at=taken.received_at,
        raw_sha256=taken.sha256,
        message_id=mail.message_id,
        acknowledge=_may_be_answered(mail, proof),
    )


def _with_letter(mail: Mail) -> str:
    """The writer's words, and below them those of the letter that came attached, if it was read."""
    return f"{mail.text}\n\n{LETTER_BELOW}\n{mail.attachment_text}" if mail.attachment_text else mail.text


def _in_review(route: Route, why: str) -> Route:
    """The same route, to be looked at: nobody is told of it who owes no answer."""
    people = tuple(person for person in route.recipients if person.role is not Role.INFORMATION)
    dropped = {f"{Role.INFORMATION.value.capitalize()}: {person.reason}" for person in route.recipients}
    kept = (sentence for sentence in route.explain if sentence not in dropped)
    return replace(route, recipients=people, review=True, explain=(*kept, why))


def _may_be_answered(mail: Mail, proof: Authentication) -> bool:
    """No acknowledgement to lists, to machines, or to a sender whose address our own host says is forged."""
    if mail.kind in AUTOMATIC and not mail.by_words:  # by its words alone: a human has said that a person wrote it
        return False
    local = mail.sender.address.partition("@")[0].casefold()
    silent = mail.bulk or mail.wants_no_answer
    return not silent and not local.startswith(UNANSWERED) and proof.verdict is not Verdict.FAIL
