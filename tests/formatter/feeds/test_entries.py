"""Contents of an entry, and the documents that entries become."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree
from support import feedgen_entries
from support.sample_feed import NOON, ROOT, feed, paper, settings

from publisher.errors import SettingsError
from publisher.formatter.feeds.entries import make_entry, newest_update
from publisher.formatter.feeds.entry_maker import EntryMaker
from publisher.formatter.feeds.formats import FORMATS, atom, rss
from publisher.formatter.feeds.timeline import FeedItem, summaries_of
from publisher.formatter.feeds.xml_text import uri
from publisher.models import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.feeds.formats import FeedFormat
    from publisher.models import Paper

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_FEED, RSS, JSON_FEED = (
    next(feed_format for feed_format in FORMATS if feed_format.file_name == name)
    for name in ("atom.xml", "rss.xml", "feed.json")
)
ALL = pytest.mark.parametrize("feed_format", FORMATS, ids=lambda known: known.label)


def content(level: str) -> str:
    return make_entry(paper(), settings(feeds={"content": level})).html


def test_full_content_in_its_order() -> None:
    parts = (
        '<img src="https://img.example.org/a.png" alt="《Fields of light》插图">',
        "Ada Lovelace, 王小明",
        "CVPR 2024",
        '<h3 lang="zh-CN">总结（AI 生成）</h3>\n<p lang="zh">提出',
        '<h3 lang="zh-CN">要点（AI 生成）</h3>',
        '<li lang="zh">一</li>\n<li lang="en">Two</li>',
        '<h3 lang="zh-CN">摘要</h3>\n<p lang="en">We paint',
        '<a href="https://arxiv.org/abs/2411.19525">arXiv</a>',
        '<a href="https://arxiv.org/pdf/2411.19525v1">PDF</a>',
        '<a href="https://github.com/ada/light">代码：ada/light</a>',
        '<a href="https://ada.github.io/light/">项目：ada.github.io</a>',
    )
    html = content("full")
    places = [html.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert "背景" not in html
    assert "b.JPG" not in html


def test_notes_are_marked_as_machine_written() -> None:
    html = content("notes")
    assert '<h3 lang="zh-CN">研究背景（AI 生成）</h3>\n<p lang="zh">背景</p>\n<p lang="zh">' in html
    assert "中断" in html
    assert html.index("要点") < html.index("研究背景") < html.index("方法（") < html.index("arXiv<")
    assert html.count("<img") == 2


def test_summary_content() -> None:
    html = content("summary")
    assert "We paint" not in html
    assert "<img" not in html
    assert "提出" in html
    assert "PDF</a>" in html


def test_the_abstract_stands_in_for_a_summary() -> None:
    bare = paper(summary=None, takeaways=(), notes=None)
    entry = make_entry(bare, settings(feeds={"content": "summary"}))
    assert "We paint" in entry.html
    assert "AI" not in entry.html
    assert (entry.summary, entry.language) == ("We paint with light.", "en")


@pytest.mark.parametrize(
    ("links", "abs_url", "url"),
    [
        ("page", "https://arxiv.org/abs/2411.19525", f"{ROOT}papers/2411.19525.html"),
        ("source", "https://arxiv.org/abs/2411.19525", "https://arxiv.org/abs/2411.19525"),
        ("source", "", "https://arxiv.org/pdf/2411.19525v1"),
    ],
)
def test_where_an_entry_leads(links: str, abs_url: str, url: str) -> None:
    entry = make_entry(paper(abs_url=abs_url), settings(feeds={"links": links}))
    assert entry.url == url
    assert entry.source_url == (abs_url if links == "page" else "")


def test_settings_are_checked() -> None:
    with pytest.raises(SettingsError, match=r"feeds\.content"):
        settings(feeds={"content": "everything"})
    with pytest.raises(SettingsError, match=r"feeds\.links"):
        settings(feeds={"links": "nowhere"})


def test_a_machines_summary_is_marked_in_its_own_language() -> None:
    assert make_entry(paper(), settings()).summary.endswith("。（AI 生成）")
    english = make_entry(paper(summary="Painting with light."), settings())
    assert english.summary == "Painting with light. (AI-written)"


def test_dates_can_be_given() -> None:
    later = NOON + timedelta(days=1)
    entry = make_entry(paper(), settings(), published=later, updated=later + timedelta(seconds=1))
    assert (entry.published, entry.updated) == (later, later + timedelta(seconds=1))


def test_an_id_is_a_tag_uri_and_that_of_arxiv_stays_as_it_is() -> None:
    assert make_entry(paper(), settings()).id == "tag:papers.example.org,2024:arxiv:2411.19525"
    old = make_entry(paper(id="arxiv:cs/0112017"), settings())
    assert old.id == "tag:papers.example.org,2024:arxiv:cs/0112017"
    odd = make_entry(paper(id="doi:10.1/<a b>#c%"), settings())
    assert odd.id == "tag:papers.example.org,2024:doi:10.1/%3Ca%20b%3E%23c%25"


@pytest.mark.parametrize(
    ("tag_date", "day"),
    [("2024", (2024, 1, 1)), ("2023-05", (2023, 5, 1)), ("2023-05-06", (2023, 5, 6)),
     ("2023-02-31", (2023, 1, 1)), ("0000", (1990, 1, 1))],
)  # fmt: skip
def test_a_date_for_no_entries(tag_date: str, day: tuple[int, int, int]) -> None:
    chosen = settings(site={"url": ROOT, "tag_date": tag_date})
    assert newest_update((), chosen) == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arxiv.org/abs/1", "https://arxiv.org/abs/1"),
        (" https://x.org ", "https://x.org"),
        ("https://x.org?a=b", "https://x.org/?a=b"),
        ("HTTPS://X.org/A", "https://x.org/A"),
        ("https://例え.jp/论文?q=数#节",
         "https://xn--r8jz45g.jp/%E8%AE%BA%E6%96%87?q=%E6%95%B0#%E8%8A%82"),
        ("https://x.org/a%20b%zz|[1]#a#b", "https://x.org/a%20b%25zz%7C%5B1%5D#a%23b"),
        ("https://x.org:8080/", "https://x.org:8080/"),
        ("https://x.org:99999/", ""),
        ("https://user:secret@x.org/", ""),
        ("https://x.org/a b", ""),
        ("javascript:alert(1)", ""),
        ("//x.org/", ""),
        ("http://[::1", ""),
        ("https:///x", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_uri(url: str, expected: str) -> None:
    assert uri(url) == expected


def test_each_part_says_its_language() -> None:
    entry = make_entry(paper(), settings())
    root = etree.fromstring(ATOM_FEED.render(feed((entry,), settings())))
    parts = {name: root.find(f"{ATOM}entry/{ATOM}{name}") for name in ("title", "summary")}
    assert {name: part.get(XML_LANG) for name, part in parts.items()} == {
        "title": "en",
        "summary": "zh",
    }
    item = json.loads(JSON_FEED.render(feed((entry,), settings())))["items"][0]
    assert item["language"] == "zh"


def test_the_figure_and_the_pdf_in_every_format() -> None:
    made = feed((make_entry(paper(), settings()),), settings())
    for document in (ATOM_FEED.render(made), RSS.render(made)):
        entry = feedparser.parse(document).entries[0]
        assert entry.media_thumbnail == [{"url": "https://img.example.org/a.png"}]
        assert entry.media_content[0]["type"] == "image/png"
        assert entry.enclosures == []
        assert [author["name"] for author in entry.authors][:1] == ["Ada Lovelace"]
        assert ("related", "https://arxiv.org/pdf/2411.19525v1") in [
            (link["rel"], link["href"]) for link in entry.links
        ]
    item = json.loads(JSON_FEED.render(made))["items"][0]
    assert item["image"] == "https://img.example.org/a.png"
    assert item["external_url"] == "https://arxiv.org/abs/2411.19525"
    assert item["attachments"][0]["mime_type"] == "application/pdf"


def test_hub_and_archives() -> None:
    archive = replace(
        feed((), settings(), hub_url="https://hub.example.org/", folder="topics/nerf/"),
        month="2024-11",
        older="2024-10",
        newer="2024-12",
    )
    expected = {
        "hub": "https://hub.example.org/",
        "self": f"{ROOT}archive/2024-11/topics/nerf/NAME",
        "current": f"{ROOT}topics/nerf/NAME",
        "prev-archive": f"{ROOT}archive/2024-10/topics/nerf/NAME",
        "next-archive": f"{ROOT}archive/2024-12/topics/nerf/NAME",
    }
    for feed_format in (ATOM_FEED, RSS):
        root = etree.fromstring(feed_format.render(archive))
        found = {link.get("rel"): link.get("href") for link in root.iter(f"{ATOM}link")}
        generic = {rel: href.replace(feed_format.file_name, "NAME") for rel, href in found.items()}
        assert expected.items() <= generic.items()
        assert root.find(".//{http://purl.org/syndication/history/1.0}archive") is not None
    document = json.loads(JSON_FEED.render(archive))
    assert document["next_url"] == f"{ROOT}archive/2024-10/topics/nerf/feed.json"
    assert document["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]


def many(count: int) -> tuple[object, ...]:
    return tuple(
        make_entry(
            paper(id=f"arxiv:2411.{number:05}", abstract="light " * 100),
            settings(),
            updated=NOON - timedelta(microseconds=number) if number else NOON,
        )
        for number in range(count)
    )


@ALL
def test_a_feed_keeps_to_its_limit(feed_format: FeedFormat) -> None:
    whole = feed(many(12), settings())
    size = len(feed_format.render(whole))
    assert feed_format.render(whole, size) == feed_format.render(whole)
    counts = []
    for limit in range(size + 10, 0, -97):
        document = feed_format.render(whole, limit)
        count = document.count(b"tag:papers.example.org,2024:arxiv")
        assert len(document) <= limit or count == 1
        # The next one would not have fitted: as many as possible are in.
        more = feed_format.render(replace(whole, entries=whole.entries[: count + 1]))
        assert len(more) > limit or count == 12
        counts.append(count)
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == set(range(1, 13))


def test_a_feed_cut_short_is_as_old_as_its_newest_entry() -> None:
    old, new = many(2)[1], replace(many(2)[0], updated=NOON + timedelta(days=1))
    whole = feed((old, new), settings())
    assert b"<updated>2024-12-03T12:00:00+00:00</updated>\n  <author>" in ATOM_FEED.render(whole)
    assert b"2024-12-03" not in ATOM_FEED.render(whole, 1)


def test_an_entry_is_made_once_however_many_feeds_hold_it() -> None:
    papers = [paper(id=f"arxiv:2411.{number:05}") for number in range(3)]
    asked: list[int] = []

    def paper_of(number: int) -> Paper:
        asked.append(number)
        return papers[number]

    store: dict[int, bytes] = {}
    looked_up: list[int] = []

    def lookup(keys: Sequence[int]) -> dict[int, bytes]:
        looked_up.extend(keys)
        return {key: store[key] for key in keys if key in store}

    maker = EntryMaker(paper_of, settings(), lookup, recent=frozenset((0,)))
    items = [
        FeedItem(number, summary, 1_700_000_000 + number, "2024-12", number)
        for number, summary in enumerate(summaries_of(papers))
    ]
    documents: list[bytes] = []
    for folder in ("", "topics/nerf/", "topics/a/"):
        for month in ("", "2024-12"):
            whole = feed(maker.pending(items), settings(), folder=folder, month=month)
            documents += [feed_format.render(whole) for feed_format in FORMATS]
    assert sorted(asked) == [0, 1, 2]
    assert len(looked_up) == len(FORMATS)
    # The next batch of targets makes anew what nobody keeps.
    kept = maker.take_fresh()
    maker.forget()
    assert len(kept) == len(FORMATS)
    store.update(kept)
    again = feed(maker.pending(items), settings(), folder="", month="")
    assert [feed_format.render(again) for feed_format in FORMATS] == documents[: len(FORMATS)]
    assert sorted(asked) == [0, 1, 1, 2, 2]


SIGNS = "ab &<>\"'\t\r\n]]>é中\u2028&amp;<b>"


@pytest.mark.parametrize("seed", range(40))
def test_entries_are_those_that_feedgen_would_make(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets

    def some(most: int = 40, least: int = 0) -> str:
        text = "".join(chance.choice(SIGNS) for _ in range(chance.randrange(least, most)))
        return text if chance.random() < 0.8 else "a" * bool(least)

    entry = replace(
        make_entry(paper(), settings()),
        id="tag:" + some(least=1),
        url="https://papers.example.org/" + some(),
        title=some(),
        summary=some(),
        html=some(200, 2),
        authors=tuple(some() for _ in range(chance.randrange(4))),
        topics=tuple(Topic(f"t-{n}", some()) for n in range(chance.randrange(3))),
        image_url=chance.choice(["", "https://img.example.org/a?b=1&c=2"]),
        pdf_url=chance.choice(["", "https://arxiv.org/pdf/1&2"]),
        source_url=chance.choice(["", "https://arxiv.org/abs/1"]),
        title_language=chance.choice(["", "en"]),
        summary_language=chance.choice(["", "zh-CN"]),
        language=chance.choice(["", "zh"]),
    )
    scheme = "https://papers.example.org/topics/?a&b"
    assert atom._render_entry(entry, scheme) == feedgen_entries.atom_entry(entry, scheme)
    assert rss._render_entry(entry, scheme) == feedgen_entries.rss_item(entry, scheme)
