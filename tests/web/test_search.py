"""Search without scripts, and with them in a browser: the same papers either way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from conftest import EXAMPLES
from lxml import html
from playwright.sync_api import expect
from support.browser import DESK, PHONE, browsing, overflows, violations
from support.web_server import serving

from publisher.services import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from support.web_server import Site

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push(entry.value)))
.observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with serving(folder, {"source": {"folders": [str(EXAMPLES)]}}) as site:
        build.build(site.settings, build.collect(site.settings))
        yield site


def results(text: str) -> list[str]:
    return [link.get("href") for link in html.fromstring(text).xpath("//ol[@id='results']//h2/a")]


def test_results_are_a_page_without_scripts(built: Site) -> None:
    answer = built.client.get("/search?q=gaussian+splatting")
    assert answer.status_code == 200
    links = results(answer.text)
    assert len(links) > 3
    assert f"{len(links)} papers" in answer.text
    for link in links:
        page = built.client.get(link)
        assert page.status_code == 200
        assert "splatting" in page.text.lower()
    assert "<script" not in answer.text
    venues = html.fromstring(answer.text).xpath("//datalist/option/@value")
    assert venues == sorted(venues)
    assert "ECCV" in venues
    chinese = built.client.get(f"/search?lang=zh&q={quote('高斯')}")
    assert "篇" in chinese.text
    assert results(chinese.text)


def test_files_of_the_index_are_the_site_s(built: Site) -> None:
    for path, kind in (
        ("/search/", "text/html; charset=utf-8"),
        ("/search/index.html", "text/html; charset=utf-8"),
        ("/search/index.json", "application/json"),
        ("/search/search.js", "text/javascript; charset=utf-8"),
    ):
        answer = built.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert built.client.get("/search/none.bin").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=2411.18675", 302),
        ("q=https://arxiv.org/abs/2411.18675v9", 302),
        ("q=2411.99999", 200),
        ("", 200),
        ("q=%00%ff%ed%a0%80", 200),
        ("q=" + "a%20" * 3000, 200),
        ("q=" + quote("字" * 5000), 200),
        ("q=%22%22%22*+*&topic=../../x&year=%D9%A1%D9%A2%D9%A3%D9%A4&venue=%22&code=2", 200),
        ("q=%3Cscript%3Ealert(1)%3C/script%3E&venue=%22%3E%3Cb%3E&topic=%27", 200),
        ("q=the&page=-1", 200),
        ("q=the&page=99999999999999999999", 200),
        ("q=the&page=%C2%B2", 200),
        ("q=the&q=a&year=2024&year=x", 200),
    ],
)
def test_whatever_is_asked_gets_an_answer(built: Site, query: str, status: int) -> None:
    answer = built.client.get(f"/search?{query}")
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["location"] == f"{built.settings.site.root}papers/2411.18675.html"
    else:
        assert "<script" not in answer.text
        assert "<b>" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]


def test_a_site_without_an_index_says_so(site: Site) -> None:
    answer = site.client.get("/search?q=x")
    assert answer.status_code == 503
    assert "could not read its index" in answer.text


def test_pages_of_results_follow_each_other(built: Site) -> None:
    first = built.client.get("/search?q=the")
    (more,) = html.fromstring(first.text).xpath("//a[@rel='next']/@href")
    second = built.client.get(f"/{more}")
    assert results(second.text)
    assert not set(results(first.text)) & set(results(second.text))


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_finds_a_paper_in_a_browser(built: Site) -> None:
    with browsing() as browser:
        page = browser.new_page(viewport={**PHONE})
        problems: list[str] = []
        # Figures of the examples are nowhere.
        page.route(re.compile(r"^https://"), lambda route: route.fulfill(body=""))
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.add_init_script(SHIFTS)
        page.goto(f"{built.url}search/index.html?q=gaussian&year=2024")
        expect(page.get_by_role("status")).to_contain_text("papers")
        expect(page.get_by_label("Year")).to_be_visible()
        assert page.evaluate("shifts") == []
        page.goto(f"{built.url}search/")
        assert violations(page) == []
        page.locator("h1").click()
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("/")
        page.keyboard.type("说话人头")
        expect(page.get_by_role("status")).to_have_text("1 paper", use_inner_text=True)
        same_as_app(page, built)
        assert violations(page) == []
        assert not overflows(page)

        page.set_viewport_size({**DESK})
        page.get_by_role("searchbox").fill("splatting")
        page.locator("summary").click()
        page.get_by_label("Conference or journal").fill("eccv")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("1 paper", use_inner_text=True)
        same_as_app(page, built)
        page.reload()
        expect(page.get_by_role("status")).to_have_text("1 paper", use_inner_text=True)
        assert violations(page) == []
        page.locator("#results a").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("MVSplat")
        page.go_back()
        expect(page.get_by_role("status")).to_have_text("1 paper", use_inner_text=True)
        page.goto(f"{built.url}search/index.html?q=arXiv:2411.18675v2")
        page.wait_for_url(f"{built.url}papers/2411.18675.html")
        assert problems == []


def same_as_app(page: Page, built: Site) -> None:
    query = page.url.partition("?")[2]
    shown = page.locator("#results h2 a").evaluate_all("links => links.map((link) => link.href)")
    assert shown == results(built.client.get(f"/search?{query}").text)


@pytest.mark.browser
@pytest.mark.slow
def test_a_part_that_is_missing_or_old_is_an_error_to_read(built: Site) -> None:
    with browsing() as browser:
        page = browser.new_page()
        page.route("**/*.bin", lambda route: route.fulfill(status=404, body=""))
        page.goto(f"{built.url}search/index.html?q=gaussian")
        expect(page.get_by_role("status")).to_contain_text("could not read its index")
        page.unroute("**/*.bin")
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("papers")
        # Of an older build, until the cache is asked to look again.
        fresh = iter((False,))
        page.route(
            "**/*.bin",
            lambda route: route.continue_() if next(fresh, True) else route.fulfill(body="\0" * 99),
        )
        page.goto(f"{built.url}search/index.html?q=gaussian")
        expect(page.get_by_role("status")).to_contain_text("papers")
