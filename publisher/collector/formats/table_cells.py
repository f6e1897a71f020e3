"""The parts of a cell: its links, its title, and its text without links."""

from __future__ import annotations

import re
from typing import NamedTuple

from publisher import paper_id
from publisher.author_names import author_names
from publisher.collector.fields.field_words import Field, field_of
from publisher.collector.formats import table_words
from publisher.collector.text import links
from publisher.collector.text.markup import without_markdown
from publisher.collector.text.plain_text import from_arxiv, from_machine, without_html
from publisher.collector.text.venue import find_venue

_IN_BRACKETS = r"\[(?:[^\[\]]|\[[^\[\]]{0,50}\]){0,100}\]"
_LINK = re.compile(
    rf"\[((?:[^\[\]]|{_IN_BRACKETS}){{0,600}})\]\(<?([^()\s<>]{{1,2000}}+)>?[^()]{{0,300}}\)"
)
_HREF = re.compile(r"\bhref[ \t]*=[ \t]*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,500}?\bhref[ \t]*=[ \t]*[\"']?([^\"'\s<>()]{1,2000}+)[^<>]{0,500}>"
    r"([^<]*(?:<(?!/?a\b)[^<]*)*+)</a\s*>",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()\s]{0,2000}+[^()]{0,300}\)")
_NO_TARGET = re.compile(r"\[([^\[\]]{0,600})\]\(\s{0,9}\)")
SUMMARY = re.compile(
    r"<summary\b[^<>]*>([^<]*(?:<(?!/?summary\b)[^<]*)*+)</summary\s*>", re.IGNORECASE
)
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_ID = r"(?:arxiv[:\s]{0,2})?\d{4}\.\d{4,5}(?:v\d{1,3})?"
_NUMBER = re.compile(r"(?<![\d./])(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v(\d{1,3}))?(?![\d.]*\d)")
_LOCAL = re.compile(
    r"(?:^|/)arxiv[-_](\d{4}\.\d{4,5})(?:v(\d{1,3}))?(?:\.\w{2,4})?/?$", re.IGNORECASE
)
_LINK_NUMBER = re.compile(r"(?<![\d./])(\d{4}\.\d{4,5})(?:v(\d{1,3}))?(?![\d.]*\d)")
_ORDINAL = re.compile(
    r"^\s{0,9}(\*\*)?(?:\(\d{1,4}\)|\d{1,4}[.)）、](?=[\s*\[]))(?(1)(?:\*\*)?)\s{0,9}"
)
_ID_BEFORE = re.compile(
    rf"^[`*\[(]{{0,4}}{_ID}[`*\])]{{0,4}}(?:\s{{0,3}}[-–—:：|]{{1,3}}\s{{1,3}}|\s{{1,3}})(?=\S)",
    re.IGNORECASE,
)
_ET_AL = re.compile(r"[*_]{1,2}(et\.?\s?al\.?)[*_]{0,2}", re.IGNORECASE)
_ID_AFTER = re.compile(rf"\s{{0,3}}[-–—(\[`]{{0,3}}{_ID}[)\]`]{{0,3}}$", re.IGNORECASE)
_IDS = re.compile(rf"(?:{_ID}[\s,，、;&↔→+/]{{0,5}}){{1,40}}", re.IGNORECASE)
# A button is marked by a character that no text has.
_BUTTON = "\x00"
_BUTTONS = re.compile(
    rf"[(（\[][^()（）\[\]{_BUTTON}]{{0,40}}{_BUTTON}[^()（）\[\]]{{0,200}}[)）\]]|{_BUTTON}"
)
_BREAK = re.compile(
    r"\s{0,9}(?:<br\s{0,3}/?>|</?(?:p|div)\b[^<>]{0,200}>)(?:\s{0,9}<su[bp]>|\s{0,9}<small>)?\s{0,9}",
    re.IGNORECASE,
)
_BOLD = re.compile(r"(\*\*|__)([^*_]{2,400})\1\s{0,3}(?:[-–—:：.,。]\s{0,3}|(?=[^\W\d_]))(?=\S)")
_WIDE = re.compile(r"(?<=[^\s.])\s{2,3}(?=[A-Z])")
_DASH = re.compile(r"\s[-–—]\s(?=[a-z])")
_EDGES = " \t-–—|·•,;:：，；"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NAME = r"[^\W\d_](?:(?! and)[^\d,;:()、]){1,40}"  # without what separates names
_NAMES = re.compile(
    rf"{_NAME}(?:(?:,|;| and|、)\s{{0,9}}{_NAME}){{1,400}}(?:\s{{0,9}}(?:et\.?\s?al\.?|等|\.\.\.))?"
)
_HANDLE = re.compile(r"[\w-]*\d{3}[\w-]*")  # of an account: "ada2024"
_MOST_LETTERS = 25  # of a button
_SENTENCE = re.compile(r"[.;!?](?=\s)|[。！？；]")
_MOST_TITLE = 250  # characters
_SHORT = 20  # characters of a description
_LONG = 40  # characters of a description behind a title


