"""
How mail programs quote, in many languages: answers made of an officer's words and a quote, to be taken apart again.

`locales.jsonl` holds, for each locale, one moment written in several ways and a few words of that language (from the
Unicode CLDR). A word of it stands in where a mail program writes a verb or a label, so that nothing is recognised by
a list of words but by the form alone.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailbot.ingest.quote_signs import About

ANSWER = "The road was repaired on 1 March.\nPhotos are with the junior engineer."
QUOTE = "Dear officer,\n\nA grievance was referred to you.\nPlease answer within seven days.\n\nGrievance Cell"
NAME, ADDRESS = "Grievance Cell", "grievance@example.net"
WHO = f"{NAME} <{ADDRESS}>"
SUBJECT = "Referral CM2600012349: road in ward 11"
ABOUT = About(names=frozenset({NAME.casefold(), ADDRESS}), subject=SUBJECT.casefold())
DIGITS = {"bn": "০", "mr": "०", "hi": "०", "ne": "०", "fa": "۰", "ar": "٠", "my": "၀", "ps": "۰", "mni": "০", "as": "০"}


@dataclass(frozen=True, slots=True)
class Locale:
    code: str
    full: str
    long: str
    medium: str
    short: str
    time: str
    time2: str
    words: tuple[str, ...]

    def in_own_digits(self) -> "Locale | None":
        zero = DIGITS.get(self.code)
        if zero is None:
            return None
        own = {ord("0") + value: chr(ord(zero) + value) for value in range(10)}
        moments = {
            field: getattr(self, field).translate(own) for field in ("full", "long", "medium", "short", "time", "time2")
        }
        return replace(self, code=f"{self.code}-own", **moments)


def locales() -> Iterator[Locale]:
    lines = (Path(__file__).parent / "locales.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        row = json.loads(line)
        locale = Locale(**{**row, "words": tuple(row["words"])})
        yield locale
        if (own := locale.in_own_digits()) is not None:
            yield own


def marked(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def wrapped(text: str, width: int) -> str:
    """Broken at blanks, as mail programs break an introduction that is too long."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _labels(locale: Locale, values: tuple[str, ...], mark: str = "", after: str = ": ") -> str:
    return "\n".join(
        f"{mark}{word}{after.rstrip()}{mark}{' ' if after.endswith(' ') else ''}{value}"
        for word, value in zip(locale.words, values, strict=False)
    )


def _block(locale: Locale, who: str = WHO, to: str = "SDO <sdo@example.org>") -> tuple[str, ...]:
    return (who, f"{locale.full} {locale.time}", to, f"RE: {SUBJECT}")


INTRODUCTIONS: dict[str, Callable[[Locale], str]] = {
    "date, who, verb": lambda at: f"{at.words[0]} {at.full} {at.time} {WHO} {at.words[1]}:",
    "date, comma, who, colon": lambda at: f"{at.medium}, {at.time}, {WHO}:",
    "verb before the name": lambda at: f"{at.words[0]} {at.full} {at.words[1]} {at.time} {at.words[2]} {WHO}:",
    "who first": lambda at: f"{WHO} {at.words[0]} {at.long} {at.time2} {at.words[1]}:",
    "short date, who": lambda at: f"{at.short} {at.time2}, {WHO} {at.words[1]}:",
    "name alone": lambda at: f"{at.words[0]} {at.medium} {at.time}, {NAME} {at.words[1]}:",
    "name first, no address": lambda at: f"{NAME} {at.words[0]} {at.full} {at.time}:",
    "name and short date": lambda at: f"{at.words[0]} {at.short} {at.words[1]} {NAME}:",
    "no colon": lambda at: f"{at.words[0]} {at.full} {at.time} {WHO} {at.words[1]}",
    "quoted name": lambda at: f'{at.words[0]} {at.short} {at.time2}, "{NAME}" {ADDRESS} {at.words[1]}:',
    "address alone": lambda at: f"{at.words[0]} {at.medium}, {at.time2}, {ADDRESS} {at.words[1]}:",
    "in brackets": lambda at: f"{at.words[0]} {at.medium} {at.time} {NAME} [{ADDRESS}] {at.words[1]}:",
}
MARKED_ONLY: dict[str, Callable[[Locale], str]] = {
    "name, no colon": lambda at: f"{at.words[0]} {at.full} {at.time}, {NAME} {at.words[1]}",
    "no date": lambda at: f"{NAME} {at.words[1]}:",
    "moment alone": lambda at: f"{at.words[0]} {at.medium} {at.time} {at.words[1]}:",
}
BLOCKS: dict[str, Callable[[Locale], str]] = {
    "four labels": lambda at: _labels(at, _block(at)),
    "bold labels": lambda at: _labels(at, _block(at), mark="*"),
    "names alone": lambda at: _labels(at, _block(at, NAME, "SDO Bankura")),
    "three labels": lambda at: _labels(at, (_block(at)[0], _block(at)[1], _block(at)[3])),
    "below a line": lambda at: "_" * 32 + "\n" + _labels(at, _block(at)),
    "below a title": lambda at: f"-----{at.words[4]} {at.words[5]}-----\n" + _labels(at, _block(at)),
    "title with blanks": lambda at: f"-------- {at.words[4]} --------\n" + _labels(at, _block(at, NAME)),
    "label and tab": lambda at: _labels(at, _block(at), after=":\t").replace(":", ":\t", 0),
    "blank before the colon": lambda at: _labels(at, _block(at), after=" : "),
    "copies named": lambda at: _labels(at, (*_block(at)[:3], "A <a@example.org>; B <b@example.org>", _block(at)[3])),
    "long line of recipients": lambda at: _labels(
        at, (WHO, f"{at.full} {at.time}", "A <a@example.org>;\n B <b@example.org>", SUBJECT)
    ),
    "indented title, low blank": lambda at: f"----- {at.words[4]} -----\n\n" + _labels(at, _block(at)),
}


def answers() -> Iterator[tuple[str, str]]:
    """(name, text): every form in every locale, marked and unmarked, wrapped and not. Kept should be ANSWER alone."""
    for locale in locales():
        for name, make in {**INTRODUCTIONS, **MARKED_ONLY}.items():
            intro = make(locale)
            yield f"{locale.code}: {name}, marked", f"{ANSWER}\n\n{intro}\n\n{marked(QUOTE)}\n"
            yield f"{locale.code}: {name}, marked, tight", f"{ANSWER}\n{intro}\n{marked(QUOTE)}\n"
            yield f"{locale.code}: {name}, wrapped", f"{ANSWER}\n\n{wrapped(intro, 40)}\n{marked(QUOTE)}\n"
        for name, make in INTRODUCTIONS.items():
            yield f"{locale.code}: {name}, unmarked", f"{ANSWER}\n\n{make(locale)}\n\n{QUOTE}\n"
            yield f"{locale.code}: {name}, unmarked, wrapped", f"{ANSWER}\n\n{wrapped(make(locale), 60)}\n\n{QUOTE}\n"
        for name, make in BLOCKS.items():
            yield f"{locale.code}: {name}", f"{ANSWER}\n\n{make(locale)}\n\n{QUOTE}\n"
            yield f"{locale.code}: {name}, tight", f"{ANSWER}\n{make(locale)}\n\n{QUOTE}\n"
