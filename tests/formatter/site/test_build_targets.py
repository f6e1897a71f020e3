"""Writing the site: what changed and nothing else, whatever happened to the folder before."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from publisher.errors import OutputError
from publisher.formatter.site.build_state import open_state
from publisher.formatter.site.build_target import BuildTarget, stable_hash
from publisher.formatter.site.build_targets import build_targets
from publisher.formatter.site.changes import Changes
from publisher.formatter.site.manifest import MANIFEST
from publisher.process_pool import run_alongside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

NOTHING = Changes()
A = {"index.html": "first", "topics/nerf/atom.xml": "feed"}
B = {"papers/1.html": "one", "papers/2.html": "two", "archive/2024-12/atom.xml": "old"}


def target(
    name: str, files: dict[str, str], *, stage: int = 0, fingerprint: int = 0
) -> BuildTarget:
    contents = {path: text.encode() for path, text in files.items()}
    return BuildTarget(
        name=name,
        fingerprint=fingerprint or stable_hash(repr(files)),
        paths=lambda: tuple(contents),
        render=lambda: contents,
        batch=name,
        stage=stage,
    )


class Builder:
    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.cache = folder / "cache"

    def __call__(
        self, *targets: BuildTarget, program: int = 1, workers: int = 1, force: bool = False
    ) -> Changes:
        state = open_state(self.cache, self.out)
        try:
            return build_targets(self.out, state, program, targets, workers, force=force)
        finally:
            state.close()

    def files(self) -> set[str]:
        return {p.relative_to(self.out).as_posix() for p in self.out.rglob("*") if p.is_file()}


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


def test_only_what_changed_is_made(build: Builder) -> None:
    assert build(target("a", A), target("b", B)).written == tuple(sorted([*A, *B]))
    assert build(target("a", A), target("b", B)) == NOTHING

    def never() -> dict[str, bytes]:
        raise AssertionError

    same = target("b", B)
    untouched = BuildTarget("b", same.fingerprint, same.paths, never)
    changes = build(target("a", A | {"index.html": "second"}), untouched)
    assert changes == Changes(written=("index.html",))


def with_parts(files: dict[str, str], asked: list[str] | None = None) -> BuildTarget:
    """Return the target "b"; `asked` gets the paths whose files are made apart."""
    same = target("b", files)

    def render_some(paths: Collection[str]) -> dict[str, bytes]:
        if asked is not None:
            asked.extend(paths)
        return {path: files[path].encode() for path in paths}

    return replace(
        same, parts=lambda: [stable_hash(text) for text in files.values()], render_some=render_some
    )


def test_of_a_target_in_parts_only_those_are_made_that_changed(build: Builder) -> None:
    build(target("a", A), with_parts(B))
    changed, asked = B | {"papers/2.html": "new", "papers/3.html": "three"}, list[str]()
    changes = build(target("a", A), with_parts(changed, asked))
    assert changes.written == ("papers/2.html", "papers/3.html")
    assert sorted(asked) == ["papers/2.html", "papers/3.html"]
    fewer = {path: text for path, text in changed.items() if path != "papers/1.html"}
    assert build(target("a", A), with_parts(fewer)).removed == ("papers/1.html",)
    assert build.files() == {*A, *fewer, MANIFEST}


def test_parts_of_which_one_was_lost_are_made_whole(build: Builder) -> None:
    build(target("a", A), with_parts(B))
    (build.out / "papers/1.html").unlink()
    changes = build(target("a", A), with_parts(B | {"papers/2.html": "new"}))
    assert changes.written == ("papers/1.html", "papers/2.html")


def test_parts_of_a_build_that_was_stopped_are_made_whole(build: Builder) -> None:
    def stopped() -> dict[str, bytes]:
        raise KeyboardInterrupt

    build(target("a", A), with_parts(B))
    changed = B | {"papers/1.html": "new"}
    stopping = replace(target("z", {"z.html": "z"}, stage=1), render=stopped)
    with pytest.raises(KeyboardInterrupt):
        build(target("a", A), with_parts(changed), stopping)
    (build.out / "papers/1.html").write_text("lost")
    assert "papers/1.html" in build(target("a", A), with_parts(changed)).written


def test_a_new_program_makes_everything_and_writes_what_differs(build: Builder) -> None:
    build(target("a", A, fingerprint=5), target("b", B))
    changed = target("a", A | {"index.html": "second"}, fingerprint=5)
    assert build(changed, target("b", B), program=2) == Changes(written=("index.html",))


def test_what_is_gone_is_removed_and_nothing_else(build: Builder) -> None:
    build(target("a", A), target("b", B))
    (build.out / "papers/mine.html").write_text("mine")
    (build.out / "CNAME").write_text("papers.example.org")
    changes = build(target("a", A))
    assert changes.removed == tuple(sorted(B))
    assert build.files() == {*A, "papers/mine.html", "CNAME", MANIFEST}
    assert not (build.out / "archive").exists()


def test_a_file_that_moves_to_another_target_stays(build: Builder) -> None:
    build(target("a", A), target("b", B))
    moved = {"papers/1.html": "one"}
    rest = {path: text for path, text in B.items() if path not in moved}
    assert build(target("a", A), target("b", rest), target("c", moved)) == NOTHING
    assert build.files() == {*A, *B, MANIFEST}


def test_without_the_cache_the_manifest_knows_what_to_remove(build: Builder) -> None:
    build(target("a", A), target("b", B))
    shutil.rmtree(build.cache)
    assert build(target("a", A)).removed == tuple(sorted(B))


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_cache_is_made_anew(build: Builder, damage: bytes) -> None:
    build(target("a", A), target("b", B))
    (state,) = build.cache.iterdir()
    state.write_bytes(damage)
    assert build(target("a", A), target("b", B)) == NOTHING
    assert build(target("a", A), target("b", B)) == NOTHING


def test_the_cache_of_another_program_is_made_anew(build: Builder) -> None:
    build(target("a", A))
    (state,) = build.cache.iterdir()
    with sqlite3.connect(state) as connection:
        connection.execute("ALTER TABLE targets ADD COLUMN more TEXT")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert build(target("a", A), target("b", B)).written == tuple(sorted(B))
    assert build(target("a", A), target("b", B)) == NOTHING


def test_a_cache_that_cannot_be_used(build: Builder) -> None:
    build.cache.write_text("a file in the way")
    assert build(target("a", A)).written == tuple(sorted(A))
    assert build(target("a", A)) == NOTHING


@pytest.mark.parametrize(
    "disturb",
    [
        pytest.param(lambda out: (out / "index.html").write_text("mine"), id="changed in place"),
        pytest.param(lambda out: (out / "index.html").unlink(), id="removed"),
        pytest.param(lambda out: (out / "papers/1.html").unlink(), id="page removed"),
        pytest.param(lambda out: shutil.rmtree(out / "topics"), id="folder removed"),
        pytest.param(shutil.rmtree, id="all removed"),
        pytest.param(
            lambda out: (out / "papers/2.html").rename(out / "papers/1.html"),
            id="page replaced",
        ),
        pytest.param(lambda out: (out / MANIFEST).unlink(), id="manifest removed"),
        pytest.param(lambda out: (out / MANIFEST).write_bytes(b"\xff\0"), id="manifest damaged"),
    ],
)
def test_what_a_stranger_did_is_put_right(build: Builder, disturb: object) -> None:
    assert callable(disturb)
    build(target("a", A), target("b", B))
    time.sleep(0.02)  # the clock of files has ticks
    disturb(build.out)
    build(target("a", A), target("b", B))
    for path, text in {**A, **B}.items():
        assert (build.out / path).read_text() == text
    assert build(target("a", A), target("b", B)) == NOTHING
    assert build(target("a", A)).removed == tuple(sorted(B))


def test_large_files_have_a_compressed_copy(build: Builder) -> None:
    large = {"atom.xml": "entry " * 30_000}
    build(target("a", large))
    copy = build.out / "atom.xml.gz"
    first = copy.read_bytes()
    assert gzip.decompress(first).decode() == large["atom.xml"]
    assert first[3:8] == bytes(5)  # RFC 1952, 2.3: no name, no time
    copy.unlink()
    build(target("a", large))
    assert copy.read_bytes() == first
    build(target("a", {"atom.xml": "small"}))
    assert not copy.exists()
    build(target("a", large))
    assert build(target("b", B)).removed == ("atom.xml",)
    assert not copy.exists()


def test_stages_are_written_in_order(build: Builder) -> None:
    order: list[str] = []

    def noting(name: str, stage: int) -> BuildTarget:
        def render() -> dict[str, bytes]:
            order.append(name)
            return {name: b""}

        return BuildTarget(name, 1, lambda: (name,), render, stage=stage)

    build(noting("last", 2), noting("first", 0), noting("middle", 1))
    assert order == ["first", "middle", "last"]


def test_what_shows_most_papers_is_begun_first(build: Builder) -> None:
    order: list[str] = []

    def noting(name: str, batch: str, shown: int) -> BuildTarget:
        def render() -> dict[str, bytes]:
            order.append(name)
            return {name: b""}

        return BuildTarget(name, 1, lambda: (name,), render, batch, shown=shown)

    targets = [("few", "a", 3), ("half", "b", 2), ("more", "c", 4), ("other half", "b", 3)]
    build(*(noting(*row) for row in targets))
    assert order == ["half", "other half", "more", "few"]


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_processes_gives_the_same(build: Builder, workers: int) -> None:
    targets = [target(str(n), {f"papers/{n}.html": str(n)}) for n in range(40)]
    assert len(build(*targets, workers=workers).written) == 40
    assert build(*targets, workers=workers) == NOTHING


def test_a_new_folder_appears_as_a_whole(build: Builder) -> None:
    seen: list[bool] = []

    def looking(name: str, stage: int = 0) -> BuildTarget:
        def render() -> dict[str, bytes]:
            seen.append((build.out / "papers").exists())
            return {f"papers/{name}.html": b"x" * 140_000}

        return BuildTarget(name, 1, lambda: (f"papers/{name}.html",), render, name, stage)

    build(looking("1"), looking("2"), looking("3", stage=1))
    assert seen == [False, False, True]
    assert {path.name for path in (build.out / "papers").iterdir()} == {
        f"{n}.html{ending}" for n in range(1, 4) for ending in ("", ".gz")
    }
    assert build(looking("1"), looking("2"), looking("3", stage=1)) == NOTHING


def test_nothing_is_left_of_a_new_folder_that_fails(build: Builder) -> None:
    def fail() -> dict[str, bytes]:
        raise OutputError("no")

    targets = [target("b", B), BuildTarget("bad", 1, lambda: ("papers/3.html",), fail)]
    with pytest.raises(OutputError):
        build(*targets)
    assert build.files() == {MANIFEST}
    (build.out / "papers").write_text("a file in the way")
    with pytest.raises(OutputError, match="papers"):
        build(target("b", B))


def test_a_hidden_folder_of_a_killed_build_is_swept(build: Builder) -> None:
    build(target("a", A), target("b", B))
    left = build.out / ".papers.123.tmp"
    left.mkdir()
    (left / "1.html").write_text("ha")
    clock = build.out / ".publisher-clock.123.tmp"
    clock.touch()
    mine = build.out / ".mine.123.tmp"
    mine.mkdir()
    shutil.rmtree(build.cache)
    build(target("a", A), target("b", B))
    assert not left.exists()
    assert not clock.exists()
    assert mine.exists()


def test_a_part_that_fails_is_made_next_time(build: Builder) -> None:
    def fail() -> dict[str, bytes]:
        raise OutputError("no")

    build(target("a", A), target("b", B))
    with pytest.raises(OutputError):
        build(target("a", A), BuildTarget("b", 7, lambda: ("papers/3.html",), fail))
    # Back to what it was: the state must not believe that this is there.
    (build.out / "papers/1.html").unlink()
    build(target("a", A), target("b", B))
    assert build.files() == {*A, *B, MANIFEST}


@pytest.mark.parametrize("place", ["cache", "a file"])
def test_entries_are_kept_for_forked_processes_too(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()  # where nothing can be kept on disk
    state = open_state(tmp_path / place, tmp_path / "out")
    state.keep_entries({1: b"one", 2: b"two"})
    assert run_alongside(partial(state.entries, [1, 3]), lambda: None) == {1: b"one"}
    assert state.entries([2, 3]) == {2: b"two"}
    state.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from publisher.formatter.site.build_state import open_state
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
root = Path(sys.argv[1])
state = open_state(root / "cache", root / "out")
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
large = {n: b"x" * 5000 for n in range(100)}
if sys.argv[2] == "labels":
    state.begin(1, [str(n) * 500 for n in range(1000)])
    state.keep("labels", "1", b"x" * 100_000)
state.keep_entries(large)
assert state.entries([1]) == ({} if sys.argv[2] == "entries" else {1: b"x" * 5000})
state.finish([], {str(n): ["a" * 1000] for n in range(100)}, [""])
state.note_content(5)
state.close()
"""


