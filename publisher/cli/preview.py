"""`publisher preview`: an issue as files, sent to no one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show
from publisher.errors import IssueError, OutputError
from publisher.models import EditionKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.models import Collection, Frequency, Issue, Language, Length
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.argument(
    "folder",
    type=options.PATH,
    default="preview",
    metavar="[DIR]",
    help="Where to write.  [default: preview]",
)
@click.option("--issue", "issue_id", metavar="ID", help="e.g. 2024-W49.  [default: next]")
@click.option(
    "--topic",
    "--topics",
    "topics",
    multiple=True,
    metavar="SLUGS",
    help="Slugs with commas between them; may be repeated.  [default: all]",
)
@options.language
@options.length
@options.frequency
@click.option("--open", "open_it", is_flag=True, help="Show it in the browser.")
@click.option("--screenshot", is_flag=True, help="Pictures of phone and desktop, light and dark.")
@click.option("--images", is_flag=True, help="Let the pictures have what is on the web.")
@options.config
@options.source
@options.verbose
def preview(
    *,
    folder: Path,
    issue_id: str | None,
    topics: tuple[str, ...],
    language: Language | None,
    length: Length | None,
    frequency: Frequency | None,
    open_it: bool,
    screenshot: bool,
    images: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Write an issue as .html, .txt and .eml; it is sent to no one.

    One that was sent comes as it was frozen. `--screenshot` needs the extra `screenshots`, and
    Chromium, Chrome or Edge.
    """
    import webbrowser

    from publisher.formatter.email import render_edition
    from publisher.formatter.site.atomic_write import write_changed
    from publisher.services import build, preflight

    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    chosen = _chosen(topics, collection)
    with build.open_store(settings) as store:
        choice = EditionKey(
            topics=chosen,
            language=language or settings.mail_language,
            length=length or settings.newsletter.length,
        )
        if issue_id is not None and store.issues.get(issue_id) is not None:
            name, letter = issue_id, _frozen(issue_id, choice, collection, settings, store)
        else:
            issue = _upcoming(issue_id, frequency, collection, settings, store)
            edition = render_edition(issue, choice, settings)
            name, letter = (
                issue.id,
                next(preflight.draft_messages([edition], issue, settings, store)),
            )
    files = {
        f"{name}.html": letter.html.encode(),
        f"{name}.txt": letter.text.encode(),
        f"{name}.eml": letter.raw,
    }
    write_changed(folder, files, served=False)
    page = folder / f"{name}.html"
    if screenshot:
        from publisher.cli.screenshots import take

        pictures = take(page, images=images)
        shots = {f"{name}-{which}.png": picture for which, picture in pictures.items()}
        write_changed(folder, shots, served=False)
        files.update(shots)
    show.line(str(letter.message["Subject"]))
    for file in files:
        show.line(str(folder / file))
    if open_it and not webbrowser.open(page.absolute().as_uri()):
        raise OutputError("no browser could be started")


def _chosen(topics: Sequence[str], collection: Collection) -> tuple[str, ...]:
    known = {topic.slug for topic in collection.topics}
    chosen = [slug.strip() for text in topics for slug in text.split(",") if slug.strip()]
    for slug in chosen:
        if slug not in known:
            raise IssueError(f"--topic {slug}: no such topic; there are {', '.join(sorted(known))}")
    return tuple(dict.fromkeys(chosen))


def _upcoming(
    issue_id: str | None,
    frequency: Frequency | None,
    collection: Collection,
    settings: Settings,
    store: Store,
) -> Issue:
    from publisher.services import publish

    if issue_id is not None:
        return publish.by_id(issue_id, collection, settings, store)
    found = publish.upcoming(collection, settings, store, sending.now(), frequency)
    if found is None:
        raise IssueError("no paper that no issue has held yet")
    return found


def _frozen(
    issue_id: str, choice: EditionKey, collection: Collection, settings: Settings, store: Store
) -> RenderedMessage:
    from publisher.newsletter.audience import edition_key
    from publisher.services import preflight

    frozen = preflight.frozen_messages(issue_id, collection, settings, store)
    key = edition_key(choice)
    # Whoever names no topics wants to see the issue, in whatever edition there is.
    if not choice.topics and frozen and key not in frozen:
        key = next(iter(frozen))
    if key not in frozen:
        topics = ", ".join(choice.topics) or "all topics"
        raise IssueError(f"issue {issue_id}: nobody got it on {topics}")
    return frozen[key]
