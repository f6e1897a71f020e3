"""A post about one paper: notes on it, a page of publications, or a file per paper of a digest.

Front matter, the name of the file or the first lines name the paper. Its fields stand in front
matter under any of the keys that label them (fields/field_words.toml), and in the body in labelled
lines, sections and tables. A post that only refers to papers is none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from publisher import paper_id
from publisher.collector.archive.publication_date import publication_date
from publisher.collector.fields import labels
from publisher.collector.fields.field_words import Field, bare, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.lead import Lead, clean_title, read_lead
from publisher.collector.fields.paper_builder import PaperSource, build_paper, topics_of
from publisher.collector.fields.record_fields import front_matter_pieces
from publisher.collector.fields.tokens import TokenKind, tokens, unmarked
from publisher.collector.findings import finding
from publisher.collector.formats import markdown_post, paper_list, paper_signs
from publisher.collector.formats.pages import PageKind, page_kind
from publisher.collector.formats.unit_fields import table_row_pieces, unit_pieces
from publisher.collector.frontmatter.dates import parse_date
from publisher.collector.frontmatter.reader import text_of
from publisher.collector.outline.outline import NodeKind, OutlineNode
from publisher.collector.text.plain_text import from_machine

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper

EXAMPLE = """\
---
title: Title of a paper
authors: [Ada Author, Bo Writer]
date: 2024-12-02
arxiv_id: "2411.00001"
tldr: One sentence.
---
## Abstract
The abstract.
"""

# Keys whose values may be an id alone; they go before those of addresses.
_IDS = frozenset("arxivid arxiv eprint canonicalid paperid paper doi".split())
# Keys for the tool's or the site's words, which count only where others have none.
_WEAK = frozenset({"description", "excerpt", "evidence", "summary"})
_DATES = (Field.DATE, Field.UPDATED, Field.TOPIC)
# 2606.00171v1, 2606-00171 and 260600171: arXiv's numbers have four digits until 2014.
_NUMBER = re.compile(
    r"(?<![\d.])(?P<month>(?:0[7-9]|[1-9]\d)(?:0[1-9]|1[0-2]))(?P<point>[._-]?)(?P<serial>\d{4,5})"
    r"(?:v(?P<version>\d{1,2}))?(?!\d)(?!\.\d)"
)
_FIVE_DIGITS = "1500"
_NO_TOPIC = re.compile(
    r"papers?|items?|notes?|dates?|daily|reviews?|articles?|outputs?|abstracts?|publications?|pubs|"
    r"reports?|summar(?:y|ies)|digests?|site|_?posts?|content|src|blog|docs?|[\d._\-W]*",
    re.IGNORECASE,
)
_SHARE = 0.4  # of the lines of a post
_REMARK = re.compile(r"\s*[\[【][^\[\]【】]{1,30}[\]】]\s*[:：]?\s*(?=\S.{9})")  # before a title
_ITEM = re.compile(r"\W{0,3}\d{1,3}[.)、．\]]")
_DEEPEST_TITLE = 2
_SHORTEST_NAME = 3  # words of a file's name that is a title


class _Outline(NamedTuple):
    """The body of a post: the node of all of it, its heading, and the papers that are parts."""

    whole: OutlineNode
    heading: OutlineNode | None
    others: list[OutlineNode]


def recognises(_post: Post) -> bool:
    """Return True: the name of the file alone may name a paper."""
    return True


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the paper that `post` is about, and D107 where front matter has no topic for it."""
    front = _front(post)
    kind = page_kind(path, post)
    arxiv = _arxiv_id(front)
    is_named = arxiv is not None or _named_by(front) or _has_authors(post, front)
    if kind is PageKind.OTHER or (kind is PageKind.COVER and not is_named):
        return [], []
    arxiv = _newest(arxiv, _arxiv_id_of_path(path, post, front))
    is_named = is_named or arxiv is not None
    if not is_named and not paper_signs.names_paper(post.body):
        return [], []
    document = _document(post, front)
    below = set() if is_named else _papers_named(document)
    if _is_list(post, document, arxiv) or not (is_named or below):
        return [], []
    linked = [Piece(Field.LINK, "", f"arXiv:{key}") for kind, key in below if kind == "arxiv"]
    pieces = (*_pieces(path, document, front, arxiv), *linked)
    paper = build_paper(PaperSource(1, pieces), zone)
    return ([], []) if paper is None else _finished(path, post, paper, zone)


