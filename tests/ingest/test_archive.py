"""The archive: durable, idempotent, whole or not there, verified."""

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.errors import ArchiveError
from mailbot.ingest.archive import FileArchive

RAW = b"Subject: water\r\n\r\nNo water in Ward 12.\r\n"
NAME = sha256(RAW).hexdigest()


def files(folder: Path) -> list[str]:
    """Every file in the archive, finished or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def place(folder: Path, raw: bytes = RAW) -> Path:
    name = sha256(raw).hexdigest()
    return folder / name[:2] / f"{name}.eml"


def path_of(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def failing(code: int, after: int = 0) -> Callable[..., None]:
    """A system call that goes wrong after so many times of doing nothing."""
    calls = 0

    def call(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(code, os.strerror(code))

    return call


@settings(deadline=None)  # how long the disk takes is not our subject
@given(st.lists(st.binary(max_size=200), max_size=12))
def test_what_is_added_is_read_back_byte_for_byte(raws: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = FileArchive(Path(folder) / "archive")
        names = archive.add(raws)
        assert names == [sha256(raw).hexdigest() for raw in raws]
        assert [FileArchive(Path(folder) / "archive").read(name) for name in names] == raws


def test_a_mail_lies_under_its_hash_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "archive"
    FileArchive(folder).add([RAW])
    assert files(folder) == [f"{NAME[:2]}/{NAME}.eml"]
    assert stat.S_IMODE(place(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(place(folder).parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_adding_twice_writes_once(tmp_path: Path) -> None:
    archive = FileArchive(tmp_path)
    archive.add([RAW, RAW])
    before = place(tmp_path).stat()
    archive.add([RAW])
    after = place(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("damaged", [b"", RAW[:-1], RAW + b"x", RAW[:-1] + b"x"])
def test_a_damaged_file_is_refused_when_read_and_replaced_when_added(tmp_path: Path, damaged: bytes) -> None:
    archive = FileArchive(tmp_path)
    archive.add([RAW])
    place(tmp_path).write_bytes(damaged)
    with pytest.raises(ArchiveError):
        archive.read(NAME)
    archive.add([RAW])
    assert archive.read(NAME) == RAW


def test_the_bytes_are_synced_before_they_are_named_and_the_names_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        done.append(("sync", path_of(descriptor)))
        sync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        done.append(("named", str(self)))
        done.append(("as", str(target)))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    raws = [b"one", b"two", b"three"]
    FileArchive(tmp_path).add(raws)
    for raw in raws:
        named = done.index(("as", str(place(tmp_path, raw))))
        temporary = done[named - 1][1]
        assert done.index(("sync", temporary)) < named
        assert ("sync", str(place(tmp_path, raw).parent)) in done[named:]
        assert done.index(("sync", str(tmp_path))) < named, "the folder's own name"


def test_the_folder_of_a_file_that_was_there_is_synced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileArchive(tmp_path).add([RAW])
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(path_of(descriptor)))
    FileArchive(tmp_path).add([RAW])
    assert str(place(tmp_path).parent) in synced


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "open"])
def test_what_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    archive = FileArchive(tmp_path)
    archive.add([b"before"])
    raws = [RAW, b"two", b"three"]
    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing(code))
        with pytest.raises(ArchiveError, match=os.strerror(code)):
            archive.add(raws)
    assert files(tmp_path) == [str(place(Path(), b"before"))]
    archive.add(raws)
    assert [archive.read(name) for name in archive.add(raws)] == raws


@pytest.mark.parametrize("after", range(8))
def test_a_fault_in_the_midst_of_a_batch_leaves_whole_mails_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    raws = [b"one", b"two", b"three"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(errno.EIO, after))
        with pytest.raises(ArchiveError):
            FileArchive(tmp_path).add(raws)
    assert set(files(tmp_path)) <= {str(place(Path(), raw)) for raw in raws}
    assert [FileArchive(tmp_path).read(name) for name in FileArchive(tmp_path).add(raws)] == raws


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel itself stops the write in its midst."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from mailbot.errors import ArchiveError\n"
        "from mailbot.ingest.archive import FileArchive\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: FileArchive(Path(sys.argv[1])).add([b'small', b'x' * 200_000])\n"
        "except ArchiveError: sys.exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == 7
    assert files(tmp_path) == []


def test_what_a_crash_has_left_is_swept_at_the_first_write(tmp_path: Path) -> None:
    FileArchive(tmp_path).add([b"before"])
    (tmp_path / ".tmp" / "left").write_bytes(b"half a ma")
    FileArchive(tmp_path).add([RAW])
    assert files(tmp_path) == sorted(str(place(Path(), raw)) for raw in (b"before", RAW))


def test_what_another_process_is_writing_is_not_swept(tmp_path: Path) -> None:
    FileArchive(tmp_path).add([b"before"])
    half = tmp_path / ".tmp" / "half"
    half.write_bytes(b"half a ma")
    other = os.open(tmp_path / ".tmp", os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_SH)
        archive = FileArchive(tmp_path)
        archive.add([RAW])
        assert half.exists()
    finally:
        os.close(other)
    archive.add([b"later"])
    assert not half.exists()


def test_two_writers_do_not_disturb_each_other(tmp_path: Path) -> None:
    raws = [str(number % 40).encode() for number in range(120)]
    faults: list[ArchiveError] = []

    def write(part: list[bytes]) -> None:
        archive = FileArchive(tmp_path)
        try:
            for raw in part:
                archive.add([raw])
        except ArchiveError as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(raws[start::3],)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [FileArchive(tmp_path).read(sha256(raw).hexdigest()) for raw in raws] == raws


def test_a_kill_at_any_moment_leaves_only_whole_mails(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mailbot.ingest.archive import FileArchive\n"
        "archive = FileArchive(Path(sys.argv[1])); print('ready', flush=True); n = 0\n"
        "while True: archive.add([b'%d ' % (n + k) * 4000 for k in range(10)]); n += 10\n"
    )
    for moment in (0.002, 0.005, 0.011, 0.023, 0.037):
        with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            threading.Event().wait(moment)
            writer.send_signal(signal.SIGKILL)
    archive = FileArchive(tmp_path)
    archive.add([RAW])
    assert not [name for name in files(tmp_path) if name.startswith(".tmp")]
    for path in tmp_path.glob("??/*.eml"):
        assert sha256(archive.read(path.stem)).hexdigest() == path.stem


def test_a_mail_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be read"):
        FileArchive(tmp_path).read(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 65])
def test_a_name_that_is_no_hash_opens_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="64 hexadecimal"):
        FileArchive(tmp_path).read(name)


def test_adding_nothing_makes_nothing(tmp_path: Path) -> None:
    assert FileArchive(tmp_path / "archive").add([]) == []
    assert not (tmp_path / "archive").exists()
