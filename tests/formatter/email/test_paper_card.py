from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.formatter.email.paper_card import TAKEAWAYS, Card, Form, make_card
from publisher.formatter.i18n.words import EmailWords, words_in
from publisher.models import Language, Length, Notes, Paper, SummaryText, Topic, Venue

NOW = datetime(2024, 12, 9, tzinfo=UTC)
EN, ZH, BOTH = Language.ENGLISH, Language.CHINESE, Language.BOTH
SHORT, STANDARD, LONG = Length.SHORT, Length.STANDARD, Length.LONG
ABSTRACT, SUMMARY, POINT = "We render scenes quickly.", "快速渲染。还有更多。", "速度更快。"
NOTE = "先建网格，再优化。"
PAPER = Paper(
    id="arxiv:2412.00001",
    version=1,
    title="Fast Rendering",
    authors=tuple(f"Author {n}" for n in range(8)),
    abstract=ABSTRACT,
    comment="Accepted at CVPR 2024",
    abs_url="https://arxiv.org/abs/2412.00001",
    pdf_url="https://arxiv.org/pdf/2412.00001",
    code_urls=("https://github.com/example/code",),
    topics=(Topic("nerf", "NeRF"), Topic("gan", "GAN")),
    digests=(),
    first_published=NOW,
    updated=NOW,
    summary=SUMMARY,
    takeaways=(POINT,),
    figures=("https://example.org/a.png", "https://example.org/b.png"),
    repaired=False,
    abstract_html="We <em>render</em> scenes quickly.",
    venue=Venue("CVPR", 2024),
    notes=Notes(background="背景。", method=NOTE, innovation="同上。"),
)


def card(
    form: Form = Form.FULL, language: Language = BOTH, length: Length = STANDARD, **changes: Any
) -> Card:
    texts = words_in(EmailWords, "en" if language is EN else "zh")
    return make_card(replace(PAPER, **changes), form, language, length, texts, figures=True)


def said(found: Card) -> list[str]:
    return [*(passage.text for passage in found.passages), *found.takeaways]


def test_each_summary_has_the_takeaways_of_its_language() -> None:
    texts = (SummaryText("zh", SUMMARY, (POINT,)), SummaryText("en", "Fast. " * 99, ("Few.",) * 9))

    def takeaways(language: Language, length: Length) -> list[tuple[str, ...]]:
        made = card(language=language, length=length, summaries=texts)
        return [made.takeaways, *(passage.takeaways for passage in made.passages[1:2])]

    for length in (STANDARD, LONG):
        assert takeaways(BOTH, length) == [(POINT,), ("Few.",) * TAKEAWAYS]
    assert takeaways(BOTH, SHORT) == [(), ()]
    assert takeaways(EN, STANDARD) == [("Few.",) * TAKEAWAYS]
    assert takeaways(ZH, STANDARD) == [(POINT,)]


@pytest.mark.parametrize(
    ("language", "length", "expected"),
    [
        (ZH, STANDARD, [SUMMARY, POINT]),
        (EN, STANDARD, [ABSTRACT]),
        (BOTH, STANDARD, [SUMMARY, ABSTRACT, POINT]),
        # long has the abstract in any language: there is no other
        (ZH, LONG, [SUMMARY, ABSTRACT, NOTE, POINT]),
        (EN, LONG, [ABSTRACT]),
        (BOTH, LONG, [SUMMARY, ABSTRACT, NOTE, POINT]),
        (ZH, SHORT, ["快速渲染。"]),
        (EN, SHORT, [ABSTRACT]),
        (BOTH, SHORT, ["快速渲染。", ABSTRACT]),
    ],
)
def test_language_and_length(language: Language, length: Length, expected: list[str]) -> None:
    assert said(card(language=language, length=length)) == expected


