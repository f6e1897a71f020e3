"""Paths in the output folder: readable names that are permanent and never clash."""

from __future__ import annotations

import hashlib
import re

_ARXIV = re.compile(r"arxiv:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})")
_UNSAFE = re.compile(r"[^a-z0-9.]+")
_PLAIN_VENUE = re.compile(r"(?=.{1,60}$)[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_IN_NAMES = {" ": "-", "–": "-to-"}
_PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")

# A line takes about 300 bytes, and a page is to stay under 100 kB.
LINES_ON_A_PAGE = 250
# The list of all topics has pages of its own where there are more than other pages list.
LISTED_TOPICS = 100
TOPICS_ON_A_PAGE = 250
ISSUES_ON_A_PAGE = 500  # daily ones of more than a year
VENUES_ON_A_PAGE = 500
LISTED_ON_A_PAGE = 100  # papers of an author, a venue or a topic, with authors and venue
AUTHORS_ON_A_PAGE = 400

ISSUES_FOLDER = "issues/"
FIGURES_FOLDER = "figures/"

# The copy of a figure tells its size, which pages need before it is loaded.
_FIGURE = re.compile(r"[0-9a-f]{16}-([1-9]\d{0,4})x([1-9]\d{0,4})\.webp")
THUMBNAIL_WIDTH = 320


def paper_stem(paper_id: str) -> str:
    """Return the path of a paper's page without ending: "papers/2411.19525".

    An old arXiv id has its slash replaced ("papers/cs-0112017"). Any other id ("doi:...",
    "title:...") gets part of its hash, as two ids may differ in nothing that a file name can hold.
    """
    if _ARXIV.fullmatch(paper_id):
        return "papers/" + paper_id.removeprefix("arxiv:").replace("/", "-")
    readable = _UNSAFE.sub("-", paper_id.lower())[:60].strip("-.")
    return f"papers/{readable}-{_digest(paper_id)}"


def issue_path(issue_id: str, number: int = 1) -> str:
    """Return the path of page `number` of an issue: "issues/2024-W49.html", ".../2.html"."""
    return f"issues/{issue_id}.html" if number == 1 else f"issues/{issue_id}/{number}.html"


def cover_path(slug: str = "") -> str:
    """Return the path of the picture that stands for a topic, or for the site."""
    return f"pictures/topic-{slug}.png" if slug else "pictures/site.png"


def month_path(month: str, number: int = 1) -> str:
    """Return the path of page `number` of a month's archive: "archive/2024-12/2.html"."""
    return f"archive/{month}/{'index' if number == 1 else number}.html"


def topics_paths(count: int) -> list[str]:
    """Return the paths of the pages that list `count` topics: "topics/index.html", ..."""
    return _list_paths("topics", count, TOPICS_ON_A_PAGE)  # no slug has a dot


def issues_paths(count: int) -> list[str]:
    """Return the paths of the pages that list `count` issues: "issues/index.html", ..."""
    return _list_paths("issues", count, ISSUES_ON_A_PAGE)  # every id has a hyphen


def _list_paths(folder: str, count: int, most: int) -> list[str]:
    pages = max(1, -(-count // most))
    return [f"{folder}/{'index' if number == 1 else number}.html" for number in range(1, pages + 1)]


def topic_archive_path(slug: str, number: int) -> str:
    """Return the path of page `number` of all papers of a topic, counted from the oldest."""
    return f"topics/{slug}/{number}.html"


def author_path(slug: str, number: int = 1) -> str:
    """Return the path of page `number` of an author: "authors/ada-author.html", ".../2.html"."""
    return f"authors/{slug}.html" if number == 1 else f"authors/{slug}/{number}.html"


def author_names_path(prefix: str) -> str:
    """Return the path of the page of the authors whose names begin with `prefix`.

    That of a range of letters is "authors/names/a-to-c.html".
    """
    plain = "".join(
        letter if letter in _PLAIN_LETTERS else _IN_NAMES.get(letter, f"u{ord(letter):x}")
        for letter in prefix
    )
    return f"authors/names/{plain or 'other'}.html"


def venue_slug(name: str) -> str:
    """Return the name of a venue's page: "cvpr-2024".

    It has part of the hash where it says less than `name` does but for case.
    """
    readable = _UNSAFE.sub("-", name.lower())[:60].strip("-.")
    if _PLAIN_VENUE.fullmatch(name) and readable != "index" and not readable.isdecimal():
        return readable
    return f"{readable or 'venue'}-{_digest(name)}"


def venue_path(slug: str, number: int = 1) -> str:
    """Return the path of page `number` of a venue: "venues/cvpr-2024.html", ".../2.html"."""
    return f"venues/{slug}.html" if number == 1 else f"venues/{slug}/{number}.html"


def venues_paths(count: int) -> list[str]:
    """Return the paths of the pages that list `count` venues: "venues/index.html", ..."""
    return _list_paths("venues", count, VENUES_ON_A_PAGE)  # no slug is a number


def pages_of(count: int) -> int:
    """Return the number of pages that `count` papers of an author, a venue or a topic take."""
    return max(1, -(-count // LISTED_ON_A_PAGE))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=5).hexdigest()


def figure_size(name: str) -> tuple[int, int]:
    """Return width and height of the copy of a figure, (0, 0) where `name` is of something else."""
    match = _FIGURE.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def thumbnail_of_figure(name: str) -> tuple[str, int, int]:
    """Return name, width and height of the small copy of the figure `name`, a copy itself.

    It is the copy where that is small.
    """
    width, height = figure_size(name)
    if width <= THUMBNAIL_WIDTH:
        return name, width, height
    small = max(1, round(height * THUMBNAIL_WIDTH / width))
    return f"{name.removesuffix('.webp')}-small.webp", THUMBNAIL_WIDTH, small
