from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from publisher.formatter.feeds.feed_readers import reader_links

ADDRESS = "https://papers.example.org/论文/topics/nerf/atom.xml?a=1&b=2"


def test_every_reader_gets_the_whole_address() -> None:
    links = reader_links(ADDRESS)

    assert len({name for name, _ in links}) == len(links) >= 5
    for name, link in links:
        if not name:
            assert link == f"feed:{ADDRESS}"
            continue
        parts = urlsplit(link)
        assert parts.scheme == "https"
        assert re.fullmatch(r"[!-~]+", link)
        assert unquote(link).endswith(ADDRESS)
        # It is one part of the reader's address, and can't end it early.
        assert ADDRESS not in link
        assert parts.fragment == ""
        assert "b=2" not in parts.query.split("&")
