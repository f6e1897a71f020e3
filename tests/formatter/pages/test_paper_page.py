from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from publisher.errors import TemplateError
from publisher.formatter.pages import render_paper
from publisher.formatter.pages.connections import ListedPaper, PaperLinks
from publisher.models import Notes, Paper, Topic, Venue
from publisher.settings import Settings, Site
from publisher.settings.sections import Templates

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2024, 12, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTINGS = Settings(
    site=Site(title="Paper Notes", url="https://papers.example.org/notes", language="en")
)
PAPER = Paper(
    id="arxiv:2411.19525",
    version=2,
    title="Fast Rendering of H2O",
    title_html="Fast Rendering of H<sub>2</sub>O",
    authors=("Ada Example", "Laurens van der Maaten"),
    abstract="We render.",
    comment="Accepted by CVPR 2025",
    abs_url="https://arxiv.org/abs/2411.19525",
    pdf_url="https://arxiv.org/pdf/2411.19525v2",
    code_urls=("https://example.org/code",),
    topics=(Topic("nerf", "NeRF"), Topic("avatar", "元宇宙/虚拟人")),
    digests=("a.md",),
    first_published=NOON,
    updated=NOON + timedelta(days=2),
    summary="提出一种方法。",
    takeaways=("要点一", "要点二"),
    figures=("https://pictures.example.org/1.png", "javascript:alert(1)"),
    repaired=False,
    project_urls=("https://example.org/project",),
    venue=Venue("CVPR", 2025),
    notes=Notes(background="背景。\n第二段。", method="方法。", cut_off=True),
)
STEM = "papers/2411.19525"


def page_of(paper: Paper = PAPER, settings: Settings = SETTINGS) -> lxml_html.HtmlElement:
    (page,) = render_paper(paper, settings).values()
    return lxml_html.fromstring(page.decode())


def metas(document: lxml_html.HtmlElement) -> list[tuple[str, str]]:
    tags = document.xpath("//meta[starts-with(@name, 'citation_')]")
    return [(tag.get("name").removeprefix("citation_"), tag.get("content")) for tag in tags]


def content_of(link: lxml_html.HtmlElement) -> str:
    head, _, content = link.get("href").partition(";base64,")
    assert head.startswith("data:application/")
    return b64decode(content).decode()


def test_a_paper_is_one_page_that_holds_three_citations() -> None:
    files = render_paper(PAPER, SETTINGS)

    assert list(files) == [f"{STEM}.html"]
    assert len(files[f"{STEM}.html"]) < 20_000
    document = page_of()
    links = document.xpath("//aside//a[@download]")
    names = [link.get("download").removeprefix("example2025fast.") for link in links]
    assert names == ["bib", "ris", "json"]
    bibtex, ris, csl = (content_of(link) for link in links)
    assert bibtex == document.xpath("string(//pre[@id='bibtex'])")
    assert "TI  - Fast Rendering of H2O\r\n" in ris
    assert json.loads(csl)[0]["DOI"] == "10.48550/arXiv.2411.19525"
    assert document.xpath("//link[@rel='cite-as']/@href") == [
        "https://doi.org/10.48550/arXiv.2411.19525"
    ]
    assert document.xpath("string(//pre)").startswith("@inproceedings{example2025fast,")


LONG = "中<" * 10_000
MANY = tuple(f"Ada Lovelace-Example {number}" for number in range(5_154))


