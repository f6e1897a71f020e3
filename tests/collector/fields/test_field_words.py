"""The words for a paper's fields."""

from __future__ import annotations

import pytest

from publisher.collector.data_files import read_data_file, words_of_all
from publisher.collector.fields import field_words
from publisher.collector.fields.field_words import Field, bare, field_of
from publisher.collector.fields.lead import is_title
from publisher.collector.fields.paper_builder import is_text


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Authors", Field.AUTHORS),
        ("author(s)", Field.AUTHORS),
        ("arXiv_ID", Field.LINK),
        ("arxivId", Field.LINK),
        ("1. Motivation", Field.MOTIVATION),
        ("📝 Abstract", Field.ABSTRACT),
        ("TL;DR", Field.SUMMARY),
        ("tldr", Field.SUMMARY),
        ("摘要（中文）", Field.TRANSLATED_ABSTRACT),
        ("Abstract (Chinese)", Field.TRANSLATED_ABSTRACT),
        ("Abstract (original)", Field.ABSTRACT),
        ("著者", Field.AUTHORS),
        ("논문 링크", Field.LINK),
        ("Résumé", Field.SUMMARY),
        ("Enlace", Field.LINK),
        ("Zusammenfassung", Field.SUMMARY),
        ("Basic Information", Field.GROUP),
        ("Share", Field.OTHER),
        ("Growing trees faster", None),
        ("", None),
        ("2024", None),
        ("Abstract " * 100, None),
    ],
)
def test_a_label_names_its_field(label: str, field: Field | None) -> None:
    assert field_of(label) is field


def test_every_field_has_words() -> None:
    words = read_data_file(field_words.__file__, dict[Field, dict[str, str]])
    assert set(words) == set(Field)


def test_no_word_stands_for_two_fields_of_one_language() -> None:
    words = read_data_file(field_words.__file__, dict[Field, dict[str, str]])
    first: dict[tuple[str, str], Field] = {}
    for field, languages in words.items():
        for language, text in languages.items():
            for word in words_of_all({language: text}):
                assert first.setdefault((language, bare(word)), field) is field, word


@pytest.mark.parametrize("text", ["[Pool]", "(failed)", "2411.00001", "2024-11-30", "cs.CV", "PDF"])
def test_no_title(text: str) -> None:
    assert not is_title(text)


@pytest.mark.parametrize("text", ["*（没有摘要）*", "[PDF](https://arxiv.org/pdf/2411.00001)", "-"])
def test_no_text(text: str) -> None:
    assert not is_text(text)
