"""Preflight: checks of a message before anybody gets it.

Every check in `CHECKS` is a function of the bytes that would be sent, one file for each group. The
checks that need a network stand apart: `link_check` requests every link, `domain` reads the DNS of
the sender's domain. A missing network never stops a send.

An error means that people would not get the mail, or could not read it or unsubscribe. It stops a
send.
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

_COUNTS = re.compile(r"\([\d,]+ of [^)]*\)|[\d,]+ (places?|bytes|columns)\b.*")

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


def check(rendered: RenderedMessage) -> list[Finding]:
    """Return the findings about one message, in the order of `CHECKS`."""
    return [finding for run_check in CHECKS for finding in run_check(rendered)]


def together(findings: Iterable[Finding]) -> list[Finding]:
    """Merge findings that several editions share; the other editions are counted.

    Findings that differ only in counts are the same, with the counts of the first. Errors come
    first, then warnings, then notes.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, _COUNTS.sub("", finding.message)), []).append(finding)
    merged = []
    for group in groups.values():
        first, others = group[0], len({finding.path for finding in group}) - 1
        more = f" and {others} more" if others else ""
        merged.append(replace(first, path=f"{first.path}{more}"))
    order = ["error", "warning", "note"]
    return sorted(merged, key=lambda finding: order.index(finding.severity.value))
