"""Conversion of TeX in titles, abstracts and comments to Unicode and HTML.

Two forms of one tree: `tex_to_text` returns plain Unicode ("10⁻³") for subjects, feed titles and
text parts, `tex_to_html` a safe fragment ("10<sup>-3</sup>") with emphasis and links. Unknown TeX
stays readable, and text that is not TeX stays as it is.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from publisher.collector.text import links, sanitizer
from publisher.collector.text.tex.cursor import Node, Nodes
from publisher.collector.text.tex.grammar import parse
from publisher.collector.text.tex.macros import flat

MAX_TEX = 20_000  # characters; no title or abstract is that long
_HINT = re.compile(r"\$|\\|~|`|\{|''|--")
_HINT_OF_MACROS = re.compile(r"[$\\]")


def tex_to_text(text: str, *, typography: bool = True) -> str:
    """Return `text` with its TeX as Unicode; unknown TeX stays readable.

    Without `typography`, only macros and math are TeX, and quotes, dashes and ties stay as they are
    (for machine-written sentences that quote a paper).
    """
    if not may_be_tex(text, typography=typography):
        return text
    return flat(_tree(text, typography=typography)) + text[MAX_TEX:]


def may_be_tex(text: str, *, typography: bool = True) -> bool:
    """Return whether `text` holds a character that TeX could begin with."""
    return bool((_HINT if typography else _HINT_OF_MACROS).search(text, 0, MAX_TEX))


def tex_to_html(text: str, *, with_links: bool = True) -> str:
    """Return `text` as a safe HTML fragment; without links for text inside a link."""
    nodes = (*_tree(text, typography=True), text[MAX_TEX:])
    return sanitizer.fragment(_html(_flattened(nodes), with_links=with_links))


def _tree(text: str, *, typography: bool) -> Nodes:
    text = text[:MAX_TEX]
    return _parsed(text, typography) if may_be_tex(text, typography=typography) else (text,)


@lru_cache(maxsize=32)  # both forms of a text need its tree
def _parsed(text: str, typography: bool) -> Nodes:
    return parse(text, typography=typography)


def _flattened(nodes: Nodes) -> Nodes:
    """Return `nodes` without plain groups, and with neighbouring strings joined for `_linked`."""
    out: list[str | Node] = []
    for node in nodes:
        group = isinstance(node, Node) and node.kind in ("", "operator")
        for part in _flattened(node.children) if isinstance(node, Node) and group else (node,):
            if isinstance(part, str) and out and isinstance(out[-1], str):
                out[-1] += part
            else:
                out.append(part)
    return tuple(out)


def _html(nodes: Nodes, *, with_links: bool) -> str:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(_linked(node) if with_links else html.escape(node, quote=False))
            continue
        children = _flattened(node.children)
        if node.kind != "link":
            inside = _html(children, with_links=with_links and node.kind != "code")
            parts.append(f"<{node.kind}>{inside}</{node.kind}>" if inside.strip() else inside)
        elif with_links and (address := links.http_url(node.target)):
            inside = _html(children, with_links=False)
            parts.append(f'<a href="{html.escape(address)}">{inside}</a>')
        else:
            parts.append(_html(children, with_links=False))
    return "".join(parts)


def _linked(text: str) -> str:
    """Return `text` escaped, with bare addresses as links."""
    parts: list[str] = []
    end = 0
    for start, stop in links.spans(text):
        address = html.escape(text[start:stop])
        parts.append(
            f'{html.escape(text[end:start], quote=False)}<a href="{address}">{address}</a>'
        )
        end = stop
    parts.append(html.escape(text[end:], quote=False))
    return "".join(parts)
