"""A reader's whole way in a browser, with a real mail server; and what axe-core says of the pages.

Over https, as in production: the links in the mails are followed as they stand.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from conftest import EXAMPLES, page_tool
from playwright.sync_api import expect
from support.browser import DESK, PHONE, browsing, overflows, violations
from support.browser_input import Keyboard, Mouse
from support.feed_readers import ADA, NAMES, Person, text_of
from support.https_front import https_front
from support.ports import free_port
from support.web_server import serving

from publisher.sender.message.tokens import make_preferences_token
from publisher.services import build, transactional
from publisher.services import publish as publish_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page
    from support.web_server import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOST = "papers.example.org"
AT_HOST = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{{}}"  # an option of the browser


@dataclass
class Mailbox:
    """A real SMTP server that keeps what comes."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        found: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(found)
        return "250 2.0.0 kept"

    def newest(self) -> EmailMessage:
        (mail,) = self.mails
        self.mails.clear()
        return mail


@dataclass
class World:
    """A site with its digests, its mail server, and its address on the web."""

    site: Site
    mailbox: Mailbox
    browser: Browser

    def post(self) -> EmailMessage:
        """Have the single mails sent; return the one that came."""
        site = self.site
        transactional.send_queued(site.settings, site.store, site.clock, topic_names=NAMES)
        return self.mailbox.newest()

    def publish(self, day: datetime) -> EmailMessage:
        """Have it be the day, and the issue sent that is due; return what came."""
        site = self.site
        site.clock.now = day
        collection = build.collect(site.settings)
        results = publish_service.prepare_due(
            collection, site.settings, site.store, now=lambda: day, force=True
        )
        assert [result.is_frozen for result in results] == [True]
        publish_service.deliver_pending(site.settings, site.store, now=lambda: day)
        return self.mailbox.newest()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    shutil.copytree(EXAMPLES, tmp_path / "digests")
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    sections = {
        "site": {"url": f"https://{HOST}/"},
        "web": {"url": f"https://{HOST}/"},
        "mail": {"transport": "smtp", "host": "127.0.0.1", "port": port, "security": "none"},
        "subscribing": {"fill_seconds": 0},
    }
    try:
        with (
            serving(tmp_path, sections) as site,
            https_front(tmp_path, HOST, site.port) as front,
            browsing(AT_HOST.format(front)) as browser,
        ):
            build.build(site.settings)
            site.clock.now = datetime(2024, 11, 22, 8, tzinfo=UTC)
            yield World(site, mailbox, browser)
    finally:
        controller.stop()


