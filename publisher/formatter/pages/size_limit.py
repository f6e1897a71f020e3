"""Pages of lists stay under 100 kB: where one would not, it shows less of what matters least."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 100_000


class Detail(NamedTuple):
    """The contents of a page: so many papers, titles of so many columns (0: whole), and extras.

    Extras are lists that are on other pages too.
    """

    papers: int
    columns: int
    extras: bool


# From the most detailed on; the last makes any page small that is divided as its list is planned.
_DETAILS = (
    Detail(50, 0, extras=True),
    Detail(50, 0, extras=False),
    Detail(50, 150, extras=False),
    Detail(25, 80, extras=False),
    Detail(25, 40, extras=False),
    Detail(10, 20, extras=False),
)


def limited(render: Callable[[Detail], bytes]) -> bytes:
    """Return the most detailed page of `render` that is not too large."""
    page = b""
    for detail in _DETAILS:
        page = render(detail)
        if len(page) <= MOST_BYTES:
            break
    return page
