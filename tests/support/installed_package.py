"""Installed packages for tests: a module and its metadata in a folder on sys.path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import plugins

if TYPE_CHECKING:
    from pathlib import Path


def install_package(
    site: Path, module: str, code: str | None, group: str, name: str, entry: str = ""
) -> None:
    """Write `module` and its entry point `name`; `entry` is what that names, the module if empty.

    `code` None leaves the module out.
    """
    if code is not None:
        (site / f"{module}.py").write_text(code, encoding="utf-8")
    info = site / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {entry or module}\n")


def forget_packages() -> None:
    """Have the installed packages looked up anew at the next call."""
    plugins.fingerprint.cache_clear()
    plugins.entries.cache_clear()
    plugins._declarations.cache_clear()
