"""
A line of addresses, as unfolded from the mail, goes in; names and addresses come out, in order.

Promised: nothing raises and time is linear, whatever the line holds: groups, comments, names in encoded words with
commas inside, quotes never closed, addresses broken over lines, text that is no address at all.
"""

import re

from mailbot.ingest.headers import decode_words, one_line, split_words
from mailbot.model import Address

ADDRESS_LIMIT = 1_000  # addresses a header: more is a mass mailing or an attack
_PLAIN = re.compile(r'\s*"?([^"<>@,;:()\\=]{0,200})"?\s*<([^<>@\s,;:()"\\]{1,64}@[^<>@\s,;:()"\\]{1,255})>\s*')
_BARE = re.compile(r"[^<>@\s,;:()\"\\]{1,64}@[^<>@\s,;:()\"\\]{1,255}")
_WITHIN = re.compile(r"[^<>@\s,;:()\"\\\[\]]{1,64}@[^<>@\s,;:()\"\\\[\]]{1,255}")
# An encoded word is one token however many commas hide in it: private-use characters stand in for it meanwhile.
_HELD = re.compile("\ue000(\\d{1,6})\ue001")
_MARKS = re.compile(r'[\\"(),;<>:]')


def parse_addresses(line: str) -> list[Address]:
    """Every address of one header line; a name without an address is kept, an empty group is nothing."""
    if plain := _PLAIN.fullmatch(line):
        return [Address(plain[1].strip(), plain[2])]
    line = line.replace("\ue000", "").replace("\ue001", "")
    held: list[str] = []
    text = "".join(_hold(shown, held) if encoded else shown for encoded, shown in split_words(line))
    items = _split_items(text)
    found = [address for item in items if (address := _parse_item(item, held)) is not None]
    return [_without_words(address) for address in found[:ADDRESS_LIMIT]]


def _without_words(found: Address) -> Address:
    """What was put together from pieces may look like an encoded word again."""
    return Address(decode_words(found.name), found.address) if "=?" in found.name else found


def _hold(shown: str, held: list[str]) -> str:
    held.append(decode_words(one_line(shown)))
    return f"\ue000{len(held) - 1}\ue001"


def _restore(text: str, held: list[str]) -> str:
    return one_line(_HELD.sub(lambda mark: held[int(mark[1])] if int(mark[1]) < len(held) else "", text))


def _split_items(text: str) -> list[str]:
    """Cut at commas and semicolons outside quotes, comments and angles; a quote never closed counts as none."""
    items, closed = _cut(text, heed_quotes=True)
    return items if closed else _cut(text, heed_quotes=False)[0]


def _cut(text: str, *, heed_quotes: bool) -> tuple[list[str], bool]:
    items: list[str] = []
    start = position = depth = 0
    quoted = angle = False
    while (mark := _MARKS.search(text, position)) is not None:
        position = mark.end()
        char = mark[0]
        if char == "\\":
            position += 1
        elif char == '"' and heed_quotes and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char in "()":
            depth = max(0, depth + (1 if char == "(" else -1)) if heed_quotes else 0
        elif char in "<>":
            angle = char == "<"
        elif char in ",;" and not depth and not angle:
            items.append(text[start : mark.start()])
            start = position
        elif char == ":" and not depth and not angle and "@" not in text[start : mark.start()]:
            start = position  # the name of a group: its members follow
            items.append("")
        if len(items) > 3 * ADDRESS_LIMIT:
            break
    items.append(text[start:])
    return _with_their_names([item for item in items if item.strip()]), not (quoted or angle or depth)


def _with_their_names(items: list[str]) -> list[str]:
    """A name with a comma and no quotes around it ("Sen, M.B.B.S. <sen@…>") is one name."""
    joined: list[str] = []
    for item in items:
        if joined and "<" in item and "@" in item and "@" not in joined[-1] and "<" not in joined[-1]:
            joined[-1] += "," + item
        else:
            joined.append(item)
    return joined


def _parse_item(item: str, held: list[str]) -> Address | None:
    opened = item.rfind("<")
    if opened >= 0:
        closed = item.find(">", opened)
        inside = item[opened + 1 : closed if closed > 0 else len(item)]
        name = _clean_name(item[:opened] + " " + (item[closed + 1 :] if closed > 0 else ""), held)
        name = " ".join(name.strip("<> ").split())
        return _make(name, _restore(inside, held))
    comments = re.findall(r"\(([^()]*)\)", item)
    rest = _restore(re.sub(r"\([^()]*\)", " ", item), held)
    if bare := _BARE.fullmatch(rest):
        return Address(_clean_name(" ".join(comments), held), bare[0])
    return _salvage(rest, _clean_name(" ".join(comments), held))


def _make(name: str, inside: str) -> Address | None:
    """What stood in angle brackets: blanks and a source route (`@relay:`) are no part of the address."""
    address = re.sub(r"\s+", "", inside).strip("<>'\"")
    if address.startswith("@") and ":" in address:
        address = address.rpartition(":")[2]
    if address.lower().startswith("mailto:"):
        address = address[7:]
    if name.casefold() == address.casefold():
        name = ""
    if "@" not in address and (within := _BARE.fullmatch(name)):
        return Address(" ".join(inside.split()), within[0])  # name and address have changed places
    if not address and (within := _WITHIN.search(name)):
        return Address("", within[0])
    return Address(name, address) if address or name else None


def _salvage(text: str, name: str) -> Address | None:
    """No angle brackets and not an address alone: find one in the words, else keep the words as a name."""
    text = text.strip().strip("\"'").strip()
    if within := _WITHIN.search(text):
        rest = one_line(text.replace(within[0], " ")).strip("\"' <>[]")
        return Address(name or rest, within[0])
    if not text:
        return Address(name, "") if name else None
    is_word = text.isascii() and " " not in text
    return Address(name, text) if is_word else Address(name or text, "")


def _clean_name(text: str, held: list[str]) -> str:
    """Quotes and escapes off; words inside quotes are decoded too, because senders encode them there."""
    name = re.sub(r"\\(.)", r"\1", text.replace('"', "") if text.count('"') < 3 else _unquote(text))
    name = decode_words(_restore(name, held))
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    return one_line(name).strip().strip("'").strip()


def _unquote(text: str) -> str:
    return re.sub(r'(?<!\\)"', "", text)
