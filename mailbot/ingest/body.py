"""
The text of a mail goes in; what its writer wrote above, between and below the quotes comes out.

Promised: nothing raises, time is linear in the lines, and no word outside a quote is lost: where it is not certain that
lines are a quote or a signature, they stay. A quote is known by its form (marks before the lines, an address beside a
date above them, a block of labelled lines, our own marker), so the language of the mail program does not matter.
A forward is no quote: the forwarded words are the grievance.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbot.ingest.ours import find_ours
from mailbot.ingest.quote_blocks import TITLED_RULE, begins_quote, header_block_above, word_above
from mailbot.ingest.quote_marks import marked_lines
from mailbot.ingest.quote_signs import (
    FORWARDED,
    INTRO_LENGTH,
    NOTHING,
    About,
    ends_in_colon,
    ends_sentence,
    find_signs,
    introduces,
    plain_line,
)
from mailbot.ingest.signature import strip_signature

# A line that our own mails carry, at the top and at the bottom of what may be quoted back to us.
REPLY_MARKER = "--- Please reply above this line (mailbot) ---"

_LINES_LIMIT = 20_000
_LINE_LIMIT = 1_000  # characters of a line that are looked at
_INTRO_LINES = 4

_MARKER = re.compile(r"please\s{1,3}reply\s{1,3}above\s{1,3}this\s{1,3}line\s{1,3}\(mailbot\)", re.IGNORECASE)
_GROUPWISE = re.compile(r"[ \t]{0,3}>>> ?[^\s>].{4,300}(?:>>>|:)[ \t]{0,3}")
# Helpdesks draw a line like ours.
_THEIR_MARKER = re.compile(
    r"\W{0,12}(?:please )?(?:type |write |enter |put )?(?:your )?(?:reply|response|answer)s?(?: only)? above "
    r"th(?:is|e) line\W{0,12}",
    re.IGNORECASE,
)
# Lotus Notes: the writer, the moment and the first words on one line.
_NOTES = re.compile(r'"?[^"\n]{2,60}"? ?---\d{1,4}[-./]\d{1,2}[-./]\d{2,4} \d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?---\S')
# Some telephones put the quoted words behind their introduction, on the same line.
_GOES_ON = re.compile(r":[ \t]{2,20}\S")
_LEFTOVER = re.compile(r"[\s>*_=|~#-]{1,200}")


@dataclass(frozen=True, slots=True)
class Reply:
    """
    `words` are the writer's; `signature` is what was taken off below them. `cut` says that something was taken off;
    `kept_all` that nothing would have been left, so that everything stayed.
    """

    words: str
    signature: str
    cut: bool
    kept_all: bool


def split_reply(text: str, *, answers: bool = True, about: About = NOTHING) -> Reply:
    """
    Take quotes and signatures off.

    Args:
        text: The whole body.
        answers: Whether headers or subject say that this mail answers another. When not, a block of labelled lines or
            a sentence with an address and a date is the writer's own, and only marked quotes are taken off.
        about: What header and HTML say of the conversation.
    """
    lines = text.split("\n")
    looked_at, rest = lines[:_LINES_LIMIT], lines[_LINES_LIMIT:]
    quoted = _find_quotes(looked_at, about, answers=answers)
    own = [line for line, is_quote in zip(looked_at, quoted, strict=True) if not is_quote]
    if any(quoted):
        _drop_leftovers(own)
    words, signature = strip_signature(_trim(own + ([] if quoted and quoted[-1] else rest)))
    if not words.strip() and text.strip():
        return Reply(text.strip("\n"), "", cut=False, kept_all=True)
    return Reply(words, signature, cut=any(quoted) or bool(signature), kept_all=False)


def without_ours(words: str, ours: Iterable[str], *, about: About = NOTHING) -> Reply:
    """
    Take off what we ourselves have sent, wherever it comes back without a mark, and a signature that then stands last.

    Args:
        words: What the mail's writer is thought to have written.
        ours: The texts that we sent to that writer.
        about: What the header says of the conversation.

    `kept_all` says that the mail's writer has added nothing: all of it is ours, or introduces it.
    """
    spans = find_ours(words, ours)
    if not spans:
        return Reply(words, "", cut=False, kept_all=False)
    lines, quoted = _lines_around(words, spans)
    own, signature = strip_signature(_trim(_without_intros(lines, quoted, about)))
    if not _has_words(own):
        return Reply(words, "", cut=False, kept_all=True)
    return Reply(own, signature, cut=True, kept_all=False)


def _lines_around(words: str, spans: Sequence[tuple[int, int]]) -> tuple[list[str], list[bool]]:
    """The lines of a text, each of these stretches as one empty line; and which lines are such."""
    lines: list[str] = []
    quoted: list[bool] = []
    position = 0
    for start, end in [*spans, (len(words), len(words))]:
        between = _without_marks(words[position:start].split("\n"))
        lines += [*between, ""]
        quoted += [*(False for _ in between), True]
        position = end
    return lines[:-1], quoted[:-1]


def _without_marks(lines: list[str]) -> list[str]:
    """Lines without the quote marks of empty ones at both ends."""
    while lines and not lines[-1].strip(" \t>|"):
        lines.pop()
    start = next((at for at, line in enumerate(lines) if line.strip(" \t>|")), 0)
    return ["", *lines[start:], ""]


def _without_intros(lines: Sequence[str], quoted: Sequence[bool], about: About) -> list[str]:
    """The writer's lines. What only introduces our text goes too, where it ends in a colon or nothing else is there."""
    plain = [plain_line(line[:_LINE_LIMIT]) for line in lines]
    taken = list(quoted)
    _mark_intros(plain, taken, about, answers=True)
    if any(_has_words(line) for line, is_taken in zip(lines, taken, strict=True) if not is_taken):
        starts = [at for at in range(len(lines)) if taken[at] and not quoted[at] and not (at and taken[at - 1])]
        for start in starts:
            end = quoted.index(True, start)
            if not ends_in_colon(plain[word_above(plain, end)]):
                taken[start:end] = [False] * (end - start)
    return [line for line, is_taken in zip(lines, taken, strict=True) if not is_taken]


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def _trim(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _drop_leftovers(own: list[str]) -> None:
    """Lines and asterisks that stood between the answer and the quote are neither."""
    while own and (not own[-1].strip() or _LEFTOVER.fullmatch(own[-1])) and own[-1].rstrip() != "--":
        own.pop()


# --- quotes -------------------------------------------------------------------------------------------------------


def _find_quotes(lines: list[str], about: About, *, answers: bool) -> list[bool]:
    """For each line, whether it is a quote or introduces one."""
    plain = [plain_line(line[:_LINE_LIMIT]) for line in lines]
    quoted = marked_lines(plain)
    start = _groupwise_start(plain, quoted) if answers else None
    if start is not None:
        quoted[start:] = [True] * (len(quoted) - start)
    _mark_intros(plain, quoted, about, answers=answers)
    _mark_ours(plain, quoted, about)
    if answers:
        start = _unmarked_start(plain, quoted, about)
        if start is not None:
            quoted[start:] = [True] * (len(quoted) - start)
    return quoted


def _groupwise_start(lines: list[str], quoted: list[bool]) -> int | None:
    """`>>> Name 02/03/2026 10:11 >>>` is a mark of one line above a quote that carries none."""
    for index, line in enumerate(lines):
        if not quoted[index] or not _GROUPWISE.fullmatch(line):
            continue
        signs = find_signs(line, NOTHING)
        below = next((at for at in range(index + 1, len(lines)) if lines[at].strip()), None)
        if (signs.when or signs.address) and below is not None and not lines[below].startswith(">"):
            return index
    return None


def _mark_intros(lines: list[str], quoted: list[bool], about: About, *, answers: bool) -> None:
    """
    Count the sentence above a marked quote, which says whose words follow, to the quote.

    In a mail that answers nothing, marks without such a sentence are the writer's own way of setting lines apart.
    """
    marked = list(quoted)
    for index, is_quote in enumerate(marked):
        if not is_quote or (index and marked[index - 1]):
            continue
        above = word_above(lines, index)
        start = None
        if above >= index - 3:
            intro = _intro_start(lines, above, quoted, about)
            block = header_block_above(lines, above, quoted, about)  # its last lines may read as an introduction
            start = min((at for at in (intro, block) if at is not None), default=None)
        if start is not None:
            quoted[start:index] = [True] * (index - start)
        elif not answers:
            end = next((at for at in range(index, len(marked)) if not marked[at]), len(marked))
            quoted[index:end] = [False] * (end - index)


def _intro_start(lines: list[str], last: int, quoted: Sequence[bool], about: About) -> int | None:
    """
    Where the sentence ending at line `last` begins that introduces a marked quote; None when it is no such sentence.

    It grows upwards over lines that a mail program has broken at one width, at most four, until it introduces a quote;
    then over those that bring what it still lacks, or begin the paragraph.
    """
    found = None
    for first in range(last, max(-1, last - _INTRO_LINES), -1):
        if quoted[first] or not lines[first].strip() or (first < last and ends_sentence(lines[first])):
            break
        sentence = _join(lines, first, last)
        if len(sentence) > INTRO_LENGTH or FORWARDED.search(sentence):
            break
        if found is not None and not _belongs(lines, first, found, last, about):
            break
        # A last line without any sign of its own is a sentence of the writer, unless it is the end of a broken line.
        if first < last and found is None and not (_is_broken(lines, first, last) or _has_any_sign(lines[last], about)):
            break
        if found is not None or introduces(sentence, about, marked=True):
            found = first
    return found


def _join(lines: Sequence[str], first: int, last: int) -> str:
    return " ".join(line.strip() for line in lines[first : last + 1])


def _has_any_sign(line: str, about: About) -> bool:
    signs = find_signs(line, about)
    return signs.who or signs.when > 0 or signs.wrote or ">" in line


def _belongs(lines: Sequence[str], first: int, found: int, last: int, about: About) -> bool:
    """Whether the line above a sentence that already introduces the quote is its beginning."""
    sentence = _join(lines, found, last)
    if sentence.count(">") > sentence.count("<"):
        return True
    now, more = find_signs(sentence, about), find_signs(lines[first], about)
    brings = (not now.when and more.when > 0) or (not now.who and more.who) or (not now.year and more.year)
    return brings or _is_broken(lines, first, last)


def _is_broken(lines: Sequence[str], first: int, last: int) -> bool:
    """Whether these lines are one sentence broken at one width: no line had room for the next one's first word."""
    width = max(len(line) for line in lines[first : last + 1])
    return all(
        len(lines[at]) + 1 + len(lines[at + 1].split(maxsplit=1)[0]) > width
        for at in range(first, last)
        if lines[at + 1].strip()
    )


def _mark_ours(lines: list[str], quoted: list[bool], about: About) -> None:
    """Our own marker: what stands between two of them is ours; after a single unmarked one, everything."""
    marks = [index for index, line in enumerate(lines) if _MARKER.search(line)]
    if not marks:
        return
    first, last = marks[0], marks[-1]
    if not quoted[first]:
        end = last + 1 if last > first else len(lines)
        start = _intro_start(lines, word_above(lines, first), quoted, about)
        block = header_block_above(lines, word_above(lines, first), quoted, about)
        begin = min((at for at in (start, block, first) if at is not None), default=first)
        quoted[begin:end] = [True] * (end - begin)
    for index in marks:
        quoted[index] = True


def _unmarked_start(lines: list[str], quoted: Sequence[bool], about: About) -> int | None:
    """Where a quote without marks begins: everything below it is another's. None when there is none."""
    for index, line in enumerate(lines):
        if quoted[index] or not line.strip():
            continue
        if TITLED_RULE.fullmatch(line) and FORWARDED.search(line):
            return None
        if begins_quote(lines, index, about) or _is_start(line, about):
            return index
        end = _sentence_end(lines, index, about)
        if end is not None and _words_follow(lines, end) and not any(quoted[index : end + 1]):
            return index
    return None


def _is_start(line: str, about: About) -> bool:
    """The line that the HTML of this mail names as the first of a quote, or one that says so by itself."""
    goes_on = _GOES_ON.search(line[:INTRO_LENGTH])
    head = line[: goes_on.start() + 1].strip() if goes_on else ""
    if "@" in head and not FORWARDED.search(head) and introduces(head, about, marked=False):
        return True
    words = " ".join(line.split())
    says_so = words in about.starts or _THEIR_MARKER.fullmatch(words) or _NOTES.match(words)
    return bool(says_so) and not FORWARDED.search(words)


def _sentence_end(lines: list[str], index: int, about: About) -> int | None:
    """The last line of an unmarked introduction that begins here."""
    for last in range(index, min(len(lines), index + _INTRO_LINES)):
        if not lines[last].strip():
            return None
        if not _may_end(lines, last):
            continue
        sentence = _join(lines, index, last)
        if len(sentence) > INTRO_LENGTH or FORWARDED.search(sentence):
            return None
        if not introduces(sentence, about, marked=False):
            continue
        return last if _begins_here(lines, index, last, about) else None
    return None


def _may_end(lines: Sequence[str], last: int) -> bool:
    return ends_in_colon(lines[last]) or last + 1 >= len(lines) or not lines[last + 1].strip()


def _begins_here(lines: Sequence[str], index: int, last: int, about: About) -> bool:
    """Whether the introduction begins in this line, and not below a line of the writer's own."""
    if index == last:
        return True
    if _is_broken(lines, index, last) and not ends_sentence(lines[index]):
        return True
    below = _join(lines, index + 1, last)
    return not introduces(below, about, marked=False) and _has_any_sign(lines[index], about)


def _words_follow(lines: Sequence[str], end: int) -> bool:
    return any(line.strip() for line in lines[end + 1 :])
