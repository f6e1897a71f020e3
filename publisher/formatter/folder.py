"""The output folder: only what changed is written, and every file is whole at every moment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Changes:
    """What a build did: paths relative to the output folder, sorted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]


def write_changed(folder: Path, files: Mapping[str, bytes]) -> Changes:
    """Write those of `files` (path to content) that differ from what is in `folder`.

    Raises `OutputError` where the folder can't be written; the files before are whole then.
    """
    written: list[str] = []
    unchanged: list[str] = []
    for path, content in sorted(files.items()):
        target = folder / _checked(path)
        try:
            if target.is_file() and target.read_bytes() == content:
                unchanged.append(path)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)
        except OSError as error:
            raise OutputError(f"{target}: can't be written: {error.strerror or error}") from error
        written.append(path)
    return Changes(tuple(written), tuple(unchanged))


def write_whole(target: Path, content: bytes) -> None:
    """Replace `target` by `content` in one step: a reader sees the old file or the new one.

    Raises `OSError`; no part of the new file is left behind then.
    """
    # A name of its own, so that two builds never write to one file.
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            # Without it a power cut can leave the new name on an empty file.
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _checked(path: str) -> PurePosixPath:
    """Return `path` if it stays inside the folder; slugs make sure, this makes certain."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path:
        raise OutputError(f"{path!r}: not a path inside the output folder")
    return pure
