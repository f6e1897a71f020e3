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
    """Write a commented publisher.toml to start from, and list private files in .gitignore."""
    import os

    from publisher.services.private_files import extend_ignore_file
    from publisher.settings import CONFIG_NAME, load
    from publisher.settings.starter import starter_file

    target, text = folder / CONFIG_NAME, starter_file()
    is_new = not target.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_new:
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror}") from error
    ignore_file = extend_ignore_file(load(target, os.environ), os.environ)
    if ignore_file is not None:
        show.line(f"{ignore_file}: private files are listed, so that git leaves them out.")
    if not is_new:
        raise OutputError(f"{target}: already exists; it was not changed")
    show.line(f"{target} written. Next: set site.url and source.folders, then `publisher build`.")
