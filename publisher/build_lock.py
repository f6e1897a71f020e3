"""One build at a time for each output folder.

The folder itself is locked, with the kernel's flock: nothing lies in it that would be published,
every name and mount of it meets the same lock, whoever may read it can lock it, and the lock ends
with its process, however that dies. Where a folder can't be locked (Windows, NFS), a file in the
cache folder stands in for it, which holds between processes that share the cache.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EVERY_SECONDS = 0.1
# NFS turns flock into a lock of bytes, which wants a file that is open for writing (EBADF).
_NO_FOLDER_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@contextmanager
def build_lock(
    folder: Path, seconds: float, cache: Path, waiting: Callable[[str], None]
) -> Iterator[None]:
    """Hold the lock of `folder`, which is made where it is missing.

    While another process holds it, `waiting` is called again and again with who that is; what it
    raises ends the wait. Raises `OutputError` where the other is not done within `seconds`, and
    where the folder can't be made.
    """
    deadline = time.monotonic() + seconds
    try:
        while (release := _try(folder, cache)) is None:
            who = _holder(folder)
            if time.monotonic() >= deadline:
                raise OutputError(f"{folder}: {who} did not end (setting output.wait_seconds)")
            waiting(f"waiting for {who} of {folder}")
            time.sleep(_EVERY_SECONDS)
    except OSError as error:
        raise OutputError(f"{folder}: can't be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        release()


def _try(folder: Path, cache: Path) -> Callable[[], None] | None:
    """Return what lets go of the lock, None where somebody else has it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # there a folder can't be opened
        return _try_file(folder, cache)
    import fcntl  # noqa: PLC0415 - there is none on Windows

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it may have made the folder anew: then this is the lock of the old one.
        if os.path.samestat(os.fstat(descriptor), folder.stat()):
            return lambda: os.close(descriptor)
    except FileNotFoundError:
        pass
    except BlockingIOError:
        pass
    except OSError as error:
        os.close(descriptor)
        if error.errno in _NO_FOLDER_LOCKS:
            return _try_file(folder, cache)
        raise
    os.close(descriptor)
    return None


def _try_file(folder: Path, cache: Path) -> Callable[[], None] | None:
    import filelock  # noqa: PLC0415 - see the module's docstring

    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(cache / f"{name}.build.lock", blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        return None
    return lock.release


def _holder(folder: Path) -> str:
    with suppress(OSError):
        status = folder.stat()
        locks = Path("/proc/locks").read_text(encoding="ascii", errors="replace")
        process = holder_in(locks, status.st_dev, status.st_ino)
        if process:
            return f"another build (process {process})"
    return "another build"


def holder_in(locks: str, device: int, inode: int) -> int | None:
    """Return the process that holds a file, as /proc/locks tells it (proc_locks(5)).

    None where it does not: there is no such file but on Linux, and in another container's process
    numbers the holder is 0.
    """
    place = f"{os.major(device):02x}:{os.minor(device):02x}:{inode}"
    for line in locks.splitlines():
        # "1: FLOCK  ADVISORY  WRITE 708 00:17:1234 0 EOF"; after "->" stands one that waits
        fields = line.split()
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5] == place:  # noqa: PLR2004
            return int(fields[4]) if fields[4].isdigit() and fields[4] != "0" else None
    return None
