"""Rules for the HTML inside of entries: what survives the sanitizers of readers, and is whole."""

from __future__ import annotations

import re
from html.entities import html5
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from support.feed_rules import values

if TYPE_CHECKING:
    from collections.abc import Iterator

ELEMENTS = {
    **dict.fromkeys(("p", "h3", "li"), ("lang", "dir")),
    **dict.fromkeys(("ul", "code", "em", "strong", "sub", "sup", "blockquote", "small"), ()),
    "a": ("href", "rel"),
    "img": ("src", "alt"),
}
BLOCKS = {"p", "h3", "ul", "li", "blockquote"}
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z]+=\"[^\"<>]*\")*)>")
# A "<" that starts nothing, or "&" that is no reference with a semicolon, is a parse error.
REFERENCE = re.compile(r"&(#x?[0-9A-Fa-f]+|\w+)?(;?)")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag not in ELEMENTS:
            self.found.append(f"element {tag}")
            return
        if extra := [name for name in names if name not in ELEMENTS[tag]]:
            self.found.append(f"{tag} with {extra}")
        if len(names) != len(set(names)):
            self.found.append(f"{tag} with an attribute twice")
        if tag in BLOCKS and {"p", "h3"} & set(self.open):
            self.found.append(f"{tag} inside of {self.open}")
        if tag == "a" and "a" in self.open:
            self.found.append("a link in a link")
        self.values(tag, dict(attrs))
        if tag != "img":
            self.open.append(tag)

    def values(self, tag: str, attributes: dict[str, str | None]) -> None:
        if "lang" in attributes:
            self.found += values.language(attributes["lang"], tag)
        address = attributes.get("href" if tag == "a" else "src")
        if tag in ("a", "img") and not (address or "").startswith("mailto:"):
            self.found += values.address(address, tag)
        if tag == "img" and not attributes.get("alt"):
            self.found.append("img without alt")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment {data[:40]!r}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"declaration {decl[:40]!r}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"processing instruction {data[:40]!r}")


def html(text: str | None, where: str) -> Iterator[str]:
    text = text or ""
    yield from values.not_blank(text, where)
    checker = _Checker()
    checker.feed(text)
    checker.close()
    for found in checker.found:
        yield f"{where}: {found}"
    if checker.open:
        yield f"{where}: {checker.open} not closed"
    if "<" in TAG.sub("", text):
        yield f"{where}: a tag that is none, near {TAG.sub('', text).partition('<')[2][:40]!r}"
    for name, semicolon in REFERENCE.findall(text):
        if not semicolon or not (name.startswith("#") or f"{name};" in html5):
            yield f"{where}: &{name}{semicolon} is no reference"
