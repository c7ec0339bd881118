"""
Department × place × those who must answer → the post below them that is told of a matter in its area, for information.

In: a route without doubt, as far as it is made; the directory and the gazetteer. Out: at most one Recipient more, with
its reason; or why nobody is told. Promised: nobody is told where anybody is accused; a vacant post is left out,
for the post above it knows already; no address is written to twice.
"""

from collections.abc import Sequence

from mailbot.classify.accused import UNNAMED
from mailbot.classify.areas import find_areas, find_nearest
from mailbot.classify.directory import Department, Directory
from mailbot.classify.explain import quoted
from mailbot.classify.gazetteer import Gazetteer
from mailbot.model import Match, PlaceFinding, Post, Recipient, Role

NOT_INFORMED = "Not told for information: "
"""How the sentence begins that says why."""


def find_informed(  # noqa: PLR0913 - who, where, by which tables, and whom not
    department: Department,
    finding: PlaceFinding,
    people: Sequence[Recipient],
    *,
    directory: Directory,
    gazetteer: Gazetteer,
    accused: Sequence[Match],
    because: str,
) -> tuple[Recipient | None, str]:
    """
    Find the post to be told, or say why there is none; "" where the department tells nobody there.

    Args:
        department: Whose `informs` says down to which level.
        finding: Where the grievance is, with the places the words support as well.
        people: The route so far, its addressee first.
        directory: Posts and who holds them.
        gazetteer: Places, and whose they are.
        accused: Posts that the mail complains of, or whom else.
        because: Why this department and this place: the words.
    """
    if not department.informs or finding.place is None:
        return None, ""
    if accused:
        whom = "somebody, " if accused[0].target == UNNAMED else ""
        told = f"anybody below {people[0].title}, for the mail complains of {whom}{quoted(accused[0])}"
        return None, NOT_INFORMED + told
    places = (finding.place.code, *finding.rivals)
    posts = [_nearest(code, department, finding, directory, gazetteer) for code in places]
    post = posts[0]
    if any(each != post for each in posts):
        return None, f"{NOT_INFORMED}anybody below {people[0].title}, for the mail does not say which of several places"
    if post is None or post.code in {person.post for person in people}:
        return None, ""  # there is none nearer than those who have it
    why_not = _why_not(post, people, directory)
    if why_not:
        return None, f"{NOT_INFORMED}{post.title}, {why_not}"
    rule = f"told for information only: {department.code} informs down to its {department.informs} (departments.csv)"
    reason = f"{post.title}: the nearest below {people[0].title}, {rule}; {because}"
    return directory.recipient(post.code, Role.INFORMATION, reason), ""


def _nearest(
    code: str, department: Department, finding: PlaceFinding, directory: Directory, gazetteer: Gazetteer
) -> Post | None:
    areas, _ = find_areas(gazetteer.places[code], department, finding, gazetteer)
    return find_nearest(department, department.informs, areas, directory)


def _why_not(post: Post, people: Sequence[Recipient], directory: Directory) -> str:
    officer = directory.officer(post.code)
    if officer is None:
        return "for the post is vacant"
    if people[0].post not in {above.code for above in directory.superiors(post.code)}:
        return f"which does not stand below {people[0].title}"
    if not officer.address:
        return "whose holder has no address"
    same = [person.title for person in people if person.address.casefold() == officer.address.casefold()]
    return f"whose address is that of {same[0]}" if same else ""
