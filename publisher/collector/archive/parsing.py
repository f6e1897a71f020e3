"""Parsing of a file: decode, repair, split off front matter, recognise the format, parse."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector import formats
from publisher.collector.archive.guessed_dates import with_guessed_dates
from publisher.collector.archive.publication_date import (
    PublicationDate,
    date_values,
    publication_date,
)
from publisher.collector.findings import finding
from publisher.collector.formats import arxiv_ids, paper_signs, table_words
from publisher.collector.formats.pages import PageKind, page_kind
from publisher.collector.formats.record_values import names_record
from publisher.collector.frontmatter import reader
from publisher.collector.frontmatter.dates import path_date
from publisher.collector.mojibake.detection import looks_damaged
from publisher.collector.mojibake.file_bytes import decode
from publisher.collector.sources import file_kinds, ignore_rules
from publisher.collector.text.plain_text import plain, without_c1
from publisher.models import Finding, ParsedDigest, ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.mojibake.repair import Repaired

# Of no text: what may have been a digest is reported.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LARGEST_LIST = 100_000  # characters of records
_NO_TOPICS = frozenset("data daily json jsonl csv results output archive docs papers".split())
_UNDATED = frozenset({"D105", "D116", "D311"})
_INSTALL_REPAIR = "to repair it: pip install 'digest-publisher[repair]'"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The content of a file. A damaged one was repaired, or waits for a model."""

    digests: tuple[ParsedDigest, ...] = ()  # each with one date and one set of topics
    findings: tuple[Finding, ...] = ()
    is_draft: bool = False
    is_damaged: bool = False
    is_digest: bool = True  # False: neither papers nor a post, so there is nothing to report
    unread_ids: tuple[str, ...] = ()  # arXiv numbers that are no paper's
    is_list: bool = False  # of several papers, without a date in its name or front matter
    is_undated: bool = False  # it has papers without any date
    own_date: datetime | None = None  # of the file, whatever its papers have


def text_of(data: bytes) -> tuple[str, tuple[int, ...]]:
    """Return the text of `data` with line feeds, and the numbers of lines that were not UTF-8."""
    text, bad_lines = decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n"), bad_lines


def _no_model() -> None:
    return None


def parse_bytes(
    path: str,
    data: bytes,
    zone: ZoneInfo,
    model: Callable[[], LanguageModel | None] | None = _no_model,
    undated: datetime | None = None,
) -> ParsedFile:
    """Return the parsed content of a file with the bytes `data`. Raises nothing.

    `path` is relative to the source folder; dates without a time zone are in `zone`. `model` is
    called if text is damaged and has to be repaired; if it is None, a damaged file is only marked
    as such, so that it can be parsed again with a model. `undated` is the date of papers that have
    none; if it is None, they are left out and reported.
    """
    text, bad_lines = text_of(data)
    if (parsed := _without_parsing(path, text)) is not None:
        return parsed
    findings = [finding(path, line, "D102") for line in bad_lines[:1]]
    if not looks_damaged(text):
        parsed = parse_text(path, text, zone, undated)
        if not parsed.is_digest and not _CONTROLS.search(text):
            return parsed
        findings += parsed.findings
        return replace(
            parsed,
            findings=tuple(sorted(findings)),
            is_digest=parsed.is_digest or bool(findings),
        )
    if model is None:
        return ParsedFile(is_damaged=True)
    from publisher.collector.mojibake.repair import repair  # noqa: PLC0415 - damaged files are rare
    from publisher.collector.mojibake.word_model import (  # noqa: PLC0415 - see above
        words_are_installed,
    )

    repaired = repair(text, model())
    parsed = parse_text(path, _without_unreadable(repaired), zone, undated)
    if not parsed.is_digest and not _CONTROLS.search(text):
        return replace(parsed, is_damaged=True)
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
        is_digest=True,
    )


