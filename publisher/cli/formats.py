"""`publisher formats`: list the digest formats, and try them on files."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, show
from publisher.services.findings_report import PLACES, first_places

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.collector.archive.format_trials import FormatTrial

_TITLES = 3  # shown of each format
_TITLE = 90  # characters


@click.group(cls=InOrder, invoke_without_command=True)
@click.pass_context
@options.verbose
def formats(context: click.Context, *, verbose: bool) -> None:
    """List the digest formats, in the order in which they are tried, with an example of each."""
    from publisher.collector.formats import by_precedence, plugins

    if context.invoked_subcommand:
        return
    for name, digest_format in by_precedence():
        purpose, _, _ = (inspect.getdoc(digest_format) or "").partition("\n")
        show.line(f"{name}: {purpose or 'no description'}")
        example = inspect.cleandoc(getattr(digest_format, "EXAMPLE", ""))
        for line in ("", *example.splitlines()) if example else ():
            show.line(f"    {line}".rstrip())
        show.line("")
    for finding in plugins.installed()[1]:
        show.note(f"error: {finding}")


@formats.command("try")
@click.argument(
    "files", nargs=-1, required=True, type=options.PATH, metavar="FILE...", help="Files to try."
)
@options.config
@options.verbose
def try_(*, files: tuple[Path, ...], config: Path | None, verbose: bool) -> None:
    """Show what each format reads of files, and why the others refuse them.

    Send the output along to report a shape that is not read.
    """
    from publisher.collector.archive.format_trials import try_formats
    from publisher.collector.archive.lazy_findings import display_path
    from publisher.errors import SourceError

    zone = options.settings_of(config).site.zone
    for file in files:
        path = display_path(str(file))
        try:
            trial = try_formats(path, file.read_bytes(), zone)
        except OSError as error:
            raise SourceError(f"{path}: can't be read: {error.strerror or error}") from error
        use = f"read by the format {trial.used}" if trial.used else "not read"
        show.line(f"{path}: {show.count(trial.ids, 'arXiv id')}, {use}")
        width = max(len(each.name) for each in trial.trials)
        for each in trial.trials:
            show.line(f"  {each.name:<{width}}  {_reading(each, trial.ids)}")
            for paper in each.papers[:_TITLES]:
                title = paper.title
                cut = title if len(title) <= _TITLE else f"{title[:_TITLE]}..."
                show.line(f'  {"":<{width}}    "{cut}"')
        for line in first_places(trial.findings, {}, None if verbose else PLACES):
            show.line(f"  {line}")
        show.line("")


def _reading(trial: FormatTrial, ids: int) -> str:
    """Return what a format reads of a file with so many arXiv ids, or why it refuses it."""
    reading = show.count(len(trial.papers), "paper")
    reading += f", {trial.ids:,} of {show.count(ids, 'id')}" if ids else ""
    reading += f", confidence {trial.confidence:.2f}" if trial.papers else ""
    if not trial.reason:
        return f"reads {reading}"
    place = f" at line {trial.line}" if trial.line else ""
    would = f" (it would read {reading})" if trial.papers else ""
    return f"refuses it{place}: {trial.reason}{would}"
