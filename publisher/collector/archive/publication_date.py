"""The date of publication of a digest: from its front matter, else its heading, else its path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.collector.findings import finding
from publisher.collector.frontmatter.dates import is_ambiguous, parse_date, path_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding

# In the order of preference, as `_bare` writes them. Hexo, Hugo, Jekyll and Pelican write `date`,
# Astro `pubDate`, others `published_at` or `created`.
_KEYS = (
    "date published publishedat publishedon publisheddate pubdate publishdate publicationdate "
    "datepublished releasedate postdate created createdat createdon createddate "
    "datecreated creationdate updated updatedat updatedate dateupdated lastupdated lastmod "
    "modified lastmodified datetime timestamp 日期 发布日期 发布时间 創建時間 创建时间 日付"
).split()
_TRUTH = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})  # Jekyll: published
_HEADING = re.compile(r"#[ \t]+(\S.{3,199})")
_DATE_FIRST = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_MAX_HEADINGS = 20


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """The date of a digest, the line that has it, and the date of heading or path beside it."""

    value: datetime | None
    line: int
    other: datetime | None
    findings: tuple[Finding, ...]


def publication_date(path: str, post: Post, head: str, zone: ZoneInfo) -> PublicationDate:
    """Return the date of `post`, whose front matter is the text `head`."""
    findings: list[Finding] = []
    elsewhere = list(_elsewhere(path, post, zone))
    for key, value in date_values(post):
        line = _line_of(key, head)
        if published := parse_date(value, zone):
            if is_ambiguous(value):
                detail = f"{value}, read as {published:%Y-%m-%d}"
                findings.append(finding(path, line, "D113", detail))
            other = next((day for day, _ in elsewhere), None)
            return PublicationDate(published, line, other, tuple(findings))
        findings.append(finding(path, line, "D106", f"{value!r}"[:80]))
    if not elsewhere:
        findings.append(finding(path, 1, "D105"))
        return PublicationDate(None, 1, None, tuple(findings))
    published, line = elsewhere[0]
    other = next((day for day, _ in elsewhere if day != published), None)
    return PublicationDate(published, line, other, tuple(findings))


def date_values(post: Post) -> Iterator[tuple[str, object]]:
    """Yield the keys and values of front matter that are dates, or should be."""
    by_name = {_bare(key): (key, value) for key, value in reversed(post.metadata.items())}
    for name in _KEYS:
        key, value = by_name.get(name, ("", None))
        if value is not None and str(value).strip().lower() not in _TRUTH:
            yield key, value


def _bare(key: str) -> str:
    return "".join(char for char in key if char.isalpha()).lower()


def _line_of(key: str, head: str) -> int:
    match = re.search(
        rf"^[ \t{{]*[\"']?{re.escape(key)}[\"']?[ \t]*[:=]", head, re.MULTILINE | re.IGNORECASE
    )
    return head.count("\n", 0, match.start()) + 1 if match else 1


def _elsewhere(path: str, post: Post, zone: ZoneInfo) -> Iterator[tuple[datetime, int]]:
    """Yield the dates in headings and path, with their lines.

    A heading that begins with a date goes before the path, any other date in one after it.
    """
    headings: list[tuple[str, int]] = []
    for text, line in _headings(post):
        if _DATE_FIRST.match(text):
            if day := parse_date(text[:10], zone):
                yield day, line
            break
        if len(headings) < _MAX_HEADINGS:
            headings.append((text, line))
    if day := path_date(path, zone):
        yield day, 1
    for text, line in headings:
        if day := parse_date(text, zone):
            yield day, line
            break


def _headings(post: Post) -> Iterator[tuple[str, int]]:
    """Yield the texts and lines of the headings of the first level, without those in code."""
    if "\n#" not in post.body and not post.body.startswith("#"):
        return
    fence = ""
    for line, text in enumerate(post.body.split("\n"), post.body_line):
        if text.startswith(("```", "~~~")):
            fence = "" if fence == text[:3] else fence or text[:3]
        elif not fence and (match := _HEADING.match(text)):
            yield match[1], line
