"""Feeds are complete back to the first digest, and stay as they were when a new one comes."""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from conftest import EXAMPLES
from support.feed_rules import problems

from publisher.formatter.feeds import feed_catalog
from publisher.services import build as build_service
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

ROOT = "http://localhost:8000/"
POST = """---
title: "{date} {topic}"
date: {date} {time}
tags: {topic}
---

# {date} {topic}

{papers}"""
PAPER = """## Paper number {number} about {topic}

**Authors**: Ada Lovelace, Charles Babbage

**Abstract**: We measure {number} things. {abstract}

[PDF](https://arxiv.org/abs/{number}v{version})

"""


def post(
    folder: Path,
    day: str,
    topic: str,
    numbers: list[str],
    *,
    time: str = "08:00:00",
    version: int = 1,
    abstract: str = "They are many.",
) -> None:
    papers = "".join(
        PAPER.format(number=number, topic=topic, version=version, abstract=abstract)
        for number in numbers
    )
    target = folder / day / f"{topic}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(POST.format(date=day, time=time, topic=topic, papers=papers))


def numbers(prefix: str, count: int) -> list[str]:
    return [f"{prefix}.{number:05d}" for number in range(1, count + 1)]


@pytest.fixture
def digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(feed_catalog, "LEAST_ARCHIVED", 1)
    folder = tmp_path / "digests"
    post(folder, "2024-01-10", "NeRF", numbers("2401", 3))
    post(folder, "2024-01-20", "Avatars", numbers("2401", 5))  # three of them again
    post(folder, "2024-03-05", "NeRF", numbers("2403", 4))
    post(folder, "2024-04-05", "NeRF", numbers("2404", 6))
    post(folder, "2024-04-05", "Avatars", numbers("2414", 6))  # at the same moment
    return folder


def settings(digests: Path, **sections: dict[str, object]) -> Settings:
    flags = {
        "source": {"folders": [str(digests)]},
        "output": {"folder": str(digests.parent / "out")},
        "store": {"url": f"sqlite:///{digests.parent / 'publisher.db'}"},
        **sections,
    }
    return load(None, {}, flags)


def build(digests: Path, **sections: dict[str, object]) -> Path:
    build_service.build(settings(digests, **sections))
    return digests.parent / "out"


