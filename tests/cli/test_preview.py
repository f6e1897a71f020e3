"""`publisher preview`: files of an issue, and pictures of it."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from conftest import chromium as installed_chromium

from publisher.cli import screenshots
from publisher.errors import OutputError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_topics_may_stand_between_commas(publisher: Run, examples: Path) -> None:
    one = publisher("preview", "one", "--topics", "3dgs,nerf", "--source", examples).stdout
    two = publisher(
        "preview", "two", "--topic", "nerf", "--topic", "3dgs", "--source", examples
    ).stdout
    assert one.splitlines()[0] == two.splitlines()[0]
    wrong = publisher("preview", "--topics", "3dgs,nosuch", "--source", examples, code=1)
    assert "--topic nosuch: no such topic" in wrong.stderr


def test_an_issue_that_was_sent_comes_as_it_was_frozen(
    publisher: Run, examples: Path, tmp_path: Path
) -> None:
    publisher("subscribers", "add", "bo@example.org", "--topic", "3DGS", "--confirmed")
    publisher("publish", "--source", examples)
    (sent,) = (tmp_path / ".publisher" / "outbox").glob("*.eml")
    for options in ((), ("--topic", "3dgs")):
        publisher("preview", "--issue", "2024-W49", *options, "--source", examples)
        shown = (tmp_path / ".publisher" / "preview" / "2024-W49.eml").read_bytes()
        mails = [message_from_bytes(data, policy=default) for data in (shown, sent.read_bytes())]
        assert mails[0]["Subject"] == mails[1]["Subject"]
        # Frozen, and sent: each copy has the date at which it left.
        assert mails[0]["Date"].datetime <= mails[1]["Date"].datetime
        assert mails[0]["Date"].datetime.utcoffset() == mails[1]["Date"].datetime.utcoffset()
    other = publisher(
        "preview", "--issue", "2024-W49", "--topic", "nerf", "--source", examples, code=1
    )
    assert "nobody got an edition on nerf" in other.stderr


def pixel(png: bytes, x: int, y: int) -> tuple[int, ...]:
    """Return the colour at a place of a picture, by the only decoder that is installed: ours."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    size = {2: 3, 6: 4}[kind]
    data, place = b"", 8
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        data += png[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += 12 + length
    raw, stride = zlib.decompress(data), width * size
    assert len(raw) == height * (stride + 1)
    above = bytearray(stride)
    for row in range(y + 1):
        start = row * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        for i in range(stride):
            left = line[i - size] if i >= size else 0
            corner = above[i - size] if i >= size else 0
            guess = left + above[i] - corner
            near = min((left, above[i], corner), key=lambda v, g=guess: abs(g - v))
            add = (0, left, above[i], (left + above[i]) // 2, near)[raw[start]]
            line[i] = (line[i] + add) % 256
        above = line
    return tuple(above[x * size : x * size + 3])


PAGE = """\
<!DOCTYPE html><html><head><meta name="viewport" content="width=device-width"><style>
body { margin: 0; background: #ffffff; height: 2000px }
@media (prefers-color-scheme: dark) { body { background: #000000 } }
p { margin: 0 }
</style></head><body><p></p><img src="SITE/a.png" alt=""><script>document.body.remove()</script>
</body></html>
"""


@pytest.fixture
def chromium() -> str:
    return installed_chromium()


@pytest.mark.browser
@pytest.mark.parametrize("images", [False, True])
def test_pictures(tmp_path: Path, chromium: str, images: bool) -> None:
    from preflight.test_link_check import Site, site

    page = tmp_path / "a b#c.html"
    with site() as root:
        page.write_text(PAGE.replace("SITE", root), encoding="utf-8")
        pictures = screenshots.take(page, images=images, path=chromium)
        assert bool(Site.seen) is images, "the network is for who asked for it"
    assert set(pictures) == {"phone-light", "phone-dark", "desktop-light", "desktop-dark"}
    for name, picture in pictures.items():
        width, height = struct.unpack(">II", picture[16:24])
        assert (width, height) == (360 if "phone" in name else 1200, 2000), "no script has run"
        assert pixel(picture, 100, 0) == ((0, 0, 0) if "dark" in name else (255, 255, 255))


@pytest.mark.browser
def test_pictures_of_an_issue(
    publisher: Run, examples: Path, tmp_path: Path, chromium: str
) -> None:
    assert chromium
    said = publisher("preview", "--screenshot", "--source", examples).stdout
    shots = sorted(path.name for path in (tmp_path / ".publisher" / "preview").glob("*.png"))
    assert len(shots) == 4
    assert all(f"preview{os.sep}{name}" in said for name in shots)


def program(folder: Path, text: str) -> str:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name != "posix", reason="the browser is a shell script")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exit 1", "has been closed"),
        ("echo 'No usable sandbox!' >&2; exit 1", "this container allows no sandbox"),
        ("sleep 60", "Timeout 2000ms exceeded"),
    ],
)
def test_a_browser_that_fails(tmp_path: Path, text: str, says: str) -> None:
    page = tmp_path / "page.html"
    page.write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match=says):
        screenshots.take(page, images=False, path=program(tmp_path, text), seconds=2)
    with pytest.raises(OutputError, match="executable doesn't exist"):
        screenshots.take(page, images=False, path=str(tmp_path / "none"))


def test_no_browser_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshots, "NAMES", ())
    monkeypatch.setattr(screenshots, "CHANNELS", ("msedge-canary",))
    with pytest.raises(OutputError, match="no Chromium, Chrome or Edge is installed"):
        screenshots.take(tmp_path / "page.html", images=False)


def test_without_playwright_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(OutputError, match=r"pip install 'digest-publisher\[screenshots\]'"):
        screenshots.take(tmp_path / "page.html", images=False)
