"""Whose word is taken for who sent a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.authentication import Authentication, Verdict, authenticate

OURS = "mx.google.com"
GMAIL = [
    ("received", "by 2002:a05:7108:3a4b:b0:3f2 with SMTP id k11csp1;        Mon, 23 Nov 2026 21:00:00 -0800 (PST)"),
    ("received", "from mail.wb.gov.in (mail.wb.gov.in. [192.0.2.7]) by mx.google.com with ESMTPS id x1; Mon, 23 Nov"),
]


def results(text: str) -> tuple[str, str]:
    return ("authentication-results", text)


def judge(*trace: tuple[str, str]) -> Authentication:
    return authenticate(trace, authserv_id=OURS)


@pytest.mark.parametrize(
    "text",
    [
        "mx.google.com; dkim=pass header.i=@wb.gov.in header.s=s1; dmarc=pass (p=NONE sp=NONE) header.from=wb.gov.in",
        "mx.google.com; dmarc=pass header.from=WB.gov.in",
        "mx.google.com 1; spf=pass smtp.mailfrom=wb.gov.in; dmarc=pass header.from=wb.gov.in",
        'mx.google.com; dmarc=pass reason="fine; really" header.from="wb.gov.in"',
        "mx.google.com; dkim=pass header.d=wb.gov.in",
        "mx.google.com (it is me (nested)); dkim/1=pass header.d=wb.gov.in; arc=pass",
    ],
)
def test_our_own_host_proves_the_senders_domain(text: str) -> None:
    assert judge(*GMAIL, results(text)).proves("Officer@WB.gov.in")


@pytest.mark.parametrize(
    "text",
    [
        "mx.google.com; spf=pass smtp.mailfrom=wb.gov.in",
        "mx.google.com; arc=pass header.d=wb.gov.in",
        "mx.google.com; dmarc=pass",
        "mx.google.com; dmarc=pass header.from=wb.gov.in.evil.example",
        "mx.google.com; dkim=pass header.d=evil.example; dmarc=none header.from=wb.gov.in",
        "mx.google.com; dkim=pass header.d=wb.gov.in; dmarc=fail header.from=wb.gov.in",
        "mx.google.com; dmarc=temperror header.from=wb.gov.in; dkim=pass header.d=wb.gov.in",
        "mx.google.com; (dmarc=pass header.from=wb.gov.in)",
        'mx.google.com; dmarc=fail reason="; dmarc=pass header.from=wb.gov.in"',
        "mx.google.com.evil.example; dmarc=pass header.from=wb.gov.in",
        "evil.example; dmarc=pass header.from=wb.gov.in",
        "mx.google.com; none",
        "",
        ";;;===",
        "mx.google.com; dmarc=pass header.from=wb.gov.in" + " x" * 20_000,
    ],
)
def test_anything_less_proves_nothing(text: str) -> None:
    assert not judge(*GMAIL, results(text)).proves("officer@wb.gov.in")


def test_a_result_the_sender_wrote_below_a_foreign_received_line_is_not_ours() -> None:
    forged = results("mx.google.com; dmarc=pass header.from=wb.gov.in")
    foreign = ("received", "from laptop by mail.evil.example with ESMTP; Mon, 23 Nov 2026")
    assert not judge(*GMAIL, foreign, forged).proves("officer@wb.gov.in")


def test_what_stands_below_a_second_hop_came_from_outside() -> None:
    """Our border is named once: a further Received line below it is the sender's, whoever it claims to be by."""
    forged = results("mx.google.com; dmarc=pass header.from=wb.gov.in")
    for by in ("by 2002:a05:7108:3a4b:b0:3f2 with SMTP id k11csp1", "from mx.google.com by mx.google.com with ESMTP"):
        assert not judge(*GMAIL, ("received", by), forged).proves("officer@wb.gov.in")


def test_only_the_topmost_results_count() -> None:
    ours = results("mx.google.com; dmarc=fail header.from=wb.gov.in")
    forged = results("mx.google.com; dmarc=pass header.from=wb.gov.in")
    assert judge(*GMAIL, ours, forged).verdict is Verdict.FAIL
    assert judge(results("other.example; dmarc=pass header.from=wb.gov.in"), forged).verdict is Verdict.NONE


def test_a_host_of_ours_that_is_named_in_the_settings_may_stand_above() -> None:
    trace = [
        ("received", "from mx.google.com by store.cmo.example with LMTP; Mon, 23 Nov 2026"),
        results("mx.google.com; dmarc=pass header.from=wb.gov.in"),
    ]
    assert not authenticate(trace, authserv_id=OURS).proves("o@wb.gov.in")
    assert authenticate(trace, authserv_id=OURS, receiving_hosts=["store.cmo.example"]).proves("o@wb.gov.in")


def test_without_a_host_of_our_own_nothing_is_proven() -> None:
    trace = [results("; dmarc=pass header.from=wb.gov.in")]
    assert not authenticate(trace, authserv_id="").proves("o@wb.gov.in")


@given(st.lists(st.tuples(st.sampled_from(["received", "authentication-results"]), st.text(max_size=300))))
def test_any_trace_is_judged_and_noise_never_proves_an_officer(trace: list[tuple[str, str]]) -> None:
    assert not judge(*trace).proves("officer@wb.gov.in")


@given(st.text(alphabet='();"\\= abc', max_size=200))
def test_brackets_and_quotes_in_any_order_are_judged(text: str) -> None:
    assert judge(results(f"mx.google.com; {text}")).verdict in Verdict
