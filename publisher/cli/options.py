"""The options that every command takes, and what they add up to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.models import Frequency, Language, Length

if TYPE_CHECKING:
    from publisher.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file.  [default: ./publisher.toml]"),
]
Sources = Annotated[
    list[Path] | None,
    typer.Option("--source", metavar="DIR", help="Folder of digests; may be repeated."),
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="DIR", help="Folder for feeds and pages.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Send even where `publisher preflight` finds errors.")
]
# main() looks for it itself: it has to be known before any command runs.
Verbose = Annotated[bool, typer.Option("--verbose", help="Show a traceback with an error.")]

ChosenLanguage = Annotated[
    Language | None,
    typer.Option("--language", help="Which texts of a paper.  [default: the list's]"),
]
ChosenLength = Annotated[
    Length | None, typer.Option("--length", help="How much of each paper.  [default: the list's]")
]
ChosenFrequency = Annotated[
    Frequency | None, typer.Option("--frequency", help="How often.  [default: the list's]")
]


def settings_of(
    config: Path | None, source: list[Path] | None = None, output: Path | None = None
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
