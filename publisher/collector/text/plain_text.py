"""Conversion of source text to plain text: the collector's last step for every text field.

Digests are hostile input that may contain any HTML and any control character. This module returns
plain text without them, which its users escape. The exception is `html_from_arxiv`, which returns a
safe HTML fragment.
"""

from __future__ import annotations

import html
import re
import unicodedata

from publisher.collector.text.markup import without_html, without_markdown
from publisher.collector.text.tex import may_be_tex, tex_to_html, tex_to_text
from publisher.models import PLACEHOLDER_END

__all__ = [
    "from_arxiv",
    "from_machine",
    "html_from_arxiv",
    "plain",
    "without_html",
    "without_markdown",
]

MAX_FIELD = 20_000  # characters; ten times the longest abstract arXiv accepts (1,920)

# Not legal in XML 1.0 (section 2.2), or invisible and able to reorder or hide text. Flags of
# regions (England) consist of tag characters and are lost. Characters of the private use area are
# legal and visible, and stay.
_BANNED = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls except white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"  # soft hyphen, joiners, empty letters
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width, bidi
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc"  # fillers, non-characters, BOM, annotations
    "\ud800-\udfff\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # surrogates, tags
    "]"
)
# U+xFFFE and U+xFFFF are non-characters in every plane (Unicode 23.7).
_NON_CHARACTERS = re.compile(
    "[" + "".join(chr(p << 16 | low) for p in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_C1 = re.compile("[\x80-\x9f]+")
_BLANKS = re.compile(r"[\s\u2028\u2029]+")
# Characters of which `legal_text` only changes blanks, in any context: none of the above, no
# combining marks, nothing that NFC changes. Most texts have no others.
SOUND = (
    "\t\n -~\u00a1-\u00ac\u00ae-\u02af\u0391-\u03a1\u03a3-\u03c9\u0401-\u044f"
    "\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2460-\u27ff"
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff9f"
)
_SOUND = re.compile(f"[{SOUND}]*+")
# Joiners join emoji and shape letters from Arabic to Mongolian; elsewhere they only hide.
_JOINED = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u180d\u180f-\u18af\u2190-\u2bff\ufe0f"
    "\U0001f000-\U0001faff"
)
_JOINER = "\u180e\u200c\u200d"
_JOINERS = re.compile(rf"(?<![{_JOINED}])[{_JOINER}]|[{_JOINER}](?![{_JOINED}])")
# A variation selector changes the look of the character before it. Alone or in a row, selectors can
# carry hidden text. In ASCII only the characters of keycaps have them.
_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTORS = re.compile(rf"(?<![^\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f\s{_SELECTOR}])[{_SELECTOR}]")
# Characters without which the three patterns above need not run; most texts have none of them.
_RARE = re.compile(
    f"[{_JOINER}{_SELECTOR}"
    + "".join(chr(p << 16 | low) for p in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
# Characters without which text has no HTML, inline Markdown, or TeX other than typography.
_MARKS = re.compile(r"[<&\[`*_~$\\]")
# More marks on a letter than any language has cover lines above and below, and sorting them takes
# quadratic time (UAX #15, section 13: stream-safe text allows 30).
_LONG_RUN = re.compile(r"[^\x00-\u02ff\u1e00-\u2027\u3000-\u3029\u3030-\u3098\u309b-\ud7ff]{9,}")
_MOST_MARKS = 8
# Not compatibility ideographs: NFC would write other forms into names (U+FA19 as U+795E).
_NORMAL = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")


def without_c1(text: str) -> str:
    """Return `text` with its C1 controls (U+0080 to U+009F) as the characters of cp1252.

    No text has such controls. Quotes, dashes and the euro sign become them where cp1252 is read as
    latin-1. The five bytes that cp1252 has no character for are dropped.
    """
    return _C1.sub(_from_cp1252, text)


def _from_cp1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("cp1252", "ignore")


def plain(text: str) -> str:
    """Return `text` on one line, without illegal characters, at most `MAX_FIELD` characters."""
    # Cut first, so that a megabyte of junk is not processed.
    return _short(legal_text(text[: 10 * MAX_FIELD]))


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MAX_FIELD else text[: MAX_FIELD - 1].rstrip() + "…"


def legal_text(text: str) -> str:
    """Return `text` with single blanks and without illegal or hidden characters."""
    return _with_single_blanks(text) if _is_sound(text) else _without_illegal(text)


def _is_sound(text: str) -> bool:
    return bool(_SOUND.fullmatch(text)) and PLACEHOLDER_END not in text


def _with_single_blanks(text: str) -> str:
    text = text.replace("\n", " ").replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _without_illegal(text: str) -> str:
    text = _BLANKS.sub(" ", _BANNED.sub("", without_c1(text)))
    # In a hostile link it would send each reader's token to a stranger.
    while PLACEHOLDER_END in text:
        text = text.replace(PLACEHOLDER_END, "")
    if text.isascii():
        return text
    if _RARE.search(text):
        text = _SELECTORS.sub("", _JOINERS.sub("", _NON_CHARACTERS.sub("", text)))
    text = _NORMAL.sub(_normalised, _LONG_RUN.sub(_few_marks, text))
    # A removed character may have been between two blanks.
    return _BLANKS.sub(" ", text)


def _normalised(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group())


def _few_marks(match: re.Match[str]) -> str:
    chars: list[str] = []
    marks = 0
    for char in match.group():
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            chars.append(char)
    return "".join(chars)


def from_arxiv(text: str) -> str:
    """Return a title, name, abstract or comment of arXiv as plain text.

    arXiv allows TeX and no Markdown, so only TeX is converted.
    """
    return plain(tex_to_text(plain(text)))


def html_from_arxiv(text: str, *, with_links: bool = True) -> str:
    """Return a title or abstract as a safe HTML fragment, "" if it equals the escaped text."""
    text = plain(text)
    if not may_be_tex(text) and not (with_links and "://" in text):
        return ""
    fragment = legal_text(tex_to_html(text, with_links=with_links)).strip()
    return "" if fragment == html.escape(from_arxiv(text), quote=False) else fragment


def from_machine(text: str) -> str:
    """Return machine-written text as plain text, with HTML, Markdown and TeX converted."""
    if not _MARKS.search(text) and _is_sound(text):  # true of most texts
        return _short(_with_single_blanks(text[: 10 * MAX_FIELD]))
    text = plain(text)
    if _MARKS.search(text):
        text = tex_to_text(without_markdown(without_html(text)), typography=False)
    return plain(text)
