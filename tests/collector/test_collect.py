from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import collector, paper_id
from publisher.collector.archive.digest_index import index_of
from publisher.collector.archive.parsing import parse_text
from publisher.collector.merge import merge
from publisher.collector.text import links
from publisher.errors import SourceError
from publisher.models import Collection, Notes, Paper, ParsedDigest, ParsedPaper, Severity
from publisher.settings import load

if TYPE_CHECKING:
    import random

ZONE = ZoneInfo("Asia/Shanghai")
POST = """
---
title: T
date: 2024-11-20 09:30:00
tags:
    - {topic}
{extra}
---

# 2024-11-20 更新

## A title

**Authors:A B**

An abstract.

[PDF](http://arxiv.org/abs/2411.0000{n}v1)

**Summary**
Summary.

**Key Takeaways**
- One.
"""


def collect(*folders: Path, **source: object) -> Collection:
    flags = {"source": {"folders": [str(folder) for folder in folders], **source}}
    return collector.collect(load(None, {}, flags))


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_corpus(corpus: Path) -> None:
    collection = collect(corpus)
    assert len(collection.papers) == 1018
    assert collection.digest_count == 157
    for paper in collection.papers:
        assert paper.title, paper.id
        assert paper.authors, paper.id
        assert paper.abstract, paper.id
        assert paper.summary, paper.id
        assert paper.id.startswith("arxiv:")
    assert sum(not paper.takeaways for paper in collection.papers) == 1


def test_corpus_occurrences(corpus: Path) -> None:
    occurrences = [
        paper
        for path in corpus.rglob("*.md")
        for digest in parse_text(path.name, path.read_text(encoding="utf-8"), ZONE).digests
        for paper in digest.papers
    ]
    assert len(occurrences) == 1179
    assert sum(paper.comment is not None for paper in occurrences) == 642


def test_seeds_by_their_ending(seeds: Path) -> None:
    with pytest.raises(SourceError, match=r"\.txt"):
        collect(seeds)
    collection = collect(seeds, include=["*.txt"])
    assert collection.digest_count == 5
    assert all(paper.title and paper.authors and paper.abstract for paper in collection.papers)


def test_examples_show_every_case(examples: Path) -> None:
    collection = collect(examples)
    assert len(collection.topics) >= 3
    assert len(collection.papers) >= 20
    assert any(len(paper.topics) > 1 for paper in collection.papers)
    assert any(paper.version == 2 and len(paper.digests) > 1 for paper in collection.papers)
    # Their leaked prompt text is intended, and a warning.
    assert not any(finding.severity is Severity.ERROR for finding in collection.findings)


def test_bad_files_are_reported_and_the_rest_is_published(tmp_path: Path) -> None:
    write(tmp_path, "good.md", POST.format(topic="Good", n=1, extra=""))
    latin = POST.format(topic="Café", n=2, extra="").encode().replace("é".encode(), b"\xe9")
    write(tmp_path, "latin.md", latin)
    write(tmp_path, "bare.md", POST.format(topic="x", n=3, extra="").split("---\n")[2])
    write(tmp_path, "yaml.md", POST.format(topic="Yaml", n=4, extra="description: a: b"))
    write(tmp_path, "escape.md", POST.format(topic="../../etc", n=5, extra=""))
    write(tmp_path, "empty.md", "")
    write(tmp_path, "garbage.md", bytes(range(256)) * 50)
    write(tmp_path, "essay.md", "---\nlayout: x\n---\nNo digest at all.\n")
    (tmp_path / "folder.md").mkdir()
    collection = collect(tmp_path)
    assert {paper.id for paper in collection.papers} == {f"arxiv:2411.0000{n}" for n in range(1, 6)}
    assert {topic.slug for topic in collection.topics} == {"bare", "cafe", "etc", "good", "yaml"}
    codes = {
        (Path(finding.path).name, finding.line, finding.code) for finding in collection.findings
    }
    assert ("latin.md", 6, "D102") in codes
    assert ("bare.md", 1, "D103") in codes
    assert ("yaml.md", 7, "D104") in codes
    assert ("garbage.md", 2, "D102") in codes
    assert collection.no_digests == (f"{tmp_path}/empty.md", f"{tmp_path}/essay.md")
    assert not any(finding.path.endswith("good.md") for finding in collection.findings)


