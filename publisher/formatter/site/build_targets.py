"""Makes the targets whose input changed, and removes the files of those that are gone.

Wherever a build is stopped, every file is whole and the next build makes up for the rest: a target
is forgotten before it is made and noted when all are; the manifest lists a file before it is
written, and until it was removed.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from publisher.formatter.site.atomic_write import (
    lacks_copy,
    remove,
    write_changed,
)
from publisher.formatter.site.build_state import CLOCK
from publisher.formatter.site.changes import Changes
from publisher.formatter.site.foreign_files import refuse_to_overwrite
from publisher.formatter.site.manifest import MANIFEST, read_manifest
from publisher.formatter.site.staging import StagedFolders
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.site.build_state import BuildState
    from publisher.formatter.site.build_target import BuildTarget

# With fewer files to make a second process takes longer to start than it saves.
_WORTH_WORKERS = 200
_TEMPORARY = re.compile(r"\.(.+?)(?:\.gz)?\.\d+\.tmp")


class TargetMaterials(Protocol):
    """The things that targets are made with, as the processes that make them see it."""

    def prepare(self) -> None:
        """Load what most targets need, before processes are forked that would each load it."""
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
    targets: Sequence[BuildTarget],
    workers: int = 1,
    materials: TargetMaterials | None = None,
    *,
    force: bool = False,
) -> Changes:
    """Bring the output `folder` to what `targets` make.

    `program` stands for all that every target depends on: the program, its templates, the settings.
    Up to `workers` processes make the targets. Only `force` overwrites files that this program did
    not write.

    Raises `OutputError` and `TemplateError`; what was made until then is whole.
    """
    fingerprints = state.fingerprints(program)
    disturbed = state.disturbed() if fingerprints else {}
    changed = [
        target
        for target in targets
        if fingerprints.get(target.name) != target.fingerprint
        or (disturbed and _is_disturbed(folder, target, disturbed))
    ]
    gone = fingerprints.keys() - {target.name for target in targets}
    if fingerprints and not (changed or gone or disturbed or state.was_interrupted()):
        return Changes()

    manifest = read_manifest(folder)
    paths = {target.name: target.paths() for target in changed}
    fresh = {path for of_target in paths.values() for path in of_target}
    remembered = _remembered(state, paths, disturbed) if fingerprints and not manifest else ()
    foreign = {
        name: unlisted
        for name, of_target in paths.items()
        if (unlisted := [p for p in of_target if p not in manifest and p not in remembered])
    }
    forget = materials.forget if materials else lambda: None
    refuse_to_overwrite(folder, changed, foreign, workers, forget, force=force)
    if not fingerprints or not manifest or state.was_interrupted():
        # What the last build made is not known: whatever no target makes is stale.
        current = {path for target in targets for path in paths.get(target.name) or target.paths()}
        stale = set(manifest) - current
        _sweep(folder, manifest)
        manifest.add(current)
    else:
        before = state.paths([*gone, *paths])
        stale = {path for path in before - fresh if path in manifest}
    if fingerprints and not (disturbed or state.was_interrupted()):
        changed = [_narrowed(target, state, fingerprints) for target in changed]
    state.begin(program, [*gone, *paths])
    manifest.add(fresh)
    manifest.write()
    written: set[str] = set()
    for batches in _stages(changed):
        for files, entries in _make_stage(folder, batches, paths, workers, materials):
            written.update(files)
            state.keep_entries(entries)
    removed = remove(folder, sorted(stale))
    manifest.remove(stale)
    manifest.write()
    touched = {_parent(path) for path in (*fresh, *stale)} | {"", *disturbed}
    state.finish(changed, paths, touched)
    return Changes(tuple(sorted(written)), removed)


def _narrowed(target: BuildTarget, state: BuildState, built: Container[str]) -> BuildTarget:
    """Return `target` so that it makes no file again that would be as it is.

    `built` are the names of the targets whose files are what the last build made.
    """
    if not target.render_some or target.name not in built:
        return target
    parts = state.parts(target.name)
    now = zip(target.paths(), target.parts(), strict=True)
    differing = frozenset(path for path, part in now if parts.get(path) != part)
    return replace(target, render=partial(target.render_some, differing))


def _remembered(
    state: BuildState, names: Iterable[str], disturbed: Mapping[str, Collection[str]]
) -> set[str]:
    """Return the files of the targets `names` as they were built and not touched since."""
    return {
        path
        for path in state.paths(names)
        if _parent(path) not in disturbed or path.rpartition("/")[2] in disturbed[_parent(path)]
    }


def _stages(targets: Iterable[BuildTarget]) -> Iterator[list[list[BuildTarget]]]:
    """Yield the batches of each stage, in the order of stages; those with most to do first."""
    stages: dict[int, dict[str, list[BuildTarget]]] = {}
    for target in targets:
        stages.setdefault(target.stage, {}).setdefault(target.batch, []).append(target)
    for _, batches in sorted(stages.items()):
        yield sorted(batches.values(), key=lambda batch: -sum(target.shown for target in batch))


def _make_stage(
    folder: Path,
    batches: Sequence[Sequence[BuildTarget]],
    paths: Mapping[str, Sequence[str]],
    workers: int,
    materials: TargetMaterials | None,
) -> Iterator[tuple[Sequence[str], Mapping[int, bytes]]]:
    """Make the targets of a stage; yield the paths that were written, and the entries to keep."""
    files = [path for batch in batches for target in batch for path in paths[target.name]]
    staged = StagedFolders(folder, files)
    tasks = [partial(_make_batch, folder, staged, batch, materials) for batch in batches]
    if len(files) < _WORTH_WORKERS:
        workers = 1
    if workers > 1 and materials:
        materials.prepare()
    try:
        yield from map_parallel(tasks, workers)
        staged.appear()
    finally:
        staged.discard()


def _make_batch(
    folder: Path,
    staged: StagedFolders,
    batch: Sequence[BuildTarget],
    materials: TargetMaterials | None,
) -> Iterator[tuple[Sequence[str], Mapping[int, bytes]]]:
    for target in batch:
        files = target.render()
        written = (
            *staged.write({path: files[path] for path in files if path in staged}),
            *write_changed(folder, {path: files[path] for path in files if path not in staged}),
        )
        yield written, materials.take_fresh() if materials else {}
    if materials:
        materials.forget()


def _is_disturbed(
    folder: Path, target: BuildTarget, disturbed: Mapping[str, Collection[str]]
) -> bool:
    """Return whether a file of `target` is missing or was touched by another program."""
    for path in target.paths():
        parent, _, name = path.rpartition("/")
        untouched = disturbed.get(parent)
        if untouched is not None and (name not in untouched or lacks_copy(folder, path)):
            return True
    return False


def _sweep(folder: Path, listed: Iterable[str]) -> None:
    """Remove what is left of a build that was killed in the middle of a write."""
    names: dict[str, set[str]] = {"": {MANIFEST, CLOCK}}
    for path in listed:
        parent, _, name = path.rpartition("/")
        names.setdefault(parent, set()).add(name)
        names[""].add(path.partition("/")[0])  # the folder of `StagedFolders`
    for parent, ours in names.items():
        with suppress(OSError):
            for entry in (folder / parent).iterdir():
                if (match := _TEMPORARY.fullmatch(entry.name)) and match[1] in ours:
                    if entry.is_dir():
                        shutil.rmtree(entry, ignore_errors=True)
                    else:
                        entry.unlink()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
