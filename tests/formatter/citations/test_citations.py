"""Citations, read back with the parsers that people use."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import bibtexparser
import pybtex.database
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from publisher.formatter.citations.bibtex import bibtex_entry, escaped
from publisher.formatter.citations.citation import make_citation
from publisher.formatter.citations.csl_json import csl_json
from publisher.formatter.citations.names import Name, parted
from publisher.formatter.citations.ris import ris_reference
from publisher.models import Paper, Topic, Venue

NOON = datetime(2024, 12, 3, 12, tzinfo=UTC)


def make_paper(**changes: Any) -> Paper:
    values: dict[str, Any] = {
        "id": "arxiv:2411.19525",
        "version": 2,
        "title": "NeRF-Like Fields & 50% Less Memory: Étude of $5 Scenes at 3D_Speed",
        "authors": ("Ada Example", "Laurens van der Maaten", "Başak Melis Öcal", "张三"),
        "abstract": "We render.\nFast, with ~2× the speed \\ half the cost.",
        "comment": "Accepted by CVPR 2025",
        "abs_url": "https://arxiv.org/abs/2411.19525",
        "pdf_url": "https://arxiv.org/pdf/2411.19525v2",
        "code_urls": (),
        "topics": (Topic("nerf", "NeRF"), Topic("avatar", "元宇宙/虚拟人")),
        "digests": (),
        "first_published": NOON,
        "updated": NOON,
        "summary": None,
        "takeaways": (),
        "figures": (),
        "repaired": False,
    }
    return Paper(**(values | changes))


NAMES = [
    ("Ada Example", ("Example", "Ada", "")),
    ("K Ram Prabhakar", ("Prabhakar", "K Ram", "")),
    ("Laurens van der Maaten", ("van der Maaten", "Laurens", "")),
    ("Fernando De la Torre", ("De la Torre", "Fernando", "")),
    ("Victor Emanuel da Silva Monteiro", ("da Silva Monteiro", "Victor Emanuel", "")),
    ("Bo zhao", ("zhao", "Bo", "")),
    ("Van Nguyen", ("Nguyen", "Van", "")),
    ("Robert Downey Jr.", ("Downey", "Robert", "Jr.")),
    ("Robert Downey, Jr.", ("Downey", "Robert", "Jr.")),
    ("Example, Ada", ("Example", "Ada", "")),
    ("Santosh", ("Santosh", "", "")),
    ("张三", ("张三", "", "")),
    ("山田 太郎", ("山田 太郎", "", "")),
    ("Gemini Team", ("Gemini Team", "", "")),
    ("The ATLAS Collaboration", ("The ATLAS Collaboration", "", "")),
    ("Smith and Jones", ("Smith and Jones", "", "")),
    ("Ada Teamer", ("Teamer", "Ada", "")),
    ("  Ada   Example ", ("Example", "Ada", "")),
    ("", ("", "", "")),
]


@pytest.mark.parametrize(("name", "parts"), NAMES)
def test_names_are_parted(name: str, parts: tuple[str, str, str]) -> None:
    assert parted(name) == Name(*parts)


@pytest.mark.parametrize(
    ("paper_id", "year", "month", "arxiv_id", "doi"),
    [
        ("arxiv:2411.19525", 2024, 11, "2411.19525", "10.48550/arXiv.2411.19525"),
        ("arxiv:cs/9901001", 1999, 1, "cs/9901001", "10.48550/arXiv.cs/9901001"),
        ("arxiv:math.GT/0309136", 2003, 9, "math.GT/0309136", "10.48550/arXiv.math.GT/0309136"),
        ("arxiv:2413.00001", 2024, 0, "2413.00001", "10.48550/arXiv.2413.00001"),
        ("doi:10.1000/182", 2024, 12, "", "10.1000/182"),
        ("title:abc", 2024, 12, "", ""),
    ],
)
def test_dates_and_numbers_come_from_the_id(
    paper_id: str, year: int, month: int, arxiv_id: str, doi: str
) -> None:
    found = make_citation(make_paper(id=paper_id))
    assert (found.year, found.month, found.arxiv_id, found.doi) == (year, month, arxiv_id, doi)


@pytest.mark.parametrize(
    ("venue", "kind", "year"),
    [
        (None, "preprint", 2024),
        (Venue("CVPR", 2025), "conference", 2025),
        (Venue("CVPR Workshop"), "conference", 2024),
        (Venue("TPAMI", 2025), "journal", 2025),
        (Venue("IEEE Internet of Things Journal"), "journal", 2024),
        (Venue("RA-L"), "journal", 2024),
    ],
)
def test_a_venue_says_what_it_is(venue: Venue | None, kind: str, year: int) -> None:
    found = make_citation(make_paper(venue=venue))
    assert (found.kind, found.year) == (kind, year)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, "example2024nerf"),
        ({"title": "On the Use of GANs"}, "example2024use"),
        ({"title": "3D Scenes"}, "example2024-3d"),
        ({"authors": ("张三",), "title": "医学图像"}, "zhangsan2024yixuetuxiang"),
        ({"authors": (), "title": ""}, "anonymous2024"),
        ({"authors": ("Laurens van der Maaten",)}, "vandermaaten2024nerf"),
    ],
)
def test_keys_can_be_typed(changes: dict[str, Any], key: str) -> None:
    assert make_citation(make_paper(**changes)).key == key


def test_bibtex_as_pybtex_and_bibtexparser_read_it() -> None:
    citation = make_citation(make_paper(venue=Venue("CVPR", 2025)))
    text = bibtex_entry(citation)

    entry = pybtex.database.parse_string(text, "bibtex").entries["example2025nerf"]
    assert entry.type == "inproceedings"
    assert [str(person) for person in entry.persons["author"]] == [
        "Example, Ada",
        "van der Maaten, Laurens",
        '{\\"O}cal, Ba{\\c{s}}ak Melis',
        "{\\relax 张三}",
    ]
    readable = LatexNodes2Text().latex_to_text
    assert readable(entry.fields["title"]) == citation.title
    assert "{NeRF-Like}" in entry.fields["title"]
    assert entry.fields["eprint"] == "2411.19525"
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert library.entries[0]["booktitle"] == "CVPR"


def test_ris_as_rispy_reads_it() -> None:
    citation = make_citation(make_paper())
    (entry,) = rispy.load(io.StringIO(ris_reference(citation)))

    assert entry["type_of_reference"] == "UNPB"
    assert entry["title"] == citation.title
    assert entry["authors"] == [
        "Example, Ada",
        "van der Maaten, Laurens",
        "Öcal, Başak Melis",
        "张三",
    ]
    assert (entry["year"], entry["date"]) == ("2024", "2024/11//")
    assert entry["doi"] == "10.48550/arXiv.2411.19525"
    assert entry["keywords"] == ["NeRF", "元宇宙/虚拟人"]


def test_csl_json_has_the_fields_of_its_specification() -> None:
    preprint = json.loads(csl_json(make_citation(make_paper())))
    article = json.loads(csl_json(make_citation(make_paper(venue=Venue("TPAMI", 2025)))))

    assert preprint[0]["type"] == "article"
    assert preprint[0]["publisher"] == "arXiv"
    assert preprint[0]["number"] == "arXiv:2411.19525"
    assert preprint[0]["issued"] == {"date-parts": [[2024, 11]]}
    assert article[0]["type"] == "article-journal"
    assert article[0]["container-title"] == "TPAMI"
    assert article[0]["issued"] == {"date-parts": [[2025]]}
    texts = {"id", "type", "title", "container-title", "publisher", "number", "DOI", "URL"}
    texts |= {"note", "keyword"}
    for item in preprint + article:
        assert set(item) <= texts | {"author", "issued"}
        assert all(isinstance(item[key], str) for key in texts & set(item))
        assert item["author"][1] == {"family": "van der Maaten", "given": "Laurens"}
        assert item["author"][3] == {"literal": "张三"}


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from('{}\\%$&#_~^"@,= \n\r\t<>|éßα张\ud800')), max_size=60
)


@given(title=HOSTILE, author=HOSTILE, comment=HOSTILE)
def test_no_text_breaks_a_citation(title: str, author: str, comment: str) -> None:
    paper = make_paper(title=title, authors=(author, "Ada Example"), comment=comment)
    citation = make_citation(paper)
    text = bibtex_entry(citation).encode(errors="replace").decode()
    assert text.count("{") == text.count("}")
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert len(library.entries) == 1
    assert library.entries[0]["eprint"] == "2411.19525"
    lines = ris_reference(citation).encode(errors="replace").decode().split("\r\n")
    assert all(line[2:6] == "  - " for line in lines[:-1])
    assert lines[-2:] == ["ER  - ", ""]
    assert len(json.loads(csl_json(citation))) == 1


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ('plain (text), 1-2: "a"\'s', 'plain (text), 1-2: "a"\'s'),
        ("é ß Ł", r"{\'e} {\ss} {\L}"),
        ("50% & $5 #1 a_b", r"50\% \& \$5 \#1 a\_b"),
        (r"{\}", r"{\textbraceleft}{\textbackslash}{\textbraceright}"),
        ("α²", r"{$\alpha$}{\textsuperscript{2}}"),
        ("ễ ầ ặ x̂ ᵢ", r"{\~{\^e}} {\`{\^a}} {\d{\u{a}}} {\^x} {\textsubscript{i}}"),
        (
            "ℝ 𝓛 ℳ 𝕜 ή",
            r"{$\mathbb{R}$} {$\mathcal{L}$} {$\mathcal{M}$} {$\mathbf{k}$} {$\acute{\eta}$}",
        ),
        ("--x ''y", "-{}-x '{}'y"),
        ("中文", "中文"),
    ],
)
def test_bibtex_escapes(text: str, tex: str) -> None:
    assert escaped(text) == tex