def _front(post: Post) -> list[Piece]:
    """Return the fields of front matter; titles of papers before those of posts."""
    pieces = list(front_matter_pieces(post.metadata))
    return sorted(
        pieces,
        key=lambda piece: (
            (piece.field is Field.TITLE and bare(piece.label) == "title")
            or (piece.field is Field.SUMMARY and bare(piece.label) in _WEAK)
        ),
    )


def _named_by(front: Sequence[Piece]) -> bool:
    """Return whether an address or id of front matter names a paper."""
    fields = (Field.LINK, Field.CODE, Field.PROJECT)
    return any(
        paper_id.arxiv_id_of_field(piece.text)
        or paper_signs.names_paper(piece.text)
        or (piece.text.startswith("http") and paper_id.is_paper_site(piece.text))
        for piece in front
        if piece.field in fields
    )


def _has_authors(post: Post, front: Sequence[Piece]) -> bool:
    """Return whether front matter has the authors of a paper, beside its abstract or venue."""
    if paper_signs.has_paper_in_front_matter(post):
        return True
    fields = {piece.field for piece in front if piece.text.strip()}
    return Field.AUTHORS in fields and Field.VENUE in fields


def _arxiv_id(front: Sequence[Piece]) -> paper_id.ArxivId | None:
    """Return the paper on arXiv that front matter names, with the newest version named."""
    pieces = [piece for piece in front if piece.field in (Field.LINK, Field.VENUE)]
    pieces.sort(key=lambda piece: bare(piece.label) not in _IDS)
    named = list(filter(None, (paper_id.arxiv_id_of_field(piece.text) for piece in pieces)))
    same = (arxiv for arxiv in named if arxiv.number == named[0].number)
    return max(same, key=lambda arxiv: arxiv.version, default=None)


def _arxiv_id_of_path(path: str, post: Post, front: Sequence[Piece]) -> paper_id.ArxivId | None:
    """Return the paper that the name of the file or its folder names.

    An id without its point may be any number: it counts where the post has it too.
    """
    pure = PurePosixPath(path)
    text = "\n".join((post.body, *(piece.text for piece in front)))
    for name in (pure.name.removesuffix(pure.suffix), pure.parent.name):
        for match in _NUMBER.finditer(name):
            if (len(match["serial"]) == 5) is not (match["month"] >= _FIVE_DIGITS):  # noqa: PLR2004 - see above
                continue
            number = f"{match['month']}.{match['serial']}"
            if match["point"] == "." or number in text:
                return paper_id.ArxivId(number, max(1, int(match["version"] or 1)))
    return None


def _newest(
    arxiv: paper_id.ArxivId | None, other: paper_id.ArxivId | None
) -> paper_id.ArxivId | None:
    """Return the first that is known, with the version of the other where that is newer."""
    if arxiv is None or other is None or arxiv.number != other.number:
        return arxiv or other
    return max(arxiv, other, key=lambda each: each.version)


def _document(post: Post, front: Sequence[Piece]) -> _Outline:
    """Return the body as one paper: what stands below its title is the paper's own."""
    root, _, units = paper_list.papers_of(post.body)
    heading = _heading(root, front)
    whole = OutlineNode(NodeKind.HEADING, 0, heading.number if heading else 0)
    for part in root.content:
        whole.content += part.content if part is heading else [part]
    others = [unit for unit in units if heading is None or unit.number != heading.number]
    return _Outline(whole, heading, others)


