"""The archive: all papers by the month of their first digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import month_text
from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.layout import (
    in_languages,
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.pages.view_models import PaperRow, compact_rows
from publisher.formatter.paths import LINES_ON_A_PAGE, month_path
from publisher.newsletter.ranking import TopicSection, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

    from publisher.models import Paper, Topic
    from publisher.settings import Settings

ARCHIVE_PATH = "archive/index.html"


@dataclass(frozen=True, slots=True)
class MonthCount:
    """A month ("2024-12") with the number of its papers."""

    month: str
    count: int


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month as pages list it."""

    month: str
    name: Markup
    href: str
    count: Markup


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """The papers under one topic; `count` includes those that are not on the page."""

    anchor: str
    name: str
    lang: str
    count: int
    papers: tuple[PaperRow, ...]


def month_of(paper: Paper, settings: Settings) -> str:
    """Return the month of the archive that holds `paper`, by the site's calendar."""
    return paper.first_published.astimezone(settings.site.zone).strftime("%Y-%m")


def month_row(count: MonthCount, up: str, settings: Settings) -> MonthRow:
    """Return a month with its link; `up` leads from the page to the output folder."""
    return MonthRow(
        month=count.month,
        name=in_languages(settings, lambda texts: month_text(texts.dates, count.month)),
        href=up + month_path(count.month),
        count=paper_count_label(count.count, settings),
    )


def paper_count_label(count: int, settings: Settings) -> Markup:
    """Return "80 papers", in each language of the pages."""
    return in_languages(settings, lambda texts: counted(count, texts.paper, texts.papers))


def render_month(
    month: str,
    papers: Iterable[Paper],
    settings: Settings,
    *,
    older: str = "",
    newer: str = "",
) -> dict[str, bytes]:
    """Return the pages of `month` ("2024-12"): `archive/2024-12/index.html`, `2.html`, ...

    All `papers` of the month are listed, under each of their topics; their order does not matter.
    `older` and `newer` are the neighbouring months that have papers, "" for none.

    Raises `TemplateError`.
    """
    texts = words(settings)
    by_topic = sections(papers, each_topic=True)
    total = len({paper.id for section in by_topic for paper in section.papers})
    leaves = list(_leaves(by_topic))
    name = month_text(texts.dates, month)
    pages: dict[str, bytes] = {}
    for number, leaf in enumerate(leaves, start=1):
        path = month_path(month, number)
        up = way_up(path)

        def render(
            detail: Detail,
            number: int = number,
            path: str = path,
            up: str = up,
            leaf: Sequence[TopicSection] = leaf,
        ) -> bytes:
            return render_page(
                "pages/month.html.j2",
                path,
                settings,
                title=name if number == 1 else f"{name} ({number})",
                description=texts.month_description.format(month=name),
                month_name=in_languages(settings, lambda texts: month_text(texts.dates, month)),
                count=paper_count_label(total, settings),
                contents=detail.extras,
                groups=_groups(leaf, by_topic, up, settings, detail.columns),
                older=month_row(MonthCount(older, 0), up, settings) if older else None,
                newer=month_row(MonthCount(newer, 0), up, settings) if newer else None,
                number=number,
                leaves=tuple((n, up + month_path(month, n)) for n in range(1, len(leaves) + 1)),
            )

        pages[path] = limited(render)
    return pages


def render_months(months: Sequence[MonthCount], settings: Settings) -> dict[str, bytes]:
    """Return `archive/index.html`: `months`, newest first, with the numbers of their papers.

    Raises `TemplateError`.
    """
    texts = words(settings)
    rows = [month_row(month, way_up(ARCHIVE_PATH), settings) for month in months]
    years: dict[str, list[MonthRow]] = {}
    for row in rows:
        years.setdefault(row.month[:4], []).append(row)
    total = sum(month.count for month in months)
    return {
        ARCHIVE_PATH: render_page(
            "pages/archive.html.j2",
            ARCHIVE_PATH,
            settings,
            title=texts.archive,
            description=texts.archive_description,
            lead=in_languages(settings, lambda texts: texts.archive_description),
            count=paper_count_label(total, settings),
            years=tuple((year, tuple(of_year)) for year, of_year in years.items()),
        )
    }


def _groups(
    leaf: Sequence[TopicSection],
    by_topic: Sequence[TopicSection],
    up: str,
    settings: Settings,
    columns: int,
) -> tuple[TopicGroup, ...]:
    """Return the sections of a page; each paper is made ready once, however often it is listed."""
    papers = {paper.id: paper for section in leaf for paper in section.papers}
    ready = compact_rows(tuple(papers.values()), up, settings, columns)
    rows = dict(zip(papers, ready, strict=True))
    counts = {section.topic: len(section.papers) for section in by_topic}
    return tuple(
        TopicGroup(
            anchor=topic_anchor(section.topic),
            name=shortened(name, columns) if columns else name,
            lang=part_language(name, settings),
            count=counts[section.topic],
            papers=tuple(rows[paper.id] for paper in section.papers),
        )
        for section in leaf
        for name in (section.topic.name if section.topic else words(settings).other_topics,)
    )


def topic_anchor(topic: Topic | None) -> str:
    """Return the id of the heading of `topic`; no slug begins with two hyphens."""
    return f"t-{topic.slug}" if topic else "t--other"


def _leaves(by_topic: Sequence[TopicSection]) -> Iterator[tuple[TopicSection, ...]]:
    """Yield the sections of one page after the other; at least one page."""
    leaf: list[TopicSection] = []
    room = LINES_ON_A_PAGE
    for section in by_topic:
        left = section.papers
        while left:
            if not room:
                yield tuple(leaf)
                leaf, room = [], LINES_ON_A_PAGE
            leaf.append(TopicSection(section.topic, left[:room]))
            left, room = left[room:], room - min(room, len(left))
    yield tuple(leaf)
