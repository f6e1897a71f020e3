"""A blog in an empty folder, and `publisher preview --serve` of it as a process."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
from support.ports import free_port
from support.program import PATIENCE, running, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.program import Running

DIGEST = """\
---
tags: [NeRF]
date: 2024-12-01
---
## {title}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2412.{number:05}v1)

**Summary**
It works.

**Key Takeaways**
- One.
"""
SETTINGS = """\
[site]
title = "Paper Notes"
url = "https://papers.example.org/"
language = "en"
timezone = "UTC"

[templates]
folder = "mine"

[mail]
from_address = "news@papers.example.org"
"""


def digest(number: int, title: str = "") -> str:
    return DIGEST.format(title=title or f"Paper number {number}", number=number)


def blog(home: Path) -> Path:
    """Return `home` with settings, an empty folder of templates and one digest."""
    (home / "digests").mkdir()
    (home / "mine").mkdir()
    (home / "digests" / "1.md").write_text(digest(1), encoding="utf-8")
    (home / "publisher.toml").write_text(SETTINGS, encoding="utf-8")
    return home


@dataclass
class Previewed:
    """A running preview."""

    home: Path
    process: Running
    client: httpx2.Client

    @property
    def root(self) -> str:
        return str(self.client.base_url)

    def page(self, path: str = "/") -> str:
        return self.client.get(path).text

    def shows(self, text: str, path: str = "/") -> None:
        """Wait until the page at `path` has `text`."""
        until(lambda: text in self.page(path))

    def paths_of(self, pattern: str) -> list[str]:
        return sorted(path.name for path in self.home.glob(pattern))


@contextmanager
def previewing(home: Path, *options: str, **variables: str) -> Iterator[Previewed]:
    """Preview what is in `home` until the block ends."""
    port = free_port()
    arguments = ("preview", "--serve", "--port", str(port), *options)
    with running(home, *arguments, **variables) as process:
        address = re.search(r"http://\S+?/", process.said("Preview: "))
        assert address is not None
        with httpx2.Client(base_url=address[0], timeout=PATIENCE, trust_env=False) as client:
            yield Previewed(home, process, client)
