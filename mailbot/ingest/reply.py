"""
An officer's answer: the words above the quote, as the action taken.

In: the reply text of a mail that is proven to come from the officer, and what we sent to the officers of its case. Out:
the action taken, or None when there are no words of the officer's own. Whether they end anything is asked in
`no_answer.py`.
"""

from collections.abc import Iterable, Sequence

from mailbot.ingest.body import REPLY_MARKER, without_ours
from mailbot.ingest.quote_blocks import TITLED_RULE, header_block
from mailbot.ingest.quote_signs import NOTHING, About
from mailbot.ingest.signature import is_signature

LONGEST_ACTION = 4_000
"""Characters of an action taken that are kept with the case; the whole answer stays in the archived mail."""


def action_taken(reply_text: str, ours: Iterable[str] = (), *, about: About = NOTHING) -> str | None:
    """
    Take the officer's own words out of an answer.

    A reading that kept the quote (nothing stood apart) still has our text in it, without a mark: it is known by itself.
    Where it was changed too much for that, it still has our marker line: what stands above that line is the answer, and
    if nothing does, the officer has sent our own words back and has said nothing.
    """
    reply = without_ours(reply_text, ours, about=about)
    if reply.kept_all:
        return None
    own, marker, _ = reply.words.partition(REPLY_MARKER)
    lines = [line.rstrip() for line in own.splitlines()]
    while lines and (not _has_words(lines[-1]) or (marker and lines[-1].endswith(":"))):  # ":" ends "… wrote:"
        lines.pop()
    words = "\n".join(lines).strip()
    if not words or not any(_has_words(line) for line in lines) or is_signature(words):
        return None
    if reply.cut and _is_forwards_head(words.split("\n"), about):
        return None
    return words if len(words) <= LONGEST_ACTION else words[: LONGEST_ACTION - 1].rstrip() + "…"


def _is_forwards_head(lines: Sequence[str], about: About) -> bool:
    """Whether only the head is left that a mail program puts above what it passes on."""
    written = [line for line in lines if line.strip()]
    return bool(TITLED_RULE.fullmatch(written[0])) and header_block(written, 1, about) >= max(2, len(written) - 1)


def _has_words(line: str) -> bool:
    return any(character.isalnum() for character in line)
