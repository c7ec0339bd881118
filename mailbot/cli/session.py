"""
What every command begins with: the log, and the clock.
"""

import logging
import os
from datetime import UTC, datetime

from mailbot.cli.options import Asked
from mailbot.log import configure_logging


def begin(asked: Asked, *, level: int = logging.WARNING) -> None:
    """Let the log speak: of warnings only, for who types a command reads its answer."""
    configure_logging(os.environ, debug=asked.debug, level=level, form="json" if asked.json else None)


def now() -> datetime:
    return datetime.now(UTC)
