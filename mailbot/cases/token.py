"""
Reply tokens: proof that who answers has seen a mail that we sent to one post about one case.

In: the reply secret, a case reference, a post code. Out: sixteen letters and digits in an address or a Message-ID, and
back from there. Promised: a token cannot be made without the secret (80 bits of HMAC-SHA256), holds for one case and
one post, and is compared in constant time. It proves access to one mail, not who wrote: that is for DMARC to say.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha256

from mailbot.cases.reference import is_reference

LONGEST_LOCAL_PART = 64
"""RFC 5321 4.5.3.1.1."""

# Lower case throughout, for servers fold local parts: cm2600012349.abcdefghijklmnop, with purpose and occurrence
# between the two in a Message-ID.
_TOKEN = re.compile(r"(?<![a-z0-9])(cm[0-9]{10})\.(?:[a-z_]{1,32}\.[0-9]{1,9}\.)?([a-z2-7]{16})(?![a-z0-9.])", re.ASCII)


def reply_token(secret: bytes, reference: str, post: str) -> str:
    """
    Make the token of a post for a case.

    Raises:
        ValueError: The secret is empty: such tokens anyone could make.
    """
    if not secret:
        raise ValueError("a reply token needs a secret")
    digest = hmac.digest(secret, f"v1|{reference}|{post}".encode(), sha256)
    return b32encode(digest).decode("ascii").lower()[:16]


def reply_address(base_address: str, reference: str, token: str) -> str:
    """
    Put case and token into our address: "box@host" → "box+cm2600012349.abcdefghijklmnop@host".

    Raises:
        ValueError: Not an address, or no room in its local part.
    """
    local, at, domain = base_address.rpartition("@")
    if not (local and at and domain):
        raise ValueError("the base of a reply address must be an address")
    local = f"{local}+{reference.lower()}.{token}"
    if len(local) > LONGEST_LOCAL_PART:
        raise ValueError(f"a reply address would have {len(local)} characters before the @, {LONGEST_LOCAL_PART} fit")
    return f"{local}@{domain}"


def message_id(reference: str, purpose: str, occurrence: int, token: str, domain: str) -> str:
    """Name a mail of ours: "<cm2600012349.referral.1.abcdefghijklmnop@domain>"."""
    return f"<{reference.lower()}.{purpose}.{occurrence}.{token}@{domain}>"


def find_tokens(strings: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Find (reference, token) in addresses and Message-IDs, each pair once, in order. Finding is not believing."""
    found = (match.groups() for string in strings for match in _TOKEN.finditer(string.lower()))
    pairs = ((reference.upper(), token) for reference, token in found)
    return tuple(dict.fromkeys(pair for pair in pairs if is_reference(pair[0])))


def post_of(secret: bytes, reference: str, token: str, posts: Iterable[str]) -> str | None:
    """Say which of these posts the token was made for; None when for none of them, or for another case."""
    given = token.encode()
    for post in posts:
        if hmac.compare_digest(reply_token(secret, reference, post).encode(), given):
            return post
    return None