def _without_parsing(path: str, text: str) -> ParsedFile | None:
    """Return the result for a text in a marking that is not read, and for records of no papers."""
    ending = file_kinds.ending_of_records(path)
    if ending in file_kinds.RECORDS and not names_record(text):
        return ParsedFile(is_digest=False)
    marking = file_kinds.other_marking(path)
    if not marking:
        return None
    lines = paper_signs.without_references(list(enumerate(text.split("\n"), 1)))
    line = next((number for number, line in lines if paper_signs.names_paper(line)), 0)
    if not line:
        return ParsedFile(is_digest=False)
    detail = f"{marking}; write these papers in Markdown, or leave the file out (source.exclude)"
    return ParsedFile(
        findings=(finding(path, line, "D117", detail),), unread_ids=arxiv_ids.unread_ids(text, ())
    )


def parse_text(path: str, text: str, zone: ZoneInfo, undated: datetime | None = None) -> ParsedFile:
    """Return the parsed content of an undamaged or repaired `text`; see `parse_bytes`."""
    text = without_c1(text)  # YAML refuses them
    post = reader.read_post(path, text)
    if ignore_rules.is_draft(post.metadata):
        return ParsedFile(is_draft=True)
    date = publication_date(path, post, text[: len(text) - len(post.body)], zone)
    parsed = _parse_post(path, post, date, zone, undated)
    if parsed is None:
        ids = () if post.ending else arxiv_ids.unread_ids(text, ())
        return ParsedFile(is_digest=False, unread_ids=ids)
    digest, findings = parsed
    digests = tuple(_by_date_and_topic(digest)) if digest is not None else ()
    if digest is not None and not digest.papers:
        digests = (digest,)  # a day without papers is also a digest
    is_undated = undated is None and any(each.code in _UNDATED for each in findings)
    return ParsedFile(
        digests,
        tuple(findings),
        is_list=sum(len(each.papers) for each in digests) > 1 and _may_be_list(path, post, zone),
        is_undated=is_undated,
        own_date=date.value,
        unread_ids=_unread_ids(text, digest.papers if digest else (), findings),
    )


def _may_be_list(path: str, post: reader.Post, zone: ZoneInfo) -> bool:
    """Return whether a file with several papers is rewritten again and again, as a README is.

    Neither its path nor its front matter has a date. Large files of records are data that grow:
    each version of one would have to be parsed as a whole.
    """
    if post.ending in file_kinds.RECORDS and len(post.body) > _LARGEST_LIST:
        return False
    return path_date(path, zone) is None and not any(date_values(post))


def _unread_ids(
    text: str, papers: Sequence[ParsedPaper], findings: Iterable[Finding]
) -> tuple[str, ...]:
    """Return the arXiv numbers in `text` that are no paper's; notes on one paper cite others."""
    is_about_one = len(papers) == 1 and papers[0].id.startswith("arxiv:")
    if is_about_one and not any(each.code == "D109" for each in findings):
        return ()
    return arxiv_ids.unread_ids(text, [paper.id for paper in papers])