def test_unreadable_file_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, "good.md", POST.format(topic="Good", n=1, extra=""))
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nowhere")
    collection = collect(tmp_path)
    assert [str(finding) for finding in collection.findings] == [
        f"{tmp_path}/dangling.md:0: D101 the file can't be read: No such file or directory"
    ]


def test_files_are_parsed_again_if_the_cache_is_deleted(tmp_path: Path) -> None:
    write(tmp_path, "good.md", POST.format(topic="Good", n=1, extra=""))
    write(tmp_path, "yaml.md", POST.format(topic="Yaml", n=4, extra="description: a: b"))
    expected = collect(tmp_path)
    papers, findings = list(expected.papers), list(expected.findings)
    assert expected.errors == tuple(findings)
    collection = collect(tmp_path)
    cache = load(None, {}, {}).cache_folder / "parsed.sqlite"
    with sqlite3.connect(cache) as connection:
        connection.execute("DELETE FROM parsed")
    connection.close()
    assert list(collection.papers) == papers
    assert list(collection.findings) == findings


def test_missing_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        collect(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="no digest found"):
        collect(tmp_path)


def test_globs(tmp_path: Path) -> None:
    for name in ("a.md", "2024/b.md", "2024/deep/c.md", ".hidden/d.md", "2024/e.txt"):
        write(tmp_path, name, POST.format(topic="T", n=1, extra=""))
    assert collect(tmp_path).papers[0].digests == ("2024/b.md", "2024/deep/c.md", "a.md")
    assert collect(tmp_path, include=["2024/*"]).papers[0].digests == ("2024/b.md", "2024/e.txt")
    assert collect(tmp_path, exclude=["**/deep/**"]).papers[0].digests == ("2024/b.md", "a.md")
    assert collect(tmp_path / "2024" / "e.txt").papers[0].digests == ("e.txt",)


ARXIV = [
    ("http://arxiv.org/abs/2411.19525v1", "arxiv:2411.19525", 1),
    ("https://arxiv.org/abs/2411.19525", "arxiv:2411.19525", 1),
    ("https://www.arxiv.org/pdf/0704.0001v12.pdf", "arxiv:0704.0001", 12),
    ("http://arxiv.org/abs/cs/0112017v3", "arxiv:cs/0112017", 3),
    ("http://arxiv.org/abs/math.GT/0309136", "arxiv:math/0309136", 1),
    ("https://arxiv.org/abs/MATH/0309136v2", "arxiv:math/0309136", 2),
    ("arXiv:hep-th/9901001v2.", "arxiv:hep-th/9901001", 2),
    ("https://doi.org/10.48550/arXiv.2401.00001", "arxiv:2401.00001", 1),
    ("http://dx.doi.org/10.48550/arxiv.cs.LG/0112017", "arxiv:cs/0112017", 1),
    ("doi:10.48550/arXiv.2401.00001", "arxiv:2401.00001", 1),
    ("https://ar5iv.labs.arxiv.org/html/2401.00001v2", "arxiv:2401.00001", 2),
    ("https://www.alphaxiv.org/overview/2401.00001", "arxiv:2401.00001", 1),
    ("https://huggingface.co/papers/2401.00001", "arxiv:2401.00001", 1),
    ("HTTPS://EXPORT.ARXIV.ORG/PDF/2401.00001V3.PDF", "arxiv:2401.00001", 3),
    ("https://arxiv.org/html/2401.00001v2#S1", "arxiv:2401.00001", 2),
    ("<https://arxiv.org/pdf/2401.00001>).", "arxiv:2401.00001", 1),
    ("arxiv.org/abs/2401.00001?context=cs", "arxiv:2401.00001", 1),
    ("https://arxiv.org/list/cs.CV/recent", None, 0),
    ("https://huggingface.co/tree/2401.00001", None, 0),
    ("2401.00001", None, 0),
    ("http://arxiv.org/abs/../../etc/passwd", None, 0),
    ("https://evil.example/arxiv.org/abs/2411.19525", None, 0),
    ("javascript:alert(1)", None, 0),
]


