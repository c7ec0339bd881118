"""Promise 1: raw mail is on disk before a byte is interpreted; the mailbox is marked only after the commit."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailbot import receive
from mailbot.errors import StoreUnavailable
from mailbot.ingest.parse import read_mail
from mailbot.model import Decision, Mail
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
