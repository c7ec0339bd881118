"""
`init` and `check`: a configuration to start from, and every fault of the one there is.

In: a folder, or the settings. Out: files; or faults, each with file, line and key. `init` never overwrites.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import click

from mailbot.cli import show
from mailbot.cli.faults import all_faults
from mailbot.cli.online import try_connections
from mailbot.cli.options import Asked, common, pass_asked
from mailbot.cli.session import begin
from mailbot.errors import ConfigurationError
from mailbot.settings import default_config_dir, load_settings

FOLDERS = ("departments", "directory", "places", "rules", "templates")

# --- init ---------------------------------------------------------------------------------------------------------


@click.command
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@common
@pass_asked
def init(asked: Asked, folder: Path) -> int:
    """Write the configuration that comes with mailbot into DIR, to be edited. What is there stays as it is."""
    begin(asked)
    written = 0
    for name in _default_files():
        is_new = _copy(default_config_dir() / name, folder / name)
        written += is_new
        if asked.json:
            show.emit({"file": str(folder / name), "written": is_new})
        elif not is_new:
            show.say(f"left as it is: {folder / name}")
    if not asked.json:
        show.say(f"{show.plural(written, 'file')} written to {folder}")
        show.say(f"Next: edit {folder / 'mailbot.toml'}, then: mailbot --config {folder / 'mailbot.toml'} check")
    return 0


def _default_files() -> Iterator[Path]:
    """The files of the default configuration that are for editing, relative to its folder."""
    root = default_config_dir()
    yield Path("mailbot.toml")
    for folder in FOLDERS:
        yield from sorted(path.relative_to(root) for path in (root / folder).rglob("*") if path.is_file())


def _copy(source: Path, target: Path) -> bool:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as original, target.open("xb") as copy:
            shutil.copyfileobj(original, copy)
    except FileExistsError:
        return False
    except OSError as error:
        raise click.ClickException(f"{target}: {(error.strerror or type(error).__name__).lower()}") from error
    return True


# --- check --------------------------------------------------------------------------------------------------------


@click.command
@click.option("--online", is_flag=True, help="Try the connections to the outside world, too.")
@common
@pass_asked
def check(asked: Asked, *, online: bool) -> int:
    """Name every fault of settings, secrets, rules, places, directory and templates. Exit status 78 if there is one."""
    begin(asked)
    faults = all_faults(asked.config)
    if asked.json:
        for fault in faults:
            show.emit({name: getattr(fault, name) for name in ("file", "line", "key", "message", "hint")})
        if faults:
            return 78
    if faults:
        raise ConfigurationError(faults)
    if not asked.json:
        show.say("the configuration has no faults")
    return _check_connections(asked) if online else 0


def _check_connections(asked: Asked) -> int:
    status = 0
    for contact in try_connections(load_settings(asked.config, os.environ)):
        if asked.json:
            show.emit(contact._asdict())
        else:
            show.say(f"{contact.party}: {'' if contact.ok else 'FAILED: '}{contact.detail}")
        status = status if contact.ok else 1
    return status
