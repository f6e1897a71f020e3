from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.inbound_fixture import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.inbound_fixture import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    yield from opened(tmp_path, {"maildir": str(tmp_path / "mail")})
