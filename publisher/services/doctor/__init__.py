"""The examination of an installation: what is wrong, and how to mend it.

Each area has a module with its checks, which are generators of lines; a new one is a row of
`PROBES`. They read and never write, send or make anything, so they may run beside everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import (
    announcements,
    automation,
    clock,
    configuration,
    disk,
    gathering,
    mail,
    mailbox,
    output,
    program,
    sender_domain,
    sources,
    store,
    templates,
    web,
)
from publisher.services.doctor.examination import Examination
from publisher.services.doctor.runner import SECONDS, HealthProbe, run_probes
from publisher.settings.fields import ENV_PREFIX
from publisher.translation import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from publisher.settings import Settings

__all__ = ["AREAS", "PROBES", "Examination", "examine", "run_probes", "worst_first"]

# The areas in the order of a report, with their titles.
AREAS = {
    "program": mark("Program"),
    "settings": mark("Settings"),
    "sources": mark("Digests"),
    "output": mark("Output"),
    "templates": mark("Templates"),
    "store": mark("Store"),
    "disk": mark("Disk"),
    "clock": mark("Clock"),
    "mail": mark("Mail"),
    "dns": mark("DNS of the sender"),
    "mailbox": mark("Mailbox"),
    "gather": mark("Gathering"),
    "announce": mark("Announcements"),
    "automation": mark("Automation"),
    "web": mark("Web app"),
    "backups": mark("Backups"),
}

PROBES = (
    HealthProbe("program", program.program),
    HealthProbe("settings", configuration.configuration),
    HealthProbe("sources", sources.folders),
    HealthProbe("sources", sources.repository, needs_network=True),
    HealthProbe("sources", sources.feeds, needs_network=True),
    HealthProbe("output", output.folder),
    HealthProbe("output", output.served, needs_network=True),
    HealthProbe("templates", templates.templates),
    HealthProbe("store", store.store),
    HealthProbe("store", store.privacy),
    HealthProbe("disk", disk.disk),
    HealthProbe("clock", clock.zone),
    HealthProbe("clock", clock.against_servers, needs_network=True),
    HealthProbe("mail", mail.account),
    HealthProbe("mail", mail.login, needs_network=True),
    HealthProbe("dns", sender_domain.sender_domain, needs_network=True),
    HealthProbe("mailbox", mailbox.maildir),
    HealthProbe("mailbox", mailbox.imap, needs_network=True),
    HealthProbe("gather", gathering.topics),
    HealthProbe("gather", gathering.announcements, needs_network=True),
    HealthProbe("gather", gathering.model, needs_network=True),
    HealthProbe("announce", announcements.targets),
    HealthProbe("announce", announcements.outcomes),
    HealthProbe("automation", automation.processes),
    HealthProbe("automation", automation.tasks),
    HealthProbe("automation", automation.overdue_issues),
    HealthProbe("web", web.web),
    HealthProbe("web", web.app, needs_network=True),
    HealthProbe("backups", store.backups),
)

_WEIGHTS = (HealthStatus.ERROR, HealthStatus.WARNING)


def examine(
    load: Callable[[], Settings],
    *,
    now: datetime,
    environment: Mapping[str, str],
    areas: Collection[str] = (),
    offline: bool = False,
    nameserver: str = "",
    seconds: float = SECONDS,
) -> Iterator[HealthCheck]:
    """Yield the results of the checks of `areas`, all by default, in the order of the areas.

    `load` reads the settings; where it raises `SettingsError`, that is what is wrong. Each check
    of the network has `seconds`, and all run at once.
    """
    wanted = [probe for probe in PROBES if not areas or probe.area in areas]
    try:
        settings = load()
    except SettingsError as error:
        yield program.version()
        advice = _("mend the line; docs/reference/configuration.md has all settings")
        yield HealthCheck(configuration.AREA, HealthStatus.ERROR, str(error), advice)
        return
    if settings.file is None and not any(name.startswith(ENV_PREFIX) for name in environment):
        # All else would be about an installation that does not exist.
        yield program.version()
        yield configuration.missing_file(settings.base, HealthStatus.ERROR)
        return
    examination = Examination(settings, now, environment, offline, nameserver)
    yield from run_probes(wanted, examination, seconds)


def worst_first(checks: Collection[HealthCheck]) -> list[HealthCheck]:
    """Return the problems among `checks`, errors before warnings, else in their order."""
    problems = [check for check in checks if check.is_problem]
    return sorted(problems, key=lambda check: _WEIGHTS.index(check.status))
