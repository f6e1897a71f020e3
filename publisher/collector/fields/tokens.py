"""Tokens of a line of Markdown: links, pictures, bold and italic text, code, and the rest."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class TokenKind(Enum):
    """The mark-up of a token."""

    TEXT = auto()
    LINK = auto()
    IMAGE = auto()
    BOLD = auto()
    ITALIC = auto()
    CODE = auto()
    QUOTED = auto()


class Token(NamedTuple):
    """A piece of a line: its text without marks, and the address of a link or picture."""

    kind: TokenKind
    text: str
    url: str = ""


_IMAGE = r"!\[([^\[\]\n]{0,300})\]\(\s*<?([^()\s<>]{1,2000})>?[^()\n]{0,200}\)"
_TARGET = (
    r"\(\s*+<?((?:[^()\s<>]|\([^()\s]{0,100}\)){0,2000}+)>?"
    r"(?:\s{1,9}[\"'“][^()\n]{0,200})?\s{0,9}\)"
)
_LINK = (
    r"\[((?:!\[[^\[\]\n]{0,300}\]\([^()\s]{0,2000}\)|[^\[\]\\\n]|\\.|\[[^\[\]\n]{0,200}\](?!\()){0,600}+)\]"
    + _TARGET
)
_TOKEN = re.compile(
    rf"(?P<image>{_IMAGE})|(?P<link>{_LINK})|"
    r"(?P<bold>(?<!\\)(?P<stars>\*\*\*?|__)(?=[^\s*])(?P<strong>(?:[^*_\n]|\*(?!\*)|_(?!_)){1,1000}?)(?P=stars))|"
    r"(?P<italic>(?<![\w\\*])(?P<star>[*_])(?=[^\s*_])(?P<emphasised>[^*_\n]{1,3000}?)(?<=\S)(?P=star)(?![\w*]))|"
    r"(?P<code>`{1,2}(?P<verbatim>[^`\n]{1,300})`{1,2})|"
    r"(?P<quoted>[\"“「](?P<quote>[^\"“”「」\n]{8,300})[\"”」])|"
    r"(?P<bare>(?i:https?)://[^\s<>\"'`{}|\\^\[\]\u2000-\u206f\u2e80-\U0010ffff]{3,500})",
)
_GROUPS = (
    (TokenKind.BOLD, "strong"),
    (TokenKind.ITALIC, "emphasised"),
    (TokenKind.CODE, "verbatim"),
    (TokenKind.QUOTED, "quote"),
)
_TRAILING = ".,;:!?*~_'”’)"
_IMAGE_IN_LINK = re.compile(_IMAGE)


def tokens(text: str) -> list[Token]:
    """Return the tokens of `text`, without empty ones. Bold text that is a link is a link."""
    parts: list[Token] = []
    done = 0
    for match in _TOKEN.finditer(text):
        if text[done : match.start()].strip():
            parts.append(Token(TokenKind.TEXT, text[done : match.start()].strip()))
        token = _token(match)
        parts += _inner(token)
        done = match.end()
        if match["bare"]:
            done -= len(match["bare"]) - len(token.url)
    if text[done:].strip():
        parts.append(Token(TokenKind.TEXT, text[done:].strip()))
    return parts


def _token(match: re.Match[str]) -> Token:
    if match["image"]:
        return Token(TokenKind.IMAGE, match[2].strip(), match[3])
    if match["link"]:
        return _link(match[5], match[6])
    for mark, group in _GROUPS:
        if match[group]:
            return Token(mark, match[group].strip())
    url = match["bare"].rstrip(_TRAILING)
    return Token(TokenKind.LINK, "", url)


def _link(text: str, url: str) -> Token:
    """Return a link; one around a picture has the picture's description as its text."""
    if picture := _IMAGE_IN_LINK.search(text):
        text = _IMAGE_IN_LINK.sub(" ", text).strip() or picture[1]
    text = text.strip(" []") if text.count("[") == text.count("]") == 1 else text.strip()
    if text.startswith(("http://", "https://")):
        text = ""
    return Token(TokenKind.LINK, unmarked(text), url)


def _inner(token: Token) -> list[Token]:
    """Return the links inside bold and italic text as links, with the text around them."""
    if token.kind not in (TokenKind.BOLD, TokenKind.ITALIC) or "](" not in token.text:
        return [token]
    return [
        part if part.kind in (TokenKind.LINK, TokenKind.IMAGE) else Token(token.kind, part.text)
        for part in tokens(token.text)
        if part.text.strip(" ,.;:()[]") or part.url
    ]


def unmarked(text: str) -> str:
    """Return `text` without the marks of bold, italic and code around the whole of it."""
    text = text.strip()
    for mark in ("***", "**", "__", "*", "_", "``", "`", "~~"):
        inner = text[len(mark) : -len(mark)]
        if (
            len(text) > 2 * len(mark)
            and text.startswith(mark)
            and text.endswith(mark)
            and mark not in inner
        ):
            text = inner.strip()
    return text
