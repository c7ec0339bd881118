"""Whose mail it is, and who may touch a case."""

from typing import Any

import pytest

from mailbot.ingest.authentication import Authentication, Verdict
from mailbot.ingest.identify import COMPLAINANT, Known, Whose, identify
from mailbot.model import Address, Case, Mail, MailKind
from tests.fakes import CITIZEN, OFFICER, a_case, a_mail, a_recipient, a_referral

REFERENCE = "CM2600012349"
POST = "HFW-CMOH-BAN-BANKURA"
PROVEN = Authentication(Verdict.PASS, frozenset({"example.org", "example.net"}), "pass")
UNKNOWN = Authentication(Verdict.NONE, frozenset(), "no results")
FORGED = Authentication(Verdict.FAIL, frozenset(), "dmarc=fail")


def an_answer(**changes: Any) -> Mail:
    defaults: dict[str, Any] = {
        "kind": MailKind.REPLY,
        "senders": (Address("", OFFICER),),
        "reply_text": "A doctor was posted today.",
        "message_id": "<answer@example.org>",
    }
    return a_mail(**(defaults | changes))


def known(case: Case | None = None, **changes: Any) -> Known:
    case = case or a_case()
    defaults: dict[str, Any] = {
        "cases": {case.reference: case},
        "threads": (case.reference,),
        "tokens": {case.reference: POST},
        "own": frozenset({"wbcmro@example.org"}),
    }
    return Known(**(defaults | changes))


def test_a_mail_that_concerns_no_case_is_a_grievance() -> None:
    assert identify(a_mail(), Known(), UNKNOWN).whose is Whose.GRIEVANCE


def test_a_reply_to_something_we_never_sent_is_still_a_grievance() -> None:
    assert identify(a_mail(kind=MailKind.REPLY), Known(quoted=("CM2500000017",)), UNKNOWN).whose is Whose.GRIEVANCE


def test_a_proven_officers_answer_is_an_answer() -> None:
    identity = identify(an_answer(), known(), PROVEN)
    assert (identity.whose, identity.reference, identity.post) == (Whose.ANSWER, REFERENCE, POST)
    assert identity.words == "A doctor was posted today."


def test_the_officer_who_holds_the_post_today_may_answer() -> None:
    mail = an_answer(senders=(Address("", "successor@example.org"),))
    assert identify(mail, known(), PROVEN).whose is Whose.HELD
    today = known(addresses={POST: frozenset({"successor@example.org"})})
    assert identify(mail, today, PROVEN).whose is Whose.ANSWER


@pytest.mark.parametrize(
    ("mail", "facts", "proof"),
    [
        (an_answer(), known(), UNKNOWN),
        (an_answer(), known(), FORGED),
        (an_answer(), known(tokens={}), PROVEN),
        (an_answer(), known(tokens={REFERENCE: "HFW-HEAD"}), PROVEN),
        (an_answer(), known(tokens={}, threads=(), quoted=(REFERENCE,)), PROVEN),
        (an_answer(senders=(Address("", OFFICER), Address("", "x@evil.example"))), known(), PROVEN),
        (an_answer(senders=(Address("", "x@evil.example"), Address("", OFFICER))), known(), PROVEN),
        (an_answer(senders=(Address(OFFICER, "x@evil.example"),)), known(), PROVEN),
        (an_answer(senders=()), known(), PROVEN),
        (an_answer(reply_text=""), known(), PROVEN),
        (an_answer(error="nothing could be read"), known(), PROVEN),
    ],
)
def test_anything_less_than_full_proof_closes_nothing_and_is_held(mail: Mail, facts: Known, proof: Any) -> None:
    assert identify(mail, facts, proof).whose is Whose.HELD


BLOCK = Address("", "bmoh-onda@example.org")
TOKEN = Address("", f"old-cell+{REFERENCE.lower()}.abcdefghijklmnop@example.com")


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"to": (BLOCK,), "cc": (TOKEN,)}, False),
        ({"to": (BLOCK,)}, False),
        ({"to": (), "cc": (BLOCK,)}, False),
        ({"to": (), "cc": ()}, True),
        ({"to": (Address("undisclosed recipients", ""),), "cc": (TOKEN,)}, True),
        ({"to": (TOKEN,), "cc": (BLOCK,)}, True),
        ({"to": (TOKEN, BLOCK)}, True),
        ({"to": (TOKEN, BLOCK), "reply_text": "Please see to it."}, False),
        ({"to": (Address("", CITIZEN),), "cc": (TOKEN,)}, False),
        ({"to": (TOKEN, Address("", CITIZEN))}, True),
        ({"reply_text": "Kindly do the needful."}, False),
        ({"reply_text": "Under process"}, False),
    ],
)
def test_a_proven_officers_mail_to_others_or_of_instructions_ends_nothing(changes: Any, *, ends: bool) -> None:
    identity = identify(an_answer(**changes), known(), PROVEN)
    assert (identity.whose, identity.reference, identity.post) == (Whose.ANSWER, REFERENCE, POST)
    assert bool(identity.no_answer) != ends


def test_an_officer_of_another_case_cannot_answer_this_one() -> None:
    other = a_recipient(post="PRD-BDO-BAN-ONDA", address="bdo@example.org")
    case = a_case(referrals=(a_referral(recipients=(other,)),))
    assert identify(an_answer(), known(case, tokens={REFERENCE: "PRD-BDO-BAN-ONDA"}), PROVEN).whose is Whose.HELD


