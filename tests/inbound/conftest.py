from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.inbound_fixture import open_inbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.inbound_fixture import InboxFixture


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[InboxFixture]:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    yield from open_inbox(tmp_path, {"maildir": str(tmp_path / "mail")})
