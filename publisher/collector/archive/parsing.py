"""Parsing of a file: decode, repair, split off front matter, recognise the format, parse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector import formats
from publisher.collector.archive.publication_date import publication_date
from publisher.collector.findings import finding
from publisher.collector.frontmatter import reader
from publisher.collector.mojibake.detection import looks_damaged
from publisher.collector.mojibake.file_bytes import decode
from publisher.collector.sources import ignore_rules
from publisher.collector.text.plain_text import plain, without_c1
from publisher.models import Finding, ParsedDigest, ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.mojibake.repair import Repaired

_INSTALL_REPAIR = "to repair it: pip install 'digest-publisher[repair]'"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The content of a file. A damaged one was repaired, or waits for a model."""

    digests: tuple[ParsedDigest, ...] = ()  # each with one date and one set of topics
    findings: tuple[Finding, ...] = ()
    is_draft: bool = False
    is_damaged: bool = False


def _no_model() -> None:
    return None


def parse_bytes(
    path: str,
    data: bytes,
    zone: ZoneInfo,
    model: Callable[[], LanguageModel | None] | None = _no_model,
) -> ParsedFile:
    """Return the parsed content of a file with the bytes `data`. Raises nothing.

    `path` is relative to the source folder; dates without a time zone are in `zone`. `model` is
    called if text is damaged and has to be repaired; if it is None, a damaged file is only marked
    as such, so that it can be parsed again with a model.
    """
    text, bad_lines = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    findings = [finding(path, line, "D102") for line in bad_lines[:1]]
    if not looks_damaged(text):
        parsed = parse_text(path, text, zone)
        return replace(parsed, findings=tuple(sorted((*findings, *parsed.findings))))
    if model is None:
        return ParsedFile(is_damaged=True)
    from publisher.collector.mojibake.repair import repair  # noqa: PLC0415 - damaged files are rare
    from publisher.collector.mojibake.word_model import (  # noqa: PLC0415 - see above
        words_are_installed,
    )

    repaired = repair(text, model())
    parsed = parse_text(path, _without_unreadable(repaired), zone)
    if repaired.changed_lines:
        detail = _count(repaired.changed_lines)
        findings.append(finding(path, repaired.changed_lines[0], "D110", detail))
    findings += [finding(path, line, "D111") for line in repaired.unreadable_lines]
    if repaired.left_lines:
        detail = _count(repaired.left_lines)
        if not words_are_installed():
            detail = f"{detail}; {_INSTALL_REPAIR}"
        findings.append(finding(path, repaired.left_lines[0], "D112", detail))
    return replace(
        parsed,
        digests=_marked(parsed.digests, (*repaired.changed_lines, *repaired.left_lines)),
        findings=tuple(sorted((*findings, *parsed.findings))),
        is_damaged=True,
    )


def parse_text(path: str, text: str, zone: ZoneInfo) -> ParsedFile:
    """Return the parsed content of an undamaged or repaired `text`."""
    text = without_c1(text)  # YAML refuses them
    post = reader.read_post(path, text)
    if ignore_rules.is_draft(post.metadata):
        return ParsedFile(is_draft=True)
    digest, findings = _parse_post(path, post, text[: len(text) - len(post.body)], zone)
    digests = tuple(_by_date_and_topic(digest)) if digest is not None else ()
    if digest is not None and not digest.papers:
        digests = (digest,)  # a day without papers is also a digest
    return ParsedFile(digests, tuple(findings))


def _count(lines: tuple[int, ...]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines)} lines"


def _without_unreadable(repaired: Repaired) -> str:
    """Return the text without its unreadable lines, except headings, which separate papers."""
    lines = repaired.text.split("\n")
    for number in repaired.unreadable_lines:
        if not lines[number - 1].startswith("## "):
            lines[number - 1] = ""
    return "\n".join(lines)


def _marked(digests: Iterable[ParsedDigest], changed: tuple[int, ...]) -> tuple[ParsedDigest, ...]:
    """Return `digests` with the papers of changed lines marked as repaired."""
    digests = tuple(digests)
    starts = sorted({paper.line for digest in digests for paper in digest.papers})
    touched = {max((s for s in starts if s <= line), default=0) for line in changed}
    return tuple(
        replace(
            digest,
            papers=tuple(
                replace(paper, repaired=True) if paper.line in touched else paper
                for paper in digest.papers
            ),
        )
        for digest in digests
    )


def _parse_post(
    path: str, post: reader.Post, head: str, zone: ZoneInfo
) -> tuple[ParsedDigest | None, list[Finding]]:
    findings = list(post.findings)
    parsed = formats.parse(path, post, zone)
    if parsed is None:
        return None, [*findings, finding(path, post.body_line, "D108")]
    papers, from_format = parsed
    own_dates = [paper.published for paper in papers if paper.published is not None]
    own_topics = bool(papers) and all(paper.topic_names for paper in papers)
    date = publication_date(path, post, head, zone)
    published, date_findings = date.value, list(date.findings)
    undated = [] if published else [paper for paper in papers if paper.published is None]
    if own_dates:  # they replace those of front matter
        findings = [each for each in findings if each.code != "D103"]
        date_findings = [each for each in date_findings if each.code != "D105"]
        date_findings += [finding(path, paper.line, "D311", paper.title) for paper in undated]
    findings += date_findings
    topic_names: tuple[str, ...] = ()
    if not own_topics:
        topic_names, topic_findings = _topic_names(path, post)
        findings += topic_findings
    findings += from_format
    published = published or max(own_dates, default=None)
    if published is None:
        return None, findings
    dated = tuple(paper for paper in papers if paper not in undated)
    return ParsedDigest(path, published, topic_names, dated, date.line, date.other), findings


def _by_date_and_topic(digest: ParsedDigest) -> list[ParsedDigest]:
    """Return `digest` split for `merge`: each part has one date and one set of topics."""
    parts: dict[tuple[datetime, tuple[str, ...]], list[ParsedPaper]] = {}
    for paper in digest.papers:
        key = (paper.published or digest.published, paper.topic_names or digest.topic_names)
        parts.setdefault(key, []).append(paper)
    return [
        replace(
            digest,
            published=published,
            topic_names=topic_names,
            papers=tuple(papers),
            date_line=papers[0].line if papers[0].published else digest.date_line,
        )
        for (published, topic_names), papers in parts.items()
    ]


def _topic_names(path: str, post: reader.Post) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the topics in front matter, else the file's name as the only topic, and findings."""
    for key in ("tags", "tag", "categories", "category", "keywords", "title"):
        values = (
            reader.text_list(post.metadata.get(key))
            if key == "title"
            else reader.names_of(post.metadata, key)
        )
        names = tuple(dict.fromkeys(filter(None, map(plain, values))))
        if names:
            findings = [] if key in ("tags", "tag") else [finding(path, 1, "D107")]
            return tuple(name[:200] for name in names), findings
    stem = plain(PurePosixPath(path).stem.replace("_", "/")) or "unnamed"
    # A post without front matter has a single finding (D103), not one for each missing value.
    return (stem[:200],), [finding(path, 1, "D107")] if post.metadata else []
