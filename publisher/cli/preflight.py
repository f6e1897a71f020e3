"""`publisher preflight`: check an issue before anybody gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from publisher.cli import checking, issues, options, show
from publisher.models import EditionKey, Severity
from publisher.services import build
from publisher.services.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.models import Collection, Finding
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option(
    "--issue",
    "issue_id",
    metavar="ID",
    shell_complete=options.built("issues"),
    help="Id such as 2024-W49.  [default: the next issue]",
)
@click.option("--online", is_flag=True, help="Request every link, and report those that fail.")
@click.option(
    "--dns/--no-dns",
    default=True,
    show_default=True,
    help="Check the DNS records of the sender's domain.",
)
@click.option(
    "--nameserver",
    default="",
    metavar="ADDRESS[:PORT]",
    help="DNS server to ask.  [default: the system's]",
)
@click.option(
    "--notes", is_flag=True, help="Also print notes: what is in order, and what was not checked."
)
@options.as_json_lines
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
    """Check the messages of an issue and the sender's domain as receivers will.

    Each finding has a code, which the documentation explains. The exit code is 1 if there is an
    error.
    """
    from publisher import preflight as checks
    from publisher.services import preflight as preflight_service
    from publisher.services import private_files

    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    with open_store(settings) as store:
        messages = _messages(issue_id, collection, settings, store)
    findings = [
        *preflight_service.check_messages(messages),
        *(_check_links(messages, settings) if online else []),
        *preflight_service.check_domain(settings, nameserver, ask=dns),
        *private_files.exposed(settings),
    ]
    merged = checks.together(findings)
    for finding in merged:
        if as_json:
            show.json_line(_fields(finding))
        elif notes or finding.severity is not Severity.NOTE:
            show.line(checking.as_line(finding))
    show.note(checking.totals(merged, len(messages)))
    if show.errors(merged):
        raise SystemExit(1)


def _messages(
    issue_id: str | None, collection: Collection, settings: Settings, store: Store
) -> Sequence[RenderedMessage]:
    from publisher.formatter.email import render_edition
    from publisher.services import drafts
    from publisher.services import preflight as preflight_service

    if issue_id is not None and store.issues.get(issue_id) is not None:
        return list(
            preflight_service.frozen_messages(issue_id, collection, settings, store).values()
        )
    issue = issues.issue_or_next(issue_id, collection, settings, store)
    editions = list(drafts.draft_issue(issue, settings, store).editions.values())
    if not editions:
        # Nobody is subscribed yet: the default edition stands for all, as during a setup.
        choice = EditionKey(language=settings.mail_language, length=settings.newsletter.length)
        editions = [render_edition(issue, choice, settings)]
    return list(preflight_service.draft_messages(editions, issue, settings, store))


def _check_links(messages: Sequence[RenderedMessage], settings: Settings) -> list[Finding]:
    from publisher.preflight import link_check
    from publisher.preflight.links import web_links

    urls = dict.fromkeys(url for message in messages for url in web_links(message))
    own = {urlsplit(url).hostname or "" for url in (settings.site.url, settings.web.url) if url}
    show.note(show.number_of(len(urls), "requesting 1 link", "requesting {count} links"))
    return link_check.check_links_answer(urls, own, "links")


def _fields(finding: Finding) -> dict[str, str]:
    return {
        "edition": finding.path,
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
    }
