"""The memory of lists in a plain folder: nothing that happens to it loses a paper."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support.rolling_lists import paper_id, table

from publisher.collector.archive import parsing
from publisher.collector.archive.list_memory import ListMemory, Remembered
from publisher.collector.archive.rolling_list import Mention, RollingList
from publisher.models import Severity
from publisher.services import build
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.models import Collection
    from publisher.settings import Settings

KILLS = int(os.environ.get("PUBLISHER_TEST_KILLS", "8"))


class Site:
    """A folder with a list, which is not in any repository."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "digests").mkdir(parents=True)
        (home / "publisher.toml").write_text('[site]\ntimezone = "UTC"\n')

    def settings(self, **source: object) -> Settings:
        chosen = {"cache": str(self.home / "cache"), **source}
        return load(self.home / "publisher.toml", {}, {"source": chosen})

    def write(self, *days: int, name: str = "README.md", text: str = "") -> None:
        (self.home / "digests" / name).write_text(text or table(days, dated=True))

    def collect(self, *days: int, remember: bool = True, **source: object) -> Collection:
        """Return what a build collects, once the list holds the papers of `days`."""
        if days:
            self.write(*days)
        return build.collect(self.settings(**source), remember=remember)

    @property
    def files(self) -> list[Path]:
        return sorted((self.home / ".publisher" / "lists").glob("*.jsonl"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def papers(*days: int) -> set[str]:
    return {f"arxiv:{paper_id(day, number)}" for day in days for number in (1, 2)}


def ids(collection: Collection) -> set[str]:
    return {paper.id for paper in collection.papers}


def codes(collection: Collection) -> list[str]:
    return [finding.code for finding in collection.findings]


def test_papers_stay_when_they_leave_the_list(site: Site) -> None:
    for day in range(5):
        assert ids(site.collect(day)) == papers(*range(day + 1))
    assert ids(site.collect(remember=False)) == papers(*range(5))
    (file,) = site.files
    assert file.name.startswith("readme-md-")
    assert (site.home / ".publisher" / ".gitignore").is_file()
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o077 == 0
        assert file.parent.stat().st_mode & 0o077 == 0


def test_only_a_build_remembers(site: Site) -> None:
    site.collect(1, remember=False)
    assert not site.files
    assert ids(site.collect(2)) == papers(2)
    site.collect(3, remember=False)
    assert ids(site.collect(4)) == papers(2, 4)
    build.build(site.settings())
    site.write(5)
    build.build(site.settings())
    page = site.home / "paper-site" / "archive" / "2026-03" / "index.html"
    assert "Paper 1 of day 2" in page.read_text(encoding="utf-8")


def test_memory_off(site: Site) -> None:
    assert ids(site.collect(1, memory="off")) == papers(1)
    assert not site.files
    site.collect(1)
    assert ids(site.collect(2, memory="off")) == papers(2)


def test_nothing_is_parsed_twice(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.collect(1)
    site.collect(2)
    monkeypatch.setattr(parsing, "parse_bytes", None)
    for _ in range(2):
        assert ids(site.collect()) == papers(1, 2)


def test_forgetting(site: Site) -> None:
    for day in (1, 2, 3):
        site.collect(day)
    (file,) = site.files
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if paper_id(1, 2) not in line))
    assert ids(site.collect()) == papers(1, 2, 3) - {f"arxiv:{paper_id(1, 2)}"}
    file.unlink()
    assert ids(site.collect()) == papers(3)
    assert ids(site.collect(4)) == papers(3, 4)
    (site.home / "digests" / "README.md").rename(site.home / "digests" / "other.md")
    assert ids(site.collect()) == papers(4), "another list"


def test_the_cache_is_not_needed(site: Site) -> None:
    site.collect(1)
    site.collect(2)
    for file in (site.home / "cache").iterdir():
        file.unlink()
    assert ids(site.collect()) == papers(1, 2)


@pytest.mark.parametrize("text", ["", "# Papers of the day\n", "# Papers\n\nNone today.\n"])
def test_a_list_without_papers_today(site: Site, text: str) -> None:
    site.collect(1)
    (site.home / "digests" / "README.md").write_text(text)
    assert ids(site.collect()) == papers(1)
    assert ids(site.collect(2)) == papers(1, 2)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("2026-03-02.md", ""),
        ("post.md", "---\ndate: 2026-03-02\ntags: [t]\n---\n"),
        ("list.md", "# 2026-03-02 Papers\n\n"),
    ],
)
def test_a_paper_that_leaves_a_dated_digest_is_gone(site: Site, name: str, head: str) -> None:
    for day in ([1, 2], [2]):
        site.write(name=name, text=head + table(day).partition("\n\n")[2])
        collection = site.collect()
    assert ids(collection) == papers(2)


