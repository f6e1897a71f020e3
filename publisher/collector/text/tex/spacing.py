"""Blanks in math: TeX ignores those of the source and sets its own."""

from __future__ import annotations

from publisher.collector.text.tex.cursor import Node, Nodes
from publisher.collector.text.tex.macros import flat

# An operator after these has no left operand: "= ±5".
_UNARY_AFTER = "=<>≈≤≥∼([,:;/×±∈"


def last(out: list[str | Node]) -> str:
    """Return the last character of `out`, " " if that is empty or ends with a node."""
    return out[-1][-1] if out and isinstance(out[-1], str) and out[-1] else " "


def stripped(nodes: Nodes) -> Nodes:
    """Return `nodes` without blanks at either end."""
    items = list(nodes)
    if items and isinstance(items[0], str):
        items[0] = items[0].lstrip()
    if items and isinstance(items[-1], str):
        items[-1] = items[-1].rstrip()
    return tuple(items)


def spaced(items: list[str | Node]) -> Nodes:
    """Return `items` with blanks around binary operators and none beside unary ones."""
    out: list[str | Node] = []
    pending = False  # after an operator: blanks of the source are dropped
    for index, item in enumerate(items):
        if isinstance(item, Node) and item.kind == "operator":
            if out and isinstance(out[-1], str):
                out[-1] = out[-1].rstrip()
                if not out[-1]:
                    out.pop()
            has_left = any(flat((node,)).strip() for node in reversed(out[-3:]))
            unary = isinstance(out[-1], str) and out[-1][-1:] in _UNARY_AFTER if out else True
            has_right = bool(flat(tuple(items[index + 1 : index + 3])).strip())
            if has_left and not unary and has_right:
                out.append(f" {flat(item.children)} ")
            else:
                joined = " " if has_left and has_right else ""
                out.append(joined + flat(item.children))
            pending = True
        elif pending and isinstance(item, str):
            out.append(item.lstrip())
            pending = not item.strip()
        else:
            out.append(item)
            pending = False
    return tuple(out)
