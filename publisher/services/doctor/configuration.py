"""Checks of the settings beyond those that are made when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.models.health import HealthCheck, HealthStatus
from publisher.sender.transports.login import is_this_host
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "settings"
_LOCAL = "localhost"


def configuration(examination: Examination) -> Iterator[HealthCheck]:
    """Check where settings come from, and what they lack or contradict."""
    settings = examination.settings
    if settings.file is not None:
        yield HealthCheck(AREA, HealthStatus.OK, _("{file} is read").format(file=settings.file))
    else:
        # Variables and options took its place, else the examination would have ended there.
        yield missing_file(settings.base, HealthStatus.WARNING)
    sends = leaves_machine(settings)
    yield from address_problems(settings, sends=sends)
    yield from mail_contradictions(settings, sends=sends)
    yield from tag_problems(settings, examination.now.year)


def missing_file(folder: Path, status: HealthStatus) -> HealthCheck:
    """Return the line about a missing settings file, as bad as `status` says."""
    text = _("there is no publisher.toml in {folder}").format(folder=folder)
    advice = _("run `publisher init` here, or name your file with --config")
    return HealthCheck(AREA, status, text, advice)


def leaves_machine(settings: Settings) -> bool:
    """Return whether mail is sent to other people's servers. Raises `SettingsError`."""
    from publisher.sender.transports import transport_class  # noqa: PLC0415 - yagmail

    return transport_class(settings).leaves_machine


def address_problems(settings: Settings, *, sends: bool) -> Iterator[HealthCheck]:
    """Yield a line where `site.url` is no address for readers; worse where mail is sent."""
    site = settings.site
    if is_local(site.domain):
        yield HealthCheck(
            AREA,
            HealthStatus.ERROR if sends else HealthStatus.WARNING,
            _("site.url is {url}, which only this machine reaches; feeds and mails link to it")
            .format(url=site.url),
            advice=_("set the address of your site under [site]: {line}").format(
                line='url = "https://papers.example.org/"'
            ),
            setting="site.url",
        )  # fmt: skip
    else:
        text = _("the site is {url}").format(url=site.url)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="site.url")


def is_local(host: str) -> bool:
    """Return whether `host` is this machine."""
    return is_this_host(host) or host.endswith(f".{_LOCAL}")


def mail_contradictions(settings: Settings, *, sends: bool) -> Iterator[HealthCheck]:
    """Yield settings of mail that do not fit each other."""
    mail = settings.mail
    if not sends and mail.username:
        yield HealthCheck(
            AREA,
            HealthStatus.WARNING,
            _("mail.username is set, but mail.transport is “{name}”: nothing is sent").format(
                name=mail.transport
            ),
            advice=_("to send, set under [mail]: {line}").format(line='transport = "smtp"'),
            setting="mail.transport",
        )
    if sends and mail.from_address.endswith(f"@{_LOCAL}"):
        yield HealthCheck(
            AREA,
            HealthStatus.ERROR,
            _("mail.from_address is {address}: no server takes mail from it").format(
                address=mail.from_address
            ),
            advice=_("set under [mail]: {line}").format(line='from_address = "you@example.org"'),
            setting="mail.from_address",
        )
    if sends and not settings.web.url and not settings.inbox.is_set_up:
        yield HealthCheck(
            AREA,
            HealthStatus.WARNING,
            _("people unsubscribe by mail to {address}, which the program does not read").format(
                address=settings.inbox_address
            ),
            advice=_("set inbox.host or inbox.maildir, or run the web app and set web.url"),
            setting="inbox.host",
        )


def tag_problems(settings: Settings, year: int) -> Iterator[HealthCheck]:
    """Yield what is wrong with the permanent ids of entries (RFC 4151, 2.1)."""
    from publisher.formatter.site.entry_ids import (  # noqa: PLC0415 - feeds: few checks need them
        published_tag,
        tag_warnings,
    )

    if int(settings.site.tag_date[:4]) > year:
        yield HealthCheck(
            AREA,
            HealthStatus.ERROR,
            _("site.tag_date is {date}, which is still to come").format(
                date=settings.site.tag_date
            ),
            advice=_("take a year in which the host was already yours"),
            setting="site.tag_date",
        )
    built = published_tag(settings.path(settings.output.folder))
    for text in tag_warnings(built, settings):
        yield HealthCheck(AREA, HealthStatus.ERROR, text, setting="site.tag_domain")
