"""Words by language: complete, alike in every file, and all of them used."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec
import pytest

import publisher
from publisher.formatter.i18n import words as words_module
from publisher.formatter.i18n.dates import date_range, day_text, month_text
from publisher.formatter.i18n.words import (
    SECTIONS,
    CommonWords,
    EntryWords,
    FormWords,
    PageWords,
    ReaderWords,
    SectionWords,
    WebWords,
    counted,
    language_for,
    languages,
    read_file,
    words_in,
)
from publisher.models import Frequency, Language, Length, Notes, SubscriberStatus

PACKAGE = Path(publisher.__file__).parent
TEMPLATES = PACKAGE.parent / "templates"


def flat(content: dict[str, Any], above: str = "") -> dict[str, object]:
    """Return the words of a file by their path: "pages.archive"."""
    paths: dict[str, object] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            paths |= flat(value, f"{above}{key}.")
        else:
            paths[above + key] = value
    return paths


def slots(text: object) -> set[str]:
    """Return what is filled into a text."""
    texts = text if isinstance(text, list) else [text]
    return {name for one in texts for _, name, _, _ in Formatter().parse(one) if name is not None}


@cache
def source() -> str:
    """Return all code and templates but the classes of words themselves."""
    files = [path for path in PACKAGE.rglob("*.py") if path != Path(words_module.__file__)]
    files += TEMPLATES.rglob("*.j2")
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("code", languages())
def test_every_file_has_the_keys_of_the_english_one(code: str) -> None:
    english, own = flat(read_file("en")), flat(read_file(code))
    assert own.keys() == english.keys()
    # A pattern of dates may leave out the month or the year of one end.
    different = [
        key
        for key, text in own.items()
        if not key.startswith("dates.") and slots(text) != slots(english[key])
    ]
    assert different == []
    ends = {"day", "month", "year", "weekday"}
    patterns = {key: slots(text) for key, text in own.items() if key.startswith("dates.")}
    for key, used in patterns.items():
        assert used <= ends | {f"first_{end}" for end in ends}, key


@pytest.mark.parametrize("code", languages())
def test_every_text_says_something(code: str) -> None:
    blank = [key for key, text in flat(read_file(code)).items() if not text]
    assert set(blank) <= {"shared.between_sentences"}


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("kind", SECTIONS)
def test_every_key_has_a_name_in_its_class(kind: type[SectionWords], code: str) -> None:
    words = words_in(kind, code)
    fields = set(kind.__struct_fields__)
    assert read_file(code)[SECTIONS[kind]].keys() <= fields
    assert words.lang.startswith(code)
    for name in fields:
        assert hasattr(words, name)


def test_every_shared_word_belongs_to_a_class() -> None:
    named = {name for kind in SECTIONS for name in kind.__struct_fields__}
    assert read_file("en")["shared"].keys() == named & read_file("en")["shared"].keys()


def test_every_word_is_used() -> None:
    names = {name for kind in SECTIONS for name in kind.__struct_fields__}
    # Looked up by a name that is put together: answers by their kind, notes by their part.
    by_kind = {f"{kind}_subject" for kind in ("welcome", "goodbye", "stranger", "help")}
    by_kind |= {name for name in names if name.startswith("note_")}
    unused = {
        name for name in names - by_kind if not re.search(rf"\.{name}\b|\"{name}\"", source())
    }
    assert unused == set()


def test_a_missing_word_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="list_comma"):
        msgspec.convert({"lang": "xx"}, EntryWords)


def test_languages_and_their_tags() -> None:
    assert languages() == {"en": "English", "zh": "中文"}
    assert [language_for(tag) for tag in ("zh-TW", "ZH", "en-GB", "de", "")] == [
        *("zh", "zh"),
        *("en", "en", "en"),
    ]
    assert words_in(PageWords, "zh-TW") is words_in(PageWords, "zh")


@pytest.mark.parametrize("code", languages())
def test_words_by_value_have_one_for_each(code: str) -> None:
    form, readers = words_in(FormWords, code), words_in(ReaderWords, code)
    assert form.languages.keys() == set(Language)
    assert form.lengths.keys() == set(Length)
    assert form.frequencies.keys() == set(Frequency)
    assert readers.states.keys() == set(SubscriberStatus)
    assert all(days.isdecimal() for days in readers.pauses)
    assert all(len(status) == 3 for status in words_in(WebWords, code).problems.keys() - {"other"})
    headings = words_in(EntryWords, code).note_headings
    assert set(headings.__struct_fields__) <= set(Notes.__dataclass_fields__)


@pytest.mark.parametrize(
    ("code", "days", "text"),
    [
        ("en", 7, "25–31 December 2023"),
        ("en", 1, "25 December 2023"),
        ("en", 8, "25 December 2023 – 1 January 2024"),
        ("en", -7, "18–24 December 2023"),
        ("zh", 7, "2023年12月25日–31日"),
        ("zh", 1, "2023年12月25日"),
        ("zh", 8, "2023年12月25日–2024年1月1日"),
    ],
)
def test_ranges_of_days(code: str, days: int, text: str) -> None:
    start = datetime(2023, 12, 25)  # noqa: DTZ001 - days of any zone
    first, last = sorted((start, start + timedelta(days=days)))
    assert date_range(words_in(PageWords, code).dates, first, last) == text


def test_ranges_within_a_year() -> None:
    start = datetime(2024, 11, 28)  # noqa: DTZ001 - days of any zone
    ranges = [
        date_range(words_in(PageWords, code).dates, start, start + timedelta(days=7))
        for code in ("en", "zh")
    ]
    assert ranges == ["28 November – 4 December 2024", "2024年11月28日–12月4日"]


def test_days_and_months() -> None:
    english, chinese = (words_in(PageWords, code).dates for code in ("en", "zh"))
    day = datetime(2024, 12, 2).date()  # noqa: DTZ001 - a day of any zone
    assert (day_text(english, day), day_text(chinese, day)) == ("2 December", "12月2日")
    assert day_text(english, day, with_year=True) == "2 December 2024"
    assert day_text(chinese, day, with_year=True) == "2024年12月2日"
    assert month_text(english, "2024-12") == "December 2024"
    assert month_text(chinese, "2024-01") == "2024年1月"


def test_one_and_many() -> None:
    words: CommonWords = words_in(PageWords, "en")
    assert [counted(count, words.paper, words.papers) for count in (0, 1, 2)] == [
        *("0 papers", "1 paper", "2 papers")
    ]


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [
        ("pages", r"\btexts", PageWords),
        ("web", r"\btexts", PageWords),
        ("pages", "form.words", FormWords),
        ("web/readers", r"\bsaid", ReaderWords),
        ("web/readers", "form.words", FormWords),
        ("feeds", r"\bwords", EntryWords),
    ],
)
def test_templates_name_words_that_exist(folder: str, name: str, kind: type[SectionWords]) -> None:
    for path in (TEMPLATES / folder).rglob("*.j2"):
        names = set(re.findall(rf"{name}\.(\w+)", path.read_text(encoding="utf-8")))
        assert names <= set(kind.__struct_fields__), path
