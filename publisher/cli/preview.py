"""`publisher preview`: write an issue as files, and send nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from publisher.cli import issues, options, show
from publisher.errors import IssueError, OutputError
from publisher.models import EditionKey
from publisher.private_folder import DATA_FOLDER, make_private_folder
from publisher.services import build
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.models import Collection, Frequency, Language, Length
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.argument(
    "folder",
    type=options.PATH,
    required=False,
    metavar="[DIR]",
    help="Folder to write to.  [default: .publisher/preview beside the settings]",
)
@click.option(
    "--issue", "issue_id", metavar="ID", help="Id such as 2024-W49.  [default: the next issue]"
)
@click.option(
    "--topic",
    "--topics",
    "topics",
    multiple=True,
    metavar="SLUGS",
    help="Comma-separated slugs; may be repeated.  [default: all topics]",
)
@options.language
@options.length
@options.frequency
@click.option(
    "--serve",
    is_flag=True,
    help="Show the site and the next mail in a browser, anew after each change, until Ctrl-C.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Port for --serve.  [default: 4242, or the next free one]",
)
@click.option("--open", "open_it", is_flag=True, help="Open the preview in a browser.")
@click.option(
    "--screenshot", is_flag=True, help="Add screenshots: phone and desktop, light and dark."
)
@click.option("--images", is_flag=True, help="Load images from the web for the screenshots.")
@options.config
@options.source
@options.verbose
def preview(
    *,
    folder: Path | None,
    issue_id: str | None,
    topics: tuple[str, ...],
    language: Language | None,
    length: Length | None,
    frequency: Frequency | None,
    serve: bool,
    port: int | None,
    open_it: bool,
    screenshot: bool,
    images: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Write an issue as .html, .txt and .eml files. Nothing is sent.

    An issue that is frozen is written with the bytes that were sent. With --serve a page shows the
    site, the next mail and all findings instead, and goes on at every change.
    """
    if serve:
        from publisher.cli import live_preview

        unused = {"[DIR]": folder, "--issue": issue_id, "--screenshot": screenshot}
        for name in (name for name, value in {**unused, "--images": images}.items() if value):
            raise click.UsageError(_("{option} has no use with --serve").format(option=name))
        query = {"topic": ",".join(topics), "language": language, "length": length}
        address = live_preview.StartAddress(port, {**query, "frequency": frequency}, open_it)
        live_preview.serve(config, source, address, verbose=verbose)
        return
    if port is not None:
        raise click.UsageError(_("--port has a use with --serve only"))
    settings = options.settings_of(config, source)
    folder = folder or settings.path(DATA_FOLDER) / "preview"
    collection = build.collect(settings, show.parsing)
    choice = EditionKey(
        topics=_topic_slugs(topics, collection),
        language=language or settings.mail_language,
        length=length or settings.newsletter.length,
    )
    name, message = _message(issue_id, choice, frequency, collection, settings)
    files = {
        f"{name}.html": message.html.encode(),
        f"{name}.txt": message.text.encode(),
        f"{name}.eml": message.raw,
    }
    _write(folder, files)
    page = folder / f"{name}.html"
    if screenshot:
        shots = _screenshots(page, name, images=images)
        _write(folder, shots)
        files.update(shots)
    show.line(str(message.message["Subject"]))
    for file in files:
        show.line(str(folder / file))
    if open_it:
        import webbrowser

        if not webbrowser.open(page.as_uri()):
            raise OutputError(f"{page}: no browser could be started to open it")


def _message(
    issue_id: str | None,
    choice: EditionKey,
    frequency: Frequency | None,
    collection: Collection,
    settings: Settings,
) -> tuple[str, RenderedMessage]:
    """Return the id of the issue, and its message for `choice`."""
    from publisher.formatter.email import render_edition
    from publisher.services import preflight

    with open_store(settings) as store:
        if issue_id is not None and store.issues.get(issue_id) is not None:
            return issue_id, _frozen_message(issue_id, choice, collection, settings, store)
        issue = issues.issue_or_next(issue_id, collection, settings, store, frequency)
        edition = render_edition(issue, choice, settings)
        return issue.id, next(preflight.draft_messages([edition], issue, settings, store))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    from publisher.formatter.site.atomic_write import write_changed

    try:
        make_private_folder(folder)
    except OSError as error:
        raise OutputError(f"{folder}: can't be written: {error.strerror}") from error
    write_changed(folder, files, served=False)


def _screenshots(page: Path, name: str, *, images: bool) -> dict[str, bytes]:
    if os.name != "posix":
        raise OutputError("--screenshot works on Linux and macOS only")
    from publisher.cli.screenshots import take

    pictures = take(page, images=images)
    return {f"{name}-{variant}.png": picture for variant, picture in pictures.items()}


def _topic_slugs(topics: Sequence[str], collection: Collection) -> tuple[str, ...]:
    """Return the slugs that `--topics` names. Raises `IssueError` for unknown ones."""
    existing = {topic.slug for topic in collection.topics}
    slugs = [slug.strip() for text in topics for slug in text.split(",") if slug.strip()]
    for slug in slugs:
        if slug not in existing:
            raise IssueError(
                f"--topic {slug}: no such topic; there are {', '.join(sorted(existing))}"
            )
    return tuple(dict.fromkeys(slugs))


def _frozen_message(
    issue_id: str, choice: EditionKey, collection: Collection, settings: Settings, store: Store
) -> RenderedMessage:
    from publisher.newsletter.audience import edition_key
    from publisher.services import preflight

    frozen = preflight.frozen_messages(issue_id, collection, settings, store)
    key = edition_key(choice)
    # Without --topics any edition will do.
    if not choice.topics and frozen and key not in frozen:
        key = next(iter(frozen))
    if key not in frozen:
        topics = ", ".join(choice.topics) or "all topics"
        raise IssueError(f"issue {issue_id}: nobody got an edition on {topics}")
    return frozen[key]
