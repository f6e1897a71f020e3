"""Decoding of the bytes of a file, which may be in any encoding or none."""

from __future__ import annotations

import codecs
from typing import Final

from publisher.collector.mojibake.general_frequency import general_frequency

_CODECS: Final = ("gb18030", "cp1252", "latin-1")
_WIDE_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON: Final = 1e-5
_FEW: Final = 0.2


def decode(data: bytes) -> tuple[str, tuple[int, ...]]:
    """Return the text of ``data`` and the numbers (from 1) of lines that were not UTF-8.

    A byte order mark is removed.  Each line that is not valid UTF-8 is decoded
    as UTF-8 with U+FFFD where few bytes are not valid, else by the code page
    that gives the most common characters.  Raises nothing.
    """
    for mark, name in _WIDE_MARKS:
        if data.startswith(mark):
            text = data.decode(name, "replace").encode("utf-8", "replace").decode("utf-8")
            return text, tuple(i for i, line in enumerate(text.split("\n"), 1) if "\ufffd" in line)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    lines, bad = [], []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(_best_guess(line))
            bad.append(number)
    return "\n".join(lines), tuple(bad)


def _best_guess(line: bytes) -> str:
    as_utf8 = line.decode("utf-8", "replace")
    beyond_ascii = [char for char in as_utf8 if char > "\x7f"]
    if beyond_ascii.count("\ufffd") <= _FEW * len(beyond_ascii):
        return as_utf8
    guesses = [line.decode(name, "replace") for name in _CODECS]
    return min(guesses, key=_strangeness)


def _strangeness(text: str) -> float:
    beyond_ascii = [char for char in text if char > "\x7f"]
    strange = sum(general_frequency(char) < _COMMON or char == "\ufffd" for char in beyond_ascii)
    return strange / max(1, len(beyond_ascii))
