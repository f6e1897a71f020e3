"""Lines of a Markdown document with its HTML as Markdown and without its code.

`<h3>`, `<li>`, `<dt>`, `<b>` and `<a>` become what Markdown has for them, so that readers need to
know only one syntax. `<details>` and `<summary>` stay, on lines of their own, as do HTML tables.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DETAILS, SUMMARY, END_OF_DETAILS = _MARKERS = ("<details>", "<summary>", "</details>")

_FENCE = re.compile(r"[ \t]{0,8}(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]{0,20})")
_TRANSPARENT = frozenset(("markdown", "md"))  # a model's answer put into a fence
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,12})((?:\s[^<>]{0,2000})?)/?>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_UNWANTED = re.compile(
    r"<(script|style|button|svg)\b[^<>]{0,500}>[^<]{0,2000}(?:<(?!/?\1\b)[^<]{0,500}){0,20}</\1\s*>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"\b(href|src|alt)\s*=\s*(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'<>]{1,2000}))",
    re.IGNORECASE,
)
# Chips and badges side by side, which only style sets apart.
_BESIDE = re.compile(r"(</span>)\s{0,20}<(?=span\b)", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<[a-zA-Z][^<>]{0,500}$")
_ANCHOR = re.compile(r"<(/?)a(?:\s[^<>]{0,500}?\bhref\b|\s*>)", re.IGNORECASE)
_BARE_MARK = re.compile(r"[ \t]{0,40}(?:[-*+•]|\d{1,4}[.)])[ \t]{0,9}")
_LINK_END = re.compile(r"[^\[\]]{0,300}\]\(")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,10});")
_DEFINITION = re.compile(r"[ ]{0,3}\[([^\[\]]{1,200})\]:[ \t]*<?(https?://[^\s<>]{1,2000})>?")
_REFERENCE = re.compile(r"\[([^\[\]]{1,300})\]\[([^\[\]]{0,200})\]")
_ESCAPE = re.compile(r"\\([-.!()\[\]{}#+>=|~_*`])")
_MANY_ESCAPES = 3  # hyphens; in TeX, "\\-" is rare
_QUOTE = re.compile(r"^\s{0,10}>[ ]?")
_MOSTLY = 0.6  # of the lines with text
_MOST_FENCES = 100  # other fences inside one
_MOST_JOINED = 12  # lines of one tag or link
_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "tt": "`"}
_BREAKING = frozenset(
    "br p div ul ol section article header footer center blockquote dl hr nav main tr".split()
)
# Removed without a trace; others, such as <sub>, are left to the conversion to plain text.
_INVISIBLE = frozenset("span font u small big label picture source time mark ins abbr".split())
_BLOCKS = {  # start and end
    "li": ("\n- ", "\n"),
    "dt": ("\n**", "**: "),
    "dd": (" ", "\n"),
    "details": (f"\n{DETAILS}\n", f"\n{END_OF_DETAILS}\n"),
    "summary": (f"\n{SUMMARY}", "\n"),
}
_SIMPLE = _EMPHASIS | dict.fromkeys(_BREAKING, "\n") | dict.fromkeys(_INVISIBLE, "")


class SourceLine(NamedTuple):
    """A line: the 0-based index of its source line, and its text without blanks at the end."""

    number: int
    text: str


def markdown_lines(body: str) -> list[SourceLine]:
    """Return the lines of `body`; one with block elements of HTML gives several."""
    lines = _without_code(_unquoted(_unescaped(_without_comments(body)).split("\n")))
    if "](" in body:
        lines = list(_with_whole_links(lines))
    if "<" in body:
        lines = list(_without_html(_joined(lines)))
    lines = list(_with_texts_of_marks(lines))
    references = _references(lines)
    return [SourceLine(number, _finished(text, references)) for number, text in lines]


def _unquoted(lines: list[str]) -> list[str]:
    """Return `lines` without the marks of a quote, where all of the document is one."""
    quoted = sum(line.lstrip().startswith(">") for line in lines)
    if quoted <= _MOSTLY * sum(bool(line.strip()) for line in lines):
        return lines
    return [_QUOTE.sub("", line, count=1) for line in lines]


def _unescaped(body: str) -> str:
    """Return `body` without backslashes before signs, where a program put them before all."""
    if body.count("\\-") < _MANY_ESCAPES or not ("\\." in body or "\\(" in body):
        return body
    return _ESCAPE.sub(r"\1", body)


def _without_comments(body: str) -> str:
    """Return `body` without HTML comments, with its number of lines."""
    end = body.rfind("-->") + 3
    if "<!--" not in body or end < 3:  # noqa: PLR2004 - not found
        return body
    # Behind the last end each start would be looked for one in vain.
    head = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), body[:end])
    return head + body[end:]


def _without_code(lines: list[str]) -> list[SourceLine]:
    """Return `lines` without those in code fences.

    A fence that is never closed is none, and one around Markdown is left out alone.
    """
    fences = [(at, match) for at, line in enumerate(lines) if (match := _FENCE.match(line))]
    ends = {at: match["mark"] for at, match in fences if not match["language"]}
    hidden: set[int] = set()
    done = -1
    marks = sorted(ends)
    last_end = max(ends, default=-1)
    for at, opening in fences:
        if at <= done:
            continue
        hidden.add(at)
        if opening["language"].lower() in _TRANSPARENT or at > last_end:
            continue
        mark = opening["mark"]
        first = bisect_right(marks, at)
        candidates = marks[first : first + _MOST_FENCES]
        end = next((n for n in candidates if ends[n].startswith(mark)), None)
        if end is not None:
            hidden.update(range(at, end + 1))
            done = end
    return [SourceLine(at, line) for at, line in enumerate(lines) if at not in hidden]


def _with_whole_links(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield `lines` with a link whose text is broken over two of them on one."""
    held: SourceLine | None = None
    for line in lines:
        if held is not None and _LINK_END.match(line.text):
            yield SourceLine(held.number, f"{held.text.rstrip()} {line.text.lstrip()}")
            held = None
            continue
        if held is not None:
            yield held
        held = line if line.text.rfind("[") > line.text.rfind("]") else None
        if held is None:
            yield line
    if held is not None:
        yield held


