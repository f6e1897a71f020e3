"""Any Markdown post with front matter, of Hexo, Hugo, Jekyll or Pelican: one entry a post.

The last format, since it recognises every post that has a title and a text. The entry's id is
derived from what the post's address is derived from (permalink, slug, path), so that a corrected
post stays the same entry.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher.author_names import author_names
from publisher.collector.findings import finding
from publisher.collector.formats.paper_signs import Sign
from publisher.collector.frontmatter.reader import names_of, text_list, text_of
from publisher.collector.text import links
from publisher.collector.text.plain_text import from_machine, plain
from publisher.collector.text.slugs import slugify
from publisher.models import ParsedPaper

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding

EXAMPLE = """\
---
title: Title of a post
date: 2024-12-02
tags: [NeRF]
---
The text, whose first paragraph is shown.
"""
_MORE = re.compile(r"<!--[ \t]*(?:more|truncate)\b[^\n]{0,200}?-->", re.IGNORECASE)
_FENCE = re.compile(
    r"^[ ]{0,3}(`{3,}+|~{3,}+)[^\n]*\n.*?(?:^[ ]{0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(
    r"!\[[^\[\]\n]{0,500}\]\([ \t]*<?([^\s()<>]+(?:\([^\s()]*\)[^\s()]*)?)>?[^()\n]*\)"
)
_HTML_IMAGE = re.compile(r"<img\b[^<>]{0,500}?\bsrc[ \t]*=[ \t]*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
# Shortcodes and tags of Hugo, Hexo, Jekyll and kramdown, link definitions, footnotes, contents.
_TEMPLATE_TAGS = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*\}|^[ ]{0,3}\[[^\[\]\n]+\]:[^\n]*$|\[\^[^\[\]\n]+\]|\{:[^{}\n]*\}|"
    r"^[ \t]*\[(?:TOC|\[_TOC_\])\][ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_TEMPLATE_TAG = re.compile(r"\{[{%]")
_NO_PROSE = re.compile(r"[ ]{0,3}#{1,6}[ \t]|[ \t]*\||[ ]{0,3}(?:[-*_=][ \t]*){3,}$|(?:    |\t)\S")
_MARK = re.compile(r"^[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+)+")
_LETTER = re.compile(r"[^\W_]")
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-")  # file names of Jekyll's posts
_NO_TOPIC = re.compile(r"_?posts?|content|source|src|blog|docs?|[\d._-]*", re.IGNORECASE)
_PICTURES = ("cover", "image", "thumbnail", "banner", "featured_image", "images")
_PDFS = ("pdf", "pdf_url", "url_pdf")
_ADDRESSES = ("canonical_url", "canonicalUrl", "canonical", "permalink", "url", "link", "original")


def recognises(post: Post) -> bool:
    """Return whether `post` has a title in its front matter, and a text or a tag that makes one."""
    has_title = bool(text_of(post.metadata, "title"))
    return has_title and (bool(_abstract(post)) or bool(_TEMPLATE_TAG.search(post.body)))


def refusal(post: Post) -> Sign | None:
    """Return the missing title or text."""
    has_title = bool(text_of(post.metadata, "title"))
    return Sign(1, f"no {'text below' if has_title else 'title in'} the front matter")


def parse(path: str, post: Post, _zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the entry of `post`, and D107 where it has no tag or category."""
    address = next(
        (url for key in _ADDRESSES if (url := links.http_url(text_of(post.metadata, key)))), ""
    )
    abstract = _abstract(post)
    names = topics(path, post)
    pdf = next((url for key in _PDFS if (url := links.http_url(text_of(post.metadata, key)))), "")
    entry = ParsedPaper(
        line=1,
        id=entry_id(path, post),
        version=1,
        title=from_machine(text_of(post.metadata, "title")),
        authors=_authors(post),
        abstract=abstract,
        abs_url=address,
        pdf_url=pdf,
        code_urls=links.code_urls(abstract),
        figures=figures(post, address),
        topic_names=names or (folder_topic(path),),
    )
    return [entry], [] if names else [finding(path, 1, "D107")]


def _path_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no IPv6 address
        return ""
    # Pages of OpenReview differ in their query alone.
    return f"{parts.path}?{parts.query}" if parts.query and parts.path.strip("/") else parts.path


