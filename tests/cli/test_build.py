"""The commands that need no store, run as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

COMMANDS = [
    "init",
    "papers",
    "build",
    "check",
    "preview",
    "preflight",
    "send",
    "publish",
    "ping",
    "status",
    "demo",
]
FIELDS = {
    "id", "version", "title", "authors", "abstract", "comment", "abs_url", "pdf_url", "code_urls",
    "topics", "digests", "first_published", "updated", "summary", "takeaways", "figures",
    "repaired",
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(publisher: Run, command: str) -> None:
    assert "--verbose" in publisher(command, "--help").stdout


def test_papers_as_json(publisher: Run, examples: Path) -> None:
    lines = publisher("papers", "--json", "--source", examples).stdout.splitlines()
    papers = [json.loads(line) for line in lines]
    assert len(papers) == 25
    for paper in papers:
        assert set(paper) >= FIELDS | {"title_html", "abstract_html", "project_urls", "venue"}
        assert paper["title_html"]
        assert paper["venue"] is None or set(paper["venue"]) == {"name", "year"}
    moved = next(paper for paper in papers if paper["id"] == "arxiv:2407.08136")
    assert moved["version"] == 2
    assert moved["abs_url"] == "https://arxiv.org/abs/2407.08136"
    assert moved["pdf_url"] == "https://arxiv.org/pdf/2407.08136v2"
    assert moved["first_published"].startswith("2024-11-18T")
    assert moved["first_published"].endswith("+00:00")
    assert moved["updated"].startswith("2024-12-02T")


def test_papers_for_people(publisher: Run, examples: Path) -> None:
    first = publisher("papers", "--source", examples).stdout.splitlines()[0]
    assert first.startswith("2024-12-05  arxiv:")


def test_build_says_what_changed(publisher: Run, examples: Path, tmp_path: Path) -> None:
    arguments = ("build", "--source", examples, "--output", "out")
    first = publisher(*arguments)
    assert "topics/nerf/atom.xml" in first.stdout.splitlines()
    assert (tmp_path / "out" / "index.html").is_file()
    assert publisher(*arguments).stdout == ""


def test_init_then_build(publisher: Run, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "digests").symlink_to(examples)
    publisher("init")
    publisher("build")
    assert (tmp_path / "paper-site" / "atom.xml").is_file()
    assert "/.publisher/" in (tmp_path / ".gitignore").read_text().splitlines()
    assert "was not changed" in publisher("init").stderr


@pytest.mark.parametrize("folder", ["public", "_site", "."])
def test_the_pages_of_a_blog_are_not_overwritten(
    publisher: Run, examples: Path, tmp_path: Path, folder: str
) -> None:
    blog = tmp_path / folder
    theirs = {"index.html": "home", "atom.xml": "<feed/>", "archive/index.html": "all posts"}
    for path, text in theirs.items():
        (blog / path).parent.mkdir(parents=True, exist_ok=True)
        (blog / path).write_text(text)
    before = sorted(tmp_path.rglob("*"))
    arguments = ("build", "--source", examples, "--output", folder)

    refused = publisher(*arguments, code=1)

    assert f"{blog}: nothing was written" in refused.stderr
    assert "atom.xml, index.html, archive/index.html. " in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert {path: (blog / path).read_text() for path in theirs} == theirs
    assert "index.html" in publisher(*arguments, "--force").stdout.splitlines()
    assert publisher(*arguments).stdout == ""


def test_the_default_folder_is_no_generators_own(publisher: Run, examples: Path) -> None:
    of_generators = {
        "public", "source", "themes", "scaffolds", ".deploy_git",  # Hexo
        "static", "content", "resources", "layouts", "assets", "data",  # Hugo
        "_site", "_posts", "_layouts", "_includes", "_data", "_sass",  # Jekyll, Eleventy
        "output", "site", "docs", "build", "_build", "dist", "out",  # Pelican, MkDocs and others
    }  # fmt: skip
    done = publisher("build", "--source", examples)
    folder = Path(done.stderr.splitlines()[0].rpartition(" in ")[2])
    assert folder.is_absolute()
    assert (folder / "atom.xml").is_file()
    assert folder.name not in of_generators


def test_build_without_a_state_that_is_damaged_inside(
    publisher: Run, examples: Path, tmp_path: Path
) -> None:
    settings = f'[source]\nfolders = ["{examples}"]\ncache = "cache"\n[output]\nfolder = "out"\n'
    (tmp_path / "publisher.toml").write_text(settings, encoding="utf-8")
    publisher("build")
    (state,) = (tmp_path / "cache").glob("built-*.sqlite")
    whole = state.read_bytes()
    state.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    (tmp_path / "out" / "index.html").unlink()
    assert publisher("build").stdout == "index.html\n"
    assert publisher("build").stdout == ""


def test_check_names_file_line_and_code(publisher: Run, tmp_path: Path, examples: Path) -> None:
    # The examples leak prompt text, as digests do: warnings, and no error.
    assert all(": D40" in line for line in publisher("check", examples).stdout.splitlines())
    (tmp_path / "bad.md").write_text("# 2024-01-01 更新\n\n## T\n\n[PDF](http://x/y) \n")
    lines = publisher("check", tmp_path, code=1).stdout.splitlines()
    assert "bad.md:1: D103 no front matter" in lines
    assert "bad.md:5: D202 the PDF line names no arXiv paper: http://x/y" in lines


def test_files_that_are_no_digests_are_counted_and_listed_when_asked_for(
    publisher: Run, tmp_path: Path, examples: Path
) -> None:
    blog = tmp_path / "blog"
    (blog / "about").mkdir(parents=True)
    (blog / "about" / "index.md").write_text("---\ntitle: About\n---\nMe.\n", encoding="utf-8")
    (blog / "README.md").write_text("# A blog\n", encoding="utf-8")
    count = "2 files are no digests: `publisher check --verbose` lists them\n"
    for command in ("check", "papers", "build"):
        done = publisher(command, "--source", blog, "--source", examples)
        assert count in done.stderr
        assert "blog" not in done.stdout
    assert publisher("check", blog).stdout == ""
    lines = publisher("check", "--verbose", blog).stdout.splitlines()
    assert lines == [
        "blog/README.md:1: D115 no digest, passed over",
        "blog/about/index.md:1: D115 no digest, passed over",
    ]
    as_json = publisher("check", "--verbose", "--json", blog).stdout
    assert as_json.count('"severity": "note"') == 2
    annotations = publisher("check", "--verbose", "--format", "github", blog).stdout
    assert annotations.count("::notice file=") == 2


ERRORS = [
    (("build", "--source", "nowhere"), "nowhere: no such folder"),
    (("papers", "--source", "."), "no digest found"),
    (("build", "--config", "nowhere.toml"), "nowhere.toml: no such file"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS)
def test_errors_are_one_line(publisher: Run, arguments: tuple[str, ...], message: str) -> None:
    stderr = publisher(*arguments, code=1).stderr
    assert message in stderr
    assert stderr.count("\n") == 1
    assert stderr.startswith("publisher: ")


def test_a_traceback_only_when_asked_for(tmp_path: Path) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "publisher", "build", "--source", "nowhere", "--verbose"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_hostile_topics_stay_in_the_output_folder(publisher: Run, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for n, topic in enumerate(["../../etc", "/etc/passwd", "..", "a\\..\\b", "CON", "\u202etxt"]):
        (source / f"{n}.md").write_text(
            f"---\ntags: ['{topic}']\ndate: 2024-01-01\n---\n## T{n}\n\n**Authors:A**\n\nText\n\n"
            f"[PDF](http://arxiv.org/abs/2401.0000{n}v1)\n\n**Summary**\nx\n\n**要点**\n- y\n",
            encoding="utf-8",
        )
    publisher("build", "--source", source, "--output", tmp_path / "deep" / "out")
    outside = {p for p in tmp_path.rglob("*") if p.is_file()} - set(source.iterdir())
    assert outside
    assert all(path.is_relative_to(tmp_path / "deep" / "out") for path in outside)


def test_the_head_of_a_pipe(tmp_path: Path, examples: Path) -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -m publisher papers --json --source {examples} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path)  # noqa: S602 - its subject
    assert done.stderr == ""
