"""The fields of one paper in a document: the labelled pieces of all that is about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields import labels
from publisher.collector.fields.field_words import Field, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.lead import is_dated_venue, remark
from publisher.collector.fields.names import names_without_label, single_name
from publisher.collector.fields.paper_builder import is_text
from publisher.collector.fields.tokens import TokenKind, tokens, unmarked
from publisher.collector.outline.html_lines import SourceLine
from publisher.collector.outline.outline import NodeKind, OutlineNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.collector.fields.lead import Lead

# Fields of a line or two; other fields go on until the next label.
_SHORT = frozenset(
    {
        Field.TITLE,
        Field.TRANSLATED_TITLE,
        Field.AUTHORS,
        Field.AFFILIATION,
        Field.LINK,
        Field.CODE,
        Field.PROJECT,
        Field.DATE,
        Field.UPDATED,
        Field.TOPIC,
        Field.KEYWORDS,
        Field.COMMENT,
        Field.VENUE,
        Field.SCORE,
    }
)
# Parts that a structured abstract has inside it.
_INSIDE_ABSTRACT = frozenset(
    {Field.MOTIVATION, Field.METHOD, Field.RESULT, Field.CONCLUSION, Field.SUMMARY, Field.OTHER}
)
# Obsidian's: the text after the type is a title.
_CALLOUT = re.compile(r"(?:>\s?)?\[!(?P<type>[\w-]{1,20})\][+-]?\s*(?P<title>[^\n]{0,100})")
_BOLD_START = re.compile(r"[\s>*+-]{0,8}(?:\*\*|__|[【#])")
_CATEGORY = re.compile(r"[a-z-]{2,8}(?:\.[A-Za-z-]{2,12})?")
_FIRST_LINES = 4  # where authors without a label stand
_SHORTEST_PROSE = 30  # characters; half as many in Chinese
_LONGEST_LINKS = 2000  # characters of a line of links
_MOST_WORDS = 5  # of a venue
_MOST_LINES = 3000
_MOST_PARAGRAPHS = 4
_MOST_LINES_OF_NAMES = 20  # or of links; looking at longer paragraphs for each line is slow


@dataclass(slots=True)
class _Text:
    """An unlabelled paragraph."""

    text: str
    is_quote: bool = False
    is_item: bool = False
    is_after_rule: bool = False  # a line across the page, below which a document may end


@dataclass(slots=True)
class _Walker:
    """The state of reading a paper's lines: the field that the next line without a label is of."""

    pieces: list[Piece] = field(default_factory=list)
    texts: list[_Text] = field(default_factory=list)
    current: Field | None = None
    section: Field | None = None  # of lines in it that no label in the section claims
    number: int = -2  # of the line read last
    lines: int = 0
    is_after_rule: bool = False
    is_new: bool = True  # whether the next text begins a paragraph

    def read(self, node: OutlineNode) -> None:
        """Read the content of `node`."""
        for part in node.content:
            self.lines += 1
            if self.lines > _MOST_LINES:
                return
            if isinstance(part, SourceLine):
                self._read_line(part.number, part.text)
            elif part.kind is NodeKind.ITEM:
                self._read_item(part)
            elif part.kind is NodeKind.BOLD and "](" in part.text:
                self._read_line(part.number, part.text)
                self.read(part)
            else:
                self._read_heading(part)

    def _read_heading(self, node: OutlineNode) -> None:
        before = self.section
        if node.kind is NodeKind.BOLD and self._begins_section():
            self._continue(unmarked(node.text), is_item=False)  # a sentence in bold
            self.read(node)
            return
        self._enter(node)
        if self.current is not None:
            self.section = Field.OTHER if self.current in _SHORT else self.current
        self.number, self.is_new = node.number, True
        self.read(node)
        self.section = self.current = before
        self.is_new = True

    def _begins_section(self) -> bool:
        """Return whether nothing was read yet of the section of a field."""
        last = self.pieces[-1] if self.pieces else None
        is_field = self.current is self.section and self.current not in (None, Field.OTHER)
        return is_field and last is not None and last.field is self.current and not last.text

    def _enter(self, node: OutlineNode) -> None:
        """Set the field that the heading of `node` names."""
        name = unmarked(node.text)
        known = field_of(name)
        if known is None and (piece := labels.first_label(node.text)) and field_of(piece.label):
            known = piece.field
            if piece.text and known is not None:
                self.pieces.append(piece)
        if known is not None:
            self.current = None if known is Field.GROUP else known
            self.pieces.append(Piece(known, name, ""))
        elif node.kind is NodeKind.DETAILS:
            self.current = None
        else:
            self.current = Field.OTHER

    def _read_item(self, node: OutlineNode) -> None:
        before = self.current
        self._read_line(node.number, node.text, is_item=True)
        self.read(node)
        if before is not None or self.current in _SHORT:
            self.current = before
        self.is_new = True

    def _read_line(self, number: int, text: str, *, is_item: bool = False) -> None:
        is_next = number <= self.number + 1
        self.number = number
        if self._is_whole(text, is_next=is_next):
            return
        self.is_new = self.is_new or not is_next or is_item
        if self.current in (Field.ABSTRACT, Field.TRANSLATED_ABSTRACT) and is_next:
            first = labels.first_label(text)
            if first and first.field in _INSIDE_ABSTRACT and not _BOLD_START.match(text):
                self._continue(text, is_item=is_item)
                return
        for piece in labels.pieces(text):
            if piece.field is None or (self.section is Field.OTHER and piece.field not in _SHORT):
                self._continue(piece.text, is_item=is_item)
            elif piece.field is Field.GROUP:
                self.current = self.section
                if piece.text:
                    self._continue(piece.text, is_item=is_item)
            else:
                self.current = piece.field
                self.pieces.append(piece)
        self.is_new = False

    def _is_whole(self, text: str, *, is_next: bool) -> bool:
        """Read a line that has no pieces: a rule, a row of a table, or links; return whether so."""
        bare = text.strip("> ")
        if text == "---":
            self.current, self.is_new, self.is_after_rule = self.section, True, True
        elif bare.startswith("|"):
            self.pieces += table_row_pieces(bare)
        elif not bare:
            self.number, self.is_new = -2, True
        elif not is_next and self.section is not Field.OTHER and _is_links_to_paper(bare):
            self.current = self.section
            self.pieces += _links(bare)
        elif callout := _CALLOUT.fullmatch(text):
            self.current = field_of(callout["title"]) or field_of(callout["type"])
            self.pieces.append(Piece(self.current or Field.OTHER, callout["title"], ""))
        else:
            return False
        return True

    def _continue(self, text: str, *, is_item: bool) -> None:
        """Add `text` to the current field, or to the texts without a label."""
        last = self.pieces[-1] if self.pieces else None
        if self.current in _SHORT and last is not None and last.field is self.current:
            if last.text and not last.text.rstrip().endswith((",", "，", "、")):
                self.current = self.section
            else:
                self.pieces[-1] = last._replace(text=f"{last.text} {text}".strip())
                return
        if self.current is None:
            self._add_text(text, is_item=is_item)
            return
        if not is_item and _is_links(text):
            self.pieces += _links(text)
            return
        shown = f"- {text}" if is_item else text
        if last is not None and last.field is self.current:
            self.pieces[-1] = last._replace(text=f"{last.text}\n{shown}".strip())
        else:
            self.pieces.append(Piece(self.current, "", shown))

    def _add_text(self, text: str, *, is_item: bool) -> None:
        is_quote = text.startswith(">")
        text = text.lstrip("> ")
        if not text:
            return
        if self.texts and not self.is_new and self._goes_on(self.texts[-1], is_quote=is_quote):
            self.texts[-1].text += f"\n{text}"
        else:
            self.texts.append(_Text(text, is_quote, is_item, self.is_after_rule))

    def _goes_on(self, previous: _Text, *, is_quote: bool) -> bool:
        """Return whether a line directly below `previous` is of the same paragraph."""
        if previous.is_quote != is_quote:
            return False
        if previous.text.count("\n") > _MOST_LINES_OF_NAMES:
            return True
        if _is_links(previous.text):
            return False
        return len(self.texts) > _FIRST_LINES or not _names(previous.text)