def entry_id(path: str, post: Post) -> str:
    """Return "post:", a readable part of the post's address, and 8 hex digits of its hash."""
    pure = PurePosixPath(path)
    parts = pure.with_suffix("").parts
    key = "/".join(parts[:-1] if parts[-1].lower() == "index" and len(parts) > 1 else parts)
    permalink = _path_of(text_of(post.metadata, "permalink", "url").replace("\\", "/"))
    # Jekyll and Hexo accept patterns here (/:year/:title/), which many posts share.
    if permalink.strip("/") and ":" not in permalink:
        key = permalink.strip("/").removesuffix(".html")
    elif number := text_of(post.metadata, "abbrlink"):
        key = number
    elif slug := text_of(post.metadata, "slug"):
        key = str(pure.parent / slug)
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"post:{slugify(key)[:48].strip('-')}-{digest}"


def topics(path: str, post: Post) -> tuple[str, ...]:
    """Return the tags of `post`, else its categories or keywords."""
    lowered = {key.lower(): value for key, value in post.metadata.items()}
    taxonomies = lowered.get("taxonomies")  # Zola
    if isinstance(taxonomies, dict):
        lowered = taxonomies | lowered
    for key in ("tags", "tag", "categories", "category", "keywords"):
        names = list(names_of(lowered, key))
        # A text instead of a list: Pelican separates by commas, Jekyll by blanks.
        is_text = isinstance(lowered.get(key), str) and len(names) == 1
        if is_text and _DATED.match(PurePosixPath(path).name):
            names = names[0].split()
        if names:
            break
    return tuple(dict.fromkeys(name[:200] for name in map(from_machine, names) if name))


def folder_topic(path: str, no_topic: re.Pattern[str] = _NO_TOPIC, default: str = "Posts") -> str:
    """Return a topic for a post without one: the last folder whose name may be one, or `default`.

    The folder of a bundle is the post itself.
    """
    pure = PurePosixPath(path)
    folders = (pure.parent.parent if pure.stem.lower() == "index" else pure.parent).parts
    names = [from_machine(name) for name in folders if not no_topic.fullmatch(name)]
    return names[-1][:200] if names and names[-1] else default


def _authors(post: Post) -> tuple[str, ...]:
    lowered = {key.lower(): value for key, value in post.metadata.items()}
    authors: list[str] = []
    for key in ("authors", "author"):
        value = lowered.get(key)
        for item in value if isinstance(value, list) else [value]:
            name = item.get("name") if isinstance(item, dict) else item
            if isinstance(name, str):
                authors += (
                    author_names(plain(name), from_machine) if isinstance(value, str) else [name]
                )
        if authors:
            break
    return tuple(dict.fromkeys(filter(None, map(from_machine, authors))))


def _abstract(post: Post) -> str:
    """Return the description in the front matter, else the excerpt or the first paragraph."""
    described = text_of(post.metadata, "description", "excerpt", "summary", "abstract")
    if described and (text := from_machine(described)):
        return text
    mark = text_of(post.metadata, "excerpt_separator")
    shown, more, _ = post.body.partition(mark) if mark else (post.body, "", "")
    if not more and (match := _MORE.search(post.body)):
        shown, more = post.body[: match.start()], match.group()
    paragraphs = _paragraphs(shown)
    return from_machine("\n".join(paragraphs if more else paragraphs[:1]))


def _paragraphs(body: str) -> list[str]:
    """Return the paragraphs of prose: no headings, code, tables, pictures or template tags."""
    for pattern in (_FENCE, _COMMENT, _IMAGE, _TEMPLATE_TAGS):
        body = pattern.sub("", body)
    paragraphs: list[str] = []
    for block in filter(None, re.split(r"\n[ \t]*\n", body)):
        lines = [_MARK.sub("", line) for line in block.split("\n") if not _NO_PROSE.match(line)]
        if _LETTER.search(text := from_machine("\n".join(lines))):
            paragraphs.append(text)
    return paragraphs


def figures(post: Post, address: str) -> tuple[str, ...]:
    """Return the addresses of the pictures; relative ones only where the post's is known."""
    lowered = {key.lower(): value for key, value in post.metadata.items()}
    sources: list[str] = []
    for key in _PICTURES:
        value = lowered.get(key)
        if isinstance(value, dict):  # themes of Hugo: cover: {image: ...}
            value = value.get("image") or value.get("url") or value.get("src")
        sources += text_list(value)
    body = _COMMENT.sub("", _FENCE.sub("", post.body))
    sources += _IMAGE.findall(body) + _HTML_IMAGE.findall(body)
    absolute = (urljoin(address, source) if address else source for source in sources)
    return tuple(dict.fromkeys(url for url in map(links.http_url, absolute) if url))
