from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from support.web_server import serving

from publisher.models.polls import PollCount
from publisher.store.database import open_store
from publisher.store.operations.polls import AppPolls
from publisher.web.context import Context
from publisher.web.polls.counter import PollCounter
from publisher.web.polls.flush import write_polls
from publisher.web.polls.user_agents import (
    BOTS,
    BROWSERS,
    OTHERS,
    SCRIPTS,
    Agent,
    read_agent,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site

SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/14.0.1 Safari/605.1.15"
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )",
            Agent("Feedly", 16),
        ),
        (
            (
                "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 457 subscribers; "
                "like FeedFetcher-Google)"
            ),
            Agent("Feedly", 457),
        ),
        ("Feedly/1.0 (poller; 131 subscribers;)", Agent("Feedly", 131)),
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)",
            Agent("Feedly"),
        ),
        (
            "Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)",
            Agent("Inoreader", 114),
        ),
        ("Feedbin feed-id:1697787 - 102 subscribers", Agent("Feedbin", 102, "1697787")),
        (
            (
                "NewsBlur Feed Fetcher - 54 subscribers - "
                f'https://www.newsblur.com/site/6865328/example ("{SAFARI}")'
            ),
            Agent("NewsBlur", 54, "6865328"),
        ),
        (
            (
                "Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; "
                "feed-id=cead6c3a837650eeefd8fe4a)"
            ),
            Agent("The Old Reader", 1, "cead6c3a837650eeefd8fe4a"),
        ),
        (
            "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)",
            Agent("BazQux Reader", 6),
        ),
        (
            (
                "Dreamwidth Studios (webmaster@dreamwidth.org; for "
                "https://www.dreamwidth.org/users/some_feed/; 2 readers)"
            ),
            Agent("Dreamwidth", 2),
        ),
        (
            (
                "Mozilla/5.0 (compatible; Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher; "
                "like FeedFetcher-Google)"
            ),
            Agent("Feedspot"),
        ),
        (
            "Mozilla/5.0 (compatible; Miniflux/2.0.43; +https://miniflux.app)",
            Agent("Miniflux"),
        ),
        ("FreshRSS/1.24.0 (Linux; https://freshrss.org)", Agent("FreshRSS")),
        (
            "Tiny Tiny RSS/23.05-a4543de (Unsupported) (https://tt-rss.org/)",
            Agent("Tiny Tiny RSS"),
        ),
        ("NetNewsWire (RSS Reader; https://netnewswire.com/)", Agent("NetNewsWire")),
        ("Fiery%20Feeds/572 CFNetwork/3860.100.1 Darwin/25.0.0", Agent("Fiery Feeds")),
        ("Unread RSS Reader - https://www.goldenhillsoftware.com/unread/", Agent("Unread")),
        ("Emacs Elfeed 3.4.2", Agent("Elfeed")),
        ("Akregator/5.22.3; syndication", Agent("Akregator")),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Agent("Slack")),
        ("NewsGatorOnline/2.0_(http://www.newsgator.com;_20_subscribers)", Agent(OTHERS, 20)),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent(BOTS)),
        (f"{SAFARI} (Applebot/0.1; +http://www.apple.com/go/applebot)", Agent(BOTS)),
        (SAFARI, Agent(BROWSERS)),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
            Agent(BROWSERS),
        ),
        ("python-requests/2.31.0", Agent(SCRIPTS)),
        ("curl/8.5.0", Agent(SCRIPTS)),
        ("Go-http-client/2.0", Agent(SCRIPTS)),
        ("SpaceCowboys Android RSS Reader / 2.13.0(3764)", Agent(OTHERS)),
        ("", Agent(OTHERS)),
        ("<script>alert(1)</script>", Agent(OTHERS)),
        # What only looks like a number of people.
        ("Feedly/1.0 (9999999999999 subscribers)", Agent("Feedly")),
        ("Feedly/1.0 (999999999 subscribers)", Agent("Feedly", 10_000_000)),
        ("Feedly/1.0 (-5 subscribers)", Agent("Feedly", 5)),
        ("Feedly/1.5 subscribers", Agent("Feedly")),
        ("Feedly/1.0 (7 subscribersx)", Agent("Feedly")),
    ],
)
def test_user_agents(header: str, expected: Agent) -> None:
    assert read_agent(header) == expected


def test_polls_are_counted_by_app_and_begin_anew() -> None:
    counter = PollCounter()
    for number in (16, 17, 16):
        counter.count("atom.xml", f"Feedly/1.0 (+x; {number} subscribers; )")
    counter.count("atom.xml", "Feedbin feed-id:1 - 3 subscribers")
    counter.count("atom.xml", "Feedbin feed-id:2 - 4 subscribers")
    counter.count("rss.xml", "curl/8.5.0")

    assert sorted(counter.take("2024-12-02"), key=lambda row: (row.feed, row.app, row.variant)) == [
        PollCount("2024-12-02", "atom.xml", "Feedbin", "1", 1, 3),
        PollCount("2024-12-02", "atom.xml", "Feedbin", "2", 1, 4),
        PollCount("2024-12-02", "atom.xml", "Feedly", "", 3, 17),
        PollCount("2024-12-02", "rss.xml", SCRIPTS, "", 1, 0),
    ]
    assert counter.take("2024-12-02") == []


def test_headers_that_are_made_up_fill_no_memory() -> None:
    counter = PollCounter()
    for number in range(20_000):
        counter.count("atom.xml", f"Made up {number} " * 1000)
    assert len(counter._counted) <= 5_001
    rows = counter.take("2024-12-02")
    assert sum(row.polls for row in rows) == 20_000
    assert {row.app for row in rows} == {OTHERS}

    for number in range(100):
        counter.count("atom.xml", f"Feedbin feed-id:{number} - 1 subscribers")
    rows = counter.take("2024-12-02")
    assert len(rows) == 21
    assert sum(row.polls for row in rows) == 100


def test_what_is_served_is_counted_and_kept(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    for name in ("atom.xml", "index.html"):
        (tmp_path / "public" / name).write_text("<feed/>")
    with serving(tmp_path) as site:
        agent = {"User-Agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )"}
        etag = site.client.get("/atom.xml", headers=agent).headers["etag"]
        same = site.client.get("/atom.xml", headers={**agent, "If-None-Match": etag})
        assert same.status_code == 304
        for path in ("/index.html", "/nothing/atom.xml"):
            site.client.get(path, headers=agent)
        today = site.clock().date().isoformat()
    # The server has stopped: what it had counted until then is in the store.
    with open_store(f"sqlite:///{tmp_path}/publisher.db") as store:
        assert store.polls.by_app(today, today) == [AppPolls("Feedly", 16, 2)]


def test_counts_that_cannot_be_written_stop_nothing(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    context = Context(site.settings, site.store, site.clock)
    context.polls.count("atom.xml", "curl/8.5.0")
    with sqlite3.connect(site.folder / "publisher.db") as raw:
        raw.execute("DROP TABLE polls")
    raw.close()
    write_polls(context)
    assert "polls of feeds are not counted" in caplog.text
