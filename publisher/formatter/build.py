"""Writes the site: makes the parts whose input changed, removes the files of those that are gone.

Whatever is stopped in the middle, every file is whole, and the next build makes up for it: a part
is forgotten before it is made and noted when all is done; the manifest lists a file before it is
written, and until it was removed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.folder import lacks_copy, remove, write_changed
from publisher.formatter.manifest import MANIFEST, read_manifest
from publisher.processes import share_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.build_state import BuildState
    from publisher.formatter.parts import Part

# Below it a second process takes longer to start than it saves.
_WORTH_WORKERS = 8  # batches
_TEMPORARY = re.compile(r"\.(.+?)(?:\.gz)?\.\d+\.tmp")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a build did: paths relative to the output folder, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def write_site(
    folder: Path,
    state: BuildState,
    program: int,
    parts: Sequence[Part],
    workers: int = 1,
    fresh_entries: Callable[[], Mapping[int, bytes]] = dict,
) -> Changes:
    """Bring the output `folder` to what `parts` make.

    `program` stands for all that every part depends on: the program, its templates, the settings.
    As many as `workers` processes make the parts. `fresh_entries` returns, and forgets, what the
    parts that were made since want to have kept.

    Raises `OutputError` and `TemplateError`; what was made until then is whole.
    """
    known = state.known(program)
    disturbed = state.disturbed() if known else {}
    todo = [
        part
        for part in parts
        if known.get(part.name) != part.fingerprint
        or (disturbed and _touched(folder, part, disturbed))
    ]
    gone = known.keys() - {part.name for part in parts}
    if known and not (todo or gone or disturbed or state.was_interrupted()):
        return Changes()

    manifest = read_manifest(folder)
    fresh = {path for part in todo for path in part.paths()}
    if not known or not manifest or state.was_interrupted():
        wanted = {path for part in parts for path in part.paths()}
        stale = set(manifest) - wanted
        _sweep(folder, manifest)
        manifest.add(wanted)
    else:
        made = state.paths([*gone, *(part.name for part in todo)])
        stale = {path for path in made - fresh if path in manifest}
    state.begin(program, [*gone, *(part.name for part in todo)])
    manifest.add(fresh)
    manifest.write()
    written: list[str] = []
    entries: dict[int, bytes] = {}
    for batches in _stages(todo):
        tasks = [partial(_make, folder, batch, fresh_entries) for batch in batches]
        for _, (paths, some) in share_out(tasks, workers if len(tasks) >= _WORTH_WORKERS else 1):
            written += paths
            entries.update(some)
    removed = remove(folder, sorted(stale))
    manifest.remove(stale)
    manifest.write()
    touched = {_parent(path) for path in (*fresh, *stale)} | {"", *disturbed}
    state.finish(todo, touched, entries)
    return Changes(tuple(sorted(written)), removed)


def _stages(parts: Iterable[Part]) -> Iterable[list[list[Part]]]:
    """Yield the batches of each stage, in the order of stages."""
    stages: dict[int, dict[str, list[Part]]] = {}
    for part in parts:
        stages.setdefault(part.stage, {}).setdefault(part.batch, []).append(part)
    for _, batches in sorted(stages.items()):
        yield list(batches.values())


def _make(
    folder: Path, batch: Sequence[Part], fresh_entries: Callable[[], Mapping[int, bytes]]
) -> tuple[list[str], Mapping[int, bytes]]:
    written: list[str] = []
    for part in batch:
        written += write_changed(folder, part.render())
    return written, fresh_entries()


def _touched(folder: Path, part: Part, disturbed: Mapping[str, Collection[str]]) -> bool:
    """Return whether a file of `part` is missing or was touched by somebody else."""
    if not disturbed:
        return False
    for path in part.paths():
        parent, _, name = path.rpartition("/")
        calm = disturbed.get(parent)
        if calm is not None and (name not in calm or lacks_copy(folder, path)):
            return True
    return False


def _sweep(folder: Path, listed: Iterable[str]) -> None:
    """Remove what a build that was killed in the middle of a write left beside a listed file."""
    names: dict[str, set[str]] = {"": {MANIFEST}}
    for path in listed:
        parent, _, name = path.rpartition("/")
        names.setdefault(parent, set()).add(name)
    for parent, known in names.items():
        with suppress(OSError):
            for found in (folder / parent).iterdir():
                if (match := _TEMPORARY.fullmatch(found.name)) and match[1] in known:
                    found.unlink()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
