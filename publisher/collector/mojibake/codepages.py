"""From wrongly decoded characters back to the bytes they were read from.

The text is turned into :class:`Unit` objects: one per byte that is known, one
per place holder (U+FFFD or "?") and one per character that was never damaged.
"""

from __future__ import annotations

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

# Quotes, dashes, note marks, blanks and letters: what can follow an accented
# letter in sound text, and so proves nothing by itself.
WEAK_BYTES: Final = frozenset(
    b"\x84\x85\x86\x87\x8a\x8b\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9a\x9b\x9e"
    b"\xa0\xa1\xa7\xa9\xaa\xab\xae\xb0\xb2\xb3\xb6\xb7\xb9\xba\xbb\xbf"
)


def _single_byte_table() -> dict[str, int]:
    # The four code pages never give one character to two bytes, so their
    # reverse is one table and the exact page need not be guessed.
    table = {chr(byte): byte for byte in range(0x80, 0x100)}
    for name in ("cp1252", "cp1254", "iso8859-9"):
        for byte in range(0x80, 0x100):
            char = bytes([byte]).decode(name, "ignore")
            if char:
                table[char] = byte
    return table


BYTE_OF: Final = _single_byte_table()
"""The byte of each upper-half character of cp1252, cp1254, latin-1, latin-5."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One byte or one undamaged character of a line.

    ``choices`` are the bytes it may stand for (none: undamaged text),
    ``text`` what to write when it is left as it is ("" inside a pair),
    ``loss_before`` whether bytes may have been lost just before it and
    ``span`` how many units a left-alone character takes.
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
    """Return the units of ``text`` read through a single-byte code page.

    ``marks`` names the characters that may stand for bytes that had none, and
    those bytes: the place holders, or a blank for the no-break space.
    """
    return [Unit(marks[char], char) if char in marks else _single_unit(char) for char in text]


@lru_cache(maxsize=32_768)
def gbk_bytes(char: str) -> bytes:
    """Return the bytes GBK or GB18030 has for ``char``, b"" for none or ASCII."""
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
    """Return the units of ``text`` read as GBK: two per Chinese character."""
    return [
        unit
        for char in text
        for unit in ((Unit(marks[char], char),) if char in marks else _gbk_char_units(char))
    ]


def units_of_choices(choices: Iterable[str], original: str, *, gbk: bool) -> list[Unit]:
    """Return units for one character known only to be among ``choices``.

    For doubly damaged text: the outer decoding, once undone, may leave a few
    candidates.  ``original`` is what to write when nothing fits.
    """
    if not gbk:
        found = sorted({BYTE_OF[char] for char in choices if char in BYTE_OF})
        return [Unit(bytes(found), original)]
    pairs: Sequence[bytes] = sorted({data for char in choices if len(data := gbk_bytes(char)) == 2})  # noqa: PLR2004
    if not pairs:
        return [Unit(b"", original)]
    first = bytes(sorted({pair[0] for pair in pairs}))
    second = bytes(sorted({pair[1] for pair in pairs}))
    return [Unit(first, original, span=2), Unit(second, "", loss_before=False)]


@lru_cache(maxsize=65_536)
def gbk_loses(first: int, second: int) -> bool:
    """Tell whether GBK has no character for ``first`` followed by ``second``."""
    if first == 0x80 or second < 0x40:  # noqa: PLR2004 - GBK's trail bytes start at 40
        return True
    try:
        bytes([first, second]).decode("gbk")
    except UnicodeDecodeError:
        return True
    return False
