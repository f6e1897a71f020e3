"""`publisher formats`, and `publisher check` on sources that no format reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from publisher.collector.formats import FORMATS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

LIST = "# Papers\n\n- https://arxiv.org/abs/2411.0000{n}\n- https://arxiv.org/abs/2412.0000{n}\n"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    for n in range(1, 6):
        (folder / f"{n}.md").write_text(LIST.replace("{n}", str(n)), encoding="utf-8")
    return folder


def test_formats_are_listed_with_an_example(publisher: Run) -> None:
    lines = publisher("formats").stdout.splitlines()
    names = [line.partition(":")[0] for line in lines if line and not line.startswith(" ")]
    assert names == list(FORMATS)
    assert "    ## Title of a paper" in lines


def test_trying_all_formats(publisher: Run, lists: Path) -> None:
    example = "---\ntitle: A tree\ndate: 2024-12-02\ntags: [t]\n---\nText.\n"
    (lists / "post.md").write_text(example, encoding="utf-8")
    shown = publisher("formats", "try", lists / "1.md", lists / "post.md").stdout
    assert "lists/1.md: 2 arXiv ids, not read\n" in shown
    assert "arxiv-sections  refuses it at line 1: no authors and no [PDF](...) line" in shown
    assert "lists/1.md:3: D108 no digest format recognises the file: 2 papers in a list" in shown
    assert "lists/post.md: 0 arXiv ids, read by the format markdown-post\n" in shown
    assert '"A tree"' in shown
    assert "nowhere.md: can't be read" in publisher("formats", "try", "nowhere.md", code=1).stderr


def test_the_first_line_tells_that_most_is_not_read(publisher: Run, lists: Path) -> None:
    line = "5 files hold 10 arXiv ids, none was read; the nearest format, arxiv-sections, refuses"
    done = publisher("check", lists, code=1)
    assert done.stderr.startswith(f"{line} lists/1.md:1: ")
    places = done.stdout.splitlines()
    assert [place.partition(":")[0] for place in places] == [
        "lists/1.md", "lists/2.md", "lists/3.md", "... and 2 more D108",
    ]  # fmt: skip
    assert len(publisher("check", "--verbose", lists, code=1).stdout.splitlines()) == 5
    assert len(publisher("check", "--json", lists, code=1).stdout.splitlines()) == 5
    assert len(publisher("check", "--format", "github", lists, code=1).stdout.splitlines()) == 5
    built = publisher("build", "--source", lists, "--output", "out", code=1).stderr
    assert built.startswith(line)
    assert built.count("error: lists/") == 3


def test_silenced_codes(publisher: Run, tmp_path: Path, examples: Path) -> None:
    done = publisher("check", examples)
    assert "D401" not in done.stdout
    assert "silenced by check.ignore: " in done.stderr
    assert " D401" in publisher("check", "--verbose", examples).stdout
    rows = publisher("check", "--json", examples).stdout.splitlines()
    assert "D401" in {json.loads(row)["code"] for row in rows}
    (tmp_path / "publisher.toml").write_text('[check]\nignore = ["D999"]\n')
    wrong = publisher("check", examples, code=1).stderr
    assert "publisher.toml: check.ignore: no finding has the code D999" in wrong


def test_a_silenced_error_keeps_its_exit_code(publisher: Run, tmp_path: Path, lists: Path) -> None:
    (tmp_path / "publisher.toml").write_text('[check]\nignore = ["D108"]\n')
    done = publisher("check", lists, code=1)
    assert done.stdout == ""
    assert "silenced by check.ignore: 5 D108; errors among them still count" in done.stderr
