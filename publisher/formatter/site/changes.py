"""The result of a build."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that a build wrote and removed: paths relative to the output folder, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
