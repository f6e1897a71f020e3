"""Pictures that stand for the site and its topics where a page is shared."""

from __future__ import annotations

import struct
import zlib

import pytest

from publisher.formatter.pages import render_cover
from publisher.settings import Settings, Site

SETTINGS = Settings(site=Site(title="Paper Notes"))


def chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG by type, each with the right checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    parts, place = {}, 8
    while place < len(png):
        size, kind = struct.unpack_from(">I4s", png, place)
        parts[kind] = png[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack_from(">I", png, place + 8 + size)
        assert checksum == zlib.crc32(kind + parts[kind])
        place += 12 + size
    return parts


@pytest.mark.parametrize("slug", ["", "nerf", "x" * 64])
@pytest.mark.parametrize("colour", ["#0b6b74", "#fff", "#000000", "#ffe600"])
def test_a_cover_is_a_small_png_in_the_sites_colour(slug: str, colour: str) -> None:
    ((path, png),) = render_cover(slug, Settings(site=Site(colour=colour))).items()

    assert path == (f"pictures/topic-{slug}.png" if slug else "pictures/site.png")
    assert len(png) < 10_000
    parts = chunks(png)
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", parts[b"IHDR"]) == (1200, 630, 2, 3, 0, 0, 0)
    assert len(zlib.decompress(parts[b"IDAT"])) == 630 * (1 + 1200 // 4)
    assert len({parts[b"PLTE"][place : place + 3] for place in range(0, 12, 3)}) == 4


def test_each_name_has_a_cover_of_its_own_which_stays() -> None:
    covers = [png for slug in ("", "nerf", "gan") for png in render_cover(slug, SETTINGS).values()]
    assert len(set(covers)) == 3
    assert render_cover("nerf", SETTINGS)["pictures/topic-nerf.png"] == covers[1]
    other = Settings(site=Site(title="Other"))
    assert render_cover("", other)["pictures/site.png"] != covers[0]
