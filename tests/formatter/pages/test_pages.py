from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
from conftest import ROOT
from lxml import html as lxml_html
from msgspec.structs import replace
from support.all_pages import render_pages

from publisher.formatter.feeds.formats import FORMATS
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.formatter.pages import (
    FeedLink,
    render_index,
    render_issue,
    render_month,
    render_topic,
)
from publisher.formatter.pages.subscribe_form import FormOffer
from publisher.models import Collection, Issue, Notes, Paper, Topic, Venue
from publisher.settings import Settings, Site
from publisher.settings.sections import Feeds, Inbox, Mail, Web

NERF, AVATAR = Topic("nerf", "NeRF"), Topic("avatar", "数字人")
NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTINGS = Settings(
    site=Site(
        title="Paper Notes",
        url="https://papers.example.org/notes",
        language="en",
        timezone="Asia/Shanghai",
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
    feeds = [FeedLink(f.file_name, f"Everything as {f.label}", f) for f in FORMATS]
    for topic in (NERF, AVATAR):
        folder = f"topics/{topic.slug}/"
        feeds += [
            FeedLink(f"{folder}{f.file_name}", f"{topic.name} as {f.label}", f, topic.slug)
            for f in FORMATS
        ]
    return feeds


def pages_of(*papers: Paper, settings: Settings = SETTINGS) -> dict[str, lxml_html.HtmlElement]:
    pages = render_pages(make_collection(*papers), make_feeds(), settings)
    return {
        path: lxml_html.fromstring(page.decode())
        for path, page in pages.items()
        if path.endswith(".html")
    }


LISTS = ("index.html", "topics/nerf/index.html", "topics/avatar/index.html")


def test_every_kind_of_page_is_there() -> None:
    pages = pages_of(make_paper(1), make_paper(2, topics=(AVATAR, NERF)))

    assert sorted(pages) == sorted(
        (
            *LISTS,
            "archive/index.html",
            "archive/2024-12/index.html",
            "authors/ada-example.html",
            "authors/index.html",
            "search/index.html",
            "topics/index.html",
            "papers/2412.00001.html",
            "papers/2412.00002.html",
            "404.html",
        )
    )
    counts = [
        " ".join(li.text_content().split()) for li in pages["index.html"].cssselect(".topics li")
    ]
    assert counts == ["NeRF 2", "数字人 1", "All topics (2)"]
    assert len(pages["index.html"].cssselect(".paper")) == 2
    assert len(pages["topics/avatar/index.html"].cssselect(".paper")) == 1
    assert pages["topics/nerf/index.html"].xpath("string(//title)") == "NeRF – Paper Notes"


def test_every_feed_can_be_copied_and_discovered() -> None:
    pages = pages_of(make_paper())

    for path in ("index.html", "topics/nerf/index.html"):
        addresses = [code.text_content() for code in pages[path].iter("code")]
        assert len(addresses) == len(FORMATS)
        assert all(a.startswith("https://papers.example.org/notes/") for a in addresses)
    found = pages["topics/nerf/index.html"].xpath("//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href"), link.get("title")) for link in found] == [
        (
            f.media_type,
            f"https://papers.example.org/notes/topics/nerf/{f.file_name}",
            f"NeRF as {f.label}",
        )
        for f in FORMATS
    ]
    assert len(pages["index.html"].xpath("//link[@rel='alternate']")) == 3
    assert pages["topics/index.html"].xpath("//main//a[@type]/@href") == [
        "../topics/nerf/atom.xml",
        "../topics/avatar/atom.xml",
    ]


def test_links_between_pages_are_relative_and_lead_somewhere() -> None:
    rendered = render_pages(
        make_collection(make_paper(topics=(NERF, AVATAR))), make_feeds(), SETTINGS
    )
    files = {*rendered, "opml.xml", *(feed.path for feed in make_feeds())}

    for path, page in rendered.items():
        if not path.endswith(".html") or path == "404.html":
            continue
        document = lxml_html.fromstring(page.decode())
        for href in document.xpath("//a/@href | //link[not(@rel='alternate')]/@href"):
            target, _, anchor = href.partition("#")
            if not target:
                assert document.get_element_by_id(anchor) is not None
            elif not urlsplit(href).scheme:
                assert not PurePosixPath(href).is_absolute()
                target = urljoin(f"https://h/{path}", target).removeprefix("https://h/")
                assert target in files, f"{path} -> {href}"
                if anchor:
                    other = lxml_html.fromstring(rendered[target].decode())
                    assert other.get_element_by_id(anchor) is not None


