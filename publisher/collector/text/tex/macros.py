"""Macros that do more than print a symbol: the functions that return their nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from publisher.collector.text.tex import symbols
from publisher.collector.text.tex.cursor import Cursor, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.collector.text.tex.cursor import Nodes, Span

_ESCAPED_IN_URL = re.compile(r"\\(?:([^A-Za-z\s])|(?:string|textasciitilde|sim)\s?)|\{\}")
_SIMPLE = re.compile(r"[√∛∜]?[\w.°′…∞⁰-₎]+")
_DIGITS = re.compile(r"\s?(\d{1,2})")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


class MacroReader(Protocol):
    """The parts of the parser that macros use."""

    cursor: Cursor

    def read(self, start: int, end: int, *, math: bool) -> Nodes:
        """Return the nodes of the range; the cursor does not move."""
        ...


def flat(nodes: Nodes) -> str:
    """Return `nodes` as plain text."""
    return "".join(node if isinstance(node, str) else _flat(node) for node in nodes)


def _flat(node: Node) -> str:
    inside = flat(node.children)
    if node.kind in ("sup", "sub"):
        return symbols.script(inside, raised=node.kind == "sup")
    if node.kind != "link" or not node.target.startswith(("http://", "https://")):
        return inside
    bare = node.target.split("://", 1)[1].rstrip("/")
    label = inside.strip()
    if label.rstrip("/") in ("", bare, node.target.rstrip("/")):
        return node.target
    return f"{label} ({node.target})"


def _argument(reader: MacroReader, end: int, *, math: bool) -> Nodes | None:
    """Return the nodes of the next argument, outside math only of one in braces, else None."""
    span = reader.cursor.argument(end) if math else reader.cursor.braced(end)
    return None if span is None else reader.read(*span, math=math)


def _raw(reader: MacroReader, span: Span | None) -> str:
    return reader.cursor.text[span[0] : span[1]] if span else ""


def style(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\textbf{...}`."""
    kind = symbols.STYLES[name]
    inside = _argument(reader, end, math=math)
    if inside is None:
        reader.cursor.blanks()
        return ()
    return (Node(kind, inside),)


