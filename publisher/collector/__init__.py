"""The collector: from digest files to papers.

    git_source -> sources -> frontmatter -> formats -> merge -> filters

`update_sources` and `collect` are what the pipeline calls.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector import formats, frontmatter, git_source, sources, unwanted
from publisher.collector.filters import apply_filters
from publisher.collector.findings import finding
from publisher.collector.merge import merge
from publisher.collector.text import plain
from publisher.models import Collection, Finding, ParsedDigest

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.models import ParsedPaper
    from publisher.settings import Settings

_UPDATE = re.compile(r"^#[ \t]+(\d{4}-\d{1,2}-\d{1,2})", re.MULTILINE)
# Hexo, Hugo, Jekyll and Pelican write `date`, Astro `pubDate`.
_DATE_KEYS = ("date", "Date", "publishDate", "pubDate", "created")
_PATH_DATE = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2})(?!\d)")


def update_sources(settings: Settings) -> list[Finding]:
    """Pull the git repository of the settings, where they name one.

    The last state that was pulled stands in for one that can't be reached, which is D301. Raises
    `SourceError`; see `git_source.update`.
    """
    return git_source.update(settings)


def collect(settings: Settings) -> Collection:
    """Return every paper of the source folders that the filters let pass, and every defect.

    Raises `SourceError` where a folder is missing or holds no digest; a bad file is a finding.
    """
    digests: list[ParsedDigest] = []
    with git_source.reading(settings) as checkout:
        found_files = _find(settings, checkout)
        findings = [*found_files.findings, *formats.installed()[1]]
        left_out = found_files.left_out
        for file in found_files.files:
            text, found = sources.read(file)
            if text is None:
                findings += found
                continue
            post = frontmatter.split(file.path, text)
            if unwanted.is_draft(post.metadata):
                left_out += 1
                continue
            digest, more = _parse(file.path, post, settings.site.zone)
            findings += [*found, *more]
            if digest is not None:
                digests.append(digest)
    papers, topics = merge(part for digest in digests for part in _by_date_and_topic(digest))
    papers = apply_filters(papers, settings.filters)
    used = {topic for paper in papers for topic in paper.topics}
    shown = tuple(topic for topic in topics if topic in used)
    return Collection(papers, shown, len(digests), tuple(sorted(findings)), left_out)


def parse(path: str, text: str, zone: ZoneInfo) -> tuple[ParsedDigest | None, list[Finding]]:
    """Return the digest in `text`, None where it can't be one, and its defects.

    `path` is relative to the source folder; `zone` holds for dates that name none.
    """
    return _parse(path, frontmatter.split(path, text), zone)


def _find(settings: Settings, checkout: tuple[Path, Path] | None) -> sources.Found:
    source = settings.source
    folders = [
        sources.Folder(settings.path(folder), ignore_files=source.ignore_files)
        for folder in source.folders
    ]
    if checkout is not None:
        # Git's own ignore files say nothing about files that are in the repository all the same.
        names = tuple(name for name in source.ignore_files if name != ".gitignore")
        folders.append(sources.Folder(*checkout, ignore_files=names))
    return sources.find_files(folders, source.include, source.exclude)


def _parse(
    path: str, post: frontmatter.Post, zone: ZoneInfo
) -> tuple[ParsedDigest | None, list[Finding]]:
    findings = list(post.findings)
    parsed = formats.parse(path, post, zone)
    if parsed is None:
        return None, [*findings, finding(path, post.body_line, "D108")]
    papers, from_format = parsed
    own_dates = [paper.published for paper in papers if paper.published is not None]
    own_topics = bool(papers) and all(paper.topic_names for paper in papers)
    if own_dates:  # the file says itself what front matter is for
        findings = [found for found in findings if found.code != "D103"]
    published, found = _published(path, post, zone)
    undated = [] if published else [paper for paper in papers if paper.published is None]
    if own_dates:
        found = [one for one in found if one.code != "D105"]
        found += [finding(path, paper.line, "D311", paper.title) for paper in undated]
    findings += found
    topic_names: tuple[str, ...] = ()
    if not own_topics:
        topic_names, found = _topic_names(path, post)
        findings += found
    findings += from_format
    published = published or max(own_dates, default=None)
    if published is None:
        return None, findings
    dated = tuple(paper for paper in papers if paper not in undated)
    return ParsedDigest(path, published, topic_names, dated), findings


def _by_date_and_topic(digest: ParsedDigest) -> list[ParsedDigest]:
    """Return `digest` as it is for `merge`: parts with one date and the same topics each."""
    parts: dict[tuple[datetime, tuple[str, ...]], list[ParsedPaper]] = {}
    for paper in digest.papers:
        key = (paper.published or digest.published, paper.topic_names or digest.topic_names)
        parts.setdefault(key, []).append(paper)
    return [
        ParsedDigest(digest.path, published, topic_names, tuple(papers))
        for (published, topic_names), papers in parts.items()
    ]


def _published(
    path: str, post: frontmatter.Post, zone: ZoneInfo
) -> tuple[datetime | None, list[Finding]]:
    """Return the date of the front matter, else of the heading, else of the path."""
    value = next((post.metadata[key] for key in _DATE_KEYS if key in post.metadata), None)
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
