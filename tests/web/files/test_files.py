"""The output folder over HTTP, from a real server; the same answers at once and the usual way."""

from __future__ import annotations

import gzip
import os
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from support.web_server import raw, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

FEED = b"<feed>" + b"x" * 5000 + b"</feed>"
HUB = "https://hub.example.org/"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "secret").write_text("secret")
    with serving(tmp_path, {"feeds": {"hub": HUB}}) as running:
        public = running.public
        for folder in ("topics/nerf", "archive/2024-12", ".hidden", "empty"):
            (public / folder).mkdir(parents=True)
        (public / "atom.xml").write_bytes(FEED)
        (public / "atom.xml.gz").write_bytes(gzip.compress(FEED))
        (public / "index.html").write_text("<p>hello")
        (public / "404.html").write_text("<p>gone")
        (public / "topics/nerf/index.html").write_text("<p>nerf")
        (public / ".hidden/a.txt").write_text("secret")
        (public / "large.bin").write_bytes(bytes(range(256)) * 4096)
        (public / "out.txt").symlink_to(tmp_path / "secret")
        (public / "outside").symlink_to(tmp_path)
        (public / "inside.xml").symlink_to("atom.xml")
        os.mkfifo(public / "pipe")
        yield running


# The first request of a file goes the usual way, a later one is answered at once.
@pytest.fixture(params=["first", "later"])
def known(request: pytest.FixtureRequest, site: Site) -> Site:
    if request.param == "later":
        site.client.get("/atom.xml")
        site.client.get("/")
    return site


def test_a_feed(known: Site) -> None:
    answer = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, FEED)
    headers = answer.headers
    assert headers["content-type"] == "application/atom+xml"
    assert headers["content-length"] == str(len(FEED))
    assert headers["cache-control"] == "public, max-age=300, stale-while-revalidate=3600"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["link"] == f'<{HUB}>; rel="hub", <{known.url}atom.xml>; rel="self"'
    assert headers["etag"].startswith('"')
    modified = (known.public / "atom.xml").stat().st_mtime
    assert headers["last-modified"] == formatdate(int(modified), usegmt=True)
    assert "date" in headers


def test_an_unchanged_feed(known: Site) -> None:
    first = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity"})
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity", **condition})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "link", "last-modified"):
            assert again.headers[name] == first.headers[name]
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers


def test_a_changed_feed(known: Site) -> None:
    before = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity"})
    # As a build writes: beside, then renamed; the same size and the same second.
    beside = known.public / "beside"
    beside.write_bytes(FEED.replace(b"x", b"y"))
    stat = (known.public / "atom.xml").stat()
    os.utime(beside, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    beside.replace(known.public / "atom.xml")
    again = known.client.get(
        "/atom.xml", headers={"If-None-Match": before.headers["etag"], "Accept-Encoding": "gzip"}
    )
    assert again.status_code == 200
    # The compressed copy is that of the old one: it is not sent.
    assert "content-encoding" not in again.headers
    assert again.content == FEED.replace(b"x", b"y")
    (known.public / "atom.xml").unlink()
    assert known.client.get("/atom.xml").status_code == 404


def test_the_stored_copy(known: Site) -> None:
    plain = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity"})
    packed = known.client.get("/atom.xml", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str((known.public / "atom.xml.gz").stat().st_size)
    assert packed.content == FEED
    assert packed.headers["content-type"] == "application/atom+xml"
    assert packed.headers["etag"] != plain.headers["etag"]
    again = known.client.get(
        "/atom.xml",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]},
    )
    assert again.status_code == 304


def test_head(known: Site) -> None:
    for path in ("/atom.xml", "/", "/large.bin", "/nowhere"):
        get, head = known.client.get(path), known.client.head(path)
        assert head.content == b""
        assert head.status_code == get.status_code
        ignored = ("date",)
        assert {k: v for k, v in head.headers.items() if k not in ignored} == {
            k: v for k, v in get.headers.items() if k not in ignored
        }