@pytest.mark.parametrize("fails", ["labels", "entries"])
def test_on_a_full_disk_the_next_build_knows_nothing(
    build: Builder, tmp_path: Path, fails: str
) -> None:
    build(target("a", A), target("b", B))
    subprocess.run([sys.executable, "-c", FULL, str(tmp_path), fails], check=True)
    state = open_state(build.cache, build.out)
    assert not state.fingerprints(1)
    state.close()
    assert build(target("a", A), target("b", B)) == NOTHING


def test_what_was_made_of_older_content_is_not_believed(build: Builder) -> None:
    """A build may be killed after it ended, before it notes what its content was."""
    state = open_state(build.cache, build.out)
    state.begin(1, ["a"])
    state.finish([], {}, [])
    state.note_content(5)
    assert state.is_made_of(1, 5)
    state.begin(1, ["a"])
    state.finish([], {}, [])
    assert not state.is_made_of(1, 5)
    state.close()


KILLED = """
import sys
from pathlib import Path
from publisher.formatter.site.build_targets import build_targets
from publisher.formatter.site.build_state import open_state
from publisher.formatter.site.build_target import BuildTarget
root, step = Path(sys.argv[1]), int(sys.argv[2])
def target(n):
    text = (f"<{step}>" + "x" * 140_000 + f"</{step}>").encode()
    name = f"papers/{n}-{step % 3 if n % 2 else 0}.html"
    return BuildTarget(str(n), step + 1, lambda: (name,), lambda: {name: text}, batch=str(n % 10))
state = open_state(root / "cache", root / "out")
print("go", flush=True)
build_targets(root / "out", state, 1, [target(n) for n in range(60)], workers=2)
"""