def _heading(root: OutlineNode, front: Sequence[Piece]) -> OutlineNode | None:
    """Return the heading that is the paper's title.

    That is the first one; where front matter has a title, one like it, or the only one of its level
    above all others.
    """
    kinds = (NodeKind.HEADING, NodeKind.BOLD)
    headings = [node for node in root.children() if node.kind in kinds]
    titles = [bare(from_machine(piece.text)) for piece in front if piece.field is Field.TITLE]
    for node in headings[:1] if not titles else headings:
        title = read_lead(node.text).title
        if not title:
            continue
        name = bare(title)
        is_alone = len(headings) == 1 and node.level == 1
        if not titles or is_alone or any(name in each or each in name for each in titles if each):
            return node
    return None


def _is_list(post: Post, document: _Outline, arxiv: paper_id.ArxivId | None) -> bool:
    """Return whether a good part of the post is about other papers, each in a part of its own."""
    own = ("arxiv", arxiv.number if arxiv else "")
    others = [
        unit for unit in document.others if own not in paper_list.own_ids(unit.text, in_title=True)
    ]
    if len(document.others) < 2:  # noqa: PLR2004 - a list
        return False
    lines = sum(bool(line.strip()) for line in post.body.split("\n"))
    return sum(map(paper_list.size, others)) >= _SHARE * lines


def _papers_named(document: _Outline) -> set[tuple[str, str]]:
    """Return the ids of the one paper that the body is about, none if it may be of several.

    Its heading, the lines below it, or lines of links name it.
    """
    top = list(_top_lines(document.whole))
    ids = {key for text in top for key in _labelled_ids(text)}
    heading = document.heading
    if heading is not None:
        if heading.level > _DEEPEST_TITLE or _ITEM.match(heading.text):
            return set()  # of a list with one paper
        if any(unit.level == heading.level for unit in document.others):
            return set()  # of a list with two
        if parse_date(heading.text, ZoneInfo("UTC")):
            return set()  # of a day
        ids |= paper_list.own_ids(heading.text, in_title=True)
    if not _is_one(ids):
        if any(map(paper_list.has_title_of_paper, document.others)):
            return set()
        lines = (text for text in top if not _is_row(text))
        ids = {key for text in lines for key in paper_list.own_ids(text)}
        ids = ids or set(_linked_below(document.whole))
    return ids if _is_one(ids) else set()


def _is_one(ids: Collection[tuple[str, str]]) -> bool:
    """Return whether `ids`, of a kind each, are of one paper."""
    return bool(ids) and len({kind for kind, _ in ids}) == len(ids)


def _linked_below(whole: OutlineNode) -> Iterator[tuple[str, str]]:
    for node in whole.walk():
        if not paper_list.is_reference_heading(node.text):
            for text in (node.text, *(line.text for line in node.lines())):
                yield from _labelled_ids(text)


def _top_lines(whole: OutlineNode) -> Iterator[str]:
    """Yield the lines before the first heading."""
    for part in whole.content:
        if not isinstance(part, OutlineNode):
            yield part.text
        elif part.kind is NodeKind.ITEM:
            yield part.text
            yield from (line.text for line in part.lines())
        else:
            return


def _labelled_ids(text: str) -> set[tuple[str, str]]:
    """Return the papers after the labels of a line, or in its links called "PDF" or "Paper"."""
    if not paper_signs.names_paper(text) or _is_row(text):
        return set()
    named = [f"{piece.label} {piece.text}" for piece in labels.pieces(text) if _is_link(piece)]
    parts = tokens(text)
    if all(part.kind is TokenKind.LINK or not any(map(str.isalnum, part.text)) for part in parts):
        named += [part.url for part in parts if field_of(part.text) is Field.LINK]
    return {key for part in named for key in paper_signs.papers_named(part)}


