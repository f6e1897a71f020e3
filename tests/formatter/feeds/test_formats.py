"""Feeds as real readers see them: feedparser and lemon24's reader."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree
from reader import make_reader

from publisher.services import build
from publisher.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def settings_for(source: Path, output: Path, **sections: dict[str, object]) -> Settings:
    flags = {"source": {"folders": [str(source)]}, "output": {"folder": str(output)}} | sections
    return load(None, {}, flags)


@pytest.fixture(scope="module", params=["examples", "corpus"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = request.getfixturevalue("corpus") if request.param == "corpus" else None
    from conftest import EXAMPLES

    output = tmp_path_factory.mktemp("out")
    build.build(settings_for(source or EXAMPLES, output, feeds={"entries": 40}))
    return output


def feeds(folder: Path) -> list[Path]:
    """Return the current feeds; the archive's documents are no feeds that anybody follows."""
    found = (path for path in folder.rglob("*") if path.name in ("atom.xml", "rss.xml"))
    return sorted(path for path in found if "archive" not in path.relative_to(folder).parts)


def test_feedparser_reads_every_entry(built: Path) -> None:
    assert feeds(built)
    for path in feeds(built):
        parsed = feedparser.parse(path.read_bytes())
        assert not parsed.bozo, (path, parsed.get("bozo_exception"))
        ids = [entry.id for entry in parsed.entries]
        assert 1 <= len(ids) == len(set(ids)) <= 40
        for entry in parsed.entries:
            assert entry.title
            assert entry.link.startswith("http://localhost:8000/papers/")
            assert entry.published_parsed
            assert entry.content[0].value
            assert entry.authors
            assert entry.tags
        if path.name == "atom.xml":  # RSS has no date of the last change
            dates = [entry.updated_parsed for entry in parsed.entries]
            assert dates == sorted(set(dates), reverse=True)


def test_the_feed_of_all_papers_is_full(built: Path) -> None:
    parsed = feedparser.parse((built / "atom.xml").read_bytes())
    papers = 25 if "3d-reconstruction" not in {p.name for p in (built / "topics").iterdir()} else 40
    assert len(parsed.entries) == papers


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    class Forgetful(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            # The whole feed every time: "not modified" would prove nothing about entries.
            del self.headers["If-Modified-Since"]
            super().do_GET()

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Forgetful, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(built: Path) -> Iterator[str]:
    with serving(built) as address:
        yield address


def test_reader_reads_every_feed(built: Path, served: str) -> None:
    with make_reader(":memory:") as reader:
        names = [path.relative_to(built).as_posix() for path in feeds(built)]
        names += [name.rpartition("/")[0] + "/feed.json" for name in names if "atom" in name]
        for name in names:
            reader.add_feed(served + name.lstrip("/"))
        reader.update_feeds()
        for feed in reader.get_feeds():
            assert feed.last_exception is None, (feed.url, feed.last_exception)
            entries = list(reader.get_entries(feed=feed))
            assert entries, feed.url
            assert all(entry.title and entry.link and entry.published for entry in entries)
            assert all(entry.content or entry.summary for entry in entries)
        for result in reader.update_feeds_iter():
            assert result.updated_feed is None or result.updated_feed.total == 0, result


def test_a_reader_sees_exactly_the_new_papers(tmp_path: Path, examples: Path) -> None:
    digests, output = tmp_path / "digests", tmp_path / "out"
    shutil.copytree(examples, digests, ignore=shutil.ignore_patterns("2024-12-05"))
    names = ("atom.xml", "rss.xml", "feed.json")
    chosen = settings_for(digests, output, feeds={"entries": 1000})
    before = {paper.id: paper for paper in build.build(chosen).collection.papers}
    with serving(output) as address, make_reader(":memory:") as reader:
        for name in names:
            reader.add_feed(address + name)
        reader.update_feeds()
        shutil.copytree(examples, digests, dirs_exist_ok=True)
        after = {paper.id: paper for paper in build.build(chosen).collection.papers}
        new = after.keys() - before.keys()
        changed = {one for one in before if before[one] != after[one]}
        assert new
        for result in reader.update_feeds_iter():
            assert result.updated_feed.new == len(new)
            assert result.updated_feed.modified <= len(changed)


@pytest.mark.skipif(not shutil.which("newsboat"), reason="newsboat is not installed")
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_newsboat_reads_every_entry(
    built: Path, served: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "urls").write_text(f"{served}{name}\n", encoding="utf-8")
    (tmp_path / "config").write_text("", encoding="utf-8")
    command = ["newsboat", "-u", "urls", "-c", "cache", "-C", "config", "-x", "reload"]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, timeout=300)
    with closing(sqlite3.connect(tmp_path / "cache")) as cache:
        rows = cache.execute("select guid, title, url, content, author, pubDate from rss_item")
        found = {row[0]: row for row in rows}
    assert found.keys() == {one.id for one in feedparser.parse((built / name).read_bytes()).entries}
    assert all(all(row) for row in found.values())


def test_an_entry_has_the_same_id_in_every_feed(built: Path) -> None:
    atom = {e.title: e.id for e in feedparser.parse((built / "atom.xml").read_bytes()).entries}
    rss = {e.title: e.id for e in feedparser.parse((built / "rss.xml").read_bytes()).entries}
    items = json.loads((built / "feed.json").read_text(encoding="utf-8"))["items"]
    assert atom == rss == {item["title"]: item["id"] for item in items}


def test_atom_has_one_alternate_and_the_paper_and_its_pdf_as_related(built: Path) -> None:
    root = etree.fromstring((built / "atom.xml").read_bytes())
    atom = "{http://www.w3.org/2005/Atom}"
    assert root.find(f"{atom}updated").text == max(
        entry.find(f"{atom}updated").text for entry in root.iter(f"{atom}entry")
    )
    for entry in root.iter(f"{atom}entry"):
        links = [
            (link.get("rel"), link.get("type"), urlsplit(link.get("href")).hostname)
            for link in entry.iter(f"{atom}link")
        ]
        assert links == [
            ("alternate", None, "localhost"),
            ("related", "text/html", "arxiv.org"),
            ("related", "application/pdf", "arxiv.org"),
        ]


def test_opml_lists_every_feed(built: Path) -> None:
    root = etree.fromstring((built / "opml.xml").read_bytes())
    outlines = root.findall(".//outline[@xmlUrl]")
    assert len(outlines) == len([path for path in feeds(built) if path.name == "atom.xml"])
    for outline in outlines:
        path = outline.get("xmlUrl").removeprefix("http://localhost:8000/")
        assert (built / path).is_file()


def test_the_number_of_entries_is_a_setting(tmp_path: Path, examples: Path) -> None:
    build.build(settings_for(examples, tmp_path, feeds={"entries": 2}))
    for path in feeds(tmp_path):
        assert 1 <= len(feedparser.parse(path.read_bytes()).entries) <= 2


def test_the_second_build_writes_nothing(tmp_path: Path, examples: Path) -> None:
    first = build.build(settings_for(examples, tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    second = build.build(settings_for(examples, tmp_path))
    assert "atom.xml" in first.changes.written
    assert second.changes.written == ()
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
