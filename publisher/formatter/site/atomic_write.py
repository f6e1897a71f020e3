"""Writing to the output folder: only what changed, and every file is whole at every moment.

A compressed copy beside a large file (`x.gz`) comes and goes with it. There may be a hundred
thousand files, so paths are texts here: to make a Path takes longer than most calls.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import deflate

from publisher.errors import OutputError
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LARGE = 131_072  # bytes; packing smaller ones on the way takes a millisecond, and hosts count files
# The next levels save a few percent and take up to twice the time.
_LEVEL = 1
# Windows would turn line ends into its own.
_AS_IT_IS = getattr(os, "O_BINARY", 0)


def write_changed(
    folder: Path, files: Mapping[str, bytes], *, served: bool = True
) -> tuple[str, ...]:
    """Write those of `files` (path to content) that differ from what is in `folder`.

    Large files get a compressed copy beside them where the folder is to be `served`. Returns the
    paths written. Raises `OutputError` where the folder can't be written; what was
    there before is whole then.
    """
    written: list[str] = []
    root = os.fspath(folder)
    existing: set[str] = set()  # folders
    for path, content in files.items():
        target = f"{root}/{checked(path)}"
        try:
            if _holds(target, content):
                if served and os.path.isfile(target + ".gz") != has_copy(path, len(content)):  # noqa: PTH113 - paths are texts here
                    _renew_copy(path, target, content)
                continue
            parent = target.rpartition("/")[0]
            if parent not in existing:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - paths are texts here
                existing.add(parent)
            # Before the file itself: a request in between gets an old and a new one, each whole;
            # the other way round a stopped build would leave an old copy beside a new file.
            if served:
                _renew_copy(path, target, content)
            write_whole(target, content)
        except OSError as error:
            raise explained(target, error) from error
        written.append(path)
    return tuple(written)


def remove(folder: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Remove the files `paths` and the folders that are empty then; return those that were there.

    Raises `OutputError`.
    """
    removed: list[str] = []
    for path in paths:
        target = folder / checked(path)
        with translated(target):
            with suppress(FileNotFoundError):
                _beside(target).unlink()
            try:
                target.unlink()
            except (FileNotFoundError, NotADirectoryError):
                continue
            removed.append(path)
            for parent in PurePosixPath(path).parents:
                if str(parent) == ".":
                    break
                try:
                    (folder / parent).rmdir()
                except OSError:  # not empty
                    break
    return tuple(removed)


def write_whole(target: str | Path, content: bytes | bytearray) -> None:
    """Replace `target` by `content` in one step: a reader sees the old file or the new one.

    Raises `OSError`; no part of the new file is left behind then.
    """
    parent, name = os.path.split(target)
    # A name of its own, so that two builds never write to one file.
    beside = f"{parent}/.{name}.{os.getpid()}.tmp"
    try:
        write_new(beside, content)
        os.replace(beside, target)  # noqa: PTH105 - paths are texts here
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - paths are texts here
        raise


def write_new(target: str, content: bytes | bytearray) -> None:
    """Write `content` to a file that nobody reads yet. Raises `OSError`."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _AS_IT_IS, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
    finally:
        os.close(descriptor)


def has_copy(path: str, size: int) -> bool:
    """Return whether a compressed copy belongs beside the file `path` of so many bytes.

    Archive documents have none: each is read once by a few readers, and they are most of a site.
    Nor have pictures and the shards of the search, which are compressed themselves.
    """
    is_document = path.startswith("archive/") and not path.endswith(".html")
    return size >= LARGE and not is_document and not path.endswith((".webp", ".png", ".bin"))


def copy_beside(path: str, content: bytes) -> bytes | bytearray:
    """Return the compressed copy that belongs beside `path`, b"" where none does."""
    if not has_copy(path, len(content)):
        return b""
    # Of a library that comes along, not the machine's zlib, of which there are several: the same
    # content gives the same bytes everywhere. There is no time and no name in the file's head.
    return deflate.gzip_compress(content, _LEVEL)


def _renew_copy(path: str, target: str, content: bytes) -> None:
    if copy := copy_beside(path, content):
        write_whole(target + ".gz", copy)
        return
    with suppress(FileNotFoundError):
        os.unlink(target + ".gz")  # noqa: PTH108 - paths are texts here


def lacks_copy(folder: Path, path: str) -> bool:
    """Return whether `path` is large and the compressed copy that belongs beside it is missing."""
    target = folder / path
    with suppress(OSError):
        return has_copy(path, target.stat().st_size) and not _beside(target).is_file()
    return False


def _beside(target: Path) -> Path:
    return target.with_name(target.name + ".gz")


def _holds(target: str, content: bytes) -> bool:
    try:
        if os.stat(target).st_size != len(content):  # noqa: PTH116 - paths are texts here
            return False
        with open(target, "rb") as file:  # noqa: PTH123 - paths are texts here
            return file.read() == content
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


@contextmanager
def translated(target: Path) -> Iterator[None]:
    """Raise `OutputError` for an `OSError` at `target`."""
    try:
        yield
    except OSError as error:
        raise explained(target, error) from error


def explained(target: str | Path, error: OSError) -> OutputError:
    """Return what to raise for `error` at `target`."""
    reason = error.strerror or error
    if error.errno == errno.ENOSPC:
        text = _("{path}: can't be written: {reason}; make room, then run the command again")
    elif isinstance(error, PermissionError):
        text = _(
            "{path}: can't be written: {reason}; give this user the right to write there, or set "
            "output.folder to another folder"
        )
    else:
        text = _("{path}: can't be written: {reason}")
    return OutputError(text.format(path=target, reason=reason))


def checked(path: str) -> str:
    """Return `path` if it stays inside the folder. Slugs should see to that; this is the check.

    Raises `OutputError`.
    """
    if path.startswith("/") or ".." in path.split("/") or "\\" in path or "\0" in path:
        raise OutputError(f"{path!r}: not a path inside the output folder")
    return path
