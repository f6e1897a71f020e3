from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.feed_readers import Person
from support.web_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def person(site: Site) -> Person:
    return Person(site)
