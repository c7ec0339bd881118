"""
The settings of a command that works, and every fault of the configuration at once.

A command is refused for no secret but its own: the parts of the Machine ask for theirs. Who works for ever, or looks
for faults, wants all of them at once.

In: the file that the user named, and the environment. Out: Settings; or all faults, those of mailbot.toml and secrets
together with those of the files that clerks edit.
"""

import logging
import os
from pathlib import Path

from mailbot.cli.options import Asked
from mailbot.cli.session import begin
from mailbot.errors import ConfigurationError, Fault
from mailbot.office import check_holders, read_office
from mailbot.settings import Settings, load_settings, load_what_clerks_edit


def settings_for_work(asked: Asked, *, level: int = logging.WARNING, secrets: bool = False) -> Settings:
    """
    The settings; with `secrets` all that they call for must be there.

    Raises:
        ConfigurationError: Every fault of them, and of the files that they name.
    """
    begin(asked, level=level)
    try:
        return load_settings(asked.config, os.environ, secrets=secrets)
    except ConfigurationError as error:
        raise ConfigurationError(all_faults(asked.config, secrets=secrets)) from error


def all_faults(path: Path | None, *, secrets: bool = True) -> list[Fault]:
    """The faults of the settings, and with them those of all the files that clerks edit."""
    faults: list[Fault] = []
    try:
        settings: Settings | None = load_settings(path, os.environ, secrets=secrets)
    except ConfigurationError as error:
        faults.extend(error.faults)
        settings = _as_far_as_it_goes(path)
    if settings is not None:
        try:
            check_holders(settings, read_office(settings, only_looks=True).directory)
        except ConfigurationError as error:
            faults.extend(error.faults)
    return sorted(set(faults))


def _as_far_as_it_goes(path: Path | None) -> Settings | None:
    try:
        return load_settings(path, os.environ, secrets=False)
    except ConfigurationError:
        return load_what_clerks_edit(path, os.environ)
