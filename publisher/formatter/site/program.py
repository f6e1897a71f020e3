"""The fingerprint of what every file depends on: the program, its templates and the settings."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher import wcag  # the colours of pages depend on it
from publisher.formatter.site.build_target import stable_hash
from publisher.formatter.templating.folders import template_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.settings import Settings

# Packages that write a part of the output; another version may write it differently.
_WRITERS = ("deflate", "feedgen", "jinja2", "lxml", "msgspec")


def program_fingerprint(settings: Settings) -> int:
    """Return 63 bits that differ where any of it differs. Raises `TemplateError`."""
    package = Path(__file__).parents[2]
    folders = [
        *(package / room for room in ("formatter", "models", "newsletter", "settings")),
        *template_folders(settings),
    ]
    texts = [wcag.__file__, *(file for folder in folders for file in _files(folder))]
    # Of the inbox, pages show the address alone.
    inbox = (settings.inbox.is_set_up, settings.inbox_address)
    shown = (settings.site, settings.feeds, settings.newsletter, inbox, settings.web.root)
    return stable_hash(
        sys.version,
        msgspec.json.encode(shown),
        *(Path(file).read_bytes() for file in texts),
        *map(_version, _WRITERS),
    )


def _files(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".py", ".j2", ".toml")):
                yield os.path.join(parent, name)  # noqa: PTH118 - hundreds of them, every time


def _version(package: str) -> int:
    """Return when `package` was installed; to read its version takes longer."""
    spec = find_spec(package)
    origin = spec.origin if spec else None
    return os.stat(origin).st_mtime_ns if origin else 0  # noqa: PTH116 - a text, as above
