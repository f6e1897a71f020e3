"""`publisher build --watch` as a process, on real files.

Every wait has a deadline that no machine is too slow for; none of them says how fast it is.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE = 240.0
# Longer than any build is put off, so that one which was going to come has come.
SETTLED = 1.5
DIGEST = """\
---
tags: [NeRF]
date: 2024-12-01
---
## {title}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2412.{number:05}v1)

**Summary**
It works.

**Key Takeaways**
- One.
"""


def digest(number: int) -> str:
    return DIGEST.format(title=f"Paper number {number}", number=number)


class Watching:
    """A running `publisher build --watch` in `home`, with the folder `digests` beside it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.digests = home / "digests"
        self.lines: list[str] = []
        self._queue: queue.Queue[str] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None

    def start(self, *options: str, **variables: str) -> Watching:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "build", "--watch", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=self.home,
            env=environment | variables,
        )

        def read() -> None:
            assert self._process is not None
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self._queue.put(line.rstrip("\n"))

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        return self

    def said(self, text: str) -> str:
        """Wait for a line that holds `text`."""
        until = time.monotonic() + DEADLINE
        while True:
            try:
                line = self._queue.get(timeout=max(until - time.monotonic(), 0.01))
            except queue.Empty:
                pytest.fail(f"never said {text!r}: {self.lines}")
            self.lines.append(line)
            if text in line:
                return line

    def count(self) -> int:
        """Return how many lines it has said that nobody has waited for."""
        return self._queue.qsize()

    def nothing(self) -> None:
        """Fail where it says anything in the time in which it would have built."""
        time.sleep(SETTLED)
        assert self._queue.empty(), self._queue.get()

    def published(self, text: str, *, there: bool = True, folder: str = "paper-site") -> None:
        """Wait until the feed holds `text`, or holds it no more; it is whole at every look."""
        feed = self.home / folder / "atom.xml"
        until = time.monotonic() + DEADLINE
        while True:
            content = feed.read_text(encoding="utf-8") if feed.is_file() else ""
            assert not content or content.rstrip().endswith("</feed>")
            if (text in content) == there:
                return
            assert time.monotonic() < until, self.lines
            time.sleep(0.02)

    def signal(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(DEADLINE)

    def kill(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        while not self._queue.empty():
            self.lines.append(self._queue.get())


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "1.md").write_text(digest(1))
    (tmp_path / "publisher.toml").write_text('[output]\nfolder = "paper-site"\n')
    made = Watching(tmp_path)
    yield made
    made.kill()
    assert not any("Traceback" in line for line in made.lines)


@pytest.fixture(params=["told", "polling"])
def started(request: pytest.FixtureRequest, watching: Watching) -> Watching:
    polling = {"PUBLISHER_WATCH__POLLING": "true", "PUBLISHER_WATCH__POLL_SECONDS": "0.2"}
    watching.start(**(polling if request.param == "polling" else {}))
    watching.said("start: ")
    return watching


def test_a_digest_lands_changes_and_goes(started: Watching) -> None:
    (started.digests / "2.md").write_text(digest(2))
    assert "digests/2.md: " in started.said(" written in ")
    started.published("Paper number 2")
    (started.digests / "2.md").write_text(digest(2).replace("Paper", "Treatise"))
    started.published("Treatise number 2")
    (started.digests / "2.md").unlink()
    started.published("number 2", there=False)


def test_hundreds_of_files_are_few_builds(started: Watching) -> None:
    for number in range(2, 302):
        (started.digests / f"{number}.md").write_text(digest(number))
    until = time.monotonic() + DEADLINE
    alone = started.home / "alone"
    command = [sys.executable, "-m", "publisher", "build", "--output", str(alone)]
    assert subprocess.run(command, cwd=started.home, capture_output=True).returncode == 0
    while (started.home / "paper-site" / "atom.xml").read_bytes() != (
        alone / "atom.xml"
    ).read_bytes():
        assert time.monotonic() < until, started.lines
        time.sleep(0.1)
    assert started.count() < 30


def test_a_folder_of_digests_is_moved_in_and_out(started: Watching) -> None:
    outside = started.home / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "2.md").write_text(digest(2))
    outside.rename(started.digests / "2024.12")
    started.published("Paper number 2")
    (started.digests / "2024.12" / "deep" / "3.md").write_text(digest(3))
    started.published("Paper number 3")
    (started.digests / "2024.12").rename(started.digests / "later")
    (started.digests / "later" / "4.md").write_text(digest(4))
    started.published("Paper number 4")
    (started.digests / "later").rename(outside)
    started.published("Paper number 2", there=False)
    started.published("Paper number 1")


def test_the_folder_is_deleted_and_made_again(started: Watching) -> None:
    shutil.rmtree(started.digests)
    started.said(f"waiting for {started.home / 'digests'}: no such folder")
    started.published("Paper number 1")  # what was published stays
    started.digests.mkdir()
    (started.digests / "2.md").write_text(digest(2))
    started.published("Paper number 2")
    (started.digests / "3.md").write_text(digest(3))
    started.published("Paper number 3")


