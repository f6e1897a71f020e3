"""Tables of papers in all the ways that people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_bytes
from publisher.collector.formats import table_cells, table_words
from publisher.collector.formats.arxiv_table import Place, read_rows
from publisher.collector.frontmatter.dates import day_of_year, range_start
from publisher.models import ParsedPaper, Venue

if TYPE_CHECKING:
    from publisher.models import Finding

ZONE = ZoneInfo("UTC")
ARXIV = "https://arxiv.org/abs/"


def read(text: str, path: str = "README.md") -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of a file, each with its date, and the findings."""
    parsed = parse_bytes(path, text.encode(), ZONE)
    papers = [paper for digest in parsed.digests for paper in digest.papers]
    return sorted(papers, key=lambda paper: paper.line), list(parsed.findings)


def dates(text: str, path: str = "README.md") -> list[str]:
    """Return the date of each digest of a file."""
    return [f"{each.published:%Y-%m-%d}" for each in parse_bytes(path, text.encode(), ZONE).digests]


def table(*rows: str) -> str:
    """Return a table in Markdown whose first row is the header."""
    header, *others = rows
    rule = "|" + "---|" * header.strip("|").count("|") + "---|"
    return "\n".join([header, rule, *others]) + "\n"


TITLES = [  # cell, title
    (f"[Moss]({ARXIV}2501.01001)", "Moss"),
    (f"Moss (Read more on [arXiv]({ARXIV}2501.01001))", "Moss"),
    (f"Moss [[PDF]({ARXIV}2501.01001)] [[Code](https://github.com/a/b)]", "Moss"),
    (f"**[Moss]({ARXIV}2501.01001)** [![Star](https://x.y/z.svg)](https://github.com/a/b)", "Moss"),
    (f"![Star](https://x.y/z.svg) <br> [**Moss**]({ARXIV}2501.01001) <br>", "Moss"),
    (f'<a href="{ARXIV}2501.01001">Moss &amp; Fern</a>', "Moss & Fern"),
    (f"1. [Moss]({ARXIV}2501.01001)", "Moss"),
    ("2) **Moss**", "Moss"),
    ("3D Moss", "3D Moss"),
    ("2501.01001 — Moss", "Moss"),
    ("[Moss (2501.01001)](2501.01001.md)", "Moss"),
    (f"[Codes of [[4,2,2]] Mosses]({ARXIV}2501.01001)", "Codes of [[4,2,2]] Mosses"),
    ("`2501.01001`", ""),
    (f"[PDF]({ARXIV}2501.01001)", ""),
    (f"{ARXIV}2501.01001", ""),
    ("17", ""),
    ("苔藓", "苔藓"),
]


@pytest.mark.parametrize(("cell", "title"), TITLES)
def test_the_title_in_a_cell(cell: str, title: str) -> None:
    cell = table_cells.with_links(cell)
    assert table_cells.title_cell(cell, is_combined=False).title == title


@pytest.mark.parametrize(
    "cell",
    [
        "1) **Moss Net** - grows moss on stones in the shade of old trees.",
        "**Moss Net**: grows moss on stones in the shade of old trees.",
        "Moss Net<br>grows moss on stones in the shade of old trees.",
        "**Moss Net**<br><sub>Institution: Lab<br>grows moss on stones in the shade of old trees.",
        "Moss Net - grows moss on stones in the shade of old trees.",
    ],
)
def test_a_description_behind_the_title_is_the_summary(cell: str) -> None:
    papers, _ = read("## 2025-06\n\n" + table("|Paper|Links|", f"|{cell}|[p]({ARXIV}2506.01001)|"))
    assert papers[0].title == "Moss Net"
    assert papers[0].summary == "grows moss on stones in the shade of old trees."


def test_authors_and_venue_behind_the_title() -> None:
    row = f"|[Moss Net]({ARXIV}2506.01001)<br>Ada Author, Bo Writer<br>CVPR 2025|x|"
    papers, _ = read(table("|Paper|Stars|", row))
    assert papers[0].authors == ("Ada Author", "Bo Writer")
    assert papers[0].venue == Venue("CVPR", 2025)


ROW = f"2025-03-04|A Title of Moss|Ada Author|[pdf]({ARXIV}2503.01001)|We grow moss."


@pytest.mark.parametrize(
    "header",
    [
        "日期|标题|作者|链接|摘要",
        "公開日|タイトル|著者|リンク|アブストラクト",
        "날짜|제목|저자|링크|초록",
        "Datum|Titel|Autoren|Verweis|Kurzfassung",
        "Date de publication|Titre|Auteurs|Liens|Résumé des auteurs",
        "Fecha|Título|Autores|Enlace|Resumen de los autores",
        "**Publish&nbsp;Date**|<div>Paper Title</div>|Author(s)|PDF / HTML|📝 Abstract",
    ],
)
def test_headers_in_many_languages(header: str) -> None:
    papers, findings = read(table(f"|{header}|", f"|{ROW}|"))
    assert not findings
    assert papers[0].title == "A Title of Moss"
    assert papers[0].authors == ("Ada Author",)
    assert papers[0].abstract == "We grow moss."


