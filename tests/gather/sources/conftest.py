from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.fake_pages import FakePages

from publisher.gather.polite_client import PoliteClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site() -> Iterator[FakePages]:
    with FakePages() as pages:
        yield pages


@pytest.fixture
def client() -> Iterator[PoliteClient]:
    polite = PoliteClient(
        "me@example.org",
        0.0,
        clock=lambda: 0.0,
        sleep=lambda _: None,
        stopping=lambda: False,
    )
    yield polite
    polite.close()
