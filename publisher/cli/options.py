"""The options that several commands share, and the settings that they make."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import click

from publisher.models import Frequency, Language, Length
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.settings import Settings

Word = TypeVar("Word")


class WholePath(click.Path):
    """A path, absolute so that messages tell where it is; "-" stays as it is."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return `value` as seen from the working directory."""
        path = cast("Path", super().convert(value, param, ctx))
        return path if str(path) == "-" else path.absolute()


PATH = WholePath(path_type=Path)


class DayType(click.ParamType[date]):
    """A day such as 2026-11-25."""

    name = "day"

    def convert(
        self,
        value: str | date,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """Return the day that `value` names."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            text = _("{value!r} is not a day such as 2026-11-25")
            self.fail(text.format(value=value), param, ctx)


DAY = DayType()


class OneOf(click.Choice[Word]):
    """A choice among the values of an enum; click alone goes by the names of its members."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return the word for `choice` on the command line."""
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
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
as_json_lines = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line."
)
# cli.main() looks for it itself, as an error may come before any command runs.
verbose = click.option("--verbose", is_flag=True, help="Show a traceback with an error.")


def built(folder: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return the completion of what the built site has in `folder`, which is quick to read."""

    def names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        from publisher.errors import PublisherError

        try:
            settings = settings_of(context.params.get("config"))
            pages = sorted((settings.path(settings.output.folder) / folder).iterdir())
        except (PublisherError, OSError):
            return []
        names = [page.stem for page in pages if page.is_dir() or page.suffix == ".html"]
        return [name for name in names if name.startswith(incomplete) and name != "index"]

    return names


language = click.option(
    "--language", type=OneOf(Language), help="Language of the texts.  [default: the newsletter's]"
)
length = click.option(
    "--length",
    type=OneOf(Length),
    help="Length of each paper's entry.  [default: the newsletter's]",
)
frequency = click.option(
    "--frequency",
    type=OneOf(Frequency),
    help="Frequency of the issues.  [default: the newsletter's]",
)


def user() -> str:
    """Return the name of the user who runs the program, for logs of decisions."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):
        return "operator"


def settings_of(
    config: Path | None, source: Sequence[Path] = (), output: Path | None = None
) -> Settings:
    """Return the settings. Folders given as options are relative to the working directory.

    Raises `SettingsError`.
    """
    from publisher.settings import load

    flags: dict[str, dict[str, object]] = {}
    if source:
        # Only the folders named here are read, not the repository of the settings file.
        flags["source"] = {"folders": [str(folder) for folder in source], "git": ""}
    if output is not None:
        flags["output"] = {"folder": str(output)}
    return load(config, os.environ, flags)