def test_the_folder_is_replaced_by_another(started: Watching) -> None:
    started.digests.rename(started.home / "away")
    started.digests.mkdir()
    (started.digests / "2.md").write_text(digest(2))
    started.published("Paper number 2")
    (started.digests / "3.md").write_text(digest(3))
    started.published("Paper number 3")
    (started.home / "away" / "4.md").write_text(digest(4))
    started.published("Paper number 4", there=False)


def test_a_digest_that_is_written_slowly(watching: Watching) -> None:
    watching.start().said("start: ")
    text = digest(2)
    with (watching.digests / "2.md").open("w") as file:
        for start in range(0, len(text), 40):
            file.write(text[start : start + 40])
            file.flush()
            watching.published("Paper number 1")
            time.sleep(0.25)
    watching.published("Paper number 2")


def test_what_editors_write_beside_a_file(watching: Watching) -> None:
    watching.start().said("start: ")
    for name in (".1.md.swp", ".1.md.swx", "4913", "1.md~", "#1.md#", ".1.md.X1y2Z3", "1.md.tmp"):
        (watching.digests / name).write_text("x")
        (watching.digests / name).write_text("y")
        (watching.digests / name).unlink()
    (watching.digests / ".#1.md").symlink_to("user@host.1234:1")
    watching.nothing()
    # Vim: the old file moves away, the new one takes its name; then the other way round.
    (watching.digests / "1.md").rename(watching.digests / "1.md~")
    (watching.digests / "1.md").write_text(digest(1).replace("Paper", "Treatise"))
    (watching.digests / "1.md~").unlink()
    watching.published("Treatise number 1")
    (watching.digests / "new.tmp").write_text(digest(1).replace("Paper", "Essay"))
    (watching.digests / "new.tmp").replace(watching.digests / "1.md")
    watching.published("Essay number 1")


def test_its_own_output_is_no_news(watching: Watching) -> None:
    (watching.home / "publisher.toml").write_text(
        '[source]\nfolders = ["digests"]\ninclude = ["**/*"]\nexclude = ["site/**"]\n'
        'cache = "digests/cache"\n[output]\nfolder = "digests/site"\n'
    )
    watching.start().said("start: ")
    watching.nothing()
    (watching.digests / "2.md").write_text(digest(2))
    watching.said("digests/2.md: ")
    watching.nothing()


def test_a_folder_that_is_not_there_yet(watching: Watching) -> None:
    shutil.rmtree(watching.digests)
    watching.start().said(
        f"waiting for {watching.home / 'digests'}: no such folder (setting source.folders)"
    )
    watching.nothing()
    watching.digests.mkdir()
    watching.said("error: ")  # no digest in it
    (watching.digests / "1.md").write_text(digest(1))
    watching.published("Paper number 1")


def test_settings_and_templates(watching: Watching) -> None:
    watching.start().said("start: ")
    config = watching.home / "publisher.toml"
    config.write_text("[output\n")
    watching.said("not valid TOML")
    config.write_text("")
    watching.said("empty; the last settings stay in force")
    config.unlink()
    watching.said("the last settings stay in force")
    (watching.digests / "2.md").write_text(digest(2))
    watching.published("Paper number 2")
    config.write_text('[output]\nfolder = "other"\n[templates]\nfolder = "own"\n')
    watching.said("error: templates.folder")
    own = watching.home / "own" / "feeds"
    own.mkdir(parents=True)
    (own / "entry.html.j2").write_text("<p>mine</p>")
    watching.published("mine", folder="other")
    (own / "entry.html.j2").write_text("{% nonsense %}")
    watching.said("error: ")
    (own / "entry.html.j2").write_text("<p>yours</p>")
    watching.published("yours", folder="other")
    later = watching.home / "later.toml"
    later.write_text('[site]\ntitle = "A new name"\n[output]\nfolder = "third"\n')
    later.replace(config)
    watching.published("A new name", folder="third")


def test_a_repository_is_pulled_now_and_then(watching: Watching) -> None:
    shutil.rmtree(watching.digests)
    work, bare = watching.home / "work", watching.home / "bare.git"

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, cwd=work, capture_output=True)

    def push(number: int) -> None:
        (work / f"{number}.md").write_text(digest(number))
        git("add", ".")
        git("commit", "-m", "x")
        git("push", str(bare), "HEAD:main")

    work.mkdir()
    git("init", "--bare", "-b", "main", str(bare))
    git("init")
    push(1)
    (watching.home / "publisher.toml").write_text(
        f'[source]\ngit = "{bare}"\ncache = "cache"\n[watch]\ngit_seconds = 1\n'
    )
    watching.start().said("start: ")
    watching.nothing()
    push(2)
    watching.said("repository: ")
    watching.published("Paper number 2")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_asked_to(watching: Watching, number: int) -> None:
    watching.start().said("start: ")
    assert watching.signal(number) == 0


def test_it_ends_while_it_waits_for_another_build(watching: Watching) -> None:
    from publisher.build_lock import build_lock

    with build_lock(watching.home / "paper-site", 0, watching.home, print):
        watching.start().said("waiting for another build")
        assert watching.signal(signal.SIGTERM) == 0


def test_wrong_settings_at_the_start_are_an_error(
    watching: Watching, publisher: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (watching.home / "publisher.toml").write_text("[output\n")
    assert "not valid TOML" in publisher("build", "--watch", code=1).stderr
