"""Every week of the real archive as an issue, for thirty different choices."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from publisher.formatter.email import EditionRenderer
from publisher.formatter.i18n.text_width import text_width
from publisher.models import EditionKey, Issue, Language, Length
from publisher.newsletter.contents import due_issue
from publisher.newsletter.periods import period_of
from publisher.services import build
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Edition, Paper
    from publisher.settings import Settings


@pytest.fixture(scope="module")
def settings(corpus: Path) -> Settings:
    return load(None, {}, {"source": {"folders": [str(corpus)]}})


@pytest.fixture(scope="module")
def issues(settings: Settings) -> list[Issue]:
    """The issues that a list got that began with the archive, week after week."""
    papers = build.collect(settings).papers
    first, last = papers[-1].first_published, papers[0].first_published
    now = period_of(first, settings).end
    already: dict[str, int] = {}
    made: list[Issue] = []
    while now < last + timedelta(days=8):
        seen = [paper for paper in papers if paper.first_published <= now]
        issue = due_issue(now, seen, already, [i.id for i in made], settings)
        if issue is not None:
            made.append(issue)
            already |= {paper.id: paper.version for paper in (*issue.papers, *issue.updated)}
        now = period_of(now, settings).end
    assert len(already) == len(papers)
    return made


def choices(topics: list[str]) -> list[EditionKey]:
    """Thirty of them: every language and length with all topics, one, several."""
    sets = [(), (topics[0],), tuple(topics[1:4]), tuple(topics[2:])]
    every = list(product(sets, Language, Length))
    return [
        EditionKey(tuple(sorted(set(t))), language, length) for t, language, length in every[:30]
    ]


def check(edition: Edition, issue: Issue, by_id: dict[str, Paper]) -> None:
    assert len(edition.html.encode()) <= 90_000
    wanted = {
        paper.id
        for paper in issue.papers
        if not edition.topics or {t.slug for t in paper.topics} & set(edition.topics)
    }
    assert set(edition.shown) <= wanted
    assert len(edition.shown) == len(set(edition.shown))
    more = re.search(
        r"(?:网站上还有 )?(\d+) (?:篇论文|more papers? on the web)→?</a>", edition.html
    )
    hidden = len(wanted) - len(edition.shown)
    assert edition.paper_count == len(wanted)
    assert int(more[1] if more and hidden else 0) == hidden

    document = lxml_html.fromstring(edition.html)
    links = document.xpath("//h3/a/@href | //td[@class='n']//li/a/@href")[: len(edition.shown)]
    assert links == [by_id[paper_id].abs_url for paper_id in edition.shown]
    chunks = re.split(r"^ {0,2}\d+\. ", edition.text, flags=re.MULTILINE)[1:]
    assert len(chunks) == len(edition.shown)
    for chunk, paper_id in zip(chunks, edition.shown, strict=True):
        paper = by_id[paper_id]
        assert paper.abs_url in chunk
        assert "".join(chunk.split()).startswith("".join(paper.title.split())[:40])
    lines = edition.text.split("\n")
    assert not [
        line for line in lines if text_width(line) > 72 and not re.search("://|mailto:", line)
    ]
    assert not re.search(r"</?(p|td|div|a|em|sub|sup)\b", edition.text)
    assert text_width(edition.subject) <= 78


@pytest.mark.slow
def test_every_week_for_thirty_choices(issues: list[Issue], settings: Settings) -> None:
    assert len(issues) > 25
    held = [paper.id for issue in issues for paper in issue.papers]
    assert len(held) == len(set(held)), "nothing comes twice"
    for issue in issues:
        by_id = {paper.id: paper for paper in issue.papers}
        topics = sorted({t.slug for paper in issue.papers for t in paper.topics})
        renderer = EditionRenderer(issue, settings)
        made = 0
        for choice in choices(topics * 3):
            check(renderer.render(choice), issue, by_id)
            made += 1
        assert made == 30
