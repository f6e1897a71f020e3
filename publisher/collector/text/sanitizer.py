"""The allow-list for HTML from digests: every HTML fragment leaves the collector through it.

Only a few inline elements, and only absolute http, https and mailto links: none that are
protocol-relative, and no style, class or id.
"""

from __future__ import annotations

import re

import nh3

ELEMENTS = frozenset(("a", "code", "em", "strong", "sub", "sup"))
SCHEMES = frozenset(("http", "https", "mailto"))
REL = "noopener nofollow"
# nh3 checks schemes, but accepts addresses without one: "//host", "/path".
_ABSOLUTE = re.compile(r"https?://[^/\s?#]|mailto:[^\s]", re.IGNORECASE)


def fragment(html: str) -> str:
    """Return `html` with the allowed elements and links; of others only the text stays."""
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
        link_rel=REL,
        strip_comments=True,
    ).replace("&nbsp;", "\xa0")  # the only entity of nh3 that XML lacks


def _attribute(element: str, attribute: str, value: str) -> str | None:
    if element != "a":
        return None
    allowed = value == REL if attribute == "rel" else bool(_ABSOLUTE.match(value.strip()))
    return value if allowed else None