@pytest.mark.parametrize(
    ("language", "changes", "expected"),
    [
        (EN, {"abstract": "", "abstract_html": ""}, [SUMMARY, POINT]),
        (ZH, {"summary": None, "takeaways": ()}, [ABSTRACT]),
        (ZH, {"summary": None}, [ABSTRACT, POINT]),
        (EN, {"summary": "A summary in English."}, ["A summary in English."]),
        (BOTH, {"summary": "A summary in English."}, ["A summary in English.", POINT]),
        (EN, {"takeaways": ("Faster.",)}, [ABSTRACT, "Faster."]),
        (EN, {"abstract": "", "summary": None, "takeaways": ()}, []),
    ],
)
def test_a_paper_is_shown_with_what_it_has(
    language: Language, changes: dict[str, Any], expected: list[str]
) -> None:
    assert said(card(language=language, **changes)) == expected


def test_forms_hold_less_and_less() -> None:
    full, compact, title = (card(form) for form in Form)
    assert (full.figure, len(full.links), full.authors.count("Author")) == (
        "https://example.org/a.png",
        3,
        6,
    )
    assert full.comment == "Accepted at CVPR 2024"
    assert (compact.figure, compact.authors.count("Author"), compact.takeaways) == ("", 3, ())
    assert [link.label for link in compact.links] == ["代码"]
    assert compact.comment == title.comment == "CVPR 2024"
    assert title.url == PAPER.abs_url
    assert not said(title)
    assert card(Form.TITLE) == card(Form.TITLE, length=LONG, language=EN)


def test_what_a_machine_wrote_is_marked() -> None:
    labels = {passage.text: passage.label for passage in card(length=LONG).passages}
    assert labels == {SUMMARY: "AI 总结", ABSTRACT: "摘要", NOTE: "AI 笔记：方法"}
    assert [passage.label for passage in card(length=SHORT).passages] == ["AI", ""]


def test_a_fragment_is_kept_whole_or_not_at_all() -> None:
    assert card(language=EN).passages[0].html == "We <em>render</em> scenes quickly."
    long = card(language=EN, abstract="many words " * 200)
    assert long.passages[0].html == ""
    assert long.passages[0].text.endswith("…")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("A" * 100 + " b" * 100 + ". The next" + " word" * 99, "b b. …"),
        # too far from the end to stop there
        ("First. Second" + " word" * 99, "word…"),
        # "al." ends no sentence
        ("A" * 200 + " b" * 70 + " et al. 2024 show" + " word" * 99, "word…"),
        ("一句。" + "长" * 150 + "。" + "后" * 150, "长。 …"),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_sentence(text: str, end: str) -> None:
    found = card(language=EN, abstract=text, abstract_html="", summary=None, takeaways=())
    assert found.passages[0].text.endswith(end)
    assert len(found.passages[0].text) <= 422


@pytest.mark.parametrize(
    ("comment", "venue", "shown", "accepted"),
    [
        ("Accepted at CVPR 2024", Venue("CVPR", 2024), "Accepted at CVPR 2024", True),
        ("CVPR 2024. Code: https://x.org", Venue("CVPR", 2024), "CVPR 2024", True),
        ("10 pages", None, "10 pages", False),
        ("Code: https://x.org", None, "", False),
        (None, None, "", False),
    ],
)
def test_addresses_in_a_comment_are_what_the_links_are_for(
    comment: str | None, venue: Venue | None, shown: str, accepted: bool
) -> None:
    found = card(comment=comment, venue=venue)
    assert (found.comment, found.accepted) == (shown, accepted)


def test_runaway_names_are_cut() -> None:
    found = card(
        title="T" * 999,
        title_html="<em>T</em>",
        authors=("A" * 999, "B"),
        topics=tuple(Topic(f"t{n}", "N" * 99) for n in range(9)),
    )
    assert len(found.title) <= 300
    assert not found.title_html
    assert len(found.authors) < 300
    assert len(found.topics) == 5
    assert max(map(len, found.topics)) <= 40


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//example.org/x.png", "data:image/png,x", "http://x.org/a"]
)
def test_a_figure_that_is_no_web_address_is_none(url: str) -> None:
    assert card(figures=(url,)).figure == ""
    assert card(figures=(url, "https://example.org/b.png")).figure == "https://example.org/b.png"
    without = make_card(PAPER, Form.FULL, BOTH, STANDARD, words_in(EmailWords, "en"), figures=False)
    assert without.figure == ""
