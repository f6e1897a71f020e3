"""Checks of the digests: their folders, what is read of them, and where they are fetched from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.models.health import HealthCheck, HealthStatus
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Collection
    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "sources"
_GIT_SECONDS, _FEED_SECONDS = 6.0, 5.0


def folders(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the folders exist, and count what is read of them."""
    settings, missing = examination.settings, False
    for name in settings.source.folders:
        folder = settings.path(name).absolute()
        if not folder.is_dir():
            missing = True
            yield HealthCheck(
                AREA,
                HealthStatus.ERROR,
                _("{folder} is no folder").format(folder=folder),
                advice=_("make it, or name another under [source]: {line}").format(
                    line='folders = ["digests"]'
                ),
                setting="source.folders",
            )
    elsewhere = settings.source.git or settings.source.feeds
    if elsewhere and not settings.cache_folder.is_dir():
        text = _("nothing was fetched yet")
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, "publisher build")
    elif not missing:
        yield from papers(examination.collection(), settings)


def papers(collection: Collection, settings: Settings) -> Iterator[HealthCheck]:
    """Yield the numbers of digests and papers, and what could not be read of them."""
    from publisher.services.findings_report import unread_papers  # noqa: PLC0415 - see examination

    digests, count = collection.digest_count, len(collection.papers)
    in_digests = ngettext("1 digest", "{count:,} digests", digests).format(count=digests)
    text = ngettext("1 paper in {digests}", "{count:,} papers in {digests}", count).format(
        count=count, digests=in_digests
    )
    status = HealthStatus.OK if count else HealthStatus.WARNING
    advice = "" if count else _("`publisher formats` shows what is read")
    yield HealthCheck(AREA, status, text, advice, "source.folders")
    unread = unread_papers(collection, settings)
    if unread:
        yield HealthCheck(AREA, HealthStatus.WARNING, unread[0], " ".join(unread[1:]))
    errors = len(collection.errors)
    if errors:
        text = ngettext("1 error in digests", "{count:,} errors in digests", errors)
        advice = _("`publisher check` lists them")
        yield HealthCheck(AREA, HealthStatus.WARNING, text.format(count=errors), advice)


def repository(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the repository answers; nothing is pulled."""
    from publisher.collector.sources import git_address, git_program  # noqa: PLC0415 - few have one
    from publisher.git_process import GitFailure  # noqa: PLC0415 - see above

    source = examination.settings.source
    if not source.git:
        return
    address = git_address.parse(source.git, examination.settings.base)
    branch = git_address.check_branch(source.branch) or "HEAD"
    arguments = ["ls-remote", "--quiet", "--", git_program.REMOTE, branch]
    try:
        environment = git_program.environment(address, source)
        answer = git_program.run(arguments, environment, _GIT_SECONDS)
    except GitFailure as failure:
        text = f"{address.shown}: {git_address.hide(str(failure), address)}"
        advice = _("is the address right, and may this user read it? The last state is used")
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "source.git")
        return
    if answer.strip():
        text = _("{address} answers").format(address=address.shown)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="source.git")
    else:
        text = _("{address} has no branch {branch}").format(address=address.shown, branch=branch)
        advice = _("name one that exists, or leave source.branch out")
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "source.branch")


def feeds(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the feeds answer which digests are read from."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - few sites have feeds

    from publisher.preflight.link_check import check_links_answer  # noqa: PLC0415 - see above

    source = examination.settings.source
    urls = [feed for feed in source.feeds if "://" in feed]
    own = {urlsplit(url).hostname or "" for url in urls} if source.allow_private_hosts else ()
    problems = check_links_answer(urls, own, "source.feeds", seconds=_FEED_SECONDS)
    for finding in problems:
        advice = _("the last state is used; look at the address in a browser")
        yield HealthCheck(AREA, HealthStatus.WARNING, finding.message, advice, "source.feeds")
    if urls and not problems:
        text = ngettext("1 feed answers", "{count} feeds answer", len(urls))
        yield HealthCheck(AREA, HealthStatus.OK, text.format(count=len(urls)))
