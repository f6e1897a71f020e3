"""Checks of the store: its tables, damages, permissions and places where it must not be."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from typing import TYPE_CHECKING

from publisher.errors import OutdatedStore, SettingsError
from publisher.models import SubscriberStatus
from publisher.models.health import HealthCheck, HealthStatus
from publisher.private_folder import DATA_FOLDER
from publisher.services import private_files
from publisher.services.store import store_path
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.services.doctor.examination import Examination

AREA, BACKUPS = "store", "backups"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def store(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the store opens, and is whole."""
    path = store_path(examination.settings)
    place = str(path) if path else _("the database")
    try:
        with examination.store() as opened:
            if opened is None:
                text = _("none yet; the first command that needs it makes it")
                yield HealthCheck(AREA, HealthStatus.SKIPPED, text, setting="store.url")
                return
            people = opened.subscribers.count()[SubscriberStatus.ACTIVE]
            damage = opened.damage()
    except OutdatedStore as error:
        advice = _("make a copy of it now: the next command that uses it upgrades it")
        yield HealthCheck(AREA, HealthStatus.WARNING, str(error), advice, "store.url")
        return
    if damage:
        text = _("{place} is damaged: {damage}").format(place=place, damage=damage)
        advice = _("stop the program, and restore the file from a backup")
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "store.url")
        return
    text = ngettext(
        "{place} is sound; 1 active subscriber", "{place} is sound; {count:,} active subscribers",
        people,
    ).format(place=place, count=people)  # fmt: skip
    yield HealthCheck(AREA, HealthStatus.OK, text, setting="store.url")


def privacy(examination: Examination) -> Iterator[HealthCheck]:
    """Check who can read the private files, and whether they would be published."""
    settings, environment = examination.settings, examination.environment
    try:
        private_files.refuse_to_publish(settings, environment)
    except SettingsError as error:
        yield HealthCheck(AREA, HealthStatus.ERROR, str(error), setting="output.folder")
    for finding in private_files.exposed(settings, environment):
        yield HealthCheck(AREA, HealthStatus.WARNING, f"{finding.path}: {finding.message}")
    if sys.platform == "win32":
        return
    data = settings.path(DATA_FOLDER)
    if data.is_dir() and (problem := open_to_others(data, data.stat().st_mode)):
        yield HealthCheck(AREA, *problem)
    for private in private_files.private_paths(settings, environment):
        outside = (path for path in private.files() if not path.is_relative_to(data))
        for path in outside:
            if problem := open_to_others(path, path.stat().st_mode):
                yield HealthCheck(AREA, *problem, private.setting)


def open_to_others(path: Path, mode: int) -> tuple[HealthStatus, str, str] | None:
    """Return status, text and advice for a private file of `mode` that other users can read."""
    # A folder that nobody else enters keeps what is in it.
    if not mode & _OTHERS or not path.parent.stat().st_mode & _OTHERS:
        return None
    text = _("other users of this machine can read {path}").format(path=path)
    rights = "u=rwX,go="
    recursive = "-R " if stat.S_ISDIR(mode) else ""
    return HealthStatus.WARNING, text, f"chmod {recursive}{rights} {shlex.quote(os.fspath(path))}"


def backups(examination: Examination) -> Iterator[HealthCheck]:
    """Say how to back the store up; whether somebody does, no program can tell."""
    path = store_path(examination.settings)
    with examination.store() as opened:
        people = 0 if opened is None else sum(opened.subscribers.count().values())
    if not people:
        text = _("there is nothing to back up yet")
        yield HealthCheck(BACKUPS, HealthStatus.SKIPPED, text)
        return
    text = _("subscribers and what was sent are in the store alone: copy it every day")
    if path is None:
        advice = "pg_dump --format=custom --file=publisher.dump DATABASE"
    else:
        target = path.with_name(f"{path.name}.backup")
        # Unlike a copy of the file it is whole while the program writes.
        advice = f"sqlite3 {shlex.quote(str(path))} \".backup '{target}'\""
    yield HealthCheck(BACKUPS, HealthStatus.SKIPPED, text, advice, "store.url")
