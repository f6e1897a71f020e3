from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from publisher.formatter.pages import FeedLink, render_pages
from publisher.models import Collection, Paper, Topic
from publisher.settings import Settings, Site
from publisher.settings.sections import Feeds

NERF, AVATAR = Topic("nerf", "NeRF"), Topic("avatar", "数字人")
NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
FORMATS = (
    ("atom.xml", "application/atom+xml"),
    ("rss.xml", "application/rss+xml"),
    ("feed.json", "application/feed+json"),
)
SETTINGS = Settings(
    site=Site(
        title="Paper Notes",
        url="https://papers.example.org/notes",
        language="en",
        description="Read less",
        author="Ada",
    )
)


def make_paper(number: int = 1, **changes: Any) -> Paper:
    values: dict[str, Any] = {
        "id": f"arxiv:2412.{number:05d}",
        "version": 1,
        "title": f"Number {number}: Fast Rendering of Scenes from Few Photographs",
        "authors": ("Ada Example", "Bob Example"),
        "abstract": "We render.",
        "comment": "Accepted at Example 2024",
        "abs_url": f"https://arxiv.org/abs/2412.{number:05d}",
        "pdf_url": f"https://arxiv.org/pdf/2412.{number:05d}v1",
        "code_urls": (),
        "topics": (NERF,),
        "digests": (),
        "first_published": NOON - timedelta(minutes=number),
        "updated": NOON,
        "summary": "提出一种快速渲染方法，只需少量照片即可重建场景。" * 2,
        "takeaways": ("这是一个要点，说明论文的一个贡献与结果。",) * 7,
        "figures": (),
        "repaired": False,
    }
    return Paper(**(values | changes))


def make_collection(*papers: Paper) -> Collection:
    by_topic = {
        topic.slug: [paper for paper in papers if topic in paper.topics] for topic in (NERF, AVATAR)
    }
    return Collection(papers, (NERF, AVATAR), by_topic, digest_count=1, findings=())


def make_feeds() -> list[FeedLink]:
    feeds = [FeedLink(name, f"Everything as {name}", kind) for name, kind in FORMATS]
    for topic in (NERF, AVATAR):
        feeds += [
            FeedLink(f"topics/{topic.slug}/{name}", f"{topic.name} as {name}", kind, topic.slug)
            for name, kind in FORMATS
        ]
    return feeds


def pages_of(*papers: Paper, settings: Settings = SETTINGS) -> dict[str, lxml_html.HtmlElement]:
    pages = render_pages(make_collection(*papers), make_feeds(), settings)
    return {path: lxml_html.fromstring(page.decode()) for path, page in pages.items()}


def test_one_landing_page_and_one_for_each_topic() -> None:
    pages = pages_of(make_paper(1), make_paper(2, topics=(AVATAR, NERF)))

    assert list(pages) == ["index.html", "topics/nerf/index.html", "topics/avatar/index.html"]
    counts = [
        " ".join(li.text_content().split()) for li in pages["index.html"].cssselect(".topics li")
    ]
    assert counts == ["NeRF 2", "数字人 1"]
    assert len(pages["index.html"].cssselect(".paper")) == 2
    assert len(pages["topics/avatar/index.html"].cssselect(".paper")) == 1
    assert pages["topics/nerf/index.html"].xpath("string(//title)") == "NeRF – Paper Notes"


def test_every_feed_can_be_copied_and_discovered() -> None:
    pages = pages_of(make_paper())

    for path, count in (("index.html", 9), ("topics/nerf/index.html", 3)):
        addresses = [code.text_content() for code in pages[path].iter("code")]
        assert len(addresses) == count
        assert all(a.startswith("https://papers.example.org/notes/") for a in addresses)
    found = pages["topics/nerf/index.html"].xpath("//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href"), link.get("title")) for link in found] == [
        (kind, f"https://papers.example.org/notes/topics/nerf/{name}", f"NeRF as {name}")
        for name, kind in FORMATS
    ]
    assert len(pages["index.html"].xpath("//link[@rel='alternate']")) == 3


def test_links_between_pages_are_relative_and_lead_somewhere() -> None:
    rendered = render_pages(
        make_collection(make_paper(topics=(NERF, AVATAR))), make_feeds(), SETTINGS
    )
    files = {*rendered, "opml.xml", *(feed.path for feed in make_feeds())}

    for path, page in rendered.items():
        document = lxml_html.fromstring(page.decode())
        for href in document.xpath("//a/@href"):
            if href.startswith("#"):
                assert document.get_element_by_id(href[1:]) is not None
            elif not urlsplit(href).scheme:
                target = urljoin(f"https://h/{path}", href).removeprefix("https://h/")
                assert target in files, f"{path} -> {href}"
                assert not PurePosixPath(href).is_absolute()