@pytest.mark.parametrize(("url", "key", "version"), ARXIV)
def test_arxiv_id(url: str, key: str | None, version: int) -> None:
    arxiv = paper_id.arxiv_id(url)
    assert (arxiv.key if arxiv else None) == key
    assert arxiv is None or arxiv.version == version


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2401.00001v2", "arxiv:2401.00001"),
        ("math.GT/0309136", "arxiv:math/0309136"),
        ("10.48550/arXiv.2401.00001", "arxiv:2401.00001"),
        ("https://arxiv.org/abs/2401.00001", "arxiv:2401.00001"),
        ("2413.00001", None),  # no month
        ("1234.5678", None),
        ("foo/1234567", None),
        ("10.1145/1234.56789", None),
    ],
)
def test_arxiv_id_of_a_field(text: str, key: str | None) -> None:
    arxiv = paper_id.arxiv_id_of_field(text)
    assert (arxiv.key if arxiv else None) == key


def test_code_urls() -> None:
    text = (
        "Code (https://github.com/a/b) and https://huggingface.co/x/y, see https://a.github.io/b. "
        "Also https://github.com/a/b and https://github.com/."
    )
    assert links.code_urls(text) == ("https://github.com/a/b", "https://huggingface.co/x/y")


def paper(n: int, version: int = 1, **changes: object) -> ParsedPaper:
    parsed = ParsedPaper(line=1, id=f"arxiv:2411.0000{n}", version=version, title=f"T{n}v{version}")
    return replace(parsed, **changes)  # type: ignore[arg-type]


def digest(day: int, *papers: ParsedPaper, topic: str = "A", path: str = "") -> ParsedDigest:
    moment = datetime(2024, 11, day, tzinfo=ZONE)
    return ParsedDigest(path or f"{day}/{topic}.md", moment, (topic,), papers)


def merged(digests: list[ParsedDigest]) -> list[Paper]:
    papers, *_ = merge([index_of(digest) for digest in digests], digests.__getitem__)
    return list(papers)


def test_merge_combines_all_mentions() -> None:
    (newest,) = merged(
        [
            digest(3, paper(1, 2, summary="new", takeaways=("n",))),
            digest(1, paper(1, 1, summary="old", takeaways=("o",), figures=("https://a/1",))),
            digest(1, paper(1, 1), topic="B"),
            digest(5, paper(1, 1, summary="late", takeaways=("l",)), topic="C"),
        ]
    )
    assert newest.version == 2
    assert newest.title == "T1v2"
    assert newest.summary == "new"
    assert newest.figures == ("https://a/1",)
    assert [topic.name for topic in newest.topics] == ["A", "B", "C"]
    assert newest.digests == ("1/A.md", "1/B.md", "3/A.md", "5/C.md")
    assert newest.first_published.day == 1
    assert newest.updated.day == 3


def test_merge_takes_notes_from_the_newest_that_has_them() -> None:
    old, new = Notes(method="old"), Notes(method="new")
    papers = merged(
        [
            digest(1, paper(1, 2, notes=old)),
            digest(2, paper(1, 2, notes=new)),
            digest(3, paper(1, 2)),
            digest(4, paper(1, 1, notes=old)),
        ]
    )
    assert papers[0].notes == new


