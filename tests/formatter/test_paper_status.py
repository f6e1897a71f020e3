"""Versions, origin and reasons of a paper on pages, in feeds, in mails and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html as lxml_html
from support.sample_feed import paper, settings

from publisher.formatter.email.paper_card import Card, Form, make_card
from publisher.formatter.feeds.entries import make_entry
from publisher.formatter.i18n.words import EmailWords, PageWords, words_in
from publisher.formatter.pages import render_paper
from publisher.formatter.pages.view_models import full_rows
from publisher.formatter.paper_json import to_json
from publisher.formatter.paper_status import origin_line, reasons_line, status_line
from publisher.models import (
    Language,
    Length,
    Paper,
    PaperChange,
    Provenance,
    SummaryText,
)

ENGLISH = SummaryText("en", "Trees grow fast.", ("They grow.", "They rest."))
CHINESE = SummaryText("zh", "树木长得很快。", ("生长", "休息"))
ORIGIN = Provenance("qwen3:8b", "builtin-1", "full text")


def gathered(**fields: Any) -> Paper:
    known: dict[str, Any] = {
        "summary": ENGLISH.summary,
        "takeaways": ENGLISH.takeaways,
        "summaries": (ENGLISH, CHINESE),
        "written_by": ORIGIN,
        "reasons": ('keyword "trees" in the title', 'like "Bush" (0.41)'),
        "notes": None,
    }
    return paper(**known | fields)


@pytest.mark.parametrize(
    ("change", "withdrawn", "english", "chinese"),
    [
        (None, False, "", ""),
        (None, True, "Withdrawn", "已撤稿"),
        (PaperChange(3, 1, withdrawn=True), True, "Withdrawn", "已撤稿"),
        (
            PaperChange(3, 1, ("title", "authors")),
            False,
            "Changed from version 1 to 3: title, authors",
            "第 1 版至第 3 版的改动：标题、作者",
        ),
        (PaperChange(3, 1), False, "Version 3, after version 1", "第 3 版，此前为第 1 版"),
    ],
)
def test_status(change: PaperChange | None, withdrawn: bool, english: str, chinese: str) -> None:
    changed = paper(change=change, withdrawn=withdrawn)
    assert status_line(changed, words_in(PageWords, "en")) == english
    assert status_line(changed, words_in(PageWords, "zh")) == chinese


def test_origin_and_reasons() -> None:
    words = words_in(PageWords, "en")
    assert origin_line(paper(), words) == reasons_line(paper(), words) == ""
    assert origin_line(gathered(), words) == (
        "Written by qwen3:8b from the full text, prompt builtin-1"
    )
    assert reasons_line(gathered(), words) == (
        'Chosen for: keyword "trees" in the title; like "Bush" (0.41)'
    )
    abstract = gathered(written_by=Provenance("m", "p", "abstract"))
    assert origin_line(abstract, words_in(PageWords, "zh")) == "由 m 根据摘要生成，提示词版本 p"


def page(shown: Paper, language: str) -> str:
    site = {"url": "https://papers.example.org/", "title": "Papers", "language": language}
    pages = render_paper(shown, settings(site=site))
    (name,) = (name for name in pages if name.endswith(".html"))
    return str(lxml_html.fromstring(pages[name].decode()).xpath("string(//main)"))


@pytest.mark.parametrize(
    ("language", "first", "second"), [("en", ENGLISH, CHINESE), ("zh-CN", CHINESE, ENGLISH)]
)
def test_a_page_begins_with_its_language(
    language: str, first: SummaryText, second: SummaryText
) -> None:
    text = page(gathered(), language)
    places = [
        text.index(part) for each in (first, second) for part in (each.summary, *each.takeaways)
    ]
    assert places == sorted(places)
    assert text.index("qwen3:8b") > places[-1]
    assert "trees" in text


def test_a_page_marks_versions() -> None:
    assert "Changed from version 1 to 3: title" in page(
        gathered(change=PaperChange(3, 1, ("title",))), "en"
    )
    assert "Withdrawn" in page(gathered(withdrawn=True), "en")
    assert "Withdrawn" not in page(gathered(), "en")


def test_a_list_has_status_and_summary_of_its_language() -> None:
    site = {"url": "https://papers.example.org/", "title": "Papers", "language": "zh"}
    (row,) = full_rows([gathered(withdrawn=True)], "", settings(site=site))
    assert (row.summary, row.status) == (CHINESE.summary, "已撤稿")


def test_an_entry() -> None:
    site = {"url": "https://papers.example.org/", "title": "Papers", "language": "en"}
    entry = make_entry(gathered(withdrawn=True), settings(site=site))
    assert entry.title == "Withdrawn: Fields of light"
    assert entry.summary == "Trees grow fast. (AI-written)"
    for text in (
        "<strong>Withdrawn</strong>",
        "Chosen for: keyword",
        "<li",
        CHINESE.summary,
        "They rest.",
        "<em>Written by qwen3:8b from the full text, prompt builtin-1</em>",
    ):
        assert text in entry.html
    assert entry.html.index(ENGLISH.summary) < entry.html.index(CHINESE.summary)
    in_chinese = make_entry(gathered(), settings(site=site | {"language": "zh"}))
    assert in_chinese.summary == "树木长得很快。（AI 生成）"
    assert in_chinese.html.index(CHINESE.summary) < in_chinese.html.index(ENGLISH.summary)


def card(form: Form, language: Language, **fields: Any) -> Card:
    texts = words_in(EmailWords, "zh" if language is Language.CHINESE else "en")
    return make_card(gathered(**fields), form, language, Length.STANDARD, texts, figures=False)


@pytest.mark.parametrize(
    ("language", "summaries", "takeaways"),
    [
        (Language.ENGLISH, [ENGLISH.summary], ENGLISH.takeaways),
        (Language.CHINESE, [CHINESE.summary], CHINESE.takeaways),
        (Language.BOTH, [ENGLISH.summary, CHINESE.summary], ENGLISH.takeaways),
    ],
)
def test_a_card_has_the_language_of_its_readers(
    language: Language, summaries: list[str], takeaways: tuple[str, ...]
) -> None:
    shown = card(Form.FULL, language)
    assert [passage.text for passage in shown.passages] == summaries
    assert shown.takeaways == takeaways
    assert len(shown.origin) == 2
    assert "qwen3:8b" in shown.origin[0]


@pytest.mark.parametrize("form", Form)
def test_a_card_of_any_form_has_the_status(form: Form) -> None:
    change = PaperChange(3, 1, ("abstract",))
    assert card(form, Language.ENGLISH, change=change).status == (
        "Changed from version 1 to 3: abstract"
    )
    assert card(form, Language.ENGLISH, withdrawn=True).status == "Withdrawn"


def test_json_has_the_fields_that_are_set() -> None:
    names = {"written_by", "summaries", "change", "withdrawn", "reasons"}
    assert not names & set(json.loads(to_json(paper())))
    shown = json.loads(to_json(gathered(withdrawn=True, change=PaperChange(3, 1, ("title",)))))
    assert shown["written_by"] == {
        "model": "qwen3:8b",
        "prompt": "builtin-1",
        "source": "full text",
    }
    assert [text["language"] for text in shown["summaries"]] == ["en", "zh"]
    assert shown["change"]["fields"] == ["title"]
    assert shown["withdrawn"] is True
    assert len(shown["reasons"]) == 2
