"""The place of a paper in its document: the topic and date that the headings above it state."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.collector.archive.publication_date import publication_date
from publisher.collector.fields.field_words import field_of
from publisher.collector.formats import table_words
from publisher.collector.frontmatter.dates import parse_date
from publisher.collector.frontmatter.reader import names_of
from publisher.collector.outline.outline import NodeKind, OutlineNode
from publisher.collector.text.plain_text import from_machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import ParsedPaper

_PREFIX = re.compile(
    r"\s*(?:keywords?|topics?|category|关键词|主题|分类|カテゴリ)\s*[:：]\s*", re.IGNORECASE
)
_BACK = re.compile(
    r"\[{1,2}[^\[\]]{1,20}\]{1,2}\(#[^()\s]{0,60}\)\]?|\[\s*total\s*:?\s*\d+\s*\]|\{#[^{}]{1,60}\}",
    re.IGNORECASE,
)
_PICTOGRAPHS = re.compile(r"\A[^\w(（\[「『《<*_`$\\]+")
_TAGS = ("tags", "tag", "categories", "category")
_MAX_TOPIC = 80  # characters
_MAX_HEADING = 1000  # characters of a heading with its marks


class PaperPlaces:
    """The topics and dates of the papers of a document.

    Its only heading of the first level is its own title. Where front matter names the topics, or
    the document has a date, headings count only if they differ among the papers.
    """

    def __init__(
        self, path: str, post: Post, root: OutlineNode, units: Sequence[OutlineNode], zone: ZoneInfo
    ) -> None:
        """Look at the headings above all `units`."""
        self._zone = zone
        first = [
            node for node in root.children() if node.kind is NodeKind.HEADING and node.level == 1
        ]
        self._own_title = first[0] if len(first) == 1 else None
        self._topics = {id(unit): self._topic(unit) for unit in units}
        self._dates = {id(unit): self._date(unit) for unit in units}
        has_tags = any(names_of(post.metadata, key) for key in _TAGS)
        if has_tags and len(set(self._topics.values())) < 2:  # noqa: PLR2004 - a choice has two
            self._topics = {}
        self._is_dated = publication_date(path, post, "", zone).value is not None
        if self._is_dated and len(set(self._dates.values())) < 2:  # noqa: PLR2004 - see above
            self._dates = {}

    def topics(self, unit: OutlineNode) -> tuple[str, ...]:
        """Return the topic of `unit` by the headings above it, () without one."""
        topic = self._topics.get(id(unit), "")
        return (topic,) if topic else ()

    def dated(self, unit: OutlineNode, paper: ParsedPaper) -> ParsedPaper:
        """Return `paper` with the date of the headings above it.

        The date that the document gives the paper itself is when it came out, and counts only where
        nothing says when the digest did.
        """
        date = self._dates.get(id(unit)) or (None if self._is_dated else paper.published)
        return replace(paper, published=date)

    def _topic(self, unit: OutlineNode) -> str:
        for node in unit.ancestors():
            if node is self._own_title or node.kind is NodeKind.ITEM:
                continue
            if topic := _topic_of(node.text[:_MAX_HEADING]):
                return topic
        return ""

    def _date(self, unit: OutlineNode) -> datetime | None:
        for node in unit.ancestors():
            if date := _date_of(node.text[:_MAX_HEADING], self._zone):
                return date
        return None


@lru_cache(maxsize=256)  # a heading is above many papers
def _topic_of(text: str) -> str:
    """Return the topic that a heading names, "" without one."""
    heading = from_machine(_PREFIX.sub("", _PICTOGRAPHS.sub("", _BACK.sub("", text))))
    is_topic = len(heading) <= _MAX_TOPIC and field_of(heading) is None
    return table_words.topic(heading) if is_topic else ""


@lru_cache(maxsize=256)
def _date_of(text: str, zone: ZoneInfo) -> datetime | None:
    heading = from_machine(text)
    is_date = heading and not table_words.is_update(heading)
    return parse_date(heading, zone) if is_date else None
