"""Detection of a wrong decoding, without a language model.

UTF-8 decoded by a single-byte code page has lead characters ("æ", "å", "Ã")
before signs that no text has there ("¤", "¼", "€"). UTF-8 decoded as GBK has
rare ideographs whose bytes happen to be UTF-8.
"""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import (
    BYTE_OF,
    CONTINUATION,
    LEAD_PAIR,
    MIDDLE_PAIR,
    WEAK_BYTES,
    gbk_bytes,
    gbk_pairs,
)


def _chars(values: frozenset[int] | range | bytes) -> str:
    """Return the characters of the single bytes `values`, escaped for a character class."""
    members = frozenset(values)
    return re.escape("".join(sorted(char for char, byte in BYTE_OF.items() if byte in members)))


_ANY: Final = _chars(CONTINUATION)
_SURE: Final = _chars(frozenset(CONTINUATION) - WEAK_BYTES)
_WEAK: Final = _chars(WEAK_BYTES)
_LEAD_3: Final = _chars(range(0xE2, 0xF0))
_LEAD_2: Final = _chars(range(0xC2, 0xD2))

STRONG: Final = re.compile(
    # A single class first, so that a search skips sound text quickly.
    f"[{_LEAD_3}ğðÃÂÄÅÎÏÐÑ](?:"
    # Three bytes of which one cannot follow a letter, unlike a sign before a quote or blank
    # ("Nestlé®”"); four bytes of an emoji; two bytes such as "Ã©" and "Â°", but no capital letter
    # before or in quotes ("«Ñ»"), and no ångström ("3 Å²", "2.1 Å±0.2").
    f"(?<=[{_LEAD_3}])(?!(?<=[A-Za-z].)[®´€¢£¥±¼½¾][{_WEAK}])"
    f"(?:[{_SURE}][{_ANY}\ufffd?]|[{_ANY}\ufffd?][{_SURE}])"
    f"|(?<=[ğð])[Ÿ\x9f\x9d\x90][{_ANY}]"
    f"|(?<=[ÃÂÄÅÎÏÐÑ])(?<![«‹„“‘][ÃÂÄÅÎÏÐÑ])(?!(?<![A-Za-z]Å)(?<=Å)[²³¹±°·])"
    f"[{_SURE}©®°§¶«ª²³º¹·¿¡»]"
    # "Ãš", "Å¾" after a small letter, which is not Portuguese
    f"|(?<=[a-z][ÃÄÅ])[{_ANY}])"
)
WEAK: Final = re.compile(
    f"(?<![A-Za-z])[{_LEAD_3}][{_ANY}\ufffd]|[ÃÂÄÅ][{_ANY}\ufffd]|(?<=[a-z])[ÃÄÅ](?=[a-z])"
)
_LEAD: Final = re.compile(f"[{_LEAD_3}]")
_BARE_LEAD: Final = re.compile(f"[{_LEAD_3}](?![{_ANY}])")
_ENOUGH_LEADS: Final = 10
_CUT_SHORT: Final = re.compile(f"[{_LEAD_3}][{_ANY}]?(?![{_ANY}])(\\??)")


_GBK_BEGINNING: Final = re.compile(f"[{LEAD_PAIR}][{MIDDLE_PAIR}]")

_CODE: Final = re.compile(
    r"^[ \t]{0,3}(`{3,}+|~{3,}+)[^\n]*\n(?:.*\n)*?[ \t]{0,3}\1|(`{1,3})[^`\n]{1,500}\2",
    re.MULTILINE,
)
_ABOUT_ENCODINGS: Final = re.compile(
    r"乱码|亂碼|文字化け|mojibake|UTF-?8|GBK|GB2312|GB18030|Big5|ISO-?8859|latin-?1"
    r"|(?:windows|cp)-?125\d|charset|锟斤拷",
    re.IGNORECASE,
)
_NEAR: Final = 2  # lines

BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]+")

# Text first decoded by a single-byte code page, then as GBK: "Ã¤Â¸" becomes "盲赂".
_TWICE: Final = re.compile(
    f"[{gbk_pairs(range(0xC3, 0xC4), bytes(range(0xA2, 0xB0)))}][^\x00-\x7f]{{2,5}}"
)


def gbk_signs(text: str) -> int:
    """Return the number of characters of ``text`` that look like UTF-8 decoded as GBK.

    Sound Chinese text has matching characters by accident, "茫茫" as well as "忙碌". They count in
    runs that are damaged as a whole.
    """
    if not _GBK_BEGINNING.search(text) and not _TWICE.search(text):
        return 0
    from publisher.collector.mojibake import gbk  # noqa: PLC0415 - compiles slow patterns

    signs = 0
    for match in BEYOND_ASCII.finditer(text):
        run = match[0]
        if (_GBK_BEGINNING.search(run) or _TWICE.search(run)) and gbk.is_damaged(run):
            signs += gbk.count_plausible(run)
            signs += sum(map(_was_decoded_twice, _TWICE.findall(run)))
    return signs


def _was_decoded_twice(chars: str) -> bool:
    decoded = b"".join(map(gbk_bytes, chars)).decode("utf-8", "ignore")
    return STRONG.search(decoded) is not None


def single_byte_signs(text: str) -> int:
    """Return the number of sure signs of a single-byte code page in ``text``."""
    return len(STRONG.findall(text))


def marks_losses_by_question_mark(text: str) -> bool:
    """Return whether most truncated characters in ``text`` end with a "?"."""
    marked = [match[1] == "?" for match in _CUT_SHORT.finditer(text)]
    return 2 * marked.count(True) > len(marked)


def share_of_bare_leads(line: str) -> float:
    """Return the share of characters reduced to one byte, 0 for a line with few."""
    leads = len(_LEAD.findall(line))
    return len(_BARE_LEAD.findall(line)) / leads if leads >= _ENOUGH_LEADS else 0.0


def looks_damaged(text: str) -> bool:
    """Return whether ``text`` has signs of a wrong decoding; fast, raises nothing.

    Signs in code and around words such as "UTF-8" count only beside others: a text about encodings
    shows what a wrong one does.
    """
    return _has_signs(text) and _has_signs(_without_samples(text))


def _without_samples(text: str) -> str:
    lines = _CODE.sub("", text).split("\n")
    about = (i for i, line in enumerate(lines) if _ABOUT_ENCODINGS.search(line))
    near = {place for i in about for place in range(i - _NEAR, i + _NEAR + 1)}
    return "\n".join(line for i, line in enumerate(lines) if i not in near)


def _has_signs(text: str) -> bool:
    return not text.isascii() and (STRONG.search(text) is not None or gbk_signs(text) > 0)
