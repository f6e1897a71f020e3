"""Pages of a blog or repository that are no digests: about pages, lists of tags, licences.

They are known by their name, the name of their folder, their title, or the `type` and `layout` of
their front matter. Their words are in pages.toml.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.data_files import WordsByLanguage, read_data_file, words_of_all
from publisher.collector.fields.field_words import letters_and_digits
from publisher.collector.frontmatter.reader import names_of, text_of

if TYPE_CHECKING:
    from publisher.collector.frontmatter.reader import Post


# What a generator or editor is to fill in: the file is a template for new posts.
_PLACEHOLDER = re.compile(r"\{\{.*\}\}|<%.*%>|\$\{\w+\}")


class PageKind(Enum):
    """The kind of a page, by what it may hold."""

    POST = auto()  # may be a digest or an entry
    COVER = auto()  # a README or home page: no entry, but perhaps a list of papers
    SAMPLE = auto()  # the first post of a new blog: an entry only if it is about a paper
    OTHER = auto()  # never a digest


class _PageWords(msgspec.Struct, forbid_unknown_fields=True):
    other: WordsByLanguage
    cover: WordsByLanguage
    sample: WordsByLanguage
    layout: str


@cache
def _kinds() -> tuple[dict[str, PageKind], frozenset[str]]:
    """Return the kinds by the bare words for them, and the layouts of pages."""
    words = read_data_file(__file__, _PageWords)
    kinds = {
        letters_and_digits(word): kind
        for kind, texts in (
            (PageKind.SAMPLE, words.sample),
            (PageKind.COVER, words.cover),
            (PageKind.OTHER, words.other),
        )
        for word in words_of_all(texts)
    }
    return kinds, frozenset(map(letters_and_digits, words.layout.split("|")))


def page_kind(path: str, post: Post) -> PageKind:
    """Return the kind of the page `post` at `path`, which is relative to the source folder."""
    kinds, layouts = _kinds()
    if any(_PLACEHOLDER.fullmatch(text_of(post.metadata, key)) for key in ("title", "date")):
        return PageKind.OTHER
    pure = PurePosixPath(path)
    stem = letters_and_digits(_without_language(pure.stem))
    if stem == "index":  # a bundle, or the page of its folder
        stem = letters_and_digits(pure.parent.name) or stem
    names = [kinds.get(stem), kinds.get(letters_and_digits(text_of(post.metadata, "title")))]
    if any(
        letters_and_digits(text_of(post.metadata, key)) in layouts for key in ("type", "layout")
    ):
        names.append(PageKind.COVER)
    signs = [kind for kind in names if kind]
    # A post with tags may be called "Search" or "History".
    if len(signs) == 1 and signs[0] is not PageKind.SAMPLE and _has_topics(post):
        return PageKind.POST
    return next(iter(signs), PageKind.POST)


def _has_topics(post: Post) -> bool:
    keys = ("tags", "tag", "categories", "category", "keywords")
    return any(names_of(post.metadata, key) for key in keys)


def _without_language(stem: str) -> str:
    """Return `stem` without the language of "README.zh-CN" and the date of "2024-11-30-hello"."""
    name, _, language = stem.partition(".")
    stem = name if 2 <= len(language) <= 7 else stem  # noqa: PLR2004 - "de" to "zh-Hant"
    return stem.lstrip("0123456789-") or stem
