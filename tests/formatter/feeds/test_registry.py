"""A line of the registry is all that the rest of the program needs of a feed format."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES
from conftest import ROOT as PROJECT
from lxml import etree
from lxml import html as lxml_html
from support.web_server import serving

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.formats import FORMATS, FeedFormat, current_format, format_of
from publisher.services import build, websub
from publisher.settings import load
from publisher.web.files.headers import headers_of

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.formatter.feeds.entries import Feed

SITE = "http://localhost:8000/"
HUB = "https://hub.example.org/"
GOPHER = FeedFormat("feed.gopher", "text/x-gopher", "Gopher", "gopher", in_opml=True)


@pytest.fixture
def gopher(monkeypatch: pytest.MonkeyPatch) -> FeedFormat:
    """Register one more format, whose module lists the titles of a feed's documents."""
    module = ModuleType("gopher")

    def render(feed: Feed, feed_format: FeedFormat, limit: int | None) -> bytes:
        return f"{feed.title} {feed.url(feed_format.file_name)} {limit}\n".encode()

    module.render = render  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, f"{formats.__name__}.{GOPHER.module}", module)
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, GOPHER))
    return GOPHER


@pytest.fixture
def built(tmp_path: Path, gopher: FeedFormat) -> Path:
    flags = {
        "source": {"folders": [str(EXAMPLES)], "cache": str(tmp_path / "cache")},
        "output": {"folder": str(tmp_path / "out")},
        "feeds": {"max_bytes": 1_000_000},
    }
    changes = build.build(load(None, {}, flags)).changes
    assert gopher.file_name in changes.written
    return tmp_path / "out"


def test_a_format_is_built_for_every_feed(built: Path) -> None:
    paths = {str(path.parent.relative_to(built)) for path in built.rglob("feed.gopher")}
    assert paths == {str(path.parent.relative_to(built)) for path in built.rglob("feed.json")}
    assert "topics/nerf" in paths
    document = (built / "topics/nerf/feed.gopher").read_text()
    assert document.endswith(f"NeRF {SITE}topics/nerf/feed.gopher 1000000\n")


def test_a_format_is_on_the_pages(built: Path) -> None:
    for page in ("index.html", "topics/nerf/index.html"):
        document = lxml_html.fromstring((built / page).read_bytes())
        links = document.xpath("//link[@rel='alternate'][@type='text/x-gopher']")
        assert links
        assert links[0].get("title").endswith("(Gopher)")
        paths = [link.get("href").removeprefix(SITE) for link in links]
        assert all((built / path).is_file() for path in paths)
        assert document.xpath("//a[@type='text/x-gopher'][text()='Gopher']")
        addresses = [code.text_content() for code in document.iter("code")]
        assert set(paths) <= {address.removeprefix(SITE) for address in addresses}


def test_opml_lists_the_formats_that_are_for_it(built: Path) -> None:
    root = etree.fromstring((built / "opml.xml").read_bytes())
    addresses = [outline.get("xmlUrl") for outline in root.iterfind(".//outline[@xmlUrl]")]
    assert {address.rpartition("/")[2] for address in addresses} == {"atom.xml", "feed.gopher"}
    assert f"{SITE}topics/nerf/feed.gopher" in addresses


def test_opml_has_each_feed_once() -> None:
    assert len([known for known in FORMATS if known.in_opml]) == 1


def test_a_format_is_announced(gopher: FeedFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["a/feed.gopher", "archive/2024-12/feed.gopher", "atom.xml"]
    assert websub.current_feeds(paths, SITE) == [f"{SITE}a/feed.gopher", f"{SITE}atom.xml"]
    assert "Link" in dict(headers_of("a/feed.gopher", root=SITE, hub=HUB))

    quiet = (*FORMATS, replace(gopher, announced=False))
    monkeypatch.setattr(formats, "FORMATS", quiet)
    assert websub.current_feeds(paths, SITE) == [f"{SITE}atom.xml"]
    assert "Link" not in dict(headers_of("a/feed.gopher", root=SITE, hub=HUB))


def test_a_format_is_served(tmp_path: Path, gopher: FeedFormat) -> None:
    with serving(tmp_path, {"feeds": {"hub": HUB}}) as site:
        for folder in ("", "archive/2024-12/"):
            (site.public / folder).mkdir(parents=True, exist_ok=True)
            (site.public / folder / gopher.file_name).write_text("a feed")
        headers = site.client.get("/feed.gopher").headers
        assert headers["content-type"] == "text/x-gopher"
        assert headers["cache-control"] == "public, max-age=300, stale-while-revalidate=3600"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["link"].startswith(f'<{HUB}>; rel="hub"')
        headers = site.client.get("/archive/2024-12/feed.gopher").headers
        assert headers["content-type"] == "text/x-gopher"
        assert headers["cache-control"].startswith("public, max-age=86400")
        assert "link" not in headers


def test_a_format_is_known_by_its_name() -> None:
    atom = FORMATS[0]
    assert format_of("topics/nerf/atom.xml") is format_of("archive/2024-12/atom.xml") is atom
    assert current_format("topics/nerf/atom.xml") is atom
    assert current_format("archive/2024-12/atom.xml") is None
    assert format_of("papers/atom.xml.html") is None


def test_the_registry_loads_nothing_heavy() -> None:
    program = (
        "import sys, publisher.web.files.headers, publisher.services.websub;"
        "sys.exit(' '.join({'feedgen', 'lxml', 'jinja2', 'httpx2'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("feed_format", FORMATS, ids=lambda known: known.label)
def test_a_format_is_one_file(feed_format: FeedFormat) -> None:
    """No other module that has to do with feeds names the format's file or media type."""
    elsewhere = [
        str(path.relative_to(PROJECT))
        for room in ("formatter", "services", "web", "cli")
        for path in (PROJECT / "publisher" / room).rglob("*.py")
        if f'"{feed_format.file_name}"' in (text := path.read_text(encoding="utf-8"))
        or f'"{feed_format.media_type}"' in text
    ]
    assert elsewhere == ["publisher/formatter/feeds/formats/__init__.py"]
