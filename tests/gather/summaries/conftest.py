"""A summarizer beside a service that may misbehave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.fake_model import FakeModel
from support.summarizing import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeModel() as fake:
        yield Bench(fake)
