"""What an administrator has decided: mailbot.toml, the credentials and where the other configuration lies."""

from mailbot.ports import is_loopback
from mailbot.settings.load import (
    DEFAULT_PATH,
    Settings,
    load_settings,
    load_settings_or_default,
    load_what_clerks_edit,
    settings_path,
)
from mailbot.settings.office_files import OfficeFiles, load_office_files
from mailbot.settings.secrets import Secrets
from mailbot.settings.tables import default_config_dir

__all__ = [
    "DEFAULT_PATH",
    "OfficeFiles",
    "Secrets",
    "Settings",
    "default_config_dir",
    "is_loopback",
    "load_office_files",
    "load_settings",
    "load_settings_or_default",
    "load_what_clerks_edit",
    "settings_path",
]
