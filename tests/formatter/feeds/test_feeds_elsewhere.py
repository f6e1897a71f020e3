"""Feeds as the world around them takes them: after a move, by validators, readers and Zotero."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from support.sample_feed import feed, paper, settings

from publisher.errors import SettingsError
from publisher.formatter.citations.citation import make_citation
from publisher.formatter.citations.web import meta_tags
from publisher.formatter.feeds import formats
from publisher.formatter.feeds.entries import make_entry
from publisher.formatter.feeds.entry_content import render_content
from publisher.formatter.feeds.opml import render_opml
from publisher.formatter.pages import render_paper
from publisher.formatter.templating.templates import lang_attributes
from publisher.language_detection import is_right_to_left
from publisher.models import Venue
from publisher.services import build as build_service
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = "{http://purl.org/syndication/history/1.0}"
POST = "---\ntitle: Day\ndate: 2024-12-02 08:00:00\ntags: [NeRF]\n---\n\n## Paper about light\n"


def test_ids_stay_where_the_setting_keeps_the_host() -> None:
    old = make_entry(paper(), settings()).id
    moved = {"url": "https://new.example.com/papers/", "title": "Papers"}
    assert make_entry(paper(), settings(site=moved)).id != old
    kept = settings(site=moved | {"tag_domain": "papers.example.org"})
    assert make_entry(paper(), kept).id == old


@pytest.mark.parametrize("host", ["https://a.example/", "a b", "A.example", "-a.example", "a..b"])
def test_the_host_of_ids_is_a_host(host: str) -> None:
    with pytest.raises(SettingsError, match="tag_domain"):
        settings(site={"tag_domain": host})


def test_a_build_that_changes_ids_says_so(tmp_path: Path) -> None:
    posts, site = tmp_path / "posts", tmp_path / "site"
    posts.mkdir()
    (posts / "2024-12-02-day.md").write_text(POST + "\n**Abstract**: We measure.\n", "utf-8")

    def warnings(**changes: str) -> str:
        sections = {
            "site": {"url": "https://old.example.org/"} | changes,
            "source": {"folders": [str(posts)]},
            "output": {"folder": str(site)},
        }
        return " ".join(build_service.build(load(None, {}, sections)).warnings)

    assert warnings() == ""
    assert warnings() == ""
    moved = {"url": "https://new.example.org/"}
    assert 'set site.tag_domain = "old.example.org"' in warnings(**moved)
    assert warnings(**moved) == ""
    back = warnings(**moved, tag_domain="old.example.org", tag_date="2023")
    assert 'tag_domain = "new.example.org" and site.tag_date = "2024"' in back
    # A new path or scheme changes no id.
    assert (
        warnings(url="http://new.example.org/x/", tag_domain="old.example.org", tag_date="2023")
        == ""
    )
    # Nobody follows a site that has no address yet.
    (site / "atom.xml").write_bytes(b"<feed><id>tag:localhost,2024:/</id></feed>")
    assert warnings(**moved) == ""


@pytest.mark.parametrize(
    ("tag", "from_right"),
    [
        *((tag, True) for tag in ("ar", "he", "fa-IR", "ur", "yi", "az-Arab")),
        *((tag, False) for tag in ("en", "zh-CN", "ar-Latn", "el", "")),
    ],
)
def test_languages_that_run_from_right_to_left(tag: str, *, from_right: bool) -> None:
    assert is_right_to_left(tag) is from_right
    assert lang_attributes(tag) == f'lang="{tag}"' + (' dir="rtl"' if from_right else "")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("תקציר המאמר בעברית", "he"),
        ("ملخص الورقة باللغة العربية", "ar"),
        ("چکیده مقاله به فارسی", "ar"),
    ],
)
def test_texts_from_right_to_left_say_so(text: str, tag: str) -> None:
    odd = paper(title=text, abstract=text, summary=text, takeaways=(text,), abstract_html="")
    content = render_content(odd, settings())
    page = next(iter(render_paper(odd, settings()).values())).decode()
    for html in (content, page):
        # Every part in the language has its direction, and nothing else has one.
        assert html.count(f'lang="{tag}"') == html.count(f'lang="{tag}" dir="rtl"') > 2
        assert html.count("dir=") == html.count(f'lang="{tag}"')
    assert "dir=" not in render_content(paper(), settings())


@pytest.mark.parametrize(
    ("venue", "kind"),
    [(None, "preprint"), (Venue("CVPR", 2024), ""), (Venue("TPAMI"), "")],
)
def test_zotero_is_told_of_preprints(venue: Venue | None, kind: str) -> None:
    # Its "Embedded Metadata" takes citation_title alone for a journal's article, and a DC.type
    # that is one of its own types for what it says.
    tags = meta_tags(make_citation(paper(venue=venue)), "https://papers.example.org/a.html")
    assert re.findall('name="DC.type" content="(.*?)"', tags) == ([kind] if kind else [])
    assert ("citation_journal_title" in tags or "citation_conference_title" in tags) is not bool(
        kind
    )


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
@pytest.mark.parametrize(
    ("older", "newer"), [("", ""), ("2024-11", ""), ("", "2025-01"), ("2024-11", "2025-01")]
)
def test_archives_are_linked_or_complete(name: str, older: str, newer: str) -> None:
    chosen = settings()
    entries = (make_entry(paper(), chosen),)
    document = replace(feed(entries, chosen), month="2024-12", older=older, newer=newer)
    feed_format = next(line for line in formats.FORMATS if line.file_name == name)
    root = etree.fromstring(feed_format.render(document))
    links = {link.get("rel") for link in root.iter("{http://www.w3.org/2005/Atom}link")}
    # W3C's validator: ArchiveIncomplete, MissingCurrentInArchive, FeedRelInCompleteFeed.
    assert root.find(f".//{HISTORY}archive") is not None
    complete = root.find(f".//{HISTORY}complete") is not None
    assert complete is not bool(links & {"prev-archive", "next-archive"})
    assert complete is not ("current" in links)


def test_opml_tells_all_papers_from_parts_of_them() -> None:
    one = feed((), settings())
    part = replace(one, folder="topics/a/", title="A")
    root = etree.fromstring(render_opml({"All": [one], "Parts": [part], "None": []}, "Papers"))
    folders = root.findall("body/outline")
    assert [folder.get("text") for folder in folders] == ["All", "Parts"]
    assert [len(folder) for folder in folders] == [1, 1]
    assert not any(folder.get("xmlUrl") for folder in folders)


@pytest.mark.parametrize("content", ["full", "notes"])
def test_entries_and_pages_have_the_summary_first(content: str) -> None:
    chosen = settings(feeds={"content": content})
    texts = (paper().summary or "", paper().takeaways[1], paper().abstract)
    page = next(iter(render_paper(paper(), chosen).values())).decode()
    body = page.partition("<main")[2]
    for html in (render_content(paper(), chosen), body):
        places = [html.index(text) for text in texts]
        assert places == sorted(places)
