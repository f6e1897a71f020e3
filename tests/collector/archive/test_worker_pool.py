"""Files parsed by other processes: whatever happens to these, no paper is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.installed_package import forget_packages, install_package
from support.program import until

from publisher import collector, process_pool
from publisher.collector.archive import reader, worker_pool
from publisher.collector.archive.cache import Stamp
from publisher.collector.archive.parse_job import ParseJob
from publisher.collector.formats import plugins as formats
from publisher.collector.sources.folder_source import SourceFile
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.models import Collection

FORMAT = """
import os
from publisher.models import ParsedPaper

def recognises(post):
    return "§" in post.body

def parse(path, post, zone):
    print("a format may print")
    if WORKER:
        {harm}
    return [ParsedPaper(line=1, id="mine:" + path, version=1, title=path)], []
"""
POST = "---\ntitle: T\ndate: 2024-11-30\ntags: [t]\n---\n{body} {n}\n"
FILES = 60


@pytest.fixture(autouse=True)
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MANY", 2)
    monkeypatch.setattr(worker_pool, "worker_count", lambda: 2)


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    folder = tmp_path / "digests"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"{n}.md").write_text(POST.format(body="§" if n % 7 == 3 else "Prose", n=n))
    return folder


def test_workers_start_and_parse(digests: Path) -> None:
    jobs = [
        ParseJob(SourceFile(path.name, str(path)), Stamp(1, 1), b"", path.read_bytes())
        for path in sorted(digests.glob("*.md"))
    ]
    entries = [entry for _, entry in worker_pool.parse_all(iter(jobs), "UTC")]
    # None would be left to this process, to the same result but on one core.
    assert len(entries) == FILES
    assert None not in entries


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Return a function that installs a format which does harm in a worker."""

    def install(harm: str) -> None:
        site = tmp_path / "site"
        site.mkdir()
        code = FORMAT.format(harm=harm).replace("WORKER", f"os.getpid() != {os.getpid()}")
        install_package(site, "a_format_harm", code, "publisher.formats", "harm")
        monkeypatch.syspath_prepend(site)
        formats.installed.cache_clear()
        forget_packages()

    yield install
    formats.installed.cache_clear()
    forget_packages()
    sys.modules.pop("a_format_harm", None)


def collect(
    folder: Path, cache: str, meanwhile: Callable[[], None] | None = None
) -> tuple[Collection, list[int]]:
    settings = load(None, {}, {"source": {"folders": [str(folder)]}})
    progress: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder.parent / cache))
        collection = collector.collect(settings, lambda done, _: progress.append(done), meanwhile)
        return collection, progress


@pytest.mark.parametrize("workers", [0, 1, 2, 5])
def test_the_result_is_the_same_with_any_number_of_workers(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    folder = tmp_path / "many"
    for n in range(6):
        for source in examples.rglob("*.md"):
            target = folder / str(n) / source.relative_to(examples)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            # One of six went through a wrong decoding: its repair learns from the others.
            target.write_text(
                text if n else text.encode().decode("cp1252", "replace"), encoding="utf-8"
            )
    monkeypatch.setattr(worker_pool, "worker_count", lambda: 0)
    expected, _ = collect(folder, "alone")
    monkeypatch.setattr(worker_pool, "worker_count", lambda: workers)
    calls: list[int] = []
    collection, progress = collect(folder, f"with-{workers}", lambda: calls.append(workers))
    assert calls == ([workers] if workers else [])
    assert list(collection.papers) == list(expected.papers)
    assert list(collection.findings) == list(expected.findings)
    assert progress == sorted(progress)
    assert progress[-1] == len(list(folder.rglob("*.md")))


HARMS = (
    "os.kill(os.getpid(), 9)",
    "os._exit(0)",
    "import resource; resource.setrlimit(resource.RLIMIT_AS, (1, 1))",
    "pass",
)


@pytest.mark.parametrize("harm", [*HARMS, "os.write(1, b'x' * 100); os.close(0)"])
def test_no_paper_is_lost_with_a_worker(install: object, digests: Path, harm: str) -> None:
    install(harm)  # type: ignore[operator]
    collection, _ = collect(digests, "cache")
    titles = {paper.title for paper in collection.papers}
    assert {title for title in titles if title != "T"} == {f"{n}.md" for n in range(3, FILES, 7)}
    assert collection.digest_count == FILES


@pytest.mark.parametrize("harm", HARMS)
def test_no_paper_is_lost_where_a_few_are_parsed_alongside_other_work(
    install: object, digests: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_MANY", FILES + 1)
    monkeypatch.setattr(process_pool, "usable_cores", lambda: 2)
    install(harm)  # type: ignore[operator]
    calls: list[int] = []
    for changed, times in ((False, 1), (False, 1), (True, 2)):
        if changed:
            (digests / "2.md").write_text(POST.format(body="Other prose", n=2))
        collection, _ = collect(digests, "cache", lambda: calls.append(os.getpid()))
        titles = {paper.title for paper in collection.papers}
        assert {title for title in titles if title != "T"} == {
            f"{n}.md" for n in range(3, FILES, 7)
        }
        assert calls == [os.getpid()] * times  # only where there is something to parse


def test_one_that_is_killed_from_outside_is_replaced(
    digests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, killed = worker_pool.ParserProcess.parse, []

    def parse_and_kill(worker: worker_pool.ParserProcess, jobs: list[reader.ParseJob]) -> object:
        entries = parse(worker, jobs)
        if worker._process and len(killed) < 3:
            worker._process.send_signal(signal.SIGKILL)
            killed.append(worker._process.pid)
        return entries

    monkeypatch.setattr(worker_pool.ParserProcess, "parse", parse_and_kill)
    collection, _ = collect(digests, "cache")
    assert collection.digest_count == FILES
    assert len(killed) == 3


def test_without_a_program_to_start_all_is_parsed_here(
    digests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert collect(digests, "cache")[0].digest_count == FILES


PROGRAM = """
import sys
from publisher import collector
from publisher.collector.archive import reader, worker_pool
from publisher.settings import load
reader._MANY, worker_pool.worker_count = 2, lambda: 2
def progress(done, _):
    print(done, flush=True)
try:
    collector.collect(load(None, {}, {"source": {"folders": [sys.argv[1]]}}), progress)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks the kernel of Linux and macOS")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_goes_on_after_the_program_was_stopped(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    for n in range(3000):
        (folder / f"{n}.md").write_text(POST.format(body="好的，" * 3000, n=n))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        start_new_session=True,
    )
    assert process.stdout
    process.stdout.readline()  # the first file is parsed
    if number == signal.SIGKILL:
        process.kill()
    else:
        os.killpg(process.pid, number)
    output, errors = process.communicate(timeout=240)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert "3000" not in output.split(), "it went on to the last file"
    until(lambda: not _alive(process.pid))  # no worker is left


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
