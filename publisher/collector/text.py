"""From source text to plain text: the collector's last step for every text field.

A digest is hostile input: machine-written, it may hold any HTML, any control character. What
leaves this module is plain text with none of them; whoever prints it escapes it.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from publisher.collector.tex import tex_to_text
from publisher.models import UNSUBSCRIBE_PLACEHOLDER

MAX_FIELD = 20_000  # characters; ten times the longest abstract arXiv accepts (1,920)

# Not legal in XML 1.0 (section 2.2), or invisible and able to reorder or hide what is read.
_BANNED = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and line ends
    "\u00ad\u200b\u200e\u200f\u2028\u2029\u2060-\u206f"  # soft hyphen, zero width, bidi
    "\u061c\u202a-\u202e\u180e\ufeff\ufff9-\ufffb"  # bidi embeddings, BOM, interlinear marks
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f"  # surrogates, non-characters, tags
    "]"
)
# U+xFFFE and U+xFFFF are non-characters in every plane (Unicode 23.7).
_NON_CHARACTERS = re.compile(
    "[" + "".join(chr(p << 16 | low) for p in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_BLANKS = re.compile(r"\s+")

# Only what really is an element counts as mark-up: "a <b> c" in a formula-like text such as
# "x<y and z>w" must stay. The list is the elements that machine-written notes can hold.
_ELEMENTS = (
    "a abbr article aside audio b base bdi bdo blockquote body br button canvas center cite "
    "code data details dd del dfn dialog div dl dt em embed fieldset figcaption figure font "
    "footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins "
    "kbd label legend li link main map mark marquee math meta nav noscript object ol option p "
    "param picture pre q s samp script section select small source span strike strong style "
    "sub summary sup svg table tbody td template textarea tfoot th thead time title tr track "
    "tt u ul var video wbr"
).split()
_TAG = re.compile(rf"<(?=/?(?:{'|'.join(_ELEMENTS)})(?:[\s/>]|$)|!--)", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{'|'.join(_ELEMENTS)})(?:[\s/>]|$)|!--)", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"</?(?:br|p|li|div|tr|ol|ul|h[1-6])\b[^<>]*>", re.IGNORECASE)

# Markdown marks, each on one line and bounded, so that no text can make them slow.
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,2000}?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*])\*(?![\w*])")
_CODE = re.compile(r"(?<!`)`([^`\n]{1,500})`(?!`)")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\(((?:[^\s()]|\([^\s()]{0,200}\)){0,2000})\)")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>")


def plain(text: str) -> str:
    """Return `text` on one line, without what XML forbids, at most `MAX_FIELD` characters."""
    text = _NON_CHARACTERS.sub("", _BANNED.sub("", text))
    # In a hostile link it would hand every reader's own unsubscribe token to a stranger.
    while UNSUBSCRIBE_PLACEHOLDER in text:
        text = text.replace(UNSUBSCRIBE_PLACEHOLDER, "")
    text = unicodedata.normalize("NFC", _BLANKS.sub(" ", text)).strip()
    return text if len(text) <= MAX_FIELD else text[: MAX_FIELD - 1].rstrip() + "…"


def from_arxiv(text: str) -> str:
    """Return a title, name, abstract or comment as plain text.

    These come from arXiv, which knows TeX and no Markdown: only TeX is made readable.
    """
    return plain(tex_to_text(plain(text)))


def from_machine(text: str) -> str:
    """Return a machine-written sentence as plain text: HTML, Markdown and TeX made readable."""
    return plain(tex_to_text(without_markdown(without_html(plain(text)))))


def without_html(text: str) -> str:
    """Return `text` without elements; what script and style elements hold goes with them."""
    text = _AUTOLINK.sub(r"\1", text)
    if "<" in text and _TAG.search(text):
        text = _BREAKING_TAG.sub(" ", text)
        text = _NO_TAG.sub("&lt;", text)
        text = nh3.clean(text, tags=set(), clean_content_tags={"script", "style", "iframe"})
    return html.unescape(text) if "&" in text else text


def without_markdown(text: str) -> str:
    """Return `text` without the marks of inline Markdown; a link keeps its text and address."""
    text = _LINK.sub(_link_text, text)
    text = _CODE.sub(r"\1", text)
    return _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text))


def _link_text(match: re.Match[str]) -> str:
    label, target = match.group(1).strip(), match.group(2)
    if not target.startswith(("http://", "https://")) or target == label:
        return label or target
    return f"{label} ({target})" if label else target