def test_parts(known: Site) -> None:
    def ask(path: str, **headers: str) -> tuple[int, bytes, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = known.client.get(path, headers=named)
        return answer.status_code, answer.content, answer.headers.get("content-range", "")

    size = len(FEED)
    assert ask("/atom.xml", Range="bytes=1-4") == (206, b"feed", f"bytes 1-4/{size}")
    assert ask("/atom.xml", Range="bytes=-7") == (
        206,
        b"</feed>",
        f"bytes {size - 7}-{size - 1}/{size}",
    )
    assert ask("/atom.xml", Range="bytes=99999-") == (416, b"", f"bytes */{size}")
    etag = known.client.get("/atom.xml", headers={"Accept-Encoding": "identity"}).headers["etag"]
    assert ask("/atom.xml", Range="bytes=1-4", If_Range=etag)[0] == 206
    assert ask("/atom.xml", Range="bytes=1-4", If_Range='"x"')[:2] == (200, FEED)
    large = bytes(range(256)) * 4096
    assert ask("/large.bin", Range="bytes=255-100000")[:2] == (206, large[255:100_001])
    assert ask("/large.bin")[:2] == (200, large)


def test_folders(known: Site) -> None:
    assert known.client.get("/").text == "<p>hello"
    assert known.client.get("/topics/nerf/").text == "<p>nerf"
    moved = known.client.get("/topics/nerf")
    assert (moved.status_code, moved.headers["location"]) == (301, "/topics/nerf/")
    assert known.client.get("/empty").status_code == 404
    assert known.client.get("/empty/").status_code == 404


OUTSIDE = [
    "/out.txt",
    "/outside/secret",
    "/outside/publisher.db",
    "/.hidden/a.txt",
    "/pipe",
    "/../secret",
    "/%2e%2e/secret",
    "/topics/%2e%2e%2f%2e%2e%2fsecret",
    "/topics/..%5c..%5csecret",
    "//secret",
    "/atom.xml%00.html",
    "/nowhere",
    "/atom.xml/",
    "/index.html/x",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_else(site: Site, path: str) -> None:
    # By hand: no client puts the path in order first.
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = raw(site.port, head.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"404", b"400"), head
    assert b"secret" not in body
    if head.split(b" ")[1] == b"404":
        assert body == b"<p>gone"
        assert b"cache-control: no-store" in head


def test_a_link_within_the_folder(site: Site) -> None:
    assert site.client.get("/inside.xml").content == FEED


def test_other_methods(site: Site) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        answer = site.client.request(method, "/atom.xml")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_polls_are_told(tmp_path: Path) -> None:
    from publisher.web.files.answers import SiteFiles
    from publisher.web.files.library import Library

    told: list[tuple[str, str]] = []
    library = Library(tmp_path, root="https://papers.example.org/", hub="")
    files = SiteFiles(library, lambda path, agent: told.append((path, agent)))
    (tmp_path / "atom.xml").write_bytes(FEED)
    (tmp_path / "index.html").write_text("x")
    import anyio

    async def ask(path: bytes) -> None:
        async def send(_message: object) -> None:
            return

        headers = [(b"user-agent", b"Reader/1.0")]
        scope = {"type": "http", "method": "GET", "raw_path": path, "headers": headers}
        await files(scope, send, send)  # type: ignore[arg-type]

    anyio.run(ask, b"/atom.xml")
    anyio.run(ask, b"/")
    assert told == [("atom.xml", "Reader/1.0")]


def test_what_is_held_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.web.files import library as module

    monkeypatch.setattr(module, "_HELD_FILES", 3)
    library = module.Library(tmp_path, root="https://papers.example.org/", hub="")
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("x")
        raw = f"/{number}.txt".encode()
        found = library.find(raw)
        assert isinstance(found, module.LibraryFile)
        library.keep(raw, found)
    assert [library.known(f"/{n}.txt".encode()) is not None for n in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
