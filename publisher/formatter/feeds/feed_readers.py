"""Links that subscribe to a feed in a reader's own website or app."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import quote

_FILE = Path(__file__).with_suffix(".toml")


def reader_links(address: str) -> tuple[tuple[str, str], ...]:
    """Return the name of each reader, "" for an app of the device, and its link for a feed."""
    encoded = quote(address, safe="")
    return tuple((name, link.format(address=encoded, plain=address)) for name, link in _readers())


@cache
def _readers() -> tuple[tuple[str, str], ...]:
    readers = tomllib.loads(_FILE.read_text(encoding="utf-8"))["readers"]
    return tuple((reader["name"], reader["link"]) for reader in readers)
