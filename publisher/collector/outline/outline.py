"""A document as a tree: headings, titles in bold, `<details>` and list items, with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from publisher.collector.outline.html_lines import (
    DETAILS,
    END_OF_DETAILS,
    SUMMARY,
    SourceLine,
    markdown_lines,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NodeKind(Enum):
    """The kind of a node."""

    DOCUMENT = auto()
    HEADING = auto()
    BOLD = auto()  # a line in bold, or one that begins with a link, used as a heading
    DETAILS = auto()
    ITEM = auto()


@dataclass(slots=True)
class OutlineNode:
    """A part of a document: `text` is its heading without marks, `number` the index of its line.

    `content` has its lines and the nodes below it, in their order. Lines of quotes begin with ">".
    """

    kind: NodeKind
    level: int
    number: int
    text: str = ""
    content: list[SourceLine | OutlineNode] = field(default_factory=list)
    parent: OutlineNode | None = None
    ordinal: int = 0  # of an item in a numbered list, else 0

    def lines(self) -> Iterator[SourceLine]:
        """Yield the node's own lines, without those of the nodes below it."""
        return (part for part in self.content if isinstance(part, SourceLine))

    def children(self) -> Iterator[OutlineNode]:
        """Yield the nodes directly below this one."""
        return (part for part in self.content if isinstance(part, OutlineNode))

    def walk(self) -> Iterator[OutlineNode]:
        """Yield this node and all below it, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(list(node.children()))

    def ancestors(self) -> Iterator[OutlineNode]:
        """Yield the nodes above this one, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


# Headings have levels 1 to 6; a details' level is that of the node it is in, and a half more.
_BOLD_LEVEL = 8
_ITEM_LEVEL = 20
_HEADING = re.compile(r"[ ]{0,3}(?P<marks>[#＃]{1,6})(?P<blank>[ \t]*)(?P<text>[^#＃\s].*|$)")
_CLOSING = re.compile(r"(?<!\s)\s+#+\s*$")
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[-*+•●▪◦‣‧]|\d{1,4}[.)、．]|[①-⑳]|\d️?⃣|\(\d{1,3}\))"
    r"(?:[ \t]+|(?<=[•●▪、．])|(?<=[①-⑳⃣]))(?P<text>\S.*)|"
    r"(?P<indent2>[ \t]*)(?P<mark2>\[\d{1,4}\])[ \t]+(?P<text2>\S.*)"
)
_RULE = re.compile(
    r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:=[ \t]*){3,}|(?:—[ \t]*){2,})"
)
_BOLD = re.compile(
    r"[^\w\[*(（\"“「]{0,8}(?:\d{1,4}[.)、：:]\s*|\[\d{1,4}\]\s*)?"
    r"(?:\*\*|__)(?P<text>[^*\n]{3,400}(?:\*[^*\n]{1,200})*?)(?:\*\*|__)[ \t\\]*"
)
_UNDERLINE = re.compile(r"[ ]{0,3}(=+|-{3,})[ \t]*")
_TABLE_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_DEEPEST = 40  # nodes inside each other
_MAX_TITLE = 400
_MAX_UNDERLINED = 150


