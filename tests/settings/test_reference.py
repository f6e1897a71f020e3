"""Descriptions of the settings, and the page that is made of them."""

from __future__ import annotations

import json
import re
import runpy
from operator import attrgetter
from typing import Annotated, Literal

import msgspec
import pytest
from conftest import ROOT
from msgspec import Meta

from publisher.settings import Secret, load
from publisher.settings.fields import environment_name, fields_of
from publisher.settings.reference import default_of, documentation, in_toml, in_words
from publisher.settings.sections import SECTIONS, GatherTopic, SavedFilter, Section
from publisher.settings.values import Words

TABLES = {**SECTIONS, "feeds.saved": SavedFilter, "gather.topics": GatherTopic}
PAGE = ROOT / "docs" / "reference" / "configuration.md"


@pytest.mark.parametrize("name", TABLES)
def test_every_setting_has_a_description(name: str) -> None:
    described = documentation(TABLES[name])
    assert set(described.fields) == set(fields_of(TABLES[name]))
    for key, text in {"": described.section, **described.fields}.items():
        assert re.match(r"[A-Z].*[.]$", text, re.DOTALL), key
        # It goes into Markdown as it is.
        assert not re.search(r"[*<|]", re.sub(r"`[^`]*`", "", text)), key


def test_the_page_is_up_to_date() -> None:
    document = runpy.run_path(str(ROOT / "tools" / "configuration.py"))["document"]
    assert PAGE.read_text(encoding="utf-8") == document(), "run ./run.sh reference"


def test_the_page_has_every_setting_by_the_name_of_its_variable() -> None:
    page = PAGE.read_text(encoding="utf-8")
    variables = re.findall(r"^\| `\w+` \| .*; `(PUBLISHER_\w+)`\* \|$", page, re.MULTILINE)
    settings = [(section, key) for section, table in SECTIONS.items() for key in fields_of(table)]
    assert variables == [environment_name(section, key) for section, key in settings]


def test_every_variable_takes_the_default() -> None:
    environment = {}
    for section, table in SECTIONS.items():
        for key, field in fields_of(table).items():
            default = default_of(field)
            if isinstance(default, Secret):
                default = default.reveal()
            elif isinstance(default, Words):
                default = dict(default.items)
            text = default if isinstance(default, str) else json.dumps(default)
            environment[environment_name(section, key)] = text
    settings, defaults = load(None, environment), load(None, {})
    for section, table in SECTIONS.items():
        for key in fields_of(table):
            value = attrgetter(f"{section}.{key}")
            assert in_toml(value(settings)) == in_toml(value(defaults)), key


class Example(Section, frozen=True, kw_only=True):
    """An example.

    With details.
    """

    first: int = 1
    """The first
    field."""
    second: str
    third: str = ""
    """`third`."""

    @property
    def fourth(self) -> str:
        """No field."""
        return ""


def test_descriptions_are_read_from_the_source() -> None:
    described = documentation(Example)
    assert described.section == "An example.\n\nWith details."
    assert described.fields == {"first": "The first field.", "third": "`third`."}
    assert default_of(fields_of(Example)["second"]) is msgspec.NODEFAULT


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "text"),
        (Annotated[str, Meta(min_length=1)], "non-empty text"),
        (bool, "true or false"),
        (Annotated[int, Meta(ge=1)], "a whole number of at least 1"),
        (Annotated[float, Meta(gt=0, le=2)], "a number above 0, up to 2"),
        (Literal["a", "b", "c"], '"a", "b" or "c"'),
        (tuple[str, ...], "a list of texts"),
        (Annotated[tuple[str, ...], Meta(min_length=1)], "a non-empty list of texts"),
        (tuple[Annotated[int, Meta(ge=1)], ...], "a list of whole numbers of at least 1"),
        (tuple[SavedFilter, ...], "a list of tables"),
        (Secret, "text"),
        (Words, "a table of texts"),
    ],
)
def test_types_in_words(annotation: object, words: str) -> None:
    assert in_words(annotation) == words


@pytest.mark.parametrize(
    ("value", "toml"),
    [
        ('a "b" \\ é', '"a \\"b\\" \\\\ é"'),
        (("a", 1), '["a", 1]'),
        (600.0, "600.0"),
        (True, "true"),
        (Words({"b": "1", "a": "2"}), '{ a = "2", b = "1" }'),
        (Words(), "{}"),
        (Secret("x"), '"x"'),
    ],
)
def test_values_in_toml(value: object, toml: str) -> None:
    assert in_toml(value) == toml
