"""The programs that `build` compares: how each is installed, called, and made to forget."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

PEERS = Path(__file__).parent / "peers"
OURS = "publisher"
OURS_WHOLE = "publisher, all papers"
HUGO = "Hugo"
HUGO_PAGES = "Hugo, by default"
# The most that `feeds.entries` takes.
MOST_ENTRIES = 10_000
MOST_BYTES = 1_000_000_000


class NotInstalledError(Exception):
    """A program can't be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its site: a folder beside `source`, which holds the posts in `_posts`."""

    name: str
    command: tuple[str, ...]
    feed: str
    # What a build leaves behind for the next one; a cold build has none of it.
    kept: tuple[str, ...]
    site: Path | None = None
    links: dict[str, Path] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    good_statuses: tuple[int, ...] = (0,)

    def make_site(self, folder: Path) -> None:
        """Fill `folder` with the program's settings."""
        if self.site is not None:
            shutil.copytree(self.site, folder)
        else:
            whole = self.name == OURS_WHOLE
            entries = MOST_ENTRIES if whole else 50
            limit = f"max_bytes = {MOST_BYTES}\n" if whole else ""
            folder.mkdir()
            (folder / "publisher.toml").write_text(
                '[source]\nfolders = ["../source/_posts"]\ncache = "cache"\n'
                f"[feeds]\nentries = {entries}\n{limit}",
                encoding="utf-8",
            )
        for name, target in self.links.items():
            (folder / name).symlink_to(target)

    def forget(self, folder: Path) -> None:
        """Take away what earlier builds in `folder` left.

        Into another folder: for minutes after many files were deleted, ext4 takes up to twenty
        times as long to make new ones, and nobody's first build comes after that.
        """
        for name in self.kept:
            path = folder / name
            if path.exists():
                away = Path(tempfile.mkdtemp(dir=folder.parent, prefix="gone-"))
                path.rename(away / name)


def ours() -> list[Program]:
    """Return this program as it is set by default, and with every paper in its feeds."""
    return [
        Program(
            name=name,
            command=(sys.executable, "-m", "publisher", "build", "--config", "publisher.toml"),
            feed="paper-site/atom.xml",
            kept=("paper-site", "cache"),
            good_statuses=(0, 1),  # 1: digests have defects, and all was written
        )
        for name in (OURS, OURS_WHOLE)
    ]


def hugo(name: str = HUGO, site: str = "hugo") -> Program:
    """Return Hugo, without the Python that only starts it. Raises `NotInstalledError`."""
    binary = _installed("hugo", ["requirements.txt"]) / "hugo" / "binaries" / "hugo"
    return Program(
        name=name,
        command=(str(binary),),
        feed="public/index.xml",
        kept=("public", "resources", ".hugo_build.lock"),
        site=PEERS / site,
    )


def hugo_with_pages() -> Program:
    """Return Hugo as it is set up by default: with pages, lists by tag and their feeds."""
    return hugo(HUGO_PAGES, "hugo-pages")


def hexo() -> Program:
    """Return Hexo. Raises `NotInstalledError`."""
    modules = _installed("hexo", ["package.json", "package-lock.json"]) / "node_modules"
    return Program(
        name="Hexo",
        command=("node", str(modules / "hexo" / "bin" / "hexo"), "generate"),
        feed="public/feed.xml",
        kept=("public", "db.json"),
        site=PEERS / "hexo",
        links={"node_modules": modules},
    )


def pelican() -> Program:
    """Return Pelican. Raises `NotInstalledError`."""
    packages = _installed("pelican", ["requirements.txt"])
    return Program(
        name="Pelican",
        command=(sys.executable, "-m", "pelican", "--quiet", "--settings", "pelicanconf.py"),
        feed="public/feed.xml",
        kept=("public", "cache", "__pycache__"),
        site=PEERS / "pelican",
        environment={"PYTHONPATH": str(packages)},
    )


OTHERS = {HUGO: hugo, HUGO_PAGES: hugo_with_pages, "Hexo": hexo, "Pelican": pelican}


def _installed(peer: str, pins: list[str]) -> Path:
    """Return the folder that holds what the files `pins` of `peer` ask for, made at first use."""
    wanted = hashlib.sha256(sys.version.encode())
    for pin in pins:
        wanted.update((PEERS / peer / pin).read_bytes())
    cache = user_cache_path("digest-publisher-benchmarks")
    folder = cache / f"{peer}-{wanted.hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    print(f"installing {peer} into {folder}", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    # Beside and then renamed: an install that broke off is not taken for one that is done.
    with tempfile.TemporaryDirectory(dir=cache) as name:
        made = Path(name, peer)
        made.mkdir()
        for pin in pins:
            shutil.copy(PEERS / peer / pin, made)
        if "package.json" in pins:
            _install(made, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        else:
            uv = (str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet")
            pinned = ("--only-binary", ":all:", "--require-hashes", "-r", pins[0])
            _install(made, *uv, "--python", sys.executable, "--target", ".", *pinned)
        made.rename(folder)
    return folder


def _install(folder: Path, *command: str) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
        )
    except OSError as error:
        raise NotInstalledError(f"{command[0]}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        raise NotInstalledError(lines[-1] if lines else f"{command[0]} failed") from error
