"""The sources of the past of rolling lists; kept apart, as few sites have lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from publisher.collector.sources.git_history import GitHistory


class Past(NamedTuple):
    """The git history of source folders, and the folder of the memory of lists, if any.

    `history` returns None for a folder that no repository has, and raises `GitFailure` or
    `SourceError`. Papers of before `since` are left out. `base` is the folder of the settings.
    `remember` writes the memory too.
    """

    history: Callable[[str], GitHistory | None]
    since: datetime | None
    memory: Path | None
    base: Path
    remember: bool