@pytest.mark.parametrize(
    "kind", [MailKind.BOUNCE, MailKind.DELAY, MailKind.AUTO_REPLY, MailKind.RECEIPT, MailKind.REPORT]
)
def test_automatic_mail_of_a_proven_officer_is_only_noted(kind: MailKind) -> None:
    identity = identify(an_answer(kind=kind), known(), PROVEN)
    assert (identity.whose, identity.reference) == (Whose.AUTOMATIC, REFERENCE)


@pytest.mark.parametrize("kind", [MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.RECEIPT])
def test_whoever_sounds_like_a_machine_by_words_alone_is_held_not_ignored(kind: MailKind) -> None:
    stranger = a_mail(kind=kind, by_words=True, senders=(Address("", "someone@example.com"),))
    assert identify(stranger, Known(), UNKNOWN).whose is Whose.HELD
    identity = identify(an_answer(kind=kind, by_words=True), known(), PROVEN)
    assert (identity.whose, identity.reference) == (Whose.HELD, REFERENCE)
    bounce = a_mail(kind=kind, by_words=True)
    assert identify(bounce, known(threads=(), returned=(REFERENCE,)), UNKNOWN).whose is Whose.AUTOMATIC


def test_a_bounce_is_noted_with_the_case_whose_mail_it_returns() -> None:
    bounce = a_mail(kind=MailKind.BOUNCE, senders=(Address("", "mailer-daemon@example.org"),))
    identity = identify(bounce, known(threads=(), returned=(REFERENCE,), tokens={}), UNKNOWN)
    assert (identity.whose, identity.reference) == (Whose.AUTOMATIC, REFERENCE)


@pytest.mark.parametrize("proof", [PROVEN, UNKNOWN])
def test_the_complainant_who_writes_in_the_thread_follows_up(proof: Authentication) -> None:
    mail = a_mail(senders=(Address("R. Das", CITIZEN.upper()),))
    identity = identify(mail, known(tokens={}), proof)
    assert (identity.whose, identity.reference) == (Whose.FOLLOW_UP, REFERENCE)


def test_the_complainant_who_quotes_the_reference_in_a_new_mail_follows_up() -> None:
    facts = known(tokens={}, threads=(), quoted=(REFERENCE,))
    assert identify(a_mail(), facts, UNKNOWN).whose is Whose.FOLLOW_UP


def test_a_forged_complainant_is_held() -> None:
    assert identify(a_mail(), known(tokens={}), FORGED).whose is Whose.HELD


def test_a_stranger_who_quotes_a_reference_is_held() -> None:
    stranger = a_mail(senders=(Address("", "nosy@example.com"),))
    for facts in (known(tokens={}), known(tokens={}, threads=(), quoted=(REFERENCE,)), known()):
        identity = identify(stranger, facts, PROVEN)
        assert (identity.whose, identity.reference) == (Whose.HELD, REFERENCE)


OTHER_ADDRESS = a_mail(senders=(Address("Smt. Rina Das", "rina.phone@example.com"),))


@pytest.mark.parametrize(
    ("mail", "facts", "said"),
    [
        (OTHER_ADDRESS, known(tokens={REFERENCE: COMPLAINANT}), "another address, under the complainant's name"),
        (
            a_mail(senders=(Address("Bapi Das", "bapi@example.com"),)),
            known(tokens={REFERENCE: COMPLAINANT}),
            "another address, under another name",
        ),
        (
            a_mail(senders=(Address("", "rina.phone@example.com"),)),
            known(tokens={REFERENCE: COMPLAINANT}),
            "another address, unnamed",
        ),
        (OTHER_ADDRESS, known(), "it answers our mail to an officer"),
        (OTHER_ADDRESS, known(tokens={}), "it stands in the thread of the case"),
        (OTHER_ADDRESS, known(tokens={}, threads=(), quoted=(REFERENCE,)), "of the case it names"),
    ],
)
def test_the_reason_says_what_a_human_must_know_to_release_it(mail: Mail, facts: Known, said: str) -> None:
    identity = identify(mail, facts, PROVEN)
    assert (identity.whose, identity.reference) == (Whose.HELD, REFERENCE)
    assert identity.reason.startswith("a stranger's mail: ")
    assert said in identity.reason
    assert "rina" not in identity.reason.casefold()


def test_a_case_without_an_address_has_no_complainant_by_mail() -> None:
    letter = a_case(complainant=a_case().complainant.__class__(name="Rina Das", address="", mobile=""))
    nobody = a_mail(senders=())
    assert identify(nobody, known(letter, tokens={}), UNKNOWN).whose is Whose.HELD


def test_the_thread_weighs_more_than_a_reference_in_the_text() -> None:
    mine = a_case(reference="CM2600000014")
    facts = Known(cases={REFERENCE: a_case(), mine.reference: mine}, threads=(mine.reference,), quoted=(REFERENCE,))
    assert identify(a_mail(), facts, UNKNOWN).reference == mine.reference


def test_our_own_mail_is_ours() -> None:
    mail = a_mail(senders=(Address("", "WBCMRO@example.org"),))
    assert identify(mail, known(own=frozenset({"wbcmro@example.org"})), PROVEN).whose is Whose.OURS


def test_spam_and_empty_mail_wait_for_a_human() -> None:
    assert identify(a_mail(spam=True), Known(), UNKNOWN).whose is Whose.HELD
    assert identify(a_mail(text=" \n", subject=" "), Known(), UNKNOWN).whose is Whose.HELD