def test_killed_at_any_moment(build: Builder, tmp_path: Path) -> None:
    """Every file is whole at every moment; the next build leaves what an undisturbed one would."""
    chance = random.Random(4)  # noqa: S311 - not for secrets
    reader, writer = os.pipe()  # every process that lives has the writer's end
    for step in range(25):
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(step)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=[writer]) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.random() * 0.06)
            os.kill(process.pid, signal.SIGKILL)
        for path in build.out.rglob("*.html"):
            if any(part.startswith(".") for part in path.relative_to(build.out).parts):
                continue  # a new folder is filled beside its place, under a name nobody serves
            text = path.read_text()
            assert text.partition(">")[0][1:] == text.rpartition("/")[2][:-1], path
    os.close(writer)
    assert os.read(reader, 1) == b"", "a process may outlive its parent for a moment"
    os.close(reader)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "99"], check=True)
    clean = tmp_path / "clean"
    subprocess.run([sys.executable, "-c", KILLED, str(clean), "99"], check=True)
    left = {path.relative_to(build.out) for path in build.out.rglob("*")}
    assert left == {path.relative_to(clean / "out") for path in (clean / "out").rglob("*")}


LARGE = "entry " * 30_000
SITE = {
    "index.html": "ours",
    "atom.xml": LARGE,
    "topics/nerf/index.html": "a topic",
    "papers/0.html": "a paper",
}


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def link(path: Path, goal: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(goal)


def packed(path: Path, content: str) -> None:
    path.write_bytes(gzip.compress(content.encode()))


IN_THE_WAY: list[tuple[str, Callable[[Path], object], str, bool]] = [
    ("a file", lambda out: write(out / "index.html", "theirs"), "index.html", True),
    ("of the same size", lambda out: write(out / "index.html", "hers"), "index.html", True),
    ("an empty one", lambda out: write(out / "index.html", ""), "index.html", True),
    ("below", lambda out: write(out / "papers/0.html", "x"), "papers/0.html", True),
    ("a compressed copy", lambda out: packed(out / "atom.xml.gz", "x"), "atom.xml.gz", True),
    ("no copy at all", lambda out: write(out / "atom.xml.gz", "x"), "atom.xml.gz", True),
    ("beside a small file", lambda out: packed(out / "index.html.gz", "x"), "index.html.gz", True),
    (
        "a link to another file",
        lambda out: link(out / "index.html", "../b.html"),
        "index.html",
        True,
    ),
    ("a link to nowhere", lambda out: link(out / "atom.xml", "nowhere"), "atom.xml", True),
    ("a pipe", lambda out: os.mkfifo(out / "atom.xml"), "atom.xml", True),
    ("a folder", lambda out: write(out / "index.html/mine.txt", "x"), "index.html", False),
    ("no folder", lambda out: write(out / "topics", "x"), "topics", False),
    ("no folder below", lambda out: write(out / "topics/nerf", "x"), "topics/nerf", False),
    ("a link to no folder", lambda out: link(out / "papers", "nowhere"), "papers", False),
]


def contents(folder: Path) -> dict[str, object]:
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else path.stat().st_mode
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("put", "named", "forced"), [row[1:] for row in IN_THE_WAY], ids=[row[0] for row in IN_THE_WAY]
)
def test_what_is_not_ours_stays(
    build: Builder, put: Callable[[Path], object], named: str, forced: bool
) -> None:
    build.out.mkdir()
    write(build.out.parent / "b.html", "theirs")
    put(build.out)
    before = contents(build.out)

    for _ in range(2):  # the second time nothing has become ours
        with pytest.raises(OutputError, match=rf": {named}\. ") as refused:
            build(target("a", SITE))
        assert str(build.out) in str(refused.value)
        assert contents(build.out) == before

    if not forced:
        with pytest.raises(OutputError, match=rf": {named}\. "):
            build(target("a", SITE), force=True)
        assert contents(build.out) == before
        return
    build(target("a", SITE), force=True)
    assert {path: (build.out / path).read_text() for path in SITE} == SITE
    assert (build.out.parent / "b.html").read_text() == "theirs"
    assert not (build.out / "index.html.gz").exists()
    assert gzip.decompress((build.out / "atom.xml.gz").read_bytes()).decode() == LARGE
    build(target("a", SITE | {"index.html": "newer"}))