class TitleCell(NamedTuple):
    """A cell with a title: the title as plain text, "" for none, and the source of the rest."""

    title: str
    rest: str


def with_links(cell: str) -> str:
    """Return `cell` with its links in Markdown, and without images."""
    if "<a" in cell or "<A" in cell:
        cell = _ANCHOR.sub(lambda match: f"[{without_html(match[2])}]({match[1]})", cell)
    if "![" in cell:
        cell = _IMAGE.sub("", cell)
    return _NO_TARGET.sub(r"\1", cell) if "](" in cell else cell


def addresses(cell: str) -> tuple[str, ...]:
    """Return the http addresses of a cell, each once: of links in Markdown and HTML, and bare."""
    if "://" not in cell and "&" not in cell:
        return ()
    targets = [match[2] for match in _LINK.finditer(cell)] + _HREF.findall(cell)
    linked = [address for target in targets if (address := links.http_url(target))]
    return tuple(dict.fromkeys([*linked, *links.urls(_LINK.sub(" ", cell))]))


def without_targets(cell: str) -> str:
    """Return `cell` with the texts of its links alone."""
    return _LINK.sub(r"\1", cell) if "](" in cell else cell


def linked_text(cell: str) -> str:
    """Return the text of the first link of `cell` that is no button, "" without one."""
    texts = (match[1] for match in _LINK.finditer(cell))
    return next((text for text in texts if not is_label(text)), "")


def arxiv_numbers(cell: str) -> set[str]:
    """Return the numbers of all arXiv papers that `cell` names."""
    if "." not in cell and "/" not in cell:
        return set()
    linked = filter(None, map(paper_id.arxiv_id, addresses(cell)))
    targets = (target for _, target in _LINK.findall(cell)) if "](" in cell else ()
    bare = [*_NUMBER.finditer(without_targets(cell)), *filter(None, map(_LOCAL.search, targets))]
    return {arxiv.number for arxiv in linked} | {match[1] for match in bare}


def arxiv_id(cells: dict[str, str]) -> paper_id.ArxivId | None:
    """Return the arXiv paper that a row names, from its link, title or another cell."""
    order = ("link", "title", "code", "comment", "abstract")
    for role in (*order, *(role for role in cells if role not in order)):
        for address in addresses(cells.get(role, "")):
            if arxiv := paper_id.arxiv_id(address):
                number = _LINK_NUMBER.search(without_targets(cells[role]))
                if arxiv.version == 1 and number and number[1] == arxiv.number and number[2]:
                    return paper_id.ArxivId(arxiv.number, max(1, int(number[2])))
                return arxiv
    for target in (target for cell in cells.values() for _, target in _LINK.findall(cell)):
        if local := _LOCAL.search(target):
            return paper_id.ArxivId(local[1], max(1, int(local[2] or 1)))
    link = without_targets(cells.get("link", ""))
    if bare := _LINK_NUMBER.search(link) or _NUMBER.search(without_targets(cells.get("title", ""))):
        return paper_id.ArxivId(bare[1], max(1, int(bare[2] or 1)))
    return paper_id.arxiv_id_of_field(link.strip("*` "))


def is_label(text: str) -> bool:
    """Return whether `text` is no title: a button, a number, an id or an address."""
    text = without_html(text).strip(" \t*_`[](){}|:：<>\"'“”")
    if not any(map(str.isalpha, text)) or table_words.is_button(text):
        return True
    return _IDS.fullmatch(text) is not None or links.http_url(text) is not None


