"""Header lines: free text and addresses, folded, in ASCII.

Text that is not ASCII is written as encoded words. RFC 2047, 2 allows 75 characters for one of them
and 76 for a line that has one, and every other line keeps to the same 76. Not by the standard
library: its folding counts 78, and (in 3.11) drops the quotes of a long quoted name, which turns
one recipient into several.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINE = 76
_WORD = 75
# RFC 2047, 5 (3): what may stand for itself in a name; a subject could have more.
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_QUOTED = [
    "_" if byte == ord(" ") else chr(byte) if byte in _SAFE else f"={byte:02X}"
    for byte in range(256)
]
_ATOMS = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
# Not printable by themselves, but Persian, Hindi and emojis are other texts without them.
_JOINERS = "\u200c\u200d"
_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_JAMO_AFTER_THE_FIRST = range(0x1160, 0x1200)
_FIRST_ACCENT = 0x300


def plain_line(name: str, value: str) -> bytes:
    """Return the header `name` with `value` as it is, ASCII and short, with CRLF at its end."""
    return f"{name}: {value}\r\n".encode("ascii")


def text_line(name: str, value: str) -> bytes:
    """Return the header `name` with free text `value`, folded, with CRLF at its end.

    Control characters in `value` become blanks, blanks become single.
    """
    text = "".join(c if c.isprintable() or c in _JOINERS else " " for c in value)
    words = text.split()
    first_room = _LINE - len(f"{name}: ")
    coded = [
        position
        for position, word in enumerate(words)
        if not _stands_for_itself(word) or len(word) > (_WORD if position else first_room)
    ]
    header = _Header(name)
    first, end = (coded[0], coded[-1] + 1) if coded else (len(words), len(words))
    for word in words[:first]:
        header.append(word)
    # Together: blanks between two encoded words are not part of the text (RFC 2047, 6.2).
    header.append_encoded(" ".join(words[first:end]))
    for word in words[end:]:
        header.append(word)
    return header.line()


def address_line(name: str, display_name: str, address: str) -> bytes:
    """Return the header `name` with one address, folded, with CRLF at its end.

    `address` must be valid (addresses.normalise_email), `display_name` without control characters;
    it may be empty. The line is ASCII unless the address is not: that stands as it is, in UTF-8
    (RFC 6532, 3.2), since no encoded word may stand for an address (RFC 2047, 5).
    """
    display_name = " ".join(display_name.split())
    quoted = '"' + display_name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    header = _Header(name)
    if not display_name:
        header.append(address)
        return header.line()
    if _ATOMS.fullmatch(display_name) and len(f"{name}: {display_name}") <= _LINE:
        header.append(display_name)
    elif _stands_for_itself(display_name) and len(f"{name}: {quoted}") <= _LINE:
        header.append(quoted)
    else:
        header.append_encoded(display_name)
    header.append(f"<{address}>")
    return header.line()


def _stands_for_itself(text: str) -> bool:
    # Some programs look for encoded words within words and quotes too.
    return text.isascii() and "=?" not in text


class _Header:
    """A header that grows word by word, and is folded where a line is full."""

    def __init__(self, name: str) -> None:
        self._lines = [f"{name}:"]
        self._is_empty = True

    def append(self, word: str) -> None:
        """Add a word, which is never broken."""
        # Some programs lose a header whose first line holds nothing.
        if self._is_empty or self._room() >= len(word):
            self._lines[-1] += f" {word}"
        else:
            self._lines.append(f" {word}")
        self._is_empty = False

    def append_encoded(self, text: str) -> None:
        """Add `text` as encoded words, none of which ends within a character as people see it."""
        encode, piece = _encoder(text), ""
        for cluster in _clusters(text):
            longest = self._room() if self._is_empty else _WORD
            # One that no word can hold, such as a letter with dozens of accents, is cut.
            for part in (cluster,) if len(encode(cluster)) <= longest else cluster:
                fits = len(encode(piece + part)) <= self._room()
                if not fits and (piece or not self._is_empty):
                    if piece:
                        self.append(encode(piece))
                    self._lines.append("")
                    piece = ""
                piece += part
        if piece:
            self.append(encode(piece))

    def line(self) -> bytes:
        """Return the header with CRLF at its end."""
        return ("\r\n".join(self._lines) + "\r\n").encode()

    def _room(self) -> int:
        return _LINE - len(self._lines[-1]) - 1


def _encoder(text: str) -> Callable[[str], str]:
    """Return the encoding (RFC 2047, 4) that is the shorter one for `text`.

    One for the whole of it: spam filters distrust a header with both.
    """
    return _by_letters if len(_by_letters(text)) <= len(_base64(text)) else _base64


def _by_letters(text: str) -> str:
    return f"=?utf-8?q?{''.join(_QUOTED[byte] for byte in text.encode())}?="


def _base64(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def _clusters(text: str) -> Iterator[str]:
    """Yield the characters of `text` as people see them: with accents, joined emojis, flags.

    The rules of Unicode TR 29 that matter for more than a few scripts.
    """
    start = 0
    for position in range(1, len(text)):
        if not _belongs(text, start, position):
            yield text[start:position]
            start = position
    if text:
        yield text[start:]


def _belongs(text: str, start: int, position: int) -> bool:
    """Return whether the character at `position` belongs to the cluster that begins at `start`."""
    character = ord(text[position])
    if character < _FIRST_ACCENT:
        return False
    is_flag = position - start == 1 and character in _FLAG_LETTERS
    return (
        text[position] in _JOINERS
        or text[position - 1] == _JOINERS[1]
        or character in _TONES
        or character in _JAMO_AFTER_THE_FIRST
        or (is_flag and ord(text[start]) in _FLAG_LETTERS)
        or unicodedata.category(text[position]).startswith("M")
    )
