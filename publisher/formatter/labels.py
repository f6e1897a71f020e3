"""Which feeds of a language or of a saved filter a paper belongs to.

To know that, its texts must be read; so what was found is kept by the paper's fingerprint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.scripts import language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.timeline import Listed
    from publisher.models import Paper

_kept = msgspec.json.Decoder(dict[int, tuple[str, ...]])


def find_labels(
    listed: Sequence[Listed],
    papers: Sequence[Paper],
    saved: Mapping[str, Callable[[Paper], bool]],
    kept: bytes | None,
) -> tuple[dict[int, tuple[str, ...]], bytes | None]:
    """Return the folders of the feeds that each paper belongs to, by its number; and what to keep.

    `saved` has a test for each saved filter by its name; `kept` is what was to keep last time. None
    is to be kept where that is still right.
    """
    known = _kept.decode(kept) if kept else {}
    found: dict[int, tuple[str, ...]] = {}
    fresh: dict[int, tuple[str, ...]] = {}
    for one in listed:
        fingerprint = one.head.fingerprint
        labels = known.get(fingerprint)
        if labels is None:
            labels = _labels(papers[one.number], saved)
        found[one.number] = fresh[fingerprint] = labels
    return found, None if fresh == known else msgspec.json.encode(fresh)


def _labels(paper: Paper, saved: Mapping[str, Callable[[Paper], bool]]) -> tuple[str, ...]:
    text = paper.summary or " ".join(paper.takeaways) or paper.abstract or paper.title
    filters = (f"filters/{name}/" for name, matches in saved.items() if matches(paper))
    return (f"languages/{language(text)}/", *filters)
