"""Web addresses of lines of digests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher.services.source_links import line_address, pattern_of, web_repositories
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/ada/notes.git", "https://github.com/ada/notes/blob/main/a.md?plain=1"),
        (
            "https://ada:secret@github.com/ada/notes",
            "https://github.com/ada/notes/blob/main/a.md?plain=1",
        ),
        ("git@github.com:ada/notes.git", "https://github.com/ada/notes/blob/main/a.md?plain=1"),
        (
            "ssh://git@gitlab.example.org:2222/group/sub/notes",
            "https://gitlab.example.org/group/sub/notes/-/blob/main/a.md?plain=1",
        ),
        (
            "https://codeberg.org/ada/notes",
            "https://codeberg.org/ada/notes/src/branch/main/a.md?display=source",
        ),
        (
            "https://gitea.example.org:3000/ada/notes",
            "https://gitea.example.org:3000/ada/notes/src/branch/main/a.md?display=source",
        ),
        ("https://gitee.com/ada/notes", "https://gitee.com/ada/notes/blob/main/a.md"),
        ("https://example.org/ada/notes", ""),
        ("/srv/git/github.com/notes", ""),
        ("", ""),
    ],
)
def test_remotes(remote: str, expected: str) -> None:
    assert pattern_of(remote, "main", is_commit=False).replace("{path}", "a.md") == expected


def test_a_finding_leads_to_its_line(tmp_path: Path) -> None:
    digests = tmp_path / "notes" / "digests"
    digests.mkdir(parents=True)
    file = digests / "2024 张.md"
    file.write_text("x")
    settings = load(None, {}, {"source": {"folders": [str(digests)]}})
    assert web_repositories(settings) == ()
    for arguments in (
        ["init", "--quiet", "--initial-branch=trunk"],
        ["remote", "add", "origin", "git@github.com:ada/notes.git"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x", "--allow-empty"],
    ):
        subprocess.run(["git", "-C", digests.parent, *arguments], check=True)
    repositories = web_repositories(settings)
    address = "https://github.com/ada/notes/blob/trunk/digests/2024%20%E5%BC%A0.md?plain=1"
    assert line_address(repositories, str(file), 12) == f"{address}#L12"
    assert line_address(repositories, str(file), 0) == address
    assert line_address(repositories, "elsewhere.md", 1) == ""
