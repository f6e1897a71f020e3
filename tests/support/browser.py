"""Chromium driven by Playwright, and what axe-core says of a page."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conftest import chromium, page_tool
from playwright.sync_api import expect, sync_playwright
from support.web_server import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
expect.set_options(timeout=PATIENCE * 1000)


@contextmanager
def browsing(*options: str) -> Iterator[Browser]:
    """Run the browser that is installed, with `options`; skip the test where there is none."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", *options],
            timeout=PATIENCE * 1000,
        )
        yield browser
        browser.close()


def violations(page: Page) -> list[tuple[str, str]]:
    """Return what axe-core finds wrong: the rule, and the first element."""
    page.evaluate((page_tool("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, { preload: false, iframes: false, resultTypes: ['violations'] })"
    )
    assert len(found["passes"]) > 10
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def overflows(page: Page) -> bool:
    """Return whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