def test_a_wrong_address_shows_a_page_whose_links_hold_anywhere() -> None:
    document = pages_of(make_paper())["404.html"]

    for href in document.xpath("//a/@href | //link/@href"):
        assert href == "#content" or href.startswith("https://papers.example.org/notes/")
    assert document.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_nothing_comes_from_elsewhere_and_nothing_runs_but_the_sites_script() -> None:
    files = render_pages(make_collection(make_paper()), make_feeds(), SETTINGS)
    for path, page in files.items():
        if not path.endswith(".html"):
            continue
        text = page.decode()
        document = lxml_html.fromstring(text)
        if path == "search/index.html":
            scripts = ["../site.js", "search.js"]
            assert document.xpath("//script/@src") == scripts
            continue
        assert not list(document.iter("img", "iframe", "object"))
        assert document.xpath("//form/@role") == ["search"]
        up = "https://papers.example.org/notes/" if path == "404.html" else "../" * path.count("/")
        assert document.xpath("//script/@src") == [f"{up}site.js"]
        data = document.xpath("//script[not(@src)]/@type")
        assert data == ["application/ld+json"] * path.startswith("papers/")
        assert not re.search(r" on[a-z]+=| style=", text)
        policy = document.xpath("string(//meta[@http-equiv]/@content)")
        own_style = path == "404.html"
        assert len(document.xpath("//style")) == own_style
        source = "'unsafe-inline'" if own_style else "'self' file:"
        assert policy == (
            f"default-src 'none'; style-src {source}; script-src 'self' file:; "
            "img-src 'self' file:; base-uri 'none'; form-action 'self' file:"
        )
    assert not re.search(r"url\(|@import|@font-face", files["style.css"].decode())


