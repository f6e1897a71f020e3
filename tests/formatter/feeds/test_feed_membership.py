from __future__ import annotations

import pytest

from publisher.formatter.feeds.feed_membership import text_languages

CASES: list[tuple[list[tuple[str, ...]], tuple[str, ...]]] = [
    ([], ()),
    ([("languages/en/",), ("languages/en/", "abstracts/en/")], ("en",)),
    # A Chinese summary of an English abstract: readers of both languages have a text.
    ([("languages/zh/", "abstracts/en/")], ("en", "zh")),
    ([("languages/zh/", "filters/en/")], ("zh",)),
    ([("languages/ja/",), ("languages/en/", "languages/zh/")], ("en", "ja", "zh")),
]


@pytest.mark.parametrize(("folders", "expected"), CASES)
def test_languages_of_texts(folders: list[tuple[str, ...]], expected: tuple[str, ...]) -> None:
    assert text_languages(dict(enumerate(folders))) == expected