def table_row_pieces(row: str) -> list[Piece]:
    """Return the piece of a row of two cells that are a label and its text, else []."""
    cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
    if len(cells) != 2 or not cells[1]:  # noqa: PLR2004 - label and text
        return []
    label = unmarked(cells[0]).rstrip(":： ")
    known = field_of(label)
    return [Piece(known, label, cells[1])] if known else []


def unit_pieces(node: OutlineNode, lead: Lead) -> tuple[Piece, ...]:
    """Return the labelled pieces of the paper `node`, whose heading has the parts `lead`."""
    walker = _Walker()
    walker.pieces.append(Piece(Field.TITLE, "", lead.title))
    walker.pieces += lead.pieces
    walker.read(node)
    pieces = [piece for piece in walker.pieces if piece.text.strip()]
    return (*pieces, *_unlabelled(walker.texts, pieces, is_item=node.kind is NodeKind.ITEM))


def _unlabelled(texts: Sequence[_Text], pieces: Sequence[Piece], *, is_item: bool) -> list[Piece]:
    """Return the fields of the texts without a label, by their looks and place."""
    known = {piece.field for piece in pieces}
    read: list[Piece] = []
    prose: list[_Text] = []
    for index, text in enumerate(texts):
        if Field.AUTHORS not in known and index < _FIRST_LINES and not prose and _names(text.text):
            read.append(Piece(Field.AUTHORS, "", unmarked(text.text)))
            known.add(Field.AUTHORS)
        elif venue := _venue(text.text):
            read += (*remark(venue), *_links(text.text))
        elif _is_links(text.text):
            read += _links(text.text)
        elif _is_prose(text.text) and len(prose) < _MOST_PARAGRAPHS:
            prose.append(text)
            read += [
                Piece(Field.LINK, "", part.url)
                for part in tokens(text.text)
                if _names_paper(part.url)
            ]
        else:
            read += _links(text.text)
    return [*read, *_prose(prose, known, is_item=is_item)]


