"""Plug-ins: additions of installed packages, declared by entry points.

Python's own scan for entry points takes longer to import than everything else at a start, so it
runs only where a package names the group at all.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

_MOST_CHARACTERS = 200  # of an error's text


@cache
def fingerprint(group: str) -> bytes:
    """Return a digest that changes when a package of `group` is installed, changed or removed."""
    digest = hashlib.sha256()
    for declaration in _declarations(group):
        digest.update(f"{declaration}\0{declaration.stat().st_mtime_ns}\0".encode())
    return digest.digest()


@cache
def entries(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of `group` by name, none of them loaded."""
    if not _declarations(group):
        return ()
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and rarely needed

    return tuple(sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)))


def load(entry: EntryPoint, required: Iterable[str]) -> Any:  # noqa: ANN401 - any object will do
    """Return the object that `entry` names.

    Raises `PluginError` where it can't be imported, or lacks one of the `required` attributes.
    """
    try:
        plugin = entry.load()
    except Exception as error:
        raise PluginError(describe(error)) from error
    missing = [name for name in required if not hasattr(plugin, name)]
    if missing:
        raise PluginError(f"no {' and no '.join(missing)}")
    return plugin


def describe(error: Exception) -> str:
    """Return an error of foreign code as one short line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_MOST_CHARACTERS]


@cache
def _declarations(group: str) -> tuple[Path, ...]:
    """Return the entry_points.txt of the packages that name the group."""
    declarations = []
    for folder in dict.fromkeys(sys.path):
        try:
            infos = [e.path for e in os.scandir(folder or ".") if e.name.endswith("-info")]
        except OSError:
            continue
        for info in infos:
            declaration = Path(info, "entry_points.txt")
            try:
                if f"[{group}]".encode() in declaration.read_bytes():
                    declarations.append(declaration)
            except OSError:
                continue
    return tuple(sorted(declarations))
