from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from conftest import ROOT

from publisher.collector.archive import cache as module
from publisher.collector.archive.cache import (
    CacheEntry,
    CacheRow,
    Stamp,
    content_key,
    open_cache,
)

if TYPE_CHECKING:
    from pathlib import Path

V = b"version"
OLD = time.time_ns() - 10 * module.TICK_NS


def row(path: str, n: int, changed: int = OLD) -> CacheRow:
    entry = CacheEntry(f"h{n}".encode(), f"f{n}".encode(), f"b{n}".encode())
    return CacheRow(path, Stamp(n, changed), f"k{n}".encode(), entry)


def test_stored_files_are_returned(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "deep" / "cache.sqlite")
    cache.store("/a", V, [row("x.md", 1), row("y.md", 2)])
    cache.close()
    again = open_cache(tmp_path / "deep" / "cache.sqlite")
    known = again.files("/a", V)
    assert known == {
        "x.md": (1, OLD, b"k1", b"h1"),
        "y.md": (2, OLD, b"k2", b"h2"),
    }
    assert again.files("/b", V) == {}
    assert again.entry(b"k1") == (b"h1", b"f1", b"b1")
    assert again.findings([b"k2", b"k3"]) == {b"k2": b"f2"}
    again.store("/a", V, [], gone=["x.md"])
    assert set(again.files("/a", V)) == {"y.md"}
    again.close()


def test_a_file_changed_while_it_was_read_is_not_trusted(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "cache.sqlite")
    cache.store("/a", V, [row("x.md", 1, time.time_ns())])
    assert cache.files("/a", V) == {}
    assert cache.entry(b"k1") == (b"h1", b"f1", b"b1")
    cache.close()


def test_a_file_that_is_not_a_database_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"a letter, no database" * 1000)
    cache = open_cache(path)
    cache.store("/a", V, [row("x.md", 1)])
    assert cache.entry(b"k1") == (b"h1", b"f1", b"b1")
    cache.close()


def test_a_damaged_database_raises_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    cache = open_cache(path)
    entry = CacheEntry(b"h", b"f", os.urandom(5000))
    rows = [row(f"{n}.md", n)._replace(entry=entry) for n in range(100)]
    cache.store("/a", V, rows)
    cache.close()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(200_000))
    damaged = open_cache(path)
    damaged.files("/a", V)
    damaged.entry(b"k7")
    damaged.store("/a", V, rows)
    damaged.close()


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (None, tmp_path / "file" / "cache.sqlite", tmp_path):
        cache = open_cache(path)
        cache.store("/a", V, [row("x.md", 1)])
        cache.put(b"k", CacheEntry(body=b"v"))
        assert cache.files("/a", V) == {"x.md": (1, OLD, b"k1", b"h1")}
        assert cache.entry(b"k1") == (b"h1", b"f1", b"b1")
        assert cache.entry(b"k") == (b"", b"", b"v")
        cache.close()


def test_a_full_disk_is_no_error(tmp_path: Path) -> None:
    program = """
import pathlib, resource, signal, sys
from publisher.collector.archive.cache import CacheEntry, CacheRow, Stamp, open_cache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
cache = open_cache(pathlib.Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
entry = CacheEntry(b"", b"", b"x" * 5000)
rows = [CacheRow(str(n), Stamp(1, 1), n.to_bytes(4), entry) for n in range(100)]
cache.store("/a", b"v", rows)
assert all(cache.entry(row.key) == entry for row in rows), "rows stay in memory"
cache.close()
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "c.sqlite")], check=True)


def test_two_processes_at_once(tmp_path: Path) -> None:
    program = """
import pathlib, sys
from publisher.collector.archive.cache import CacheEntry, CacheRow, Stamp, open_cache
cache = open_cache(pathlib.Path(sys.argv[1]))
name = sys.argv[2]
for n in range(200):
    row = CacheRow(f"{n}.md", Stamp(1, 1), name.encode() + bytes([n]), CacheEntry(b"", b"", b""))
    cache.store("/" + name, b"v", [row])
cache.close()
"""
    path = tmp_path / "cache.sqlite"
    both = [
        subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in ("a", "b")
    ]
    assert [process.wait() for process in both] == [0, 0]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (400,)
    connection.close()


def test_files_of_another_parser_version_are_not_returned(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "cache.sqlite")
    cache.store("/a", V, [row("x.md", 1)])
    assert cache.files("/a", b"another") == {}
    cache.close()


def test_a_changed_row_of_a_data_file_parses_anew(tmp_path: Path, examples: Path) -> None:
    # A copy of the package, whose tables can be changed.
    shutil.copytree(
        ROOT / "publisher", tmp_path / "publisher", ignore=shutil.ignore_patterns("__pycache__")
    )

    def venues() -> set[str]:
        done = subprocess.run(
            [sys.executable, "-m", "publisher", "papers", "--json", "--source", examples],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=True,
        )
        papers = map(json.loads, done.stdout.splitlines())
        return {paper["venue"]["name"] for paper in papers if paper["venue"]}

    assert "CVPR" in venues()
    (table,) = (tmp_path / "publisher").rglob("venue_names.toml")
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("\nCVPR | ", "\nVision | CVPR | "), encoding="utf-8")
    assert "Vision" in venues()


def test_keys_depend_on_the_division_into_parts() -> None:
    assert content_key(b"a", b"b") == content_key(b"a", b"b")
    assert content_key(b"a", b"b") != content_key(b"ab", b"")
