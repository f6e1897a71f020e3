"""Reads arXiv's pages of a day: `/list/<category>/new` and `/catchup/<category>/<date>`.

Both have `<dl>` lists under headings such as "New submissions (showing 239 of 239 entries)"; the
templates are list/new.html, list/list_macros.html and catchup.html of arXiv/arxiv-browse on GitHub.
Headings before 2024 have the date: "New submissions for Mon, 4 Mar 24".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lxml import etree

from publisher.gather.arxiv.withdrawal import is_withdrawn
from publisher.models.gathering import AnnouncementKind, Candidate
from publisher.paper_id import ArxivId, arxiv_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b(?:for|on) [a-z]{3,9}, (?P<day>\d{1,2}) (?P<month>[a-z]{3,9}) (?P<year>\d{4}|\d{2})\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\bTotal of ([\d,]{1,7}) entries\b")
_PART = re.compile(r"(new|cross|repl)", re.IGNORECASE)
_SHOWING = re.compile(r"\bshowing (?:(?:first|last|through|\d{1,6}) ){1,4}of (\d{1,6}) entries\b")
_NOTHING = re.compile(r"\bNo updates (?:today|for)\b")
_CATEGORY = re.compile(
    r"(?:\(|; |^)([a-z]{2,20}(?:-[a-z]{2,20})?(?:\.[A-Za-z]{2,20}(?:-[a-z]{2,20})?)?)(?=[);]|$)"
)
_DESCRIPTOR = re.compile(r"(?:Title|Authors?|Comments?|Journal-ref|Subjects|Abstract): ?")
_LINK = re.compile(r"/(?:abs|pdf|html)/([^?#\s]{5,60})")
_VERSIONED = re.compile(r"v(\d{1,3})/?(?:[?#]|$)")
_TEXTS = etree.XPath("descendant::text()")
_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS,
    "repl": AnnouncementKind.REPLACED,
}


@dataclass(frozen=True, slots=True)
class ListingEntry:
    """An entry of a listing.

    `index` is its number over all pages, 0 where it has none. `paper` is None where nothing
    identifies it; its version is the least that it can be where the page does not say.
    """

    index: int
    kind: AnnouncementKind
    paper: Candidate | None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of a day's announcement in a category.

    `day` is the date that it states, None on a page that is no listing; `total` the number of
    entries on all its pages, None where it does not say. `whole` tells that its end is there,
    `nothing` that it says there are no updates.
    """

    day: date | None
    entries: tuple[ListingEntry, ...] = ()
    total: int | None = None
    whole: bool = False
    nothing: bool = False


def read_listing(content: bytes) -> ListingPage:
    """Return what a page holds, whatever it is."""
    text = content.decode("utf-8", "replace").replace("\0", "")
    if not text.strip():
        return ListingPage(None)
    root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8", no_network=True))
    if root is None:
        return ListingPage(None)
    entries = tuple(_entries(root))
    headings = [_text(heading) for heading in root.iter("h2", "h3", "h4")]
    for element in list(root.iter("dt", "dd")):
        element.clear()  # what is left is arXiv's own text, not that of papers
    page_text = " ".join(" ".join(_TEXTS(root)).split())
    lower = text.lower()
    is_cut = _ends_before(lower, "</dd", "</dl", "</body", "</html")
    is_whole = not _ends_before(lower, "</dl", "</body", "</html")
    return ListingPage(
        day=_stated_date(page_text),
        entries=entries[:-1] if is_cut else entries,
        total=_stated_total(page_text, headings, is_whole=is_whole),
        whole=is_whole,
        nothing=_NOTHING.search(page_text) is not None,
    )


def _ends_before(lower: str, *ends: str) -> bool:
    """Return whether none of the tags `ends` follows the last entry."""
    return max(lower.rfind("<dd"), lower.rfind("<dt"), 0) > max(map(lower.rfind, ends))


def _stated_date(page_text: str) -> date | None:
    if (match := _DATE.search(page_text)) is None:
        return None
    month = match["month"][:3].lower()
    try:
        return date(2000 + int(match["year"]) % 100, _MONTHS.index(month) + 1, int(match["day"]))
    except ValueError:
        return None


def _stated_total(page_text: str, headings: list[str], *, is_whole: bool) -> int | None:
    """Return the number of entries, from the top of the page or else from all its headings."""
    of_parts = [int(m[1]) for heading in headings if (m := _SHOWING.search(heading))]
    if match := _TOTAL.search(page_text):
        return max(int(match[1].replace(",", "") or 0), sum(of_parts))
    return sum(of_parts) if of_parts and is_whole else None


