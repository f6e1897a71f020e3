"""Writer and reader of the index, and the page's script, on the same papers."""

from __future__ import annotations

import re
import shutil
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.search_script import run_script

from publisher import collector
from publisher.formatter.search.query import Query
from publisher.formatter.search.reader import IndexChangedError, IndexReader
from publisher.formatter.search.segments import INDEX_FILE, segment_of
from publisher.formatter.search.shards import encode_shards, find_term
from publisher.formatter.site.build import build_site
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Paper

WORDS = (
    "gaussian splatting",
    "the",
    "audio-driven",
    '"radiance fields"',
    "surface reconstruction",
    "高斯",
    "说话人头",
    "muller",
    "脸",
    "高斯 gaussian",
    "zhang",
    "nothinglikethis",
)
DAY = "2024-12-06"


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def has(text: str, word: str) -> bool:
    """Return whether `text` literally has `word`; hyphens and spaces are the same in phrases."""
    if ord(word[0]) >= 0x3000:
        return word in text
    phrase = r"[\W_]+".join(map(re.escape, re.split(r"[\s-]+", word)))
    return re.search(rf"(?<![^\W_]){phrase}(?![^\W_])", text) is not None


def stems(query: str, papers: list[Paper]) -> set[str]:
    words = re.findall(r'"([^"]+)"|(\S+)', plain(query))
    texts = {
        paper.id: "\n\n".join(
            plain(text)
            for text in (
                paper.title,
                *paper.authors,
                paper.abstract,
                paper.summary or "",
                *paper.takeaways,
                *(topic.name for topic in paper.topics),
            )
        )
        for paper in papers
    }
    return {
        f"papers/{paper_id.removeprefix('arxiv:')}"
        for paper_id, text in texts.items()
        if all(has(text, phrase or word) for phrase, word in words)
    }


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Paper]]:
    from conftest import EXAMPLES

    folder = tmp_path_factory.mktemp("site")
    flags = {
        "source": {"folders": (str(EXAMPLES),), "cache": str(folder / "cache")},
        "output": {"folder": str(folder / "out")},
    }
    settings = load(None, {}, flags)
    collection = collector.collect(settings)
    papers = [
        replace(paper, code_urls=("https://example.org/code",)) if number % 2 else paper
        for number, paper in enumerate(collection.papers)
    ]
    collection = replace(collection, papers=papers, summaries=(), fingerprint=0)
    build_site(collection, settings, saved={}, workers=1)
    return folder / "out", papers


def reader(folder: Path) -> IndexReader:
    return IndexReader(lambda path: (folder / path).read_bytes())


def found(folder: Path, query: Query) -> tuple[list[str], bool, str]:
    index = reader(folder)
    hits = index.search(query)
    return [entry.stem for entry in index.entries(hits.hits)], hits.by_prefix, hits.stem


@pytest.mark.parametrize("word", WORDS)
def test_papers_are_those_that_have_the_words(indexed: tuple[Path, list[Paper]], word: str) -> None:
    folder, papers = indexed
    hits, by_prefix, _ = found(folder, Query(word))
    assert set(hits) == stems(word, papers)
    assert bool(hits) != (word == "nothinglikethis")
    assert not by_prefix


def test_titles_come_first_and_newer_papers_before_older(
    indexed: tuple[Path, list[Paper]],
) -> None:
    folder, papers = indexed
    hits, _, _ = found(folder, Query("gaussian"))
    titles = {f"papers/{p.id.removeprefix('arxiv:')}": p.title.lower() for p in papers}
    in_title = ["gaussian" in re.findall(r"\w+", titles[stem]) for stem in hits]
    assert in_title == sorted(in_title, reverse=True)
    assert any(in_title)
    index = reader(folder)
    entries = index.entries(index.search(Query(year="2024")).hits)
    dates = [entry.date for entry in entries]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == len(papers)


def test_filters_leave_what_they_name(indexed: tuple[Path, list[Paper]]) -> None:
    folder, papers = indexed
    paper = next(paper for paper in papers if paper.venue and paper.code_urls)
    assert paper.venue
    with_code = [each.id for each in papers if each.code_urls]
    assert len(found(folder, Query(code=True))[0]) == len(with_code) < len(papers)
    whole = Query(topic=paper.topics[0].slug, year="2024", venue=paper.venue.name, code=True)
    hits, _, _ = found(folder, whole)
    assert set(hits) == {
        f"papers/{each.id.removeprefix('arxiv:')}"
        for each in papers
        if each.venue
        and each.venue.name == paper.venue.name
        and each.code_urls
        and paper.topics[0] in each.topics
    }
    assert found(folder, replace(whole, year="1999"))[0] == []
    assert found(folder, replace(whole, topic="none"))[0] == []
    assert found(folder, Query())[0] == []


