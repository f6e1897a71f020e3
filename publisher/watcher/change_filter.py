"""Pure rules for the changes in a watched folder that call for a build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.collector.sources.folder_source import matches
from publisher.collector.sources.ignore_rules import stands_for

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE_ENDING = ".j2"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings for the files of a source folder."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    ignore_files: tuple[str, ...]


def concerns_digests(path: str, rules: Rules, *, is_folder: bool, is_new_or_gone: bool) -> bool:
    """Return whether a change of `path` in a source folder may change what is published.

    `path` is relative, with "/". A folder matters when it appears or disappears, as whole folders
    of digests do; drafts and the files that editors write beside others never matter.
    """
    *folders, name = path.split("/")
    if any(folder.startswith(".") for folder in folders):
        return False
    if name in rules.ignore_files:
        return True
    if is_folder:
        return is_new_or_gone and not name.startswith(".")
    if stands_for(path) is not None:
        return False
    return matches(path, rules.include) and not matches(path, rules.exclude)


def concerns_templates(path: str, *, is_folder: bool, is_new_or_gone: bool) -> bool:
    """Return whether a change of `path` in the user's folder of templates may change a page."""
    if any(part.startswith(".") for part in path.split("/")):
        return False
    if is_folder:
        return is_new_or_gone
    return path.endswith(TEMPLATE_ENDING) and stands_for(path) is None


def summary(names: Sequence[str]) -> str:
    """Return a short line about changes: "a.md, b.md, c.md and 297 more"."""
    shown = ", ".join(names[:_SHOWN])
    rest = len(names) - _SHOWN
    return f"{shown} and {rest:,} more" if rest > 0 else shown
