"""From source text to plain text: the collector's last step for every text field.

A digest is hostile input: machine-written, it may hold any HTML, any control character. What
leaves this module is plain text with none of them; whoever prints it escapes it. The one exception
says so in its name: `html_from_arxiv` returns a safe fragment.
"""

from __future__ import annotations

import html
import re
import unicodedata

from publisher.collector.text.markup import without_html, without_markdown
from publisher.collector.text.tex import may_be_tex, tex_to_html, tex_to_text
from publisher.models import UNSUBSCRIBE_PLACEHOLDER

__all__ = [
    "from_arxiv",
    "from_machine",
    "html_from_arxiv",
    "plain",
    "without_html",
    "without_markdown",
]

MAX_FIELD = 20_000  # characters; ten times the longest abstract arXiv accepts (1,920)

# Not legal in XML 1.0 (section 2.2), or invisible and able to reorder, hide or smuggle what is
# read. Flags of regions (England) are made of tag characters and go with them. Characters of the
# private use area stay: legal, visible, and somebody's.
_BANNED = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab, line and page ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, joiners, empty letters
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width, bidi
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc"  # fillers, non-characters, BOM, annotations
    "\ud800-\udfff\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # surrogates, tags
    "]"
)
# U+xFFFE and U+xFFFF are non-characters in every plane (Unicode 23.7).
_NON_CHARACTERS = re.compile(
    "[" + "".join(chr(p << 16 | low) for p in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_BLANKS = re.compile(r"[\s\u2028\u2029]+")
# Characters of which `legal` changes the blanks only, whatever stands beside them: nothing of the
# above, no mark, and nothing that NFC would change. Most texts hold no other.
SOUND = (
    "\t\n -~\u00a1-\u00ac\u00ae-\u02af\u0391-\u03a1\u03a3-\u03c9\u0401-\u044f"
    "\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2460-\u27ff"
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff9f"
)
_SOUND = re.compile(f"[{SOUND}]*+")
# A joiner joins emoji, or forms letters from Arabic to Khmer; anywhere else it only hides.
_JOINED = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
)
_JOINERS = re.compile(rf"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
# One variation selector chooses how the character before it looks; alone or in rows they are a
# channel nobody sees. Of ASCII only the signs of keycaps have any.
_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTORS = re.compile(rf"(?<![^\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f\s{_SELECTOR}])[{_SELECTOR}]")
# What the three patterns above need: most texts hold nothing of it, and one look is quicker.
_RARE = re.compile(
    f"[\u200c\u200d{_SELECTOR}"
    + "".join(chr(p << 16 | low) for p in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
# What HTML, inline Markdown and TeX without typography can't do without.
_MARKS = re.compile(r"[<&\[`*_~$\\]")
# More marks on one letter than any language has (UAX #15, 13: stream-safe text allows 30) hide
# lines, and sorting them takes quadratic time.
_LONG_RUN = re.compile(r"[^\x00-\u02ff\u1e00-\u2027\u3000-\u3029\u3030-\u3098\u309b-\ud7ff]{9,}")
_MOST_MARKS = 8


def plain(text: str) -> str:
    """Return `text` on one line, without what XML forbids, at most `MAX_FIELD` characters."""
    # Cut before too: marks and junk of a megabyte are not worth a look.
    return _short(legal(text[: 10 * MAX_FIELD]))


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MAX_FIELD else text[: MAX_FIELD - 1].rstrip() + "…"


def legal(text: str) -> str:
    """Return `text` with single blanks and without characters that no reader should get."""
    return _with_single_blanks(text) if _is_sound(text) else _made_legal(text)


def _is_sound(text: str) -> bool:
    return bool(_SOUND.fullmatch(text)) and UNSUBSCRIBE_PLACEHOLDER not in text


def _with_single_blanks(text: str) -> str:
    text = text.replace("\n", " ").replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _made_legal(text: str) -> str:
    text = _BLANKS.sub(" ", _BANNED.sub("", text))
    # In a hostile link it would hand every reader's own unsubscribe token to a stranger.
    while UNSUBSCRIBE_PLACEHOLDER in text:
        text = text.replace(UNSUBSCRIBE_PLACEHOLDER, "")
    if text.isascii():
        return text
    if _RARE.search(text):
        text = _SELECTORS.sub("", _JOINERS.sub("", _NON_CHARACTERS.sub("", text)))
    text = unicodedata.normalize("NFC", _LONG_RUN.sub(_few_marks, text))
    # What went may have stood between two blanks.
    return _BLANKS.sub(" ", text)


def _few_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match.group():
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def from_arxiv(text: str) -> str:
    """Return a title, name, abstract or comment as plain text.

    These come from arXiv, which knows TeX and no Markdown: only TeX is made readable.
    """
    return plain(tex_to_text(plain(text)))


def html_from_arxiv(text: str, *, with_links: bool = True) -> str:
    """Return a title or abstract as a safe HTML fragment, "" where that is `from_arxiv` escaped."""
    text = plain(text)
    if not may_be_tex(text) and not (with_links and "://" in text):
        return ""
    fragment = legal(tex_to_html(text, with_links=with_links)).strip()
    return "" if fragment == html.escape(from_arxiv(text), quote=False) else fragment


def from_machine(text: str) -> str:
    """Return a machine-written sentence as plain text: HTML, Markdown and TeX made readable."""
    if not _MARKS.search(text) and _is_sound(text):  # nothing is to be done to most
        return _short(_with_single_blanks(text[: 10 * MAX_FIELD]))
    text = plain(text)
    if _MARKS.search(text):
        text = tex_to_text(without_markdown(without_html(text)), typography=False)
    return plain(text)
