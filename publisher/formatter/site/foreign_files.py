"""Files in the output folder that this program did not write: they are never overwritten unasked.

A file is ours if the manifest lists it. A file that is the same as the one to be written does no
harm and becomes ours; so a folder whose manifest was lost can be built into again.
"""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from functools import partial
from typing import TYPE_CHECKING

from publisher.errors import OutputError
from publisher.formatter.site.atomic_write import explained
from publisher.process_pool import map_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.site.build_target import BuildTarget

_NAMED = 10  # paths in a message


def refuse_to_overwrite(
    folder: Path,
    targets: Iterable[BuildTarget],
    foreign: Mapping[str, Sequence[str]],
    workers: int = 1,
    forget: Callable[[], None] = lambda: None,
    *,
    force: bool = False,
) -> None:
    """Raise `OutputError` where a file of `targets` would overwrite one that is not ours.

    `foreign` has the paths of each target, by its name, that are not listed as ours. Targets with a
    file in their way are rendered, by up to `workers` processes, to compare; after each `forget` is
    called. `force` allows to overwrite files, but no folder and nothing that should be one.
    """
    root = _Root(folder)
    obstacles: set[str] = set()
    met: dict[str, list[str]] = {}
    for name, paths in foreign.items():
        for path in paths:
            if obstacle := root.obstacle(path):
                obstacles.add(obstacle)
            elif not force and root.holds(path):
                met.setdefault(name, []).append(path)
    if obstacles:
        raise OutputError(
            f"{folder}: nothing was written: these are in the way of folders or files of the same "
            f"name: {_listed(obstacles)}. Move them away, or set output.folder to another folder"
        )
    tasks = [
        partial(_different, root, target, met[target.name], forget)
        for target in targets
        if target.name in met
    ]
    if different := set(map_parallel(tasks, workers)):
        raise OutputError(
            f"{folder}: nothing was written: there are other files of the same name, which this "
            f"program did not write: {_listed(different)}. Set output.folder to a folder of its "
            "own, or run `publisher build --force` once to overwrite them"
        )


def refuse_to_overwrite_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise `OutputError` where one of `files`, none of which is listed as ours, would be lost."""
    from publisher.formatter.site.build_target import BuildTarget  # noqa: PLC0415 - few need it

    target = BuildTarget("files", 0, lambda: tuple(files), lambda: files)
    refuse_to_overwrite(folder, [target], {target.name: tuple(files)})


class _Root:
    """The output folder, whose folders are looked at once."""

    def __init__(self, folder: Path) -> None:
        self.path = os.fspath(folder)
        self._folders: dict[str, str] = {"": ""}  # the obstacle to each; "-" where it is missing

    def obstacle(self, path: str) -> str:
        """Return the path of what keeps the file `path` from being written, "" for nothing."""
        parent = self._obstacle_to_folder(path.rpartition("/")[0])
        if parent:
            return parent.removeprefix("-")
        mode = _mode(f"{self.path}/{path}")
        return path if mode is not None and stat.S_ISDIR(mode) else ""

    def holds(self, path: str) -> bool:
        """Return whether there is a file, or a link, at `path` or a compressed copy beside it."""
        if self._obstacle_to_folder(path.rpartition("/")[0]):
            return False
        return any(os.path.lexists(f"{self.path}/{path}{ending}") for ending in ("", ".gz"))

    def _obstacle_to_folder(self, path: str) -> str:
        if path not in self._folders:
            above = self._obstacle_to_folder(path.rpartition("/")[0])
            self._folders[path] = above or self._look(path)
        return self._folders[path]

    def _look(self, path: str) -> str:
        at = f"{self.path}/{path}"
        mode = _mode(at)
        if mode is None:
            # A link to nowhere is no missing folder.
            return path if os.path.lexists(at) else "-"
        return "" if stat.S_ISDIR(mode) else path


def _mode(path: str) -> int | None:
    """Return the kind of what is at `path`, links followed; None where nothing is."""
    try:
        return os.stat(path).st_mode  # noqa: PTH116 - paths are texts here
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise explained(path, error) from error


def _different(
    root: _Root, target: BuildTarget, paths: Iterable[str], forget: Callable[[], None]
) -> Iterator[str]:
    """Yield those of `paths`, and of the compressed copies beside them, that would be lost."""
    files = target.render()
    for path in paths:
        at = f"{root.path}/{path}"
        if os.path.lexists(at) and _read(at, len(files[path])) != files[path]:
            yield path
        if os.path.lexists(at + ".gz") and _unpacked(at + ".gz") != files[path]:
            yield f"{path}.gz"
    forget()


def _read(path: str, size: int = -1) -> bytes | None:
    """Return the content of a file, None where that has not `size` bytes or can't be read."""
    try:
        status = os.stat(path)  # noqa: PTH116 - paths are texts here
        if not stat.S_ISREG(status.st_mode) or size not in (-1, status.st_size):
            return None
        with open(path, "rb") as file:  # noqa: PTH123 - paths are texts here
            return file.read()
    except OSError:
        return None


def _unpacked(path: str) -> bytes | None:
    try:
        return gzip.decompress(_read(path) or b"")
    except (OSError, EOFError, zlib.error):
        return None


def _listed(paths: Iterable[str]) -> str:
    ordered = sorted(paths, key=lambda path: (path.count("/"), path))
    more = len(ordered) - _NAMED
    return ", ".join(ordered[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
