"""Promise 1: raw mail is on disk before a byte is interpreted; the mailbox is marked only after the commit."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailbot import receive
from mailbot.errors import StoreUnavailable
from mailbot.ingest.parse import read_mail
from mailbot.model import Decision, Mail, Stored, StoreResult
from tests.office import Rig, a_grievance


def test_when_a_mail_is_read_its_raw_bytes_are_on_disk_already(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_mail
    on_disk: list[bool] = []

    def looks_first(raw: bytes) -> Mail:
        on_disk.append(raw in [file.read_bytes() for file in (tmp_path / "archive").rglob("*.eml")])
        return whole(raw)

    monkeypatch.setattr(receive, "read_mail", looks_first)
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    assert on_disk == [True]


def test_the_archive_is_synced_before_the_attempt_is_counted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of the durable steps: archive, attempt, commit, mark."""
    steps: list[str] = []
    for owner, name in ((rig.archive, "add"), (rig.store, "begin"), (rig.store, "commit"), (rig.mailbox, "mark")):
        step = getattr(owner, name)

        def noted(*args: object, step: object = step, name: str = name) -> object:
            assert callable(step)
            steps.append(name)
            return step(*args)

        monkeypatch.setattr(owner, name, noted)
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    assert steps == ["add", "begin", "commit", "mark"]


def test_a_mail_whose_commit_failed_is_not_marked_and_is_taken_next_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_decisions: Sequence[Decision]) -> object:
        raise StoreUnavailable("disk full")

    rig.mailbox.deliver(a_grievance())
    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "commit", full)
        with pytest.raises(StoreUnavailable):
            rig.receive()
    assert rig.mailbox.marked == []
    assert rig.receive().cases == 1
    assert rig.mailbox.marked == [1]


def test_the_archived_bytes_are_the_mails_own_whatever_they_are(rig: Rig, tmp_path: Path) -> None:
    raw = b"From: x\xff\r\nSubject: \x00\xe0\xa6\r\n\r\n\xe0\xa6\x85\xff\x00 not any one encoding"
    rig.mailbox.deliver(raw)
    rig.receive()
    assert [file.read_bytes() for file in (tmp_path / "archive").rglob("*.eml")] == [raw]


def test_a_mail_is_synced_under_its_name_before_anything_else_happens(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are synced before it bears its name, and the folder of that name before the attempt is counted."""
    steps: list[str] = []
    sync, begin = os.fsync, rig.store.begin

    def synced(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        named = len(list((tmp_path / "archive").rglob("*.eml")))
        steps.append(f"{'folder' if path.is_dir() else 'file'} with {named} named")
        sync(descriptor)

    def counted(*args: object) -> object:
        steps.append("attempt")
        return begin(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(rig.store, "begin", counted)
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    before = steps[: steps.index("attempt")]
    assert "file with 0 named" in before
    assert "folder with 1 named" in before[before.index("file with 0 named") :]


def test_a_commit_survives_a_power_cut(rig: Rig) -> None:
    with rig.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_what_has_no_outcome_is_not_marked_beside_what_has(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database refuses one mail of a batch, and refuses even to hold it: it stays unmarked, to be found again."""
    commit = rig.store.commit

    def refuses_the_first(decisions: Sequence[Decision]) -> list[StoreResult]:
        whole = commit([d for d in decisions if d.mail is None or d.mail.uid != 1])
        results = iter(whole)
        return [
            StoreResult(Stored.FAILED, "refused") if d.mail is not None and d.mail.uid == 1 else next(results)
            for d in decisions
        ]

    rig.mailbox.deliver(a_grievance(1, sender="one@example.net"))
    rig.mailbox.deliver(a_grievance(2, sender="two@example.net"))
    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "commit", refuses_the_first)
        rig.receive()
    assert rig.mailbox.marked == [2]
    rig.receive()
    assert rig.mailbox.marked == [2, 1]
