"""The rules of the W3C feed validator that apply to this program's feeds, written from the specs.

`problems(document, address)` returns what that validator would report, errors and warnings alike,
of an Atom, RSS, JSON Feed or OPML document that is served at `address`.
"""

from __future__ import annotations

from support.feed_rules import atom, json_feed, opml, rss
from support.feed_rules.xml import document_problems, parsed

ATOM_ROOT = "{http://www.w3.org/2005/Atom}feed"


def problems(document: bytes, address: str) -> list[str]:
    if document.lstrip()[:1] == b"{":
        return list(json_feed.rules(document, address))
    found = list(document_problems(document))
    if found:
        return found
    root = parsed(document)
    rules = {ATOM_ROOT: atom.rules, "rss": rss.rules, "opml": opml.rules}.get(root.tag)
    if rules is None:
        return [f"{root.tag} is no feed"]
    return list(rules(root, address))