@pytest.mark.parametrize("workers", [1, 3])
def test_all_that_is_in_the_way_is_named_at_once(build: Builder, workers: int) -> None:
    theirs = {f"papers/{n:03}.html": "theirs" for n in range(300)} | {"atom.xml": "theirs"}
    for path, text in theirs.items():
        write(build.out / path, text)
    targets = [target(path, {path: "ours"}) for path in theirs]

    with pytest.raises(OutputError) as refused:
        build(*targets, target("new", {"new/x.html": "x"}), workers=workers)

    message = str(refused.value)
    assert "atom.xml, papers/000.html, papers/001.html" in message
    assert "and 291 more" in message
    assert "--force" in message
    assert "output.folder" in message
    assert "\n" not in message
    assert build.files() == set(theirs)


def test_files_that_are_the_same_become_ours(build: Builder) -> None:
    build(target("a", SITE))
    shutil.rmtree(build.cache)
    (build.out / MANIFEST).unlink()
    (build.out / "topics/nerf/index.html").unlink()
    packed(build.out / "atom.xml.gz", LARGE)  # by another program
    assert build(target("a", SITE)).written == ("topics/nerf/index.html",)
    assert build(target("b", B)).removed == tuple(sorted(SITE))


def test_what_the_cache_knows_is_ours_without_the_manifest(build: Builder) -> None:
    build(target("a", SITE), target("b", B))
    (build.out / MANIFEST).unlink()
    newer = SITE | {"index.html": "newer"}
    assert build(target("a", newer), target("b", B)).written == ("index.html",)
    (build.out / MANIFEST).unlink()
    time.sleep(0.02)  # the clock of files has ticks
    (build.out / "index.html").write_text("theirs")
    with pytest.raises(OutputError, match=r": index\.html\. "):
        build(target("a", SITE), target("b", B))
    assert (build.out / "index.html").read_text() == "theirs"


def test_a_file_that_comes_later_stays_too(build: Builder) -> None:
    build(target("a", A))
    write(build.out / "papers/2.html", "theirs")
    with pytest.raises(OutputError, match=r": papers/2\.html\. "):
        build(target("a", A | {"index.html": "newer"}), target("b", B))
    assert (build.out / "index.html").read_text() == "first"
    assert not (build.out / "papers/1.html").exists()
    (build.out / "papers/2.html").unlink()
    build(target("a", A | {"index.html": "newer"}), target("b", B))
    assert build.files() == {*A, *B, MANIFEST}
