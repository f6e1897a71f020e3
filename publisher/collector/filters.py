"""Filters: include, exclude or mark papers by topic, keyword and author.

A paper is kept when it meets each include list that is set (one text of the list is enough) and no
exclude list. Topics that are excluded, or not included, disappear from the papers; a paper that is
left without any is dropped. The texts that marked a paper are in its `marks`.

Texts are compared as follows:

* case, accents and width do not count: "muller" finds "Müller";
* a topic is its whole name or its slug;
* a keyword is a whole word or phrase of title, abstract or summary, where a hyphen equals a blank;
  Chinese, Japanese and Korean have no blanks between words, so there it may match anywhere;
* an author is a full name or a surname, of one word or more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from publisher.collector.text.slugs import fold
from publisher.settings.sections import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from publisher.models import Collection, Paper, Topic
    from publisher.settings.sections import SavedFilter

# Letters that do not decompose into base and accent, as they are written in plain ASCII.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# A letter or digit of a script that puts blanks between its words.
_LETTER = r"[^\W\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff]"
_GAP = r"[\s\-\u2010-\u2013]+"
_NAME_ENDS = frozenset("jr sr ii iii iv".split())


def filtered(collection: Collection, filters: Filters) -> Collection:
    """Return `collection` with the papers that pass `filters`, and their topics."""
    papers = apply_filters(collection.papers, filters)
    by_topic: dict[str, list[Paper]] = {}
    for paper in papers:
        for topic in paper.topics:
            by_topic.setdefault(topic.slug, []).append(paper)
    topics = tuple(topic for topic in collection.topics if topic.slug in by_topic)
    return replace(
        collection, papers=papers, topics=topics, by_topic=by_topic, summaries=(), fingerprint=0
    )


def saved_filters(saved: Iterable[SavedFilter]) -> dict[str, Callable[[Paper], bool]]:
    """Return the test of each saved filter by its name."""
    return {filter_.name: partial(_passes, filters=_lists(filter_)) for filter_ in saved}


def _lists(saved: SavedFilter) -> Filters:
    return Filters(
        include_topics=saved.topics,
        include_keywords=saved.keywords,
        include_authors=saved.authors,
        exclude_keywords=saved.exclude_keywords,
    )


def _passes(paper: Paper, filters: Filters) -> bool:
    return _apply(paper, filters) is not None


def apply_filters(papers: Iterable[Paper], filters: Filters) -> tuple[Paper, ...]:
    """Return the papers that pass `filters`, in their order, with topics and marks set."""
    passed = (_apply(paper, filters) for paper in papers)
    return tuple(paper for paper in passed if paper is not None)


def _apply(paper: Paper, filters: Filters) -> Paper | None:
    topics = tuple(
        topic
        for topic in paper.topics
        if not _topic_hits([topic], filters.exclude_topics)
        and (not filters.include_topics or _topic_hits([topic], filters.include_topics))
    )
    if not topics and (filters.include_topics or filters.exclude_topics):
        return None
    text = folded(" \n ".join((paper.title, paper.abstract, paper.summary or "")))
    if filters.include_keywords and not _keyword_hits(text, filters.include_keywords):
        return None
    if filters.include_authors and not _author_hits(paper.authors, filters.include_authors):
        return None
    if _keyword_hits(text, filters.exclude_keywords):
        return None
    if _author_hits(paper.authors, filters.exclude_authors):
        return None
    marks = (
        *_topic_hits(topics, filters.mark_topics),
        *_keyword_hits(text, filters.mark_keywords),
        *_author_hits(paper.authors, filters.mark_authors),
    )
    return replace(paper, topics=topics, marks=tuple(dict.fromkeys(marks)))


def _topic_hits(topics: Sequence[Topic], texts: Sequence[str]) -> list[str]:
    names = {fold(topic.name) for topic in topics} | {topic.slug for topic in topics}
    return [text for text in texts if fold(text) in names]


def _keyword_hits(text: str, keywords: Sequence[str]) -> list[str]:
    return [keyword for keyword in keywords if _keyword(keyword).search(text)]


def _author_hits(authors: Sequence[str], texts: Sequence[str]) -> list[str]:
    names = [_name(author) for author in authors] if texts else []
    return [text for text in texts if any(_is_author(_name(text), name) for name in names)]


def _is_author(searched: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Return whether `searched` is `name` or its end, as "van der Berg" of "Jan van der Berg"."""
    return bool(searched) and name[-len(searched) :] == searched


def _name(text: str) -> tuple[str, ...]:
    surname, comma, given = text.partition(",")
    words = folded(f"{given} {surname}" if comma else text).replace(".", " ").split()
    while len(words) > 1 and words[-1] in _NAME_ENDS:
        words.pop()
    return tuple(words)


def folded(text: str) -> str:
    """Return `text` without case, width and accents."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(_PLAIN_LETTERS)


@lru_cache(maxsize=1024)
def _keyword(keyword: str) -> re.Pattern[str]:
    words = re.split(_GAP, folded(keyword).strip())
    pattern = _GAP.join(re.escape(word) for word in words)
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, words[0]) else ""
    after = rf"(?!{_LETTER})" if re.search(rf"{_LETTER}\Z", words[-1]) else ""
    return re.compile(f"{before}{pattern}{after}")
