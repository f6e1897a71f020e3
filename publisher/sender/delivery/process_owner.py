"""Who holds a claim: a text that tells a later process on the same host whether it still runs."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

_PARTS = 4
# A clock that is set makes the start of a process look a little different.
_TOLERANCE_SECONDS = 5.0


def this_owner() -> str:
    """Return `host|boot|pid|start` of this process; `start` in seconds since 1970."""
    process = psutil.Process()
    return "|".join((_host(), _boot(), str(process.pid), f"{process.create_time():.2f}"))


def owner_is_dead(owner: str) -> bool:
    """Return whether the process that `owner` names is surely gone.

    False for one on another host or in another container, since nothing can be known of it: its
    lease has to run out. After a reboot of this host all earlier ones are gone.
    """
    parts = owner.split("|")
    if len(parts) != _PARTS or parts[0] != _host():
        return False
    boot, _, names = parts[1].partition("/")
    here_boot, _, here_names = _boot().partition("/")
    if boot != here_boot:
        return True
    return names == here_names and not _runs(parts[2], parts[3])


def _runs(pid: str, start: str) -> bool:
    """Return whether the process runs, or may run; another may have got its number since."""
    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(abs(process.create_time() - float(start)) <= _TOLERANCE_SECONDS)
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, ValueError):
        return True


def _host() -> str:
    return socket.gethostname().replace("|", "_")


def _boot() -> str:
    """Return boot and process namespace: in a container, pids mean something else."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        names = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        # Rounded, since it is the clock minus the time since the start.
        return f"{round(psutil.boot_time() / 60)}/"
    return f"{boot}/{names}"
