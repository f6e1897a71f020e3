from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from lxml import etree
from lxml import html as lxml_html

from publisher.formatter.pages import (
    IssueCount,
    MonthCount,
    month_of,
    render_issues,
    render_month,
    render_months,
    render_robots,
    render_shared_files,
    render_sitemap,
    render_sitemap_lists,
    render_sitemap_papers,
    sitemap,
    sitemap_paths,
)
from publisher.models import Paper, Topic
from publisher.settings import Settings, Site

NERF, AVATAR = Topic("nerf", "NeRF"), Topic("avatar", "数字人")
NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTINGS = Settings(site=Site(title="Notes", url="https://papers.example.org", language="en"))
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def make_paper(number: int = 1, **changes: Any) -> Paper:
    values: dict[str, Any] = {
        "id": f"arxiv:2412.{number:05d}",
        "version": 1,
        "title": f"Number {number}: Fast Rendering of Scenes from Few Photographs",
        "authors": tuple(f"Somebody Number{n}" for n in range(8)),
        "abstract": "We render.",
        "comment": None,
        "abs_url": f"https://arxiv.org/abs/2412.{number:05d}",
        "pdf_url": "",
        "code_urls": (),
        "topics": (NERF,),
        "digests": (),
        "first_published": NOON - timedelta(minutes=number),
        "updated": NOON,
        "summary": "提出一种快速渲染方法。",
        "takeaways": (),
        "figures": (),
        "repaired": False,
    }
    return Paper(**(values | changes))


def parsed(page: bytes) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(page.decode())


def test_a_month_has_all_its_papers_by_topic() -> None:
    """A paper stands under each of its topics, and counts once in the month."""
    papers = [make_paper(1), make_paper(2, topics=(AVATAR, NERF)), make_paper(3, topics=())]
    pages = render_month("2024-12", papers, SETTINGS, older="2024-10")

    assert list(pages) == ["archive/2024-12/index.html"]
    document = parsed(pages["archive/2024-12/index.html"])
    assert document.xpath("string(//h1)") == "December 2024"
    assert [h2.text.strip() for h2 in document.iter("h2")] == ["NeRF", "数字人", "Other papers"]
    assert [count.text for count in document.cssselect("h2 .count")] == ["2", "1", "1"]
    assert [len(lines) for lines in document.cssselect(".lines")] == [2, 1, 1]
    assert document.cssselect(".lead")[0].text == "3 papers"
    assert document.xpath("//a[@rel='prev']/@href") == ["../../archive/2024-10/index.html"]
    assert not document.xpath("//a[@rel='next']")


def test_the_order_of_papers_has_no_influence() -> None:
    papers = [make_paper(n) for n in range(9)]
    assert render_month("2024-12", papers, SETTINGS) == render_month(
        "2024-12", papers[::-1], SETTINGS
    )


@pytest.mark.parametrize(
    ("count", "leaves"), [(0, 1), (1, 1), (250, 1), (251, 2), (500, 2), (1000, 4)]
)
def test_a_long_month_has_several_small_pages(count: int, leaves: int) -> None:
    papers = [make_paper(n, topics=(NERF if n % 3 else AVATAR,)) for n in range(count)]
    pages = render_month("2024-12", papers, SETTINGS)

    names = ["index", *map(str, range(2, leaves + 1))]
    assert list(pages) == [f"archive/2024-12/{name}.html" for name in names]
    assert max(map(len, pages.values())) < 100_000
    documents = [parsed(page) for page in pages.values()]
    titles = [a.text for page in documents for a in page.cssselect(".lines li > a")]
    assert sorted(titles) == sorted(paper.title for paper in papers)
    for number, document in enumerate(documents, start=1):
        current = document.xpath("//ul[@class='leaves']//a[@aria-current='page']/text()")
        assert current == ([str(number)] if leaves > 1 else [])


