"""Posts about one paper: where they name it, and posts that only refer to papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.format_trials import try_formats
from publisher.collector.archive.parsing import parse_bytes, parse_text
from publisher.collector.fields.field_words import Field
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.record_fields import front_matter_pieces

if TYPE_CHECKING:
    from publisher.models import ParsedPaper

ZONE = ZoneInfo("UTC")
SHAPES = Path(__file__).parents[4] / "shared" / "shapes"
HEAD = "---\ntitle: Growing Trees\ndate: 2026-06-15\ntags: [trees]\n"
LINK = "https://arxiv.org/abs/2606.00171"


def used(path: str, text: str) -> str:
    return try_formats(path, text.encode(), ZONE).used


def papers_in(path: str, text: str) -> list[ParsedPaper]:
    return [paper for digest in parse_text(path, text, ZONE).digests for paper in digest.papers]


def paper_in(path: str, text: str) -> ParsedPaper:
    (paper,) = papers_in(path, text)
    return paper


NAMED = [  # path, text
    ("a.md", f"{HEAD}arxivId: '2606.00171'\n---\n"),
    ("a.md", f"{HEAD}sourceUrl: {LINK}\n---\nText.\n"),
    ("a.md", f"{HEAD}links: [{{name: PDF, url: '{LINK}'}}]\n---\nText.\n"),
    ("a.md", f"{HEAD}links: {{arxiv: '{LINK}'}}\n---\nText.\n"),
    ("a.md", f"{HEAD}---\n**Paper**: [here]({LINK})\n\nText.\n"),
    ("a.md", f"{HEAD}---\nText.\n\n## Some notes\n\n* [Link to the paper]({LINK})\n"),
    ("a.md", f"---\ndate: 2026-06-15\nurl: {LINK}\n---\n\n# Growing Trees\n"),
    ("Growing Trees Faster Again.md", f"---\ndate: 2026-06-15\nurl: {LINK}\n---\n\nText.\n"),
    ("2606.00171v1-trees.md", f"{HEAD}---\nText.\n"),
    ("2606.00171/NOTES.md", f"{HEAD}---\nText.\n"),
    ("260600171v1-trees.md", f"{HEAD}---\nText on arXiv:2606.00171 and arXiv:1901.00009.\n"),
    ("paper-2606-00171.md", f"{HEAD}---\nText, see {LINK}\n"),
    ("2606.00171.md", "# Growing Trees\n\n**Authors:** Ada Author\n\nThe abstract.\n"),
    ("a.md", f"# Growing Trees\n\n**arXiv**: [2606.00171]({LINK})\n\n## Method\n\nWe grow.\n"),
    ("a.md", f"## [Growing Trees]({LINK})\n\nTLDR; they grow.\n"),
    ("a.md", f"# Paper\n\n* **Title**: Growing Trees\n* **Link**: {LINK}\n"),
]


@pytest.mark.parametrize(("path", "text"), NAMED)
def test_a_post_names_its_paper(path: str, text: str) -> None:
    paper = paper_in(path, text)
    assert paper.id == "arxiv:2606.00171"
    assert paper.title.startswith("Growing Trees")
    assert used(path, text) == "paper-file"


TWO = f"""---
## [Tree Net]({LINK})

**Authors:** Ada Author

We grow trees.

## [Leaf Net](https://arxiv.org/abs/2606.00172)

**Authors:** Bo Writer

