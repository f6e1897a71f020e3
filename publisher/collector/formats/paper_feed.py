"""Feeds of papers, RSS or Atom: those of arXiv, of Hugging Face, or of anybody."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields.field_words import Field
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.lead import is_category
from publisher.collector.fields.paper_builder import PaperSource, build_paper
from publisher.collector.findings import finding
from publisher.collector.formats.paper_signs import papers_named
from publisher.collector.formats.record_values import LineFinder
from publisher.collector.sources.file_kinds import FEEDS
from publisher.collector.text.plain_text import from_machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper

EXAMPLE = """
<rss version="2.0"><channel><item>
<title>Title of a paper</title>
<link>https://arxiv.org/abs/2411.00001</link>
<description>arXiv:2411.00001v1 Announce Type: new Abstract: ...</description>
</item></channel></rss>
"""
# feedparser takes bytes for what their declaration says, and these are UTF-8 by now.
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
# https://info.arxiv.org/help/rss_specifications.html
_ANNOUNCEMENT = re.compile(
    r"\A\s*arXiv:\S{4,40}\s+Announce Type:\s*[\w-]{1,30}\s*(?:Abstract:)?\s*", re.IGNORECASE
)
_AFTER_TITLE = re.compile(r"\s*\(arXiv:[^()]{4,60}(?:\([^()]{0,40}\))?[^()]{0,20}\)\s*\Z")


def recognises(post: Post) -> bool:
    """Return whether `post` is a feed."""
    return post.ending in FEEDS and any(
        mark in post.body for mark in ("<rss", "<feed", "RDF", "<entry", "<item")
    )


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers among the entries, and how many entries name none."""
    if post.ending not in FEEDS:
        return [], []
    import feedparser  # noqa: PLC0415 - of an extra, and slow to import

    source = io.BytesIO(_DECLARATION.sub("", post.body, count=1).encode(errors="replace"))
    document = feedparser.parse(source, resolve_relative_uris=False)
    entries, name = document.entries, from_machine(str(document.feed.get("title", "")))
    lines = LineFinder(post.body)
    papers: list[ParsedPaper] = []
    for each in entries:
        entry = dict(each.items())  # feedparser's own dictionary warns of keys that it replaces
        title = str(entry.get("title", ""))
        line = lines.line_of(0, title.split("\n", 1)[0][:100])
        pieces = tuple(_pieces(entry, title))
        has_topic = any(piece.field is Field.TOPIC and piece.text for piece in pieces)
        source_of_paper = PaperSource(line, pieces, () if has_topic or not name else (name,))
        paper = build_paper(source_of_paper, zone) if _names_paper(pieces) else None
        if paper is not None:
            papers.append(paper)
    skipped = len(entries) - len(papers)
    detail = f"{skipped} of {len(entries)}"
    return papers, [finding(path, 1, "D119", detail)] if skipped else []


def _pieces(entry: Mapping[str, object], title: str) -> Iterator[Piece]:
    yield Piece(Field.TITLE, "", _AFTER_TITLE.sub("", title))
    summary = _ANNOUNCEMENT.sub("", str(entry.get("summary", "")))
    addresses = [str(entry.get(key, "")) for key in ("id", "link")]  # arXiv's id has the version
    addresses += [str(each.get("href", "")) for each in _objects(entry, "links")]
    named = papers_named(" ".join((*addresses, title)))
    if not named and len(elsewhere := papers_named(summary)) == 1:
        addresses += [_address(*paper) for paper in elsewhere]
    for address in dict.fromkeys(filter(None, addresses)):
        # The id of an entry is no address as a rule: oai:arXiv.org:2411.00001v1
        bare = address.removeprefix("oai:arXiv.org:")
        yield Piece(Field.LINK, "", bare if paper_id.arxiv_id_of_field(bare) else address)
    names = [str(each.get("name", "")) for each in _objects(entry, "authors")]
    yield Piece(Field.AUTHORS, "", ", ".join(filter(None, names)))
    yield Piece(Field.ABSTRACT, "", summary)
    terms = [str(each.get("term", "")) for each in _objects(entry, "tags")]
    terms = terms[:1] if all(map(is_category, terms)) else terms
    yield Piece(Field.TOPIC, "", "; ".join(terms))
    for key in ("published", "updated"):
        yield Piece(Field.DATE, "", str(entry.get(key, "")))


def _objects(entry: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = entry.get(key)
    return [each for each in value if hasattr(each, "get")] if isinstance(value, list) else []


def _address(kind: str, key: str) -> str:
    sites = {
        "arxiv": "https://arxiv.org/abs/",
        "doi": "https://doi.org/",
        "openreview": "https://openreview.net/forum?id=",
        "acl": "https://aclanthology.org/",
    }
    return sites.get(kind, "") + key


def _names_paper(pieces: tuple[Piece, ...]) -> bool:
    return any(
        piece.field is Field.LINK
        and (paper_id.arxiv_id_of_field(piece.text) or paper_id.is_paper_site(piece.text))
        for piece in pieces
    )
