"""Packages that a test installs into the running process."""

from __future__ import annotations

from publisher import plugins


def forget_packages() -> None:
    """Have the installed packages looked up anew at the next call."""
    plugins.fingerprint.cache_clear()
    plugins.entries.cache_clear()
    plugins._declarations.cache_clear()
