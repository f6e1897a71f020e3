"""Tables of words and patterns: reading them, and the consistency of each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from publisher import collector
from publisher.collector.data_files import expand, patterns_of, read_data_file, words_of
from publisher.collector.formats import machine_labels, table_words
from publisher.collector.formats.machine_labels import LabelKind, find_label
from publisher.collector.notes import labels

FILES = sorted(Path(collector.__file__).parent.rglob("*.toml"))


def words(module_file: str, *keys: str) -> dict[str, str]:
    """Return the texts of a table of a module's data file, by language."""
    table = read_data_file(module_file, dict[str, object])
    for key in keys:
        table = msgspec.convert(table[key], dict[str, object])
    return msgspec.convert(table, dict[str, str])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_data_file_has_a_module_and_no_word_twice(path: Path) -> None:
    assert path.with_suffix(".py").is_file()
    tables = [tomllib.loads(path.read_text(encoding="utf-8"))]
    for table in tables:
        tables += [value for value in table.values() if isinstance(value, dict)]
        for key, text in table.items():
            if isinstance(text, str) and " | " in text and "(" not in text:
                listed = [word for line in text.split("|\n") for word in words_of(line)]
                assert all(listed), key
                assert len(set(listed)) == len(listed), key


def test_references_and_line_breaks() -> None:
    patterns = patterns_of({"noun": "cat | dogs?", "pair": "{noun} and {noun}"})
    assert expand("the\n {pair}{2}", patterns) == ("the (?:(?:cat|dogs?) and (?:cat|dogs?)){2}")
    with pytest.raises(KeyError):
        expand("{verb}", patterns)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("words = 'a'\nword = 'b'", "unknown field `word`"),
        ("words = ['a']", "Expected `str`, got `array` - at `\\$.words`"),
        ("words", "Expected '=' after a key"),
    ],
)
def test_an_error_names_its_file(tmp_path: Path, text: str, message: str) -> None:
    class Shape(msgspec.Struct, forbid_unknown_fields=True):
        words: str

    (tmp_path / "some_words.toml").write_text(text)
    with pytest.raises(msgspec.DecodeError, match=message) as caught:
        read_data_file(str(tmp_path / "some_words.py"), Shape)
    assert "some_words.toml" in caught.value.__notes__[0]


def test_every_name_of_a_column_has_one_role() -> None:
    names: list[str] = []
    columns = read_data_file(table_words.__file__, dict[str, dict[str, object]])["columns"]
    for role in columns:
        for text in words(table_words.__file__, "columns", role).values():
            for name in words_of(text):
                assert table_words.role_of(name) == role, name
                names.append(name)
    assert len(set(names)) == len(names)


def test_every_label_of_meta_data_is_a_heading() -> None:
    for text in words(labels.__file__, "meta").values():
        for name in words_of(text):
            header = labels.header(f"{name}：")
            assert header is not None, name
            assert header.section is labels.NoteSection.META


def test_every_word_for_summary_and_takeaways_is_a_label() -> None:
    for language in ("zh", "en"):
        lists = words(machine_labels.__file__, language, "words")
        for kind in (LabelKind.SUMMARY, LabelKind.TAKEAWAYS):
            for word in words_of(lists[kind]):
                label = find_label(f"**{word.replace('?', '')}**")
                assert label is not None, word
                assert label.kind is kind
