"""Builds that are killed at any moment, while somebody reads all files all the time.

PUBLISHER_TEST_KILLS says how often; a storm of hundreds takes minutes.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES
from lxml import etree

from publisher.formatter.search.shards import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLS = int(os.environ.get("PUBLISHER_TEST_KILLS", "8"))


def check_whole(path: Path) -> None:
    """Fail unless the file at `path` is a whole one; one that is gone meanwhile is none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    name = path.name
    if name.startswith(".") and name.endswith(".tmp"):
        return  # no reader asks for it
    if name.endswith(".gz"):
        data, name = gzip.decompress(data), name.removesuffix(".gz")
    kind = name.rpartition(".")[2]
    if kind in ("xml", "svg"):
        etree.fromstring(data)
    elif kind == "json":
        json.loads(data)
    elif kind == "html":
        assert data.rstrip().endswith(b"</html>"), path
    elif kind == "bin":
        assert zlib.decompress(data[HEADER.size :]), path
    elif kind == "png":
        assert data.endswith(b"IEND\xaeB`\x82"), path
    else:
        assert data.endswith(b"\n"), path


class Reader(threading.Thread):
    """Reads all files again and again until it is stopped; `failure` is what was not whole."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.stopped = threading.Event()
        self.failure: BaseException | None = None
        self.files = 0

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                for parent, folders, names in os.walk(self.folder):
                    # One that is not whole yet has a name that no reader asks for.
                    folders[:] = [name for name in folders if not name.startswith(".")]
                    for name in names:
                        check_whole(self.folder / parent / name)
                        self.files += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failure = error


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path / "out")
    found.start()
    yield found
    found.stopped.set()
    found.join()


def command(tmp_path: Path, cache: str = "cache", out: str = "out") -> list[str]:
    config = tmp_path / f"{out}.toml"
    config.write_text(
        f'[source]\nfolders = ["digests"]\ncache = "{cache}"\n[output]\nfolder = "{out}"\n'
    )
    return [sys.executable, "-m", "publisher", "build", "--config", str(config)]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_killed_builds(tmp_path: Path, reader: Reader, request: pytest.FixtureRequest) -> None:
    source = EXAMPLES if KILLS < 100 else request.getfixturevalue("corpus")
    digests = tmp_path / "digests"
    shutil.copytree(source, digests)
    posts = sorted(digests.rglob("*.md"))
    texts = {path: path.read_text() for path in posts}
    started = time.monotonic()
    subprocess.run(command(tmp_path), check=True, capture_output=True)
    whole = time.monotonic() - started
    chance = random.Random(5)  # noqa: S311 - not for secrets
    for step in range(KILLS):
        for path in posts:
            fate = chance.random()
            if fate < 0.2:
                path.unlink(missing_ok=True)
            elif fate < 0.5:
                path.write_text(texts[path].replace("We ", f"We {step} ", 1))
        with subprocess.Popen(
            command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as build:
            time.sleep(chance.random() * whole)
            build.send_signal(signal.SIGKILL)
        assert reader.failure is None
    for path in posts:
        path.write_text(texts[path])
    subprocess.run(command(tmp_path), check=True, capture_output=True)
    subprocess.run(command(tmp_path, "cache-2", "clean"), check=True, capture_output=True)
    assert files(tmp_path / "out") == files(tmp_path / "clean")
    assert reader.failure is None
    assert reader.files > 0


def test_a_killed_first_build(tmp_path: Path, reader: Reader) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "digests")
    started = time.monotonic()
    subprocess.run(command(tmp_path, "cache-2", "clean"), check=True, capture_output=True)
    whole = time.monotonic() - started
    wanted = files(tmp_path / "clean")
    chance = random.Random(7)  # noqa: S311 - not for secrets
    for _ in range(KILLS):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        with subprocess.Popen(
            command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as build:
            time.sleep(chance.random() * whole)
            build.send_signal(signal.SIGKILL)
        # A folder that can be seen has all of its pages in it.
        for name in ("papers", "languages"):
            if (tmp_path / "out" / name).exists():
                assert names(tmp_path / "out" / name) == names(tmp_path / "clean" / name)
        assert reader.failure is None
    subprocess.run(command(tmp_path), check=True, capture_output=True)
    assert files(tmp_path / "out") == wanted
    assert reader.failure is None


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
