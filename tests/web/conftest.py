from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.feed_readers import Person
from support.web_server import serving

from publisher.web.operator import dashboard_cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for their figures, however busy the machine is."""
    monkeypatch.setattr(dashboard_cache, "_PATIENCE", 30.0)
    monkeypatch.setattr(dashboard_cache, "_FIGURE_PATIENCE", 30.0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def person(site: Site) -> Person:
    return Person(site)
