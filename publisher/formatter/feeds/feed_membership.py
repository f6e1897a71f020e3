"""The feeds of languages and saved filters that each paper belongs to, and its texts' languages.

To know them, the paper's texts must be read; so they are kept by its fingerprint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher.language_detection import language
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.models import Paper

_ABSTRACT = "abstracts/"  # no feed: where the membership keeps the language of the abstract
_WITH_LANGUAGE = ("languages", "abstracts")
_BATCH = 500  # papers; of fewer, a second process takes longer to start than it saves
_decoder = msgspec.msgpack.Decoder(dict[int, tuple[str, ...]])


def find_memberships(
    items: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
    kept: bytes | None,
    workers: int = 1,
) -> tuple[dict[int, tuple[str, ...]], bytes | None]:
    """Return the folders of the feeds that each paper belongs to, by its number; and what to keep.

    `saved` has a test for each saved filter by its name; `kept` is what the last build was to keep.
    What to keep is None where `kept` is still right. New papers are read by up to `workers`
    processes.
    """
    before = _decoder.decode(kept) if kept else {}
    new = [item for item in items if item.summary.fingerprint not in before]
    tasks = [
        partial(_read, new[start : start + _BATCH], papers, saved)
        for start in range(0, len(new), _BATCH)
    ]
    read: dict[int, tuple[str, ...]] = {}
    for batch in map_parallel(tasks, workers):
        read |= batch
    now = {
        fingerprint: read[fingerprint] if fingerprint in read else before[fingerprint]
        for fingerprint in (item.summary.fingerprint for item in items)
    }
    memberships = {item.number: now[item.summary.fingerprint] for item in items}
    return memberships, None if now == before else msgspec.msgpack.encode(now)


def _read(
    items: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
) -> Iterator[dict[int, tuple[str, ...]]]:
    yield {item.summary.fingerprint: _folders(papers[item.number], saved) for item in items}


def _folders(paper: Paper, saved: Mapping[str, Callable[[Paper], bool]]) -> tuple[str, ...]:
    text = paper.summary or " ".join(paper.takeaways) or paper.abstract or paper.title
    languages = dict.fromkeys((language(text), *(each.language for each in paper.summaries)))
    filters = (f"filters/{name}/" for name, matches in saved.items() if matches(paper))
    # An issue in English shows the abstract where the summary is Chinese.
    abstract = (f"{_ABSTRACT}{language(paper.abstract)}/",) if paper.abstract else ()
    return (*(f"languages/{name}/" for name in languages), *filters, *abstract)


def text_languages(memberships: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    """Return the languages of all papers' summaries and abstracts, sorted."""
    folders = {folder for folders in memberships.values() for folder in folders}
    parts = (folder.split("/") for folder in folders)
    return tuple(sorted({code for kind, code, _ in parts if kind in _WITH_LANGUAGE}))
