"""Texts of the program in other languages, and their catalogues."""

from __future__ import annotations

import pytest

from publisher import translation
from publisher.translation import _, environment_language, ngettext, using


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh-TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANGUAGE": "de:zh_CN:en"}, "zh"),
        ({"LANG": ""}, "en"),
    ],
)
def test_the_environment_chooses_the_language(variables: dict[str, str], language: str) -> None:
    assert environment_language(variables) == language


def test_a_block_has_its_own_language() -> None:
    with using("zh"):
        assert translation.language() == "zh"
        with using("en"):
            assert _("Options") == "Options"
            assert ngettext("1 file", "{count} files", 2) == "{count} files"
        assert _("Options") == "选项"


def test_a_text_without_a_translation_stays_english() -> None:
    with using("zh"):
        assert _("no catalogue has this") == "no catalogue has this"
