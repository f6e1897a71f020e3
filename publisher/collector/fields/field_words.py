"""The words for a paper's fields, in all languages: labels, headings, keys and columns."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache

from publisher.collector.data_files import WordsByLanguage, read_data_file, words_of_all


class Field(StrEnum):
    """A field of a paper, as a digest labels it."""

    TITLE = "title"
    TRANSLATED_TITLE = "translated_title"
    AUTHORS = "authors"
    AFFILIATION = "affiliation"
    ABSTRACT = "abstract"
    TRANSLATED_ABSTRACT = "translated_abstract"
    SUMMARY = "summary"
    TAKEAWAYS = "takeaways"
    MOTIVATION = "motivation"
    METHOD = "method"
    RESULT = "result"
    CONCLUSION = "conclusion"
    INNOVATION = "innovation"
    LINK = "link"
    CODE = "code"
    PROJECT = "project"
    DATE = "date"
    UPDATED = "updated"
    TOPIC = "topic"
    KEYWORDS = "keywords"
    COMMENT = "comment"
    VENUE = "venue"
    SCORE = "score"
    OTHER = "other"  # no field of a paper
    GROUP = "group"  # a heading over several fields


_NEITHER = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]{0,60}[)）\]】]")
_CHINESE = re.compile(
    r"[(（\[【]\s*(?:中文|chinese|zh|cn|translated?|翻译|译文|日本語|한국어)", re.IGNORECASE
)
_MAX_LABEL = 60  # characters
_TRANSLATED = {
    Field.TITLE: Field.TRANSLATED_TITLE,
    Field.ABSTRACT: Field.TRANSLATED_ABSTRACT,
}


@cache
def _fields() -> dict[str, Field]:
    """Return the field of each word, in the form of `bare`; of two, the first in the file."""
    words = read_data_file(__file__, dict[Field, WordsByLanguage])
    fields: dict[str, Field] = {}
    for field, languages in words.items():
        for word in words_of_all(languages):
            fields.setdefault(bare(word), field)
    return fields


def bare(label: str) -> str:
    """Return `label` for comparison: its letters and digits, without numbers at its start."""
    return letters_and_digits(label).lstrip("0123456789")


def letters_and_digits(text: str) -> str:
    """Return `text` for comparison: its letters and digits alone, in lower case."""
    return _NEITHER.sub("", text.casefold())


@lru_cache(maxsize=4096)
def field_of(label: str) -> Field | None:
    """Return the field that `label` names, None if it is none.

    Case, signs, numbers and pictographs do not matter, nor a remark in brackets: "摘要（中文）" is
    a translated abstract.
    """
    if len(label) > _MAX_LABEL:
        return None
    fields = _fields()
    field = fields.get(bare(label))
    if field is None and (shorter := _BRACKETS.sub("", label)) != label:
        field = fields.get(bare(shorter))
        if field in _TRANSLATED and _CHINESE.search(label):
            return _TRANSLATED[field]
    return field
