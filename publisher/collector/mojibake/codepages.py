"""Mapping of wrongly decoded characters back to their bytes.

A text becomes :class:`Unit` objects: one for each known byte, each place holder
(U+FFFD or "?") and each undamaged character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CONTINUATION: Final = bytes(range(0x80, 0xC0))
PLACE_HOLDERS: Final = frozenset("?\ufffd")

# Bytes with no character in windows-1252 or -1254, and the invisible soft hyphen.
UNDEFINED: Final = frozenset(b"\x81\x8d\x8e\x8f\x90\x9d\x9e\xad")
CONTROLS: Final = frozenset(range(0x80, 0xA0))

# Quotes, dashes, note marks, blanks and letters: they can follow an accented
# letter in sound text, and so are no proof of damage.
WEAK_BYTES: Final = frozenset(
    b"\x84\x85\x86\x87\x8a\x8b\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9a\x9b\x9e"
    b"\xa0\xa1\xa7\xa9\xaa\xab\xae\xb0\xb2\xb3\xb6\xb7\xb9\xba\xbb\xbf"
)


def _single_byte_table() -> dict[str, int]:
    # No character has two bytes in the four code pages, so one reverse table
    # serves them all, and the exact page need not be guessed.
    table = {chr(byte): byte for byte in range(0x80, 0x100)}
    for name in ("cp1252", "cp1254", "iso8859-9"):
        for byte in range(0x80, 0x100):
            char = bytes([byte]).decode(name, "ignore")
            if char:
                table[char] = byte
    return table


BYTE_OF: Final = _single_byte_table()
"""The byte of each character from 0x80 on of cp1252, cp1254, latin-1 and latin-5."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A byte or an undamaged character of a line.

    ``choices`` are the bytes it may represent (none for undamaged text),
    ``text`` is written if it is not repaired ("" inside a pair),
    ``loss_before`` is whether bytes may be lost directly before it, and
    ``span`` is the number of units of an unrepaired character.
    """

    choices: bytes
    text: str
    loss_before: bool = True
    span: int = 1


@lru_cache(maxsize=4096)
def _single_unit(char: str) -> Unit:
    byte = BYTE_OF.get(char)
    return Unit(b"" if byte is None else bytes([byte]), char)


def single_byte_units(text: str, marks: Mapping[str, bytes]) -> list[Unit]:
    """Return the units of ``text``, decoded by a single-byte code page.

    ``marks`` maps characters that may replace undefined bytes to those bytes:
    the place holders, or a blank for the no-break space.
    """
    return [Unit(marks[char], char) if char in marks else _single_unit(char) for char in text]


@lru_cache(maxsize=32_768)
def gbk_bytes(char: str) -> bytes:
    """Return the bytes of ``char`` in GBK or GB18030, b"" for ASCII or none."""
    if char < "\x80":
        return b""
    if char == "€":
        return b"\x80"
    try:
        return char.encode("gbk")
    except UnicodeEncodeError:
        pass
    try:
        return char.encode("gb18030")
    except UnicodeEncodeError:
        return b""


@lru_cache(maxsize=32_768)
def _gbk_char_units(char: str) -> tuple[Unit, ...]:
    data = gbk_bytes(char)
    if not data:
        return (Unit(b"", char),)
    units = [Unit(data[:1], char, loss_before=True, span=len(data))]
    for byte in data[1:]:
        if byte < 0x80:  # noqa: PLR2004 - a swallowed ASCII character
            units.append(Unit(b"", chr(byte), loss_before=False))
        else:
            units.append(Unit(bytes([byte]), "", loss_before=False))
    return tuple(units)


def gbk_units(text: str, marks: Mapping[str, bytes]) -> list[Unit]:
    """Return the units of ``text``, decoded as GBK: two for a Chinese character."""
    return [
        unit
        for char in text
        for unit in ((Unit(marks[char], char),) if char in marks else _gbk_char_units(char))
    ]


def units_of_choices(choices: Iterable[str], original: str, *, gbk: bool) -> list[Unit]:
    """Return the units of a character of which only the candidates ``choices`` are known.

    For text that was damaged twice: undoing the outer decoding may leave a few
    candidates.  ``original`` is written if none of them fits.
    """
    if not gbk:
        values = sorted({BYTE_OF[char] for char in choices if char in BYTE_OF})
        return [Unit(bytes(values), original)]
    pairs: Sequence[bytes] = sorted({data for char in choices if len(data := gbk_bytes(char)) == 2})  # noqa: PLR2004 - a pair
    if not pairs:
        return [Unit(b"", original)]
    first = bytes(sorted({pair[0] for pair in pairs}))
    second = bytes(sorted({pair[1] for pair in pairs}))
    return [Unit(first, original, span=2), Unit(second, "", loss_before=False)]


@lru_cache(maxsize=65_536)
def gbk_loses(first: int, second: int) -> bool:
    """Return whether GBK has no character for the bytes ``first`` and ``second``."""
    if first == 0x80 or second < 0x40:  # noqa: PLR2004 - GBK's trail bytes start at 40
        return True
    try:
        bytes([first, second]).decode("gbk")
    except UnicodeDecodeError:
        return True
    return False


def gbk_pairs(firsts: range, seconds: bytes) -> str:
    """Return the GBK characters of such pairs of bytes, escaped for a character class."""
    pairs = (bytes([first, second]) for first in firsts for second in seconds)
    return re.escape("".join(pair.decode("gbk", "ignore") for pair in pairs))


# The GBK characters of bytes 1 and 2, or 2 and 3, of Chinese text and full-width forms in UTF-8.
LEAD_PAIR: Final = gbk_pairs(range(0xE2, 0xEA), CONTINUATION) + gbk_pairs(
    range(0xEF, 0xF0), CONTINUATION
)
MIDDLE_PAIR: Final = gbk_pairs(range(0x81, 0xC0), bytes(range(0xE2, 0xEA)) + b"\xef")
