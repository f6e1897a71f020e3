"""A site with digests that is announced in chats of a `ChatServer`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.services import build
from publisher.services.announcements.announce import announce
from publisher.services.store import open_store
from publisher.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

    from support.chat_server import ChatServer

    from publisher.services.announcements.report import AnnouncementReport
    from publisher.store.database import Store

DIGEST = """\
---
tags: [NeRF]
date: {date}
---
## {title}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2611.{number:05}v1)
"""
TOKEN = "sEcReT0123456789"


class AnnouncingSite:
    """Targets are named at `write_settings`; each has an address of its own at the server."""

    def __init__(self, folder: Path, chat: ChatServer) -> None:
        self.folder, self.chat = folder, chat
        (folder / "digests").mkdir()
        self.count = 0
        self.write_settings("chat")

    def write_settings(self, *targets: str, **keys: str) -> None:
        lines = ["[site]", 'title = "Papers"', "[source]", 'cache = "cache"']
        lines += ["[announce]", "per_hour = 60", "per_day = 60"]
        for name in targets:
            url = f"json://127.0.0.1:{self.chat.port}/{TOKEN}/{name}"
            lines += ["[[announce.targets]]", f'name = "{name}"', f'url = "{url}"']
            lines += [f"{key} = {value}" for key, value in keys.items()]
        (self.folder / "publisher.toml").write_text("\n".join(lines))

    @property
    def settings(self) -> Settings:
        return load(self.folder / "publisher.toml", {})

    def store(self) -> Store:
        return open_store(self.settings)

    def land(self, date: str = "") -> str:
        """Write a digest with one paper, of today by default; return its title."""
        self.count += 1
        title = f"Paper number {self.count}"
        day = date or datetime.now(UTC).date().isoformat()
        text = DIGEST.format(date=day, title=title, number=self.count)
        (self.folder / "digests" / f"{self.count}.md").write_text(text)
        return title

    def announce(self, now: datetime | None = None) -> list[AnnouncementReport]:
        settings = self.settings
        collection = build.collect(settings)
        with self.store() as store:
            reports = announce(
                collection,
                settings,
                store,
                settings.announce.targets,
                now=lambda: now or datetime.now(UTC),
            )
            return list(reports)

    def states(self) -> list[str]:
        with self.store() as store:
            return [row.state.value for row in store.announcements.newest(20)]
