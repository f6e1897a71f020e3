from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from readers import Person
from serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from serving import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def person(site: Site) -> Person:
    return Person(site)
