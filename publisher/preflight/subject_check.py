"""Subject and preheader: what an inbox shows before anybody opens anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wcwidth import wcswidth

from publisher.preflight.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

SUBJECT_COLUMNS = 78  # RFC 5322, 2.1.1
FEWEST_LETTERS = 8  # "CVPR" alone is no shouting
# Shorter, and the inbox goes on with whatever the mail says next; longer, and nobody sees the end.
PREHEADER_COLUMNS = (30, 200)
TEMPLATE_CODE = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{|<%|\*\|\w+\|\*|%%\w+%%|\[\[\w+\]\]")
_PLACEHOLDER = re.compile(
    TEMPLATE_CODE.pattern + r"|\{\w*\}|\b(lorem ipsum|TODO|FIXME|subject here|undefined)\b"
)
_ANSWER = re.compile(r"\s*(re|fwd?|aw|wg|回复|转发|答复)\s*[:：]", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# What people pad a preheader with so that the inbox shows nothing else.
_PADDING = re.compile(r"[\u034f\u00ad\u200b-\u200f\u2007\u2060\ufeff\u00a0\s]+")


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find what looks bad in a list of mails."""
    yield from _subject(letter)
    preheader = preheader_of(letter)
    least, most = PREHEADER_COLUMNS
    width = _width(preheader)
    if not preheader:
        yield finding(letter.name, "P506")
    elif not least <= width <= most:
        yield finding(letter.name, "P507", f"{width} columns, {least} to {most} are good")


def _subject(letter: RenderedMessage) -> Iterator[Finding]:
    subject = str(letter.message.get("Subject", "")).strip()
    letters = [c for c in subject if c.isalpha()]
    if not subject:
        yield finding(letter.name, "P501")
        return
    if _width(subject) > SUBJECT_COLUMNS:
        yield finding(letter.name, "P502", f"{_width(subject)} columns of {SUBJECT_COLUMNS}")
    cased = [c for c in letters if c.lower() != c.upper()]
    if len(cased) >= FEWEST_LETTERS and all(map(str.isupper, cased)):
        yield finding(letter.name, "P503", subject)
    found = _PLACEHOLDER.search(subject)
    if found:
        yield finding(letter.name, "P504", found[0])
    if _ANSWER.match(subject):
        yield finding(letter.name, "P505", subject)


def preheader_of(letter: RenderedMessage) -> str:
    """Return the hidden text at the beginning of the body, "" where there is none."""
    body = letter.document.find("body")
    for element in body.iter() if body is not None else ():
        if not isinstance(element.tag, str):
            continue
        if _HIDDEN.search(element.get("style") or ""):
            return _PADDING.sub(" ", "".join(element.itertext())).strip()
        if element is not body and (element.text or "").strip():
            break
    return ""


def _width(text: str) -> int:
    width = wcswidth(text)
    return width if width >= 0 else len(text)
