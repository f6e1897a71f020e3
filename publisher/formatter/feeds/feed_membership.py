"""Which feeds of a language or of a saved filter a paper belongs to.

To know that, its texts must be read; so what was found is kept by the paper's fingerprint.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.i18n.language_detection import language
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.models import Paper

_AT_ONCE = 500  # papers; of fewer, a second process takes longer to start than it saves
_kept = msgspec.msgpack.Decoder(dict[int, tuple[str, ...]])


def find_memberships(
    listed: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
    kept: bytes | None,
    workers: int = 1,
) -> tuple[dict[int, tuple[str, ...]], bytes | None]:
    """Return the folders of the feeds that each paper belongs to, by its number; and what to keep.

    `saved` has a test for each saved filter by its name; `kept` is what was to keep last time. None
    is to be kept where that is still right. As many as `workers` processes read what is new.
    """
    known = _kept.decode(kept) if kept else {}
    unknown = [one for one in listed if one.head.fingerprint not in known]
    tasks = [
        partial(_read, unknown[start : start + _AT_ONCE], papers, saved)
        for start in range(0, len(unknown), _AT_ONCE)
    ]
    read: dict[int, tuple[str, ...]] = {}
    for some in map_parallel(tasks, workers):
        read |= some
    fresh = {
        fingerprint: read[fingerprint] if fingerprint in read else known[fingerprint]
        for fingerprint in (one.head.fingerprint for one in listed)
    }
    found = {one.number: fresh[one.head.fingerprint] for one in listed}
    return found, None if fresh == known else msgspec.msgpack.encode(fresh)


def _read(
    listed: Sequence[FeedItem],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
) -> Iterator[dict[int, tuple[str, ...]]]:
    yield {one.head.fingerprint: _labels(papers[one.number], saved) for one in listed}


def _labels(paper: Paper, saved: Mapping[str, Callable[[Paper], bool]]) -> tuple[str, ...]:
    text = paper.summary or " ".join(paper.takeaways) or paper.abstract or paper.title
    filters = (f"filters/{name}/" for name, matches in saved.items() if matches(paper))
    return (f"languages/{language(text)}/", *filters)
