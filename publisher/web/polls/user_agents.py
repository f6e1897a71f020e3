"""Which app a User-Agent is of, and for how many people it says that it asks.

Services that ask once for many readers say for how many, each in its own way; there is no standard
for it. Feedly, for one: "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )".
Anybody may say anything in it, so a name comes from the lists here and never from the header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BROWSERS, BOTS, SCRIPTS, OTHERS = "Browsers", "Bots", "Scripts", "Others"

# What a User-Agent has in it, in lower case -> the app. The first that is found holds: many say
# that they are like another, so those that are imitated come last.
_APPS = (
    ("feedly", "Feedly"),
    ("inoreader", "Inoreader"),
    ("newsblur", "NewsBlur"),
    ("feedbin", "Feedbin"),
    ("theoldreader", "The Old Reader"),
    ("bazqux", "BazQux Reader"),
    ("feedspot", "Feedspot"),
    ("feedpress", "FeedPress"),
    ("feedhq", "FeedHQ"),
    ("commafeed", "CommaFeed"),
    ("miniflux", "Miniflux"),
    ("freshrss", "FreshRSS"),
    ("tiny tiny rss", "Tiny Tiny RSS"),
    ("nextcloud-news", "Nextcloud News"),
    ("selfoss", "selfoss"),
    ("dreamwidth", "Dreamwidth"),
    ("livejournal", "LiveJournal"),
    ("blogtrottr", "Blogtrottr"),
    ("netnewswire", "NetNewsWire"),
    ("reeder/", "Reeder"),
    ("unread rss", "Unread"),
    ("fiery%20feeds", "Fiery Feeds"),
    ("fluent reader", "Fluent Reader"),
    ("fluentreader", "Fluent Reader"),
    ("rss guard", "RSS Guard"),
    ("rssguard", "RSS Guard"),
    ("quiterss", "QuiteRSS"),
    ("newsflash", "NewsFlash"),
    ("newsboat", "Newsboat"),
    ("liferea", "Liferea"),
    ("akregator", "Akregator"),
    ("elfeed", "Elfeed"),
    ("thunderbird", "Thunderbird"),
    ("zotero", "Zotero"),
    ("readwise", "Readwise Reader"),
    ("rsshub", "RSSHub"),
    ("slackbot", "Slack"),
    ("discordbot", "Discord"),
    ("telegrambot", "Telegram"),
    ("ifttt", "IFTTT"),
    ("zapier", "Zapier"),
    ("wordpress", "WordPress"),
    ("feedfetcher-google", "Google FeedFetcher"),
)
_BOT = re.compile(r"bot\b|bot/|crawl|spider|slurp|scan|monitor|preview|archive|validator")
_SCRIPT = re.compile(
    r"^(curl|wget|python|go-http|okhttp|java|ruby|php|perl|libwww|node|axios|guzzle|apache-httpc"
    r"|aiohttp|httpx|feedparser|universalfeedparser|rss-parser|simplepie|rome|got |undici)"
)
_BROWSER = re.compile(r"^mozilla/.*(gecko|applewebkit|trident|presto|msie)|^opera/")
_SUBSCRIBERS = re.compile(r"(?<![\d.,/])(\d{1,9})[ _](?:subscriber|reader)(?:s|\(s\))?(?![a-z])")
# A service may know one address of ours as several feeds, each with readers of its own.
_VARIANT = re.compile(r"feed-id[:=]([0-9a-z-]{1,40})|newsblur\.com/site/(\d{1,20})")
# More is a joke: it would hide all that is true beside it.
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Agent:
    """Who asks for a feed. No `subscribers`: it names none. `variant` tells its feeds apart."""

    app: str
    subscribers: int = 0
    variant: str = ""


def read_agent(header: str) -> Agent:
    """Return what a User-Agent header says, as far as we know its app; else the app's family."""
    text = header.strip().lower()
    app = next((name for part, name in _APPS if part in text), None) or _family(text)
    said = _SUBSCRIBERS.search(text)
    variant = _VARIANT.search(text)
    return Agent(
        app,
        min(int(said[1]), _MOST) if said else 0,
        (variant[1] or variant[2]) if variant else "",
    )


def _family(text: str) -> str:
    for pattern, family in ((_BOT, BOTS), (_SCRIPT, SCRIPTS), (_BROWSER, BROWSERS)):
        if pattern.search(text):
            return family
    return OTHERS
