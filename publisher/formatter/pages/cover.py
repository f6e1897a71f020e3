"""The picture that stands for the site or a topic where a page is shared: a pattern of its own.

It has the site's colour and no text, so it is the same on every machine, and a few kB small.
"""

from __future__ import annotations

import hashlib
import struct
from itertools import islice
from typing import TYPE_CHECKING

import deflate

from publisher.formatter.colour import blend, channels, schemes
from publisher.formatter.paths import cover_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.settings import Settings

# The size that Facebook, X and Slack ask for.
WIDTH, HEIGHT = 1200, 630
_TILE = 212  # pixels; a little more than the picture, and a multiple of the four in a byte
_COLUMNS, _ROWS = 6, 3
# The border of the quarter disc of a tile, for each of its rows.
_EDGE = tuple(round((_TILE**2 - (row + 0.5) ** 2) ** 0.5) for row in range(_TILE))
_SHARES = (0.0, 0.22, 0.55, 0.86)  # of white in each colour of the palette


def render_cover(slug: str, settings: Settings) -> dict[str, bytes]:
    """Return the picture of the topic `slug`, "" for that of the site."""
    accent = schemes(settings.site.colour)[0].accent
    palette = b"".join(bytes(channels(blend(accent, "#ffffff", share))) for share in _SHARES)
    rows = islice(_rows(slug or settings.site.title), HEIGHT)
    return {cover_path(slug): _png(b"".join(rows), palette)}


def _rows(name: str) -> Iterator[bytes]:
    """Yield the rows: in each tile a quarter disc, whose corner and colours `name` gives.

    A row is a byte for PNG's filter, then four pixels in each byte.
    """
    dice = hashlib.shake_256(name.encode(errors="replace")).digest(_COLUMNS * _ROWS)
    for start in range(0, len(dice), _COLUMNS):
        tiles = [_tile(byte) for byte in dice[start : start + _COLUMNS]]
        for parts in zip(*tiles, strict=True):
            yield b"\0" + b"".join(parts)[: WIDTH // 4]


def _tile(number: int) -> list[bytes]:
    """Return the rows of the tile of a `number` below 256."""
    ground = number % 4
    colour = (ground + 1 + number // 4 % 3) % 4
    is_left = bool(number & 64)
    rows: list[bytes] = []
    for edge in _EDGE:
        width, rest = divmod(edge, 4)
        pixels = [colour] * rest + [ground] * (4 - rest)
        # The leftmost pixel stands in the highest bits. Four equal ones are 0x55 times one.
        places = range(4) if is_left else range(3, -1, -1)
        border = sum(pixel << 2 * place for pixel, place in zip(pixels, places, strict=True))
        row = bytes((colour * 0x55,)) * width + bytes((border,))
        row = (row + bytes((ground * 0x55,)) * (_TILE // 4))[: _TILE // 4]
        rows.append(row[::-1] if is_left else row)
    return rows[::-1] if number & 128 else rows


def _png(pixels: bytes, palette: bytes) -> bytes:
    """Return a PNG with a palette (https://www.w3.org/TR/png-3/)."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 2, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", palette),
        (b"IDAT", deflate.zlib_compress(pixels, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", deflate.crc32(kind + data))
        for kind, data in chunks
    )
