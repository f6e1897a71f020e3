"""The pictures of a paper as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.citations.citation import web_address
from publisher.formatter.pages.layout import words
from publisher.formatter.paths import FIGURES_FOLDER, figure_size, thumbnail_of_figure

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


def pictures_of(paper: Paper, up: str, settings: Settings) -> tuple[Picture, ...]:
    """Return the pictures of `paper` for a page from which `up` leads to the output folder."""
    label = words(settings).figure
    addresses = filter(web_address, paper.figures)
    return tuple(
        _picture(url, up, label.format(number=number), settings)
        for number, url in enumerate(addresses, start=1)
    )


def thumbnail_of(paper: Paper, up: str, settings: Settings) -> Picture | None:
    """Return the first picture of `paper`, in small where it is part of the site."""
    url = next(filter(web_address, paper.figures), "")
    label = words(settings).figure.format(number=1)
    return _picture(url, up, label, settings, small=True) if url else None


def _picture(url: str, up: str, label: str, settings: Settings, *, small: bool = False) -> Picture:
    # The build puts addresses of copies in place of those that the digest names.
    name = url.removeprefix(settings.site.root + FIGURES_FOLDER)
    width, height = figure_size(name)
    if not width:
        return Picture(url, 0, 0, label)
    if small:
        name, width, height = thumbnail_of_figure(name)
    return Picture(f"{up}{FIGURES_FOLDER}{name}", width, height, label)
