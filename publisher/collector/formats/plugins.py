"""Digest formats of installed packages, by the entry point group `publisher.formats`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from publisher import plugins
from publisher.collector.findings import finding
from publisher.errors import PluginError

if TYPE_CHECKING:
    from publisher.collector.formats.digest_format import DigestFormat
    from publisher.models import Finding

GROUP = "publisher.formats"


def fingerprint() -> bytes:
    """Return a hash that changes when a package with a format is installed, changed or removed."""
    return plugins.fingerprint(GROUP)


@cache
def installed() -> tuple[dict[str, DigestFormat], tuple[Finding, ...]]:
    """Return the formats of installed packages by name, and a finding D303 for each that fails.

    A broken package is reported and does not keep the others, or the site, from working.
    """
    formats: dict[str, DigestFormat] = {}
    failures: list[Finding] = []
    for entry in plugins.entries(GROUP):
        try:
            formats[entry.name] = plugins.load(entry, ("recognises", "parse"))
        except PluginError as error:
            failures.append(finding(f"{GROUP}:{entry.name}", 0, "D303", str(error)))
    return formats, tuple(failures)


def broken(name: str, error: Exception, path: str) -> Finding:
    """Return D303 for the format `name`, which failed on the file `path`."""
    return finding(path, 0, "D303", f"{name}: {plugins.describe(error)}")
