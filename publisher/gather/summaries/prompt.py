"""Questions to the model: the prompt, the shape of the answer, and the paper."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Changes with prompt.md and with what is said below: summaries of another version are asked anew.
BUILT_IN_VERSION = "builtin-1"
_MOST_CHARACTERS = 50_000
_LANGUAGE_NAMES = {"en": "English", "zh": "simplified Chinese"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """Instructions for the model, and the version that its summaries are marked with."""

    text: str
    version: str


def read_prompt(path: str) -> Prompt:
    """Return the prompt of the file at `path`, the built-in one for "". Raises `SettingsError`."""
    if not path:
        text = files("publisher.gather.summaries").joinpath("prompt.md").read_text("utf-8")
        return Prompt(text.strip(), BUILT_IN_VERSION)
    try:
        text = Path(path).expanduser().read_text("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise SettingsError(f"gather.model.prompt: {path} can't be read: {reason}.") from error
    if not text or len(text) > _MOST_CHARACTERS:
        size = f"more than {_MOST_CHARACTERS:,} characters" if text else "no text"
        raise SettingsError(
            f"gather.model.prompt: {path} has {size}. Write instructions for a summary into it, or"
            " remove the setting to use the built-in prompt."
        )
    return Prompt(text, sha256(text.encode()).hexdigest()[:8])


def schema(languages: Sequence[str]) -> dict[str, object]:
    """Return the JSON schema of an answer, in the subset that strict servers take."""
    text = _closed_object(
        summary={"type": "string"}, takeaways={"type": "array", "items": {"type": "string"}}
    )
    return _closed_object(**dict.fromkeys(languages, text))


def messages(
    prompt: Prompt, languages: Sequence[str], title: str, text: str, *, source: str, fault: str = ""
) -> list[dict[str, str]]:
    """Return the messages of a question.

    `source` names what `text` is: "abstract" or "full text". `fault` is that of the answer to the
    same question before, for people.
    """
    names = " and ".join(f'{_LANGUAGE_NAMES[code]} ("{code}")' for code in languages)
    shape = {code: {"summary": "...", "takeaways": ["...", "..."]} for code in languages}
    system = (
        f"{prompt.text}\n\nWrite it in {names}. Answer with one JSON object and nothing else, in"
        f" this shape, with each backslash doubled:\n{msgspec.json.encode(shape).decode()}"
    )
    question = f"Title: {title}\n\n{source.capitalize()}:\n{text}"
    if fault:
        question += (
            f"\n\nAn earlier answer was not usable: {fault}. Answer anew without this fault."
        )
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


def _closed_object(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
