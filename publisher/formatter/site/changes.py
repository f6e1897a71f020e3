"""What a build did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """What a build did: paths relative to the output folder, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
