"""
Subject and body of a mail as words, each with what it weighs by where it stands.

In: subject, text, the cues. Out: two `Part`s with a factor for every word. A word weighs more in the subject and in the
prayer ("kindly …"), little in address block, copy line and signature, and little where the writer speaks of himself,
sets a matter aside or only says where. Keywords and hints are weighed alike.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from mailbot.classify.cues import Cue, colour
from mailbot.classify.lexicon import Hit, Lexicon
from mailbot.classify.words import Text, read
from mailbot.classify.zones import Zone, find_zones
from mailbot.model import LETTER_BELOW, Match

PARTS = SUBJECT, BODY, ATTACHMENT = ("subject", "body", "attachment")  # an attachment is a letter that could be read

IN_SUBJECT = 1.8
OWN = 0.28  # more than any word of an address, a quotation or a signature weighs

P = TypeVar("P")

_ZONE_WEIGHT = {
    Zone.BODY: 1.0,
    Zone.SUBJECT: 1.7,
    Zone.QUOTED: 0.2,
    Zone.SIGNATURE: 0.2,
    Zone.ADDRESSEE: 0.1,
    Zone.COPY: 0.1,
    Zone.HEADER: 0.05,
}


class Part(NamedTuple):
    """Subject or body, and what its words weigh by where they stand."""

    where: str
    text: Text
    factors: Sequence[float]  # by word
    letter: int  # offset at which an attached letter begins; -1 without one
    first: int  # words first … stop-1 are looked at: all of them, or a stretch within the others
    stop: int

    def between(self, start: int, end: int) -> "Part":
        """The words that stand between two offsets; they keep the weight that they have within the whole."""
        return self._replace(first=bisect_left(self.text.starts, start), stop=bisect_left(self.text.starts, end))

    def hits(self, lexicon: Lexicon[P]) -> Iterable[Hit[P]]:
        """What a lexicon finds in these words."""
        found = lexicon.find(self.text)
        if self.stop - self.first == len(self.text):
            return found
        return [hit for hit in found if self.first <= hit.start and hit.stop <= self.stop]

    def own_hits(self, lexicon: Lexicon[P]) -> Iterable[Hit[P]]:
        """The same, of what the writer says himself: not of an address, a quotation or a signature."""
        return (hit for hit in self.hits(lexicon) if self.factors[hit.start] >= OWN)

    def where_is(self, word: int) -> str:
        """Subject, body or attachment."""
        return ATTACHMENT if 0 <= self.letter < self.text.starts[word] else self.where

    def match(self, words: range, weight: float, *, rule: str, target: str, phrase: str) -> Match:
        """These words as evidence: `phrase` of `rule` for `target`."""
        start, end = self.text.starts[words.start], self.text.ends[words.stop - 1]
        written = self.text.source[start:end]
        return Match(rule, target, phrase, written, self.where_is(words.start), start, end, round(weight, 3))


def read_parts(subject: str, text: str, cues: Lexicon[Cue]) -> tuple[Part, Part]:
    """Read the subject and the text of a mail."""
    head, body = read(subject), read(text)
    return (
        Part(SUBJECT, head, colour([IN_SUBJECT] * len(head), head, cues), -1, 0, len(head)),
        Part(BODY, body, colour(_by_zone(body), body, cues), text.find(LETTER_BELOW), 0, len(body)),
    )


def _by_zone(text: Text) -> list[float]:
    """What each word weighs by its zone."""
    factors = [_ZONE_WEIGHT[Zone.BODY]] * len(text)
    for stretch in find_zones(text.source).stretches:
        if stretch.zone is not Zone.BODY:
            first, end = bisect_left(text.starts, stretch.start), bisect_left(text.starts, stretch.end)
            factors[first:end] = [_ZONE_WEIGHT[stretch.zone]] * (end - first)
    return factors
