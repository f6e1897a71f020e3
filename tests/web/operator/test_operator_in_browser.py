"""The operator's pages as a browser shows them, and an operator's whole way through them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES, page_tool
from playwright.sync_api import expect
from support.browser import DESK, PHONE, browsing, overflows, violations
from support.operator_site import ISSUE, OUTSIDE, PAGES, fill, log_in, mark, settlement
from support.web_server import PATIENCE, serving

from publisher.formatter.i18n.words import PageWords, words_in
from publisher.models import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from support.operator_site import People
    from support.web_server import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def operated(tmp_path: Path) -> Iterator[tuple[Site, People]]:
    """A site with digests and people, whose operator may have links mailed."""
    shutil.copytree(EXAMPLES, tmp_path / "digests")
    with serving(tmp_path, {"operator": {"addresses": ["ada@example.org"]}}) as site:
        yield site, fill(site.store, site.clock())


def test_every_page_is_accessible_by_day_and_night_on_desk_and_phone(
    operated: tuple[Site, People], browser: Browser
) -> None:
    site, _ = operated
    session = log_in(site)
    # Colours are the same on both, and what fits the phone is made for it.
    for screen, scheme, language in ((DESK, "light", "en-GB"), (PHONE, "dark", "zh-CN")):
        context = browser.new_context(
            base_url=site.url,
            viewport=screen,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=language,
        )
        page = context.new_page()
        lang = words_in(PageWords, language).lang
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        for path in OUTSIDE:
            judged(page, path, said, lang)
        context.add_cookies([{"name": "operator", "value": session, "url": site.url}])
        for path in PAGES:
            judged(page, path, said, lang)
        context.close()


def judged(page: Page, path: str, said: list[str], language: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    assert page.locator("html").get_attribute("lang") == language, path
    if "preview" in path:  # its figures are elsewhere
        said.clear()
    # What is folded away has to pass too.
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert violations(page) == [], path
    assert not overflows(page), path
    assert said == [], path


def test_pages_are_valid_html(operated: tuple[Site, People], tmp_path: Path) -> None:
    tool = page_tool(".bin/html-validate")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    if [int(part) for part in version.strip("v\n").split(".")[:2]] < [20, 19]:
        pytest.skip("html-validate needs Node 20.19")
    site, _ = operated
    log_in(site)
    files = []
    for language in ("en", "zh"):
        for number, path in enumerate((*PAGES, *OUTSIDE, "/operator/people/0")):
            files.append(tmp_path / f"{number}.{language}.html")
            answer = site.client.get(path, headers={"Accept-Language": language})
            files[-1].write_text(answer.text, encoding="utf-8")
    config = tmp_path / "rules.json"
    rules = {
        # Marks of one list are one field of a form.
        "form-dup-name": ["error", {"shared": ["radio", "checkbox", "submit"]}],
        # What refreshes itself without scripts says so, and how to stop it.
        "meta-refresh": "off",
    }
    wanted = {"root": True, "extends": ["html-validate:recommended"], "rules": rules}
    config.write_text(json.dumps(wanted))
    done = subprocess.run(
        ["node", tool.resolve(), "--config", config, *files], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("scripts", "screen"), [(True, DESK), (False, PHONE)])
def test_the_whole_way(
    operated: tuple[Site, People],
    browser: Browser,
    scripts: bool,
    screen: dict[str, int],
) -> None:
    site, people = operated
    context = browser.new_context(
        base_url=site.url,
        viewport=screen,  # type: ignore[arg-type]
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)

    page.goto("/operator/people")
    expect(page).to_have_url(f"{site.url}operator/login")
    page.goto(link_by_command(site))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_text("254")).to_be_visible()  # as Feedly and Inoreader say
    expect(page.get_by_role("heading", name="Latest digests")).to_be_visible()

    # One message is known to have arrived, another is to go again.
    page.get_by_role("link", name="3 deliveries in doubt").click()
    for name, marked in (("It arrived", 1), ("Send again", 1)):
        for box in page.get_by_role("checkbox").all()[:marked]:
            box.check()
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("status")).to_have_text("1 delivery settled.")
    states = [row.state for row in site.store.deliveries.rows(ISSUE)][:3]
    assert states == [DeliveryState.SENT, DeliveryState.READY, DeliveryState.IN_DOUBT]

    # Somebody asks not to get mail for a while, somebody else for ever.
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_label("Address or name").fill("张三")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="reader4@").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Paused.")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_have_text("Unsubscribed.")
    page.get_by_role("link", name="Erase").click()
    page.get_by_label("Type the address").fill("reader4@mail.example.org")
    page.get_by_role("button", name="Erase").click()
    expect(page).to_have_url(f"{site.url}operator/people?told=erased")
    assert site.store.subscribers.get(people.ids[4]) is None

    # What the next issue is for readers of English who want it short.
    page.get_by_role("link", name="Preview", exact=True).click()
    page.get_by_label("Language").select_option("English")
    page.get_by_label("Length").select_option("short")
    page.get_by_role("button", name="Show").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Paper Notes")).to_be_visible()

    page.get_by_role("link", name="Log", exact=True).click()
    for action in ("erased", "unsubscribed", "paused", "doubt settled"):
        expect(page.get_by_role("rowheader", name=action).first).to_be_visible()
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page).to_have_url(f"{site.url}operator/login")
    page.goto("/operator/")
    expect(page).to_have_url(f"{site.url}operator/login")
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_progress_is_live(operated: tuple[Site, People], browser: Browser, scripts: bool) -> None:
    """With a script by itself; without one by loading the page anew."""
    site, people = operated
    context = browser.new_context(base_url=site.url, java_script_enabled=scripts)
    context.add_cookies([{"name": "operator", "value": log_in(site), "url": site.url}])
    page = context.new_page()
    loads: list[str] = []
    page.on("load", lambda _page: loads.append("load"))
    page.goto(f"/operator/issues/{ISSUE}")
    expect(page.get_by_text("2 of 12 still to send")).to_be_visible()

    now = site.clock()
    for number in people.ids[10:]:
        (row,) = site.store.ledger.claim(
            ISSUE, limit=1, token="t", owner="me", lease=now.replace(year=2025), now=now
        )
        assert row.subscriber_id == number
        mark_and_settle(site, number, row.email)

    expect(page.get_by_text("Nothing left to send.")).to_be_visible(timeout=PATIENCE * 1000)
    assert (len(loads) == 1) is scripts
    context.close()


def mark_and_settle(site: Site, number: int, email: str) -> None:
    now = site.clock()
    site.store.ledger.record(ISSUE, [], [mark(number, email, now)])
    settled = settlement(number, DeliveryState.SENT, now)
    assert site.store.ledger.record(ISSUE, [settled], [])[0] == [True]


def test_the_frame_of_a_preview_can_do_nothing(
    operated: tuple[Site, People], browser: Browser
) -> None:
    site, _ = operated
    context = browser.new_context(base_url=site.url)
    context.add_cookies([{"name": "operator", "value": log_in(site), "url": site.url}])
    page = context.new_page()
    page.goto("/operator/preview")
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "")
    address = frame.get_attribute("src")
    assert address
    # Opened by itself it is shut in as well: scripts are off, and it is nobody's origin.
    page.goto(address)
    expect(page.get_by_role("heading", name="Paper Notes")).to_be_visible()
    assert page.evaluate("origin") == "null"
    context.close()


def link_by_command(site: Site) -> str:
    """Return what `publisher login` prints, as the operator runs it on the server."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")},
        "PUBLISHER_WEB__URL": site.url,
        "PUBLISHER_STORE__URL": f"sqlite:///{site.folder}/publisher.db",
    }
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "login", "--name", "ada"],
        capture_output=True,
        text=True,
        cwd=site.folder,
        env=environment,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{site.url}operator/login/")
    return done.stdout.strip()
