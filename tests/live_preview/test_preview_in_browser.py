"""The preview as a browser shows it: changes appear without a reload by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.browser import DESK, PHONE, browsing, overflows, violations
from support.preview import blog, digest, previewing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


def test_a_changed_digest_appears_by_itself(tmp_path: Path, browser: Browser) -> None:
    home = blog(tmp_path)
    first, config = home / "digests" / "1.md", home / "publisher.toml"
    settings = config.read_text(encoding="utf-8")
    with previewing(home) as preview, browser.new_context(base_url=preview.root) as context:
        # More tabs than a browser has connections to one server.
        tabs = [context.new_page() for _ in range(8)]
        for tab in tabs:
            tab.goto("/")
        start = context.new_page()
        start.goto("/__preview/")
        site, mail = (start.frame_locator(f"iframe[name={name}]") for name in ("site", "mail"))
        expect(tabs[0].get_by_role("heading", name="Paper number 1")).to_be_visible()
        expect(site.get_by_role("heading", name="Paper number 1")).to_be_visible()
        expect(mail.get_by_role("heading", name="Paper number 1")).to_be_visible()
        first.write_text(digest(1, "Another title"), encoding="utf-8")
        for place in (*tabs, site, mail):
            expect(place.get_by_role("heading", name="Another title")).to_be_visible()
        expect(start.get_by_text("No defects.")).to_be_visible()
        first.write_text("---\ntags: [NeRF\n---\n" + digest(1), encoding="utf-8")
        expect(start.locator(".findings code").first).to_contain_text("digests/1.md")
        config.write_text("[site]\ntitle = 7\n", encoding="utf-8")
        expect(tabs[0].get_by_text("publisher.toml:2")).to_be_visible()
        expect(site.get_by_text("publisher.toml:2")).to_be_visible()
        expect(start.get_by_role("status")).to_contain_text("The settings can't be used")
        first.write_text(digest(1, "Mended"), encoding="utf-8")
        config.write_text(settings, encoding="utf-8")
        for place in (tabs[0], site, mail):
            expect(place.get_by_role("heading", name="Mended")).to_be_visible()
        (home / "digests" / "1.md").unlink()
        expect(start.locator("#findings").get_by_text("There are no digests yet")).to_be_visible()
        preview.process.process.terminate()
        expect(start.get_by_role("alert")).to_contain_text("The preview has ended")


def test_the_mail_is_chosen_by_the_keyboard(tmp_path: Path, browser: Browser) -> None:
    home = blog(tmp_path)
    with previewing(home) as preview, browser.new_context(base_url=preview.root) as context:
        preview.shows("Paper number 1")
        page = context.new_page()
        page.goto("/__preview/")
        mail = page.frame_locator("iframe[name=mail]")
        expect(mail.get_by_role("heading", name="Paper number 1")).to_be_visible()
        page.get_by_role("combobox", name="Part").focus()
        page.keyboard.press("ArrowDown")
        expect(mail.locator("pre")).to_contain_text("Paper number 1")
        expect(page.get_by_role("combobox", name="Part")).to_be_focused()
        assert "part=text" in page.url
        page.get_by_role("combobox", name="Part").select_option("html")
        page.get_by_role("combobox", name="Screen").select_option("phone")
        expect(page.locator("iframe[name=mail]")).to_have_class("phone")
        page.get_by_role("combobox", name="Colours").select_option("dark")
        expect(page.locator("iframe[name=mail]")).to_have_attribute("src", re.compile("=dark$"))
        page.get_by_role("combobox", name="Topic").select_option("nerf")
        expect(mail.get_by_role("heading", name="Paper number 1")).to_be_visible()


def test_every_page_is_accessible_on_desk_and_phone(tmp_path: Path, browser: Browser) -> None:
    home = blog(tmp_path)
    broken = home / "mine" / "pages" / "index.html.j2"
    with previewing(home) as preview:
        preview.shows("Paper number 1")
        for state in ("built", "broken"):
            if state == "broken":
                broken.parent.mkdir()
                broken.write_text("{% if %}", encoding="utf-8")
                preview.shows("A template fails")
            for screen, scheme in ((DESK, "light"), (PHONE, "dark")):
                context = browser.new_context(
                    base_url=preview.root,
                    viewport=screen,  # type: ignore[arg-type]
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page = context.new_page()
                for path in ("/__preview/", "/none.html"):  # a mail runs no script, also not axe
                    page.goto(path)
                    assert violations(page) == [], path
                    assert not overflows(page), path
                context.close()
