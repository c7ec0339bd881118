"""A list of words, written one after the other, goes in; a set comes out."""


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())
