"""Checks of the clock: links that expire, logins by token and due issues all need it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.formatter.feeds.formats import FORMATS
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.services.doctor.configuration import is_local
from publisher.services.store import store_path
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "clock"
# Time zones of file servers, and answers that caches have kept for a while, are off by minutes.
_MINUTES, _HOURS = timedelta(minutes=2), timedelta(hours=1)


def zone(examination: Examination) -> Iterator[HealthCheck]:
    """Show the time in the site's zone, and check it against files of the past."""
    site = examination.settings.site
    text = _("it is {time} in {zone}").format(
        time=f"{examination.now.astimezone(site.zone):%Y-%m-%d %H:%M}", zone=site.timezone
    )
    yield HealthCheck(AREA, HealthStatus.OK, text, setting="site.timezone")
    for path in past_files(examination.settings):
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if changed - examination.now > _MINUTES:
            text = _("{file} was changed at {time} UTC, which is still to come").format(
                file=path, time=f"{changed:%Y-%m-%d %H:%M}"
            )
            yield HealthCheck(AREA, HealthStatus.WARNING, text, set_clock())


def past_files(settings: Settings) -> Iterator[Path]:
    """Yield those of the files that exist which this machine has written itself."""
    store = store_path(settings)
    output = settings.path(settings.output.folder)
    candidates = (settings.file, store, output / "index.html", output / FORMATS[0].file_name)
    yield from (path for path in candidates if path is not None and path.is_file())


def against_servers(examination: Examination) -> Iterator[HealthCheck]:
    """Compare the clock with that of the first server that answers."""
    for name, url in clocks(examination.settings):
        before = datetime.now(UTC)
        date = network.fetch(url).date
        if date is not None:
            # The clock as it is when the answer comes, moved as the examination's own is.
            now = examination.now + (datetime.now(UTC) - before)
            yield judge_clock(now, date, name)
            return
    text = _("no server to compare the clock with")
    yield HealthCheck(AREA, HealthStatus.SKIPPED, text)


def clocks(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield names and addresses of servers that the settings name anyway."""
    site, web = settings.site, settings.web
    if not is_local(site.domain):
        yield site.domain, site.url
    if web.root and not is_local(web.root.split("/")[2].partition(":")[0]):
        yield "web.url", f"{web.root}healthz"
    if any(topic.categories for topic in settings.gather.topics):
        yield "arXiv", settings.gather.arxiv_url


def judge_clock(now: datetime, other: datetime, name: str) -> HealthCheck:
    """Return whether the clock, which shows `now`, is right by the clock of the server `name`."""
    distance = now - other
    if abs(distance) < _MINUTES:
        text = _("the clock agrees with that of {server}").format(server=name)
        return HealthCheck(AREA, HealthStatus.OK, text)
    minutes = round(abs(distance) / timedelta(minutes=1))
    ahead = distance > timedelta()
    text = (
        _("the clock is {minutes:,} minutes ahead of that of {server}")
        if ahead
        else _("the clock is {minutes:,} minutes behind that of {server}")
    ).format(minutes=minutes, server=name)
    status = HealthStatus.ERROR if abs(distance) > _HOURS else HealthStatus.WARNING
    return HealthCheck(AREA, status, text, set_clock())


def set_clock() -> str:
    """Return how to set the clock."""
    return _("set the clock by the network, e.g. `timedatectl set-ntp true` on Linux")