def follow(out: Path, path: str) -> list[str]:
    """Return the ids of a feed's entries as a reader of RFC 5005 gathers them."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    while path:
        assert path not in seen
        seen.add(path)
        if path.endswith(".json"):
            document = json.loads((out / path).read_text())
            found.update(dict.fromkeys(item["id"] for item in document["items"]))
            older = document.get("next_url", "")
        else:
            parsed = feedparser.parse((out / path).read_bytes())
            assert not parsed.bozo
            found.update(dict.fromkeys(entry.id for entry in parsed.entries))
            links = {link.rel: link.href for link in parsed.feed.links}
            older = links.get("prev-archive", "")
        path = older.removeprefix(ROOT)
    return list(found)


def updated(path: Path) -> dict[str, str]:
    return {entry.id: entry.updated for entry in feedparser.parse(path.read_bytes()).entries}


NAMES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}


@pytest.mark.parametrize("archives", [["atom", "rss"], ["json"], ["rss", "json", "atom"], []])
def test_the_archive_leads_back_to_the_first_paper(digests: Path, archives: list[str]) -> None:
    build(digests)
    out = build(digests, feeds={"entries": 2, "archives": archives})
    for form, name in NAMES.items():
        counts = [len(follow(out, f"{at}{name}")) for at in ("", "topics/nerf/", "topics/avatars/")]
        whole = [3 + 2 + 4 + 6 + 6, 3 + 4 + 6, 5 + 6]
        assert counts == (whole if form in archives else [2, 2, 2]), name
    documents = {path.name for path in (out / "archive").rglob("*.*") if path.suffix != ".html"}
    assert documents == {NAMES[form] for form in archives}


@pytest.mark.parametrize(
    ("feeds", "has_abstract"), [({}, False), ({"archive_content": "full"}, True)]
)
def test_archives_are_as_long_as_the_settings_say(
    tmp_path: Path, feeds: dict[str, object], has_abstract: bool
) -> None:
    flags = {
        "source": {"folders": [str(EXAMPLES)]},
        "output": {"folder": str(tmp_path / "out")},
        "feeds": feeds,
    }
    build_service.build(load(None, {}, flags))
    current = (tmp_path / "out/atom.xml").read_text()
    archive = (tmp_path / "out/archive/2024-11/atom.xml").read_text()
    assert "Abstract" in current
    assert "media:thumbnail" in current
    assert ("Abstract" in archive) == has_abstract
    assert "media:thumbnail" not in archive
    assert not list((tmp_path / "out/archive").rglob("*.xml.gz"))


def test_archive_documents_know_their_neighbours(digests: Path) -> None:
    out = build(digests)
    links = {
        link.rel: link.href
        for link in feedparser.parse((out / "archive/2024-03/atom.xml").read_bytes()).feed.links
    }
    assert links["prev-archive"] == f"{ROOT}archive/2024-01/atom.xml"
    assert links["next-archive"] == f"{ROOT}archive/2024-04/atom.xml"
    assert links["current"] == f"{ROOT}atom.xml"
    assert links["self"] == f"{ROOT}archive/2024-03/atom.xml"
    assert b"<fh:archive/>" in (out / "archive/2024-03/atom.xml").read_bytes()
    # A topic's chain leaves out the months in which it had nothing.
    links = {
        link.rel: link.href
        for link in feedparser.parse(
            (out / "archive/2024-04/topics/avatars/atom.xml").read_bytes()
        ).feed.links
    }
    assert links["prev-archive"] == f"{ROOT}archive/2024-01/topics/avatars/atom.xml"


def test_a_document_takes_months_until_it_has_enough_papers(
    digests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_catalog, "LEAST_ARCHIVED", 7)
    out = build(digests, feeds={"entries": 2})
    documents = {path.parent.relative_to(out).as_posix() for path in out.glob("archive/**/rss.xml")}
    assert documents == {
        "archive/2024-01",
        "archive/2024-04",
        "archive/2024-01/topics/nerf",
        "archive/2024-01/topics/avatars",
        "archive/2024-04/topics/nerf",
    }
    feeds = ("atom.xml", "rss.xml", "topics/nerf/atom.xml", "topics/avatars/rss.xml")
    assert [len(follow(out, name)) for name in feeds] == [21, 21, 13, 11]
    before = {path: path.read_bytes() for path in out.glob("archive/2024-01/**/*.xml")}
    post(digests, "2024-04-20", "NeRF", numbers("2406", 9))
    build(digests, feeds={"entries": 2})
    assert {path: path.read_bytes() for path in before} == before


def test_all_times_differ_and_none_moves_when_a_digest_lands(digests: Path) -> None:
    out = build(digests)
    before = updated(out / "atom.xml")
    assert len(set(before.values())) == len(before) == 21
    post(digests, "2024-04-06", "NeRF", numbers("2405", 3))
    build(digests)
    after = updated(out / "atom.xml")
    assert after.keys() - before.keys() == {
        f"tag:localhost,2024:arxiv:{number}" for number in numbers("2405", 3)
    }
    assert {entry: after[entry] for entry in before} == before


def test_a_new_version_updates_its_entry_and_comes_first(digests: Path) -> None:
    out = build(digests, feeds={"entries": 5})
    entry = "tag:localhost,2024:arxiv:2401.00001"
    assert entry not in updated(out / "atom.xml")
    post(digests, "2024-05-01", "NeRF", ["2401.00001"], version=2, abstract="Now more.")
    build(digests, feeds={"entries": 5})
    feed = feedparser.parse((out / "atom.xml").read_bytes())
    assert feed.entries[0].id == entry
    assert feed.entries[0].updated.startswith("2024-05-01")
    assert feed.entries[0].published.startswith("2024-01-10")
    # Its place in the archive stays that of its first digest.
    assert entry in updated(out / "archive/2024-01/atom.xml")
    assert not (out / "archive/2024-05").exists()
    assert follow(out, "atom.xml").count(entry) == 1


def test_a_new_digest_changes_what_it_touches_and_nothing_else(digests: Path) -> None:
    build(digests)
    post(digests, "2024-04-06", "NeRF", numbers("2405", 1))
    written = build_service.build(settings(digests)).changes.written
    assert [path for path in written if path.startswith("papers/")] == ["papers/2405.00001.html"]
    assert not [path for path in written if "avatars" in path or "2024-01" in path]
    assert {"atom.xml", "index.html", "topics/nerf/rss.xml", "archive/2024-04/atom.xml"} < set(
        written
    )


def test_a_digest_that_goes_takes_its_files_along(digests: Path) -> None:
    out = build(digests)
    (digests / "2024-03-05" / "NeRF.md").unlink()
    removed = build_service.build(settings(digests)).changes.removed
    assert "papers/2403.00001.html" in removed
    assert "archive/2024-03/topics/nerf/rss.xml" in removed
    assert not (out / "archive/2024-03").exists()
    assert len(follow(out, "atom.xml")) == 17


def test_current_feeds_are_capped_by_bytes(digests: Path) -> None:
    for day in range(1, 29):
        post(
            digests, f"2024-06-{day:02d}", "NeRF", numbers(f"24{day + 20}", 3), abstract="x" * 3000
        )
    archives = list(NAMES)
    out = build(digests, feeds={"entries": 1000, "max_bytes": 100_000, "archives": archives})
    for name in NAMES.values():
        assert 50_000 < (out / name).stat().st_size <= 100_000
        assert len(follow(out, name)) == 21 + 84


def test_languages_and_saved_filters_have_feeds(digests: Path) -> None:
    out = build(digests)
    assert not (out / "languages").exists(), "there is but one"
    assert not (out / "filters").exists()
    post(
        digests,
        "2024-04-07",
        "NeRF",
        ["2404.09999"],
        abstract="我们提出了一种新的方法来重建三维场景。" * 9,
    )
    saved = [{"name": "things", "title": "Three things", "keywords": ["00003 things"]}]
    out = build(digests, feeds={"saved": saved, "entries": 20})
    assert set(updated(out / "languages/zh/atom.xml")) == {"tag:localhost,2024:arxiv:2404.09999"}
    assert len(follow(out, "languages/en/rss.xml")) == 20
    build(digests, feeds={"saved": saved, "entries": 20, "language_archives": True})
    assert len(follow(out, "languages/en/rss.xml")) == 21
    found = follow(out, "filters/things/atom.xml")
    assert len(found) == 4
    assert all(entry.endswith("00003") for entry in found)
    assert "Three things" in (out / "index.html").read_text()
    assert "filters/things/atom.xml" in (out / "opml.xml").read_text()
    build(digests)
    assert not (out / "filters").exists()


def test_sent_issues_are_on_the_web_and_in_a_feed(digests: Path) -> None:
    from publisher.services import drafts, publish
    from publisher.services.store import open_store

    chosen = settings(digests, newsletter={"max_age_days": 90})
    collection = build_service.build(chosen).collection
    out = digests.parent / "out"
    assert not (out / "issues").exists()
    moment = datetime.fromisoformat("2024-04-09T09:00:00+08:00")
    with open_store(chosen) as store:
        store.subscribers.add("ada@example.org", "", (), now=moment, detail="test")
        store.subscribers.confirm("ada@example.org", now=moment, detail="test")
        (issue,) = drafts.due_issues(collection, chosen, store, moment)
        publish.freeze(drafts.draft_issue(issue, chosen, store), chosen, store, moment)
    written = build_service.build(chosen).changes.written
    assert {"issues/index.html", f"issues/{issue.id}.html", "issues/atom.xml"} <= set(written)
    assert build_service.build(chosen).changes.written == ()
    (entry,) = feedparser.parse((out / "issues/atom.xml").read_bytes()).entries
    assert entry.id == f"tag:localhost,2024:issue:{issue.id}"
    assert entry.link == f"{ROOT}issues/{issue.id}.html"
    for name in ("atom.xml", "rss.xml", "feed.json"):
        assert problems((out / "issues" / name).read_bytes(), f"{ROOT}issues/{name}") == []
    page = (out / f"issues/{issue.id}.html").read_text()
    assert len(re.findall(r'href="\.\./papers/[^"]+\.html"', page)) >= len(issue.papers)
    assert "issues/index.html" in (out / "index.html").read_text()


def test_papers_of_one_moment_keep_seconds_apart(digests: Path) -> None:
    out = build(digests)
    times = sorted(
        datetime.fromisoformat(text) for text in updated(out / "archive/2024-04/atom.xml").values()
    )
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == [
        timedelta(seconds=1)
    ] * 11


def test_the_examples_have_a_complete_archive(tmp_path: Path) -> None:
    flags = {
        "source": {"folders": [str(EXAMPLES)]},
        "output": {"folder": str(tmp_path / "out")},
        "feeds": {"entries": 1},
    }
    build_service.build(load(None, {}, flags))
    assert len(follow(tmp_path / "out", "rss.xml")) == 25
