from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCENARIOS = ("cold", "one new digest", "nothing changed")


@pytest.fixture(autouse=True)
def from_the_checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(ROOT))
    return


def test_build_measures_this_program_in_every_scenario() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "build", "--sizes", "3", "--runs", "1", "--only-ours"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for scenario in SCENARIOS:
        assert f"### {scenario}, 3 digests" in done.stdout
    assert "left out" not in done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("publisher  ")]
    assert len(rows) == len(SCENARIOS)


def feed(path: Path, *items: str) -> Path:
    head = "<link>https://example.org/</link>"
    path.write_text(head + "".join(f"<item>{item}</item>\n" for item in items), encoding="utf-8")
    return path


def test_a_post_that_the_feed_has_in_part_only_is_missing(tmp_path: Path) -> None:
    from benchmarks.feed_check import incomplete, papers

    whole = "<link>https://example.org/2020-01-01/0-a.md</link> abs/2001.00001 abs/2001.00002"
    part = "<link>https://example.org/2020-01-01/1-b.md</link> abs/2001.00003"
    expected = {
        0: papers(whole),
        1: papers("abs/2001.00003 abs/2001.00004"),
        2: papers("abs/2001.00005"),
    }
    assert incomplete(feed(tmp_path / "feed.xml", whole, part), expected) == (2, {1, 2})


def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    hold = "import time; held = b'x' * 100_000_000; time.sleep(0.5)"
    both = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}"
    command = [sys.executable, "-c", f"{both}; p.wait()"]
    # From a small process: to the kernel, a process begins as large as the one that started it.
    program = f"""
from pathlib import Path
from benchmarks.measure import measure
for whole_tree in (True, False):
    print(measure({command!r}, Path({str(tmp_path)!r}), {{}}, whole_tree=whole_tree).peak)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    whole, largest = map(float, done.stdout.split())
    assert whole > 200 > largest > 100


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    from benchmarks.measure import TooSlowError, measure

    with pytest.raises(TooSlowError):
        measure([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, {}, patience=0.2)


PICKY = """
import pathlib, sys
posts = sorted(pathlib.Path("../source/_posts").rglob("*.md"))
for post in posts:
    if "refuse me" in post.read_text():
        sys.exit(f'ERROR "{post}:1:1": I refuse')
entries = [
    f"<item><link>https://example.org/{post.parent.name}/{post.name}</link>{post.read_text()}</item>"
    for post in posts
    if "forget me" not in post.read_text()
]
pathlib.Path("feed.xml").write_text("".join(entries))
"""


def test_posts_that_a_program_refuses_or_forgets_are_found(tmp_path: Path) -> None:
    from benchmarks.posts import refused
    from benchmarks.programs import Program

    texts = ["abs/2001.00001", "refuse me", "forget me", "abs/2001.00002", "refuse me too"]
    sources = [tmp_path / f"{place}.md" for place in range(len(texts))]
    for source, text in zip(sources, texts, strict=True):
        source.write_text(text)
    picky = Program("Picky", (sys.executable, "-c", PICKY), feed="feed.xml", kept=())
    assert refused(picky, tmp_path / "trial", sources) == {1, 2, 4}


def test_search_finds_what_a_scan_finds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "search", "--sizes", "25"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ours = next(line for line in done.stdout.splitlines() if " publisher " in line)
    assert ours.split()[-2:] == ["1.000", "1.000"]
