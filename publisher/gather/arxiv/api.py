"""Reads arXiv's export API: the details of papers by id, and a search by date.

Answers are Atom (https://info.arxiv.org/help/api/user-manual.html). The API may be hours behind the
announcements; what it does not know is missing, or has an older version.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from publisher.gather.arxiv.listing import linked_id
from publisher.gather.arxiv.schedule import submission_window
from publisher.gather.arxiv.withdrawal import is_withdrawn
from publisher.gather.arxiv.xml_documents import parse_xml
from publisher.models.gathering import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BATCH = 100  # ids of a request; more make the address too long for proxies
PAGE = 200  # papers of a search


def details_url(api_url: str, numbers: Sequence[str]) -> str:
    """Return the address of the details of papers, by arXiv's ids without version."""
    query = urlencode({"id_list": ",".join(numbers), "max_results": len(numbers)}, safe=",/")
    return f"{api_url.rstrip('/')}/query?{query}"


def search_url(api_url: str, category: str, day: date, start: int) -> str:
    """Return the address of the papers that were submitted for the announcement of `day`."""
    first, last = (moment.astimezone(UTC) for moment in submission_window(day))
    window = f"[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"
    query = {
        "search_query": f"cat:{category} AND submittedDate:{window}",
        "start": start,
        "max_results": PAGE,
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    return f"{api_url.rstrip('/')}/query?{urlencode(query)}"


def read_papers(content: bytes) -> list[Candidate]:
    """Return the papers of an answer; one that is no Atom has none.

    Errors come as entries (their id is an address below /api/errors), and are left out, as is a
    last entry that may be cut off.
    """
    entries = list(parse_xml(content).iter("{*}entry"))
    if entries and b"</feed>" not in content[-200:]:
        entries.pop()
    return [paper for entry in entries if (paper := _paper(entry)) is not None]


def _paper(entry: Any) -> Candidate | None:  # noqa: ANN401 - lxml has no types
    identifier = linked_id(_field(entry, "id"))
    if identifier is None or not _field(entry, "title"):
        return None
    comment, abstract = _field(entry, "comment"), _field(entry, "summary")
    return Candidate(
        id=identifier.key,
        title=_field(entry, "title"),
        authors=tuple(_texts(entry.iterfind("{*}author/{*}name"))),
        abstract=abstract,
        version=identifier.version,
        categories=_categories(entry),
        comment=comment,
        doi=_field(entry, "doi"),
        journal=_field(entry, "journal_ref"),
        abs_url=identifier.abs_url,
        pdf_url=identifier.pdf_url,
        published=_moment(_field(entry, "published")),
        updated=_moment(_field(entry, "updated")),
        withdrawn=is_withdrawn(comment, abstract),
    )


def _field(entry: Any, name: str) -> str:  # noqa: ANN401 - see above
    return next(_texts(entry.iterfind(f"{{*}}{name}")), "")


def _texts(elements: Iterable[Any]) -> Iterator[str]:
    for element in elements:
        if text := " ".join("".join(element.itertext()).split()):
            yield text


def _categories(entry: Any) -> tuple[str, ...]:  # noqa: ANN401 - see above
    """Return the categories with the primary one first, without those of ACM and MSC."""
    elements = [*entry.iterfind("{*}primary_category"), *entry.iterfind("{*}category")]
    terms = [element.get("term", "").strip() for element in elements]
    return tuple(dict.fromkeys(term for term in terms if term and term[0].islower()))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