def _is_row(text: str) -> bool:
    """Return whether `text` is a row of a table, and not one of a label and its text."""
    return text.lstrip("> ").startswith("|") and not table_row_pieces(text)


def _is_link(piece: Piece) -> bool:
    return piece.field is Field.LINK and bool(piece.label)


def _pieces(
    path: str, document: _Outline, front: Sequence[Piece], arxiv: paper_id.ArxivId | None
) -> tuple[Piece, ...]:
    """Return all that front matter, the name of the file and the body say of the paper."""
    titles = [_REMARK.sub("", piece.text) for piece in front if piece.field is Field.TITLE]
    heading = read_lead(document.heading.text) if document.heading else Lead("")
    if heading.title and titles and titles[0].endswith(heading.title):
        titles.insert(0, heading.title)  # "Notes: Title of a paper"
    titles += [heading.title, _name_as_title(path)]
    title = next(filter(clean_title, titles), "")
    address = f"{arxiv.abs_url}v{arxiv.version}" if arxiv else ""
    known = [
        Piece(Field.LINK, "", address),
        *heading.pieces,
        *(piece for piece in front if piece.field not in (Field.TITLE, *_DATES)),
    ]
    pieces = unit_pieces(document.whole, Lead(title, tuple(known)))
    original = [Piece(Field.TITLE, "", name) for name in map(_original_title, pieces) if name]
    return tuple(_without_repeats((*original[:1], *pieces)))


def _original_title(piece: Piece) -> str:
    """Return the title in "Paper: *Title of a paper*", "" in any other piece."""
    name = unmarked(piece.text)
    is_marked = name != piece.text.strip() and "](" not in name
    return clean_title(name) if piece.field is Field.LINK and is_marked else ""


def _without_repeats(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield `pieces` with the summary from one place alone, and without what is of no field."""
    summaries = [piece for piece in pieces if piece.field is Field.SUMMARY]
    strong = [piece for piece in summaries if bare(piece.label) not in _WEAK]
    for piece in pieces:
        is_repeated = piece.field is Field.SUMMARY and piece is not (strong or summaries)[0]
        if piece.field is not Field.OTHER and not is_repeated:
            yield piece


def _name_as_title(path: str) -> str:
    """Return the name of a file that is called as its paper is, "" where it is a slug."""
    pure = PurePosixPath(path)
    name = _NUMBER.sub(" ", re.sub(r"\[[^\[\]]{0,60}\]", " ", pure.name.removesuffix(pure.suffix)))
    return " ".join(name.split()) if len(name.split()) >= _SHORTEST_NAME else ""


def _finished(
    path: str, post: Post, paper: ParsedPaper, zone: ZoneInfo
) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return `paper` with id, topics, pictures and date of its post."""
    topics = topics_of(markdown_post.topics(path, post)) or paper.topic_names
    findings = [] if topics or not post.metadata else [finding(path, 1, "D107")]
    key = paper.id
    if not key.startswith("arxiv:") and text_of(post.metadata, "title"):
        key = markdown_post.entry_id(path, post)
    paper = replace(
        paper,
        id=key,
        topic_names=topics or (markdown_post.folder_topic(path, _NO_TOPIC, "Papers"),),
        figures=markdown_post.figures(post, ""),
        published=_date(path, post, paper, zone),
    )
    return [paper], findings


def _date(path: str, post: Post, paper: ParsedPaper, zone: ZoneInfo) -> datetime | None:
    """Return the date of the paper where it is not that of the post.

    Beside `created`, the date of the note, `published` is that of the paper. A post without a date
    has the one that it states for its paper.
    """
    created = parse_date(text_of(post.metadata, "created"), zone)
    if created and text_of(post.metadata, "published") and not text_of(post.metadata, "date"):
        return created
    is_dated = publication_date(path, post, "", zone).value is not None
    return None if is_dated else paper.published