def test_nothing_comes_from_elsewhere() -> None:
    for page in render_pages(make_collection(make_paper()), make_feeds(), SETTINGS).values():
        text = page.decode()
        document = lxml_html.fromstring(text)
        assert not list(document.iter("script", "img", "iframe", "form", "object"))
        assert not document.xpath("//link[@rel='stylesheet']")
        assert not re.search(r"url\(|@import|@font-face| on[a-z]+=", text)
        policy = document.xpath("string(//meta[@http-equiv]/@content)")
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_pages_are_for_everyone() -> None:
    for document in pages_of(make_paper(topics=(NERF, AVATAR))).values():
        assert document.get("lang") == "en"
        assert document.xpath("(//body/a)[1]/@href") == ["#papers"]
        assert document.xpath("//main/@id") == ["papers"]
        assert len(document.xpath("//h1")) == 1
        for landmark in ("header", "nav", "main", "footer"):
            assert len(list(document.iter(landmark))) == 1
        for element in document.xpath("//*[@aria-labelledby]"):
            assert document.get_element_by_id(element.get("aria-labelledby")) is not None
        ids = document.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert document.xpath("//li[@class='paper']/p[contains(., '渲染')]/@lang") == ["zh"]
        assert document.xpath("//li[@class='paper']/h3/@lang") == ["en"]
        for link in document.xpath("//li[@class='paper']//a[starts-with(@href, 'http')]"):
            assert link.get("rel") == "noopener"


def test_the_topics_page_is_marked_in_its_navigation() -> None:
    document = pages_of(make_paper())["topics/avatar/index.html"]

    assert document.xpath("//a[@aria-current='page']/text()") == ["数字人"]
    assert "No papers yet." in document.text_content()


def test_words_in_the_sites_language() -> None:
    settings = Settings(site=Site(language="zh-TW", title="論文"))

    document = pages_of(make_paper(), settings=settings)["index.html"]

    assert "最新论文" in document.text_content()


def test_hostile_texts_are_text_and_only_web_addresses_are_links() -> None:
    evil = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    paper = make_paper(
        title=evil,
        authors=(evil,),
        comment=evil,
        summary=evil,
        takeaways=(evil,),
        abs_url="javascript:alert(1)",
        pdf_url="data:text/html,<script>",
        code_urls=("//example.org/x", "https://example.org/ok"),
        topics=(Topic("evil", evil), NERF),
    )
    collection = Collection(
        (paper,), (Topic("evil", evil), NERF), {"evil": [paper], NERF.slug: [paper]}, 1, ()
    )
    settings = Settings(site=Site(title=evil, description=evil, author=evil))
    feeds = [FeedLink("atom.xml", evil, "application/atom+xml")]

    for path, page in render_pages(collection, feeds, settings).items():
        document = lxml_html.fromstring(page.decode())
        assert not list(document.iter("script", "img")), path
        assert document.xpath("string(//li[@class='paper']/h3)") == evil
        assert document.xpath("//li[@class='paper']//p[@class='links']/a/@href") == [
            "https://example.org/ok"
        ]
        assert not document.xpath("//li[@class='paper']/h3/a")


@pytest.mark.parametrize(("entries", "shown"), [(3, 3), (50, 50), (1000, 50)])
def test_the_newest_papers_are_shown_and_the_page_stays_small(entries: int, shown: int) -> None:
    site = Settings(site=SETTINGS.site, feeds=Feeds(entries=entries))
    papers = [make_paper(n) for n in range(80)]

    pages = render_pages(make_collection(*papers), make_feeds(), site)

    for path in ("index.html", "topics/nerf/index.html"):
        document = lxml_html.fromstring(pages[path].decode())
        titles = [h3.text_content().split(":")[0] for h3 in document.cssselect(".paper h3")]
        assert titles == [f"Number {n}" for n in range(shown)]
        assert "80 papers" in document.text_content()
        assert len(pages[path]) < 100_000


def test_dates_are_the_sites() -> None:
    late = make_paper(first_published=datetime(2024, 12, 3, 20, tzinfo=ZoneInfo("UTC")))

    document = pages_of(late)["index.html"]

    assert document.xpath("//time/@datetime") == ["2024-12-04"]


def test_an_empty_collection_still_has_a_page() -> None:
    pages = render_pages(Collection((), (), {}, 0, ()), [], SETTINGS)

    assert list(pages) == ["index.html"]
    assert b"No papers yet." in pages["index.html"]


def test_the_same_collection_gives_the_same_bytes() -> None:
    collection = make_collection(make_paper(1), make_paper(2, topics=(AVATAR,)))

    assert render_pages(collection, make_feeds(), SETTINGS) == render_pages(
        collection, make_feeds(), SETTINGS
    )


def test_every_class_in_the_markup_has_a_rule() -> None:
    style = ""
    used: set[str] = set()
    for document in pages_of(make_paper(topics=(NERF, AVATAR))).values():
        style = document.xpath("string(//style)")
        used |= {name for value in document.xpath("//@class") for name in value.split()}
    known = set(re.findall(r"\.([a-z]+)", style))

    assert used <= known
