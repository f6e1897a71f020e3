"""Text and HTML part: the same papers, no placeholders, and a link to unsubscribe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.models import TOKEN_PLACEHOLDERS
from publisher.preflight.findings import finding
from publisher.preflight.rendered_message import visible_text
from publisher.preflight.subject_check import TEMPLATE_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding, Paper
    from publisher.preflight.rendered_message import RenderedMessage

# Those of sender/message/edition_message.py, which this room may not import; a test compares them.
PLACEHOLDERS = (
    *TOKEN_PLACEHOLDERS,
    "recipient-of-this-copy",
    "pseudonym-of-this-recipient-----",
)
_BLANKS = re.compile(r"\s+")
_MARKUP = re.compile(r"</?(?:div|p|table|t[dr]|a|span|style|br|h[1-6]|ul|li)\b[^<>]*>")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find what is missing from a part, or does not belong there."""
    kinds = [part.get_content_type() for part in rendered.message.walk()]
    for kind, content in (("text/plain", rendered.text), ("text/html", rendered.html)):
        if kind not in kinds or not content.strip():
            yield finding(rendered.name, "P703", kind)
    # Readers show the last alternative that they understand (RFC 2046, 5.1.4).
    if kinds.index("text/html") < kinds.index("text/plain") if _both(kinds) else False:
        yield finding(rendered.name, "P703", "text/plain must come first")
    whole = rendered.raw.decode("utf-8", "replace") + rendered.text + rendered.html
    for placeholder in PLACEHOLDERS:
        if placeholder in whole:
            yield finding(rendered.name, "P701", placeholder)
    words = visible_text(rendered)
    code = TEMPLATE_CODE.search(rendered.text) or TEMPLATE_CODE.search(words)
    if code:
        yield finding(rendered.name, "P702", code[0])
    markup = _MARKUP.search(rendered.text)
    if markup:
        yield finding(rendered.name, "P707", markup[0])
    yield from _unsubscribe_links(rendered)
    yield from _papers(rendered, words)


def _both(kinds: list[str]) -> bool:
    return {"text/html", "text/plain"} <= set(kinds)


def _unsubscribe_links(rendered: RenderedMessage) -> Iterator[Finding]:
    if not rendered.token:
        return
    hrefs = [a.get("href") or "" for a in rendered.document.iter("a")]
    if not any(rendered.token in href for href in hrefs):
        yield finding(rendered.name, "P706", "in the HTML")
    if rendered.token not in rendered.text:
        yield finding(rendered.name, "P706", "in the text")


def _papers(rendered: RenderedMessage, words: str) -> Iterator[Finding]:
    if not (rendered.papers and rendered.text.strip() and rendered.html.strip()):
        return
    html_words = _squeezed(words)
    text_words = _squeezed(rendered.text)
    links: dict[str, int] = {}
    for number, element in enumerate(rendered.document.iter("a")):
        links.setdefault(element.get("href") or "", number)
    in_html = {p.id: _position(p, links, html_words) for p in rendered.papers}
    in_text = {p.id: _position(p, {}, text_words, rendered.text) for p in rendered.papers}
    both = []
    for paper in rendered.papers:
        html, text = in_html[paper.id], in_text[paper.id]
        if (html is None) != (text is None):
            only = "the HTML" if html is not None else "the text"
            yield finding(rendered.name, "P704", f"{paper.title} is only in {only}")
        elif html is not None:
            both.append(paper.id)
    titles = [(html_words.find(_squeezed(p.title)), p.id) for p in rendered.papers if p.id in both]
    others = [(text_words.find(_squeezed(p.title)), p.id) for p in rendered.papers if p.id in both]
    if all(place >= 0 for place, _ in (*titles, *others)):
        html_order, text_order = ([key for _, key in sorted(places)] for places in (titles, others))
        if html_order != text_order:
            first = next(a for a, b in zip(html_order, text_order, strict=True) if a != b)
            yield finding(rendered.name, "P705", f"from {first} on")


def _position(paper: Paper, links: dict[str, int], words: str, text: str = "") -> int | None:
    """Return the position of `paper` in a part, by its URL or title; None where it is missing."""
    for url in (paper.abs_url, paper.pdf_url):
        if url and url in links:
            return links[url]
        if url and text and re.search(re.escape(url) + r"(?![\w./-])", text):
            return text.index(url)
    position = words.find(_squeezed(paper.title))
    return position if position >= 0 else None


def _squeezed(text: str) -> str:
    """Return `text` without blanks, as lines of Chinese are wrapped anywhere."""
    return _BLANKS.sub("", text)
