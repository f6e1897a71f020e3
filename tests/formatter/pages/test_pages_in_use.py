"""Pages as people use them in a browser: slow pictures, no scripts, a phone, a printer."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from support.all_pages import render_pages
from support.browser import DESK, browsing, overflows

from publisher.formatter.pages import render_cover
from publisher.models import Collection, SummaryText
from publisher.settings import Settings, Site
from publisher.settings.sections import Web

from .test_pages_in_browser import AVATAR, NERF, paper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
PICTURE = next(iter(render_cover("", Settings()).values()))
TEXTS = (SummaryText("en", "Fast.", ("First",)), SummaryText("zh", "很快。", ("其一",)))
SLOW = 0.3  # seconds: long after the page is laid out
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push(entry.value)))
.observe({ type: "layout-shift", buffered: true });
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, a slow picture and one that never comes."""

    def do_GET(self) -> None:
        """Answer one request."""
        if not self.path.startswith("/slow"):
            return super().do_GET()
        time.sleep(SLOW)
        if "missing" in self.path:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(PICTURE)
        return None

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve `folder` with pages of papers whose pictures are slow; yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        root = f"http://127.0.0.1:{server.server_port}/"
        settings = Settings(
            site=Site(title="Paper Notes", url=root, languages=("zh",)), web=Web(url=root)
        )
        pictures = (f"{root}slow.png", f"{root}slow-missing.png")
        papers = tuple(
            paper(
                number,
                figures=pictures if number % 2 else pictures[::-1],
                summary="Fast.",
                takeaways=("First",),
                summaries=TEXTS,
            )
            for number in range(1, 25)
        )
        by_topic = {topic.slug: papers for topic in (NERF, AVATAR)}
        collection = Collection(papers, (NERF, AVATAR), by_topic, 1, ())
        for path, content in render_pages(collection, (), settings).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        Thread(target=server.serve_forever, daemon=True).start()
        yield root
        server.shutdown()


def visit(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def test_pages_in_use(tmp_path: Path) -> None:
    """One browser for all of it: to start one takes longer than the rest."""
    with serving(tmp_path) as root, browsing() as browser:
        nothing_moves_while_pictures_come(browser, root)
        everything_works_without_scripts(browser, root)
        scripts_add_comfort(browser, root)
        fingers_hit_what_they_aim_at(browser, root)
        paper_has_what_leads_back(browser, root)


def nothing_moves_while_pictures_come(browser: Browser, root: str) -> None:
    for screen, path in ((PHONE, ""), (DESK, ""), (PHONE, "papers/2412.00001.html")):
        context = browser.new_context(viewport=screen)  # type: ignore[arg-type]
        context.add_init_script(SHIFTS)
        page = visit(context, root + path)
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed()
        # The page's policy forbids what `wait_for_function` does.
        while not page.evaluate("[...document.images].every((picture) => picture.complete)"):
            page.wait_for_timeout(50)
        page.wait_for_timeout(100)
        assert page.evaluate("document.images.length") > 1
        assert page.evaluate("[...document.images].some((picture) => picture.naturalWidth)")
        # Less than a line that moves by a pixel or two while the page itself is still coming in; a
        # picture that made room for itself would count for ten times as much.
        assert sum(page.evaluate("shifts")) < 0.005, (screen, path)
        context.close()


def everything_works_without_scripts(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = visit(context, root)
    assert not page.locator(".theme").count()
    first = page.locator(".paper").first
    assert first.inner_text().count("Fast.") == 1
    assert "很快" not in first.inner_text()
    page.locator("label[for=l-zh]").click()
    assert "很快" in first.inner_text()
    assert "Fast." not in first.inner_text()
    assert "主题" in page.locator("header nav").inner_text()
    first.locator("h3 a").click()
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.locator(".copy").is_visible()
    context.close()


def scripts_add_comfort(browser: Browser, root: str) -> None:
    context = browser.new_context(color_scheme="light", viewport=DESK)  # type: ignore[arg-type]
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit(context, root + "papers/2412.00001.html")
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    assert page.locator("[name=q]").input_value() == "a/b"

    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    day = ground()
    switch = page.locator(".theme")
    switch.click()
    assert (switch.get_attribute("aria-label"), ground()) == ("Colours: light", day)
    switch.click()
    night = ground()
    assert night != day
    page.locator("label[for=l-zh]").click()
    page.reload()
    assert ground() == night
    assert page.locator("[name=language]:checked").get_attribute("value") == "zh"
    assert "主题" in page.locator("header nav").inner_text()
    page.locator(".theme").click()
    assert ground() == day
    page.locator(".copy").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@")
    page.locator("a[data-copy]").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    context.close()


def fingers_hit_what_they_aim_at(browser: Browser, root: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    for path in ("", "topics/nerf/index.html", "papers/2412.00001.html", "authors/index.html"):
        page = visit(context, root + path)
        assert not overflows(page)
        small = page.evaluate(
            """[...document.querySelectorAll("header a, header button, .topics a, .button, summary,"
            + ".paper .meta a, .formats a, .quick input, .tongues label")]
            .filter((target) => target.checkVisibility() && target.offsetHeight < 44)
            .map((target) => target.outerHTML)"""
        )
        assert small == [], path
    context.close()


def paper_has_what_leads_back(browser: Browser, root: str) -> None:
    page = visit(browser.new_context(viewport=DESK), root + "papers/2412.00001.html")  # type: ignore[arg-type]
    page.emulate_media(media="print")
    shown = page.locator("body").inner_text()
    for text in ("2412.00001", "10.48550/arXiv.2412.00001", "背景如下。", "方法如下。"):
        assert text in shown
    for text in ("Search papers", "alphaXiv", "BibTeX"):
        assert text not in shown
    after = "getComputedStyle(document.querySelector('a[data-copy]'), '::after').content"
    assert "attr(href)" in page.evaluate(after) or page.url in page.evaluate(after)


def test_pages_of_other_hosts_pictures_allow_them() -> None:
    settings = Settings(site=Site())
    for figures, allowed in (((), False), (("https://x.example/1.png",), True)):
        papers = (replace(paper(1), figures=figures),)
        files = render_pages(Collection(papers, (NERF,), {"nerf": papers}, 1, ()), (), settings)
        for path in ("index.html", "topics/nerf/index.html", "papers/2412.00001.html"):
            assert (b"img-src 'self' file: https: http:;" in files[path]) == allowed
        assert b"https:" not in files["archive/index.html"].partition(b"form-action")[0]