def _count_papers(number: int) -> str:
    return "1 paper" if number == 1 else f"{number} papers"


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
    path: str, post: reader.Post, date: PublicationDate, zone: ZoneInfo, undated: datetime | None
) -> tuple[ParsedDigest | None, list[Finding]] | None:
    """Return the digest in `post` and the findings, None if it is no digest."""
    kind = page_kind(path, post)
    result = formats.parse(path, post, zone, lambda: _may_be_entry(kind, post, date))
    papers = result.papers
    if not papers and not post.ending and (sign := _unread(kind, post, result, date)) is not None:
        findings = [each for each in post.findings if each.code != "D103"]
        return None, [*findings, *result.findings, finding(path, sign.line, "D108", sign.what)]
    if not result.name or (post.ending and not papers):
        broken = [each for each in post.findings if each.code == "D104" and kind is PageKind.POST]
        return (None, [*broken, *result.findings]) if broken or result.findings else None
    findings = list(post.findings)
    own_dates = [paper.published for paper in papers if paper.published is not None]
    published = date.value or undated
    without = [] if published else [paper for paper in papers if paper.published is None]
    if without:
        papers = with_guessed_dates(papers, zone)
    left_out = [] if published else [paper for paper in papers if paper.published is None]
    date_findings = list(date.findings)
    is_dated = bool(own_dates) or undated is not None or len(left_out) < len(without)
    if is_dated or result.name in formats.WITHOUT_FRONT_MATTER:
        findings = [each for each in findings if each.code != "D103"]
    if is_dated:  # what dates the papers replaces front matter
        date_findings = [each for each in date_findings if each.code != "D105"]
        date_findings += [finding(path, paper.line, "D311", paper.title) for paper in left_out]
    if guessed := len(without) - len(left_out):
        date_findings.append(finding(path, without[0].line, "D116", _count_papers(guessed)))
    findings += date_findings
    topic_names: tuple[str, ...] = ()
    if not (papers and all(paper.topic_names for paper in papers)):
        topic_names, topic_findings = _topic_names(path, post)
        findings += topic_findings
    findings += result.findings
    findings += [] if post.ending else _papers_left(path, post, result)
    own_dates = [paper.published for paper in papers if paper.published is not None]
    published = published or max(own_dates, default=None)
    if published is None:
        return None, findings
    dated = tuple(paper for paper in papers if paper not in left_out)
    return ParsedDigest(path, published, topic_names, dated, date.line, date.other), findings


def _may_be_entry(kind: PageKind, post: reader.Post, date: PublicationDate) -> bool:
    """Return whether a post without a list of papers is an entry: about a paper, or dated."""
    if kind is PageKind.OTHER:
        return False
    if paper_signs.has_paper_in_front_matter(post):
        return True
    if kind is PageKind.SAMPLE:
        return date.value is not None and paper_signs.names_paper(post.body)
    if kind is PageKind.COVER:
        return False
    # A date that is not understood is one: the post must not be lost in silence.
    dated = date.value is not None or any(each.code == "D106" for each in date.findings)
    return dated or paper_signs.sign_of_digest(post) is not None


def _unread(
    kind: PageKind, post: reader.Post, result: formats.FormatResult, date: PublicationDate
) -> paper_signs.Sign | None:
    """Return the sign that `post` is a digest which no format reads, None without one."""
    if kind is PageKind.OTHER:
        return None
    if kind is PageKind.POST and date.value and not post.metadata and not post.body.strip():
        return paper_signs.Sign(1, "it is empty")
    return paper_signs.sign_of_digest(
        post, is_cover=kind is PageKind.COVER, is_empty=bool(result.name)
    )


def _papers_left(path: str, post: reader.Post, result: formats.FormatResult) -> list[Finding]:
    """Return D109 if `post` names more papers than were read."""
    is_one = result.name in (formats.ANY_POST, formats.PAPER_FILE)
    sign = paper_signs.sign_of_unread_papers(
        post,
        [paper.id for paper in result.papers],
        {each.line for each in result.findings if each.code.startswith("D31")},
        at_least=2 if is_one else 1,
    )
    return [finding(path, sign.line, "D109", sign.what)] if sign else []


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


def _topic_of_path(path: str) -> str:
    """Return the name of a file, or of a folder that it is in, without a date as a topic."""
    for part in reversed(PurePosixPath(path).with_suffix("").parts):
        name = plain(re.sub(r"[\d_.-]+", " ", table_words.topic(part))).strip()
        if name and name.lower() not in _NO_TOPICS:
            return name[:200]
    return "papers"


def _topic_names(path: str, post: reader.Post) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the topics in front matter, else the one that the file's name states, and findings.

    A date or "README" is no topic: then the folder names it. "trees-2024-11-30" is about trees.
    """
    if post.ending:
        return (_topic_of_path(path),), []
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
    stem = plain(PurePosixPath(path).stem.replace("_", "/"))
    named = table_words.topic(stem)
    if named != stem:  # a date, "README", or a name with a date
        stem = _topic_of_path(path)
    # A post without front matter has a single finding (D103), not one for each missing value.
    return (stem[:200],), [finding(path, 1, "D107")] if post.metadata else []
