"""An issue's pages against its mail: the same papers, texts and numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from publisher.formatter.email import render_edition
from publisher.formatter.i18n.email_words import email_words
from publisher.formatter.pages import issue_paths, render_issue
from publisher.models import (
    EditionKey,
    Issue,
    Language,
    Length,
    Notes,
    Paper,
    PaperChange,
    Provenance,
    SummaryText,
    Topic,
    Venue,
)
from publisher.settings import Mail, Settings, Site

TOPICS = [Topic(f"topic-{n}", f"Topic {n}") for n in range(6)]
NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTINGS = Settings(
    site=Site(title="Notes", url="https://papers.example.org", language="en"),
    mail=Mail(from_address="list@example.org"),
)


def make_paper(number: int, **changes: Any) -> Paper:
    values: dict[str, Any] = {
        "id": f"arxiv:2412.{number:05d}",
        "version": 1,
        "title": f"Number {number}: Fast Rendering",
        "authors": ("Ada Example", "Bo Example"),
        "abstract": f"We render scene {number} from few photographs. " * 20 + f"End {number}.",
        "comment": None,
        "abs_url": f"https://arxiv.org/abs/2412.{number:05d}",
        "pdf_url": "",
        "code_urls": (f"https://github.com/a/{number}",) if number % 3 == 0 else (),
        "topics": tuple(dict.fromkeys(TOPICS[n % 6] for n in (number, number // 2, number // 5))),
        "digests": (),
        "first_published": NOON - timedelta(minutes=number),
        "updated": NOON,
        "summary": f"提出第 {number} 种快速渲染方法。",
        "takeaways": (f"要点一 {number}", f"要点二 {number}"),
        "figures": (),
        "repaired": False,
        "venue": Venue("CVPR", 2024) if number % 7 == 1 else None,
        "notes": Notes(method=f"方法 {number}", results=f"结果 {number}"),
    }
    return Paper(**(values | changes))


def make_issue(count: int, updated: int = 0, **changes: Any) -> Issue:
    papers = tuple(make_paper(number, **changes) for number in range(count))
    newer = tuple(make_paper(1000 + n, version=n + 2, title=f"Newer {n}") for n in range(updated))
    return Issue("2024-W49", NOON - timedelta(days=7), NOON, papers, newer)


def parsed(issue: Issue, settings: Settings = SETTINGS) -> list[lxml_html.HtmlElement]:
    pages = render_issue(issue, settings)
    assert list(pages) == issue_paths(issue, settings)
    assert max(map(len, pages.values())) < 100_000
    return [lxml_html.fromstring(page.decode()) for page in pages.values()]


def titles(element: lxml_html.HtmlElement) -> list[str]:
    return [a.text_content() for a in element.cssselect(".paper h3 a, .lines li > a")]


@pytest.mark.parametrize("count", [0, 1, 11, 12, 40, 250, 600])
def test_each_paper_stands_under_each_of_its_topics(count: int) -> None:
    issue = make_issue(count)
    documents = parsed(issue)
    papers_of = Counter(topic.name for paper in issue.papers for topic in paper.topics)
    listed: Counter[str] = Counter()
    for document in documents:
        assert f"{count} paper" in document.cssselect(".lead")[0].text_content()
        for section in document.cssselect("section"):
            name, number = section.cssselect("h2")[0].text_content().rsplit(" ", 1)
            listed[name] += len(titles(section))
            assert name == "Highlights" or int(number) == papers_of[name]
        for line in document.cssselect("nav ul.topics li"):
            name, number = line.text_content().rsplit(" ", 1)
            assert name == "Highlights" or int(number) == papers_of[name]
    del listed["Highlights"]
    assert listed == papers_of
    # Whole once.
    whole = [h3.text_content() for page in documents for h3 in page.cssselect(".paper h3")]
    assert sorted(whole) == sorted(paper.title for paper in issue.papers)


@pytest.mark.parametrize("count", [1, 20, 120])
def test_the_pages_lead_to_each_other(count: int) -> None:
    issue = make_issue(count)
    pages = render_issue(issue, SETTINGS)
    ids = {path: set(re.findall(r' id="(.+?)"', page.decode())) for path, page in pages.items()}
    for path, page in pages.items():
        document = lxml_html.fromstring(page.decode())
        document.make_links_absolute(f"https://x.example/{path}")
        leaves = document.cssselect(".leaves a")
        assert len(leaves) == (len(pages) if len(pages) > 1 else 0)
        for link in (*leaves, *document.cssselect("nav .topics a, a.chip")):
            target, _, anchor = link.get("href").removeprefix("https://x.example/").partition("#")
            assert target in pages
            assert not anchor or anchor in ids[target]


@pytest.mark.parametrize(
    ("count", "updated"), [(1, 0), (12, 3), (30, 1), (60, 10), (300, 25)], ids=str
)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("length", Length)
def test_the_pages_say_all_that_the_mail_says(
    count: int, updated: int, language: Language, length: Length
) -> None:
    issue = make_issue(count, updated)
    documents = parsed(issue)
    text = " ".join(" ".join(page.text_content() for page in documents).split())
    edition = render_edition(issue, EditionKey(language=language, length=length), SETTINGS)
    assert edition.paper_count == count
    mail = lxml_html.fromstring(edition.html)
    for element in mail.cssselect("h3, .c li, .n li a, .c p:not(.m)"):
        for part in element.xpath(".//text()[not(ancestor::a or ancestor::span)]"):
            said = " ".join(part.split()).removesuffix(" …")
            assert said in text
    for paper in (*issue.papers, *issue.updated):
        assert paper.title in text
    assert text.count("version ") >= updated
    words = email_words(SETTINGS, language)
    assert ("Updated papers" in text) == (updated > 0) == (words.updated_papers in edition.html)
    assert ("Highlights" in text) == (words.highlights in edition.html)


@pytest.mark.parametrize("count", [12, 40])
def test_the_numbers_of_the_mail_are_those_of_the_page(count: int) -> None:
    issue = make_issue(count)
    (numbers,) = {
        tuple(sorted(line.text_content() for line in page.cssselect("nav ul.topics li")))
        for page in parsed(issue)
    }
    edition = render_edition(issue, EditionKey(language=Language.ENGLISH), SETTINGS)
    contents = edition.text.partition("In this issue")[2].partition("-----")[0]
    in_mail = re.findall(r"- (Topic \d) \((\d+)\)", contents)
    assert in_mail
    for name, number in in_mail:
        assert f"{name} {number}" in numbers
    assert "more under other topics" in edition.text


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "A long title " * 400},
        {"abstract": "x" * 9000, "abstract_html": "<i>x</i>" * 9000},
        {"summary": "长" * 90_000, "takeaways": ("长" * 9000,) * 99},
        {"topics": tuple(Topic(f"t{n}", f"Topic {n} " * 30) for n in range(300))},
        {"code_urls": ("https://example.org/" + "a" * 9000,) * 3},
        {"figures": ("https://example.org/" + "a" * 9000,)},
    ],
)
def test_pages_stay_small_whatever_comes(changes: dict[str, Any]) -> None:
    issue = make_issue(30, **changes)
    whole = [h3 for page in parsed(issue) for h3 in page.cssselect(".paper h3")]
    assert len(whole) == 30


def test_an_issue_of_newer_versions_and_figures() -> None:
    issue = make_issue(3, 2, figures=("https://example.org/a.png",))
    (document,) = parsed(issue)
    assert len(document.cssselect(".figures img")) == 3
    assert [
        li.text_content().split("version")[1][:2]
        for li in document.xpath("//section[h2[@id='t--updated']]//li")
    ] == [" 2", " 3"]
    (plain,) = parsed(replace(issue, updated=()))
    assert "Updated papers" not in plain.text_content()


@pytest.mark.parametrize("count", [1, 60])
def test_gathered_papers_have_status_origin_and_both_languages(count: int) -> None:
    texts = (SummaryText("en", "It renders.", ("Fast.",)), SummaryText("zh", "渲染。", ("快。",)))
    issue = make_issue(
        count,
        summary="It renders.",
        takeaways=("Fast.",),
        summaries=texts,
        written_by=Provenance("m" * 60, "builtin-1", "abstract"),
        reasons=('keyword "scene" in the title' * 5,) * 10,
        change=PaperChange(3, 1, ("title", "abstract", "authors")),
    )
    for document in parsed(issue):
        for shown in document.cssselect(".paper"):
            text = shown.text_content()
            for part in (
                "It renders.",
                "Fast.",
                "渲染。",
                "快。",
                "Changed from version 1 to 3: title",
            ):
                assert part in text
            assert "Written by mmm" in text
            assert "Chosen for: keyword" in text
