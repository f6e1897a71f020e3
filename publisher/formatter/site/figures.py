"""The copies of figures: targets for the papers of each digest that first names them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.paths import FIGURES_FOLDER, thumbnail_of_figure
from publisher.formatter.site.build_target import BuildTarget, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.formatter.site.paper_index import PaperIndex

_AT_ONCE = 100  # copies in memory, each of about 60 kB


def figure_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets. A file belongs to one of them, so that no other takes it along."""
    copies = index.collection.figure_copies
    if not copies:
        return
    folder = index.settings.figures_folder
    known: set[str] = set()
    # The oldest digest first: a new one, or a copy for its papers, moves no file.
    for digest, items in reversed(list(index.by_digest.items())):
        names = dict.fromkeys(name for item in items for name in copies.get(item.summary.id, ()))
        new = [name for name in names if name not in known]
        known.update(new)
        for number, start in enumerate(range(0, len(new), _AT_ONCE), start=1):
            batch = new[start : start + _AT_ONCE]
            files = {
                FIGURES_FOLDER + file: folder / file
                for name in batch
                for file in dict.fromkeys((name, thumbnail_of_figure(name)[0]))
            }
            yield BuildTarget(
                name=f"figures of {digest} {number}",
                fingerprint=stable_hash(*batch),
                paths=partial(list, files),
                render=partial(_read, files),
                batch=f"figures of {digest} {number}",
                stage=stage,
                shown=len(batch),
            )


def _read(files: dict[str, Path]) -> dict[str, bytes]:
    return {path: file.read_bytes() for path, file in files.items()}
