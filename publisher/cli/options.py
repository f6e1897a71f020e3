"""The options that several commands take, and what they add up to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from publisher.models import Frequency, Language, Length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.settings import Settings

Word = TypeVar("Word")
PATH = click.Path(path_type=Path)


class OneOf(click.Choice[Word]):
    """A choice among the members of an enum, by their values: click goes by their names."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return what stands for `choice` on the command line."""
        return super().normalize_choice(str(choice), ctx)


config = click.option(
    "--config", type=PATH, metavar="FILE", help="Settings file.  [default: ./publisher.toml]"
)
source = click.option(
    "--source", type=PATH, multiple=True, metavar="DIR", help="Folder of digests; may be repeated."
)
output = click.option("--output", type=PATH, metavar="DIR", help="Folder for feeds and pages.")
force = click.option(
    "--force", is_flag=True, help="Send even where `publisher preflight` finds errors."
)
# main() looks for it itself: it has to be known before any command runs.
verbose = click.option("--verbose", is_flag=True, help="Show a traceback with an error.")

language = click.option(
    "--language", type=OneOf(Language), help="Which texts of a paper.  [default: the list's]"
)
length = click.option(
    "--length", type=OneOf(Length), help="How much of each paper.  [default: the list's]"
)
frequency = click.option(
    "--frequency", type=OneOf(Frequency), help="How often.  [default: the list's]"
)


def user() -> str:
    """Return who runs the program, for logs of what was decided."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):
        return "operator"


def settings_of(
    config: Path | None, source: Sequence[Path] = (), output: Path | None = None
) -> Settings:
    """Return the settings; folders given as options are relative to the current folder.

    Raises `SettingsError`.
    """
    from publisher.settings import load

    flags: dict[str, dict[str, object]] = {}
    if source:
        # Folders named here are all there is: no repository beside them.
        flags["source"] = {"folders": [str(folder.absolute()) for folder in source], "git": ""}
    if output is not None:
        flags["output"] = {"folder": str(output.absolute())}
    return load(config, os.environ, flags)
