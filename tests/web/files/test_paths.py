"""No path out of the folder, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.files.headers import cache_control, headers_of, media_type
from publisher.web.files.paths import relative_path

MEANT = [
    (b"/", ""),
    (b"/atom.xml", "atom.xml"),
    (b"/topics/nerf/", "topics/nerf/"),
    (b"/topics/%E5%8C%BB.html", "topics/医.html"),
    (b"/a%20b", "a b"),
    (b"/.well-known/x", ".well-known/x"),
    (b"/a..b", "a..b"),
]
REFUSED = [
    b"",
    b"*",
    b"atom.xml",
    b"//atom.xml",
    b"//example.org/",
    b"/a//b",
    b"/../secret",
    b"/a/../b",
    b"/a/..",
    b"/./a",
    b"/%2e%2e/secret",
    b"/%2E%2e/secret",
    b"/.%2e/secret",
    b"/a%2f..%2f..%2fsecret",
    b"/%2Fetc/passwd",
    b"/a%5c..%5csecret",
    b"/a\\..\\secret",
    b"/..%c0%afsecret",
    b"/%c0%ae%c0%ae/secret",
    b"/a%00.xml",
    b"/a%0d%0aX: y",
    b"/a%01",
    b"/%ff",
    b"/.publisher-manifest",
    b"/.git/config",
    b"/a/.htaccess",
    b"/" + b"a" * 2000,
]


@pytest.mark.parametrize(("raw", "path"), MEANT)
def test_what_is_meant(raw: bytes, path: str) -> None:
    assert relative_path(raw) == path


@pytest.mark.parametrize("raw", REFUSED)
def test_what_means_nothing(raw: bytes) -> None:
    assert relative_path(raw) is None


def test_a_site_in_a_folder_of_its_host() -> None:
    assert relative_path(b"/papers/atom.xml", b"/papers/") == "atom.xml"
    assert relative_path(b"/atom.xml", b"/papers/") is None
    assert relative_path(b"/papers/../atom.xml", b"/papers/") is None


@given(st.one_of(st.binary(max_size=60), st.text("./%2fe\\0aA", max_size=40).map(str.encode)))
def test_every_path_stays_inside(raw: bytes) -> None:
    path = relative_path(b"/" + raw)
    if path is not None:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert "\0" not in path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("atom.xml", "application/atom+xml"),
        ("topics/a/rss.xml", "application/rss+xml"),
        ("feed.json", "application/feed+json"),
        ("papers/1.json", "application/json"),
        ("sitemap.xml", "application/xml"),
        ("index.html", "text/html; charset=utf-8"),
        ("x.html.exe", "application/octet-stream"),
        ("html", "text/html; charset=utf-8"),
        ("LOGO.PNG", "image/png"),
    ],
)
def test_types(path: str, kind: str) -> None:
    assert media_type(path) == kind


def test_feeds_lead_to_their_hub() -> None:
    root, hub = "https://papers.example.org/", "https://hub.example.org/"
    told = dict(headers_of("topics/a/atom.xml", root=root, hub=hub))
    assert told["Link"] == f'<{hub}>; rel="hub", <{root}topics/a/atom.xml>; rel="self"'
    assert "Link" not in dict(headers_of("archive/2024-12/atom.xml", root=root, hub=hub))
    assert "Link" not in dict(headers_of("index.html", root=root, hub=hub))
    assert "Link" not in dict(headers_of("atom.xml", root=root, hub=""))
    assert cache_control("archive/2024-12/atom.xml").startswith("public, max-age=86400")
