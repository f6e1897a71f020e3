"""Writes docs/reference/configuration.md from the descriptions of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.settings.fields import environment_name, fields_of, table_type
from publisher.settings.reference import default_of, documentation, in_toml, in_words
from publisher.settings.sections import SECTIONS, Section
from publisher.settings.starter import STARTING_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "configuration.md"

HEAD = """\
# Configuration

<!-- Made by `./run.sh reference` from the descriptions in publisher/settings/sections/. -->

`publisher init` writes a `publisher.toml` with all settings and their defaults. Every command reads
it from the current folder, or from where `--config` says. Paths are relative to the folder of that
file.

What is set last wins, in this order: the default, `publisher.toml`, an environment variable, an
option of the command.

An environment variable is named `PUBLISHER_`, section, two underscores, key. Lists are written with
commas (`PUBLISHER_SOURCE__EXCLUDE=drafts/**,old/**`) or in JSON, tables in JSON. A variable whose
name ends in `_FILE` names a file that holds the value, which suits secrets:
`PUBLISHER_MAIL__PASSWORD_FILE=/run/secrets/mail`.

A setting that is unknown, or has a wrong type or value, ends the command with a message that names
the setting and where it was set.
"""


def document() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for name, section in SECTIONS.items():
        summary = documentation(section).section.split("\n", 1)[0]
        lines.append(f"* [{name}](#{name.replace('.', '')}): {summary[:1].lower()}{summary[1:]}")
    for name, section in SECTIONS.items():
        lines += _section(name, section)
    return "\n".join((*lines, ""))


def _section(name: str, section: type[Section]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield f"{documentation(section).section}\n"
    yield from _table(section, name)
    for key, field in fields_of(section).items():
        entry = table_type(field.type)
        if entry is not None:
            yield f"\n### {name}.{key}\n"
            yield f"{documentation(entry).section}\n"
            example = STARTING_VALUES[name, key]
            lines = (f"{item} = {in_toml(value)}" for item, value in example.items())
            yield "\n".join(("```toml", f"[[{name}.{key}]]", *lines, "```\n"))
            yield from _table(entry)


def _table(section: type[Section], name: str = "") -> Iterator[str]:
    """Yield the rows of a section, or of a table in a section, which no variable can set."""
    descriptions = documentation(section).fields
    yield "| key | meaning, type, default, environment variable |"
    yield "| --- | --- |"
    for key, field in fields_of(section).items():
        kind = in_words(field.type).removeprefix("a ").removeprefix("an ")
        default = default_of(field)
        is_required = default is msgspec.NODEFAULT
        facts = [kind, "required" if is_required else f"default `{in_toml(default)}`"]
        if name:
            facts.append(f"`{environment_name(name, key)}`")
        yield f"| `{key}` | {descriptions.get(key, '')}<br>*{'; '.join(facts)}* |"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
