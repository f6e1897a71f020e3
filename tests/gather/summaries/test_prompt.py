from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import pytest

from publisher.errors import SettingsError
from publisher.gather.summaries.prompt import BUILT_IN_VERSION, messages, read_prompt, schema

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_changes_with_the_built_in_prompt() -> None:
    prompt = read_prompt("")
    question = messages(prompt, ("en", "zh"), "T", "A", source="abstract")
    digest = sha256(msgspec.json.encode(question)).hexdigest()[:8]
    # Summaries are kept by the version: with another digest, it needs another number.
    assert (prompt.version, digest) == (BUILT_IN_VERSION, "acf40c73")


def test_a_file_replaces_the_prompt_and_is_its_own_version(tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    path.write_text("\ufeffSummarise for cooks.\n", encoding="utf-8")
    first = read_prompt(str(path))
    path.write_text("Summarise for farmers.\n", encoding="utf-8")
    assert first.text == "Summarise for cooks."
    assert len(first.version) == 8
    assert read_prompt(str(path)).version != first.version
    system = messages(first, ("zh",), "T", "A", source="abstract")[0]["content"]
    assert system.startswith("Summarise for cooks.\n\nWrite it in simplified Chinese")
    assert '{"zh":{"summary":"...","takeaways":["...","..."]}}' in system
    assert "JSON" in system  # servers that take json_object want the word


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "has no text"),
        (b" \n", "has no text"),
        (b"\xff\xfe\x00", "no UTF-8 text"),
        (b"x" * 60_000, "more than 50,000 characters"),
    ],
)
def test_a_prompt_that_is_none(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=words) as error:
        read_prompt(str(path))
    assert "gather.model.prompt" in str(error.value)
    assert str(path) in str(error.value)


def test_a_question_has_the_paper_and_the_fault_before() -> None:
    prompt = read_prompt("")
    question = messages(prompt, ("en",), "A title", "The text.", source="full text")
    assert [part["role"] for part in question] == ["system", "user"]
    assert question[1]["content"] == "Title: A title\n\nFull text:\nThe text."
    again = messages(prompt, ("en",), "A title", "The text.", source="full text", fault="it is 3")
    assert again[0] == question[0]
    assert again[1]["content"].startswith(question[1]["content"])
    assert "it is 3" in again[1]["content"]


def test_the_schema_is_closed_as_strict_servers_want_it() -> None:
    shape = schema(("en", "zh"))
    assert shape["required"] == ["en", "zh"]
    for part in (shape, *shape["properties"].values()):  # type: ignore[attr-defined]
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
