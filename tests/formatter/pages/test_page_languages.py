"""Pages in several languages at once: labels, counts, dates and summaries that readers switch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html as lxml_html
from support.all_pages import render_pages

from publisher.formatter.pages import render_shared_files
from publisher.models import Collection, SummaryText
from publisher.settings import Settings, Site

from .test_pages import NERF, make_paper

BOTH = Settings(site=Site(title="Paper Notes", language="zh-TW", languages=("en",)))
TEXTS = (
    SummaryText("en", "Fast.", ("First point",)),
    SummaryText("zh", "很快。", ("要点",)),
)
PAPER = replace(
    make_paper(), summary="Fast.", takeaways=("First point",), summaries=TEXTS, abstract=""
)


def pages(settings: Settings, *papers: object) -> dict[str, lxml_html.HtmlElement]:
    collection = Collection(papers, (NERF,), {"nerf": papers}, 1, ())  # type: ignore[arg-type]
    files = render_pages(collection, (), settings)
    return {
        path: lxml_html.fromstring(page.decode())
        for path, page in files.items()
        if path.endswith(".html")
    }


@pytest.mark.parametrize("languages", [(), ("zh",), ("zh", "zh")])
def test_a_site_in_one_language_has_no_switch(languages: tuple[str, ...]) -> None:
    settings = Settings(site=Site(language="zh-CN", languages=languages))  # type: ignore[arg-type]
    for document in pages(settings, PAPER).values():
        assert not document.xpath("//*[@name='language'] | //*[contains(@class, 'l ')]")
        assert not document.xpath("//*[@class='l']")
    assert b".l:not" not in render_shared_files(settings)["style.css"]


def test_every_page_can_be_switched() -> None:
    for path, document in pages(BOTH, PAPER).items():
        choices = document.xpath("//input[@name='language']")
        assert [choice.get("id") for choice in choices] == ["l-zh", "l-en"], path
        assert [choice.get("checked") for choice in choices] == ["checked", None]
        topics = document.xpath("(//header//nav/a)[1]/span")
        assert [(text.get("lang"), text.text) for text in topics] == [
            ("zh-TW", "主题"),
            ("en", "Topics"),
        ]
    style = render_shared_files(BOTH)["style.css"].decode()
    assert ":root[data-language=en] .l:not([lang|=en])" in style


def test_the_summary_is_in_the_language_chosen() -> None:
    documents = pages(BOTH, PAPER)
    shown = documents["index.html"].xpath("//li[@class='paper']/p[@class='l']")
    assert [(text.get("lang"), text.text) for text in shown] == [
        ("zh-TW", "很快。"),
        ("en", "Fast."),
    ]
    parts = documents["papers/2412.00001.html"].xpath("//section[@class='machine']/div[@class='l']")
    assert [part.get("lang") for part in parts] == ["zh-TW", "en"]
    assert [part.xpath("string(ul/li)") for part in parts] == ["要点", "First point"]
    assert not documents["papers/2412.00001.html"].xpath("//section[@class='machine']/details")


def test_a_summary_in_one_language_is_always_shown() -> None:
    paper = replace(PAPER, summary="Fast.", summaries=TEXTS[:1])
    documents = pages(BOTH, paper)
    (text,) = documents["index.html"].xpath("//li[@class='paper']/p[not(@class)]")
    assert text.text == "Fast."
    assert not documents["papers/2412.00001.html"].xpath("//section[@class='machine']/div")
