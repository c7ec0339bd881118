"""
The lines of a mail go in; which of them carry a quote mark comes out.

Promised: nothing raises, time is linear. A mark is `>` or one of its relatives before a line, a bar before two
neighbouring ones, or the writer's initials and `>`. Empty lines between marked ones belong to the quote; so do the
ends of long quoted lines that a mail program has broken off, when it has done so more than once.
"""

import re
from collections.abc import Sequence

_MARK = re.compile(r"[ \t]{0,3}(?:[>＞»]|&gt;|[A-Z][A-Za-z]{0,3}>(?=[ >]|$)|[A-Z][A-Za-z]{1,14}> )")
_PIPE = re.compile(r"[ \t]{0,3}[|│┃¦}] ?")
_MBOX = re.compile(r">From ")
_MORE_THAN = re.compile(r"[ \t]{0,3}>\d")  # ">50 % of the houses"
_FULL_LINE, _SPILL = 64, 26


def marked_lines(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it carries a quote mark or stands, empty or broken off, between such."""
    marked = [bool(_MARK.match(line)) and not _MBOX.match(line) for line in lines]
    for index, line in enumerate(lines):
        if (
            marked[index]
            and _MORE_THAN.match(line)
            and not any(marked[index - 1 : index] + marked[index + 1 : index + 2])
        ):
            marked[index] = False
    _add_pipes(lines, marked)
    _add_spills(lines, marked)
    last = None
    for index, line in enumerate(lines):
        if marked[index]:
            if last is not None:
                marked[last:index] = [True] * (index - last)
            last = index
        elif line.strip():
            last = None
    return marked


def _add_pipes(lines: Sequence[str], marked: list[bool]) -> None:
    pipes = [bool(_PIPE.match(line)) for line in lines]
    for index in range(1, len(lines)):
        if pipes[index] and pipes[index - 1] and not _is_table(lines[index]):
            marked[index] = marked[index - 1] = True


def _is_table(line: str) -> bool:
    """A row that also ends in a bar is a table, not a quote."""
    return line.rstrip().endswith(("|", "│", "┃", "¦")) or line.count("|") > 2


def _add_spills(lines: Sequence[str], marked: list[bool]) -> None:
    """Ends of quoted lines that stand alone on the next line without a mark; a single one may be an answer."""
    spills = [index for index in range(1, len(lines) - 1) if _is_spill(lines, marked, index)]
    if len(spills) >= 2:
        for index in spills:
            marked[index] = True


def _is_spill(lines: Sequence[str], marked: Sequence[bool], index: int) -> bool:
    line, above = lines[index], lines[index - 1]
    return (
        marked[index - 1]
        and marked[index + 1]
        and not marked[index]
        and 0 < len(line.strip()) < _SPILL
        and len(above) >= _FULL_LINE
        and not line[0].isupper()
        and not above.rstrip().endswith((".", "!", "?", ":", "।"))
    )