def switch(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`{\bf ...}`, up to the end of the group, and the wrong but frequent `\bf{...}`."""
    span = reader.cursor.braced(end)
    if span is None:
        reader.cursor.blanks()
        span = (reader.cursor.pos, end)
        reader.cursor.pos = end
    return (Node(symbols.SWITCHES[name], reader.read(*span, math=math)),)


def transparent(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\text{...}` and other macros that only print their last argument."""
    reader.cursor.option(end)
    for _ in range(symbols.SKIPPED_ARGUMENTS.get(name, 0)):
        if reader.cursor.braced(end) is None:
            return ()
    words = math and name in symbols.WORDS
    span = reader.cursor.argument(end) if math else reader.cursor.braced(end)
    if span is None:
        return ()
    inside = reader.read(*span, math=math and not words)
    return (Node("", inside),)


def raised(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\textsuperscript{...}`, `\ensuremath{...}`."""
    kind = symbols.RAISING[name]
    span = reader.cursor.braced(end)
    if span is None:
        return ()
    return (Node(kind, reader.read(*span, math=math or not kind)),)


def dropped(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\large`, `\left`: nothing is printed, nor the blank after it, except for `\xspace`."""
    if reader.cursor.next(2) == "{}":
        reader.cursor.pos += 2
    elif name != "xspace":
        reader.cursor.blanks()
    if name in ("left", "right") and reader.cursor.next() == ".":
        reader.cursor.pos += 1
    return ()


def dropped_with_argument(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\cite{...}`: the key means nothing without the paper."""
    reader.cursor.option(end)
    reader.cursor.option(end)
    if reader.cursor.braced(end) and name == "color":
        reader.cursor.blanks()
    return ()


def space(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\quad`, `\par`."""
    return (" ",)


def footnote(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\footnote{...}`, in brackets."""
    reader.cursor.option(end)
    span = reader.cursor.braced(end)
    inside = reader.read(*span, math=False) if span else ()
    return (" (", Node("", inside), ")") if flat(inside).strip() else ()


def fraction(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\frac{a}{b}`."""
    upper = reader.cursor.argument(end)
    lower = reader.cursor.argument(end)
    if upper is None or lower is None:
        return (_raw(reader, upper),)
    over, under = reader.read(*upper, math=True), reader.read(*lower, math=True)
    return (*_grouped(over), "/", *_grouped(under))


def root(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\sqrt[3]{x}`."""
    degree = (reader.cursor.option(end) or "").strip()
    inside = _argument(reader, end, math=True) or ()
    sign = _ROOTS.get(degree)
    head: Nodes = (sign,) if sign else (Node("sup", (degree,)), "√")
    return (*head, *_grouped(inside))


def binomial(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\binom{n}{k}`."""
    upper = _argument(reader, end, math=True) or ()
    lower = _argument(reader, end, math=True) or ()
    return ("(", *upper, " choose ", *lower, ")")


def stacked(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\overset{a}{b}`."""
    above = _argument(reader, end, math=math) or ()
    base = _argument(reader, end, math=math) or ()
    return (*base, Node("sub" if name == "underset" else "sup", above))


def negated(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\not=`, `\not\in`."""
    source = _raw(reader, reader.cursor.argument(end)).lstrip("\\")
    sign = symbols.symbol(source) or source
    negated_sign = symbols.NEGATED.get(source, sign + "\u0338")
    return (Node("operator", (negated_sign,)),) if source else ()


def alphabet(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\mathcal{O}`."""
    if name == "cal":
        reader.cursor.blanks()
    inside = _argument(reader, end, math=True)
    if inside is None and not math and reader.cursor.next() != "{":
        return (name,)
    return (symbols.in_alphabet(flat(inside or ()), symbols.ALPHABETS[name]),)


def accent_in_math(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\hat{x}`, dropped over more than one letter, for which Unicode has no character."""
    inside = _argument(reader, end, math=math) or ()
    text = flat(inside)
    return (symbols.accented(text, symbols.MATH_ACCENTS[name]),) if len(text) == 1 else inside


def link(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\url{...}` and `\href{...}{...}`."""
    span = reader.cursor.braced(end)
    if span is None:
        reader.cursor.blanks()
        return ()
    source = re.sub(r"\s+", "", _ESCAPED_IN_URL.sub(_unescaped, _raw(reader, span)))
    address = f"https://doi.org/{source}" if name == "doi" else source
    label: Nodes | None = None
    if name == "href" and (inside := reader.cursor.braced(end)):
        label = reader.read(*inside, math=math)
    return (Node("code" if name == "path" else "link", label or (source,), address),)


def _unescaped(match: re.Match[str]) -> str:
    if match.group(1):
        # "\~{}" and "\~" are the sign; no address has a "\\".
        return match.group(1) if match.group(1) != "\\" else ""
    return "" if match.group() == "{}" or "string" in match.group() else "~"


def verbatim(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\verb|...|`."""
    mark = reader.cursor.next()
    reader.cursor.pos += 1
    close = reader.cursor.find(mark, end) if mark and not mark.isalnum() else -1
    if close < 0 or mark == "{":
        reader.cursor.pos -= 1
        return ()
    inside = reader.cursor.text[reader.cursor.pos : close]
    reader.cursor.pos = close + 1
    return (Node("code", (inside,)),)


def numeral(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\romannumeral2`."""
    match = _DIGITS.match(reader.cursor.text, reader.cursor.pos, end)
    if match is None:
        return ()
    reader.cursor.pos = match.end()
    return (symbols.roman(int(match.group(1))),)


def capitals(reader: MacroReader, name: str, end: int, *, math: bool) -> Nodes:
    r"""`\uppercase{...}`."""
    span = reader.cursor.braced(end)
    text = flat(reader.read(*span, math=math)) if span else ""
    return (text.lower() if name in ("lowercase", "MakeLowercase") else text.upper(),)


def _grouped(nodes: Nodes) -> Nodes:
    """Return `nodes`, in brackets unless they are a single number or name."""
    text = flat(nodes).strip()
    whole = text.startswith("(") and text.find(")") == len(text) - 1
    return ("(", *nodes, ")") if not whole and not _SIMPLE.fullmatch(text) else nodes


MACROS: dict[str, Callable[..., Nodes]] = {
    **dict.fromkeys(symbols.STYLES, style),
    **dict.fromkeys(symbols.SWITCHES, switch),
    **dict.fromkeys(symbols.TRANSPARENT, transparent),
    **dict.fromkeys(symbols.SKIPPED_ARGUMENTS, transparent),
    **dict.fromkeys(symbols.RAISING, raised),
    **dict.fromkeys(symbols.DROPPED, dropped),
    **dict.fromkeys(symbols.DROPPED_WITH_ARGUMENT, dropped_with_argument),
    **dict.fromkeys(symbols.SPACES, space),
    **dict.fromkeys(symbols.FOOTNOTES, footnote),
    **dict.fromkeys(symbols.FRACTIONS, fraction),
    **dict.fromkeys(symbols.MATH_ACCENTS, accent_in_math),
    **dict.fromkeys(symbols.ALPHABETS, alphabet),
    **dict.fromkeys(("url", "href", "nolinkurl", "path", "doi"), link),
    **dict.fromkeys(("overset", "stackrel", "underset"), stacked),
    **dict.fromkeys(("uppercase", "MakeUppercase", "lowercase", "MakeLowercase"), capitals),
    **dict.fromkeys(("binom", "tbinom", "dbinom"), binomial),
    "sqrt": root,
    "not": negated,
    "verb": verbatim,
    "romannumeral": numeral,
}

# Macros that are TeX outside math even without braces after them.
ALONE = (dropped, dropped_with_argument, space, switch, numeral)