class _Builder:
    """The tree while lines are added to it, with the path to its last node."""

    def __init__(
        self,
        runs: set[int],
        is_label: Callable[[str], bool],
        is_lead: Callable[[str], bool],
        is_marked: Callable[[str], bool],
    ) -> None:
        self.root = OutlineNode(NodeKind.DOCUMENT, 0, 0)
        self.path = [self.root]
        self._runs = runs
        self._is_label = is_label
        self._is_lead = is_lead
        self._is_marked = is_marked
        self._after_blank = True
        self._after_rule = False

    def add(self, line: SourceLine, following: str, *, is_balanced: bool) -> bool:
        """Add `line`; return whether the `following` line belongs to it and is to be skipped."""
        number, text = line
        if not text.strip():
            self._after_blank = True
            return False
        skips = False
        if text.lstrip().startswith((DETAILS, END_OF_DETAILS, SUMMARY)):
            if text.startswith(DETAILS) and self._after_blank and not self._has_lead():
                self._leave_items(_ITEM_LEVEL)
            self._add_details(number, text.strip(), is_balanced=is_balanced)
        elif (heading := _HEADING.fullmatch(text)) and _is_heading(heading):
            self._push(
                NodeKind.HEADING, len(heading["marks"]), number, _CLOSING.sub("", heading["text"])
            )
        elif _RULE.fullmatch(text):
            self._leave(_BOLD_LEVEL)
            self.path[-1].content.append(SourceLine(number, "---"))
        elif item := _ITEM.fullmatch(text):
            self._add_item(number, item)
        elif self._is_underlined(text, following):
            self._push(NodeKind.HEADING, 1 if "=" in following else 2, number, text.strip())
            skips = True
        else:
            self._add_text(line)
        self._after_blank = False
        return skips

    def _is_underlined(self, text: str, following: str) -> bool:
        match = _UNDERLINE.fullmatch(following)
        if match is None or not self._after_blank or len(text) > _MAX_UNDERLINED or "|" in text:
            return False
        is_prose = text.rstrip().endswith((".", "。", ":", "：")) or self._is_label(text)
        return not is_prose and (match[1][0] == "=" or "](" not in text) and text[0] != ">"

    def _add_details(self, number: int, text: str, *, is_balanced: bool) -> None:
        if text == END_OF_DETAILS:
            at = next(
                (
                    n
                    for n in range(len(self.path) - 1, 0, -1)
                    if self.path[n].kind is NodeKind.DETAILS
                ),
                0,
            )
            if at:
                del self.path[at:]
        elif text == DETAILS:
            if is_balanced:
                self._append(OutlineNode(NodeKind.DETAILS, self.path[-1].level, number))
        elif self.path[-1].kind is NodeKind.DETAILS and not self.path[-1].text:
            self.path[-1].text = text.removeprefix(SUMMARY).strip()
        else:
            self._add_text(SourceLine(number, f"**{text.removeprefix(SUMMARY).strip()}**"))

    def _add_item(self, number: int, match: re.Match[str]) -> None:
        mark = match["mark"] or match["mark2"]
        text = match["text"] or match["text2"]
        indent = (match["indent"] or match["indent2"] or "").replace("\t", "    ")
        level = _ITEM_LEVEL + len(indent)
        top = self._item_at(level)
        # Labels in the same list as the title that they belong to.
        is_field = top is not None and self._is_label(text) and self._is_marked(top.text)
        self._leave(level + 1 if is_field else level)
        ordinal = _ordinal(mark)
        self._append(
            OutlineNode(
                NodeKind.ITEM, level + (1 if is_field else 0), number, text, ordinal=ordinal
            )
        )

    def _item_at(self, level: int) -> OutlineNode | None:
        for node in reversed(self.path):
            if node.kind is not NodeKind.ITEM or node.level <= level:
                return node if node.kind is NodeKind.ITEM and node.level == level else None
        return None

    def _add_text(self, line: SourceLine) -> None:
        text = line.text
        indent = len(text) - len(text.lstrip())
        if self._after_blank:
            if indent:
                self._leave_items(_ITEM_LEVEL + indent)
            elif not self._continues_item(text):
                self._leave_items(_ITEM_LEVEL)
        is_first = self._after_blank or not self._has_text()
        if (
            not indent
            and self.path[-1].kind is not NodeKind.ITEM
            and self._is_title(text, is_first=is_first)
        ):
            self._push(NodeKind.BOLD, _BOLD_LEVEL, line.number, text.strip())
        else:
            self.path[-1].content.append(line)

    def _is_title(self, text: str, *, is_first: bool) -> bool:
        if len(text) > _MAX_TITLE and not self._is_lead(text):
            return False
        bold = _BOLD.fullmatch(text) if is_first else None
        if bold is not None:
            return not self._is_label(text)
        return self._is_lead(text)

    def _has_lead(self) -> bool:
        return self.path[-1].kind is NodeKind.ITEM and self._is_lead(self.path[-1].text)

    def _has_text(self) -> bool:
        content = self.path[-1].content
        return bool(content) and isinstance(content[-1], SourceLine) and content[-1].text != "---"

    def _continues_item(self, text: str) -> bool:
        """Return whether a paragraph that is not indented goes on with the item before it."""
        top = self.path[-1]
        if top.kind is not NodeKind.ITEM:
            return True
        in_run = top.number in self._runs
        return in_run or self._is_label(text) or text.lstrip().startswith(("![", "<"))

    def _leave_items(self, level: int) -> None:
        while self.path[-1].kind is NodeKind.ITEM and self.path[-1].level >= level:
            self.path.pop()

    def _leave(self, level: int) -> None:
        """Leave the nodes of `level` and deeper, but not the `<details>` around them."""
        while (
            self.path[-1].kind not in (NodeKind.DOCUMENT, NodeKind.DETAILS)
            and self.path[-1].level >= level
        ):
            self.path.pop()

    def _push(self, kind: NodeKind, level: int, number: int, text: str) -> None:
        self._leave(level)
        self._append(OutlineNode(kind, level, number, text))

    def _append(self, node: OutlineNode) -> None:
        del self.path[_DEEPEST:]
        node.parent = self.path[-1]
        self.path[-1].content.append(node)
        self.path.append(node)


