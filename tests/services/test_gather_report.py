from __future__ import annotations

import pytest

from publisher.services.gather_report import channel_name


@pytest.mark.parametrize(
    ("source", "channel", "name"),
    [
        ("arxiv", "cs.CV", "cs.CV"),
        ("huggingface", "daily", "huggingface"),
        ("feed", "https://example.org/rss.xml", "https://example.org/rss.xml"),
        ("feed", "https://me:pw@example.org/rss", "https://example.org/rss"),
        (
            "feed",
            "https://example.org/f?user=1&token=abc",
            "https://example.org/f?user=1&token=***",
        ),
        ("feed", "https://example.org/q?s=cat:cs.CV", "https://example.org/q?s=cat:cs.CV"),
    ],
)
def test_the_name_of_a_channel_tells_no_secret(source: str, channel: str, name: str) -> None:
    assert channel_name(source, channel) == name