def test_dates_and_texts(site: Site) -> None:
    site.collect(1, 2)
    text = table([2, 3], dated=True).replace("Paper 1 of day 2", "A better title")
    site.write(text=text.replace("|2026-03-04|", "|2026-03-09|"))
    before = {paper.id: paper for paper in site.collect().papers}
    paper = before[f"arxiv:{paper_id(2, 1)}"]
    assert (paper.title, f"{paper.first_published:%d}") == ("A better title", "04")


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-50],
    "garbage": lambda _: os.urandom(1000),
    "empty": lambda _: b"",
    "zeros": lambda data: data[:400] + bytes(len(data) - 400),
    "another": lambda _: b'{"list": 1}\n[]\n{}\nnull\n',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_a_finding(site: Site, damage: str) -> None:
    site.collect(1)
    site.collect(2)
    (file,) = site.files
    data = DAMAGE[damage](file.read_bytes())
    file.write_bytes(data)
    read_only = site.collect(remember=False)
    assert papers(2) <= ids(read_only)
    assert codes(read_only) == ["D324"]
    assert file.read_bytes() == data
    assert papers(2) <= ids(site.collect())
    assert not codes(site.collect())
    (kept,) = file.parent.glob("*.damaged")
    assert kept.read_bytes() == data


def test_a_file_that_can_not_be_read_or_written(site: Site) -> None:
    site.collect(1)
    (file,) = site.files
    content = file.read_bytes()
    file.unlink()
    file.mkdir()
    collection = site.collect(2)
    assert ids(collection) == papers(2)
    assert codes(collection) == ["D324"]
    assert collection.errors[0].severity is Severity.ERROR
    file.rmdir()
    file.write_bytes(content)
    folder = file.parent
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("not a folder")
    collection = site.collect()
    assert ids(collection) == papers(2)
    assert codes(collection) in (["D324"], ["D325"])
    folder.unlink()
    folder.with_name("elsewhere").rename(folder)
    assert ids(site.collect()) == papers(1, 2)


LIMITED = """
import resource, signal, sys
from pathlib import Path
from publisher.services import build
from publisher.settings import load
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
settings = load(Path(sys.argv[1]), {}, {"source": {"cache": sys.argv[2]}})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
collection = build.collect(settings, remember=True)
print(len(collection.papers), *(finding.code for finding in collection.findings))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
def test_a_full_disk_loses_nothing(site: Site) -> None:
    site.collect(1)
    (file,) = site.files
    before = file.read_bytes()
    site.write(2)
    config, cache = str(site.home / "publisher.toml"), str(site.home / "cache")
    for limit in (0, 100, len(before)):
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, config, cache, str(limit)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["4", "D325"], "published all the same"
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert ids(site.collect(3)) == papers(1, 3)


WRITING = """
import sys
from pathlib import Path
from publisher.collector.archive.list_memory import ListMemory
from publisher.collector.archive.rolling_list import Mention, RollingList
from publisher.models import ParsedPaper
from datetime import UTC, datetime
memory, rolling = ListMemory(Path(sys.argv[1]), Path("/")), RollingList()
day = datetime(2026, 3, 2, tzinfo=UTC)
before = memory.read("/README.md")
rolling = before.rolling
print("ready", flush=True)
for number in range(len(rolling.mentions), 100_000):
    paper = ParsedPaper(1, f"arxiv:2603.{number:05d}", 1, "T" * 500)
    rolling.mentions[paper.id, 1] = Mention(day, True, ("t",), paper)
    before = memory.write("/README.md", before, rolling)
    print(number + 1, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    memory, whole = ListMemory(tmp_path / "lists", tmp_path.__class__("/")), 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING, str(tmp_path / "lists")], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(random.uniform(0.05, 0.4))  # noqa: S311 - any moment will do
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        whole = int(lines[-1]) if lines else whole
        remembered = memory.read("/README.md")
        assert not remembered.findings
        assert len(remembered.rolling.mentions) in (whole, whole + 1)
    assert whole > KILLS


def test_a_file_of_this_version_is_read_by_later_ones(tmp_path: Path) -> None:
    """Fields that are added to a paper need defaults: what is remembered is nowhere else."""
    paper = '{"line":7,"id":"arxiv:2603.00001","version":1,"title":"T"}'
    dated = '"published":"2026-03-02T00:00:00Z","is_own_date":true,"topic_names":["t"]'
    lines = ['{"list":"README.md","own_date":null}', f'{{{dated},"paper":{paper},"row":"00"}}', ""]
    memory = ListMemory(tmp_path, tmp_path)
    memory._path(str(tmp_path / "README.md")).write_text("\n".join(lines))
    remembered = memory.read(str(tmp_path / "README.md"))
    assert isinstance(remembered, Remembered)
    assert not remembered.findings
    ((key, mention),) = remembered.rolling.mentions.items()
    assert key == ("arxiv:2603.00001", 1)
    assert isinstance(mention, Mention)
    assert isinstance(remembered.rolling, RollingList)