def outline(
    body: str,
    is_label: Callable[[str], bool],
    is_lead: Callable[[str], bool],
    is_marked: Callable[[str], bool],
) -> OutlineNode:
    """Return the document `body` as a tree.

    `is_label` tells whether a line begins with a label, and `is_lead` whether one that is no
    heading begins a paper. `is_marked` tells whether an item's title is in bold or a link: labels
    that follow in the same list belong to it.
    """
    lines = markdown_lines(body)
    texts = [line.text for line in lines]
    marks = [text.strip() for text in texts if "details>" in text]
    is_balanced = marks.count(DETAILS) == marks.count(END_OF_DETAILS)
    builder = _Builder(_numbered_with_paragraphs(lines), is_label, is_lead, is_marked)
    skip = False
    for line, following in zip(_with_marked_rows(lines), [*texts[1:], ""], strict=True):
        skip = not skip and builder.add(line, following, is_balanced=is_balanced)
    return builder.root


def _with_marked_rows(lines: list[SourceLine]) -> Iterator[SourceLine]:
    """Yield `lines` with a bar before each row of a table, also before the rest of a broken one."""
    in_table = False
    for line in lines:
        in_table = bool(line.text.strip()) and (in_table or is_table_rule(line.text))
        is_bare = in_table and not line.text.lstrip().startswith("|")
        yield line._replace(text=f"| {line.text.lstrip()}") if is_bare else line


def _numbered_with_paragraphs(lines: list[SourceLine]) -> set[int]:
    """Return the lines of items in numbered lists with paragraphs that are not indented.

    Models write such lists: the paragraphs between "1." and "2." belong to the first item, and
    those after the last number to the last.
    """
    runs: set[int] = set()
    last, ordinal, has_paragraphs = -1, 0, False
    for line in lines:
        text = line.text
        if text.startswith("#"):
            last = -1
        elif not text[:1].isspace() and (item := _ITEM.fullmatch(text)):
            number = _ordinal(item["mark"] or item["mark2"])
            if not number:
                continue
            if last >= 0 and number == ordinal + 1 and has_paragraphs:
                runs |= {last, line.number}
            elif number != ordinal + 1:
                has_paragraphs = False
            last, ordinal = line.number, number
        elif last >= 0 and text and not text[0].isspace():
            has_paragraphs = True
    return runs


def _ordinal(mark: str) -> int:
    """Return the number in an item's mark, 0 without one."""
    digits = "".join(char for char in mark if char in "0123456789")
    return int(digits) if digits else 0


def _is_heading(match: re.Match[str]) -> bool:
    """Return whether `match` is a heading: "#tag" is none, "##Title" is one."""
    return bool(match["text"]) and (bool(match["blank"]) or len(match["marks"]) > 1)


def is_table_rule(text: str) -> bool:
    """Return whether `text` is the line between the head and the rows of a table."""
    return "|" in text and _TABLE_RULE.fullmatch(text) is not None
