"""
Who really sent it: the Authentication-Results of our own receiving host, and of no other.

In: the trace of a mail (Received and Authentication-Results headers, topmost first) and the name by which our own
host signs its results. Out: the domain that host has proven, or why none is proven.

Source: RFC 8601 section 5 (only results of one's own border count, and a sender may write any header he likes) and
RFC 7489 (DMARC). SPF alone proves only the envelope; ARC and lower results are what others claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LONGEST_HEADER = 20_000
"""A results header beyond this (characters) is not read: real ones stay below 2,000."""


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Authentication:
    """`domains` are proven senders' domains, lower case; empty unless the verdict is PASS."""

    verdict: Verdict
    domains: frozenset[str]
    reason: str

    def proves(self, address: str) -> bool:
        """Whether our own host vouches for the domain of this address."""
        return self.verdict is Verdict.PASS and address.rpartition("@")[2].lower() in self.domains


def authenticate(
    trace: Sequence[tuple[str, str]], *, authserv_id: str, receiving_hosts: Sequence[str] = ()
) -> Authentication:
    """
    Judge a mail by the topmost Authentication-Results, if it is ours.

    Args:
        trace: Header name (lower case) and unfolded value, topmost first.
        authserv_id: How our own host names itself there ("mx.google.com"); "" proves nothing.
        receiving_hosts: Further hosts or domains of ours that may add a Received line above it.

    Our border is the Received line that one of our hosts wrote about a peer that is not ours. Gmail puts its result
    right below that line, others above it; whatever stands below a further Received line was there before the border,
    and is anybody's to write. A host of ours that adds no result to some mail must not be named here.
    """
    if not authserv_id:
        return Authentication(Verdict.NONE, frozenset(), "no receiving host of our own is configured")
    ours = (authserv_id.partition(".")[2] if authserv_id.count(".") > 1 else authserv_id, *receiving_hosts)
    is_past_border = False
    for name, value in trace:
        if name == "received":
            peer, host = _hop(value)
            is_handed_over = not peer and ":" in host  # Gmail, inside: "Received: by 2002:a05:… with SMTP id …"
            if is_past_border or not (is_handed_over or _is_one_of(host, ours)):
                return _none("no Authentication-Results of our own host stand above what came from outside")
            is_past_border = bool(peer) and not _is_one_of(peer, ours)
        if name == "authentication-results":
            return _judge(value, authserv_id)
    return _none("no Authentication-Results of our own host")


def _none(reason: str) -> Authentication:
    return Authentication(Verdict.NONE, frozenset(), reason)


def _hop(received: str) -> tuple[str, str]:
    """The peer and the host of a Received line (`from` and `by`, RFC 5321 4.4); "" for what it does not name."""
    words = _without_comments(received).lower().split()
    named = {"from": "", "by": ""}
    for word, after in pairwise(words):
        if word in named and not named[word]:
            named[word] = after.rstrip(";.")
    return named["from"], named["by"]


def _is_one_of(host: str, domains: Sequence[str]) -> bool:
    return any(f".{host}".endswith("." + domain.lower()) for domain in domains)


def _judge(value: str, authserv_id: str) -> Authentication:
    if len(value) > LONGEST_HEADER:
        return _none("the Authentication-Results are too long to be genuine")
    head, *results = [part.split() for part in _split(_without_comments(value))]
    if not head or head[0].lower() != authserv_id.lower():
        return _none("the topmost Authentication-Results are not of our own host")
    dmarc: set[str] = set()
    domains: set[str] = set()
    for words in results:
        if not words or "=" not in words[0]:
            continue
        method, _, result = words[0].lower().partition("=")
        method = method.partition("/")[0]
        if method == "dmarc":
            dmarc.add(result)
        if result == "pass":
            domains.update(_domains(method, words[1:]))
    if dmarc - {"pass", "none", "bestguesspass"}:
        return Authentication(Verdict.FAIL, frozenset(), f"dmarc={'/'.join(sorted(dmarc))}")
    if not domains:
        return _none("our own host found neither a DMARC nor a DKIM pass")
    return Authentication(Verdict.PASS, frozenset(domains), "pass")


def _domains(method: str, properties: Sequence[str]) -> Iterator[str]:
    """The domains a passing method vouches for: DMARC its header.from, DKIM its signing domain."""
    names = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i")}.get(method, ())
    for word in properties:
        name, _, value = word.partition("=")
        if name.lower() in names:
            yield value.strip('"').rpartition("@")[2].lower()


def _without_comments(text: str) -> str:
    """Take off RFC 5322 comments, nested or left open; quoted strings stay as they are."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in text[: LONGEST_HEADER + 1]:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
            continue
        elif character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and not quoted and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(character)
    return "".join(kept)


def _split(text: str) -> list[str]:
    """Split at semicolons outside quoted strings."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts
