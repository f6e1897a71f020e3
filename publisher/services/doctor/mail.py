"""Checks of outgoing mail: the server and its login, and what the provider expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigurationFailure, TransportError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings
    from publisher.settings.sections import Mail

AREA = "mail"
_GMAIL = "Google"


def account(examination: Examination) -> Iterator[HealthCheck]:
    """Check what needs no network: the transport, the account and its limits."""
    settings = examination.settings
    from publisher.sender.transports import transport_class  # noqa: PLC0415 - yagmail

    if not transport_class(settings).leaves_machine:
        text = _("nothing is sent: mail.transport is “{name}”").format(name=settings.mail.transport)
        advice = _("to send, set under [mail]: {line}").format(line='transport = "smtp"')
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice, "mail.transport")
        return
    yield from sender_problems(settings.mail)
    yield from limit_problems(settings)


def sender_problems(mail: Mail) -> Iterator[HealthCheck]:
    """Yield a warning where the provider would put another sender into messages."""
    from publisher.preflight.domain import Route  # noqa: PLC0415 - dnspython

    route = Route.of(mail)
    is_own = mail.from_address.lower() == mail.username.lower()
    if route.personal and route.provider is not None and not is_own:
        text = _("{provider} replaces the sender {address} by {username}, unless it is an alias")
        yield HealthCheck(
            AREA,
            HealthStatus.WARNING,
            text.format(
                provider=route.provider.name, address=mail.from_address, username=mail.username
            ),
            advice=_("set under [mail]: {line}").format(line=f'from_address = "{mail.username}"'),
            setting="mail.from_address",
        )


def limit_problems(settings: Settings) -> Iterator[HealthCheck]:
    """Yield a warning where Google's daily limit would stop an issue half-way."""
    from publisher.preflight.domain import Route  # noqa: PLC0415 - dnspython

    route, pace = Route.of(settings.mail), settings.pace
    is_google = route.provider is not None and route.provider.name == _GMAIL
    if is_google and not (pace.preset or pace.per_day):
        preset = "gmail" if route.personal else "workspace"
        text = _("Google takes a limited number of messages a day, and no limit is set")
        advice = _("set under [pace]: {line}").format(line=f'preset = "{preset}"')
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "pace.preset")


def login(examination: Examination) -> Iterator[HealthCheck]:
    """Connect and log in, and send nothing."""
    settings = examination.settings
    from publisher.sender import transports  # noqa: PLC0415 - yagmail
    from publisher.sender.transports.smtp import SmtpTransport  # noqa: PLC0415 - yagmail

    if not transports.transport_class(settings).leaves_machine:
        return
    mail = settings.mail
    seconds = min(mail.timeout_seconds, network.SECONDS)
    limited = msgspec.structs.replace(
        settings, mail=msgspec.structs.replace(mail, timeout_seconds=seconds)
    )
    with transports.create(limited) as transport:
        transport.prepare()
        try:
            transport.open()
        except TransportError as error:
            is_settings = isinstance(error, ConfigurationFailure)
            advice = (
                _("mend the setting; docs/how-to/gmail.md has the settings of the large providers")
                if is_settings
                else _("is the server up, and does a firewall let this machine reach its port?")
            )
            yield HealthCheck(AREA, HealthStatus.ERROR, str(error), advice, "mail.host")
            return
        end = transport.certificate_end if isinstance(transport, SmtpTransport) else None
    place = f"{mail.host}:{mail.port}"
    if mail.username:
        text = _("{server} takes the login of {username}").format(
            server=place, username=mail.username
        )
    else:
        text = _("{server} answers; no login is set").format(server=place)
    yield HealthCheck(AREA, HealthStatus.OK, text, setting="mail.host")
    if end is not None and (
        problem := network.judge_certificate(AREA, mail.host, end - examination.now, "mail.host")
    ):
        yield problem
