"""The pages that list papers in brief: of an author, a venue, and all of a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from publisher.formatter.pages.archive import paper_count_label
from publisher.formatter.pages.connections import listed_row
from publisher.formatter.pages.layout import part_language, render_page, way_up
from publisher.formatter.pages.size_limit import Detail, limited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.pages.connections import ListedPaper
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class ListingHead:
    """The head of a list of papers; `above` has the path and the name of the page above it."""

    name: str
    description: str
    total: int
    above: tuple[str, str]


def render_listing(
    path: str,
    head: ListingHead,
    papers: Sequence[ListedPaper],
    settings: Settings,
    *,
    leaves: Sequence[tuple[int, str]],
    number: int,
    **context: object,
) -> dict[str, bytes]:
    """Return the page at `path` with `papers`, which is page `number` of `leaves` (with paths).

    `context` goes to the template. Raises `TemplateError`.
    """
    up = way_up(path)
    more: dict[str, Any] = {
        "lead": "",
        "has_help": False,
        "people": (),
        "named": (),
        "others": (),
        "older": "",
        "newer": "",
        **context,
    }

    def render(detail: Detail) -> bytes:
        return render_page(
            "pages/listing.html.j2",
            path,
            settings,
            title=head.name if number == 1 else f"{head.name} ({number})",
            description=head.description,
            heading=head.name,
            heading_lang=part_language(head.name, settings),
            count=paper_count_label(head.total, settings),
            crumb_href=up + head.above[0],
            crumb_name=head.above[1],
            papers=tuple(listed_row(paper, up, settings, detail.columns) for paper in papers),
            number=number,
            leaves=tuple((leaf, up + href) for leaf, href in leaves),
            **more,
        )

    return {path: limited(render)}
