"""Digest formats that installed packages bring, by the entry point group `publisher.formats`.

Python's own scan for entry points takes longer to import than everything else at a start, so that
packages are asked only when one of them names the group at all.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.collector.findings import finding

if TYPE_CHECKING:
    from publisher.collector.formats import DigestFormat
    from publisher.models import Finding

GROUP = "publisher.formats"
_OF_NONE = hashlib.sha256().digest()


@cache
def fingerprint() -> bytes:
    """Return what changes when a package with a format is installed, changed or removed."""
    digest = hashlib.sha256()
    for declaration in _declarations():
        digest.update(f"{declaration}\0{declaration.stat().st_mtime_ns}\0".encode())
    return digest.digest()


def _declarations() -> list[Path]:
    """Return the entry_points.txt of the packages that name the group."""
    found = []
    for folder in dict.fromkeys(sys.path):
        try:
            entries = [e.path for e in os.scandir(folder or ".") if e.name.endswith("-info")]
        except OSError:
            continue
        for entry in entries:
            declaration = Path(entry, "entry_points.txt")
            try:
                if f"[{GROUP}]".encode() in declaration.read_bytes():
                    found.append(declaration)
            except OSError:
                continue
    return sorted(found)


@cache
def installed() -> tuple[dict[str, DigestFormat], tuple[Finding, ...]]:
    """Return the formats that installed packages bring, by name, and D303 for those that fail.

    A broken package is no reason to publish nothing: it is reported, and the others do their work.
    """
    if fingerprint() == _OF_NONE:
        return {}, ()
    from importlib.metadata import entry_points  # noqa: PLC0415

    found: dict[str, DigestFormat] = {}
    failed: list[Finding] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        try:
            loaded = entry.load()
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything
            failed.append(broken(entry.name, error))
            continue
        missing = [
            name for name in ("recognises", "parse") if not callable(getattr(loaded, name, None))
        ]
        if missing:
            failed.append(
                finding(f"{GROUP}:{entry.name}", 0, "D303", f"no {' and no '.join(missing)}")
            )
        else:
            found[entry.name] = loaded
    return found, tuple(failed)


def broken(name: str, error: Exception, path: str = "") -> Finding:
    """Return D303 for the format `name`, which failed on the file `path` or when it was loaded."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return finding(path or f"{GROUP}:{name}", 0, "D303", f"{name}: {reason}" if path else reason)
