"""Checks of the program: its version, and packages and programs that the settings need."""

from __future__ import annotations

import platform
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from publisher import __version__
from publisher.models.health import HealthCheck, HealthStatus
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "program"


class NeededExtra(NamedTuple):
    """An extra that a setting needs, and a module by which its presence shows."""

    extra: str
    module: str
    setting: str


def version() -> HealthCheck:
    """Return the versions of program, Python and system."""
    text = _("digest-publisher {version} on Python {python}, {system}").format(
        version=__version__, python=platform.python_version(), system=platform.system()
    )
    return HealthCheck(AREA, HealthStatus.OK, text)


def needed_extras(settings: Settings) -> Iterator[NeededExtra]:
    """Yield the extras that `settings` need."""
    if settings.store.url.reveal().startswith("postgres"):
        yield NeededExtra("postgresql", "psycopg", "store.url")
    if settings.store.remote:
        yield NeededExtra("remote", "cryptography", "store.remote")
    if settings.mail.dkim_key_file:
        yield NeededExtra("dkim", "dkim", "mail.dkim_key_file")
    if settings.source.feeds:
        yield NeededExtra("feeds", "feedparser", "source.feeds")
    elif any("://" in source for topic in settings.gather.topics for source in topic.sources):
        yield NeededExtra("feeds", "feedparser", "gather.topics")
    if settings.figures.copy:
        yield NeededExtra("figures", "PIL", "figures.copy")
    if settings.mail.keyring or settings.inbox.keyring:
        setting = "mail.keyring" if settings.mail.keyring else "inbox.keyring"
        yield NeededExtra("keyring", "keyring", setting)
    if settings.web.url:
        yield NeededExtra("web", "starlette", "web.url")


def program(examination: Examination) -> Iterator[HealthCheck]:
    """Check versions, extras, and the git program where it is needed."""
    settings = examination.settings
    yield version()
    needed = tuple(needed_extras(settings))
    for extra, module, setting in needed:
        if find_spec(module) is None:
            yield HealthCheck(
                AREA,
                HealthStatus.ERROR,
                _("the extra “{extra}” is not installed").format(extra=extra),
                advice=f"pip install 'digest-publisher[{extra}]'",
                setting=setting,
            )
    if settings.source.git or (settings.gather.topics and settings.gather.commit != "off"):
        setting = "source.git" if settings.source.git else "gather.commit"
        if shutil.which("git") is None:
            text, advice = _("git is not installed"), _("install git")
            yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, setting)
