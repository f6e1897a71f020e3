"""Lines of a digest that the program itself writes and reads, each emphasised as a whole.

    *Chosen: keyword "splatting" in the title; like "Trees" (0.41)*
    *Changed in v3 since v1: title, abstract*
    *Withdrawn in v3*
    *Summary in English by gpt-5-mini from the abstract, prompt builtin-1*

The first three stand between the PDF line of a paper and its summary, the last one below the
takeaways of each language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

GENERATOR = "publisher gather"  # the value of `generator` in the front matter of such digests
LANGUAGES = {"en": "English", "zh": "Chinese"}
_CODES = {name: code for code, name in LANGUAGES.items()}
CHANGED_FIELDS = ("title", "abstract", "authors")
_MOST_REASONS, _LONGEST_REASON = 10, 200

_CHOSEN = re.compile(r"\*Chosen: (?P<reasons>[^*\n]{1,2500})\*")
_CHANGED = re.compile(
    r"\*Changed in v(?P<version>\d{1,3}) since v(?P<before>\d{1,3})"
    r"(?:: (?P<fields>[a-z, ]{1,60}))?\*"
)
_WITHDRAWN = re.compile(r"\*Withdrawn in v(?P<version>\d{1,3})\*")
_WRITTEN = re.compile(
    rf"\*Summary in (?P<language>{'|'.join(_CODES)}) by (?P<model>[^*\n]{{1,200}})"
    r" from the (?P<source>abstract|full text), prompt (?P<prompt>[^\s*]{1,64})\*"
)


class StatusLines(NamedTuple):
    """The lines below the PDF line: `version` and `before` are 0 where nothing changed."""

    reasons: tuple[str, ...] = ()
    version: int = 0
    before: int = 0
    fields: tuple[str, ...] = ()
    withdrawn_in: int = 0  # the version, 0 where it was not withdrawn


class WrittenLine(NamedTuple):
    """The line below a summary; `language` is "en" or "zh"."""

    language: str
    model: str
    source: str  # "abstract" or "full text"
    prompt: str


def chosen_line(reasons: tuple[str, ...]) -> str:
    """Return the line with the reasons why a paper was chosen, "" without any."""
    texts = [_within(reason.replace(";", ","), _LONGEST_REASON) for reason in reasons]
    joined = "; ".join(list(filter(None, texts))[:_MOST_REASONS])
    return f"*Chosen: {joined}*" if joined else ""


def changed_line(version: int, before: int, fields: tuple[str, ...]) -> str:
    """Return the line about a new version, in which `fields` differ."""
    names = ", ".join(field for field in CHANGED_FIELDS if field in fields)
    return f"*Changed in v{version} since v{before}{': ' if names else ''}{names}*"


def withdrawn_line(version: int) -> str:
    """Return the line about a paper that was withdrawn."""
    return f"*Withdrawn in v{version}*"


def written_line(line: WrittenLine) -> str:
    """Return the line about the model that wrote a summary."""
    model, prompt = _within(line.model, 200), "".join(_within(line.prompt, 64).split())
    return (
        f"*Summary in {LANGUAGES[line.language]} by {model or 'a model'}"
        f" from the {line.source}, prompt {prompt or 'unknown'}*"
    )


def read_status(lines: Sequence[str]) -> tuple[StatusLines, int]:
    """Return the status at the beginning of `lines`, and the index of the line after it."""
    status, end = StatusLines(), 0
    for index, line in enumerate(lines):
        text = line.strip()
        if chosen := _CHOSEN.fullmatch(text):
            status = status._replace(reasons=tuple(chosen["reasons"].split("; ")))
        elif changed := _CHANGED.fullmatch(text):
            names = (changed["fields"] or "").split(", ")
            status = status._replace(
                version=int(changed["version"]),
                before=int(changed["before"]),
                fields=tuple(field for field in CHANGED_FIELDS if field in names),
            )
        elif withdrawn := _WITHDRAWN.fullmatch(text):
            status = status._replace(withdrawn_in=int(withdrawn["version"]))
        elif text:
            break
        else:
            continue
        end = index + 1
    return status, end


def read_written(line: str) -> WrittenLine | None:
    """Return what `line` says about the summary above it, None if it is another line."""
    match = _WRITTEN.fullmatch(line.strip()) if line.lstrip().startswith("*Summary") else None
    if match is None:
        return None
    return WrittenLine(
        _CODES[match["language"]], match["model"].strip(), match["source"], match["prompt"]
    )


def _within(text: str, most: int) -> str:
    """Return `text` on one line of at most `most` characters and without marks of emphasis."""
    return " ".join(text.replace("*", " ").split())[:most].strip()