WAYS = {
    "a desk": {"viewport": DESK},
    "a phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
    "a phone without scripts": {"viewport": PHONE, "java_script_enabled": False},
    "a keyboard": {"viewport": DESK},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_way(world: World, way: str) -> None:
    options: dict[str, Any] = {"ignore_https_errors": True, "locale": "en-US", **WAYS[way]}
    page = world.browser.new_context(**options).new_page()
    hands = Keyboard(page) if way == "a keyboard" else Mouse(page)
    people = world.site.store.subscribers

    def said(text: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(text)

    def confirm() -> None:
        page.goto(link(world.post(), "confirm"))
        said("Confirm your subscription")
        hands.press("Yes, subscribe me")
        said("You are subscribed")

    # Find the site, and subscribe to two topics.
    page.goto(f"https://{HOST}/")
    hands.follow("Newsletter")
    hands.write("Email address", ADA)
    hands.tick("Only these topics:")
    hands.tick("NeRF")
    hands.tick("3DGS")
    hands.press("Subscribe")
    said("Check your inbox")
    assert people.find(ADA) is None
    confirm()

    # The issue of the week has those, and no others.
    issue = world.publish(datetime(2024, 11, 25, 1, tzinfo=UTC))
    assert issue["To"] == ADA
    assert "Zip-NeRF" in text_of(issue)
    assert "SuGaR" in text_of(issue)
    assert "EchoMimic" not in text_of(issue)

    # Change topics by the link in the issue; the next issue accordingly.
    page.goto(link(issue, "preferences/issue"))
    said("Your preferences")
    hands.untick("NeRF")
    hands.untick("3DGS")
    hands.tick("医学图像/分割")
    hands.press("Save")
    expect(page.get_by_role("status")).to_contain_text("Saved. An email about it")
    page.goto(link(world.post(), "preferences"))
    said("Your preferences")
    expect(page.get_by_text(ADA)).to_be_visible()
    issue = world.publish(datetime(2024, 12, 2, 1, tzinfo=UTC))
    assert "Segment Anything in Medical Images" in text_of(issue)
    assert "Nerfstudio" not in text_of(issue)

    # Leave by the mail program's one click, which asks for nothing but the address in the head.
    one_click = re.search(r"<(https://[^>]+)>", str(issue["List-Unsubscribe"]))
    assert one_click
    assert issue["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    clicked = world.site.client.post(
        urlsplit(one_click[1]).path, data={"List-Unsubscribe": "One-Click"}
    )
    assert clicked.status_code == 200
    assert people.find(ADA).status == "unsubscribed"  # type: ignore[union-attr]

    # Come back, from the page that the link in the mail leads to, and leave by that.
    page.goto(link(issue, "unsubscribe"))
    hands.press("Unsubscribe")
    said("You are unsubscribed")
    hands.follow("Subscribe again")
    hands.write("Email address", ADA)
    hands.press("Subscribe")
    confirm()
    assert people.find(ADA).status == "active"  # type: ignore[union-attr]
    page.goto(link(issue, "unsubscribe"))
    hands.press("Unsubscribe")
    said("You are unsubscribed")
    assert people.find(ADA).status == "unsubscribed"  # type: ignore[union-attr]


def test_from_a_paper_of_three_months_ago_onto_the_list(world: World) -> None:
    """Find it by a word, see what else its author wrote, and subscribe to that topic."""
    world.site.clock.now = datetime(2025, 2, 20, 8, tzinfo=UTC)
    context = world.browser.new_context(
        ignore_https_errors=True,
        viewport=DESK,  # type: ignore[arg-type]
        locale="en-US",
    )
    page = context.new_page()
    heading = page.get_by_role("heading", level=1)
    clicks = 0

    def click(target: Locator) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    page.goto(f"https://{HOST}/")
    click(page.get_by_role("searchbox").first)
    page.keyboard.type("anti-aliased grid")
    page.keyboard.press("Enter")
    click(page.get_by_role("link", name=re.compile("^Zip-NeRF")))
    expect(heading).to_contain_text("Zip-NeRF")
    expect(page.locator("time").first).to_have_attribute("datetime", "2024-11-18")
    click(page.get_by_role("link", name="Peter Hedman").first)
    expect(heading).to_contain_text("Peter Hedman")
    click(page.get_by_role("link", name=re.compile("^SMERF")))
    expect(heading).to_contain_text("SMERF")
    click(page.get_by_role("main").get_by_role("link", name="NeRF", exact=True))
    expect(heading).to_have_text("NeRF")
    click(page.get_by_label("Email address"))
    page.keyboard.type(ADA)
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Check your inbox")
    clicks += 1  # the link in the mail
    page.goto(link(world.post(), "confirm"))
    click(page.get_by_role("button", name="Yes, subscribe me"))
    expect(heading).to_have_text("You are subscribed")
    reader = world.site.store.subscribers.find(ADA)
    assert reader is not None
    assert (reader.status, reader.topics) == ("active", ("nerf",))
    assert clicks <= 8


def test_the_form_on_the_site_s_own_pages(world: World) -> None:
    context = world.browser.new_context(ignore_https_errors=True, viewport=DESK)  # type: ignore[arg-type]
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"https://{HOST}/topics/nerf/")
    page.get_by_label("Email address").fill(ADA)
    expect(page.get_by_label("NeRF", exact=True)).to_be_checked()
    page.get_by_role("button", name="Subscribe", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert "Topics: NeRF" in text_of(world.post())
    # Thumbnails are on a host that does not exist.
    assert [text for text in refused if "ERR_NAME_NOT_RESOLVED" not in text] == []


def test_a_browser_does_the_work_by_itself(tmp_path: Path) -> None:
    asked = {"subscribing": {"work_bits": 8, "fill_seconds": 0}}
    with serving(tmp_path, asked) as site, browsing(AT_HOST.format(1)) as browser:
        person = Person(site)
        for scripts in (True, False):
            context = browser.new_context(
                base_url=site.url, locale="en-US", java_script_enabled=scripts
            )
            page = context.new_page()
            page.goto("/subscribe")
            page.get_by_label("Email address").fill(ADA)
            page.get_by_role("button", name="Subscribe", exact=True).click()
            heading = page.get_by_role("heading", level=1)
            if scripts:
                expect(heading).to_have_text("Check your inbox")
                assert len(person.mails()) == 1
            else:
                expect(page.get_by_text("This form needs JavaScript")).to_be_visible()
                expect(heading).to_have_text(f"Send the confirmation to {ADA}?")
                assert person.mails() == []


def link(mail: EmailMessage, kind: str) -> str:
    """Return the address in a mail's text that leads to a page of the `kind`."""
    found = re.search(rf"https://{HOST}/{kind}/[\w-]+", text_of(mail))
    assert found, text_of(mail)
    return found[0]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[tuple[Site, list[str]]]:
    """A site, and the paths of every page that it shows readers."""
    with serving(tmp_path, {"newsletter": {"frequencies": ["weekly", "daily"]}}) as site:
        person = Person(site)
        person.joins(which="some", topic=["nerf"])
        own = person.preferences()
        person.joins("paused@example.org")
        found = site.store.subscribers.find("paused@example.org")
        assert found is not None
        site.store.subscribers.pause(found.id, until=None, now=site.clock())
        token = make_preferences_token(site.store.keys, found.id, 1, site.clock().date())
        yield (
            site,
            [
                *("subscribe?topic=nerf", "confirm/x", "unsubscribe/x", "preferences"),
                *(own, person.preferences("paused@example.org")),
                *(f"preferences/{'x' * 43}", f"preferences/issue/{token}", "assets/nothing"),
            ],
        )


SENT = (
    ("subscribe", {"email": "nonsense", "which": "some"}),
    ("subscribe", {"email": ADA}),
    ("subscribe", {"email": ADA, "which": "some", "topic[]": "nerf", "language": "both"}),
    ("subscribe", {"email": ADA, "website": "x"}),
    ("preferences", {"email": "nonsense"}),
    ("preferences", {"email": ADA, "website": "x"}),
    ("confirm/x", {}),
    ("unsubscribe/x", {}),
)


def test_every_page_is_accessible(pages: tuple[Site, list[str]]) -> None:
    site, paths = pages
    with browsing(AT_HOST.format(1)) as browser:
        for screen, scheme, language in ((DESK, "light", "en-US"), (PHONE, "dark", "zh-CN")):
            context = browser.new_context(
                base_url=site.url,
                viewport=screen,  # type: ignore[arg-type]
                color_scheme=scheme,  # type: ignore[arg-type]
                locale=language,
            )
            page = context.new_page()
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            for path in paths:
                page.goto(path)
                judged(page, path)
            assert [text for text in said if "status of 4" not in text] == []
            for path, fields in SENT:
                answer = site.client.post(
                    f"/{path}", data=fields, headers={"Accept-Language": language}
                )
                page.goto("healthz")
                page.set_content(answer.text)
                judged(page, f"{path} {fields}")


def judged(page: Page, name: str) -> None:
    assert violations(page) == [], name
    assert not overflows(page), name


def test_every_page_is_valid_html(pages: tuple[Site, list[str]], tmp_path: Path) -> None:
    site, paths = pages
    tool = page_tool(".bin/html-validate")
    answers = [site.client.get(f"/{path}") for path in paths]
    answers += [site.client.post(f"/{path}", data=fields) for path, fields in SENT]
    files = []
    for number, answer in enumerate(answers):
        files.append(tmp_path / f"{number}.html")
        files[-1].write_text(answer.text, encoding="utf-8")
    config = tmp_path / "rules.json"
    config.write_text('{"root": true, "extends": ["html-validate:recommended"]}')
    done = subprocess.run(
        ["node", tool.resolve(), "--config", config, *files], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
