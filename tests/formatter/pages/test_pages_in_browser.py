"""Every kind of page and mail in a browser, by day and by night, on a phone and on a desk.

axe-core and html-validate judge them; tests/tools has what is needed for that.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import ROOT, chromium, page_tool
from msgspec import structs
from support.all_pages import render_pages
from support.browser import browsing
from support.list_pages import render_lists

from publisher.formatter.email import EditionRenderer
from publisher.formatter.feeds.formats import FORMATS
from publisher.formatter.pages import (
    FeedLink,
    IssueCount,
    render_issue,
    render_issues,
    render_month,
    render_paper,
)
from publisher.models import (
    Collection,
    EditionKey,
    Issue,
    Language,
    Length,
    Notes,
    Paper,
    Topic,
    Venue,
)
from publisher.settings import Settings, Site
from publisher.settings.sections import Feeds, Inbox, Mail, Web

NERF, AVATAR = Topic("nerf", "NeRF"), Topic("avatar", "元宇宙/虚拟人")
NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PLAIN = Paper(
    id="arxiv:2412.00001",
    version=2,
    title="Fast Rendering of Scenes from Few Photographs",
    authors=("Ada Example", "Bob van der Example"),
    abstract="We render scenes from few photographs, and we do so fast. " * 20,
    comment="Accepted at CVPR 2024, 12 pages",
    abs_url="https://arxiv.org/abs/2412.00001",
    pdf_url="https://arxiv.org/pdf/2412.00001v2",
    code_urls=("https://example.org/code",),
    topics=(NERF, AVATAR),
    digests=("a.md",),
    first_published=NOON,
    updated=NOON + timedelta(days=2),
    summary="提出一种快速渲染方法，只需少量照片即可重建 3D 场景。",
    takeaways=("这是一个要点，说明 NeRF 的一个贡献。", "第二个要点。"),
    figures=("https://nowhere.invalid/one.png", "https://nowhere.invalid/two.png"),
    repaired=False,
    project_urls=("https://example.org/project",),
    venue=Venue("CVPR", 2024),
    notes=Notes(background="背景如下。\n第二段。", method="方法如下。", cut_off=True),
)


def paper(number: int, **changes: Any) -> Paper:
    moment = NOON - timedelta(days=number)
    return replace(
        PLAIN, id=f"arxiv:2412.{number:05d}", first_published=moment, updated=moment, **changes
    )


BARE: dict[str, Any] = {
    "summary": None,
    "takeaways": (),
    "notes": None,
    "figures": (),
    "comment": None,
    "venue": None,
    "abstract": "",
    "code_urls": (),
    "project_urls": (),
}
PAPERS = (
    PLAIN,
    paper(2, title="A Title that Does Not End and Never Will, " * 12, **BARE),
    paper(3, authors=tuple(f"Author Number-{n} Example" for n in range(60))),
    paper(
        4,
        title="H2O and L1 with O(n²)",
        title_html="H<sub>2</sub>O and <em>L</em><sup>1</sup> with O(n²)",
        abstract="‖x‖₂ ≤ ∑ᵢ αᵢ·βᵢ, e^{iπ} + 1 = 0, " * 9,
        figures=(),
    ),
    paper(5, title="医学图像分割方法综述", authors=("张三", "李四"), abstract="本文综述。" * 60),
    paper(
        6, title="日本語の論文のタイトル", abstract="これは要旨です。" * 30, summary="要約です。"
    ),
    paper(7, title="Unbreakable" * 30, authors=("X" * 200,), topics=()),
)
KINDS = (
    "index.html",
    "404.html",
    "topics/index.html",
    "topics/avatar/index.html",
    "archive/index.html",
    "archive/2024-11/index.html",
    "search/index.html",
    "authors/index.html",
    "authors/ada-example.html",
    "authors/names/d-to-f.html",
    "venues/index.html",
    "venues/cvpr-2024.html",
    "topics/nerf/1.html",
    "issues/index.html",
    "issues/2024-W49.html",
    *(f"papers/2412.{number:05d}.html" for number in range(1, 8)),
)


def site(language: str, colour: str) -> dict[str, bytes]:
    settings = Settings(
        site=Site(
            title="Paper Notes",
            url="https://papers.example.org/",
            language=language,
            # Chinese pages have the switch to English.
            languages=("en",) if language == "zh-CN" else (),
            colour=colour,
            author="Ada",
        ),
        # English pages have the app's form, Chinese ones the way by mail.
        web=Web(url="https://papers.example.org/" if language == "en" else ""),
        mail=Mail(from_address="list@papers.example.org"),
        inbox=Inbox(host="imap.example.org"),
    )
    by_topic = {topic.slug: [p for p in PAPERS if topic in p.topics] for topic in (NERF, AVATAR)}
    collection = Collection(PAPERS, (NERF, AVATAR), by_topic, 1, ())
    atom = FORMATS[0]
    feeds = [
        FeedLink("atom.xml", "Everything", atom),
        FeedLink("topics/nerf/atom.xml", "NeRF", atom, "nerf"),
        FeedLink("mine/atom.xml", "Mine", atom, group="Mine"),
    ]
    issue = Issue("2024-W49", NOON - timedelta(days=7), NOON, PAPERS)
    files = render_pages(collection, feeds, settings)
    files |= render_issue(issue, settings)
    files |= render_issues([IssueCount(issue.id, issue.start, issue.end, 7)], settings)
    # Of two papers: more than the page of a topic shows.
    few = structs.replace(settings, feeds=Feeds(entries=2))
    files |= render_lists(collection, few, with_names=True)
    # Two leaves and both neighbours: everything that such a page can have.
    files |= render_month(
        "2024-11",
        [paper(n) for n in range(300)],
        settings,
        older="2024-10",
        newer="2024-12",
    )
    return files


def written(files: dict[str, bytes], folder: Path) -> list[Path]:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return [folder / path for path in KINDS]


@pytest.mark.browser
def test_citations_are_downloaded_without_scripts(tmp_path: Path) -> None:
    (page,) = render_paper(PLAIN, Settings(site=Site(url="https://x.example/"))).values()
    (file := tmp_path / "paper.html").write_bytes(page)
    with browsing() as browser:
        view = browser.new_context(java_script_enabled=False).new_page()
        view.goto(file.as_uri())
        shown = view.locator("#bibtex").text_content()
        contents = {}
        for link in view.locator("a[download]").all():
            with view.expect_download() as download:
                link.click()
            contents[download.value.suggested_filename] = Path(download.value.path()).read_text()
    assert contents["example2024fast.bib"] == shown
    assert contents["example2024fast.ris"].startswith("TY  - CPAPER")
    assert json.loads(contents["example2024fast.json"])[0]["DOI"] == "10.48550/arXiv.2412.00001"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("language", "colour"), [("en", "#0b6b74"), ("zh-CN", "#ffe600")])
def test_pages_are_accessible(tmp_path: Path, language: str, colour: str) -> None:
    page_tool("axe-core")
    pages = written(site(language, colour), tmp_path)
    done = subprocess.run(
        ["node", ROOT / "tests" / "tools" / "look_at_pages.mjs", chromium(), *pages],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)

    assert len(seen) == 4 * len(pages)
    for visit in seen:
        where = (visit["file"], visit["screen"], visit["scheme"])
        assert visit["violations"] == [], where
        assert visit["passes"] > 20, where
        assert not visit["overflows"], where
        assert visit["styled"], where
        # Links of 404.html are absolute; on a disk they lead to another host.
        said = [text for text in visit["said"] if "https://papers.example.org/site.js" not in text]
        assert [text for text in said if "net::ERR" not in text] == [], where
        assert {url.split("/")[2] for url in visit["asked"]} <= {"nowhere.invalid"}, where


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages_are_valid_html(tmp_path: Path, language: str) -> None:
    tool = page_tool(".bin/html-validate")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    if [int(part) for part in version.strip("v\n").split(".")[:2]] < [20, 19]:
        pytest.skip("html-validate needs Node 20.19")
    pages = written(site(language, "#0b6b74"), tmp_path)
    wrong = tmp_path / "wrong.html"
    wrong.write_text("<!DOCTYPE html><html><p><div></div></p>")

    # A file of the test's own, so that no configuration of a folder above is found.
    config = tmp_path / "rules.json"
    config.write_text('{"root": true, "extends": ["html-validate:recommended"]}')

    def judged(*files: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["node", tool.resolve(), "--config", config, *files], capture_output=True, text=True
        )

    assert judged(wrong).returncode == 1
    done = judged(*pages)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.browser
@pytest.mark.slow
def test_mails_are_accessible(tmp_path: Path) -> None:
    """Each language and length, with a figure that is blocked."""
    page_tool("axe-core")
    issue = Issue("2024-W49", NOON - timedelta(days=7), NOON, PAPERS)
    renderer = EditionRenderer(issue, Settings(site=Site(url="https://papers.example.org/")))
    mails = []
    for language, length in product(Language, Length):
        edition = renderer.render(EditionKey(language=language, length=length))
        mails.append(tmp_path / f"{language}-{length}.html")
        mails[-1].write_text(edition.html, encoding="utf-8")
    done = subprocess.run(
        ["node", ROOT / "tests" / "tools" / "look_at_pages.mjs", chromium(), *mails],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for visit in json.loads(done.stdout):
        where = (visit["file"], visit["screen"], visit["scheme"])
        assert visit["violations"] == [], where
        assert visit["passes"] > 10, where
        assert not visit["overflows"], where
