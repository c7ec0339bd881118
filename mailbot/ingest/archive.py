"""
Raw mails on disk, one file each, named by their SHA-256: the MailArchive of `ports`.

In: bytes as the server sent them, before a byte of them is interpreted. Out: their names. Promised: when `add` returns,
the bytes and the names survive a power cut; a file under its name is whole or not there; what cannot be written leaves
nothing behind; what is read back is what was added. A mail lies in `ab/<sha256>.eml`, `ab` being the first two digits.
Files are for their owner only.

Several processes may share the folder. What is not finished lies in `.tmp`; each writer holds a shared lock on it, so
whoever gets it alone knows that all in it was left by a crash.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from mailbot.errors import ArchiveError

NAME = re.compile(r"[0-9a-f]{64}")
UNFINISHED = ".tmp"
OWNER_ONLY = 0o700
SYNCS_AT_ONCE = 8


class FileArchive:
    """The MailArchive as a folder of files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path / UNFINISHED
        self._swept = False

    def add(self, raws: Sequence[bytes]) -> list[str]:
        names = [_name(raw) for raw in raws]
        if not raws:
            return names
        try:
            with self._writing():
                self._store(dict(zip(names, raws, strict=True)))
        except OSError as error:
            raise ArchiveError(f"the archive cannot be written: {error.strerror or type(error).__name__}") from error
        return names

    def read(self, sha256: str) -> bytes:
        try:
            raw = self._place(sha256).read_bytes()
        except OSError as error:
            raise ArchiveError(f"mail {sha256} cannot be read: {error.strerror or type(error).__name__}") from error
        if _name(raw) != sha256:
            raise ArchiveError(f"mail {sha256} is not what was archived under this name")
        return raw

    # --- writing ------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the shared lock; before the first write of this process, sweep what a crash has left."""
        _make_durably(self._path)
        _make_durably(self._unfinished)
        lock = os.open(self._unfinished, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if not self._swept:
                self._sweep(lock)
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield
        finally:
            os.close(lock)

    def _sweep(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process is writing; its unfinished files are none of our business
        for left in self._unfinished.iterdir():
            left.unlink(missing_ok=True)
        self._swept = True

    def _store(self, raws: dict[str, bytes]) -> None:
        """
        Write all, then sync all, then name all: the file system can so do the syncs of a batch together.

        A folder is synced even when its file was there before: who wrote that may have died before syncing.
        """
        absent = {name: raw for name, raw in raws.items() if not self._holds(name, raw)}
        folders = {self._place(name).parent for name in raws}
        if new := [folder for folder in folders if not folder.is_dir()]:
            for folder in new:
                folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
            _sync(self._path)
        unfinished = {name: self._unfinished / uuid4().hex for name in absent}
        try:
            for name, temporary in unfinished.items():
                _write(temporary, absent[name])
            _sync_all(unfinished.values())
            for name, temporary in unfinished.items():
                temporary.replace(self._place(name))
        except BaseException:
            _remove(unfinished.values())
            raise
        _sync_all(folders)

    def _holds(self, name: str, raw: bytes) -> bool:
        """Whether these bytes lie under their name. A file of another length or content is damaged, and replaced."""
        place = self._place(name)
        try:
            return place.stat().st_size == len(raw) and place.read_bytes() == raw
        except FileNotFoundError:
            return False

    def path(self, sha256: str) -> Path:
        """Where this mail lies, for a human who wants to see it as it came."""
        return self._place(sha256)

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ArchiveError("the name of an archived mail is 64 hexadecimal digits")
        return self._path / name[:2] / f"{name}.eml"


def _name(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _write(path: Path, raw: bytes) -> None:
    with open(path, "xb", opener=_for_owner_only) as file:
        file.write(raw)


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(path: Path) -> None:
    """Have the file, or the entries of the folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_all(paths: Iterable[Path]) -> None:
    """Side by side, so that the file system may commit several at once: one after another takes half as long again."""
    with ThreadPoolExecutor(SYNCS_AT_ONCE) as threads:
        for _ in threads.map(_sync, paths):
            pass


def _make_durably(folder: Path) -> None:
    """Make the folder, and those above it, so that their names survive a power cut."""
    if folder.is_dir():
        return
    _make_durably(folder.parent)
    folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
    _sync(folder.parent)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