def test_the_archive_has_all_months_by_year() -> None:
    months = [MonthCount("2025-01", 2), MonthCount("2024-12", 1)]
    document = parsed(render_months(months, SETTINGS)["archive/index.html"])

    assert [h2.text for h2 in document.iter("h2")] == ["2025", "2024"]
    assert [" ".join(li.text_content().split()) for li in document.cssselect(".months li")] == [
        "January 2025 2 papers",
        "December 2024 1 paper",
    ]
    assert "3 papers" in document.text_content()


def test_a_month_is_the_sites() -> None:
    late = make_paper(first_published=datetime(2024, 12, 31, 20, tzinfo=ZoneInfo("UTC")))
    site = msgspec.structs.replace(SETTINGS.site, timezone="Asia/Shanghai")
    assert month_of(late, msgspec.structs.replace(SETTINGS, site=site)) == "2025-01"
    assert month_of(late, SETTINGS) == "2024-12"


def test_all_issues() -> None:
    issues = [IssueCount("2024-W49", NOON - timedelta(days=7), NOON, 3)]
    document = parsed(render_issues(issues, SETTINGS)["issues/index.html"])
    assert document.xpath("//main//li/a/@href") == ["../issues/2024-W49.html"]
    assert (
        "No issues yet" in parsed(render_issues([], SETTINGS)["issues/index.html"]).text_content()
    )


def test_sitemaps_by_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 2)
    papers = [(paper.id, paper.updated) for paper in map(make_paper, range(3))]
    files = render_sitemap_papers("2024-q4", papers, SETTINGS)

    assert list(files) == ["sitemap-2024-q4.xml", "sitemap-2024-q4-2.xml"]
    assert list(files) == sitemap_paths("2024-q4", 3)
    first = etree.fromstring(files["sitemap-2024-q4.xml"])
    assert first.xpath("//s:loc/text()", namespaces=NAMESPACE) == [
        "https://papers.example.org/papers/2412.00000.html",
        "https://papers.example.org/papers/2412.00001.html",
    ]
    assert (
        first.xpath("//s:lastmod/text()", namespaces=NAMESPACE) == ["2024-12-03T12:00:00+08:00"] * 2
    )


def test_the_index_of_sitemaps() -> None:
    lists = render_sitemap_lists(["index.html", "404.html", "topics/a/index.html"], SETTINGS)
    index = render_sitemap([("sitemap-2024-q4.xml", NOON), *((p, None) for p in lists)], SETTINGS)

    (document,) = map(etree.fromstring, lists.values())
    assert document.xpath("//s:loc/text()", namespaces=NAMESPACE) == [
        "https://papers.example.org/",
        "https://papers.example.org/topics/a/",
    ]
    root = etree.fromstring(index["sitemap.xml"])
    assert etree.QName(root).localname == "sitemapindex"
    assert root.xpath("//s:loc/text()", namespaces=NAMESPACE) == [
        "https://papers.example.org/sitemap-2024-q4.xml",
        "https://papers.example.org/sitemap-lists.xml",
    ]


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://papers.example.org", True),
        ("https://papers.example.org/", True),
        ("http://localhost:8000/", True),
        ("https://papers.example.org/notes", False),
        ("https://papers.example.org/notes/", False),
    ],
)
def test_robots_are_told_where_they_ask(url: str, there: bool) -> None:
    files = render_robots(Settings(site=Site(url=url)))
    assert list(files) == (["robots.txt"] if there else [])
    if there:
        assert files["robots.txt"].endswith(f"{url.rstrip('/')}/sitemap.xml\n".encode())


def test_the_colour_is_in_the_style_and_the_icon() -> None:
    files = render_shared_files(Settings(site=Site(colour="#8a1c7c")))

    assert list(files) == ["style.css", "favicon.svg", "site.js", "404.html"]
    for path in ("style.css", "favicon.svg", "404.html"):
        assert b"#8a1c7c" in files[path]
        assert b"#0b6b74" not in files[path]
    assert etree.fromstring(files["favicon.svg"]).get("viewBox") == "0 0 32 32"
