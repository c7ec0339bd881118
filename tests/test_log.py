"""The log: one door, to stderr, without personal data."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from mailbot.log import REDACTED, configure_logging, redact

Log = Callable[..., io.StringIO]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configure(environ: Mapping[str, str] | None = None, **options: object) -> io.StringIO:
        stream = io.StringIO()
        configure_logging(environ or {}, stream=stream, **options)  # type: ignore[arg-type] # options as given
        return stream

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def events(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line(log: Log) -> None:
    stream = log()
    structlog.get_logger("mailbot.x").info("taken", case="CM2600012349", count=3)
    (event,) = events(stream)
    assert (event["event"], event["case"], event["count"], event["level"]) == ("taken", "CM2600012349", 3, "info")
    assert event["logger"] == "mailbot.x"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", str(event["timestamp"]))


@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_everybody_is_redacted_tracebacks_included(log: Log, logger: logging.Logger) -> None:
    stream = log()
    try:
        raise ValueError("no such recipient ram.das@example.org, ৯৮৩১২ ৩৪৫৬৭")
    except ValueError:
        logger.exception("lost +91 98312-34567")
    assert "ram.das" not in stream.getvalue()
    assert "34567" not in stream.getvalue()
    assert "৩৪৫৬৭" not in stream.getvalue()
    assert "r…@example.org" in stream.getvalue()
    assert "Traceback" in str(events(stream)[0]["exception"])


def test_an_exception_given_as_a_value_is_redacted_too(log: Log) -> None:
    stream = log()
    structlog.get_logger().warning("failed", error=ValueError("ram@example.org"), many=[b"9831234567"])
    assert "ram@" not in stream.getvalue()
    assert "9831234567" not in stream.getvalue()


def test_personal_fields_are_left_out_whatever_they_hold(log: Log) -> None:
    stream = log()
    structlog.get_logger().warning("x", subject="My pension", text="…", detail={"password": "p", "place": "WB"})
    (event,) = events(stream)
    assert (event["subject"], event["text"]) == (REDACTED, REDACTED)
    assert event["detail"] == {"password": REDACTED, "place": "WB"}


def test_while_debugging_a_person_sees_all(log: Log) -> None:
    stream = log(debug=True)
    structlog.get_logger().debug("x", subject="My pension", address="ram@example.org")
    assert (events(stream)[0]["subject"], events(stream)[0]["address"]) == ("My pension", "ram@example.org")


def test_below_the_level_nothing_is_said(log: Log) -> None:
    stream = log(level=logging.WARNING)
    structlog.get_logger().info("x")
    logging.getLogger("theirs").debug("x")
    assert stream.getvalue() == ""


def test_talkative_libraries_are_quiet_even_while_debugging(log: Log) -> None:
    stream = log(debug=True)
    logging.getLogger("imapclient.imaplib").debug("a whole mail")
    logging.getLogger("twilio.http_client").info("POST Request")
    logging.getLogger("mailparser.core").warning("defect")
    logging.getLogger("urllib3.connectionpool").debug("Starting new connection")
    logging.getLogger("apscheduler.executors.default").info("Running job")
    assert stream.getvalue() == ""
    logging.getLogger("imapclient").warning("heard")
    assert len(events(stream)) == 1


@pytest.mark.parametrize(("level", "priority"), [("info", 6), ("warning", 4), ("error", 3), ("critical", 2)])
def test_the_journal_is_told_the_priority(log: Log, level: str, priority: int) -> None:
    stream = log({"JOURNAL_STREAM": "8:1"})
    getattr(structlog.get_logger(), level)("x")
    assert stream.getvalue().startswith(f'<{priority}>{{"')


def test_a_terminal_gets_words(log: Log) -> None:
    stream = log({"NO_COLOR": "1"}, form="words")
    structlog.get_logger().info("taken", case="CM2600012349", to="ram@example.org")
    assert "case=CM2600012349" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert "ram@" not in stream.getvalue()


@pytest.mark.usefixtures("log")
def test_nothing_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging({})
    structlog.get_logger().warning("x")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "written",
    [
        "9831234567", "+919831234567", "+91 98312 34567", "09831-234-567", "৯৮৩১২৩৪৫৬৭", "९८३१२ ३४५६७",
        "(033) 2214 5555", "98.31.23.45.67", "+1 (202) 555-0101", "%2B919831234567", "mob:9831234567",
        "mobile9831234567",
    ],
)  # fmt: skip
def test_a_telephone_number_keeps_its_last_four_digits(written: str) -> None:
    digits = [c for c in written.removeprefix("%2B") if c.isdecimal()]
    assert redact(f"to {written}, again").endswith(f"…{''.join(digits[-4:])}, again")
    assert "".join(digits[-6:]) not in redact(written)


@pytest.mark.parametrize(
    "written",
    [
        "CM2600012349", "2026-11-24T10:15:30.123Z", "2026-11-24 10:15:30", "192.168.100.200", "uid 123456789",
        "SM0123456789abcdef0123456789abcdef", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "keywords.csv:112", "127.0.0.1:8080", "3.11.7", "HTTP 503",
    ],
)  # fmt: skip
def test_what_is_no_telephone_number_stays(written: str) -> None:
    assert redact(written) == written


@pytest.mark.parametrize(
    "written", ["ram.das+x@example.org", "<ram@example.org>", "To=ram%40example.org", "রাম@example.org"]
)
def test_an_address_keeps_its_first_letter_and_domain(written: str) -> None:
    assert "example.org" in redact(written)
    assert "am" not in redact(written).replace("example", "")
    assert "রাম" not in redact(written)


@given(st.text(), st.from_regex(r"[6-9]\d{9}", fullmatch=True), st.text())
def test_no_indian_mobile_survives_in_whatever_text(before: str, number: str, after: str) -> None:
    assert number not in redact(f"{before} {number} {after}")


def test_a_long_line_without_anything_costs_little() -> None:
    for unit in ("a", "1", "1 ", "a@", "+", "%40"):
        redact(unit * 200_000)
