from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html
from wcwidth import wcswidth

from publisher.errors import IssueError, TemplateError
from publisher.formatter.email import edition_papers, render_edition
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Choice, Issue, Paper, Topic
from publisher.settings import Mail, Newsletter, Settings, Site
from publisher.settings.sections import Templates

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2024, 12, 9, 8, tzinfo=ZONE)
NERF, GAN, AVATAR = Topic("nerf", "NeRF"), Topic("gan", "GAN"), Topic("avatar", "数字人")
ENGLISH = Settings(
    site=Site(title="Paper Notes", url="https://papers.example.org/x", language="en"),
    mail=Mail(from_address="news+list@example.org", postal_address="1 Example Road"),
)
CHINESE = Settings(site=Site(title="论文速览", url="https://papers.example.org/"))
GMAIL_CLIPS = 102_000


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
    html = render_edition(make_issue(make_paper()), Choice(), ENGLISH).html

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
    papers = [make_paper(n, topics=(NERF, GAN) if n == 1 else (NERF,)) for n in range(1, 4)]
    papers.append(make_paper(4, topics=(AVATAR,)))
    html = render_edition(
        make_issue(*papers), Choice(), Settings(newsletter=Newsletter(max_papers=2))
    ).html
    document = lxml_html.fromstring(html)
    dark = html[html.index("@media (prefers-color-scheme: dark)") :].partition("</style>")[0]

    selectors = re.findall(r"^([^{}@\n]+) \{", dark, re.MULTILINE)

    assert len(selectors) > 8
    for selector in ",".join(selectors).split(","):
        assert document.cssselect(selector.strip()), selector


def test_no_pure_black_or_white() -> None:
    html = render_edition(make_issue(make_paper()), Choice(), ENGLISH).html

    assert not re.search(r"#(000|fff)(000|fff)?\b|\b(black|white)\b(?!-)", html, re.IGNORECASE)