def _entries(root: Any) -> Iterator[ListingEntry]:  # noqa: ANN401 - lxml has no types
    kind, term = AnnouncementKind.NEW, None
    for element in root.iter("h2", "h3", "h4", "dt", "dd"):
        if element.tag == "dd":
            if term is not None:
                yield _entry(term, element, kind)
            term = None
            continue
        if term is not None:
            yield _entry(term, None, kind)
        term = element if element.tag == "dt" else None
        if term is None and (match := _PART.match(_text(element))):
            kind = _KINDS[match[1].lower()]
    if term is not None:
        yield _entry(term, None, kind)


def _entry(term: Any, details: Any, kind: AnnouncementKind) -> ListingEntry:  # noqa: ANN401 - see above
    text = _text(term)
    if "(cross-list from" in text:
        kind = AnnouncementKind.CROSS
    elif "(replaced)" in text:
        kind = AnnouncementKind.REPLACED
    number = text[1:8].partition("]")[0] if text.startswith("[") else ""
    index = int(number) if number.isascii() and number.isdigit() else 0
    mentions = [link.get("href", "") for link in term.iter("a")]
    mentions += [f"/abs/{word}" for word in text.partition("arXiv:")[2].split()[:1]]
    identifier = next(filter(None, map(linked_id, mentions)), None)
    if identifier is None:
        return ListingEntry(index, kind, None)
    least = 2 if kind is AnnouncementKind.REPLACED else 1
    version = max(least, *map(linked_version, mentions))
    return ListingEntry(index, kind, _paper(ArxivId(identifier.number, version), details))


def linked_id(url: str) -> ArxivId | None:
    """Return the identifier in the address of a page or file of arXiv, on whatever host."""
    match = _LINK.search(url)
    return arxiv_id(f"arXiv:{match[1]}") if match else None


def linked_version(url: str) -> int:
    """Return the version in such an address, 0 where it has none."""
    match = _VERSIONED.search(url)
    return int(match[1]) if match and linked_id(url) else 0


def _paper(identifier: ArxivId, details: Any) -> Candidate:  # noqa: ANN401 - see above
    comment, abstract = _field(details, "list-comments"), _abstract(details)
    return Candidate(
        id=identifier.key,
        title=_field(details, "list-title"),
        authors=_authors(details),
        abstract=abstract,
        version=identifier.version,
        categories=tuple(dict.fromkeys(_CATEGORY.findall(_field(details, "list-subjects")))),
        comment=comment,
        journal=_field(details, "list-journal-ref"),
        abs_url=identifier.abs_url,
        pdf_url=identifier.pdf_url,
        withdrawn=is_withdrawn(comment, abstract),
    )


def _field(details: Any, name: str) -> str:  # noqa: ANN401 - see above
    element = _element(details, name)
    return "" if element is None else _described(element)


def _described(element: Any) -> str:  # noqa: ANN401 - see above
    """Return the text of a field without its label."""
    text = _text(element)
    return text[match.end() :] if (match := _DESCRIPTOR.match(text)) else text


def _element(details: Any, name: str) -> Any:  # noqa: ANN401 - see above
    for element in details.iter("div") if details is not None else ():
        if name in element.get("class", "").split():
            return element
    return None


def _authors(details: Any) -> tuple[str, ...]:  # noqa: ANN401 - see above
    if (element := _element(details, "list-authors")) is None:
        return ()
    if names := tuple(filter(None, map(_text, element.iter("a")))):
        return names
    names = tuple(name.strip() for name in _field(details, "list-authors").split(","))
    return () if names[0].startswith("(author list") else tuple(filter(None, names))


def _abstract(details: Any) -> str:  # noqa: ANN401 - see above
    element = details.find(".//p") if details is not None else None
    return _field(details, "list-abstract") if element is None else _described(element)


def _text(element: Any) -> str:  # noqa: ANN401 - see above
    """Return the text of an element, with addresses where arXiv has "this https URL"."""
    return " ".join("".join(map(_piece, _TEXTS(element))).split())


def _piece(text: Any) -> str:  # noqa: ANN401 - see above
    parent = text.getparent()
    if text.is_text and parent.tag == "a" and text.startswith("this http"):
        return str(parent.get("href") or text)
    return f" {text}" if text.is_tail and parent.tag == "br" else str(text)
