"""Lists of words as sets and patterns."""

from mailbot.ingest.vocabulary import words


def test_words_are_what_stands_between_blanks() -> None:
    assert words(" a\n  b a ") == {"a", "b"}
