"""The facts of papers that planning needs and that only their texts tell.

Each paper is read once for all of them; they are kept by its fingerprint, in a piece for each month
so that a new digest has one written anew.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.author_identity import author_key
from publisher.formatter.feeds.feed_membership import feed_folders
from publisher.formatter.paper_lines import venue_label
from publisher.formatter.related.terms import paper_terms
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.related.similarity import ResultStore
    from publisher.models import Paper

_BATCH = 500  # papers; of fewer, a second process takes longer to start than it saves


class PaperFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts of a paper.

    `folders` are those of the feeds of its languages and filters; `author_keys` belong to the
    `authors`, "" for what is no name; `venue` is as pages show it, `terms` as `paper_terms` packs
    them.
    """

    folders: tuple[str, ...]
    title: str
    title_html: str
    authors: tuple[str, ...]
    author_keys: tuple[str, ...]
    venue: str
    has_code: bool
    withdrawn: bool
    terms: bytes


_decode = msgspec.msgpack.Decoder(dict[int, PaperFacts]).decode


def find_facts(
    items: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
    store: ResultStore,
    stamp: str,
    workers: int = 1,
) -> dict[int, PaperFacts]:
    """Return the facts of each paper, by its number.

    `saved` has a test for each saved filter by its name; `store` has what was found before under
    the same `stamp`. New papers are read by up to `workers` processes.
    """
    months: dict[str, list[FeedItem]] = {}
    for item in items:
        months.setdefault(item.month, []).append(item)
    kept = {month: store.kept(f"facts {month}", stamp) for month in months}
    before = {month: _decode(content) if content else {} for month, content in kept.items()}
    new = [item for item in items if item.summary.fingerprint not in before[item.month]]
    tasks = [
        partial(_read, new[start : start + _BATCH], papers, saved)
        for start in range(0, len(new), _BATCH)
    ]
    read: dict[int, PaperFacts] = {}
    for batch in map_parallel(tasks, workers):
        read |= batch
    facts: dict[int, PaperFacts] = {}
    for month, of_month in months.items():
        old = before[month]
        now: dict[int, PaperFacts] = {}
        for item in of_month:
            fingerprint = item.summary.fingerprint
            now[fingerprint] = facts[item.number] = old.get(fingerprint) or read[fingerprint]
        if now.keys() != old.keys():
            store.keep(f"facts {month}", stamp, msgspec.msgpack.encode(now))
    return facts


def _read(
    items: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
) -> Iterator[dict[int, PaperFacts]]:
    yield {item.summary.fingerprint: _facts(papers[item.number], saved) for item in items}


def _facts(paper: Paper, saved: Mapping[str, Callable[[Paper], bool]]) -> PaperFacts:
    return PaperFacts(
        folders=feed_folders(paper, saved),
        title=paper.title,
        title_html=paper.title_html,
        authors=paper.authors,
        author_keys=tuple(map(author_key, paper.authors)),
        venue=venue_label(paper),
        has_code=bool(paper.code_urls),
        withdrawn=paper.withdrawn,
        terms=paper_terms(paper),
    )
