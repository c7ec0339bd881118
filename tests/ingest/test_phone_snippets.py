"""Precision and recall of the mobiles found in snippets of three scripts, and of their romanised relatives."""

import re
from pathlib import Path

from mailbot.ingest.phone import find_phones

_NATIVE = {"\u0980": "০", "\u0900": "०"}


def snippets() -> list[tuple[str, set[str]]]:
    """(text, mobiles to be taken); a written \\n stands for a line break."""
    found = []
    for line in (Path(__file__).parent / "phones.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        wanted = {re.sub(r"\D", "", one)[-10:] for one in re.findall(r"\{([^}]*)\}", line)}
        text = line.replace("\\n", "\n").replace("{", "").replace("}", "")
        found.append((text, wanted))
        if (own := in_own_digits(text)) != text:
            found.append((own, wanted))
        found.append((f"To the Chief Minister.\n\nOur road is broken since May.\n{text}\n", wanted))
    return found


def in_own_digits(text: str) -> str:
    letters = [char for char in text if char.isalpha()]
    for first, zero in _NATIVE.items():
        if any(first <= char <= chr(ord(first) + 0x7F) for char in letters):
            return text.translate({ord("0") + value: chr(ord(zero) + value) for value in range(10)})
    return text


def test_precision_and_recall_over_the_snippets_of_three_scripts() -> None:
    right = wrong = missed = 0
    faults: list[str] = []
    for text, wanted in snippets():
        taken = {phone.e164[3:] for phone in find_phones(text) if phone.e164}
        right += len(taken & wanted)
        wrong += len(taken - wanted)
        missed += len(wanted - taken)
        if taken != wanted:
            faults.append(f"{text!r}: {sorted(taken)} for {sorted(wanted)}")
    assert len(snippets()) > 300
    assert right / (right + wrong) >= 0.97, faults
    assert right / (right + missed) >= 0.95, faults
