"""
What the desk decides → Route: the same posts that the rules would choose, had the words said so.

In: a department and a place, or a post, as a clerk types them; the directory and the gazetteer. Out: a Route whose
reasons say that the desk decided; or Unsettled, with a sentence that helps: a code mistyped is met with those that
look like it.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mailbot.classify.directory import Directory
from mailbot.classify.gazetteer import Gazetteer
from mailbot.classify.inform import NOT_INFORMED, find_informed
from mailbot.classify.route import NONE, route
from mailbot.errors import Unsettled
from mailbot.model import Classification, Match, PlaceFinding, Recipient, Role, Route

DECIDED = "the desk decided"
_ALIKE = 3
_KEPT = ("vacant", "is complained of", "told for information only")
"""What is still true of a reason when the desk has decided."""


def settle(
    department: str, place: str, directory: Directory, gazetteer: Gazetteer, *, accused: Sequence[Match] = ()
) -> Route:
    """
    Route to the post that answers for a department at a place, as the desk decided.

    Args:
        department: Its code.
        place: A place code; "" where the department answers from its head.
        directory: Posts and who holds them.
        gazetteer: Places, and whose they are.
        accused: Posts that the mail complains of: the desk's word does not make them judges of themselves.

    Raises:
        Unsettled: There is no such code, or nobody answers there.
    """
    if not department:
        raise Unsettled("the case has no department yet: name one")
    names = {code: each.name for code, each in directory.departments.items()}
    known(department, names, "department")
    if department == NONE:
        raise Unsettled("NONE is no department: a mail that is no grievance is dismissed")
    if place:
        known(place, {code: each.name for code, each in gazetteer.places.items()}, "place")
    found = ask(department, place, directory, gazetteer, accused=accused)
    if found.review:
        why = found.recipients[0].reason.removeprefix(f"{found.recipients[0].title}: ")
        raise Unsettled(f"{why}: name a finer place, or a post")
    return _told(found, directory, gazetteer)


def ask(
    department: str, place: str, directory: Directory, gazetteer: Gazetteer, *, accused: Sequence[Match] = ()
) -> Route:
    """Where a mail goes whose words leave no doubt of department and place; to the triage desk if nowhere else."""
    told = Classification(
        department=department, matches=(), candidates=((department, 1.0),), confident=True, reason=DECIDED
    )
    return route(told, _finding(place, gazetteer), directory, gazetteer, accused=accused)


def _finding(place: str, gazetteer: Gazetteer) -> PlaceFinding:
    where = gazetteer.places.get(place)
    reason = f"{DECIDED} for {where.name}" if where else "no place was given"
    return PlaceFinding(place=where, matches=(), candidates=(), confident=where is not None, reason=reason)


def settle_post(
    post: str, place: str, directory: Directory, gazetteer: Gazetteer, *, accused: Sequence[Match] = ()
) -> Route:
    """
    Route to a post that the desk names, with its head in copy; below it is told whom its department tells.

    Args:
        post: Its code; while it is vacant its mail goes one up.
        place: Where the grievance is; "" when that is not known.
        directory: Posts and who holds them.
        gazetteer: Places, and whose they are.
        accused: Posts that the mail complains of; the desk may name one of them, but nobody is told below.

    Raises:
        Unsettled: There is no such post or place, or nobody holds it nor any post above it.
    """
    known(post, {code: each.title for code, each in directory.posts.items()}, "post")
    if place:
        known(place, {code: each.name for code, each in gazetteer.places.items()}, "place")
    chain = [directory.posts[post], *directory.superiors(post)]
    held = directory.held(chain)
    if not held:
        raise Unsettled(f"{chain[0].title} is vacant, and so is every post above it")
    head = directory.head(chain[0].department)
    in_copy = [head] if head is not None and head != held[0] and directory.officer(head.code) is not None else []
    passed = f"; {chain[0].title} is vacant, so it goes one up" if held[0] != chain[0] else ""
    people = [
        directory.recipient(held[0].code, Role.ADDRESSEE, passed),
        *(directory.recipient(each.code, Role.COPY, "") for each in in_copy),
        *(directory.recipient(each.code, Role.SUPERIOR, "") for each in held[1:] if each not in in_copy),
    ]
    department = chain[0].department
    informed, not_informed = find_informed(
        directory.departments[department],
        _finding(place, gazetteer),
        people,
        directory=directory,
        gazetteer=gazetteer,
        accused=accused,
        because=DECIDED,
    )
    people += [informed] if informed else []
    found = Route(department=department, place=place, recipients=tuple(people), review=False, explain=(not_informed,))
    return _told(found, directory, gazetteer)


def known(code: str, names: Mapping[str, str], what: str) -> None:
    """
    Make sure that a code is one of these.

    Raises:
        Unsettled: It is not; those that look or read like it are named.
    """
    if code in names:
        return
    alike = [*_alike(code, names), *_alike(code, {name: code for code, name in names.items()}.keys())]
    by_name = {name.casefold(): each for each, name in names.items()}
    codes = dict.fromkeys(each if each in names else by_name[each.casefold()] for each in alike)
    meant = " or ".join(f"{each} ({names[each]})" for each in list(codes)[:_ALIKE])
    raise Unsettled(f"there is no {what} {code!r}" + (f"; did you mean {meant}?" if meant else ""))


def _alike(written: str, words: Iterable[str]) -> list[str]:
    """The words most like what was written, whatever the case; one that begins or ends so comes first."""
    folded = {word.casefold(): word for word in words}
    wanted = written.casefold()
    ends = [word for key, word in sorted(folded.items()) if wanted and (key.startswith(wanted) or key.endswith(wanted))]
    close = [folded[key] for key in difflib.get_close_matches(wanted, folded, _ALIKE, 0.6)]
    return list(dict.fromkeys([*(folded[wanted] for _ in [0] if wanted in folded), *close, *ends]))[:_ALIKE]


def _told(found: Route, directory: Directory, gazetteer: Gazetteer) -> Route:
    """The route with reasons that say who decided, in place of words that the mail does not have."""
    name = directory.departments[found.department].name
    where = f" at {gazetteer.places[found.place].name}" if found.place else ""
    people = tuple(replace(each, reason=_reason(each, f"{DECIDED}: {name}{where}")) for each in found.recipients)
    first = f"The desk decided: {found.department} ({name})" + (f", {found.place}{where}" if where else "")
    left_out = (sentence for sentence in found.explain if sentence.startswith(NOT_INFORMED))
    steps = (first, *(f"{each.role.value.capitalize()}: {each.reason}" for each in people), *left_out)
    return replace(found, recipients=people, explain=steps)


def _reason(person: Recipient, decided: str) -> str:
    kept = [part for part in person.reason.split("; ") if any(words in part for words in _KEPT)]
    return "; ".join([f"{person.title}: {decided}", *(part.removeprefix(f"{person.title}: ") for part in kept)])