def test_columns_without_known_names_are_judged_by_their_cells() -> None:
    long = "We grow moss on stones. " * 20
    rows = [
        f"|{number}|[The Moss Number {number}]({ARXIV}2503.0100{number})|Ada Author, Bo Writer"
        f"|2025-03-0{number}|{long}|"
        for number in range(1, 6)
    ]
    papers, _ = read(table("|#|α|β|γ|δ|", *rows))
    assert [paper.title for paper in papers] == [f"The Moss Number {n}" for n in range(1, 6)]
    assert papers[0].authors == ("Ada Author", "Bo Writer")
    assert papers[0].abstract == long.strip()
    assert dates(table("|#|α|β|γ|δ|", *rows[:1])) == ["2025-03-01"]


NO_LISTS = [
    table("|ID|Group|Papers|", "|T1|Robots|2503.01001, 2503.01002|"),
    table("|Date|Papers|Best|", f"|2025-03-04|2|[A]({ARXIV}2503.01001), [B]({ARXIV}2503.01002)|"),
    table(
        "|Method|Paper|Top-1|Top-5|",
        *[f"|M{n}|[pdf]({ARXIV}2503.0100{n})|8{n}.1|9{n}.2|" for n in (1, 2)],
    ),
    table("|Method|Data|Author|", f"|Moss Net|Stones|[Author & Writer, 2017]({ARXIV}1703.01001)|"),
]


@pytest.mark.parametrize("text", NO_LISTS)
def test_groups_results_and_fields_are_no_lists(text: str) -> None:
    assert read(text, "2025-03-04.md")[0] == []


def test_a_post_about_a_paper_keeps_to_it_whatever_its_tables() -> None:
    head = "---\ntitle: On Moss\ndate: 2025-03-04\ntags: [moss]\n---\n"
    text = "A line of text.\n\n" * 20 + table(
        "|α|β|", f"|[Older Work on Moss]({ARXIV}2401.01001)|x|"
    )
    papers, _ = read(head + text, "post.md")
    assert [paper.title for paper in papers] == ["On Moss"]


HTML = f"""<table>
<tr><th>Year</th><th>Title</th><th>Authors</th><th>Links</th></tr>
<tr>
  <td rowspan="2">2024</td>
  <td><b>Moss
      Net</b></td><td>Ada Author</td>
  <td><a href="{ARXIV}2403.01001">PDF</a> <a href="https://github.com/a/b">Code</a></td>
</tr>
<tr><td>Fern &amp; Co</td><td>Bo Writer</td><td><a href="{ARXIV}2403.01002">PDF</a></td></tr>
</table>
"""


def test_a_table_in_html() -> None:
    papers, _ = read(f"## Plants\n\n{HTML}\nText.\n")
    assert [(paper.line, paper.id, paper.title) for paper in papers] == [
        (5, "arxiv:2403.01001", "Moss Net"),
        (11, "arxiv:2403.01002", "Fern & Co"),
    ]
    assert papers[0].code_urls == ("https://github.com/a/b",)
    assert papers[0].topic_names == ("Plants",)
    assert dates(HTML) == ["2024-03-01"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"## 2025-06\n\n{{}}|06-12|Moss|[a]({ARXIV}2506.01001)|", "2025-06-12"),
        (f"## June 2025\n\n{{}}|12|Moss|[a]({ARXIV}2506.01001)|", "2025-06-12"),
        (f"## 2025\n\n{{}}|Jun 12|Moss|[a]({ARXIV}2506.01001)|", "2025-06-12"),
        (
            f"{{}}|<span style='width: 42px;'>06-12</span>|Moss|[a]({ARXIV}2506.01001)|",
            "2025-06-12",
        ),
        (f"{{}}|12-31|Moss|[a]({ARXIV}2501.01001)|", "2024-12-31"),
        (f"{{}}|02-01|Moss|[a]({ARXIV}2412.01001)|", "2025-02-01"),
        (f"{{}}|25.06|Moss|[a]({ARXIV}2506.01001)|", "2025-06-01"),
        (f"## Week (Dec 30 - Jan 5) - 2025\n\n{{}}||Moss|[a]({ARXIV}2501.01001)|", "2024-12-30"),
        (f"## Best (August 14 - August 20)\n\n{{}}||Moss|[a]({ARXIV}2308.01001)|", "2023-08-14"),
    ],
)
def test_dates_without_a_year(text: str, expected: str) -> None:
    assert dates(text.replace("{}", "|Date|Title|PDF|\n|---|---|---|\n")) == [expected]