def title_cell(cell: str, *, is_combined: bool) -> TitleCell:
    """Return the title in `cell`, and the text behind it.

    A cell that `is_combined` has a title and a description, as the column "Paper" of a table
    without a column for summaries: behind a bold title, a dash, a break or two blanks.
    """
    cell = _ORDINAL.sub("", cell, count=1)
    start = cell.lstrip("* ")
    first = _LINK.match(start)
    if first and not is_label(first[1]):
        text, rest = first[1], _without_buttons(start[first.end() :])
    else:
        first, text, rest = None, _without_buttons(cell), ""
    text = _ID_BEFORE.sub("", text.strip(), count=1)
    parts = [part for part in _BREAK.split(text) if part.strip("*_ ")] if "<" in text else [text]
    if len(parts) > 1:
        rest = "<br>".join([*parts[1:], rest])
        text = parts[0]
    if is_combined and not first:
        text, behind = _split(text)
        rest = f"{behind} {rest}"
    return TitleCell(clean_title(text), rest.strip(_EDGES + "*"))


def _split(text: str) -> tuple[str, str]:
    """Return the title and the description in `text`."""
    if bold := _BOLD.match(text.strip()):
        return bold[2], text.strip()[bold.end() :]
    for pattern in (_WIDE, _DASH):
        match = pattern.search(text)
        if match and len(text) - match.end() >= (_LONG if pattern is _WIDE else 1):
            return text[: match.start()], text[match.end() :]
    sentence = _SENTENCE.search(text) if len(text) > _MOST_TITLE else None
    return (text[: sentence.end()], text[sentence.end() :]) if sentence else (text, "")


def _without_buttons(cell: str) -> str:
    """Return `cell` with the texts of its links, but without "(Read more on [arXiv](..))"."""
    if "](" not in cell:
        return cell
    marked = _LINK.sub(lambda match: _BUTTON if is_label(match[1]) else match[1], cell)
    return _BUTTONS.sub(" ", marked).rstrip(_EDGES) if _BUTTON in marked else marked


class Behind(NamedTuple):
    """The parts of the text behind a title, as they are written; "" where it has none."""

    authors: str
    venue: str
    summary: str


NOTHING = Behind("", "", "")


def behind_title(text: str) -> Behind:
    """Return what stands behind a title: authors, a venue, a description."""
    authors = venue = ""
    description: list[str] = []
    for part in _BREAK.split(text):
        plain = plain_text(part)
        label, colon, after = plain.partition(":")
        field = field_of(label) if colon else None
        if not authors and (is_names(plain) or field is Field.AUTHORS):
            authors = after if field else plain
        elif not venue and len(plain) <= _LONG and find_venue(plain):
            venue = plain
        elif plain and field not in (Field.AFFILIATION, Field.AUTHORS):
            description.append(part)
    summary = " ".join(description).lstrip("● ")
    return Behind(authors, venue, summary if len(summary) >= _SHORT else "")


def authors(cell: str) -> tuple[str, ...]:
    """Return the names of authors in `cell`."""
    # A long run of blanks would make splitting slow.
    text = " ".join(without_targets(cell).replace("**", "").split())
    names = author_names(_ET_AL.sub(r"\1", text), lambda name: from_arxiv(without_html(name)))
    return tuple(name for name in names if not _HANDLE.fullmatch(name))


def is_names(text: str) -> bool:
    """Return whether `text` is a list of names."""
    return _NAMES.fullmatch(text) is not None


def plain_text(cell: str) -> str:
    """Return the text of `cell` without tags, marks around it, and targets of links."""
    return without_html(without_targets(cell)).strip("*_` ")


def clean_title(text: str) -> str:
    """Return a title as plain text, "" for what is none."""
    title = from_arxiv(without_html(text).replace("**", "").strip())
    if any(mark in title for mark in "`*_["):
        title = without_markdown(title).strip("`*_ ")
    title = _ID_AFTER.sub("", title)
    return "" if is_label(title) else title


def unfolded(cell: str) -> str:
    """Return the content of a `<details>` in a cell, without the thoughts of a model."""
    return _THOUGHTS.sub(" ", SUMMARY.sub(" ", cell)) if "<" in cell else cell


def prose(cell: str, *, is_machine: bool) -> str:
    """Return the text of `cell`, "" if it has nothing but links."""
    text = unfolded(cell)
    if "](" in text:
        labels = [match[1] for match in _LINK.finditer(text)]
        around = _LINK.sub(" ", text)
        if all(len(label) <= _MOST_LETTERS for label in labels) and not _LETTERS.search(
            without_html(around)
        ):
            return ""
        text = text if is_machine else _LINK.sub(r"\1", text)
    elif links.http_url(text.strip("<> ")):
        return ""
    if is_machine:
        return from_machine(text)
    text = without_html(text)
    return from_arxiv(without_markdown(text) if "**" in text else text)
