"""The one place that says which HTML may come from a digest.

SECURITY.md: our own allow-list; only absolute http, https and mailto links, no protocol-relative
ones; no style, class or id. Whatever else made a fragment, it leaves the collector through here.
"""

from __future__ import annotations

import re

import nh3

ELEMENTS = frozenset(("a", "code", "em", "strong", "sub", "sup"))
SCHEMES = frozenset(("http", "https", "mailto"))
REL = "noopener nofollow"
# nh3 knows schemes, but lets addresses without one pass: "//host", "/path".
_ABSOLUTE = re.compile(r"https?://[^/\s?#]|mailto:[^\s]", re.IGNORECASE)


def fragment(html: str) -> str:
    """Return `html` with the elements and links that are allowed; everything else is text."""
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
        link_rel=REL,
        strip_comments=True,
    ).replace("&nbsp;", "\xa0")  # the one name that XML does not know


def _attribute(element: str, attribute: str, value: str) -> str | None:
    if element != "a":
        return None
    allowed = value == REL if attribute == "rel" else bool(_ABSOLUTE.match(value.strip()))
    return value if allowed else None
