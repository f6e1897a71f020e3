"""The pictures of a paper as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.citations.citation import web_address
from publisher.formatter.pages.layout import words

if TYPE_CHECKING:
    from publisher.models import Paper
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its label, which is shown where it is missing; a size of 0 is unknown.

    `url` is absolute, or relative to the page where the picture is part of the site.
    """

    url: str
    width: int
    height: int
    label: str


def pictures_of(paper: Paper, up: str, settings: Settings) -> tuple[Picture, ...]:  # noqa: ARG001 - no picture is part of the site yet
    """Return the pictures of `paper` for a page from which `up` leads to the output folder."""
    label = words(settings).figure
    addresses = filter(web_address, paper.figures)
    return tuple(
        Picture(url, 0, 0, label.format(number=number))
        for number, url in enumerate(addresses, start=1)
    )
