"""Replies as mail programs write them: what the writer wrote is kept, what is quoted is gone."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot.ingest.body import split_reply
from mailbot.ingest.parse import read_mail
from tests.ingest.quoting import ABOUT as ABOUT_LOCALES
from tests.ingest.quoting import ANSWER, answers

HEAD = (
    "From: Suman Roy <roy@example.org>\nTo: Grievance Cell <grievance@example.net>\nSubject: Re: Road in ward 11\n"
    "In-Reply-To: <1@example.net>\nContent-Type: text/plain; charset=utf-8\n\n"
)


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    text: str
    kept: tuple[str, ...]
    gone: tuple[str, ...]


def samples() -> list[Sample]:
    found = []
    text = (Path(__file__).parent / "replies.txt").read_text("utf-8")
    for block in text.split("\n=== ")[1:]:
        name, *lines = block.rstrip("\n").split("\n")
        bodies = [(line[:1], line[1:]) for line in lines]
        kept = tuple(body.strip() for mark, body in bodies if mark == "+" and body.strip())
        gone = tuple(body.strip() for mark, body in bodies if mark == "-" and body.strip())
        found.append(Sample(name, "\n".join(body for _, body in bodies), kept, gone))
    return found


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_the_writers_words_are_kept_and_the_quote_is_gone(sample: Sample) -> None:
    reply = [line.strip() for line in read_mail((HEAD + sample.text).encode()).reply_text.split("\n")]
    assert [line for line in sample.kept if line not in reply] == []
    assert [line for line in sample.gone if line in reply] == []


def test_answers_in_every_locale_are_kept_whole_and_their_quotes_are_taken_off() -> None:
    total = lost = leaked = 0
    for _, text in answers():
        words = split_reply(text, about=ABOUT_LOCALES).words
        total += 1
        lost += ANSWER not in words
        leaked += words != ANSWER
    assert total > 10_000
    assert lost == 0
    assert leaked / total < 0.001
