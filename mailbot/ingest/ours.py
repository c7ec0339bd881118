"""
The words of a mail and the texts that we sent before go in; where ours come back in it comes out.

Promised: nothing raises; time is linear in what is looked at, and that is bounded. Only letters and digits are
compared, so quote marks, line breaks, spaces, quotation marks and emphasis may be others than we wrote. A stretch is
ours only when it is long: a reference, a subject or the name of an office, repeated by the writer, stays the writer's.
Where the writer goes on with the very words that ours goes on with, the last whole line of ours decides.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from mailbot.ingest.html import html_to_text
from mailbot.model import OutboxMessage

LOOKED_AT = 200_000  # characters of a mail that are compared
OURS_LIMIT = 64 * 1024  # characters of our texts that are compared
_SEED = 20  # letters that must agree before two texts are compared further
_PLACES = 4  # places of our texts, having one and the same seed, that are tried
_LINES_ENOUGH, _LETTERS_ENOUGH = 3, 60  # whole lines of ours, with so many letters in them; or
_LONG = 300  # so many letters, in however few lines: more than a subject has
_SKIPPED = 40  # letters of ours that may be missing inside a stretch
_BETWEEN = "\0"  # stands between two of our texts; no mail has it

# What mail programs add to an address or a picture.
_LINK = re.compile(r"<(?:mailto:|tel:|https?://)[^<>\s]{1,500}>|\[(?:mailto|cid|image)[:=][^\[\]\n]{1,300}\]")


def texts_of(messages: Iterable[OutboxMessage]) -> tuple[str, ...]:
    """
    The e-mails that we sent as their readers see them: the text, and that of the HTML.

    The subject is left out: it often is the complainant's own, and an officer's answer may well begin with it.
    """
    found: list[str] = []
    for message in messages:
        if message.email is not None:
            found.append(message.text)
            found += [html_to_text(message.email.html)] if message.email.html else []
    return tuple(dict.fromkeys(found))


def find_ours(words: str, ours: Iterable[str]) -> list[tuple[int, int]]:
    """
    Where words of a mail are ours.

    Args:
        words: What the mail's writer is thought to have written.
        ours: What we sent to that writer, the likeliest first.

    Returns:
        Offsets in `words`, in order and apart: from the beginning of a line or a word to the end of one.
    """
    mail = _fold(_LINK.sub(_blank, words[:LOOKED_AT]))
    sent = _fold_all(ours)
    chains = _chains(_trimmed(_runs(mail, sent), mail, sent))
    return list(_spans(chain.from_iterable(one for one in chains if _is_enough(one, sent)), mail, words))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


# --- folding ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as it is compared: its letters, where each stands in the text, and between which its lines meet."""

    letters: str
    places: Sequence[int]
    edges: Sequence[int]  # ascending; 0 and the length are among them

    def is_edge(self, at: int) -> bool:
        found = bisect_left(self.edges, at)
        return found < len(self.edges) and self.edges[found] == at

    def edge_before(self, at: int) -> int:
        return self.edges[bisect_right(self.edges, at) - 1]

    def edge_after(self, at: int) -> int:
        return self.edges[bisect_left(self.edges, at)]


