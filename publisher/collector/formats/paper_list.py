"""Papers in sections and lists of any shape, each named by a heading, a bold line or an item.

    ### 3. [Title](address)             - **[Title](address)**, Ada Author et al. [[code]](address)
    *Ada Author, Bo Writer*             **Title**
    **Links**: ... | **Date**: ...      Authors: ... · arXiv: ...
    <details>... Abstract: ...

The largest part of the document that names a single paper is that paper's; the deepest heading in
it that can be a title is its title. Labels and their languages are in fields/field_words.toml.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.collector.fields import labels
from publisher.collector.fields.field_words import Field, field_of
from publisher.collector.fields.lead import Lead, read_lead
from publisher.collector.fields.paper_builder import PaperSource, build_paper, linked_title
from publisher.collector.fields.tokens import TokenKind, tokens
from publisher.collector.formats import paper_signs
from publisher.collector.formats.pages import PageKind, page_kind
from publisher.collector.formats.paper_place import PaperPlaces
from publisher.collector.formats.unit_fields import table_row_pieces, unit_pieces
from publisher.collector.frontmatter.reader import text_of
from publisher.collector.outline.outline import NodeKind, OutlineNode, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.fields.labels import Piece
    from publisher.collector.frontmatter.reader import Post
    from publisher.collector.outline.html_lines import SourceLine
    from publisher.models import Finding, ParsedPaper

EXAMPLE = """\
- **[Title of a paper](https://arxiv.org/abs/2411.00002)**, Cy Scribe et al. [[code]](https://...)

### 1. [Title of another paper](https://arxiv.org/abs/2411.00001)
*Ada Author, Bo Writer*
**Abstract**: The abstract.
"""

_Ids = frozenset[tuple[str, str]]  # kind and key of each paper
_NONE: _Ids = frozenset()
_AUTHORS = re.compile(r"authors?\b|作者|著者|저자|autor|auteur", re.IGNORECASE)
_MANY = 3  # papers below a heading that names one itself
_HUGE = 20_000  # lines
_MOST_LINES_EACH = 300  # to a paper of a huge document
_SHARE = 0.3  # of the lines of a post
_MOST_LETTERS = 60  # beside the links of a line that names its paper
_FEWEST_WORDS = 3  # of a link's text that is a title
_MAX_LEAD = 3000  # characters
_NAMING = (Field.LINK, Field.CODE, Field.PROJECT, Field.TITLE, Field.VENUE, Field.DATE, Field.TOPIC)


@dataclass(frozen=True, slots=True)
class _Facts:
    """The papers that a node names, and its labels of authors: its own, and with all below it."""

    own: _Ids = _NONE
    below: _Ids = _NONE  # with its own
    in_title: _Ids = _NONE
    own_authors: int = 0
    authors: int = 0
    titles: int = 0  # labels of titles, with all below it
    strong: int = 0  # nodes below it that name a paper in their titles

    @property
    def is_single(self) -> bool:
        """Whether all of this may be about one paper."""
        kinds = Counter(kind for kind, _ in self.below)
        return self.authors <= 1 and all(number == 1 for number in kinds.values())

    @property
    def has_evidence(self) -> bool:
        """Whether a paper is named at all."""
        return bool(self.below or self.authors)

    @property
    def has_own_evidence(self) -> bool:
        """Whether the node itself names a paper."""
        return bool(self.own or self.own_authors)

    @property
    def claims_title(self) -> bool:
        """Whether a node that has other papers below it is a paper itself."""
        if self.in_title:
            return True
        return self.has_own_evidence and (self.own_authors > 0 or self.strong < _MANY)


def recognises(post: Post) -> bool:
    """Return whether `post` names papers, or has a label of authors."""
    return paper_signs.names_paper(post.body) or _AUTHORS.search(post.body) is not None


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of `post`; what it says of no paper is passed over."""
    if page_kind(path, post) is PageKind.OTHER:
        return [], []
    root, reader, units = papers_of(post.body)
    if not _is_list(path, post, units):
        return [], []
    places = PaperPlaces(path, post, root, units, zone)
    papers: list[ParsedPaper] = []
    for unit in units:
        pieces = unit_pieces(unit, reader.lead(unit))
        source = PaperSource(post.body_line + unit.number, pieces, places.topics(unit))
        if (paper := build_paper(source, zone)) is not None:
            papers.append(places.dated(unit, paper))
    return papers, []


@lru_cache(maxsize=1)
def papers_of(body: str) -> tuple[OutlineNode, UnitFinder, list[OutlineNode]]:
    """Return `body` as a tree, and the nodes in it that are papers.

    Of a huge document with hardly a paper in it, such as a log, nothing is looked at.
    """
    lines = body.count("\n")
    if lines > _HUGE and paper_signs.count_papers(body) * _MOST_LINES_EACH < lines:
        body = ""
    root = outline(body, labels.begins_with_label, is_lead, is_marked_title)
    finder = UnitFinder(root)
    return root, finder, list(finder.units(root))


def _is_list(path: str, post: Post, units: Sequence[OutlineNode]) -> bool:
    """Return whether `units` are what the post is about.

    A post with a title of its own may be about something else, and refer to papers. A README may
    tell of the one paper whose code it is beside.
    """
    if not units:
        return False
    has_title = bool(text_of(post.metadata, "title"))
    is_cover = page_kind(path, post) is PageKind.COVER and "/" not in path
    if len(units) == 1 and (has_title or is_cover):
        return False
    if not has_title:
        return True
    lines = sum(bool(line.strip()) for line in post.body.split("\n"))
    return sum(map(size, units)) >= _SHARE * lines


def size(unit: OutlineNode) -> int:
    """Return the number of lines of `unit`."""
    return sum(1 + sum(1 for _ in node.lines()) for node in unit.walk())


@lru_cache(maxsize=64)  # that of an item is asked at each `<details>` below it
def is_lead(text: str) -> bool:
    """Return whether a line that is no heading begins a paper: with a link to it, or in bold."""
    if len(text) > _MAX_LEAD or not ("](" in text or "**" in text) or text[:1] in "|>":
        return False
    if not paper_signs.names_paper(text) or labels.begins_with_label(text):
        return False
    others = labels.pieces(text)[1:]
    if any(map(_is_known, others)) and labels.first_label(text) is not None:
        return False  # a label that is not known, before others
    lead = read_lead(text.strip())
    if not lead.title or not lead.is_marked or _is_button(lead):
        return False
    first = next(iter(tokens(text.strip())), None)
    return first is not None and (
        first.kind is not TokenKind.TEXT or len(first.text) < len("2024-12-02 [12] NeurIPS 2024:")
    )


def _is_button(lead: Lead) -> bool:
    """Return whether a title is that of a link beside the one to the paper, such as "Slides"."""
    is_short = len(lead.title.split()) < _FEWEST_WORDS
    return bool(lead.title_url) and is_short and not paper_signs.names_paper(lead.title_url)


def _is_known(piece: Piece) -> bool:
    return piece.field is not None and field_of(piece.label) is not None


def is_marked_title(text: str) -> bool:
    """Return whether an item begins with a title in bold, in quotes or with a link."""
    lead = read_lead(text)
    return lead.is_marked and bool(lead.title)


class UnitFinder:
    """Finds the nodes of a document that are papers."""

    def __init__(self, root: OutlineNode) -> None:
        """Look at all nodes of the document `root`."""
        self._leads: dict[int, Lead] = {}
        self._facts: dict[int, _Facts] = {}
        nodes = list(root.walk())
        for node in reversed(nodes):  # those below a node come after it
            self._facts[id(node)] = self._facts_of(node)
        about: dict[str, set[_Ids]] = {}
        buttons: dict[str, set[_Ids]] = {}
        for node in nodes:
            facts = self._facts[id(node)]
            about.setdefault(node.text.casefold(), set()).add(facts.below)
            if facts.in_title:
                buttons.setdefault(self.lead(node).title.casefold(), set()).add(facts.in_title)
        self._repeated = {text for text, papers in about.items() if len(papers) > 1}
        self._buttons = {title for title, papers in buttons.items() if len(papers) >= _MANY}

    def lead(self, node: OutlineNode) -> Lead:
        """Return the parts of the node's heading."""
        if id(node) not in self._leads:
            self._leads[id(node)] = read_lead(node.text)
        return self._leads[id(node)]

    def units(self, node: OutlineNode) -> Iterator[OutlineNode]:
        """Yield the nodes in and below `node` that are papers."""
        facts = self._facts[id(node)]
        if not facts.has_evidence:
            return
        children = [child for child in node.children() if self._facts[id(child)].has_evidence]
        is_title = self._is_title(node)
        if facts.is_single:
            inner = self._inner(children) if not facts.has_own_evidence else []
            if is_title and inner and field_of(inner[0].text) is not None:
                inner = []  # a heading over the labels of the paper
            if inner and (is_title or self._is_title(inner[0]) or facts.titles != 1):
                yield from inner
                return
            if is_title or facts.titles == 1:
                yield node
                return
            if len(children) == 1 and not facts.has_own_evidence:
                return  # nothing is in it; looking again at each level would double the time
        elif is_title and facts.claims_title:
            yield from self._with_nested(node, children)
            return
        parts = [
            *self._paragraphs(node),
            *(unit for child in children for unit in self.units(child)),
        ]
        if not parts and is_title and len(facts.below) == 1:
            parts = [node]  # one paper, with several labels of authors
        yield from sorted(parts, key=lambda unit: unit.number)

    def _inner(self, children: Sequence[OutlineNode]) -> list[OutlineNode]:
        """Return the papers of the only one of `children` that names any."""
        return list(self.units(children[0])) if len(children) == 1 else []

    def _with_nested(self, node: OutlineNode, children: list[OutlineNode]) -> Iterator[OutlineNode]:
        """Yield a paper, without the papers among the nodes below it, and these.

        Below a heading only headings are papers of their own: items are what it refers to.
        """
        nested = [
            child
            for child in children
            if self._stands_alone(child, in_item=node.kind is NodeKind.ITEM)
        ]
        units = [unit for child in nested for unit in self.units(child)]
        if not units:
            yield node
            return
        own = OutlineNode(node.kind, node.level, node.number, node.text, parent=node.parent)
        apart = set(map(id, nested))
        own.content = [part for part in node.content if id(part) not in apart]
        self._leads[id(own)] = self.lead(node)
        yield own
        yield from units

    def _stands_alone(self, child: OutlineNode, *, in_item: bool) -> bool:
        facts = self._facts[id(child)]
        if child.kind is NodeKind.ITEM and not in_item:
            return False
        return bool(facts.in_title or facts.strong or facts.authors) and (
            self._is_title(child) or facts.strong > 0
        )

    def _is_title(self, node: OutlineNode) -> bool:
        if node.kind is NodeKind.DOCUMENT:
            return False
        title = self.lead(node).title
        if not title or title.casefold() in self._buttons or is_reference_heading(node.text):
            return False
        # A heading that stands there again and again is one of the parts of each paper.
        is_part = node.text.casefold() in self._repeated and not self._facts[id(node)].in_title
        return not (is_part and node.kind is not NodeKind.ITEM)

    def _paragraphs(self, node: OutlineNode) -> Iterator[OutlineNode]:
        """Yield the paragraphs among the node's own lines that are papers, as nodes."""
        if node.kind is NodeKind.ITEM or not self._facts[id(node)].own:
            return
        for lines in _paragraphs(node.lines()):
            if not any(own_ids(line.text) for line in lines):
                continue
            first, *others = lines
            lead = read_lead(first.text)
            if (
                lead.title
                and not labels.begins_with_label(first.text)
                and first.text[:1] not in "|>"
            ):
                unit = OutlineNode(
                    NodeKind.BOLD, node.level + 1, first.number, first.text, list(others), node
                )
                yield unit

    def _facts_of(self, node: OutlineNode) -> _Facts:
        if node.kind is not NodeKind.DOCUMENT and is_reference_heading(node.text):
            return _Facts()
        return _facts(node, [self._facts[id(child)] for child in node.children()])


def _facts(node: OutlineNode, below: Sequence[_Facts]) -> _Facts:
    """Return the facts of the node's heading and lines, with those of the nodes `below` it."""
    in_title = _NONE if node.kind is NodeKind.DOCUMENT else own_ids(node.text, in_title=True)
    own, fields = set(in_title), Counter[Field | None]()
    for text in (node.text, *(line.text for line in node.lines())):
        is_row = text.lstrip().startswith("|")
        pieces = table_row_pieces(text) if is_row else labels.pieces(text)
        fields.update({Field.TITLE if linked_title(piece) else piece.field for piece in pieces})
        if is_row:
            own |= {key for piece in pieces for key in paper_signs.papers_named(piece.text)}
        elif text is not node.text:
            own |= own_ids(text)
    own_authors = min(1, fields[Field.AUTHORS])
    return _Facts(
        own=frozenset(own),
        below=frozenset(own.union(*(facts.below for facts in below))),
        in_title=in_title,
        own_authors=own_authors,
        authors=own_authors + sum(facts.authors for facts in below),
        titles=fields[Field.TITLE] + sum(facts.titles for facts in below),
        strong=sum(facts.strong + bool(facts.in_title) for facts in below),
    )


def is_reference_heading(text: str) -> bool:
    """Return whether `text` is a heading over the works that a text refers to."""
    return paper_signs.begins_references(text)


def own_ids(text: str, *, in_title: bool = False) -> _Ids:
    """Return the papers that a line is about, rather than refers to in a sentence."""
    if not paper_signs.names_paper(text):
        return _NONE
    ids: set[tuple[str, str]] = set()
    for piece in labels.pieces(text):
        if piece.field is not None and piece.field not in _NAMING and not in_title:
            continue
        if piece.field is None and not in_title and not _is_naming(piece):
            continue
        ids |= paper_signs.papers_named(f"{piece.label} {piece.text}")
    return frozenset(ids)


def _is_naming(piece: Piece) -> bool:
    """Return whether a piece without a label names its paper: by links alone, or called "PDF"."""
    parts = tokens(piece.text)
    letters = sum(
        sum(map(str.isalnum, part.text)) for part in parts if part.kind is not TokenKind.LINK
    )
    if letters <= _MOST_LETTERS:
        return True
    return any(
        part.kind is TokenKind.LINK
        and paper_signs.names_paper(part.url)
        and (not part.text or field_of(part.text) is not None or paper_signs.names_paper(part.text))
        for part in parts
    )


def has_title_of_paper(unit: OutlineNode) -> bool:
    """Return whether the heading of `unit` is a paper's, by its link or the authors below it."""
    nodes = list(unit.walk())
    lines = [*(line.text for node in nodes for line in node.lines()), *(n.text for n in nodes[1:])]
    pieces = (piece for text in lines if _AUTHORS.search(text) for piece in labels.pieces(text))
    has_authors = any(piece.field is Field.AUTHORS for piece in pieces)
    return has_authors or bool(own_ids(unit.text, in_title=True))


def _paragraphs(lines: Iterable[SourceLine]) -> Iterator[list[SourceLine]]:
    paragraph: list[SourceLine] = []
    for line in lines:
        if paragraph and (line.number > paragraph[-1].number + 1 or line.text == "---"):
            yield paragraph
            paragraph = []
        if line.text != "---":
            paragraph.append(line)
    if paragraph:
        yield paragraph
