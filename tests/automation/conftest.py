from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES

from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2024, 12, 1, tzinfo=UTC)
DIGEST = """\
---
tags: [NeRF]
date: {date}
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


@dataclass
class Home:
    """A folder with settings, the digests of one week, and a list of people."""

    folder: Path
    store: Store

    def settings(self, text: str = "", **source: str) -> None:
        keys = "".join(f'{key} = "{value}"\n' for key, value in source.items())
        site = '[site]\ntimezone = "Asia/Shanghai"\n'
        head = f'{site}[source]\nfolders = ["digests"]\ncache = "cache"\n{keys}'
        (self.folder / "publisher.toml").write_text(f"{head}{text}")

    def join(self, count: int) -> list[str]:
        addresses = [f"reader{number:02}@example.org" for number in range(count)]
        for address in addresses:
            self.store.subscribers.add(address, "", (), now=NOW)
            self.store.subscribers.confirm(address, now=NOW)
        return addresses

    def land(self, number: int, date: str = "2024-12-03") -> str:
        """Write a digest with one paper; return its title."""
        title = f"Paper number {number}"
        text = DIGEST.format(date=date, title=title, number=number)
        (self.folder / "digests" / f"{number}.md").write_text(text)
        return title

    def feed(self) -> str:
        return self.page("atom.xml")

    def page(self, name: str) -> str:
        path = self.folder / "paper-site" / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    for week in ("2024-12-02", "2024-12-05", "2024-12-06"):
        shutil.copytree(EXAMPLES / week, tmp_path / "digests" / week)
    with open_store(f"sqlite:///{tmp_path}/publisher.db") as store:
        made = Home(tmp_path, store)
        made.settings()
        yield made
