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


_SMALL_TARGETS = """
() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((element) => {
    if (element.closest(".skip, .unseen, .trap") || element.type === "hidden") return false;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") return false;
    // A link within a line of text, or a folded part.
    if (element.tagName === "A" && style.display === "inline") return false;
    const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
    if (!boxes[0].width || !boxes[0].height) return false;
    const span = (from, to) =>
      Math.max(...boxes.map((box) => box[to])) - Math.min(...boxes.map((box) => box[from]));
    return span("left", "right") < 43.5 || span("top", "bottom") < 43.5;
  })
  .map((element) => {
    const box = element.getBoundingClientRect();
    return `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 100)}`;
  })
"""


def small_targets(page: Page) -> list[str]:
    """Return the interactive elements, with their labels, that are smaller than 44 px."""
    return list(page.evaluate(_SMALL_TARGETS))
