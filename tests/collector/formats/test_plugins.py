"""Formats of installed packages: real packages, in a folder on sys.path."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support.installed_package import forget_packages, install_package

from publisher import collector
from publisher.collector.formats import plugins as formats
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.models import Collection

GOOD = """
from publisher.models import ParsedPaper

def recognises(post):
    if "boom" in post.body:
        raise KeyError("boom")
    return "§" in post.body

def parse(path, post, zone):
    titles = [line[1:].strip() for line in post.body.split("\\n") if line.startswith("§")]
    return [
        ParsedPaper(line=post.body_line, id=f"mine:{n}", version=1, title=title)
        for n, title in enumerate(titles)
    ], []
"""
POST = "---\ntitle: T\ndate: 2024-11-30\ntags: [t]\n---\n{body}\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of packages on sys.path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    formats.installed.cache_clear()
    forget_packages()
    yield folder
    formats.installed.cache_clear()
    forget_packages()
    for name in [name for name in sys.modules if name.startswith("a_format_")]:
        del sys.modules[name]


def install(site: Path, name: str, code: str | None, entry: str = "") -> None:
    install_package(site, f"a_format_{name}", code, "publisher.formats", name, entry)


def collect(tmp_path: Path, *bodies: str) -> Collection:
    folder = tmp_path / "digests"
    folder.mkdir()
    for number, body in enumerate(bodies):
        (folder / f"{number}.md").write_text(POST.format(body=body), encoding="utf-8")
    return collector.collect(load(None, {}, {"source": {"folders": [str(folder)]}}))


def test_it_precedes_the_format_that_accepts_any_post(site: Path, tmp_path: Path) -> None:
    install(site, "good", GOOD)
    collection = collect(tmp_path, "§ First\n§ Second", "Prose.")
    assert {paper.title for paper in collection.papers} == {"First", "Second", "T"}
    assert not collection.findings


def test_a_format_may_be_an_object(site: Path, tmp_path: Path) -> None:
    code = (
        GOOD
        + "\nclass F:\n    recognises = staticmethod(recognises)\n    parse = staticmethod(parse)\n"
    )
    install(site, "object", code, "a_format_object:F")
    assert {paper.title for paper in collect(tmp_path, "§ One").papers} == {"One"}


@pytest.mark.parametrize(
    ("code", "entry", "reason"),
    [
        ("1 / 0", "", "ZeroDivisionError: division by zero"),
        (None, "", "ModuleNotFoundError: No module named 'a_format_bad'"),
        ("x = 1", "a_format_bad:y", "AttributeError"),
        ("def parse(): ...", "", "no recognises"),
        ("x = 1", "", "no recognises and no parse"),
    ],
)
def test_a_broken_package_is_reported_and_does_not_stop_others(
    site: Path, tmp_path: Path, code: str | None, entry: str, reason: str
) -> None:
    install(site, "bad", code, entry)
    install(site, "good", GOOD)
    collection = collect(tmp_path, "§ One", "Prose.")
    assert {paper.title for paper in collection.papers} == {"One", "T"}
    (finding,) = collection.findings
    assert str(finding).startswith("publisher.formats:bad:0: D303")
    assert reason in finding.message
    assert "\n" not in str(finding)


def test_a_file_on_which_a_format_fails_is_left_to_others(site: Path, tmp_path: Path) -> None:
    install(site, "good", GOOD)
    collection = collect(tmp_path, "boom", "§ One")
    assert {paper.title for paper in collection.papers} == {"One", "T"}
    (finding,) = collection.findings
    assert str(finding).endswith(
        "0.md:0: D303 the format of an installed package fails: good: KeyError: 'boom'"
    )
