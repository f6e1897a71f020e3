"""Reads arXiv's RSS (https://info.arxiv.org/help/rss_specifications.html), where listings fail.

It is no more than a fallback: it does not say how many papers there are, and was seen with 16 of
239 papers, and with those of another day under a new build date. Only items dated as the day count.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from publisher.gather.arxiv.listing import linked_id, linked_version
from publisher.gather.arxiv.withdrawal import is_withdrawn
from publisher.gather.arxiv.xml_documents import parse_xml
from publisher.models.gathering import Announced, AnnouncementKind, Candidate
from publisher.paper_id import ArxivId

if TYPE_CHECKING:
    from datetime import date

_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS,
    "replace": AnnouncementKind.REPLACED,
    "replace-cross": AnnouncementKind.REPLACED,
}


def read_rss(content: bytes, day: date) -> list[Announced]:
    """Return the papers that the feed dates `day`, none where it is of another day or no feed."""
    items = parse_xml(content).iter("{*}item")
    papers = [paper for item in items if _date(item) == day and (paper := _announced(item))]
    return list({announced.paper.id: announced for announced in reversed(papers)}.values())[::-1]


def _date(item: Any) -> date | None:  # noqa: ANN401 - lxml has no types
    try:
        return parsedate_to_datetime(_field(item, "pubDate")).date()
    except (TypeError, ValueError):
        return None


def _announced(item: Any) -> Announced | None:  # noqa: ANN401 - see above
    guid = f"/abs/{_field(item, 'guid').rpartition(':')[2]}"
    identifier = linked_id(guid) or linked_id(_field(item, "link"))
    if identifier is None or not _field(item, "title"):
        return None
    kind = _KINDS.get(_field(item, "announce_type"), AnnouncementKind.NEW)
    least = 2 if kind is AnnouncementKind.REPLACED else 1
    identifier = ArxivId(identifier.number, max(linked_version(guid), least))
    abstract = _field(item, "description").rpartition("Abstract: ")[2]
    paper = Candidate(
        id=identifier.key,
        title=_field(item, "title"),
        authors=tuple(filter(None, map(str.strip, _field(item, "creator").split(",")))),
        abstract=abstract,
        version=identifier.version,
        categories=tuple(" ".join(e.itertext()).strip() for e in item.iterfind("{*}category")),
        doi=_field(item, "DOI"),
        journal=_field(item, "journal_reference"),
        abs_url=identifier.abs_url,
        pdf_url=identifier.pdf_url,
        withdrawn=is_withdrawn("", abstract),
    )
    return Announced(paper, kind)


def _field(item: Any, name: str) -> str:  # noqa: ANN401 - see above
    element = item.find(f"{{*}}{name}")
    return "" if element is None else " ".join("".join(element.itertext()).split())
