"""The feeds of languages and saved filters that each paper belongs to, and its texts' languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.language_detection import language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.models import Paper

_ABSTRACT = "abstracts/"  # no feed: where the membership keeps the language of the abstract
_WITH_LANGUAGE = ("languages", "abstracts")


def feed_folders(paper: Paper, saved: Mapping[str, Callable[[Paper], bool]]) -> tuple[str, ...]:
    """Return the folders of the feeds that `paper` belongs to.

    `saved` has a test for each saved filter by its name.
    """
    text = paper.summary or " ".join(paper.takeaways) or paper.abstract or paper.title
    languages = dict.fromkeys((language(text), *(each.language for each in paper.summaries)))
    filters = (f"filters/{name}/" for name, matches in saved.items() if matches(paper))
    # An issue in English shows the abstract where the summary is Chinese.
    abstract = (f"{_ABSTRACT}{language(paper.abstract)}/",) if paper.abstract else ()
    return (*(f"languages/{name}/" for name in languages), *filters, *abstract)


def text_languages(memberships: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    """Return the languages of the all papers' summaries and abstracts, sorted."""
    folders = {folder for folders in memberships.values() for folder in folders}
    parts = (folder.split("/") for folder in folders)
    return tuple(sorted({code for kind, code, _ in parts if kind in _WITH_LANGUAGE}))
