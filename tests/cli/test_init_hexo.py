"""`publisher init` beside a real Hexo: the blog keeps its files, whatever the order of steps."""

from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from benchmarks import programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

SITE = "papers/"
FILES = {
    "_config.yml": "# The blog's own\ntitle: Reading notes\nurl: https://blog.example.net\n"
    "permalink: :year/:title/\nsource_dir: source # here\nskip_render: [raw/**] # as they are\n"
    "theme: plain\nfeed:\n  type: atom\n  path: atom.xml\n",
    "source/index.html": "---\nlayout: false\n---\n<h1>my home</h1>\n",
    "source/404.html": "---\nlayout: false\n---\n<p>lost</p>\n",
    "source/about/index.md": "---\nlayout: false\n---\n*me*\n",
    "source/raw/page.html": "{{ as it is }}\n",
    "source/CNAME": "blog.example.net\n",
    "themes/plain/layout/index.swig": "home\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def hexo() -> programs.Program:
    """The Hexo with which the benchmarks compare, and its plugin for feeds."""
    try:
        return programs.hexo()
    except programs.NotInstalledError as error:
        pytest.skip(str(error))


class HexoBlog:
    """A blog with pages and feed of its own, and the steps that people take in it."""

    def __init__(self, folder: Path, examples: Path, hexo: programs.Program, run: Run) -> None:
        self.folder, self._hexo, self._run = folder, hexo, run
        shutil.copytree(examples, folder / "source" / "_posts")
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        for name, target in hexo.links.items():
            (folder / name).symlink_to(target)
        # It names the plugins to load.
        package = json.loads((programs.PEERS / "hexo" / "package.json").read_text(encoding="utf-8"))
        package["dependencies"] |= package.pop("optionalDependencies")
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        self.pages = folder.with_name(f"{folder.name}.git")
        subprocess.run(["git", "init", "--quiet", "--bare", self.pages], check=True)
        with (folder / "_config.yml").open("a", encoding="utf-8") as config:
            config.write(f"deploy:\n  type: git\n  repo: {json.dumps(str(self.pages))}\n")
            config.write("  branch: pages\n  name: ada\n  email: ada@example.net\n")
        self.config = (folder / "_config.yml").read_text(encoding="utf-8")

    def step(self, name: str) -> None:
        if name in ("generate", "clean", "deploy"):
            subprocess.run(
                [*self._hexo.command[:-1], name], cwd=self.folder, check=True, capture_output=True
            )
        else:
            options = ("--allow-blog-changes",) if name == "init" else ()
            self._run(name, *options, cwd=self.folder)

    def deployed(self) -> set[str]:
        """Return the files of the pages that were deployed last."""
        listing = ["git", "-C", self.pages, "ls-tree", "-r", "-z", "--name-only", "pages"]
        done = subprocess.run(listing, check=True, capture_output=True, text=True)
        return set(done.stdout.split("\0")) - {""}

    def sources(self) -> dict[str, str]:
        """Return the blog's own files with their hashes, but the settings that init may change."""
        return hashes(self.folder / "source", SITE) | hashes(self.folder / "themes")


def hashes(folder: Path, besides: str = "nothing/") -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        name: sha256(path.read_bytes()).hexdigest()
        for path in paths
        if not (name := path.relative_to(folder).as_posix()).startswith(besides)
    }


@pytest.mark.parametrize(
    "steps",
    [
        "init generate build generate deploy",
        "init build generate clean build generate deploy build",
        "generate deploy init build build clean deploy generate init",
    ],
)
def test_the_blog_keeps_every_file_of_its_own(
    publisher: Run, tmp_path: Path, examples: Path, hexo: programs.Program, steps: str
) -> None:
    alone = HexoBlog(tmp_path / "alone", examples, hexo, publisher)
    alone.step("generate")
    expected = hashes(alone.folder / "public")
    assert {"index.html", "404.html", "atom.xml", "about/index.html"} <= expected.keys()

    blog = HexoBlog(tmp_path / "博客 with papers", examples, hexo, publisher)
    sources = blog.sources()
    for step in steps.split():
        blog.step(step)

    assert blog.sources() == sources
    assert hashes(blog.folder / "public", SITE) == expected
    ours = hashes(blog.folder / "source" / "papers")
    assert ours.pop(".publisher-manifest")
    assert hashes(blog.folder / "public" / "papers") == ours
    assert len(ours) > 80
    # The plugin leaves out hidden files: the build's own, and never one of the blog's.
    assert blog.deployed() == expected.keys() | {f"papers/{name}" for name in ours}
    config = (blog.folder / "_config.yml").read_text(encoding="utf-8")
    assert config == blog.config.replace("[raw/**]", '[raw/**, "papers/**"]')


def test_without_consent_the_output_is_outside_of_the_source(
    publisher: Run, tmp_path: Path, examples: Path, hexo: programs.Program
) -> None:
    blog = HexoBlog(tmp_path / "blog", examples, hexo, publisher)
    blog.step("generate")
    expected = hashes(blog.folder / "public")
    publisher("init", cwd=blog.folder)
    for step in ("build", "clean", "generate"):
        blog.step(step)
    assert hashes(blog.folder / "public") == expected
    assert (blog.folder / "_config.yml").read_text(encoding="utf-8") == blog.config
    assert (blog.folder / "paper-site" / "index.html").is_file()
