"""The publisher.toml that `publisher init` writes: a short one, or every setting with a comment."""

from __future__ import annotations

import textwrap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.settings.fields import fields_of, table_type
from publisher.settings.reference import default_of, documentation, in_toml
from publisher.settings.sections import SECTIONS
from publisher.settings.values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.settings.sections import Section

_HEAD = """\
Settings of the publisher. Paths are relative to this file. Every setting can be overridden by an \
environment variable: PUBLISHER_MAIL__HOST for host in [mail]. A variable whose name ends in \
_FILE, such as PUBLISHER_MAIL__PASSWORD_FILE, names a file that holds the value.
"""
# Examples of lists of tables.
STARTING_VALUES: dict[tuple[str, str], Any] = {
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
    ("announce", "targets"): {"name": "my-channel", "url": "ntfy://my-topic"},
}


def starter_file(values: Mapping[tuple[str, str], Any] = MappingProxyType({})) -> str:
    """Return the text of a new publisher.toml.

    `values` are those to write instead of the defaults, by section and key. A list of tables is one
    of mappings.
    """
    sections = ("\n".join(_section(name, table, values)) for name, table in SECTIONS.items())
    return "\n".join((*_comment(_HEAD), "", "\n\n".join(sections), ""))


def short_file(
    head: Sequence[str],
    values: Mapping[tuple[str, str], Any],
    comments: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> str:
    """Return the text of a new publisher.toml that has only `values`, in the order of the sections.

    `head` has the lines of the comment at its begin. `comments` follow their values in the same
    line; one of a section without a key, (section, ""), stands after the section's values as it is.
    """
    lines = [f"# {line}" for line in head]
    for name, table in SECTIONS.items():
        own = {key: values[name, key] for key in fields_of(table) if (name, key) in values}
        after = comments.get((name, ""), "")
        if not own and not after:
            continue
        lines += ["", f"[{name}]"] if own else [""]
        tables = [key for key in own if table_type(fields_of(table)[key].type) is not None]
        for key, value in own.items():
            if key not in tables:
                comment = comments.get((name, key), "")
                lines.append(f"{key} = {in_toml(value)}{comment and f'  # {comment}'}")
        lines += after.splitlines()
        for key in tables:
            for entry in own[key]:
                rows = (f"{inner} = {in_toml(value)}" for inner, value in entry.items() if value)
                lines += ["", f"[[{name}.{key}]]", *rows]
    return "\n".join((*lines, ""))


def table_lines(name: str, entry: type[Section], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one table of a list such as [[gather.topics]], with all its keys."""
    yield f"[[{name}]]"
    described = documentation(entry).fields
    for key, field in fields_of(entry).items():
        yield from _comment(described.get(key, ""))
        yield f"{key} = {in_toml(values.get(key, default_of(field)))}"


def _section(
    name: str, table: type[Section], values: Mapping[tuple[str, str], Any]
) -> Iterator[str]:
    described = documentation(table)
    yield f"[{name}]"
    yield from _comment(described.section)
    yield ""
    examples = []
    for key, field in fields_of(table).items():
        value = values.get((name, key), STARTING_VALUES.get((name, key), default_of(field)))
        entry = table_type(field.type)
        if entry is not None:
            # An empty list of tables can't be written, and nothing of the section may follow one.
            examples += ["", *_comment(documentation(entry).section)]
            examples += _tables(f"{name}.{key}", entry, values.get((name, key), ()), value)
            continue
        yield from _comment(described.fields.get(key, ""))
        unset = isinstance(value, Secret) and not value
        yield f"{'# ' if unset else ''}{key} = {in_toml(value)}"
    yield from examples


def _tables(
    name: str,
    entry: type[Section],
    tables: Sequence[Mapping[str, Any]],
    example: Mapping[str, Any],
) -> Iterator[str]:
    for table in tables:
        yield from table_lines(name, entry, table)
    if not tables:
        yield f"# [[{name}]]"
        for key, field in fields_of(entry).items():
            yield f"# {key} = {in_toml(example.get(key, default_of(field)))}"


def _comment(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield from textwrap.wrap(
            paragraph,
            width=100,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
        )
