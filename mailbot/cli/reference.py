"""
Case references as people type them.

In: words of a command line. Out: the one reference that they are.
"""

from collections.abc import Sequence

import click

from mailbot.cases.reference import find_references


def one_reference(words: Sequence[str]) -> str:
    """The case reference that these words are, however it is spaced; anything else is wrong use."""
    written = " ".join(words)
    references = find_references(written)
    if len(references) != 1:
        raise click.UsageError(f"{written!r} is no case reference, such as CM2600012349; a digit may be mistyped")
    return references[0]
