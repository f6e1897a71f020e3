"""A lock that allows one build at a time for each output folder.

The folder itself is locked, with the kernel's flock: no lock file is published, every name and
mount of it has the same lock, read access is enough, and the lock ends with its process, however
that dies. Where folders can't be locked (Windows, NFS), a file in the cache folder is locked
instead, which works between processes that share the cache.
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
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EVERY_SECONDS = 0.1
# NFS turns flock into a lock of bytes, which needs a file that is open for writing (EBADF).
_NO_FOLDER_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@contextmanager
def build_lock(
    folder: Path, seconds: float, cache: Path, waiting: Callable[[str], None]
) -> Iterator[None]:
    """Hold the lock of `folder`, which is made if it is missing.

    While another process holds it, `waiting` is called repeatedly with a message that names it; an
    exception from it ends the wait. Raises `OutputError` where the other process does not end
    within `seconds`, and where the folder can't be made.
    """
    deadline = time.monotonic() + seconds
    try:
        while (release := _try(folder, cache)) is None:
            holder = _holder(folder)
            if time.monotonic() >= deadline:
                raise OutputError(
                    _(
                        "{folder}: {build} did not end (setting output.wait_seconds); "
                        "end it or try again later"
                    ).format(folder=folder, build=holder)
                )
            waiting(_("waiting for {build} of {folder}").format(build=holder, folder=folder))
            time.sleep(_EVERY_SECONDS)
    except OSError as error:
        raise OutputError(
            _("{folder}: can't be written: {reason} (setting output.folder)").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error
    try:
        yield
    finally:
        release()


def _try(folder: Path, cache: Path) -> Callable[[], None] | None:
    """Return a function that releases the lock, None if it is taken. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # where a folder can't be opened
        return _try_file(folder, cache)
    import fcntl  # noqa: PLC0415 - not on Windows

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder may have replaced the folder: then this is the lock of the old one.
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
            return _("another build (process {process})").format(process=process)
    return _("another build")


def holder_in(locks: str, device: int, inode: int) -> int | None:
    """Return the id of the process that has locked a file, read from /proc/locks (proc_locks(5)).

    None where it is unknown: only Linux has that file, and a holder in another container has the
    id 0.
    """
    place = f"{os.major(device):02x}:{os.minor(device):02x}:{inode}"
    for line in locks.splitlines():
        # "1: FLOCK  ADVISORY  WRITE 708 00:17:1234 0 EOF"; with "->" for a process that waits
        fields = line.split()
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5] == place:  # noqa: PLR2004 - columns
            return int(fields[4]) if fields[4].isdigit() and fields[4] != "0" else None
    return None
