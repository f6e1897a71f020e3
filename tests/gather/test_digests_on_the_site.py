"""Digests of gathered papers, built into a site: a new version replaces the older one."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from publisher.gather.digest import render_digest
from publisher.models import PaperChange, SummaryText
from publisher.models.gathering import Candidate, DigestEntry, WrittenSummary
from publisher.services import build
from publisher.settings import load
from publisher.settings.sections.gather import GatherTopic

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

TREES = GatherTopic(name="Trees")


def entry(version: int, summary: str, change: PaperChange | None = None) -> DigestEntry:
    written = WrittenSummary(
        (SummaryText("en", summary, ("Fast.",)), SummaryText("zh", "树会长。", ("快。",))),
        "qwen3:8b",
        "builtin-1",
        "abstract",
    )
    paper = Candidate(
        "arxiv:2611.00001", "Growing trees", ("Ada Author",), "We grow trees.", version
    )
    return DigestEntry(paper, ("keyword trees in the title",), written, change)


def write(settings: Settings, day: date, entry: DigestEntry, topic: GatherTopic = TREES) -> None:
    folder = settings.base / "digests"
    folder.mkdir(exist_ok=True)
    text = render_digest(topic, day, [entry], settings.site.zone)
    (folder / f"{day}-{topic.name}.md").write_text(text, encoding="utf-8")


def settings_in(folder: Path) -> Settings:
    config = folder / "publisher.toml"
    config.write_text(
        '[site]\nurl = "https://papers.example.org/"\ntitle = "Papers"\nlanguage = "en"\n'
        '[source]\ncache = "cache"\n[output]\nfolder = "site"\n',
        encoding="utf-8",
    )
    return load(config, {}, {})


def test_a_new_version(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    site = tmp_path / "site"
    write(settings, date(2024, 11, 4), entry(1, "Trees grow."))
    build.build(settings)
    page = (site / "papers" / "2611.00001.html").read_text()
    assert "Trees grow." in page
    assert "树会长。" in page
    assert "Changed" not in page

    change = PaperChange(3, 1, ("abstract",))
    write(settings, date(2024, 11, 7), entry(3, "Trees grow tall.", change))
    build.build(settings)
    page = (site / "papers" / "2611.00001.html").read_text()
    assert "Changed from version 1 to 3: abstract" in page
    assert "Trees grow tall." in page
    (item,) = json.loads((site / "feed.json").read_text())["items"]
    assert item["summary"] == "Trees grow tall. (AI-written)"
    assert item["date_published"].startswith("2024-11-04")
    assert item["date_modified"].startswith("2024-11-07")
    for name in ("atom.xml", "rss.xml", "feed.json", "languages/zh/atom.xml"):
        text = (site / name).read_text()
        for part in (
            "Changed from version 1 to 3: abstract",
            "Written by qwen3:8b from the abstract, prompt builtin-1",
            "Chosen for: keyword trees in the title",
            "树会长。",
        ):
            assert part in text, name


def test_the_change_stays_where_another_topic_has_the_version_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    change = PaperChange(3, 1, ("abstract",))
    write(settings, date(2024, 11, 4), entry(1, "Trees grow."))
    write(settings, date(2024, 11, 7), entry(3, "Trees grow tall.", change))
    write(settings, date(2024, 11, 8), entry(3, "Trees grow."), GatherTopic(name="Woods"))
    (paper,) = build.collect(settings).papers
    assert paper.version == 3
    assert paper.change == change
    assert [topic.name for topic in paper.topics] == ["Trees", "Woods"]
