"""Section of announcements in chats and networks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import Section, Slug
from publisher.settings.values import Secret

AnnouncedEvent = Literal["digests", "issues"]


class AnnounceTarget(Section, frozen=True):
    """A place where news is announced: a chat, a channel or an account."""

    name: Slug
    """Name of the target, for commands and messages. What was announced is remembered by it."""
    url: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Address of the target as Apprise has it, such as "tgram://TOKEN/CHAT". It holds passwords,
    and is better kept out of publisher.toml: `publisher secret announce.NAME.url` keeps it, or set
    PUBLISHER_ANNOUNCE__NAME__URL, with _ for each hyphen of the name."""
    events: Annotated[tuple[AnnouncedEvent, ...], Meta(min_length=1)] = ("digests",)
    """News that is announced: new papers of "digests", and "issues" that were sent."""
    topics: tuple[Slug, ...] = ()
    """Topics whose papers are announced, as slugs such as "nerf". Empty: all."""
    language: Literal["", "en", "zh"] = ""
    """Language of the texts: "en" or "zh". Empty: as the site."""
    papers: Annotated[int, Meta(ge=0, le=50)] = 8
    """Number of papers that an announcement names at most; the others are counted. It names fewer
    where the network allows less text."""
    characters: Annotated[int, Meta(ge=100, le=30_000)] = 3000
    """Number of characters that an announcement has at most, if the network allows as many."""
    template: str = ""
    """Template of the announcement, a file in `templates.folder`, such as
    "announce/telegram.txt.j2". Empty: the program's own."""


class Announce(Section, frozen=True):
    """Announcements of new papers and issues in chats and networks."""

    targets: tuple[AnnounceTarget, ...] = ()
    """Targets, each in a table `[[announce.targets]]`. None: nothing is announced."""
    per_hour: Annotated[int, Meta(ge=1, le=60)] = 1
    """Number of announcements that a target gets in an hour at most. What comes meanwhile is in the
    next one."""
    per_day: Annotated[int, Meta(ge=1, le=1000)] = 6
    """Number of announcements that a target gets in 24 hours at most."""
    max_age_days: Annotated[int, Meta(ge=1, le=366)] = 7
    """Age in days up to which papers and issues are news. Older ones are never announced, nor what
    was there when a target was seen for the first time."""
