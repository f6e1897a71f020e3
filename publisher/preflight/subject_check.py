"""Subject and preheader, which an inbox shows before the mail is opened."""

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
FEWEST_LETTERS = 8  # "CVPR" alone is fine
# After a shorter one the inbox shows the next text of the mail; nobody sees more.
PREHEADER_COLUMNS = (30, 200)
TEMPLATE_CODE = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{|<%|\*\|\w+\|\*|%%\w+%%|\[\[\w+\]\]")
_PLACEHOLDER = re.compile(
    TEMPLATE_CODE.pattern + r"|\{\w*\}|\b(lorem ipsum|TODO|FIXME|subject here|undefined)\b"
)
_REPLY = re.compile(r"\s*(re|fwd?|aw|wg|回复|转发|答复)\s*[:：]", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# Padding of a preheader, which keeps the inbox from showing more of the mail.
_PADDING = re.compile(r"[\u034f\u00ad\u200b-\u200f\u2007\u2060\ufeff\u00a0\s]+")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find what looks bad in an inbox."""
    yield from _subject(rendered)
    preheader = preheader_of(rendered)
    least, most = PREHEADER_COLUMNS
    width = _width(preheader)
    if not preheader:
        yield finding(rendered.name, "P506")
    elif not least <= width <= most:
        yield finding(rendered.name, "P507", f"{width} columns, {least} to {most} are good")


def _subject(rendered: RenderedMessage) -> Iterator[Finding]:
    subject = str(rendered.message.get("Subject", "")).strip()
    letters = [c for c in subject if c.isalpha()]
    if not subject:
        yield finding(rendered.name, "P501")
        return
    if _width(subject) > SUBJECT_COLUMNS:
        yield finding(rendered.name, "P502", f"{_width(subject)} columns of {SUBJECT_COLUMNS}")
    cased = [c for c in letters if c.lower() != c.upper()]
    if len(cased) >= FEWEST_LETTERS and all(map(str.isupper, cased)):
        yield finding(rendered.name, "P503", subject)
    placeholder = _PLACEHOLDER.search(subject)
    if placeholder:
        yield finding(rendered.name, "P504", placeholder[0])
    if _REPLY.match(subject):
        yield finding(rendered.name, "P505", subject)


def preheader_of(rendered: RenderedMessage) -> str:
    """Return the hidden text at the beginning of the body, "" where there is none."""
    body = rendered.document.find("body")
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
