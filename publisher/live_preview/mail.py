"""The next mail as a subscriber with a certain choice would get it, and preflight's findings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from publisher.models import EditionKey, Frequency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.live_preview.board import Preview, UpcomingIssue
    from publisher.models import Finding, Topic
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.settings import Settings

Word = TypeVar("Word", bound=StrEnum)
_MOST_KEPT = 16
_LONGEST_TOPICS = 1000  # characters
_SCHEME_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_SCHEMES_OF_PAGE = re.compile(r"(color-scheme(?:s)?(?:\s*:\s*|\"\s+content=\"))light dark")


class ShownPart(StrEnum):
    """The two parts of a mail."""

    HTML = "html"
    TEXT = "text"


class ScreenSize(StrEnum):
    """The width of the frame of the mail."""

    DESKTOP = "desktop"
    PHONE = "phone"


class ColourScheme(StrEnum):
    """The colours of the mail: those of the browser, or always light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class MailView:
    """The edition to show, and the way to show it."""

    frequency: Frequency
    key: EditionKey
    part: ShownPart
    screen: ScreenSize
    scheme: ColourScheme


@dataclass(frozen=True, slots=True)
class CheckedMail:
    """A mail with the findings of the checks that need no network."""

    message: RenderedMessage
    findings: tuple[Finding, ...]


def mail_view(query: Mapping[str, str], settings: Settings) -> MailView:
    """Return the view that the parameters of an address ask for; wrong ones count as missing."""
    newsletter = settings.newsletter
    topics = query.get("topic", "")[:_LONGEST_TOPICS].split(",")
    return MailView(
        frequency=_word(query, "frequency", newsletter.frequencies[0]),
        key=EditionKey(
            topics=tuple(sorted({slug.strip() for slug in topics if slug.strip()})),
            language=_word(query, "language", settings.mail_language),
            length=_word(query, "length", newsletter.length),
        ),
        part=_word(query, "part", ShownPart.HTML),
        screen=_word(query, "screen", ScreenSize.DESKTOP),
        scheme=_word(query, "scheme", ColourScheme.SYSTEM),
    )


def _word(query: Mapping[str, str], name: str, default: Word) -> Word:
    text = query.get(name, "")
    return type(default)(text) if text in set(type(default)) else default


def upcoming_of(preview: Preview, frequency: Frequency) -> UpcomingIssue | None:
    """Return the next issue of `frequency`, None where the newsletter has none of it."""
    return next((each for each in preview.upcoming if each.frequency is frequency), None)


def topics_of(upcoming: UpcomingIssue | None) -> list[Topic]:
    """Return the topics of an issue's papers by name."""
    papers = upcoming.issue.papers if upcoming and upcoming.issue else ()
    topics = {topic.slug: topic for paper in papers for topic in paper.topics}
    return sorted(topics.values(), key=lambda topic: topic.name)


@dataclass(slots=True)
class MailRenderer:
    """Renders one mail at a time, and keeps those of the newest state."""

    _version: int = 0
    _kept: dict[tuple[Frequency, EditionKey], CheckedMail] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def render(self, preview: Preview, view: MailView) -> CheckedMail | None:
        """Return the mail, None where no issue of that frequency has papers.

        Raises `IssueError` where none is on the topics, `TemplateError`, and `SettingsError`.
        """
        upcoming = upcoming_of(preview, view.frequency)
        settings, store = preview.settings, preview.store
        if settings is None or store is None or upcoming is None or upcoming.issue is None:
            return None
        from publisher.formatter.email import render_edition  # noqa: PLC0415 - only for mail
        from publisher.services import preflight  # noqa: PLC0415 - see above

        with self._lock:
            if self._version != preview.version or len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
                self._version = preview.version
            name = (view.frequency, view.key)
            if name not in self._kept:
                edition = render_edition(upcoming.issue, view.key, settings)
                messages = preflight.draft_messages([edition], upcoming.issue, settings, store)
                message = next(iter(messages))
                findings = tuple(preflight.check_messages([message]))
                self._kept[name] = CheckedMail(message, findings)
            return self._kept[name]


def local_links(text: str, settings: Settings, root: str) -> str:
    """Return `text` with the links to the site leading to the preview at `root`."""
    return text.replace(settings.site.root, root)


def in_scheme(html: str, scheme: ColourScheme) -> str:
    """Return the mail `html` as a mail program with that colour scheme shows it."""
    if scheme is ColourScheme.SYSTEM:
        return html
    html = _SCHEMES_OF_PAGE.sub(rf"\g<1>{scheme}", html)
    # One that always holds, and one that never does.
    return _SCHEME_QUERY.sub(
        lambda match: "(min-width: 0)" if match[1] == scheme else "(max-width: 0)", html
    )
