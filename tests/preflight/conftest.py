from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.rendered_messages import PAPERS, TOKEN, message

from publisher.preflight.letter import Letter, open_letter

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def letter() -> Callable[..., Letter]:
    """Return a function that makes a letter without a fault, but for the parts that are given."""

    def make(raw: bytes | None = None, **given: str) -> Letter:
        return open_letter("all", raw or message(**given), token=TOKEN, papers=PAPERS)

    return make
