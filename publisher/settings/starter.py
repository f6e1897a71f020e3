"""The publisher.toml that `publisher init` writes: every setting, with a comment, for a blog."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from publisher.settings.fields import fields_of, table_type
from publisher.settings.reference import default_of, documentation, in_toml
from publisher.settings.sections import SECTIONS
from publisher.settings.values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.settings.sections import Section

_HEAD = """\
Settings of the publisher. Paths are relative to this file. Every setting can be overridden by an \
environment variable: PUBLISHER_MAIL__HOST for host in [mail]. A variable whose name ends in \
_FILE, such as PUBLISHER_MAIL__PASSWORD_FILE, names a file that holds the value.
"""
# What suits a new blog better than the default; of a list of tables, an example.
STARTING_VALUES: dict[tuple[str, str], Any] = {
    ("source", "folders"): ["source/_posts"],
    ("feeds", "saved"): {
        "name": "fast-rendering",
        "title": "Fast rendering",
        "keywords": ["real-time", "acceleration"],
    },
    ("gather", "topics"): {
        "name": "Gaussian splatting",
        "categories": ["cs.CV", "cs.GR"],
        "keywords": ["gaussian splatting"],
    },
}


def starter_file() -> str:
    """Return the text of a new publisher.toml."""
    sections = ("\n".join(_section(name, table)) for name, table in SECTIONS.items())
    return "\n".join((*_comment(_HEAD), "", "\n\n".join(sections), ""))


def _section(name: str, table: type[Section]) -> Iterator[str]:
    described = documentation(table)
    yield f"[{name}]"
    yield from _comment(described.section)
    yield ""
    examples = []
    for key, field in fields_of(table).items():
        value = STARTING_VALUES.get((name, key), default_of(field))
        entry = table_type(field.type)
        if entry is not None:
            # An empty list of tables can't be written, and nothing of the section may follow one.
            examples += ["", *_comment(documentation(entry).section), f"# [[{name}.{key}]]"]
            examples += [
                f"# {item} = {in_toml(value.get(item, default_of(field)))}"
                for item, field in fields_of(entry).items()
            ]
            continue
        yield from _comment(described.fields.get(key, ""))
        unset = isinstance(value, Secret) and not value
        yield f"{'# ' if unset else ''}{key} = {in_toml(value)}"
    yield from examples


def _comment(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield from textwrap.wrap(
            paragraph,
            width=100,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
        )
