"""Everything that fingers hit is 44 px high and wide on a phone (WCAG 2.2, 2.5.5).

Links in running text are left out, as the rule does.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES
from support.browser import browsing, overflows, small_targets
from support.operator_site import OUTSIDE, PAGES, fill, log_in
from support.web_server import serving

from publisher.services import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]


READERS = (
    "/subscribe",
    f"/unsubscribe/{'x' * 40}",
    f"/confirm/{'x' * 43}",
    "/preferences",
    "/search",
)
SITE = ("/index.html", "/archive/index.html", "/topics/nerf/index.html", "/papers/2302.04264.html")


def test_what_fingers_hit_is_large_enough(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "digests")
    with serving(tmp_path) as site, browsing() as browser:
        fill(site.store, site.clock())
        build.build(site.settings)
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
        )
        session = log_in(site)
        page = context.new_page()
        small: dict[str, list[str]] = {}
        for path in (*OUTSIDE, *READERS, *SITE):
            page.goto(path)
            small[path] = small_targets(page)
        context.add_cookies([{"name": "operator", "value": session, "url": site.url}])
        for path in PAGES:
            if "online" in path:  # as the page without, after a long time
                continue
            page.goto(path)
            assert not overflows(page), path
            small[path] = small_targets(page)
        assert {path: targets for path, targets in small.items() if targets} == {}
