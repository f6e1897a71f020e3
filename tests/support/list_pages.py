"""The pages of authors, venues and all papers of topics, for tests of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.author_identity import author_key
from publisher.formatter.pages import (
    archive_pages,
    render_author,
    render_authors,
    render_names,
    render_topic_archive,
    render_venue,
    render_venues,
)
from publisher.formatter.pages.connections import ListedPaper, PaperLinks
from publisher.formatter.paper_lines import venue_label
from publisher.formatter.paths import LISTED_ON_A_PAGE, venue_path
from publisher.formatter.site.author_pages import AuthorPages
from publisher.formatter.site.venue_pages import find_venues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Collection, Paper
    from publisher.settings import Settings


def listed_paper(paper: Paper) -> ListedPaper:
    return ListedPaper(
        id=paper.id,
        title=paper.title,
        title_html=paper.title_html,
        date=paper.first_published.date().isoformat(),
        authors=paper.authors,
        venue=venue_label(paper),
        has_code=bool(paper.code_urls),
        withdrawn=paper.withdrawn,
    )


def author_pages(papers: Sequence[Paper]) -> AuthorPages:
    return AuthorPages([(paper.authors, tuple(map(author_key, paper.authors))) for paper in papers])


def paper_links(papers: Sequence[Paper]) -> list[PaperLinks]:
    """Return everything that the page of each of `papers` may link to."""
    authors = author_pages(papers)
    venues = find_venues([venue_label(paper) for paper in papers])
    listed = [listed_paper(paper) for paper in papers]
    return [
        PaperLinks(
            authors=authors.links(place),
            venue=venue_path(venues[name].slug) if name in venues else "",
            related=listed[max(0, place - 5) : place],
            previous=listed[place - 1] if place else None,
            next=listed[place + 1] if place + 1 < len(listed) else None,
        )
        for place, name in enumerate(map(venue_label, papers))
    ]


def render_lists(
    collection: Collection, settings: Settings, *, with_names: bool = False
) -> dict[str, bytes]:
    """Return the pages of lists that `collection` has; `with_names` as if authors were many."""
    papers = collection.papers
    authors = author_pages(papers)
    listed = [listed_paper(paper) for paper in papers]
    links = [authors.link(number) for number in range(len(authors.authors))]
    letters = [("d–f", 812), ("", 3)] if with_names else []
    venues = find_venues([venue_label(paper) for paper in papers])
    files = render_authors(links, len(links), letters, settings, has_venues=bool(venues))
    if with_names:
        files |= render_names("d–f", links, [("e", 800)], settings)
    for page in authors.pages:
        of_page = [listed[place] for place in page.places]
        files |= render_author(authors.names(page), of_page, authors.coauthors(page), settings)
    for venue in venues.values():
        files |= render_venue(venue.link, [listed[place] for place in venue.places], settings)
    if venues:
        files |= render_venues([venue.link for venue in venues.values()], settings)
    for topic in collection.topics:
        of_topic = [listed_paper(paper) for paper in collection.by_topic[topic.slug]][::-1]
        last = archive_pages(len(of_topic), settings)
        for number in range(1, last + 1):
            start = (number - 1) * LISTED_ON_A_PAGE
            files |= render_topic_archive(
                topic,
                number,
                of_topic[start : start + LISTED_ON_A_PAGE][::-1],
                settings,
                has_newer=number < last,
            )
    return files
