"""Run checks side by side, each in a thread of its own.

A check that fails or hangs stops no other: what it has reported so far counts, and a line says what
happened. Threads are daemons, as nothing can end one that waits for the network.
"""

from __future__ import annotations

import importlib
import time
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from publisher.errors import PublisherError, StoreError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.settings import Secret
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.services.doctor.examination import Examination, Probe
    from publisher.settings import Settings

# For what asks servers: together with the start of the program it stays under ten seconds.
SECONDS = 7.5
# For what works on this machine, such as reading thousands of digests; a dead network drive hangs.
LOCAL_SECONDS = 60.0
# What is shorter than this stands in many a text by chance.
_SHORTEST_SECRET = 4
# Threads that import parts of one package at once may each wait for the other.
_SHARED_MODULES = (
    "publisher.collector",
    "publisher.formatter.feeds.formats",
    "publisher.formatter.site.manifest",
    "publisher.formatter.templating.templates",
    "publisher.inbound.processor",
    "publisher.preflight.domain",
    "publisher.sender.transports.smtp",
    "publisher.services.editing",
    "publisher.services.findings_report",
    "publisher.services.gather_report",
    "publisher.services.store",
)


class HealthProbe(NamedTuple):
    """A check of an area; `check` yields its results."""

    area: str
    check: Probe
    needs_network: bool = False


@dataclass(slots=True)
class _RunningProbe:
    """A check in its thread."""

    probe: HealthProbe
    examination: Examination
    results: list[HealthCheck] = field(default_factory=list)
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        # The language of texts is a context variable.
        context = copy_context()
        self.thread = Thread(target=context.run, args=(self._work,), daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            for result in self.probe.check(self.examination):
                self.results.append(result)
        except StoreError as error:
            # The area of the store itself says so.
            unread = _("the store can't be read")
            if self.probe.area == "store":
                self._fail(HealthStatus.ERROR, str(error))
            else:
                self._fail(HealthStatus.SKIPPED, unread)
        except PublisherError as error:
            self._fail(HealthStatus.ERROR, str(error))
        except Exception as error:  # noqa: BLE001 - a defect of one check must not hide the others
            # Only the type: the text may hold anything.
            text = _("this check failed: {error}").format(error=type(error).__name__)
            self._fail(HealthStatus.WARNING, text)

    def _fail(self, status: HealthStatus, message: str) -> None:
        self.results.append(HealthCheck(self.probe.area, status, message))

    def wait(self, deadline: float) -> list[HealthCheck]:
        """Return the results, at `deadline` (steady) those that are there."""
        self.thread.join(max(0.0, deadline - time.monotonic()))
        results = list(self.results)
        if self.thread.is_alive():
            text = _("this check took too long and was left")
            results.append(HealthCheck(self.probe.area, HealthStatus.WARNING, text))
        return results


def run_probes(
    probes: Sequence[HealthProbe],
    examination: Examination,
    seconds: float = SECONDS,
    local_seconds: float = LOCAL_SECONDS,
) -> Iterator[HealthCheck]:
    """Run `probes` at once; yield their results in the order of the probes.

    Those that need the network have `seconds` each, the others `local_seconds`. The former are left
    out where the examination is offline, and an area of which nothing else is left says so.
    """
    secrets = secrets_of(examination.settings)
    asked = [p for p in probes if not (p.needs_network and examination.offline)]
    if len(asked) > 1:
        for name in _SHARED_MODULES:
            importlib.import_module(name)
    began = time.monotonic()
    running = {probe: _RunningProbe(probe, examination) for probe in asked}
    left_out = {probe.area for probe in probes} - {probe.area for probe in asked}
    for probe in probes:
        if probe in running:
            limit = seconds if probe.needs_network else local_seconds
            for result in running[probe].wait(began + limit):
                yield _without_secrets(result, secrets)
        elif probe.area in left_out:
            left_out.remove(probe.area)
            text = _("the network is not asked")
            yield HealthCheck(probe.area, HealthStatus.SKIPPED, text)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return the secrets that `settings` hold, the longest first."""
    texts = set()
    for struct in _structs(settings):
        values = (getattr(struct, name) for name in struct.__struct_fields__)
        texts |= {value.reveal().strip() for value in values if isinstance(value, Secret)}
    # The address of a database is shown without its password, and no secret by itself.
    texts.discard(settings.store.url.reveal().strip())
    password = settings.store.url.reveal().rpartition("@")[0].rpartition(":")[2]
    texts.add(password)
    return tuple(
        sorted((text for text in texts if len(text) >= _SHORTEST_SECRET), key=len, reverse=True)
    )


def _structs(struct: msgspec.Struct) -> Iterator[msgspec.Struct]:
    yield struct
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, msgspec.Struct):
            yield from _structs(value)


def _without_secrets(check: HealthCheck, secrets: Iterable[str]) -> HealthCheck:
    message, advice = check.message, check.advice
    for secret in secrets:
        message, advice = message.replace(secret, "***"), advice.replace(secret, "***")
    return HealthCheck(check.area, check.status, message, advice, check.setting)
