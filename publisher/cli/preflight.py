"""`publisher preflight`: what is wrong with the next issue, before anybody gets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from publisher.cli import checking, options, sending, show
from publisher.errors import IssueError
from publisher.models import EditionKey, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.models import Collection, Finding
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option("--issue", "issue_id", metavar="ID", help="e.g. 2024-W49.  [default: next]")
@click.option("--online", is_flag=True, help="Ask every link whether it answers.")
@click.option(
    "--dns/--no-dns", default=True, show_default=True, help="Look up the sender's domain."
)
@click.option("--nameserver", default="", metavar="ADDRESS[:PORT]", help="DNS server to ask.")
@click.option("--notes", is_flag=True, help="Say too what is well as it is, or was not checked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@options.config
@options.source
@options.verbose
def preflight(
    *,
    issue_id: str | None,
    online: bool,
    dns: bool,
    nameserver: str,
    notes: bool,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Check the messages of an issue, and the sender's domain, as receivers will.

    The codes are explained in docs/preflight.md. Exit code 1 if there is an error.
    """
    from publisher import preflight as checks
    from publisher.services import build
    from publisher.services import preflight as preflight_service

    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    with build.open_store(settings) as store:
        letters = _letters(issue_id, collection, settings, store)
    found = [
        *preflight_service.check_frozen(letters),
        *(_answers(letters, settings) if online else []),
        *preflight_service.check_domain(settings, nameserver, ask=dns),
    ]
    merged = checks.together(found)
    for one in merged:
        if as_json:
            show.line(json.dumps(_fields(one), ensure_ascii=False))
        elif notes or one.severity is not Severity.NOTE:
            show.line(checking.as_line(one))
    show.note(checking.totals(merged, len(letters)))
    if show.errors(merged):
        raise SystemExit(1)


def _letters(
    issue_id: str | None, collection: Collection, settings: Settings, store: Store
) -> Sequence[RenderedMessage]:
    from publisher.formatter.email import render_edition
    from publisher.services import preflight as preflight_service
    from publisher.services import publish

    if issue_id is not None and store.issues.get(issue_id) is not None:
        return list(
            preflight_service.frozen_messages(issue_id, collection, settings, store).values()
        )
    if issue_id is not None:
        issue = publish.by_id(issue_id, collection, settings, store)
    else:
        upcoming = publish.upcoming(collection, settings, store, sending.now())
        if upcoming is None:
            raise IssueError("no paper that no issue has held yet")
        issue = upcoming
    editions = list(publish.draft(issue, settings, store).editions.values())
    if not editions:
        # Nobody is subscribed yet: who sets the program up wants to know all the same.
        choice = EditionKey(language=settings.mail_language, length=settings.newsletter.length)
        editions = [render_edition(issue, choice, settings)]
    return list(preflight_service.draft_messages(editions, issue, settings, store))


def _answers(letters: Sequence[RenderedMessage], settings: Settings) -> list[Finding]:
    from publisher.preflight import link_check
    from publisher.preflight.links import web_links

    urls = dict.fromkeys(url for letter in letters for url in web_links(letter))
    own = {urlsplit(url).hostname or "" for url in (settings.site.url, settings.web.url) if url}
    show.note(f"asking {show.count(len(urls), 'link')}")
    return link_check.check_links_answer(urls, own, "links")


def _fields(found: Finding) -> dict[str, str]:
    return {
        "edition": found.path,
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
    }
