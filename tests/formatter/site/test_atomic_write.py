from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.errors import OutputError
from publisher.formatter.site.atomic_write import LARGE, has_copy, write_changed

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    assert write_changed(tmp_path, {"a": b"1", "d/b": b"2"}) == ("a", "d/b")
    assert write_changed(tmp_path, {"a": b"1", "d/b": b"3"}) == ("d/b",)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "d"]


def test_files_that_are_compressed_already_have_no_copy() -> None:
    paths = ("rss.xml", "search/2024/0.json", "search/2024/0.bin", "pictures/a.png")
    assert [has_copy(path, LARGE) for path in paths] == [True, True, False, False]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a\\b", "a\0b"])
def test_nothing_escapes_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError):
        write_changed(tmp_path / "out", {path: b""})
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "topics").write_text("a file")
    with pytest.raises(OutputError, match="topics"):
        write_changed(tmp_path, {"topics/x/atom.xml": b""})


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    # A limit on the size of files makes the kernel refuse in the middle of a write.
    write_changed(tmp_path, {"a": b"old"})
    program = """
import pathlib, resource, signal, sys
from publisher.errors import OutputError
from publisher.formatter.site.atomic_write import LARGE, has_copy, write_changed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_changed(pathlib.Path(sys.argv[1]), {"a": b"x" * 5000})
except OutputError as error:
    sys.exit("refused: " + str(error))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "refused" in done.stderr
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
