"""
What most commands begin with: the log and the settings.

In: what the user asked for. Out: Settings. The environment is read here, and the clock.
"""

import logging
import os
from datetime import UTC, datetime

from mailbot.cli.options import Asked
from mailbot.log import configure_logging
from mailbot.settings import Settings, load_settings


def begin(asked: Asked, *, level: int = logging.WARNING) -> None:
    """Let the log speak: of warnings only, for who types a command reads its answer."""
    configure_logging(os.environ, debug=asked.debug, level=level, form="json" if asked.json else None)


def settings_for_work(asked: Asked, *, level: int = logging.WARNING) -> Settings:
    """
    The settings with all their secrets.

    Raises:
        ConfigurationError: Every fault of them.
    """
    begin(asked, level=level)
    return load_settings(asked.config, os.environ)


def now() -> datetime:
    return datetime.now(UTC)
