"""Checks of announcements: the targets' addresses, and what became of the last ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.models import DeliveryState
from publisher.models.health import HealthCheck, HealthStatus
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.models.announcements import Announcement
    from publisher.services.doctor.examination import Examination

AREA = "announce"
SETTING = "announce.targets"
_REFUSED = (DeliveryState.READY, DeliveryState.REJECTED)


def targets(examination: Examination) -> Iterator[HealthCheck]:
    """Check that each address is one that Apprise knows; nothing is sent."""
    chosen = examination.settings.announce.targets
    if not chosen:
        text = _("nothing is announced in chats and networks")
        advice = _("docs/how-to/announcements.md shows how to add one")
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice, SETTING)
        return
    from publisher.services.announcements.networks import open_network  # noqa: PLC0415 - an extra

    for target in chosen:
        try:
            service = open_network(target).service
        except SettingsError as error:
            advice = _("`publisher announce --test` tries it out")
            yield HealthCheck(AREA, HealthStatus.ERROR, str(error), advice, SETTING)
            continue
        text = _("{target}: {service}").format(target=target.name, service=service)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting=SETTING)


def outcomes(examination: Examination) -> Iterator[HealthCheck]:
    """Check the newest announcement to each target, and those in doubt."""
    names = [target.name for target in examination.settings.announce.targets]
    if not names:
        return
    with examination.store() as store:
        if store is None:
            return
        newest = [row for name in names for row in store.announcements.newest(1, target=name)]
        doubts = store.announcements.in_doubt()
    yield from judge_outcomes(newest)
    for name in names:
        if number := doubts.get(name, 0):
            text = ngettext(
                "{target}: 1 announcement is in doubt: it may have arrived",
                "{target}: {count} announcements are in doubt: they may have arrived",
                number,
            ).format(target=name, count=number)
            advice = _(
                "look whether it is there; `publisher announce --retry-unknown` or `--abandon` "
                "decides"
            )
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, SETTING)


def judge_outcomes(newest: Sequence[Announcement]) -> Iterator[HealthCheck]:
    """Yield what became of the newest announcement to each target."""
    for row in newest:
        if row.state is DeliveryState.SENT:
            text = _("{target}: announced {time}: {title}").format(
                target=row.target, time=f"{row.updated_at:%Y-%m-%d %H:%M}", title=row.text.title
            )
            yield HealthCheck(AREA, HealthStatus.OK, text)
        elif row.state in _REFUSED and row.reason:
            text = _("{target}: the last announcement was refused: {reason}").format(
                target=row.target, reason=row.reason
            )
            advice = _("check its url; `publisher announce --test` tries it out")
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, SETTING)
