"""Texts of the program in other languages, and their catalogues."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT

from publisher import translation
from publisher.translation import DOMAINS, FOLDER, _, environment_language, ngettext, using

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

CATALOGUES = [
    (language, domain)
    for language in translation.languages()
    if language != translation.SOURCE_LANGUAGE
    for domain in DOMAINS
]
# Texts of click for the authors of a program, which nobody who runs it sees.
FOR_DEVELOPERS = re.compile(r"decl|secondary|parameter declaration|flag for true")


def catalogue(language: str, domain: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


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
        assert _("Options") != "Options"


def test_a_text_without_a_translation_stays_english() -> None:
    with using("zh"):
        assert _("no catalogue has this") == "no catalogue has this"


def test_the_catalogues_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/messages.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"run ./run.sh messages: {done.stdout}{done.stderr}"


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_every_text_is_translated_with_the_same_fields(language: str, domain: str) -> None:
    def fields(text: str) -> set[str]:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        return names | set(re.findall(r"%\(\w+\)s", text))

    wrong = []
    for message in catalogue(language, domain):
        if not message.id or FOR_DEVELOPERS.search(str(message.id)):
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        # A language with one form for every number uses the plural's fields.
        if not all(texts) or any(fields(text) != fields(originals[-1]) for text in texts):
            wrong.append(message.id)
    assert wrong == []
