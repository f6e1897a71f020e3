"""Coverage-guided fuzzing of the collector: any bytes in, never an exception, never bad text out.

`./run.sh fuzz [SECONDS]` runs it from the example digests on; what it finds is written to
fuzz/found/ and belongs into a test.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from zoneinfo import ZoneInfo

import atheris

with atheris.instrument_imports(include=["publisher"]):
    from publisher.collector.archive.digest_index import index_of
    from publisher.collector.archive.parsing import parse_bytes
    from publisher.collector.merge import merge

from lxml import etree, html

ZONE = ZoneInfo("Asia/Shanghai")
SLOW = 20.0  # seconds for an input of a few kilobytes, with instrumentation and on any machine


def one_input(data: bytes) -> None:
    """Parse `data` as a digest and check what comes out."""
    started = time.monotonic()
    parsed = parse_bytes(_path(data), data, ZONE)
    if time.monotonic() - started > SLOW:
        raise AssertionError(f"slow: {len(data)} bytes")
    indexes = [index_of(one) for one in parsed.digests]
    papers, topics, *_ = merge(indexes, parsed.digests.__getitem__)
    for paper in papers:
        for text in _texts(asdict(paper)):
            element = etree.Element("t")
            element.text = text  # raises for what XML forbids
        for fragment in (paper.title_html, paper.abstract_html):
            if fragment:
                for element in html.fragment_fromstring(fragment, create_parent=True).iter():
                    allowed = {"div", "a", "code", "em", "strong", "sub", "sup"}
                    assert element.tag in allowed, fragment
    for topic in topics:
        assert topic.slug.replace("-", "").isalnum(), topic
    for found in parsed.findings:
        assert "\n" not in str(found), found


def _path(data: bytes) -> str:
    """Return a path whose ending has the format that `data` begins like."""
    start = data.lstrip()[:10]
    kinds = ((b"{", ".json"), (b"[", ".json"), (b"<?xml", ".rss"), ("标题".encode(), ".csv"))
    ending = next((ending for mark, ending in kinds if start.startswith(mark)), ".md")
    return f"2024-12-02/Topic{ending}"


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in _texts(part)]
    return []


atheris.Setup(sys.argv, one_input)
atheris.Fuzz()