def test_undated_papers_have_the_date_of_the_file_or_else_of_their_ids() -> None:
    text = table("|Title|PDF|", f"|Moss|[a]({ARXIV}2506.01001)|", f"|Fern|[a]({ARXIV}2505.01001)|")
    assert dates(text, "2025-07-01.md") == ["2025-07-01"]
    assert dates(text) == ["2025-06-01", "2025-05-01"]
    assert [each.code for each in read(text)[1]] == ["D116"]


def test_ranges_and_days_in_text() -> None:
    start = range_start("Week of June 23rd to 29, 2025", ZONE)
    assert start
    assert f"{start:%Y-%m-%d}" == "2025-06-23"
    assert range_start("Data 12 - 14, 2025", ZONE) is None
    assert day_of_year("6月12日") == (6, 12)
    assert day_of_year("no day") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://doi.org/10.1000/x.1",
        "https://openreview.net/forum?id=aB1",
        "https://aclanthology.org/2025.acl-long.1/",
        "https://proceedings.mlr.press/v1/a25.html",
        "https://openaccess.thecvf.com/content/CVPR2025/html/A_paper.html",
    ],
)
def test_papers_outside_arxiv(address: str) -> None:
    papers, findings = read(table("|Title|Date|Link|", f"|Moss|2025-03-04|[page]({address})|"))
    assert [paper.title for paper in papers] == ["Moss"]
    assert papers[0].abs_url == address
    assert not findings


def test_a_link_to_a_local_page_of_an_arxiv_paper() -> None:
    papers, _ = read(table("|论文|时间|", "|[Moss](../papers/arxiv-2503.01001/)|2025-03-04|"))
    assert papers[0].id == "arxiv:2503.01001"


def test_a_title_from_another_mention() -> None:
    rows = table("|Paper|Key idea|Links|", f"|2503.01001|It grows.|[a]({ARXIV}2503.01001)|")
    papers, _ = read(f"{rows}\n- [2503.01001 — Moss on Stones](a.md)\n", "2025-03-04.md")
    assert [(paper.title, paper.summary) for paper in papers] == [("Moss on Stones", "It grows.")]


def test_a_bad_row_costs_a_row() -> None:
    rows = table(
        "|Date|Title|PDF|",
        f"|2025-03-04|Moss|[a]({ARXIV}2503.01001)|",
        "|2025-03-04||[broken](",
        f"|2025-03-04|Fern|[a]({ARXIV}2503.01002)|",
    )
    papers, findings = read(rows)
    assert [paper.title for paper in papers] == ["Moss", "Fern"]
    assert [each.code for each in findings] == ["D312"]


def test_a_row_with_a_single_cell_heads_those_below_it() -> None:
    text = table("|Title|PDF|Code|", "|**June 2025**|||", f"|Moss|[a]({ARXIV}2506.01001)|x|")
    assert dates(text) == ["2025-06-01"]


def test_a_table_without_outer_bars_and_one_with_other_columns() -> None:
    text = (
        f"Title | Date | PDF\n--- | --- | ---\nMoss | 2025-03-04 | {ARXIV}2503.01001\n\n"
        + table("|PDF|Year|Paper|", f"|{ARXIV}2503.01002|2025|Fern|")
    )
    assert [paper.title for paper in read(text)[0]] == ["Moss", "Fern"]


def test_the_rows_of_a_region_below_the_headings_of_a_document() -> None:
    lines = table("|Title|PDF|", f"|Moss|[a]({ARXIV}2503.01001)|").split("\n")
    place = Place({1: "2025-03-04", 2: "Plants"})
    papers, findings = read_rows("x.md", lines, 10, place, ZONE)
    assert [(paper.line, paper.topic_names) for paper in papers] == [(12, ("Plants",))]
    assert papers[0].published
    assert not findings


def test_accounts_are_no_authors() -> None:
    assert table_cells.authors("Ada Author, moss2025, Bo _et al._") == ("Ada Author", "Bo")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("[md](a/b.md)", ""),
        ("[zh](a.md) · [en](b.md)", ""),
        ("https://x.y/z", ""),
        ("We use [a tool](https://x.y/z).", "We use a tool."),
        ("<details><summary>Show</summary>We grow.</details>", "We grow."),
    ],
)
def test_links_are_no_abstract(cell: str, text: str) -> None:
    assert table_cells.prose(cell, is_machine=False) == text


def test_columns_with_several_words() -> None:
    names = ["Title & Authors", "Links & Summary", "AI 摘要", "原始摘要", "Conference/Journal"]
    assert table_words.columns(names) == ["title", "link", "summary", "abstract", "venue"]


def test_a_table_with_thousands_of_columns_is_no_list() -> None:
    papers, _ = read(
        table("|Title|Date|PDF|" + "&|" * 10_000, f"|Moss|2025-03-04|{ARXIV}2503.01001|")
    )
    assert papers == []
