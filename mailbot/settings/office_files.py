"""
The files that clerks and administrators edit, as texts.

In: the settings that say where they are. Out: for each folder a mapping of file name → text, and the faults of what
could not be read. Nothing is understood here; that is for the core, which reads no files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.errors import ConfigurationError, Fault
from mailbot.settings.load import Settings
from mailbot.settings.source import read_text

_TABLES = (".csv",)
_TEMPLATES = (".j2", ".toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFiles:
    """Texts by the name of their file; `faults` names those that could not be read."""

    departments: Mapping[str, str]
    rules: Mapping[str, str]
    places: Mapping[str, str]
    directory: Mapping[str, str]
    templates: Mapping[str, str]
    faults: tuple[Fault, ...] = field(default=())


def load_office_files(settings: Settings) -> OfficeFiles:
    """Read every file of the five folders; what cannot be read is a fault, and the rest is still read."""
    faults: list[Fault] = []
    return OfficeFiles(
        departments=_texts(settings.departments.path, _TABLES, faults),
        rules=_texts(settings.rules.path, _TABLES, faults),
        places=_texts(settings.places.path, _TABLES, faults),
        directory=_texts(settings.directory.path, _TABLES, faults),
        templates=_texts(settings.templates.path, _TEMPLATES, faults),
        faults=tuple(faults),
    )


def _texts(path: Path, suffixes: tuple[str, ...], faults: list[Fault]) -> dict[str, str]:
    """The texts under a folder, by their path below it; or the one file that the path names."""
    texts: dict[str, str] = {}
    root = path if path.is_dir() else path.parent
    for file in _files(path, suffixes, faults):
        try:
            texts[file.relative_to(root).as_posix()] = read_text(file)
        except ConfigurationError as error:
            faults.extend(error.faults)
    return texts


def _files(path: Path, suffixes: tuple[str, ...], faults: list[Fault]) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        found = sorted(file for file in path.rglob("*") if _is_edited(file, suffixes))
    except OSError as error:
        faults.append(Fault(str(path), 0, "", f"cannot be read: {error.strerror or type(error).__name__}".lower()))
        return []
    if not found:
        faults.append(Fault(str(path), 0, "", f"holds no {' or '.join(suffixes)} file"))
    return found


def _is_edited(file: Path, suffixes: tuple[str, ...]) -> bool:
    """Not what an editor or a spreadsheet leaves beside the file while it is open."""
    return file.suffix.lower() in suffixes and not file.name.startswith((".", "~", "#")) and file.is_file()
