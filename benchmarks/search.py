"""Search: 30 queries in Chinese and English against the literal truth, beside SQLite's FTS5.

Both index the same papers in the same run, each in a process of its own: this program as in a first
build, FTS5 with Chinese split into pairs of characters. Truth is what a scan of all texts finds, by
a definition of "has the word" that is written here once more. A paper counts as found where it is
in the result, whatever its place. Texts repeat in the larger archives, as they are made of few
digests: `--digests FOLDER` takes your own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.material import EXAMPLES, archive
from benchmarks.measure import measure
from publisher import collector
from publisher.formatter.feeds.timeline import lay_out
from publisher.formatter.search.query import Query
from publisher.formatter.search.reader import IndexReader
from publisher.formatter.site.paper_index import PaperIndex
from publisher.formatter.site.search import search_targets, segment_targets
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.models import Paper
    from publisher.settings import Settings

SIZES = (1_872, 20_000)
QUERIES = (
    *("脸", "光", "人脸", "高斯", "重建", "扩散", "语音", "三维重建", "扩散模型", "医学图像"),
    *("神经辐射场", "人脸识别", "Müller", "nießner", "Guédon", "text-to-image", "audio-driven"),
    *("real-time", "zero-shot", "nerf", "transformer", "splatting", "Segmentation", "the"),
    *("gaussian splatting", "face reconstruction", "高斯 avatar", '"radiance fields"'),
)
IDS = 2  # of papers, which are queries too
LEAST = 0.95
_ROW = "{:>7}  {:<10}{:>9}{:>9}{:>12}{:>8}{:>9}{:>11}{:>11}"
_WORD = re.compile(r'"([^"]+)"|(\S+)')
_HAN = r"\u3400-\u9fff"


def run(*options: str) -> None:
    parser = argparse.ArgumentParser(prog="./run.sh bench search")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="papers")
    parser.add_argument("--digests", type=Path, default=EXAMPLES, help="folder with digests")
    chosen = parser.parse_args(options)
    sources = sorted(chosen.digests.rglob("*.md"))
    if not sources:
        parser.error(f"no digest in {chosen.digests}")
    head = ("papers", "program", "index s", "peak MB", "bytes/paper", "files", "query ms")
    print(_ROW.format(*head, "recall", "precision"))
    worst: list[str] = []
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            papers = len(collector.collect(_settings(chosen.digests, work)).papers)
            archive(work / "posts", -(-size * len(sources) // papers), sources)
            worst += _compare(work)
    for line in worst:
        print(line)
    if worst:
        sys.exit(f"recall or precision below {LEAST}")


def _compare(work: Path) -> list[str]:
    """Print the rows of one size; return the queries at which this program falls short."""
    papers = list(collector.collect(_settings(work / "posts", work)).papers)
    texts = {paper.id: _text(paper) for paper in papers}
    queries = [
        *QUERIES,
        *(p.id.removeprefix("arxiv:") for p in papers[:: len(papers) // IDS][:IDS]),
    ]
    truth = {query: {key for key, text in texts.items() if _has(text, query)} for query in queries}
    short: list[str] = []
    for name, opened in (("publisher", _open_ours), ("FTS5", _open_fts5)):
        command = (sys.executable, "-m", "benchmarks.search", name, str(work))
        usage = measure(command, Path.cwd(), os.environ)
        assert usage.status == 0, usage.output
        told = json.loads(usage.output.splitlines()[-1])
        search = opened(work)
        times, scores = [], []
        for query in queries:
            started = time.perf_counter()
            hits = search(query)
            times.append(time.perf_counter() - started)
            right = len(hits & truth[query])
            recall, precision = right / max(1, len(truth[query])), right / max(1, len(hits))
            if not truth[query]:
                recall = 1.0
                precision = float(not hits)
            elif not hits:
                precision = 1.0
            scores.append((recall, precision))
            if name == "publisher" and min(recall, precision) < LEAST:
                short.append(f"{query}: recall {recall:.2f}, precision {precision:.2f}")
        print(
            _ROW.format(
                f"{len(papers):,}",
                name,
                f"{told['seconds']:.1f}",
                f"{usage.peak:.0f}",
                f"{told['bytes'] / len(papers):,.0f}",
                f"{told['files']:,}",
                f"{1000 * statistics.median(times):.1f}",
                f"{statistics.mean(recall for recall, _ in scores):.3f}",
                f"{statistics.mean(precision for _, precision in scores):.3f}",
            ),
            flush=True,
        )
    return short


def _settings(digests: Path, work: Path) -> Settings:
    flags = {
        "source": {"folders": [str(digests)], "cache": str(work / "cache")},
        "output": {"folder": str(work / "site")},
    }
    return load(None, {}, flags)


def _text(paper: Paper) -> str:
    """Return what is searched, one text a line."""
    texts = [
        paper.id.removeprefix("arxiv:"),
        paper.title,
        *paper.authors,
        paper.abstract,
        paper.summary or "",
        *paper.takeaways,
        *(topic.name for topic in paper.topics),
        f"{paper.venue.name} {paper.venue.year}" if paper.venue else "",
    ]
    return "\n".join(_plain(text.replace("\n", " ")) for text in texts)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def _has(text: str, query: str) -> bool:
    """Return whether `text` has all of `query`: whole words, Chinese anywhere, phrases in a row."""
    for phrase, word in _WORD.findall(_plain(query)):
        parts = re.findall(rf"[\w.{_HAN}]+", phrase or word)
        if re.match(f"[{_HAN}]", parts[0]):
            if parts[0] not in text:
                return False
        else:
            between = f"[^{_HAN}a-z0-9]+".join(map(re.escape, parts))
            whole = rf"(?<![^\W_])(?<!\d\.){between}(?![^\W_{_HAN}])(?!\.\d)"
            if not re.search(whole, re.sub(f"([{_HAN}]+)", r" \1 ", text)):
                return False
    return True


def _open_ours(work: Path) -> Callable[[str], set[str]]:
    def search(query: str) -> set[str]:
        reader = IndexReader(lambda path: (work / "site" / path).read_bytes())
        hits = reader.search(Query(query))
        if hits.by_prefix:
            return set()
        return {entry.stem.replace("papers/", "arxiv:") for entry in reader.entries(hits.hits)}

    return search


def _open_fts5(work: Path) -> Callable[[str], set[str]]:
    connection = sqlite3.connect(work / "fts5.sqlite")

    def search(query: str) -> set[str]:
        words = []
        for phrase, word in _WORD.findall(_plain(query)):
            runs = re.findall(rf"[{_HAN}]+|[^\W{_HAN}]+", phrase or word)
            pairs = " ".join(part for run in runs for part in _pairs(run))
            words.append(f'"{pairs}"' + ("*" if len(pairs) == 1 and pairs >= "\u3400" else ""))
        rows = connection.execute("SELECT id FROM papers WHERE papers MATCH ?", (" ".join(words),))
        return {key for (key,) in rows}

    return search


def _pairs(run: str) -> list[str]:
    if not "\u3400" <= run[0] <= "\u9fff":
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _index_ours(papers: Sequence[Paper], work: Path) -> Iterator[Path]:
    del papers
    settings = _settings(work / "posts", work)
    collection = collector.collect(settings)
    index = PaperIndex(collection, settings, lay_out(collection, settings.site.zone), {})
    for target in (*segment_targets(index, 0), *search_targets(index, 1)):
        for path, content in target.render().items():
            file = work / "site" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            yield file


def _index_fts5(papers: Sequence[Paper], work: Path) -> Iterator[Path]:
    file = work / "fts5.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, text, content='', "
            "contentless_unindexed=1, tokenize='unicode61 remove_diacritics 2')"
            if sqlite3.sqlite_version_info >= (3, 47)
            else "CREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, text, "
            "tokenize='unicode61 remove_diacritics 2')"
        )
        for paper in papers:
            split = re.sub(
                f"[{_HAN}]+",
                lambda run: f" {' '.join([*_pairs(run[0]), run[0][-1]])} ",
                _text(paper),
            )
            connection.execute("INSERT INTO papers VALUES (?, ?)", (paper.id, split))
    yield file


INDEXERS: Mapping[str, Callable[[Sequence[Paper], Path], Iterator[Path]]] = {
    "publisher": _index_ours,
    "FTS5": _index_fts5,
}


def _index(name: str, work: Path) -> None:
    """Index the papers in `work`, and print what that took."""
    papers = collector.collect(_settings(work / "posts", work)).papers
    started = time.perf_counter()
    files = list(INDEXERS[name](papers, work))
    seconds = time.perf_counter() - started
    size = sum(file.stat().st_size for file in files)
    print(json.dumps({"seconds": seconds, "files": len(files), "bytes": size}))


if __name__ == "__main__":
    _index(sys.argv[1], Path(sys.argv[2]))
