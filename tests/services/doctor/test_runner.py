"""Checks run side by side, and none stops another."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.errors import SettingsError, StoreError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import AREAS, PROBES, examine, worst_first
from publisher.services.doctor.examination import Examination
from publisher.services.doctor.runner import HealthProbe, run_probes, secrets_of
from publisher.settings import load
from publisher.translation import using

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
OK, WARNING, ERROR, SKIPPED = HealthStatus


def fine(_examination: Examination) -> Iterator[HealthCheck]:
    yield HealthCheck("mail", HealthStatus.OK, "fine")


def failing(_examination: Examination) -> Iterator[HealthCheck]:
    yield HealthCheck("mail", HealthStatus.OK, "begun")
    raise ValueError("secret words")


def refusing(_examination: Examination) -> Iterator[HealthCheck]:
    raise SettingsError("mail.transport: no transport")
    yield


def without_store(_examination: Examination) -> Iterator[HealthCheck]:
    raise StoreError("publisher.db: the file is damaged")
    yield


def examination(**flags: dict[str, object]) -> Examination:
    return Examination(load(None, {}, flags), NOW)


def statuses(checks: Iterator[HealthCheck]) -> list[tuple[HealthStatus, str]]:
    return [(check.status, check.message) for check in checks]


def test_a_check_that_fails_or_hangs_stops_no_other() -> None:
    over = threading.Event()

    def hanging(_examination: Examination) -> Iterator[HealthCheck]:
        over.wait(60)
        yield HealthCheck("mail", HealthStatus.OK, "too late")

    checks = (hanging, failing, refusing, without_store, fine)
    probes = [HealthProbe("mail", check) for check in checks]
    began = time.monotonic()
    results = statuses(run_probes(probes, examination(), 1.0, 1.0))
    assert time.monotonic() - began < 10
    over.set()
    assert results == [
        (HealthStatus.WARNING, "this check took too long and was left"),
        (HealthStatus.OK, "begun"),
        (HealthStatus.WARNING, "this check failed: ValueError"),
        (HealthStatus.ERROR, "mail.transport: no transport"),
        (HealthStatus.SKIPPED, "the store can't be read"),
        (HealthStatus.OK, "fine"),
    ]


def test_only_servers_have_little_time() -> None:
    def reading(_examination: Examination) -> Iterator[HealthCheck]:
        time.sleep(0.5)
        yield HealthCheck("sources", HealthStatus.OK, "read")

    probes = [HealthProbe("sources", reading), HealthProbe("sources", reading, needs_network=True)]
    results = statuses(run_probes(probes, examination(), seconds=0.01))
    assert results[0] == (HealthStatus.OK, "read")


def test_checks_run_at_once() -> None:
    barrier = threading.Barrier(3)

    def meeting(_examination: Examination) -> Iterator[HealthCheck]:
        barrier.wait(30)
        yield HealthCheck("web", HealthStatus.OK, "met")

    results = statuses(run_probes([HealthProbe("web", meeting)] * 3, examination(), seconds=30))
    assert {status for status, _ in results} == {HealthStatus.OK}


def test_offline_asks_no_server() -> None:
    def asking(_examination: Examination) -> Iterator[HealthCheck]:
        raise AssertionError("it was asked")
        yield

    offline = Examination(load(None, {}), NOW, offline=True)
    probes = [
        HealthProbe("mail", fine),
        HealthProbe("mail", asking, needs_network=True),
        HealthProbe("dns", asking, needs_network=True),
        HealthProbe("dns", asking, needs_network=True),
    ]
    assert [(check.area, check.message) for check in run_probes(probes, offline)] == [
        ("mail", "fine"),
        ("dns", "the network is not asked"),
    ]


def test_no_secret_is_shown() -> None:
    flags: dict[str, dict[str, object]] = {
        "mail": {"password": "correct horse"},
        "gather.model": {"api_key": "sk-12345678"},
        "store": {"url": "postgresql://me:battery@db.example.org/papers"},
    }
    examined = examination(**flags)
    assert set(secrets_of(examined.settings)) == {"correct horse", "sk-12345678", "battery"}

    def leaking(examination: Examination) -> Iterator[HealthCheck]:
        text = " ".join(secrets_of(examination.settings))
        yield HealthCheck("mail", HealthStatus.OK, text, advice=text)

    (check,) = run_probes([HealthProbe("mail", leaking)], examined)
    assert check.message == check.advice == "*** *** ***"


def test_texts_are_in_the_language_of_the_caller() -> None:
    from publisher.translation import language

    def speaking(_examination: Examination) -> Iterator[HealthCheck]:
        yield HealthCheck("mail", HealthStatus.OK, language())

    with using("zh"):
        (check,) = run_probes([HealthProbe("mail", speaking)], examination())
    assert check.message == "zh"


def test_every_area_has_checks() -> None:
    assert list(dict.fromkeys(probe.area for probe in PROBES)) == list(AREAS)


def test_unreadable_settings_are_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "publisher.toml"
    file.write_text('[mail]\ntransprot = "smtp"\n', encoding="utf-8")
    checks = list(examine(lambda: load(file, {}), now=NOW, environment={}))
    assert [(check.area, check.status) for check in checks] == [
        ("program", HealthStatus.OK),
        ("settings", HealthStatus.ERROR),
    ]
    assert "did you mean mail.transport?" in checks[1].message


def test_the_worst_comes_first() -> None:
    checks = [HealthCheck("web", status, status.value) for status in (OK, WARNING, SKIPPED, ERROR)]
    assert [check.message for check in worst_first(checks)] == ["error", "warning"]
