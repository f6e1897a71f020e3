from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from conftest import chromium
from lxml import html as lxml_html
from wcwidth import wcswidth

from publisher.errors import IssueError, TemplateError
from publisher.formatter.email import EditionRenderer, render_edition
from publisher.formatter.email.inlining import inlined
from publisher.formatter.email.size_budget import choose_forms
from publisher.models import (
    PREFERENCES_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
    Edition,
    EditionKey,
    Issue,
    Language,
    Length,
    Paper,
    Topic,
    Venue,
)
from publisher.settings import Mail, Newsletter, Settings, Site
from publisher.settings.sections import Subscribing, Templates, Web

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2024, 12, 9, 8, tzinfo=ZONE)
NERF, GAN, AVATAR = Topic("nerf", "NeRF"), Topic("gan", "GAN"), Topic("avatar", "数字人")
ENGLISH = Settings(
    site=Site(title="Paper Notes", url="https://papers.example.org/x", language="en"),
    mail=Mail(from_address="news+list@example.org", postal_address="1 Example Road"),
)
CHINESE = Settings(site=Site(title="论文速览", url="https://papers.example.org/", language="zh-CN"))
HTML_BYTES = 90_000
BOTH = Language.BOTH
ALL = EditionKey(language=BOTH)


def make_paper(number: int = 1, **changes: Any) -> Paper:
    paper = Paper(
        id=f"arxiv:2412.{number:05d}",
        version=1,
        title=f"Number {number}: Fast Rendering of Scenes from Few Photographs",
        authors=("Ada Example", "Bob Example"),
        abstract="We render scenes quickly.",
        comment="Accepted at Example 2024",
        abs_url=f"https://arxiv.org/abs/2412.{number:05d}",
        pdf_url=f"https://arxiv.org/pdf/2412.{number:05d}v1",
        code_urls=("https://github.com/example/code",),
        topics=(NERF,),
        digests=("2024-12-03/NeRF.md",),
        first_published=END - timedelta(days=3, minutes=number),
        updated=END,
        summary="提出一种快速渲染方法，只需少量照片即可重建场景。",
        takeaways=("第一个要点：速度更快。", "第二个要点：质量更好。"),
        figures=(),
        repaired=False,
    )
    return replace(paper, **changes)


def make_issue(*papers: Paper) -> Issue:
    return Issue(id="2024-W49", start=END - timedelta(days=7), end=END, papers=papers)


def heavy(count: int) -> tuple[Paper, ...]:
    """Return papers as long as long real ones are."""
    return tuple(
        make_paper(
            number,
            title=f"Number {number}: " + "Long Words about Rendering " * 4,
            authors=tuple(f"Given{n} Familyname{n}" for n in range(12)),
            summary="这是一个比较长的机器摘要，说明方法、数据与结果。" * 4,
            takeaways=("这是一个比较长的要点，说明论文的一个贡献。" * 2,) * 9,
            topics=(NERF, GAN) if number % 5 == 0 else (NERF,),
        )
        for number in range(count)
    )


def styles(html: str, path: str) -> list[str]:
    return [element.get("style", "") for element in lxml_html.fromstring(html).xpath(path)]


def test_rules_are_inlined_and_dark_ones_stay() -> None:
    html = render_edition(make_issue(make_paper()), ALL, ENGLISH).html

    assert "color:#17324a" in styles(html, "//h3/a")[0]
    assert "background-color:#fcfdfd" in styles(html, "//table[contains(@class,'x')]")[0]
    assert "<style>\n\n:root { color-scheme" in html or "<style>\n:root { color-scheme" in html
    dark = html[html.index("@media (prefers-color-scheme: dark)") :].partition("</style>")[0]
    declarations = re.findall(r"[a-z-]+: #[0-9a-f]{6}[^;]*;", dark)
    assert len(declarations) > 8
    assert all(declaration.endswith(" !important;") for declaration in declarations)
    assert "data-premailer" not in html
    assert "mso" in html


