"""
The log: structlog's events and every library's, through one door, to stderr.

In: whether to debug, the stream, the environment. Out: one line an event; JSON when nobody watches, with systemd's
priority in front when the journal reads it, words and colours on a terminal. Promised: above DEBUG no e-mail address,
telephone number, subject, body or secret leaves, whoever logs it and in whatever script, tracebacks included;
stdout is never written to.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"

_PERSONAL_KEYS = frozenset(
    {"address", "body", "content", "name", "password", "reply_text", "secret", "sender", "subject", "text", "token"}
)

# Bounded, so that a megabyte without an @ costs linear time.
_EMAIL = re.compile(r"([^\s<>@%,;:()\[\]{}=]{1,64})(@|%40)([\w.-]{1,255})")
_SEPARATOR = r"[ \t\u00a0().\-\u2010-\u2015\u2212\u200b-\u200d/]{0,3}"
_PHONE = re.compile(rf"(?<!\d)(?!\d{{4}}-\d\d-\d\d)(?:\+|%2B)?\d(?:{_SEPARATOR}\d){{9,30}}(?!\d)")
# Digits that are part of these are no telephone number: case references, checksums, a gateway's identifiers.
_IDENTIFIER = re.compile(r"CM\d{10}|(?:[A-Z]{2})?[\da-f]{16,}", re.ASCII | re.IGNORECASE)
_WORD_BEFORE = re.compile(r"[\da-zA-Z]{0,80}\Z", re.ASCII)
_WORD_AFTER = re.compile(r"[\da-zA-Z]{0,80}", re.ASCII)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)

_QUIET: Mapping[str, int] = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,  # two lines a tick, and one for each tick that finds its job still at work
    "imapclient": logging.INFO,  # whole mails at DEBUG
    "mailparser": logging.ERROR,  # a line for every oddity, which the mail's warnings name already
    "twilio": logging.WARNING,  # eleven lines a message, with the account
    "urllib3": logging.INFO,
}
_PRIORITIES: Mapping[str, int] = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def configure_logging(
    environ: Mapping[str, str],
    *,
    debug: bool = False,
    level: int = logging.INFO,
    form: Literal["json", "words"] | None = None,
    stream: TextIO | None = None,
) -> None:
    """
    Let every logger of this process speak through one handler.

    Args:
        environ: Where systemd says whether the journal reads us (JOURNAL_STREAM), and NO_COLOR.
        debug: Log everything, personal data included; for a person at a terminal.
        level: The least level that is logged when not debugging.
        form: JSON or words; by default words when a terminal reads them.
        stream: Where to; by default stderr.
    """
    stream = stream or sys.stderr
    words = form == "words" or (form is None and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a cached logger would keep an old configuration
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact_event,  # after the traceback has become text
                *_render(words=words, colours=words and "NO_COLOR" not in environ, journal="JOURNAL_STREAM" in environ),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else level)
    logging.captureWarnings(capture=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take personal data out of an event above DEBUG."""
    if event.get("level") == "debug":
        return event
    return {key: _redacted(key, value) for key, value in event.items()}


def redact(text: str) -> str:
    """Take e-mail addresses and telephone numbers out of a text; leave enough to tell one from another."""
    text = _EMAIL.sub(lambda found: f"{found[1][0]}…{found[2]}{found[3]}", text)
    return _PHONE.sub(_short_phone, text)


def _short_phone(found: re.Match[str]) -> str:
    written = found[0]
    if _IPV4.fullmatch(written) or _is_identifier(found):
        return written
    return f"…{''.join(filter(str.isdecimal, written))[-4:]}"


def _is_identifier(found: re.Match[str]) -> bool:
    """Whether the digits stand within a longer word that is known to be something else."""
    before = _WORD_BEFORE.search(found.string, max(0, found.start() - 80), found.start())
    after = _WORD_AFTER.match(found.string, found.end())
    word = f"{before[0] if before else ''}{found[0]}{after[0] if after else ''}"
    return not word.isdecimal() and _IDENTIFIER.fullmatch(word) is not None


def _redacted(key: str, value: object) -> object:
    if key in _PERSONAL_KEYS:
        return REDACTED
    match value:
        case str():
            return value if key == "timestamp" else redact(value)
        case Mapping():
            return {name: _redacted(str(name), item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redacted(key, item) for item in value]
        case None | bool() | int() | float():
            return value
    return redact(repr(value))


def _render(*, words: bool, colours: bool, journal: bool) -> list[Processor]:
    if words:
        return [cast(Processor, structlog.dev.ConsoleRenderer(colors=colours))]
    json = structlog.processors.JSONRenderer(ensure_ascii=False)
    return [_with_priority(json)] if journal else [json]


def _with_priority(renderer: structlog.processors.JSONRenderer) -> Processor:
    """Put the level in front as the journal reads it from a stream (sd-daemon(3))."""

    def render(logger: WrappedLogger, method: str, event: EventDict) -> str:
        return f"<{_PRIORITIES.get(str(event.get('level')), 6)}>{renderer(logger, method, event)!s}"

    return render
