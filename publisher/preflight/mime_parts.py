"""Both parts: there, of the same papers, with every placeholder replaced and a way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.models import UNSUBSCRIBE_PLACEHOLDER
from publisher.preflight.findings import finding
from publisher.preflight.rendered_message import visible_text
from publisher.preflight.subject_check import TEMPLATE_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding, Paper
    from publisher.preflight.rendered_message import RenderedMessage

# As sender/message/edition_message.py writes them; a room may not ask another, a test compares.
PLACEHOLDERS = (
    UNSUBSCRIBE_PLACEHOLDER,
    "recipient-of-this-copy",
    "pseudonym-of-this-recipient-----",
)
_BLANKS = re.compile(r"\s+")
_MARKUP = re.compile(r"</?(?:div|p|table|t[dr]|a|span|style|br|h[1-6]|ul|li)\b[^<>]*>")


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find what is missing from a part, or should not have got there."""
    kinds = [part.get_content_type() for part in letter.message.walk()]
    for kind, content in (("text/plain", letter.text), ("text/html", letter.html)):
        if kind not in kinds or not content.strip():
            yield finding(letter.name, "P703", kind)
    # Readers show the last alternative that they understand (RFC 2046, 5.1.4).
    if kinds.index("text/html") < kinds.index("text/plain") if _both(kinds) else False:
        yield finding(letter.name, "P703", "text/plain has to come first")
    whole = letter.raw.decode("utf-8", "replace") + letter.text + letter.html
    for placeholder in PLACEHOLDERS:
        if placeholder in whole:
            yield finding(letter.name, "P701", placeholder)
    words = visible_text(letter)
    code = TEMPLATE_CODE.search(letter.text) or TEMPLATE_CODE.search(words)
    if code:
        yield finding(letter.name, "P702", code[0])
    markup = _MARKUP.search(letter.text)
    if markup:
        yield finding(letter.name, "P707", markup[0])
    yield from _way_out(letter)
    yield from _papers(letter, words)


def _both(kinds: list[str]) -> bool:
    return {"text/html", "text/plain"} <= set(kinds)


def _way_out(letter: RenderedMessage) -> Iterator[Finding]:
    if not letter.token:
        return
    hrefs = [a.get("href") or "" for a in letter.document.iter("a")]
    if not any(letter.token in href for href in hrefs):
        yield finding(letter.name, "P706", "in the HTML")
    if letter.token not in letter.text:
        yield finding(letter.name, "P706", "in the text")


def _papers(letter: RenderedMessage, words: str) -> Iterator[Finding]:
    if not (letter.papers and letter.text.strip() and letter.html.strip()):
        return
    html_words = _squeezed(words)
    text_words = _squeezed(letter.text)
    links: dict[str, int] = {}
    for number, element in enumerate(letter.document.iter("a")):
        links.setdefault(element.get("href") or "", number)
    in_html = {p.id: _place(p, links, html_words) for p in letter.papers}
    in_text = {p.id: _place(p, {}, text_words, letter.text) for p in letter.papers}
    both = []
    for paper in letter.papers:
        html, text = in_html[paper.id], in_text[paper.id]
        if (html is None) != (text is None):
            where = "the HTML" if html is not None else "the text"
            yield finding(letter.name, "P704", f"{paper.title} is in {where}")
        elif html is not None:
            both.append(paper.id)
    titles = [(html_words.find(_squeezed(p.title)), p.id) for p in letter.papers if p.id in both]
    others = [(text_words.find(_squeezed(p.title)), p.id) for p in letter.papers if p.id in both]
    if all(place >= 0 for place, _ in (*titles, *others)):
        html_order, text_order = ([key for _, key in sorted(found)] for found in (titles, others))
        if html_order != text_order:
            first = next(a for a, b in zip(html_order, text_order, strict=True) if a != b)
            yield finding(letter.name, "P705", f"from {first} on")


def _place(paper: Paper, links: dict[str, int], words: str, text: str = "") -> int | None:
    """Return where a part has `paper`, by its address or else its title; None for nowhere."""
    for url in (paper.abs_url, paper.pdf_url):
        if url and url in links:
            return links[url]
        if url and text and re.search(re.escape(url) + r"(?![\w./-])", text):
            return text.index(url)
    place = words.find(_squeezed(paper.title))
    return place if place >= 0 else None


def _squeezed(text: str) -> str:
    """Return `text` without blanks: a wrapped line breaks Chinese anywhere."""
    return _BLANKS.sub("", text)
