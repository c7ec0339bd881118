"""A short run of the mutation fuzzer; the long one is a command, see fuzz_parse.py."""

from tests.fuzz.fuzz_parse import fuzz


def test_a_thousand_broken_mails_come_out_clean() -> None:
    report = fuzz(seed=20260302, count=1_000, seconds=60)
    assert report.faults == []
    assert report.count >= 100
