"""Widths that need no table are those of the table."""

from __future__ import annotations

import pytest
from wcwidth import wcwidth

from publisher.formatter.i18n.text_width import WIDTHS


@pytest.mark.parametrize(("first", "last", "width"), WIDTHS)
def test_widths_are_those_of_the_table(first: str, last: str, width: int) -> None:
    for code in range(ord(first), ord(last) + 1):
        assert max(0, wcwidth(chr(code))) == width, hex(code)