We count leaves.
"""
OTHERS = [  # path, text, format
    ("a.md", f"{HEAD}---\nThis post mentions {LINK} in its text.\n", "markdown-post"),
    ("a.md", f"{HEAD}---\n## More\n\n- Trees in [a paper]({LINK}).\n", "markdown-post"),
    ("251009543-trees.md", f"{HEAD}---\nText without any paper.\n", "markdown-post"),
    ("2012.0305.md", f"{HEAD}---\nA day in December.\n", "markdown-post"),
    ("a.md", f"{HEAD}{TWO}", "paper-list"),
    ("2606.00171.md", f"{HEAD}{TWO}", "paper-list"),
]


@pytest.mark.parametrize(("path", "text", "name"), OTHERS)
def test_a_post_about_no_single_paper(path: str, text: str, name: str) -> None:
    assert used(path, text) == name
    assert not any(paper.title == "Growing Trees" for paper in papers_in(path, text)) or (
        paper_in(path, text).id.startswith("post:")
    )


def test_notes_may_refer_to_other_papers() -> None:
    others = "".join(f"- [Net {n}](https://arxiv.org/abs/1901.0000{n})\n" for n in range(1, 6))
    lines = "A line of notes.\n\n" * 9
    text = f"# Growing Trees\n\n**arXiv**: {LINK}\n\n{lines}## More\n\n{others}"
    assert paper_in("2026-06-15.md", text).id == "arxiv:2606.00171"


def test_a_paper_that_is_not_on_arxiv_keeps_the_id_of_its_post() -> None:
    fields = "authors: [Ada Author]\npublication: CVPR 2026\nurl_pdf: https://trees.example/a.pdf\n"
    paper = paper_in("notes/a.md", f"{HEAD}{fields}---\nText.\n")
    assert paper.id == paper_in("notes/a.md", f"{HEAD}---\nText.\n").id
    assert (paper.authors, paper.pdf_url) == (("Ada Author",), "https://trees.example/a.pdf")


DATES = [  # path, lines of front matter, date
    ("2026-06-16/a.md", "date: 2026-06-15", "2026-06-15"),
    ("2026-06-16/a.md", "", "2026-06-16"),
    ("a.md", "published: 2026-06-14\ncreated: 2026-06-15", "2026-06-15"),
    ("a.md", "published: 2026-06-14", "2026-06-14"),
    ("a.md", "", "2026-06-01"),  # as arXiv numbers it
]


@pytest.mark.parametrize(("path", "lines", "date"), DATES)
def test_the_date_of_a_paper(path: str, lines: str, date: str) -> None:
    text = f"---\ntitle: Growing Trees\narxiv: '2606.00171'\n{lines}\n---\nText.\n"
    (digest,) = parse_text(path, text, ZONE).digests
    assert f"{digest.published:%Y-%m-%d}" == date


TOPICS = [
    ("docs/cs-CV/2026-06-15/papers/a.md", "", ("cs-CV",)),
    ("content/publication/author-2026-trees/index.md", "", ("Papers",)),
    ("a.md", "tags: ['query:trees', 'tag: leaves']", ("trees", "leaves")),
    ("a.md", "categories: [trees]", ("trees",)),
]


@pytest.mark.parametrize(("path", "lines", "topics"), TOPICS)
def test_the_topics_of_a_paper(path: str, lines: str, topics: tuple[str, ...]) -> None:
    text = (
        f"---\ntitle: Growing Trees\ndate: 2026-06-15\narxiv: '2606.00171'\n{lines}\n---\nText.\n"
    )
    assert paper_in(path, text).topic_names == topics


def test_keys_without_a_field_and_deep_maps() -> None:
    deep: dict[str, object] = {"paper": {}}
    deep["paper"] = deep
    assert list(front_matter_pieces(deep)) == []
    assert list(
        front_matter_pieces({"moss": "x", "arxiv": None, "authors": ["me", {"name": "A B"}]})
    ) == [Piece(Field.AUTHORS, "authors", "A B")]


def of_shape(name: str) -> ParsedPaper:
    folder = next(iter(SHAPES.glob(f"{name}-*")), None)
    if folder is None:
        pytest.skip(f"{SHAPES} is not here")
    (path,) = folder.rglob("*.md")
    digests = parse_bytes(path.relative_to(folder).as_posix(), path.read_bytes(), ZONE).digests
    ((digest, paper),) = ((digest, paper) for digest in digests for paper in digest.papers)
    assert digest.published.year > 2000
    return paper


def test_shape_of_a_bundle() -> None:
    paper = of_shape("12")
    assert (paper.id, paper.topic_names) == ("arxiv:2408.00121", ("Papers",))
    assert paper.abs_url == "https://arxiv.org/abs/2408.00121"


def test_shape_of_a_toolbar() -> None:
    paper = of_shape("13")
    assert (paper.id, paper.authors) == ("arxiv:2512.00131", ("Ada Author", "Bo Writer"))
    assert (paper.abstract, paper.summary) == ("本文让树长得更快。", "让树长得更快。")


def test_shape_of_front_matter() -> None:
    paper = of_shape("17")
    assert (paper.id, paper.pdf_url) == ("arxiv:2606.00171", "https://arxiv.org/pdf/2606.00171v1")
    assert (paper.summary, paper.score) == ("本文让树长得更快。", 8.0)
    assert paper.abstract.startswith("We grow trees faster than they grow by themselves.")
    assert paper.abstract.endswith("我们让树长得比自己更快。")
    assert paper.notes
    assert (paper.notes.method, paper.notes.conclusion) == ("多浇水。", "浇水有用。")


def test_shape_without_a_title_key() -> None:
    paper = of_shape("19")
    assert (paper.id, paper.title) == ("arxiv:2608.00191", "Tree Net: Growing Trees Faster")
    assert paper.published
    assert f"{paper.published:%Y-%m-%d}" == "2026-08-18"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("14", "A survey of trees"),
        ("15", "Tree Net"),
        ("18", "Tree Net"),
        ("25", "Trees in a notebook"),
    ],
)
def test_shapes_of_posts(name: str, title: str) -> None:
    paper = of_shape(name)
    assert (paper.title, paper.id[:5]) == (title, "post:")
    if name == "18":
        assert paper.authors == ("A. Author", "B. C. Writer", "Tree Genetics Center")


def test_an_address_that_is_none_is_passed_over() -> None:
    text = "---\ntitle: Moss\ndate: 2026-06-15\nurl: 'https://arxiv\"]'\n---\nText.\n"
    (digest,) = parse_bytes("moss.md", text.encode(), ZoneInfo("UTC")).digests
    assert [paper.title for paper in digest.papers] == ["Moss"]
