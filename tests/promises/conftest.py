"""What the promises are tried on: the three loops on a real database and archive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Rig, a_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with a_rig(tmp_path) as rig:
        yield rig
