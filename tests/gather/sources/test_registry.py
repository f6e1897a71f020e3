"""The registry of sources."""

from __future__ import annotations

import time
from typing import Any

import pytest

from publisher.gather.sources import SOURCES, contact, open_sources
from publisher.settings import load
from publisher.settings.sections.gather import GatherTopic


def test_all_sources_are_opened_over_one_client() -> None:
    with open_sources(
        load(None, environment={}),
        clock=time.monotonic,
        sleep=time.sleep,
        stopping=lambda: False,
    ) as sources:
        assert list(sources) == list(SOURCES)
        assert all(source.name == name for name, source in sources.items())
        assert sources["arxiv"].channels(GatherTopic("Vision", categories=("cs.CV",))) == ("cs.CV",)


@pytest.mark.parametrize(
    ("sections", "address"),
    [
        ({"gather": {"contact": "me@example.org"}}, "me@example.org"),
        ({"mail": {"reply_to": "us@example.org"}}, "us@example.org"),
        ({"mail": {"from_address": "news@example.org"}}, "news@example.org"),
        ({"site": {"url": "https://example.org/papers/"}}, "https://example.org/papers/"),
    ],
)
def test_requests_name_whom_to_reach(sections: dict[str, dict[str, Any]], address: str) -> None:
    assert contact(load(None, environment={}, flags=sections)) == address
