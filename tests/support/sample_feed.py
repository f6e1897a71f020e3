"""A paper with everything in it, and a feed, to be changed by each test as it needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from publisher.formatter.feeds.entries import Feed, FeedEntry, newest_update
from publisher.models import Notes, Paper, Topic, Venue
from publisher.settings import Settings, load

ROOT = "https://papers.example.org/"
NOON = datetime(2024, 12, 2, 12, tzinfo=UTC)


def settings(**sections: dict[str, object]) -> Settings:
    site = {"url": ROOT, "title": "Papers", "language": "zh-CN", "timezone": "Asia/Shanghai"}
    return load(None, {}, {"site": site} | sections)


def paper(**fields: Any) -> Paper:
    known: dict[str, Any] = {
        "id": "arxiv:2411.19525",
        "version": 1,
        "title": "Fields of light",
        "authors": ("Ada Lovelace", "王小明"),
        "abstract": "We paint with light.",
        "comment": "accepted at CVPR2024",
        "abs_url": "https://arxiv.org/abs/2411.19525",
        "pdf_url": "https://arxiv.org/pdf/2411.19525v1",
        "code_urls": ("https://github.com/ada/light",),
        "topics": (Topic("nerf", "NeRF"),),
        "digests": ("2024-12-02/NeRF.md",),
        "first_published": NOON,
        "updated": NOON,
        "summary": "提出一种用光作画的方法。",
        "takeaways": ("一", "Two"),
        "figures": ("https://img.example.org/a.png", "https://img.example.org/b.JPG"),
        "repaired": False,
        "project_urls": ("https://ada.github.io/light/",),
        "venue": Venue("CVPR", 2024),
        "notes": Notes(background="背景\n第二段", method="Method", cut_off=True),
    }
    return Paper(**known | fields)


def feed(entries: tuple[FeedEntry, ...], chosen: Settings, **fields: Any) -> Feed:
    known: dict[str, Any] = {
        "id": "tag:papers.example.org,2024:/",
        "title": "Papers",
        "description": "All of them",
        "folder": "",
        "home_url": ROOT,
        "root_url": ROOT,
        "language": "zh-CN",
        "author": "Lab",
        "updated": newest_update(entries, chosen),
        "entries": entries,
    }
    return Feed(**known | fields)
