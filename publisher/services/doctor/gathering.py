"""Checks of gathering: topics, sources, and the model that writes summaries."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import GatherError
from publisher.gather.summaries.costs import MICRO
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from publisher.models.gathering import BatchRecord
    from publisher.services.doctor.examination import Examination
    from publisher.settings.sections import GatherModel

AREA = "gather"
_OVERDUE_DAYS = 7
_ERRORS = 500


def topics(examination: Examination) -> Iterator[HealthCheck]:
    """Check topics, budget, and what the store knows of the last announcements."""
    from publisher.services.gather_report import gather_state  # noqa: PLC0415 - the store

    settings, now = examination.settings, examination.now
    number = len(settings.gather.topics)
    if not number:
        text = _("no topics are set, so no digests are written")
        advice = _("docs/how-to/arxiv.md shows how to have them written")
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice, "gather.topics")
        return
    text = ngettext("1 topic", "{count} topics", number).format(count=number)
    yield HealthCheck(AREA, HealthStatus.OK, text, setting="gather.topics")
    with examination.store() as store:
        state = gather_state(settings, store, now) if store is not None else None
    if state is None or not state.batches:
        text = _("nothing was gathered yet")
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, "publisher gather")
        return
    yield from overdue(state.batches, now)
    yield from judge_budget(settings.gather.model, state.cost_micro, state.tokens)


def overdue(batches: tuple[BatchRecord, ...], now: datetime) -> Iterator[HealthCheck]:
    """Yield announcements of earlier days that are not read, and the newest that is."""
    today = now.date()
    late = [
        record
        for record in batches
        if 0 < (today - record.day).days <= _OVERDUE_DAYS and not record.state.is_settled
    ]
    for record in late:
        text = _("{channel}, {day}: {state}").format(
            channel=record.channel, day=record.day, state=record.message or record.state
        )
        advice = _("`publisher gather` tries again; `publisher gather status` tells more")
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "gather.topics")
    newest = max((record.day for record in batches if record.state.is_settled), default=None)
    if newest is not None and not late:
        text = _("announcements are read up to {day}").format(day=newest)
        yield HealthCheck(AREA, HealthStatus.OK, text)


def judge_budget(model: GatherModel, cost_micro: int, tokens: int) -> Iterator[HealthCheck]:
    """Yield a warning where the day's budget is used up, or where there is none."""
    if not model.url:
        return
    limit, spent = round(model.budget_per_day * MICRO), cost_micro
    used_up = (limit and spent >= limit) or (
        model.tokens_per_day and tokens >= model.tokens_per_day
    )
    if used_up:
        text = _("the budget of today is spent; further papers have no summary")
        advice = _("wait until tomorrow, or raise the limit under [gather.model]")
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "gather.model.budget_per_day")
    elif not (limit or model.tokens_per_day) and (model.price_in or model.price_out):
        text = _("the model costs money, and nothing limits what is spent a day")
        advice = _("set under [gather.model]: {line}").format(line="budget_per_day = 1.0")
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "gather.model.budget_per_day")


def announcements(examination: Examination) -> Iterator[HealthCheck]:
    """Check that arXiv answers, by one request."""
    gather = examination.settings.gather
    if not any(topic.categories for topic in gather.topics):
        return
    answer = network.fetch(gather.arxiv_url)
    if answer.problem or answer.status >= _ERRORS:
        reason = answer.problem or _("status {status}").format(status=answer.status)
        text = _("{url} can't be reached: {problem}").format(url=gather.arxiv_url, problem=reason)
        advice = _("missed days are made up by a later run")
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "gather.arxiv_url")
    else:
        text = _("{url} answers").format(url=gather.arxiv_url)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="gather.arxiv_url")


def model(examination: Examination) -> Iterator[HealthCheck]:
    """Ask the service for its list of models: it is free, and needs the key."""
    from publisher.gather.summaries.endpoint import Endpoint  # noqa: PLC0415 - httpx2

    settings = examination.settings.gather.model
    if not settings.url:
        return
    seconds = min(settings.timeout_seconds, network.SECONDS)
    quick = msgspec.structs.replace(settings, timeout_seconds=seconds)
    with Endpoint(quick, time.monotonic) as endpoint:
        try:
            names = endpoint.models()
        except GatherError as error:
            advice = _("check gather.model.url and gather.model.api_key")
            yield HealthCheck(AREA, HealthStatus.ERROR, str(error), advice, "gather.model.url")
            return
        yield judge_model(endpoint.name, settings.name, names)


def judge_model(service: str, name: str, names: tuple[str, ...] | None) -> HealthCheck:
    """Return whether the `service` has the model `name` among its `names`, None if it lists none.

    Some list aliases by their full names alone, so a missing one is no error.
    """
    if names is None:
        text = _("{service} answers, and lists no models; the key is tried by the first summary")
        return HealthCheck(
            AREA, HealthStatus.OK, text.format(service=service), setting="gather.model.url"
        )
    if name in names or not names:
        text = _("{service} takes the key, and has the model {name}")
        text = text.format(service=service, name=name)
        return HealthCheck(AREA, HealthStatus.OK, text, setting="gather.model.url")
    text = _("{service} does not list the model {name}").format(service=service, name=name)
    advice = _("it lists {names}").format(names=", ".join(names[:5]))
    return HealthCheck(AREA, HealthStatus.WARNING, text, advice, "gather.model.name")
