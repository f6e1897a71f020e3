"""The collector: from digest files to papers.

    sources -> frontmatter -> formats -> merge

`collect` is the one thing the other rooms call.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector import frontmatter, sources
from publisher.collector.findings import finding
from publisher.collector.formats import FORMATS
from publisher.collector.merge import merge
from publisher.collector.text import plain
from publisher.models import Collection, Finding, ParsedDigest

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.settings import Settings

_UPDATE = re.compile(r"^#[ \t]+(\d{4}-\d{1,2}-\d{1,2})", re.MULTILINE)
_PATH_DATE = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2})(?!\d)")


def collect(settings: Settings) -> Collection:
    """Return every paper of the source folders, and every defect.

    Raises `SourceError` where a folder is missing or holds no digest; a bad file is a finding.
    """
    files = sources.find_files(
        [settings.path(folder) for folder in settings.source.folders],
        settings.source.include,
        settings.source.exclude,
    )
    digests: list[ParsedDigest] = []
    findings: list[Finding] = []
    for file in files:
        text, found = sources.read(file)
        findings += found
        if text is None:
            continue
        digest, found = parse(file.path, text, settings.site.zone)
        findings += found
        if digest is not None:
            digests.append(digest)
    papers, topics = merge(digests)
    return Collection(papers, topics, len(digests), tuple(sorted(findings)))


def parse(path: str, text: str, zone: ZoneInfo) -> tuple[ParsedDigest | None, list[Finding]]:
    """Return the digest in `text`, None where it can't be one, and its defects.

    `path` is relative to the source folder; `zone` holds for dates that name none.
    """
    post = frontmatter.split(path, text)
    findings = list(post.findings)
    digest_format = next((f for f in FORMATS.values() if f.recognises(post.body)), None)
    if digest_format is None:
        return None, [*findings, finding(path, post.body_line, "D108")]
    published, found = _published(path, post, zone)
    findings += found
    topic_names, found = _topic_names(path, post)
    findings += found
    papers, found = digest_format.parse(path, post.body, post.body_line)
    findings += found
    if published is None:
        return None, findings
    return ParsedDigest(path, published, topic_names, tuple(papers)), findings


def _published(
    path: str, post: frontmatter.Post, zone: ZoneInfo
) -> tuple[datetime | None, list[Finding]]:
    """Return the date of the front matter, else of the heading, else of the path."""
    value = post.metadata.get("date")
    published = frontmatter.moment(value, zone)
    if published is not None:
        return published, []
    heading = _UPDATE.search(post.body)
    named = _PATH_DATE.search(path)
    for match in (heading, named):
        if match and (published := frontmatter.moment(match.group(1), zone)):
            break
    findings = [finding(path, 1, "D106", f"{value!r}"[:80])] if value is not None else []
    if published is None:
        findings.append(finding(path, 1, "D105"))
    return published, findings


def _topic_names(path: str, post: frontmatter.Post) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the topics of the front matter, else the file's name as the one topic."""
    for key in ("tags", "tag", "categories", "title"):
        names = tuple(
            dict.fromkeys(filter(None, map(plain, frontmatter.names(post.metadata.get(key)))))
        )
        if names:
            found = [] if key in ("tags", "tag") else [finding(path, 1, "D107")]
            return tuple(name[:200] for name in names), found
    stem = plain(PurePosixPath(path).stem.replace("_", "/")) or "unnamed"
    # A post without any front matter is reported as that, not for each value it lacks.
    return (stem[:200],), [finding(path, 1, "D107")] if post.metadata else []