def _with_texts_of_marks(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield `lines` with the mark of an item that has its text on the next line on one."""
    held: SourceLine | None = None
    for line in lines:
        if held is not None and line.text[:1].isspace() and line.text.strip():
            yield SourceLine(held.number, f"{held.text.rstrip()} {line.text.lstrip()}")
            held = None
            continue
        if held is not None:
            yield held
        held = line if _BARE_MARK.fullmatch(line.text) else None
        if held is None:
            yield line
    if held is not None:
        yield held


def _joined(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield `lines` with a tag or link that is broken over several lines on one of them."""
    held: list[SourceLine] = []
    for line in lines:
        held.append(line)
        if "<" not in line.text and len(held) == 1:
            yield held.pop()
            continue
        text = " ".join(part.text.strip() if part is not held[0] else part.text for part in held)
        if len(held) < _MOST_JOINED and _is_open(text):
            continue
        yield SourceLine(held[0].number, text)
        held = []
    yield from held


def _is_open(text: str) -> bool:
    text = text[-4000:]
    ends = [match[1] for match in _ANCHOR.finditer(text)]
    return _OPEN_TAG.search(text) is not None or ends.count("") > ends.count("/")


def _without_html(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    in_table = False
    for number, text in lines:
        in_table = in_table or _TABLE.search(text) is not None
        if in_table:
            in_table = _TABLE_END.search(text) is None
            yield SourceLine(number, text)
        elif "<" not in text or text.lstrip().startswith("|"):
            yield SourceLine(number, text)
        else:
            indent = text[: len(text) - len(text.lstrip())]
            for part in _converted(text).split("\n"):
                if part.strip() or not text.strip():
                    is_block = part.startswith(_MARKERS)
                    yield SourceLine(number, f"{indent}{part}" if is_block else part)


def _converted(text: str) -> str:
    """Return a line with its tags as Markdown, and line feeds where blocks begin and end."""
    text = _BESIDE.sub("\\1 | <", _UNWANTED.sub("", text))
    parts: list[str] = []
    targets: list[str] = []
    done = 0
    for match in _TAG.finditer(text):
        parts += (text[done : match.start()], _mark(match, targets))
        done = match.end()
    parts.append(text[done:])
    parts += ["](" + target + ")" for target in reversed(targets) if target]
    return "".join(parts)


def _mark(match: re.Match[str], targets: list[str]) -> str:
    """Return what Markdown has for a tag; `targets` are the addresses of the links around it."""
    is_end, name, rest = bool(match[1]), match[2].lower(), match[3]
    if name == "a":
        return _link(rest, targets, is_end=is_end)
    if name == "img":
        attributes = _attributes(rest)
        return f"![{attributes.get('alt', '')}]({attributes['src']})" if "src" in attributes else ""
    if name in _SIMPLE:
        return _SIMPLE[name]
    return _block(name, is_end=is_end) or match.group()


def _block(name: str, *, is_end: bool) -> str:
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":  # noqa: PLR2004 - h1 to h6
        return "\n" if is_end else "\n" + "#" * int(name[1]) + " "
    start, end = _BLOCKS.get(name, ("", ""))
    return end if is_end else start


def _link(rest: str, targets: list[str], *, is_end: bool) -> str:
    if is_end:
        target = targets.pop() if targets else ""
        return f"]({target})" if target else ""
    targets.append(html.unescape(_attributes(rest).get("href", "")).strip().replace(" ", "%20"))
    return "[" if targets[-1] else ""


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): match[2] or match[3] or match[4] or ""
        for match in _ATTRIBUTE.finditer(text)
    }


def _references(lines: Iterable[SourceLine]) -> dict[str, str]:
    """Return the addresses that link definitions give to names."""
    matches = (_DEFINITION.match(text) for _, text in lines if "]:" in text[:210])
    return {match[1].casefold(): match[2] for match in matches if match}


def _finished(text: str, references: dict[str, str]) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    if references and "][" in text:
        text = _REFERENCE.sub(lambda match: _resolved(match, references), text)
    text = text.replace("\xa0", " ").replace("\u3000", " ").rstrip()
    is_break = text.endswith("\\") and not text.endswith("\\\\")  # in TeX, two of them
    return text[:-1].rstrip() if is_break else text


def _resolved(match: re.Match[str], references: dict[str, str]) -> str:
    target = references.get((match[2] or match[1]).casefold())
    return f"[{match[1]}]({target})" if target else match.group()