@given(
    st.lists(
        st.builds(
            digest,
            st.integers(1, 5),
            st.builds(
                paper, st.integers(1, 3), st.integers(1, 2), summary=st.sampled_from(["a", None])
            ),
            topic=st.sampled_from(["A", "B", "a"]),
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_merge_is_commutative_and_idempotent(
    digests: list[ParsedDigest], rng: random.Random
) -> None:
    digests = list({d.path: d for d in digests}.values())
    shuffled = digests[:]
    rng.shuffle(shuffled)
    assert merged(shuffled) == merged(digests)
    twice = [replace(d, papers=d.papers + d.papers) for d in digests]
    assert merged(twice) == merged(digests)


def test_html_stays_with_the_text_it_belongs_to() -> None:
    def mention(version: int, **fields: str) -> ParsedDigest:
        paper = ParsedPaper(line=1, id="arxiv:2411.00001", version=version, **fields)
        return ParsedDigest(
            f"{version}.md", datetime(2024, 11, version, tzinfo=UTC), ("t",), (paper,)
        )

    old = mention(
        1, title="A²", title_html="A<sup>2</sup>", abstract="b²", abstract_html="b<sup>2</sup>"
    )
    (paper,) = merged([old, mention(2, title="A 2")])
    assert (paper.title, paper.title_html) == ("A 2", "")
    assert (paper.abstract, paper.abstract_html) == ("b²", "b<sup>2</sup>")


RECORD = '{{"title": "A record", "id": "2411.1000{n}", "authors": ["C D"], "abstract": "Text."}}\n'


def titles(collection: Collection) -> list[str]:
    return sorted(paper.title for paper in collection.papers)


def test_records_are_read_where_no_markdown_has_papers(tmp_path: Path) -> None:
    write(tmp_path, "data/2024-11-20.jsonl", RECORD.format(n=1) + RECORD.format(n=2))
    write(tmp_path, "README.md", "# A repository\n\nIt has data.\n")
    write(tmp_path, "package.json", '{"name": "x"}')
    write(tmp_path, "node_modules/x/papers.json", RECORD.format(n=3))
    for _ in range(2):  # also from the cache
        collection = collect(tmp_path)
        assert titles(collection) == ["A record", "A record"]
        assert collection.errors == ()
        assert collection.papers[0].first_published.date().isoformat() == "2024-11-20"
    assert collect(tmp_path / "data").digest_count == 1
    with pytest.raises(SourceError, match=r"there are files ending in \.jsonl"):
        collect(tmp_path / "data", records="off")


def test_records_beside_markdown_are_read_only_if_they_are_wanted(tmp_path: Path) -> None:
    write(tmp_path, "2024-11-20.md", POST.format(topic="NeRF", extra="", n=1))
    same = RECORD.format(n=1).replace("2411.10001", "2411.00001")
    write(tmp_path, "data/2024-11-20.jsonl", same + RECORD.format(n=2))
    assert titles(collect(tmp_path)) == ["A title"]
    collection = collect(tmp_path, records="on")
    assert titles(collection) == ["A record", "A title"]
    paper = next(paper for paper in collection.papers if paper.title == "A title")
    assert (paper.authors, paper.abstract, paper.summary) == (("A B",), "An abstract.", "Summary.")
    assert len(paper.digests) == 2
    assert titles(collect(tmp_path, include=["**/*.jsonl"])) == ["A record", "A record"]


def test_other_markings_are_named_once_each(tmp_path: Path) -> None:
    write(tmp_path, "2024-11-20.md", POST.format(topic="NeRF", extra="", n=1))
    write(tmp_path, "list.rst", "Papers\n======\n\n* https://arxiv.org/abs/2411.00002\n")
    write(tmp_path, "install.org", "* Install\n\nRun it.\n")
    codes = [finding.code for finding in collect(tmp_path).findings]
    assert codes.count("D117") == 1
