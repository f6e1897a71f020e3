"""Writes the site: makes the parts whose input changed, removes the files of those that are gone.

Whatever is stopped in the middle, every file is whole, and the next build makes up for it: a part
is forgotten before it is made and noted when all is done; the manifest lists a file before it is
written, and until it was removed.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from publisher.formatter.site.atomic_write import (
    lacks_copy,
    remove,
    write_changed,
)
from publisher.formatter.site.build_state import CLOCK
from publisher.formatter.site.changes import Changes
from publisher.formatter.site.manifest import MANIFEST, read_manifest
from publisher.formatter.site.staging import StagedFolders
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.site.build_state import BuildState
    from publisher.formatter.site.build_target import BuildTarget

# With fewer files to make a second process takes longer to start than it saves.
_WORTH_WORKERS = 200
_TEMPORARY = re.compile(r"\.(.+?)(?:\.gz)?\.\d+\.tmp")


class TargetMaterials(Protocol):
    """What parts are made with, for the processes that make them."""

    def prepare(self) -> None:
        """Load what most parts need, before processes are forked that would each load it."""
        ...

    def take_fresh(self) -> Mapping[int, bytes]:
        """Return the entries made since the last call that will be needed again."""
        ...

    def forget(self) -> None:
        """Forget what was made for a batch."""
        ...


def build_targets(
    folder: Path,
    state: BuildState,
    program: int,
    parts: Sequence[BuildTarget],
    workers: int = 1,
    materials: TargetMaterials | None = None,
) -> Changes:
    """Bring the output `folder` to what `parts` make.

    `program` stands for all that every part depends on: the program, its templates, the settings.
    As many as `workers` processes make the parts.

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
    paths = {part.name: part.paths() for part in todo}
    fresh = {path for some in paths.values() for path in some}
    if not known or not manifest or state.was_interrupted():
        wanted = {path for part in parts for path in paths.get(part.name) or part.paths()}
        stale = set(manifest) - wanted
        _sweep(folder, manifest)
        manifest.add(wanted)
    else:
        made = state.paths([*gone, *paths])
        stale = {path for path in made - fresh if path in manifest}
    state.begin(program, [*gone, *paths])
    manifest.add(fresh)
    manifest.write()
    written: set[str] = set()
    for batches in _stages(todo):
        for some, more in _make_stage(folder, batches, paths, workers, materials):
            written.update(some)
            state.keep_entries(more)
    removed = remove(folder, sorted(stale))
    manifest.remove(stale)
    manifest.write()
    touched = {_parent(path) for path in (*fresh, *stale)} | {"", *disturbed}
    state.finish(todo, paths, touched)
    return Changes(tuple(sorted(written)), removed)


def _stages(parts: Iterable[BuildTarget]) -> Iterator[list[list[BuildTarget]]]:
    """Yield the batches of each stage, in the order of stages; those with most to do first."""
    stages: dict[int, dict[str, list[BuildTarget]]] = {}
    for part in parts:
        stages.setdefault(part.stage, {}).setdefault(part.batch, []).append(part)
    for _, batches in sorted(stages.items()):
        yield sorted(batches.values(), key=lambda batch: -sum(part.shown for part in batch))


def _make_stage(
    folder: Path,
    batches: Sequence[Sequence[BuildTarget]],
    paths: Mapping[str, Sequence[str]],
    workers: int,
    materials: TargetMaterials | None,
) -> Iterator[tuple[Sequence[str], Mapping[int, bytes]]]:
    """Make the parts of a stage; yield the paths that were written, and the entries to keep."""
    files = [path for batch in batches for part in batch for path in paths[part.name]]
    new = StagedFolders(folder, files)
    tasks = [partial(_make, folder, new, batch, materials) for batch in batches]
    if len(files) < _WORTH_WORKERS:
        workers = 1
    if workers > 1 and materials:
        materials.prepare()
    try:
        yield from map_parallel(tasks, workers)
        new.appear()
    finally:
        new.discard()


def _make(
    folder: Path,
    new: StagedFolders,
    batch: Sequence[BuildTarget],
    materials: TargetMaterials | None,
) -> Iterator[tuple[Sequence[str], Mapping[int, bytes]]]:
    for part in batch:
        files = part.render()
        written = (
            *new.write({path: files[path] for path in files if path in new}),
            *write_changed(folder, {path: files[path] for path in files if path not in new}),
        )
        yield written, materials.take_fresh() if materials else {}
    if materials:
        materials.forget()


def _touched(folder: Path, part: BuildTarget, disturbed: Mapping[str, Collection[str]]) -> bool:
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
    """Remove what is left of a build that was killed in the middle of a write."""
    names: dict[str, set[str]] = {"": {MANIFEST, CLOCK}}
    for path in listed:
        parent, _, name = path.rpartition("/")
        names.setdefault(parent, set()).add(name)
        names[""].add(path.partition("/")[0])  # the folder of `StagedFolders`
    for parent, known in names.items():
        with suppress(OSError):
            for found in (folder / parent).iterdir():
                if (match := _TEMPORARY.fullmatch(found.name)) and match[1] in known:
                    if found.is_dir():
                        shutil.rmtree(found, ignore_errors=True)
                    else:
                        found.unlink()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
