"""An editor's Markdown as safe HTML and as plain text.

The HTML has no styles or classes, and passes an allow-list; raw HTML in the Markdown is text.
Links are absolute, and pictures come by https. The result of `note_html` is safe for `fragment`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher.formatter.i18n.text_width import wrap
from publisher.models import UNSUBSCRIBE_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

ELEMENTS = frozenset("a p h2 h3 ul ol li strong em s code pre blockquote br hr img".split())
SCHEMES = ("http", "https", "mailto")
# Below the title of an issue, which is its h1.
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - few issues have a note

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def note_html(markdown: str, root: str) -> str:
    """Return `markdown` as safe HTML; `root` is the address that relative links begin at."""
    import nh3  # noqa: PLC0415 - few issues have a note

    tokens = _parse(markdown, root)
    html = _parser().renderer.render(tokens, _parser().options, {})
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener",
        strip_comments=True,
    ).replace("&nbsp;", "\xa0")  # the only entity of nh3 that XML lacks


def note_text(markdown: str, root: str) -> str:
    """Return `markdown` as plain text in lines that fit; addresses stand in brackets."""
    blocks: list[str] = []
    lists: list[int] = []  # the next number of each list that is open, 0 for one without numbers
    first = ""  # the mark of an item whose text is still to come
    for token in _parse(markdown, root):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrGet("start") or 1)
            lists.append(start if token.type == "ordered_list_open" else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            first = f"{lists[-1]}. " if lists[-1] else "- "
            lists[-1] += bool(lists[-1])
        elif token.type == "inline":
            rest = "   " * len(lists)
            lines = "".join(map(_plain, token.children or ())).split("\n")
            start_of_line = rest[: len(rest) - len(first)] + first
            wrapped = [
                wrap(lines[0], rest, start_of_line),
                *(wrap(line, rest) for line in lines[1:]),
            ]
            blocks.append("\n".join(wrapped))
            first = ""
        elif token.type in ("fence", "code_block"):
            blocks.append("\n".join(f"    {line}" for line in token.content.splitlines()))
    return "\n\n".join(blocks)


def has_pictures(html: str) -> bool:
    """Return whether the result of `note_html` has pictures."""
    return "<img " in html


def _parse(markdown: str, root: str) -> list[Token]:
    # In a link it would send each reader's unsubscribe token to a stranger.
    while UNSUBSCRIBE_PLACEHOLDER in markdown:
        markdown = markdown.replace(UNSUBSCRIBE_PLACEHOLDER, "")
    tokens = _parser().parse(markdown)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        ends: list[str] = []
        for child in token.children or ():
            _settle(child, ends, root)
    return tokens


def _settle(token: Token, ends: list[str], root: str) -> None:
    """Make an address absolute; leave the words alone where it is none that may be shown.

    `ends` are what follows the words of the links that are open, for the plain text.
    """
    if token.type == "link_open":
        address = _absolute(str(token.attrGet("href") or ""), root, SCHEMES)
        # The words of an automatic link are its address.
        end = "" if token.markup == "autolink" else f" ({address.removeprefix('mailto:')})"
        ends.append(end if address else "-")
        if address:
            token.attrSet("href", address)
        else:
            token.type, token.tag = "text", ""
    elif token.type == "link_close":
        end = ends.pop()
        token.meta = {"end": end}
        if end == "-":
            token.type, token.tag = "text", ""
    elif token.type == "image":
        address = _absolute(str(token.attrGet("src") or ""), root, ("https",))
        if address:
            token.attrSet("src", address)
        else:
            token.type, token.tag = "text", ""


def _absolute(address: str, root: str, schemes: Sequence[str]) -> str:
    """Return `address` as seen from `root`, "" where it is no web address of these schemes."""
    try:
        whole = urljoin(root, address)
        parts = urlsplit(whole)
    except ValueError:
        return ""
    is_whole = parts.scheme == "mailto" or bool(parts.netloc)
    return whole if parts.scheme in schemes and is_whole else ""


def _plain(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " " if token.type == "softbreak" else "\n"
    if token.type == "image":
        return f"{token.content} ({token.attrGet('src')})".strip()
    return str(token.meta.get("end", "")) if token.type == "link_close" else token.content