@pytest.mark.parametrize(
    "more",
    [
        {"authors": MANY},
        {"authors": (LONG,) * 50},
        {"title": LONG, "title_html": "<i>" + "&lt;" * 20_000 + "</i>"},
        {"abstract": LONG, "abstract_html": "&lt;" * 20_000, "summary": LONG},
        {"comment": LONG, "takeaways": (LONG,) * 40},
        {"figures": tuple(f"https://x.example/{n}{'a' * 500}.png" for n in range(900))},
        {"code_urls": tuple(f"https://x.example/{n}{'a' * 500}" for n in range(900))},
        {"notes": Notes(**dict.fromkeys(("background", "method", "results"), LONG), cut_off=False)},
        {"topics": tuple(Topic(f"t{number}", f"Topic {number}") for number in range(3_000))},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_page_stays_under_100_kb(more: dict[str, Any]) -> None:
    paper = replace(PAPER, **more)
    page = render_paper(paper, SETTINGS)[f"{STEM}.html"]
    assert len(page) <= 100_000
    assert (paper.authors == MANY) == (b"5154" in page)


def test_everything_known_about_the_paper_is_there() -> None:
    document = page_of()
    text = " ".join(document.text_content().split())

    assert [child.tag for child in document.xpath("//h1")[0]] == ["sub"]
    for part in (
        *("Ada Example, Laurens van der Maaten", "CVPR 2025", "2024-12-03", "2024-12-05"),
        *("提出一种方法。", "要点二", "We render.", "第二段。", "Accepted by CVPR 2025"),
        *("NeRF", "元宇宙/虚拟人", "10.48550/arXiv.2411.19525", "breaks off here"),
    ):
        assert part in text, part
    links = document.xpath("//p[@class='actions']/a")
    assert [link.text for link in links] == ["PDF", "arXiv", "Code", "Project page"]
    assert document.xpath("//details/summary/text()") == ["Background", "Method"]
    marked = document.xpath("//h2[span[@class='mark']]/text()")
    assert [text.strip() for text in marked] == ["Summary", "Notes"]


def test_figures_come_late_and_may_be_missing() -> None:
    document = page_of()

    (image,) = document.xpath("//main//img")
    assert image.get("loading") == "lazy"
    assert image.get("alt") == "Figure 1"
    policy = document.xpath("string(//meta[@http-equiv]/@content)")
    assert "img-src 'self' file: https: http:;" in policy
    assert "script-src 'self' file:;" in policy
    without = page_of(replace(PAPER, figures=()))
    assert "http:" not in without.xpath("string(//meta[@http-equiv]/@content)")
    assert not without.xpath("//h2[@id='figures']")


def test_a_paper_can_be_shared_and_looked_up_elsewhere() -> None:
    links = page_of().xpath("//section[@class='share']//a")
    assert [link.text for link in links] == [
        "Link to this page",
        "Email",
        "alphaXiv",
        "Hugging Face",
        "Semantic Scholar",
    ]
    url = "https://papers.example.org/notes/papers/2411.19525.html"
    assert [link.get("href") for link in links] == [
        url,
        f"mailto:?subject=Fast%20Rendering%20of%20H2O&body={url}",
        "https://www.alphaxiv.org/abs/2411.19525",
        "https://huggingface.co/papers/2411.19525",
        "https://api.semanticscholar.org/arXiv:2411.19525",
    ]
    without = page_of(replace(PAPER, id="doi:10.1/x", abs_url="", pdf_url=""))
    assert len(without.xpath("//section[@class='share']//a")) == 2


@pytest.mark.parametrize(
    ("figures", "picture"),
    [
        (("https://x.example/1.png", "https://x.example/2.png"), "https://x.example/1.png"),
        ((), "https://papers.example.org/notes/pictures/site.png"),
    ],
)
def test_a_shared_page_has_a_picture(figures: tuple[str, ...], picture: str) -> None:
    document = page_of(replace(PAPER, figures=figures))
    shared = {tag.get("property"): tag.get("content") for tag in document.xpath("//meta")}
    assert shared["og:image"] == picture
    assert shared["og:title"] == "Fast Rendering of H2O"
    assert shared["og:description"] == "提出一种方法。"


def test_meta_tags_are_what_scholar_and_zotero_read() -> None:
    assert metas(page_of()) == [
        ("title", "Fast Rendering of H2O"),
        ("author", "Example, Ada"),
        ("author", "van der Maaten, Laurens"),
        ("publication_date", "2025"),
        ("conference_title", "CVPR"),
        ("arxiv_id", "2411.19525"),
        ("doi", "10.48550/arXiv.2411.19525"),
        ("pdf_url", "https://arxiv.org/pdf/2411.19525v2"),
        ("abstract_html_url", "https://papers.example.org/notes/papers/2411.19525.html"),
        ("keywords", "NeRF"),
        ("keywords", "元宇宙/虚拟人"),
    ]
    journal = dict(metas(page_of(replace(PAPER, venue=Venue("TPAMI")))))
    assert journal["journal_title"] == "TPAMI"
    assert journal["publication_date"] == "2024/11"
    assert "conference_title" not in journal


def test_json_ld_describes_the_paper() -> None:
    (block,) = page_of().xpath("//script[@type='application/ld+json']/text()")
    thing = json.loads(block)

    assert thing["@type"] == "ScholarlyArticle"
    assert thing["name"] == "Fast Rendering of H2O"
    assert thing["author"][0] == {"@type": "Person", "name": "Ada Example"}
    assert thing["datePublished"] == "2025"
    assert thing["dateModified"] == "2024-12-05T12:00:00+08:00"
    assert "https://doi.org/10.48550/arXiv.2411.19525" in thing["sameAs"]
    assert thing["image"] == "https://pictures.example.org/1.png"


HOSTILE = "</script></title><script>alert(1)</script><!--\"'&amp;<img src=x onerror=alert(2)>"


def test_hostile_texts_stay_text_everywhere() -> None:
    paper = replace(
        PAPER,
        title=HOSTILE,
        title_html="",
        authors=(HOSTILE,) * 20,
        abstract=HOSTILE,
        comment=HOSTILE,
        summary=HOSTILE,
        takeaways=(HOSTILE, "two\nlines"),
        notes=Notes(method=HOSTILE),
        venue=Venue(HOSTILE),
        topics=(Topic("evil", HOSTILE),),
        figures=('https://example.org/"><script>',),
        pdf_url="javascript:alert(1)",
    )
    document = page_of(paper)

    (script,) = document.xpath("//script[not(@src)]")
    assert json.loads(script.text)["name"] == HOSTILE
    assert document.xpath("string(//h1)") == HOSTILE
    assert len(document.xpath("//main//img")) == 1
    assert not document.xpath("//@onerror")
    assert dict(metas(document))["title"] == HOSTILE
    assert "pdf_url" not in dict(metas(document))
    assert len(document.xpath("//section[@aria-labelledby='summary']//li")) == 2
    for address in document.xpath("//@href | //@src"):
        assert "javascript" not in address


def test_what_is_not_known_leaves_no_trace() -> None:
    paper = replace(
        PAPER,
        id="title:abc",
        authors=(),
        abstract="",
        comment=None,
        abs_url="",
        pdf_url="",
        code_urls=(),
        project_urls=(),
        topics=(),
        updated=NOON,
        summary=None,
        takeaways=(),
        figures=(),
        venue=None,
        notes=None,
    )
    (path, html), *_ = render_paper(paper, SETTINGS).items()
    document = lxml_html.fromstring(html.decode())

    assert re.fullmatch(r"papers/title-abc-[0-9a-f]{10}\.html", path)
    assert [h2.text_content() for h2 in document.iter("h2")] == [
        "About this paper",
        "Share",
        "Cite",
    ]
    assert [dt.text for dt in document.iter("dt")] == ["Version", "Added"]
    assert not document.xpath("//main//*[not(normalize-space())]")
    assert not document.xpath("//link[@rel='cite-as']")


def test_a_crowd_of_authors_is_folded() -> None:
    names = tuple(f"Author Number{n}" for n in range(60))
    document = page_of(replace(PAPER, authors=names))

    assert document.xpath("//details[@class='all']/summary/text()") == ["All 60 authors"]
    assert "Author Number59" in document.xpath("string(//details[@class='all']/p)")
    assert "Author Number59" not in document.xpath("string((//p[@class='authors'])[1])")
    assert len([name for name, _ in metas(document) if name == "author"]) == 60


def test_a_paper_links_to_people_venue_and_other_papers() -> None:
    def named(number: int) -> ListedPaper:
        return ListedPaper(f"arxiv:2411.0000{number}", f"Paper {number} & more", "", "2024-11-30")

    links = PaperLinks(
        authors={PAPER.authors[0]: "authors/ada-example.html"},
        venue="venues/cvpr-2024.html",
        related=(named(1), named(2)),
        previous=named(3),
        next=named(4),
    )
    document = lxml_html.fromstring(render_paper(PAPER, SETTINGS, links)[f"{STEM}.html"].decode())

    hrefs = {a.text_content(): a.get("href") for a in document.xpath("//main//a[@href]")}
    assert hrefs["Ada Example"] == "../authors/ada-example.html"
    assert hrefs["CVPR 2025"] == "../venues/cvpr-2024.html"
    assert "Laurens van der Maaten" not in hrefs
    titles = [li.text_content() for li in document.xpath("//ul[@class='lines']/li")]
    assert titles == ["Paper 1 & more 2024-11-30", "Paper 2 & more 2024-11-30"]
    neighbours = {a.get("rel"): a.get("href") for a in document.xpath("//nav/a[@rel]")}
    assert neighbours == {"prev": "../papers/2411.00003.html", "next": "../papers/2411.00004.html"}


@pytest.mark.parametrize("length", [10, 60, 69, 70, 71, 500])
def test_the_title_of_the_page_fits_a_tab(length: int) -> None:
    document = page_of(replace(PAPER, title="A title " * (length // 8) + "x" * (length % 8)))
    assert len(document.xpath("string(//title)")) <= 70


def test_words_in_the_sites_language() -> None:
    document = page_of(settings=Settings(site=Site(language="zh-CN")))
    assert document.get("lang") == "zh-CN"
    assert "AI 生成" in document.text_content()
    assert document.xpath("//p[contains(., '提出')]/@lang") == ["zh-CN"]


def test_the_users_template_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    own = tmp_path / "pages" / "paper.html.j2"
    own.write_text("<p>{{ plain_title }} {{ bibtex }}", encoding="utf-8")
    settings = Settings(site=SETTINGS.site, templates=Templates(folder=str(tmp_path)))

    assert render_paper(PAPER, settings)[f"{STEM}.html"].startswith(b"<p>Fast Rendering of H2O @in")
    own.write_text("\n{{ nothing }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"paper\.html\.j2:2: 'nothing' is undefined"):
        render_paper(PAPER, settings)


def test_a_new_version_changes_its_own_files_alone() -> None:
    changed: dict[str, Any] = {"version": 3, "updated": NOON + timedelta(days=9)}
    before, after = render_paper(PAPER, SETTINGS), render_paper(replace(PAPER, **changed), SETTINGS)
    assert list(before) == list(after)
    assert [path for path in before if before[path] != after[path]] == [f"{STEM}.html"]


def test_half_a_surrogate_pair_stops_nothing() -> None:
    files = render_paper(replace(PAPER, title="a\ud800b", title_html=""), SETTINGS)
    for content in files.values():
        assert "a?b" in content.decode()
