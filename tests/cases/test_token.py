"""Reply tokens: made with the secret, found in addresses and Message-IDs, believed for one post of one case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.reference import LAST_SERIAL, make_reference
from mailbot.cases.token import find_tokens, message_id, post_of, reply_address, reply_token
from mailbot.model import Purpose

SECRET = b"a secret of the test"
CASE = "CM2600012349"
POSTS = ("HFW-HEAD", "HFW-CMOH-BAN-BANKURA", "DM-BAN")
TOKEN = reply_token(SECRET, CASE, "DM-BAN")
references = st.builds(make_reference, st.just(2026), st.integers(min_value=1, max_value=LAST_SERIAL))


def test_a_token_is_sixteen_lower_case_letters_and_digits_and_always_the_same() -> None:
    # Computed once with another implementation of HMAC (RFC 2104) and base32 (RFC 4648).
    assert reply_token(b"key", CASE, "DM-BAN") == "ujiup5repoltlhia"


def test_a_token_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="secret"):
        reply_token(b"", CASE, "DM-BAN")


def test_a_token_tells_the_post_it_was_made_for() -> None:
    assert post_of(SECRET, CASE, TOKEN, POSTS) == "DM-BAN"


@pytest.mark.parametrize(
    ("secret", "reference", "token", "posts"),
    [
        (b"another secret", CASE, TOKEN, POSTS),
        (SECRET, "CM2600000014", TOKEN, POSTS),
        (SECRET, CASE, TOKEN, POSTS[:2]),
        (SECRET, CASE, TOKEN, ()),
        (SECRET, CASE, TOKEN[:-1], POSTS),
        (SECRET, CASE, "", POSTS),
        (SECRET, CASE, "টোকেন", POSTS),
        (SECRET, CASE, TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b"), POSTS),
    ],
)
def test_any_other_token_tells_nothing(secret: bytes, reference: str, token: str, posts: tuple[str, ...]) -> None:
    assert post_of(secret, reference, token, posts) is None


def test_a_reply_address_carries_case_and_token() -> None:
    address = reply_address("wbcmro@gmail.com", CASE, "abcdefghijklmnop")
    assert address == "wbcmro+cm2600012349.abcdefghijklmnop@gmail.com"


def test_a_reply_address_that_is_too_long_is_refused() -> None:
    assert len(reply_address("a" * 34 + "@example.org", CASE, TOKEN).partition("@")[0]) == 64
    with pytest.raises(ValueError, match="65 characters"):
        reply_address("a" * 35 + "@example.org", CASE, TOKEN)


@pytest.mark.parametrize("base", ["", "box", "@example.org", "box@"])
def test_the_base_of_a_reply_address_must_be_one(base: str) -> None:
    with pytest.raises(ValueError, match="address"):
        reply_address(base, CASE, TOKEN)


def test_a_message_id_carries_case_purpose_occurrence_and_token() -> None:
    name = message_id(CASE, "referral", 1, "abcdefghijklmnop", "example.org")
    assert name == "<cm2600012349.referral.1.abcdefghijklmnop@example.org>"


@given(references, st.sampled_from(POSTS), st.sampled_from(Purpose), st.integers(1, 999_999), st.booleans())
def test_what_is_put_in_is_found_again(
    reference: str, post: str, purpose: Purpose, occurrence: int, upper: bool
) -> None:
    token = reply_token(SECRET, reference, post)
    address = reply_address("box@example.org", reference, token)
    name = message_id(reference, purpose, occurrence, token, "example.org")
    for string in (address, name, f"x {name} {address}"):
        assert find_tokens([string.upper() if upper else string]) == ((reference, token),)


def test_tokens_are_found_once_each_in_order() -> None:
    other = reply_token(SECRET, "CM2600000014", "DM-BAN")
    strings = [
        reply_address("box@example.org", CASE, TOKEN),
        message_id("CM2600000014", "referral", 2, other, "example.org"),
        message_id(CASE, "overdue_alert", 1, TOKEN, "example.org"),
    ]
    assert find_tokens(strings) == ((CASE, TOKEN), ("CM2600000014", other))


@pytest.mark.parametrize(
    "string",
    [
        "",
        "box@example.org",
        "box+cm2600012349@example.org",
        "box+cm2600012348.abcdefghijklmnop@example.org",
        "box+cm2600012349.abcdefghijklmno@example.org",
        "box+cm2600012349.abcdefghijklmnopq@example.org",
        "box+cm2600012349.abcdefghijklmno1@example.org",
        "box+xcm2600012349.abcdefghijklmnop@example.org",
        "<cm2600012349.referral.abcdefghijklmnop@example.org>",
    ],
)
def test_what_is_no_token_is_not_found(string: str) -> None:
    assert find_tokens([string]) == ()


@given(st.lists(st.text()))
def test_any_strings_give_tokens_or_none(strings: list[str]) -> None:
    assert all(len(token) == 16 for _, token in find_tokens(strings))