def _prose(texts: Sequence[_Text], known: set[Field | None], *, is_item: bool) -> list[Piece]:
    texts = [text for text in texts if not text.is_after_rule] or texts
    quotes = [text for text in texts if text.is_quote]
    others = [text for text in texts if not text.is_quote]
    pieces: list[Piece] = []
    if quotes and (others or Field.ABSTRACT in known):
        if Field.SUMMARY not in known:
            pieces += [Piece(Field.SUMMARY, "", quotes[0].text)]
        texts = others
    if not texts:
        return pieces
    role = Field.SUMMARY if is_item else Field.ABSTRACT
    if role in known or Field.ABSTRACT in known:
        return pieces
    listed = [text for text in texts if text.is_item]
    if listed and len(listed) == len(texts) and len(texts) > 1 and not is_item:
        return [*pieces, *(Piece(Field.TAKEAWAYS, "", text.text) for text in texts)]
    return [*pieces, Piece(role, "", "\n".join(text.text for text in texts))]


def _names(text: str) -> bool:
    """Return whether a line is a list of authors: by its looks, or in italics as a whole."""
    bare = text.strip("👤🧑👥✍️ ").strip()
    names = unmarked(bare)
    return bool(names_without_label(names)) or (names != bare and single_name(names))


def _venue(text: str) -> str:
    """Return the venue or date that is all there is in `text` beside links, "" if there is more."""
    if len(text) > _LONGEST_LINKS:
        return ""
    beside = (
        part.text.strip(" .,|·()[]")
        for part in tokens(text)
        if part.kind not in (TokenKind.LINK, TokenKind.IMAGE)
    )
    venue = " ".join(filter(None, beside))
    return venue if len(venue.split()) <= _MOST_WORDS and is_dated_venue(venue) else ""


def _is_links(text: str) -> bool:
    """Return whether `text` is nothing but links, pictures, codes and signs between them."""
    if "](" not in text and "http" not in text and "`" not in text:
        return False
    return not is_text(text) or all(
        part.kind in (TokenKind.LINK, TokenKind.IMAGE, TokenKind.CODE)
        or not any(map(str.isalnum, part.text))
        for part in tokens(text)
    )


def _is_links_to_paper(text: str) -> bool:
    """Return whether `text` is nothing but links, and one of them is to a paper."""
    links = tokens(text) if "](" in text and not labels.begins_with_label(text) else []
    return any(_names_paper(part.url) for part in links) and _is_links(text)


def _is_prose(text: str) -> bool:
    weight = sum(1 if char.isascii() else 2 for char in text)
    return weight >= _SHORTEST_PROSE and is_text(text)


def _names_paper(url: str) -> bool:
    return bool(url) and paper_id.arxiv_id(url) is not None


def _links(text: str) -> list[Piece]:
    """Return the links and codes in `text` by what they are called."""
    pieces: list[Piece] = []
    for part in tokens(text):
        if part.kind is TokenKind.LINK:
            role = field_of(part.text)
            roles = (Field.CODE, Field.PROJECT, Field.OTHER)
            pieces.append(Piece(role if role in roles else Field.LINK, part.text, part.url))
        elif part.kind is TokenKind.IMAGE:
            pieces.append(Piece(Field.OTHER, "", f"![{part.text}]({part.url})"))
        elif part.kind is TokenKind.CODE or part.kind is TokenKind.TEXT:
            if paper_id.arxiv_id_of_field(part.text):
                pieces.append(Piece(Field.LINK, "", part.text))
            elif part.kind is TokenKind.CODE and _CATEGORY.fullmatch(part.text):
                pieces.append(Piece(Field.TOPIC, "", part.text))
    return pieces