def test_pages_are_for_everyone() -> None:
    for path, document in pages_of(make_paper(topics=(NERF, AVATAR))).items():
        assert document.get("lang") == "en"
        assert document.xpath("(//body/a)[1]/@href") == ["#content"]
        assert document.xpath("//main/@id") == ["content"]
        assert len(document.xpath("//h1")) == 1
        levels = [int(h.tag[1]) for h in document.iter("h1", "h2", "h3", "h4")]
        main = [int(h.tag[1]) for h in document.xpath("//main")[0].iter("h1", "h2", "h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        assert main[0] == 1
        for landmark in ("header", "main", "footer"):
            assert len(list(document.iter(landmark))) == 1
        names = [nav.get("aria-label") for nav in document.iter("nav")]
        assert all(names)
        assert len(names) == len(set(names))
        for element in document.xpath("//*[@aria-labelledby]"):
            assert document.get_element_by_id(element.get("aria-labelledby")) is not None
        ids = document.xpath("//@id")
        assert len(ids) == len(set(ids))
        for link in document.xpath("//main//a[starts-with(@href, 'http')]"):
            assert link.get("target") is None  # in a window of its own it would need "noopener"


def test_each_part_says_its_language() -> None:
    pages = pages_of(make_paper(topics=(NERF, AVATAR)))

    for path in LISTS:
        document = pages[path]
        assert document.xpath("//li[@class='paper']/p[contains(., '渲染')]/@lang") == ["zh"]
        assert document.xpath("//li[@class='paper']/h3/@lang") == ["en"]
    taiwan = Settings(site=Site(language="zh-TW", title="論文"))
    document = pages_of(make_paper(title="場景的渲染"), settings=taiwan)["index.html"]
    assert document.xpath("//li[@class='paper']/h3/@lang") == ["zh-TW"]


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
    feeds = [FeedLink("atom.xml", evil, FORMATS[0])]

    for path, page in render_pages(collection, feeds, settings).items():
        if not path.endswith(".html"):
            continue
        document = lxml_html.fromstring(page.decode())
        scripts = document.xpath("//script[not(@type='application/ld+json')]/@src")
        assert {src.rpartition("/")[2] for src in scripts} <= {"site.js", "search.js"}, path
        assert not document.xpath("//img"), path
        assert not document.xpath("//@onerror")
        for href in document.xpath("//a/@href | //link/@href"):
            assert urlsplit(href).scheme in ("", "http", "https", "feed", "mailto", "data")
        for item in document.cssselect("li.paper"):
            assert item.xpath("string(h3)") == evil
            assert item.xpath(".//a[@rel='noopener']/@href") == ["https://example.org/ok"]


@pytest.mark.parametrize(("entries", "shown"), [(3, 3), (20, 20), (1000, 20)])
def test_the_newest_papers_are_shown_and_the_page_stays_small(entries: int, shown: int) -> None:
    site = Settings(site=SETTINGS.site, feeds=Feeds(entries=entries))
    papers = [make_paper(n) for n in range(80)]

    pages = render_pages(make_collection(*papers), make_feeds(), site)

    assert max(map(len, pages.values())) < 100_000
    for path in ("index.html", "topics/nerf/index.html"):
        document = lxml_html.fromstring(pages[path].decode())
        titles = [h3.text_content().split(":")[0] for h3 in document.cssselect(".paper h3")]
        assert titles == [f"Number {n}" for n in range(shown)]
        assert "80 papers" in document.text_content()


def test_dates_are_the_sites() -> None:
    late = make_paper(first_published=datetime(2024, 12, 3, 20, tzinfo=ZoneInfo("UTC")))

    document = pages_of(late)["index.html"]

    assert document.xpath("//time/@datetime") == ["2024-12-04"]


def test_an_empty_collection_still_has_a_page() -> None:
    pages = render_pages(Collection((), (), {}, 0, ()), [], SETTINGS)

    html = [path for path in pages if path.endswith(".html")]
    assert sorted(html) == [
        "404.html",
        "archive/index.html",
        "authors/index.html",
        "index.html",
        "search/index.html",
        "topics/index.html",
    ]
    assert b"No papers yet." in pages["index.html"]


def test_the_same_collection_gives_the_same_bytes() -> None:
    collection = make_collection(make_paper(1), make_paper(2, topics=(AVATAR,)))

    assert render_pages(collection, make_feeds(), SETTINGS) == render_pages(
        collection, make_feeds(), SETTINGS
    )


def test_pages_have_the_form_where_there_is_a_web_app() -> None:
    collection = make_collection(make_paper(1, topics=(NERF, AVATAR)))
    plain = render_pages(collection, make_feeds(), SETTINGS)
    assert b'method="post"' not in plain["index.html"]
    assert b"form-action 'self' file:\"" in plain["index.html"]
    settings = replace(SETTINGS, web=Web(url="https://web.example.org"))
    pages = render_pages(collection, make_feeds(), settings)
    for path in ("index.html", "topics/nerf/index.html"):
        text = pages[path].decode()
        assert 'action="https://web.example.org/subscribe?lang=en"' in text
        assert "form-action 'self' file: https://web.example.org" in text
        assert 'name="email"' in text
    assert b'id="topic-nerf" checked' in pages["topics/nerf/index.html"]
    assert b'id="topic-nerf" checked' not in pages["index.html"]
    # Every page leads to the form.
    assert b'href="https://web.example.org/subscribe"' in pages["archive/index.html"]


def test_readers_take_the_feeds_of_all_of_a_topic_and_of_a_saved_filter() -> None:
    saved = FeedLink("filters/fast/atom.xml", "Fast", FORMATS[0], group="Fast")
    pages = render_pages(make_collection(make_paper()), [*make_feeds(), saved], SETTINGS)

    def addresses(path: str) -> list[str]:
        document = lxml_html.fromstring(pages[path].decode())
        links = document.xpath("//ul[@class='readers']//a[starts-with(@href, 'feed:')]/@href")
        return [link.removeprefix("feed:https://papers.example.org/notes/") for link in links]

    assert addresses("index.html") == ["atom.xml", "filters/fast/atom.xml"]
    assert addresses("topics/nerf/index.html") == ["topics/nerf/atom.xml"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_has_the_way_by_mail_where_there_is_a_mailbox_and_no_app(language: str) -> None:
    settings = replace(
        SETTINGS,
        site=replace(SETTINGS.site, language=language),
        mail=Mail(from_address="list@example.org"),
        inbox=Inbox(host="imap.example.org"),
    )
    words = words_in(PageWords, language)
    pages = pages_of(make_paper(), settings=settings)
    for path, document in pages.items():
        (line,) = document.xpath("//footer//a[starts-with(@href, 'mailto:')]")
        assert line.text_content() == "list@example.org"
        (way,) = document.xpath("//nav//a[contains(@href, '#by-mail')]")
        assert way.text_content() == words.by_mail
        assert bool(document.xpath("//*[@id='by-mail']")) == (path in LISTS)
    (button,) = pages["topics/nerf/index.html"].xpath("//aside//a[starts-with(@href, 'mailto:')]")
    assert "NeRF" in button.text_content()
    assert button.get("href").endswith("%20NeRF")
    codes = [code.text_content() for code in pages["index.html"].iter("code")]
    assert codes[0] == "list@example.org"

    with_app = replace(settings, web=Web(url="https://web.example.org"))
    others = (pages_of(make_paper(), settings=with_app), pages_of(make_paper()))
    for document in (document for pages in others for document in pages.values()):
        assert not document.xpath("//a[starts-with(@href, 'mailto:list')]")


def test_the_form_has_a_choice_of_languages_where_there_is_one() -> None:
    settings = replace(SETTINGS, web=Web(url="https://web.example.org"))
    papers, topics = [make_paper()], (NERF, AVATAR)
    for languages, has_choice in ((["en"], False), (["en", "zh"], True)):
        offer = FormOffer(languages, "issues/2024-W49.html")
        pages = render_index(papers, 1, [], make_feeds(), settings, offer=offer)
        pages |= render_topic(NERF, papers, 1, topics, make_feeds(), settings, offer=offer)
        assert [b'name="language"' in page for page in pages.values()] == [has_choice] * 2
        assert b'href="issues/2024-W49.html"' in pages["index.html"]
        assert b'href="../../issues/2024-W49.html"' in pages["topics/nerf/index.html"]


def test_every_class_in_the_markup_has_a_rule_and_each_rule_a_use() -> None:
    paper = make_paper(
        topics=(NERF, AVATAR),
        authors=("Ada Example",) * 30,
        venue=Venue("CVPR", 2024),
        figures=("https://example.org/a.png",),
        notes=Notes(method="方法", cut_off=True),
    )
    long = make_paper(301, title="A long title " * 12)
    collection = make_collection(paper, long, *(make_paper(n) for n in range(2, 300)))
    both = replace(SETTINGS, site=replace(SETTINGS.site, languages=("zh",)))
    files = render_pages(collection, make_feeds(), both)
    files |= render_issue(Issue("2024-W49", NOON, NOON, (paper,)), both)
    files |= render_month("2024-11", [paper], both, older="2024-10", newer="2024-12")
    used: set[str] = set()
    for path, page in files.items():
        if path.endswith(".html"):
            document = lxml_html.fromstring(page.decode())
            used |= {name for value in document.xpath("//@class") for name in value.split()}
    # The web app shares the style.
    templates = ROOT / "templates"
    ours = (templates / "pages" / name for name in ("form.html.j2", "issue.html.j2"))
    for template in (*templates.glob("web/*.j2"), *templates.glob("web/readers/*.j2"), *ours):
        for value in re.findall(r'class="([a-z ]+)"', template.read_text(encoding="utf-8")):
            used |= set(value.split())
    used |= set(re.findall(r'className = "([a-z]+)"', files["site.js"].decode()))
    style = re.sub(r"/\*.*?\*/|:lang\([a-z]+\)", "", files["style.css"].decode(), flags=re.DOTALL)
    known = set(re.findall(r"\.([a-z]+)", style))

    assert used - known == set()
    assert known - used == set()
