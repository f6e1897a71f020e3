from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.rendered_messages import PAPERS, TOKEN, message

from publisher.preflight.rendered_message import RenderedMessage, open_message

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def letter() -> Callable[..., RenderedMessage]:
    """Return a function that makes a letter without a fault, but for the parts that are given."""

    def make(raw: bytes | None = None, **given: str) -> RenderedMessage:
        return open_message("all", raw or message(**given), token=TOKEN, papers=PAPERS)

    return make