def test_nothing_is_fetched_logged_or_warned(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    html = render_edition(make_issue(make_paper()), Choice(), CHINESE).html

    captured = capfd.readouterr()
    assert (captured.out, captured.err, caplog.text) == ("", "", "")
    assert not re.search(r"<(img|script|link|iframe|form|svg)\b|url\(|@import|@font-face", html)


def test_layout_tables_are_for_the_eye_only() -> None:
    document = lxml_html.fromstring(
        render_edition(make_issue(make_paper()), Choice(), ENGLISH).html
    )

    assert all(table.get("role") == "presentation" for table in document.iter("table"))
    headings = [element.tag for element in document.iter("h1", "h2", "h3")]
    assert headings == ["h1", "h2", "h3"]
    assert document.get("lang") == "en"
    assert document.xpath("//div[@role='article']/@aria-label") == ["1 new paper: NeRF – week 49"]


def test_each_block_says_its_language() -> None:
    plain = make_paper(2, summary=None, takeaways=())
    document = lxml_html.fromstring(
        render_edition(make_issue(make_paper(), plain), Choice(), ENGLISH).html
    )

    assert document.xpath("//p[contains(., '快速渲染')]/@lang") == ["zh"]
    assert document.xpath("//p[contains(., 'We render')]/@lang") == ["en"]
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

    edition = render_edition(make_issue(paper), Choice(), ENGLISH)

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
    edition = render_edition(make_issue(make_paper(title=f"a{odd}b")), Choice(), ENGLISH)

    edition.html.encode()
    edition.text.encode()
    assert "Sent by" in edition.html
    assert lxml_html.fromstring(edition.html).xpath("string(//h3)").endswith("b")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//example.org/x", "data:text/html,x", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    paper = make_paper(abs_url=url, pdf_url=url, code_urls=(url,))

    edition = render_edition(make_issue(paper), Choice(), ENGLISH)

    document = lxml_html.fromstring(edition.html)
    assert {href.split(":")[0] for href in document.xpath("//a/@href")} == {"mailto", "https"}
    assert not document.xpath("//h3/a")
    assert "javascript" not in edition.text


def test_links_are_named_for_where_they_lead() -> None:
    paper = make_paper(code_urls=tuple(f"https://github.com/example/{n}" for n in range(9)))
    elsewhere = make_paper(2, abs_url="https://doi.org/10.1/x", pdf_url="", code_urls=())

    document = lxml_html.fromstring(
        render_edition(make_issue(paper, elsewhere), Choice(), ENGLISH).html
    )

    links = [e.text_content() for e in document.xpath("//div[@class='l']")]
    assert links == ["PDF · arXiv · Code · Code 2 · Code 3", "Paper"]


def test_both_parts_let_people_leave() -> None:
    edition = render_edition(make_issue(make_paper()), Choice(), ENGLISH)

    link = f"mailto:news+list@example.org?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}"
    document = lxml_html.fromstring(edition.html)
    assert document.xpath("//a[. = 'Unsubscribe']/@href") == [link]
    assert link in edition.text.split("\n")
    for part in (edition.html, edition.text):
        assert part.count(UNSUBSCRIBE_PLACEHOLDER) == 1
        assert "1 Example Road" in part
        assert "https://papers.example.org/x/" in part
        assert "you subscribed to Paper Notes" in part
        assert "machine-written" in part


def test_unsubscribe_address_and_sender_can_be_set() -> None:
    settings = Settings(
        site=Site(language="en"),
        newsletter=Newsletter(title="The Letter"),
        mail=Mail(unsubscribe_address="leave@example.org", from_name="Ada & Co"),
    )

    edition = render_edition(make_issue(make_paper()), Choice(), settings)

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

    edition = render_edition(issue, Choice(("nerf", "gan", "nerf")), ENGLISH)

    assert (edition.topics, edition.paper_count) == (("gan", "nerf"), 4)
    document = lxml_html.fromstring(edition.html)
    order = ["GAN", "Both", "Only GAN", "Second GAN", "NeRF", "Only NeRF"]
    assert [e.text_content() for e in document.iter("h2", "h3")] == order
    assert document.xpath("//span[@class='g']/text()") == ["数字人", "GAN", "NeRF"]
    assert edition.subject == "4 new papers: GAN, NeRF – week 49"
    assert "Your topics: GAN, NeRF." in " ".join(edition.text.split())
    assert [p.title for p in edition_papers(issue, ("gan", "nerf"))] == [
        "Both", "Only GAN", "Second GAN", "Only NeRF",
    ]  # fmt: skip

    everything = render_edition(issue, Choice(), ENGLISH)
    assert (everything.topics, everything.paper_count) == ((), 5)
    assert "Your topics" not in everything.text


def test_contents_lead_to_the_topics() -> None:
    issue = make_issue(make_paper(1), make_paper(2, topics=(GAN,)), make_paper(3, topics=(GAN,)))
    document = lxml_html.fromstring(render_edition(issue, Choice(), ENGLISH).html)

    targets = document.xpath("//td[@class='t']//a/@href")
    assert targets == ["#t-gan", "#t-nerf"]
    assert [f"#{i}" for i in document.xpath("//h2/@id")] == targets

    # a topic that only the web has papers of is named, but there is nothing to jump to
    short = Settings(site=Site(language="en"), newsletter=Newsletter(max_papers=1))
    document = lxml_html.fromstring(render_edition(issue, Choice(), short).html)
    assert document.xpath("//td[@class='t']//a/@href") == ["#t-gan"]
    assert "NeRF\xa01" in document.xpath("string(//td[@class='t'])")


def test_the_text_has_the_papers_in_the_same_order_numbered() -> None:
    issue = make_issue(*(make_paper(n, topics=(GAN,) if n % 3 else (NERF,)) for n in range(14)))
    edition = render_edition(issue, Choice(), CHINESE)

    in_html = re.findall(r"Number \d+", " ".join(
        e.text_content() for e in lxml_html.fromstring(edition.html).iter("h3")
    ))  # fmt: skip
    in_text = re.findall(r"^(\d+)\. (Number \d+)", edition.text, re.MULTILINE)
    assert in_text == [(str(n), title) for n, title in enumerate(in_html, start=1)]


@pytest.mark.parametrize("settings", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_text_is_for_people(settings: Settings) -> None:
    text = render_edition(make_issue(*heavy(15)), Choice(), settings).text

    lines = text.split("\n")
    assert not [line for line in lines if wcswidth(line) > 72 and ":" not in line]
    assert not [line for line in lines if line != line.rstrip()]
    assert not re.search(r"</?[a-z]|&[a-z]+;|\n{4}", text)
    assert not [line for line in lines if line.lstrip().startswith(tuple("，。、："))]
    urls = [line for line in lines if "http" in line]
    assert all(re.fullmatch(r" *(\S+ ?\d?: )?https?://\S+", line) for line in urls)


@pytest.mark.parametrize("count", [1, 5, 13, 20, 60, 150])
def test_gmail_shows_it_whole(count: int) -> None:
    settings = Settings(newsletter=Newsletter(max_papers=100))

    edition = render_edition(make_issue(*heavy(count)), Choice(), settings)

    assert len(edition.html.encode()) < GMAIL_CLIPS
    assert edition.paper_count == count
    shown = edition.html.count("<h3")
    more = re.search(r"网站上还有 (\d+) 篇论文", edition.html)
    assert shown + int(more[1] if more else 0) == count
    assert (more is not None) == ("网站上还有" in edition.text)
    assert len(re.findall(r"^\d+\. Number", edition.text, re.MULTILINE)) == shown


def test_takeaways_give_way_before_papers_do() -> None:
    def shown(count: int) -> int:
        html = render_edition(make_issue(*heavy(count)), Choice(), CHINESE).html
        return html.count("<li>") // count

    assert shown(5) == 9
    assert shown(13) == 5
    assert 0 < shown(40) < 5


@pytest.mark.parametrize(
    ("sizes", "limit", "shown"),
    [
        ((9, 3, 1), 60, (9, 3, 1)),
        ((9, 3, 1), 7, (3, 3, 1)),
        ((9, 3, 1), 6, (3, 2, 1)),
        ((5, 5, 5), 5, (2, 2, 1)),
        ((5, 5), 1, (1, 0)),
    ],
)
def test_small_topics_are_shown_whole_first(
    sizes: tuple[int, ...], limit: int, shown: tuple[int, ...]
) -> None:
    papers = [
        make_paper(10 * number + n, topics=(Topic(f"t{number}", f"Topic {number}"),))
        for number, size in enumerate(sizes)
        for n in range(size)
    ]
    settings = Settings(newsletter=Newsletter(max_papers=limit))

    text = render_edition(make_issue(*papers), Choice(), settings).text

    body = text.partition("-----")[2]
    parts = re.split(r"^Topic \d$", body, flags=re.MULTILINE)[1:]
    counts = [len(re.findall(r"^\d+\. ", part, re.MULTILINE)) for part in parts]
    assert tuple(counts) == tuple(n for n in shown if n)


def test_no_more_than_max_papers() -> None:
    settings = Settings(site=Site(language="en"), newsletter=Newsletter(max_papers=2))

    edition = render_edition(make_issue(*(make_paper(n) for n in range(3))), Choice(), settings)

    assert edition.html.count("<h3") == 2
    assert "1 more paper on the web" in edition.text
    assert edition.subject.startswith("3 new papers")


@pytest.mark.parametrize(
    ("settings", "names", "subject"),
    [
        (ENGLISH, ["NeRF"], "1 new paper: NeRF – week 49"),
        (ENGLISH, ["NeRF", "GAN"], "2 new papers: GAN, NeRF – week 49"),
        (CHINESE, ["NeRF", "数字人"], "2 篇新论文：NeRF、数字人（第 49 周）"),
        (
            ENGLISH,
            [f"Topic number {n}" for n in range(9)],
            "9 new papers: Topic number 0, Topic number 1, Topic number 2 … – week 49",
        ),
        (ENGLISH, ["x" * 200], "1 new paper: " + "x" * 52 + " … – week 49"),
        (ENGLISH, ["a\u2028b"], "1 new paper: a b – week 49"),
    ],
)
def test_subject(settings: Settings, names: list[str], subject: str) -> None:
    papers = [make_paper(n, topics=(Topic(f"t{n}", name),)) for n, name in enumerate(names)]

    edition = render_edition(make_issue(*papers), Choice(), settings)

    assert edition.subject == subject
    assert wcswidth(subject) <= 78


def test_preheader_and_dates() -> None:
    edition = render_edition(make_issue(*(make_paper(n) for n in range(9))), Choice(), ENGLISH)

    hidden = lxml_html.fromstring(edition.html).xpath("string(//div[contains(@style,'none')])")
    assert hidden.startswith("Number 0: ")
    assert hidden.endswith(" · and 7 more")
    assert "Week 49, 2024 · 2–9 December 2024 · 9 new papers" in edition.text

    last = Issue("2025-W01", END + timedelta(days=21), END + timedelta(days=28), (make_paper(),))
    assert "30 December 2024 – 6 January 2025" in render_edition(last, Choice(), ENGLISH).text
    assert "2024年12月30日–2025年1月6日" in render_edition(last, Choice(), CHINESE).text


def test_many_authors_and_long_abstracts_are_cut() -> None:
    paper = make_paper(
        authors=tuple(f"A{n}" for n in range(8)), summary=None, abstract="many words " * 200
    )

    assert (
        "A0, A1, A2, A3, A4, A5 et al." in render_edition(make_issue(paper), Choice(), ENGLISH).html
    )
    assert "A0, A1, A2, A3, A4, A5 等" in render_edition(make_issue(paper), Choice(), CHINESE).html
    assert re.search(r"many words…", render_edition(make_issue(paper), Choice(), ENGLISH).html)


def test_machine_texts_that_run_away_are_cut() -> None:
    paper = make_paper(
        summary="没完没了，" * 300, takeaways=("永不停止，" * 300,), comment="x" * 999
    )

    edition = render_edition(make_issue(paper), Choice(), CHINESE)

    assert len(edition.html.encode()) < 9_000
    assert edition.text.count("…") == 3
    assert "，…" not in edition.text


def test_a_paper_with_nothing_but_a_title() -> None:
    bare = make_paper(
        authors=(), abstract="", comment=None, abs_url="", pdf_url="", code_urls=(), topics=(),
        summary=None, takeaways=(),
    )  # fmt: skip

    edition = render_edition(make_issue(bare), Choice(), ENGLISH)

    assert edition.subject == "1 new paper: Other papers – week 49"
    assert "Number 1" in edition.html
    assert "Other papers" in edition.text


def test_no_paper_on_the_topics() -> None:
    with pytest.raises(IssueError, match="2024-W49: no paper on gan"):
        render_edition(make_issue(make_paper()), Choice(("gan",)), ENGLISH)
    with pytest.raises(IssueError, match="no paper on any topic"):
        render_edition(make_issue(), Choice(), ENGLISH)


def test_the_same_issue_gives_the_same_bytes() -> None:
    issue = make_issue(*heavy(4))

    assert render_edition(issue, Choice(), CHINESE) == render_edition(issue, Choice(), CHINESE)


def test_the_users_templates_replace_ours(tmp_path: Path) -> None:
    def settings(name: str, text: str) -> Settings:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "email").mkdir(parents=True)
        (folder / "email" / name).write_text(text, encoding="utf-8")
        return Settings(templates=Templates(folder=str(folder)))

    issue = make_issue(make_paper())
    mine = render_edition(
        issue, Choice(), settings("issue.txt.j2", "Mine: {{ count }}\n{{ unsubscribe_url }}")
    )
    assert mine.text.startswith("Mine: 1 篇新论文\nmailto:")
    assert "<h3" in mine.html

    with pytest.raises(TemplateError, match=r"email/issue\.html\.j2:2: 'papers' is undefined"):
        render_edition(issue, Choice(), settings("issue.html.j2", "one\n{{ papers }}"))
    with pytest.raises(TemplateError, match=r"email/issue\.html\.j2: can't be inlined: "):
        render_edition(issue, Choice(), settings("issue.html.j2", ""))
    with pytest.raises(TemplateError, match=r"issue\.html\.j2: .* lacks the link to unsubscribe"):
        render_edition(issue, Choice(), settings("issue.html.j2", "<html><body>Hello"))
    with pytest.raises(TemplateError, match=r"issue\.txt\.j2: .* lacks the link to unsubscribe"):
        render_edition(issue, Choice(), settings("issue.txt.j2", "Hello"))


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("PUBLISHER_TEST_REQUIRE_BROWSER"):
            pytest.fail("chromium is required here and not installed")
        pytest.skip("chromium is not installed")
    return found


@pytest.mark.browser
def test_dark_rules_win_in_a_browser(tmp_path: Path) -> None:
    html = render_edition(make_issue(make_paper()), Choice(), ENGLISH).html
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
            timeout=60,
        )
        title = re.search("<title>(.*?)</title>", done.stdout)
        assert title
        seen.append(title[1].split("|"))

    assert seen == [
        ["rgb(21, 24, 28)", "rgb(30, 34, 39)", "rgb(223, 227, 232)", "rgb(238, 241, 244)"],
        ["rgb(238, 240, 242)", "rgb(252, 253, 253)", "rgb(36, 41, 47)", "rgb(23, 50, 74)"],
    ]
