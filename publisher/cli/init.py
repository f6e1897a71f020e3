"""`publisher init`: write a commented publisher.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument(
    "folder",
    type=options.PATH,
    default=".",
    metavar="[DIR]",
    help="Folder to write it to.  [default: .]",
)
@options.verbose
def init(*, folder: Path, verbose: bool) -> None:
    """Write a commented publisher.toml to start from."""
    from publisher.settings import CONFIG_NAME
    from publisher.settings.starter import starter_file

    target, text = folder / CONFIG_NAME, starter_file()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise OutputError(f"{target}: already exists; nothing was changed") from error
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror}") from error
    show.line(f"{target} written. Next: set site.url and source.folders, then `publisher build`.")