def test_every_dark_rule_has_something_to_win_against() -> None:
    """A class that is renamed in one of the two style sheets would go unnoticed otherwise."""
    figure = ("https://example.org/figure.png",)
    venue = Venue("CVPR", 2024)
    papers = [*heavy(80), make_paper(81, topics=(AVATAR,), figures=figure, venue=venue)]
    issue = replace(make_issue(*papers), updated=(make_paper(99),))
    html = render_edition(issue, ALL, Settings(newsletter=Newsletter(max_papers=70))).html
    document = lxml_html.fromstring(html)
    dark = html[html.index("@media (prefers-color-scheme: dark)") :].partition("</style>")[0]

    selectors = re.findall(r"^([^{}@\n]+) \{", dark, re.MULTILINE)

    assert len(selectors) > 30
    for selector in re.sub(r"\[data-ogs[bc]\] ", "", ",".join(selectors)).split(","):
        assert document.cssselect(selector.strip()), selector


def test_no_pure_black_or_white() -> None:
    html = render_edition(make_issue(make_paper()), ALL, ENGLISH).html

    assert not re.search(r"#(000|fff)(000|fff)?\b|\b(black|white)\b(?!-)", html, re.IGNORECASE)


def test_nothing_is_fetched_logged_or_warned(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    html = render_edition(make_issue(make_paper()), ALL, CHINESE).html

    captured = capfd.readouterr()
    assert (captured.out, captured.err, caplog.text) == ("", "", "")
    assert not re.search(r"<(img|script|link|iframe|form|svg)\b|url\(|@import|@font-face", html)


def test_layout_tables_are_for_the_eye_only() -> None:
    document = lxml_html.fromstring(render_edition(make_issue(make_paper()), ALL, ENGLISH).html)

    assert all(table.get("role") == "presentation" for table in document.iter("table"))
    headings = [element.tag for element in document.iter("h1", "h2", "h3")]
    assert headings == ["h1", "h2", "h3"]
    assert document.get("lang") == "en"
    assert document.xpath("//div[@role='article']/@aria-label") == ["1 new paper: NeRF – week 49"]


def test_each_block_says_its_language() -> None:
    plain = make_paper(2, summary=None, takeaways=())
    document = lxml_html.fromstring(
        render_edition(make_issue(make_paper(), plain), ALL, ENGLISH).html
    )

    assert document.xpath("//p[contains(., '快速渲染')]/@lang") == ["zh"]
    assert document.xpath("//p[contains(., 'We render')]/@lang") == ["en", "en"]
    assert document.xpath("//ul/@lang") == ["zh"]
    assert document.xpath("//h3/@lang") == ["en", "en"]


def test_hostile_texts_are_text() -> None:
    evil = '</title></style><script>alert(1)</script><img src=x onerror="alert(2)">&amp;{{ 1 }}'
    paper = make_paper(
        title=evil,
        authors=(evil,),
        comment=evil,
        summary=evil,
        takeaways=(evil,),
        topics=(Topic("evil", evil), NERF),
    )

    edition = render_edition(make_issue(paper), ALL, ENGLISH)

    document = lxml_html.fromstring(edition.html)
    assert not list(document.iter("script", "img"))
    assert document.xpath("string(//h3)") == evil
    assert document.xpath("string(//ul/li)").strip() == evil
    assert "{{ 1 }}" in edition.text
    assert not any(ord(character) < 32 for character in edition.subject)


@pytest.mark.parametrize(
    "odd", ["\0", "\x0b", "\ud800", "\uffff", "\u202e", "<!--", "]]>", "<![endif]"]
)
def test_odd_characters_take_nothing_with_them(odd: str) -> None:
    edition = render_edition(make_issue(make_paper(title=f"a{odd}b")), ALL, ENGLISH)

    edition.html.encode()
    edition.text.encode()
    assert "Sent by" in edition.html
    assert lxml_html.fromstring(edition.html).xpath("string(//h3)").endswith("b")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//example.org/x", "data:text/html,x", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    paper = make_paper(abs_url=url, pdf_url=url, code_urls=(url,))

    edition = render_edition(make_issue(paper), ALL, ENGLISH)

    document = lxml_html.fromstring(edition.html)
    assert {href.split(":")[0] for href in document.xpath("//a/@href")} == {"mailto", "https"}
    assert not document.xpath("//h3/a")
    assert "javascript" not in edition.text


def test_links_are_named_for_where_they_lead() -> None:
    paper = make_paper(code_urls=tuple(f"https://github.com/example/{n}" for n in range(9)))
    elsewhere = make_paper(2, abs_url="https://doi.org/10.1/x", pdf_url="", code_urls=())

    document = lxml_html.fromstring(render_edition(make_issue(paper, elsewhere), ALL, ENGLISH).html)

    links = [e.text_content().replace("\xa0", "") for e in document.xpath("//span[@class='l']")]
    assert links == ["PDF · arXiv · Code · Code 2 · Code 3", "Paper"]


def test_both_parts_let_people_leave() -> None:
    edition = render_edition(make_issue(make_paper()), ALL, ENGLISH)

    link = f"mailto:news+list@example.org?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}"
    document = lxml_html.fromstring(edition.html)
    assert document.xpath("//a[. = 'Unsubscribe']/@href") == [link]
    assert link in edition.text.split("\n")
    for part in (edition.html, edition.text):
        assert part.count(UNSUBSCRIBE_PLACEHOLDER) == 1
        assert "1 Example Road" in part
        assert "https://papers.example.org/x/" in part
        assert "you subscribed to Paper Notes" in part
        assert "written by AI" in part


WEB = "https://papers.example.org/"
PREFERENCES = [
    ("https://papers.example.org", 40, f"{WEB}preferences/issue/{PREFERENCES_PLACEHOLDER}"),
    ("https://papers.example.org", 0, f"{WEB}preferences"),
    ("http://localhost:8000", 40, ""),
    ("", 40, ""),
]


@pytest.mark.parametrize(("url", "days", "link"), PREFERENCES)
def test_the_link_to_the_preferences(url: str, days: int, link: str) -> None:
    settings = msgspec.structs.replace(
        ENGLISH, web=Web(url=url), subscribing=Subscribing(choices_days=days)
    )
    edition = render_edition(make_issue(make_paper()), ALL, settings)
    document = lxml_html.fromstring(edition.html)
    assert document.xpath("//a[. = 'Change your preferences']/@href") == ([link] if link else [])
    assert [line for line in edition.text.split("\n") if "preferences" in line and "/" in line] == (
        [link] if link else []
    )


def test_unsubscribe_address_and_sender_can_be_set() -> None:
    settings = Settings(
        site=Site(language="en"),
        newsletter=Newsletter(title="The Letter"),
        mail=Mail(unsubscribe_address="leave@example.org", from_name="Ada & Co"),
    )

    edition = render_edition(make_issue(make_paper()), ALL, settings)

    assert "mailto:leave@example.org?subject=" in edition.html
    assert "Sent by Ada &amp; Co" in edition.html
    assert "Sent by Ada & Co" in edition.text
    assert edition.text.startswith("The Letter\n")


def test_an_edition_holds_the_chosen_topics() -> None:
    papers = [
        make_paper(1, title="Both", topics=(AVATAR, GAN, NERF)),
        make_paper(2, title="Only NeRF"),
        make_paper(3, title="Only GAN", topics=(GAN,)),
        make_paper(4, title="Only avatar", topics=(AVATAR,)),
        make_paper(5, title="Second GAN", topics=(GAN,)),
    ]
    issue = make_issue(*papers)

    edition = render_edition(issue, EditionKey(("nerf", "gan", "nerf"), BOTH), ENGLISH)

    assert (edition.topics, edition.paper_count) == (("gan", "nerf"), 4)
    document = lxml_html.fromstring(edition.html)
    order = ["GAN", "Both", "Only GAN", "Second GAN", "NeRF", "Only NeRF"]
    assert [e.text_content() for e in document.iter("h2", "h3")][1:] == order
    assert document.xpath("//span[@class='g']/text()") == ["数字人", "GAN", "NeRF"]
    assert edition.subject == "4 new papers: GAN, NeRF – week 49"
    assert "Your topics: GAN, NeRF." in " ".join(edition.text.split())
    titles = {paper.id: paper.title for paper in papers}
    assert [titles[p] for p in edition.shown] == ["Both", "Only GAN", "Second GAN", "Only NeRF"]

    everything = render_edition(issue, ALL, ENGLISH)
    assert (everything.topics, everything.paper_count) == ((), 5)
    assert "Your topics" not in everything.text


def test_contents_lead_to_the_topics() -> None:
    issue = make_issue(make_paper(1), make_paper(2, topics=(GAN,)), make_paper(3, topics=(GAN,)))
    document = lxml_html.fromstring(render_edition(issue, ALL, ENGLISH).html)

    targets = document.xpath("//td[@class='t']//a/@href")
    assert targets == ["#t-gan", "#t-nerf"]
    assert [f"#{i}" for i in document.xpath("//h2/@id")] == targets

    # a topic that only the web has papers of is named, but there is nothing to jump to
    short = Settings(site=Site(language="en"), newsletter=Newsletter(max_papers=1))
    document = lxml_html.fromstring(render_edition(issue, ALL, short).html)
    assert document.xpath("//td[@class='t']//a/@href") == ["#t-gan"]
    assert "NeRF\xa01" in document.xpath("string(//td[@class='t'])")


def titles_of(edition: Edition) -> tuple[list[str], list[str]]:
    """Return what the HTML and what the text name "Number 1", in their order."""
    elements = lxml_html.fromstring(edition.html).xpath("//h3 | //td[@class='n']//li")
    in_html = [re.match(r"Number \d+", element.text_content()) for element in elements]
    in_text = re.findall(r"^ *(\d+)\. (Number \d+)", edition.text, re.MULTILINE)
    assert [number for number, _ in in_text] == [str(n) for n in range(1, len(in_text) + 1)]
    return [match[0] for match in in_html if match], [title for _, title in in_text]


@pytest.mark.parametrize("count", [1, 14, 120])
def test_both_parts_have_the_same_papers_in_the_same_order(count: int) -> None:
    papers = heavy(count)
    edition = render_edition(make_issue(*papers), ALL, CHINESE)

    in_html, in_text = titles_of(edition)
    names = {paper.id: paper.title.partition(":")[0] for paper in papers}
    assert in_html == in_text == [names[paper_id] for paper_id in edition.shown]


@pytest.mark.parametrize("settings", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_text_is_for_people(settings: Settings) -> None:
    text = render_edition(make_issue(*heavy(15)), ALL, settings).text

    lines = text.split("\n")
    assert not [line for line in lines if wcswidth(line) > 72 and ":" not in line]
    assert not [line for line in lines if line != line.rstrip()]
    assert not re.search(r"</?[a-z]|&[a-z]+;|\n{4}", text)
    assert not [line for line in lines if line.lstrip().startswith(tuple("，。、："))]
    urls = [line for line in lines if "http" in line]
    assert all(re.fullmatch(r" *(\S+ ?\d?: )?https?://\S+", line) for line in urls)


@pytest.mark.parametrize("length", list(Length))
@pytest.mark.parametrize("count", [1, 5, 13, 60, 150, 1000])
def test_gmail_shows_it_whole(count: int, length: Length) -> None:
    settings = Settings(newsletter=Newsletter(max_papers=1000))

    edition = render_edition(make_issue(*heavy(count)), EditionKey(length=length), settings)

    assert len(edition.html.encode()) <= HTML_BYTES
    assert edition.paper_count == count
    more = re.search(r"网站上还有 (\d+) 篇论文", edition.html)
    assert len(edition.shown) + int(more[1] if more else 0) == count
    assert (more is not None) == ("网站上还有" in edition.text)
    in_html, in_text = titles_of(edition)
    assert len(in_html) == len(in_text) == len(edition.shown) == len(set(edition.shown))
    assert count > 5 or edition.html.count("<ul") == (0 if length is Length.SHORT else count)
    # what there is room for is used, and cards that don't fit are titles before they are nothing
    if more:
        assert len(edition.html.encode()) > HTML_BYTES - 3_000
    for part in (edition.html, edition.text):
        assert UNSUBSCRIBE_PLACEHOLDER in part
        assert "发件人" in part


def test_a_thousand_topics_fit() -> None:
    papers = [make_paper(n, topics=(Topic(f"t{n}", f"Topic {n} " * 9),)) for n in range(1000)]
    everything = tuple(paper.topics[0].slug for paper in papers)
    settings = Settings(newsletter=Newsletter(max_papers=1000))

    edition = render_edition(make_issue(*papers), EditionKey(everything), settings)

    assert len(edition.html.encode()) <= HTML_BYTES
    more = re.search(r"网站上还有 (\d+) 篇论文", edition.html)
    assert more
    assert len(edition.shown) + int(more[1]) == 1000


def test_the_best_have_most_room() -> None:
    papers = [
        make_paper(n, venue=Venue("CVPR", 2024) if n % 7 == 0 else None, summary="长" * 200)
        for n in range(120)
    ]
    html = render_edition(make_issue(*papers), ALL, CHINESE).html

    document = lxml_html.fromstring(html)
    forms = [len(document.xpath(path)) for path in ("//*[@class='c']", "//*[@class='d']")]
    titles = len(document.xpath("//td[@class='n']//li"))
    assert min(*forms, titles) > 3
    full = [e.text_content() for e in document.xpath("//*[@class='c']//h3")]
    assert {int(re.findall(r"\d+", title)[0]) % 7 for title in full[:10]} == {0}


def test_an_edition_is_the_same_whatever_was_rendered_before() -> None:
    issue = make_issue(*heavy(40))
    choices = [
        EditionKey(("nerf",), language, length) for language in Language for length in Length
    ]
    renderer = EditionRenderer(issue, CHINESE)

    together = [renderer.render(choice) for choice in choices]

    assert together == [render_edition(issue, choice, CHINESE) for choice in choices]


@pytest.mark.parametrize("length", list(Length))
def test_cards_inlined_apart_are_as_if_inlined_in_place(
    length: Length, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one short cut: premailer sees each card once, not once in every edition."""
    module = "publisher.formatter.email.edition"
    issue = make_issue(*heavy(60), make_paper(999, figures=("https://example.org/f.png",)))
    choice = EditionKey(language=BOTH, length=length)
    chosen: list[Any] = []

    def recording(*arguments: Any) -> Any:
        chosen.append(choose_forms(*arguments))
        return chosen[-1]

    monkeypatch.setattr(f"{module}.choose_forms", recording)
    quick = render_edition(issue, choice, CHINESE).html
    monkeypatch.setattr(f"{module}.choose_forms", lambda *_: chosen[-1])
    for place in (module, "publisher.formatter.email.inlining"):
        monkeypatch.setattr(f"{place}.inlined", lambda html, _template: html)
    whole = inlined(render_edition(issue, choice, CHINESE).html, "issue")

    assert squeezed(whole) == squeezed(quick)


def squeezed(html: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", html)


def test_what_readers_had_is_left_out() -> None:
    papers = [make_paper(n) for n in range(4)]
    renderer = EditionRenderer(make_issue(*papers), ENGLISH)

    edition = renderer.render(ALL, {papers[0].id, papers[2].id})

    assert edition.shown == (papers[1].id, papers[3].id)
    assert edition.subject == "2 new papers: NeRF – week 49"


def test_highlights_come_first_and_only_once() -> None:
    best = make_paper(90, venue=Venue("CVPR", 2024), topics=(GAN,), title="Best of GAN")
    papers = [*(make_paper(n) for n in range(20)), best, make_paper(91, topics=(GAN,))]
    papers[5] = replace(papers[5], marks=("scenes",), title="Best of NeRF")
    edition = render_edition(make_issue(*papers), ALL, ENGLISH)

    document = lxml_html.fromstring(edition.html)
    headings = [e.text_content() for e in document.iter("h2", "h3")]
    assert headings[1:5] == ["Highlights", "Best of NeRF", "Best of GAN", headings[4]]
    assert edition.html.count("Best of NeRF") == 2  # in the preheader too
    assert "1 more in the highlights" in document.xpath("string(//*[@id='t-gan']/..)")
    assert edition.shown[:2] == (papers[5].id, best.id)
    plain = Settings(newsletter=Newsletter(highlights=0))
    assert "本期精选" not in render_edition(make_issue(*papers), ALL, plain).html


def test_newer_versions_are_named_with_a_link() -> None:
    issue = make_issue(make_paper(1), make_paper(2, topics=(GAN,)))
    issue = replace(issue, updated=(make_paper(50, version=3), make_paper(51, topics=(GAN,))))

    nerf = render_edition(issue, EditionKey(("nerf",), BOTH), ENGLISH)

    assert "Updated papers" in nerf.text
    assert "version 3" in nerf.html
    assert "arxiv.org/abs/2412.00050" in nerf.text
    assert "2412.00051" not in nerf.html + nerf.text
    assert nerf.paper_count == 1


def test_no_more_than_max_papers() -> None:
    settings = Settings(site=Site(language="en"), newsletter=Newsletter(max_papers=2))

    edition = render_edition(make_issue(*(make_paper(n) for n in range(3))), ALL, settings)

    assert edition.html.count("<h3") == len(edition.shown) == 2
    assert (
        "1 more paper on the website:\nhttp://localhost:8000/issues/2024-W49.html" in edition.text
    )
    assert "1 more on this topic on the website" in edition.html
    assert edition.subject.startswith("3 new papers")


@pytest.mark.parametrize(
    ("settings", "names", "subject"),
    [
        (ENGLISH, ["NeRF"], "1 new paper: NeRF – week 49"),
        (ENGLISH, ["NeRF", "GAN"], "2 new papers: GAN, NeRF – week 49"),
        (CHINESE, ["NeRF", "数字人"], "2 篇新论文：NeRF、数字人（第49周）"),
        (
            ENGLISH,
            [f"Topic number {n}" for n in range(9)],
            "9 new papers: Topic number 0, Topic number 1, Topic number 2 … – week 49",
        ),
        (ENGLISH, ["x" * 200], "1 new paper: " + "x" * 53 + " … – week 49"),
        (ENGLISH, ["a\u2028b"], "1 new paper: a b – week 49"),
    ],
)
def test_subject(settings: Settings, names: list[str], subject: str) -> None:
    papers = [make_paper(n, topics=(Topic(f"t{n}", name),)) for n, name in enumerate(names)]

    edition = render_edition(make_issue(*papers), ALL, settings)

    assert edition.subject == subject
    assert wcswidth(subject) <= 78


def test_preheader_and_dates() -> None:
    edition = render_edition(make_issue(*(make_paper(n) for n in range(9))), ALL, ENGLISH)

    hidden = lxml_html.fromstring(edition.html).xpath("string(//div[contains(@style,'none')])")
    assert hidden.startswith("Number 0: ")
    assert hidden.strip("\u034f\u200c\xa0").endswith(" · and 7 more")
    assert edition.preheader in hidden
    assert "Week 49, 2024 · 2–9 December 2024 · 9 new papers" in edition.text

    last = Issue("2025-W01", END + timedelta(days=21), END + timedelta(days=28), (make_paper(),))
    assert "30 December 2024 – 6 January 2025" in render_edition(last, ALL, ENGLISH).text
    assert "2024年12月30日–2025年1月6日" in render_edition(last, ALL, CHINESE).text


def test_many_authors_and_long_abstracts_are_cut() -> None:
    paper = make_paper(
        authors=tuple(f"A{n}" for n in range(8)), summary=None, abstract="many words " * 200
    )

    assert "A0, A1, A2, A3, A4, A5 et al." in render_edition(make_issue(paper), ALL, ENGLISH).html
    assert "A0, A1, A2, A3, A4, A5 等" in render_edition(make_issue(paper), ALL, CHINESE).html
    assert re.search(r"many words…", render_edition(make_issue(paper), ALL, ENGLISH).html)


def test_machine_texts_that_run_away_are_cut() -> None:
    paper = make_paper(
        summary="没完没了，" * 300, takeaways=("永不停止，" * 300,), comment="x" * 999
    )

    edition = render_edition(make_issue(paper), ALL, CHINESE)

    assert len(edition.html.encode()) < 10_000
    assert edition.text.count("…") == 3
    assert "，…" not in edition.text


def test_a_paper_with_nothing_but_a_title() -> None:
    bare = make_paper(
        authors=(), abstract="", comment=None, abs_url="", pdf_url="", code_urls=(), topics=(),
        summary=None, takeaways=(),
    )  # fmt: skip

    edition = render_edition(make_issue(bare), ALL, ENGLISH)

    assert edition.subject == "1 new paper: Other papers – week 49"
    assert "Number 1" in edition.html
    assert "Other papers" in edition.text


def test_no_paper_on_the_topics() -> None:
    with pytest.raises(IssueError, match="2024-W49: no paper on gan"):
        render_edition(make_issue(make_paper()), EditionKey(("gan",), BOTH), ENGLISH)
    with pytest.raises(IssueError, match="no paper on any topic"):
        render_edition(make_issue(), ALL, ENGLISH)


def test_the_same_issue_gives_the_same_bytes() -> None:
    issue = make_issue(*heavy(4))

    assert render_edition(issue, ALL, CHINESE) == render_edition(issue, ALL, CHINESE)


def test_the_users_templates_replace_ours(tmp_path: Path) -> None:
    def settings(name: str, text: str) -> Settings:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "email").mkdir(parents=True)
        (folder / "email" / name).write_text(text, encoding="utf-8")
        return Settings(templates=Templates(folder=str(folder)))

    issue = make_issue(make_paper())
    mine = render_edition(
        issue, ALL, settings("issue.txt.j2", "Mine: {{ count }}\n{{ unsubscribe_url }}")
    )
    assert mine.text.startswith("Mine: 1 new paper\nmailto:")
    assert "<h3" in mine.html

    with pytest.raises(TemplateError, match=r"email/issue\.html\.j2:2: 'papers' is undefined"):
        render_edition(issue, ALL, settings("issue.html.j2", "one\n{{ papers }}"))
    with pytest.raises(TemplateError, match=r"email/issue\.html\.j2: can't be inlined: "):
        render_edition(issue, ALL, settings("issue.html.j2", ""))
    with pytest.raises(TemplateError, match=r"issue\.html\.j2: .* lacks the link to unsubscribe"):
        render_edition(issue, ALL, settings("issue.html.j2", "<html><body>Hello"))
    with pytest.raises(TemplateError, match=r"issue\.txt\.j2: .* lacks the link to unsubscribe"):
        render_edition(issue, ALL, settings("issue.txt.j2", "Hello"))


@pytest.mark.browser
def test_dark_rules_win_in_a_browser(tmp_path: Path) -> None:
    html = render_edition(make_issue(make_paper()), ALL, ENGLISH).html
    probe = (
        "<script>const c = s => getComputedStyle(document.querySelector(s));"
        "document.title = [c('body').backgroundColor, c('.x').backgroundColor, c('.x').color,"
        "c('h3 a').color].join('|')</script></body>"
    )
    page = tmp_path / "page.html"
    page.write_text(html.replace("</body>", probe), encoding="utf-8")
    seen = []
    for scheme in ("0", "1"):  # dark, light
        done = subprocess.run(
            [
                *(chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"),
                *(f"--blink-settings=preferredColorScheme={scheme}", "--dump-dom", page.as_uri()),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        title = re.search("<title>(.*?)</title>", done.stdout)
        assert title
        seen.append(title[1].split("|"))

    assert seen == [
        ["rgb(21, 24, 28)", "rgb(30, 34, 39)", "rgb(223, 227, 232)", "rgb(238, 241, 244)"],
        ["rgb(238, 240, 242)", "rgb(252, 253, 253)", "rgb(36, 41, 47)", "rgb(23, 50, 74)"],
    ]
