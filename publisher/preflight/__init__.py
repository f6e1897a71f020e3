"""Preflight: what is wrong with a message before anybody gets it.

Every check is a function of the bytes that would leave; `CHECKS` is the literal list of them, one
file for each group. What needs a network is apart: `answers` asks every link, `domain` reads the
DNS of the sender's domain, and neither being there is ever a reason to stop.

An error means that people would not get, or could not read or leave, what is sent. It stops a send.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.preflight import (
    client_support,
    contrast,
    encoding,
    headers,
    images,
    links,
    mime_parts,
    size,
    subject_check,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

_HOW_OFTEN = re.compile(r"\([\d,]+ of [^)]*\)|[\d,]+ (places?|bytes|columns)\b.*")

CHECKS: tuple[Callable[[RenderedMessage], Iterator[Finding]], ...] = (
    encoding.check,
    headers.check,
    subject_check.check,
    mime_parts.check,
    size.check,
    links.check,
    images.check,
    contrast.check,
    client_support.check,
)


def check(letter: RenderedMessage) -> list[Finding]:
    """Return all that is to say about one message, in the order of `CHECKS`."""
    return [found for look in CHECKS for found in look(letter)]


def together(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once: where several editions have it, the others are counted.

    Findings that differ in how often something is there are one, with the numbers of the first.
    Errors come first, then warnings, then notes.
    """
    where: dict[tuple[str, str], list[Finding]] = {}
    for found in findings:
        where.setdefault((found.code, _HOW_OFTEN.sub("", found.message)), []).append(found)
    merged = []
    for same in where.values():
        first, others = same[0], len({found.path for found in same}) - 1
        more = f" and {others} more" if others else ""
        merged.append(replace(first, path=f"{first.path}{more}"))
    order = ["error", "warning", "note"]
    return sorted(merged, key=lambda found: order.index(found.severity.value))