@lru_cache(maxsize=4_096)
def _letters_of(char: str) -> str:
    """A character as it is compared: letters and digits alone, whatever their case, width or way of being composed."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", char))).casefold()


def _fold(text: str) -> _Folded:
    letters: list[str] = []
    places: list[int] = []
    edges = [0]
    for place, char in enumerate(text):
        if char == "\n":
            edges.append(len(places))
        for letter in _letters_of(char):
            letters.append(letter)
            places.append(place)
    return _Folded("".join(letters), places, [*dict.fromkeys([*edges, len(places)])])


def _fold_all(texts: Iterable[str]) -> _Folded:
    """Our texts as one, so that no stretch goes from one into another. The places are of no use."""
    letters, edges, left = "", [0], OURS_LIMIT
    for text in texts:
        folded = _fold(text[:left])
        left -= len(text)
        edges += [len(letters) + edge for edge in folded.edges]
        letters += folded.letters + _BETWEEN
        if left <= 0:
            break
    return _Folded(letters, (), [*dict.fromkeys([*edges, len(letters)])])


# --- comparing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """The letters from `start` to `end` of the mail are those from `ours` on of our texts."""

    start: int
    end: int
    ours: int

    @property
    def ours_end(self) -> int:
        return self.ours + self.end - self.start


def _runs(mail: _Folded, sent: _Folded) -> Iterator[_Run]:
    """The longest stretches that agree, from the beginning on; each letter of the mail is in one at most."""
    seeds: dict[str, list[int]] = {}
    for at in range(len(sent.letters) - _SEED + 1):
        places = seeds.setdefault(sent.letters[at : at + _SEED], [])
        if len(places) < _PLACES:
            places.append(at)
    start, goes_on = 0, -1
    while start <= len(mail.letters) - _SEED:
        places = seeds.get(mail.letters[start : start + _SEED], [])
        if not places:
            start += 1
            continue
        lengths = {place: _agreement(mail.letters, start, sent.letters, place) for place in places}
        ours = max(places, key=lambda place: (lengths[place], place == goes_on))
        yield _Run(start, start + lengths[ours], ours)
        start, goes_on = start + lengths[ours], ours + lengths[ours]


def _agreement(one: str, start: int, other: str, place: int) -> int:
    """How many letters agree from here on. Portions are compared, for a letter at a time is slow."""
    length = 0
    while one[start + length : start + length + 256] == other[place + length : place + length + 256]:
        if start + length >= len(one) or place + length >= len(other):
            break
        length += 256
    most = min(256, len(one) - start - length, len(other) - place - length)
    if most <= 0:
        return min(len(one) - start, len(other) - place)
    return length + next((at for at in range(most) if one[start + length + at] != other[place + length + at]), most)


def _trimmed(runs: Iterable[_Run], mail: _Folded, sent: _Folded) -> Iterator[_Run]:
    """Without what the writer's words before or behind have in common with ours by chance."""
    for run in runs:
        start = run.start
        begins = sent.edge_after(run.ours) - run.ours
        if start and begins and not (mail.is_edge(start) and begins >= _SEED):
            start += begins
        end = run.end
        ends = run.ours_end - sent.edge_before(run.ours_end)
        if end < len(mail.letters) and ends and not (mail.is_edge(end) and ends >= _SEED):
            end -= ends
        if start < end:
            yield replace(run, start=start, end=end, ours=run.ours + start - run.start)


def _chains(runs: Iterable[_Run]) -> Iterator[list[_Run]]:
    """Stretches that follow each other in the mail as they do in ours, but for a few letters that are missing."""
    found: list[_Run] = []
    for run in runs:
        if found and not (run.start == found[-1].end and 0 <= run.ours - found[-1].ours_end <= _SKIPPED):
            yield found
            found = []
        found.append(run)
    if found:
        yield found


def _is_enough(runs: Sequence[_Run], sent: _Folded) -> bool:
    letters = sum(run.end - run.start for run in runs)
    lines = sum(_whole_lines(run, sent) for run in runs)
    return letters >= _LONG or (lines >= _LINES_ENOUGH and letters >= _LETTERS_ENOUGH)


def _whole_lines(run: _Run, sent: _Folded) -> int:
    return max(0, bisect_right(sent.edges, run.ours_end) - bisect_left(sent.edges, run.ours) - 1)


# --- back to the text ---------------------------------------------------------------------------------------------


def _spans(runs: Iterable[_Run], mail: _Folded, words: str) -> Iterator[tuple[int, int]]:
    """The offsets of these stretches, those that touch as one."""
    begin = last = -1
    for run in runs:
        if run.start != last:
            if last >= 0:
                yield _begin(words, mail, begin), _end(words, mail, last)
            begin = run.start
        last = run.end
    if last >= 0:
        yield _begin(words, mail, begin), _end(words, mail, last)


def _begin(words: str, mail: _Folded, letter: int) -> int:
    """Behind the line, or else the blank, in front of which the writer's last letter before stands."""
    if not letter:
        return 0
    before, end = mail.places[letter - 1] + 1, mail.places[letter]
    line = words.find("\n", before, end)
    if line >= 0:
        return line + 1
    return next((at + 1 for at in range(before, end) if words[at].isspace()), end)


def _end(words: str, mail: _Folded, letter: int) -> int:
    """The end of the word, with the marks that belong to it; of the text, when no letter follows."""
    if letter == len(mail.places):
        return min(len(words), LOOKED_AT)
    start, end = mail.places[letter - 1] + 1, mail.places[letter]
    return next((at for at in range(start, end) if words[at].isspace()), end)
