"""Owners of claims: a text by which a later process on the host knows whether one still runs."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

_FIELDS = 4
# Setting the clock shifts the start time of a process a little.
_TOLERANCE_SECONDS = 5.0


def this_owner() -> str:
    """Return `host|boot|pid|start` of this process; `start` in seconds since 1970."""
    process = psutil.Process()
    return "|".join((_host(), _boot(), str(process.pid), f"{process.create_time():.2f}"))


def owner_is_dead(owner: str) -> bool:
    """Return whether the process that `owner` names has certainly ended.

    False for one on another host or in another container, of which nothing is known: its lease has
    to expire. A reboot of this host ends all earlier ones.
    """
    fields = owner.split("|")
    if len(fields) != _FIELDS or fields[0] != _host():
        return False
    boot, _, namespace = fields[1].partition("/")
    this_boot, _, this_namespace = _boot().partition("/")
    if boot != this_boot:
        return True
    return namespace == this_namespace and not _runs(fields[2], fields[3])


def _runs(pid: str, start: str) -> bool:
    """Return whether the process runs, or may run; its number may belong to another by now."""
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
    """Return the boot id and the process namespace, in which alone a pid has a meaning."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        # Rounded: it is the clock minus the uptime, which varies a little.
        return f"{round(psutil.boot_time() / 60)}/"
    return f"{boot}/{namespace}"
