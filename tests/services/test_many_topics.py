"""A blog with thousands of tags: its site stays small, and its links hold."""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from publisher.formatter import paths
from publisher.formatter.pages.size_limit import MOST_BYTES
from publisher.formatter.site.topics import FIRST_TOPICS
from publisher.services import build as build_service
from publisher.settings import Site, load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.services.build import Built
    from publisher.settings import Settings

HOSTILE = (
    "<script>alert(1)</script>", "../../etc/passwd", "C++", "c#", "index", "index.html", "2", "CON",
    "名前" * 40, "a" * 300, "é" * 90, "&" * 250, "'\"&<>", "\u202eevil", ".", "all topics",
    "𝕏" * 200,
)  # fmt: skip
WORDS = "amber birch cedar dune ember fjord grove heath inlet juniper knoll larch".split()


class Blog:
    """Posts with tags, the first of 2010 and one more every ten days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.posts = folder / "posts"
        self.posts.mkdir()

    def post(self, number: int, tags: list[str], title: str = "") -> None:
        year, day = divmod(number, 336)
        text = " ".join(WORDS[number * n % len(WORDS)] for n in range(200))
        (self.posts / f"{number}.md").write_text(
            f"---\ntitle: {json.dumps(title or f'Essay {number} on {text[:30]}')}\n"
            f"date: {2010 + year}-{1 + day // 28:02}-{1 + day % 28:02} 08:00:00\n"
            f"tags: {json.dumps(tags, ensure_ascii=False)}\n---\n\n{text}\n",
            encoding="utf-8",
        )

    def settings(self, minimum: int = 0, **sections: dict[str, object]) -> Settings:
        flags: dict[str, dict[str, object]] = {
            "source": {"folders": (str(self.posts),), "cache": str(self.folder / "cache")},
            "output": {"folder": str(self.folder / "site")},
            "store": {"url": f"sqlite:///{self.folder}/none.db"},
            "site": {"topic_min_papers": minimum, "language": "en"},
        }
        return load(None, {}, flags | sections)

    def build(self, minimum: int = 0, **sections: dict[str, object]) -> Built:
        return build_service.build(self.settings(minimum, **sections))

    def pages(self) -> dict[str, str]:
        site = self.folder / "site"
        return {
            path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
            for path in site.rglob("*.html")
        }

    def topics(self) -> set[str]:
        return {path.parent.name for path in (self.folder / "site" / "topics").glob("*/index.html")}


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path)


def links_lead_somewhere(pages: dict[str, str], site: Path) -> None:
    targets: dict[str, tuple[str, str]] = {}
    for path, page in pages.items():
        if path == "404.html":
            continue
        for link in set(re.findall(r'href="([^"#]+)', page)):
            if not re.match(r"[a-z]+:", link):
                target = os.path.normpath(site / path / ".." / unquote(link))
                targets[target] = (path, link)
    assert [where for target, where in targets.items() if not os.path.exists(target)] == []  # noqa: PTH110 - thousands


def test_thousands_of_tags(blog: Blog) -> None:
    names = [*HOSTILE, *(f"{WORDS[n % 12]} {n}" for n in range(2_100))]
    names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())
    for number in range(300):
        common = [f"common {k}" for k in range(160) if (number + k) % 25 == 0]
        blog.post(number, [*names[number * 8 : number * 8 + 8], *common])

    (warning,) = blog.build(web={"url": "https://papers.example.org/"}).warnings

    assert "site.topic_min_papers" in warning
    site = blog.folder / "site"
    pages = blog.pages()
    assert max(len(page.encode()) for page in pages.values()) <= MOST_BYTES
    assert 160 <= len(blog.topics()) <= 160 + FIRST_TOPICS
    assert sum(path.is_file() for path in site.rglob("*")) < 10_000
    links_lead_somewhere(pages, site)
    listed = re.findall(r'<li><a href="\.\./topics/([^/"]+)/', pages["topics/index.html"])
    assert (
        set(listed)
        | set(re.findall(r'<li><a href="\.\./topics/([^/"]+)/', pages.get("topics/2.html", "")))
        == blog.topics()
    )
    assert "topics/index.html" in pages["index.html"]
    assert "alert(1)</script>" not in "".join(pages.values())
    assert blog.build(web={"url": "https://papers.example.org/"}).changes.written == ()


def test_a_topic_for_each_tag_where_that_is_wanted(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "TOPICS_ON_A_PAGE", 50)
    for number in range(12):
        blog.post(number, [f"{number} {n} {'&' * 100}" for n in range(20)])
    built = blog.build(minimum=1)
    assert built.warnings == ()
    assert len(blog.topics()) == 240
    pages = blog.pages()
    assert max(len(page.encode()) for page in pages.values()) <= MOST_BYTES
    assert {"topics/index.html", "topics/5.html"} <= set(pages)
    assert "topics/6.html" not in pages
    sitemap = (blog.folder / "site" / "sitemap-lists.xml").read_text()
    assert "topics/5.html" in sitemap
    links_lead_somewhere(pages, blog.folder / "site")


def test_a_topic_needs_as_many_papers_as_the_setting_says(blog: Blog) -> None:
    for number in range(6):
        blog.post(number, ["six", *(["three"] if number < 3 else []), f"one of {number}"])
    blog.build()
    assert len(blog.topics()) == 8
    assert blog.build(minimum=3).warnings == ()
    assert blog.topics() == {"six", "three"}
    pages = blog.pages()
    links_lead_somewhere(pages, blog.folder / "site")
    assert "one of 4" not in pages["index.html"]
    blog.build(minimum=3, filters={"mark_topics": ("One of 4",)})
    assert blog.topics() == {"six", "three", "one-of-4"}
    blog.build(minimum=3, filters={"exclude_topics": ("six",)})
    assert blog.topics() == {"three"}


def test_a_topic_grows_into_a_page_and_keeps_it(blog: Blog) -> None:
    for number in range(FIRST_TOPICS):
        blog.post(number, [f"first {number}"])
    assert blog.build().warnings == ()
    first = blog.topics()
    assert len(first) == FIRST_TOPICS
    assert "topics/2.html" not in blog.pages()

    for number in range(FIRST_TOPICS, FIRST_TOPICS + Site.FEW_PAPERS - 1):
        blog.post(number, ["late", f"later {number}"])
    assert blog.build().warnings
    assert blog.topics() == first
    paper = next(
        path
        for path, page in blog.pages().items()
        if "Essay 105 " in page and path.startswith("papers/")
    )
    assert "topics/late/" not in blog.pages()[paper]

    blog.post(200, ["late"])
    blog.build()
    assert blog.topics() == {*first, "late"}
    assert "topics/late/" in blog.pages()[paper]
    links_lead_somewhere(blog.pages(), blog.folder / "site")
    for number in range(300, 330):
        blog.post(number, [f"even later {number}"])
    blog.build()
    assert blog.topics() == {*first, "late"}


@pytest.mark.parametrize("title", ["&" * 3_000, "名" * 2_000, "word " * 1_000])
def test_pages_of_long_titles_stay_small(blog: Blog, title: str) -> None:
    for number in range(260):
        blog.post(number % 28, [])
        (blog.posts / f"{number % 28}.md").rename(blog.posts / f"x{number}.md")
        path = blog.posts / f"x{number}.md"
        path.write_text(
            path.read_text("utf-8").replace("Essay", f"{number} {title}", 1), encoding="utf-8"
        )
    blog.build()
    pages = blog.pages()
    lists = {path: page for path, page in pages.items() if not path.startswith("papers/")}
    assert {"archive/2010-01/index.html", "archive/2010-01/2.html"} <= set(lists)
    assert max(len(page.encode()) for page in lists.values()) <= MOST_BYTES
    listed = "".join(page for path, page in lists.items() if path.startswith("archive/2010-01/"))
    assert len(set(re.findall(r"papers/[^\"]+\.html", listed))) == 260