def test_an_id_leads_to_its_paper(indexed: tuple[Path, list[Paper]]) -> None:
    folder, papers = indexed
    number = papers[0].id.removeprefix("arxiv:")
    for text in (number, f"{number}v3", f"arXiv:{number}", f"https://arxiv.org/pdf/{number}v1.pdf"):
        assert found(folder, Query(text))[2] == f"papers/{number}"
    assert found(folder, Query("2411.99999")) == ([], False, "")


def test_the_beginning_of_a_word_helps_where_nothing_else_does(
    indexed: tuple[Path, list[Paper]],
) -> None:
    folder, _ = indexed
    hits, by_prefix, _ = found(folder, Query("gaussian splatt"))
    assert by_prefix
    assert set(found(folder, Query("gaussian splatting"))[0]) <= set(hits)
    assert found(folder, Query("gaussian splatt*"))[:2] == (hits, False)


def test_the_script_shows_the_same(indexed: tuple[Path, list[Paper]], tmp_path: Path) -> None:
    folder, papers = indexed
    number = papers[0].id.removeprefix("arxiv:")
    texts = (*WORDS, "splatt", "spl*", number, f"https://arxiv.org/abs/{number}v2", "2411.99999")
    queries = [Query(text) for text in texts]
    queries += [
        Query("gaussian", topic=papers[-1].topics[0].slug),
        Query(venue="cvpr"),
        Query("the", year="2024", code=True),
        Query(year="1999"),
        Query(),
    ]
    calls = [
        (
            "results",
            {
                "q": query.text,
                "topic": query.topic,
                "year": query.year,
                "venue": query.venue,
                "code": query.code,
            },
        )
        for query in queries
    ]
    answers = run_script(tmp_path, calls, folder)
    assert [tuple(answer) for answer in answers] == [found(folder, query) for query in queries]


def test_files_of_two_builds_are_not_mixed(
    indexed: tuple[Path, list[Paper]], tmp_path: Path
) -> None:
    folder = shutil.copytree(indexed[0], tmp_path / "site")
    shard = folder / "search" / reader(folder).index().segments[0][0] / "0.bin"
    whole = shard.read_bytes()
    assert found(folder, Query("the"))[0]
    for content in (b"", bytes(8), whole[:7], whole[:40], bytes((whole[0] ^ 1,)) + whole[1:]):
        shard.write_bytes(content)
        with pytest.raises(IndexChangedError):
            found(folder, Query("the"))
    shard.write_bytes(whole)
    (folder / INDEX_FILE).write_bytes(b"{")
    with pytest.raises(IndexChangedError):
        found(folder, Query("the"))
    (folder / INDEX_FILE).unlink()
    with pytest.raises(FileNotFoundError):
        found(folder, Query("the"))


def test_shards_return_what_was_written() -> None:
    postings = {
        f"word{n % 7}{n}": [(number << 2 | number % 3) for number in range(n % 5, 9000, n + 1)]
        for n in range(300)
    }
    postings["word"] = [0]
    bodies = encode_shards(postings, 1)
    for term, expected in postings.items():
        weights = find_term(bodies[0], term)
        assert [number << 2 | weight for number, weight in weights.items()] == expected
    assert find_term(bodies[0], "wor") == {}
    assert find_term(bodies[0], "zzz") == {}
    assert len(find_term(bodies[0], "word", begins=True)) == 9000
    assert find_term(encode_shards({}, 1)[0], "word") == {}


@pytest.mark.parametrize(
    ("day", "segment"),
    [
        (DAY, DAY),
        ("2024-12-01", "2024-12-01"),
        ("2024-12-08", "2024-12"),
        ("2024-11-30", "2024-q4"),
        ("2024-03-31", "2024-q1"),
        ("2023-12-06", "2023"),
        ("2025-01-01", "2025"),
    ],
)
def test_segments_are_smaller_the_newer_they_are(day: str, segment: str) -> None:
    assert segment_of(day, DAY) == segment
