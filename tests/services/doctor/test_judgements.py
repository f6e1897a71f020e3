"""The judgements of the checks, as tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.models import SubscriberStatus
from publisher.models.gathering import BatchRecord, BatchState
from publisher.models.health import HealthStatus
from publisher.models.ledger import FrozenIssue, IssueState
from publisher.services.doctor import (
    automation,
    clock,
    configuration,
    disk,
    gathering,
    mail,
    network,
    output,
    program,
    store,
    web,
)
from publisher.services.doctor.network import WebAnswer
from publisher.settings import Settings, load
from publisher.settings.sections import GatherModel
from publisher.store.operations.tasks import TaskState

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
OK, WARNING, ERROR, SKIPPED = HealthStatus
MIB = 2**20
SITE = {"url": "https://papers.example.net/"}
SMTP = {"transport": "smtp", "from_address": "news@papers.example.net"}


def settings_of(**flags: Any) -> Settings:
    return load(None, {}, {name.replace("__", "."): keys for name, keys in flags.items()})


@pytest.mark.parametrize(
    ("free", "files", "status"),
    [
        (10 * MIB, None, ERROR),
        (100 * MIB, None, WARNING),
        (5000 * MIB, None, OK),
        (5000 * MIB, 100, ERROR),
        (5000 * MIB, 5_000, WARNING),
        (5000 * MIB, 500_000, OK),
    ],
)
def test_space(free: int, files: int | None, status: HealthStatus) -> None:
    check = disk.judge_space("output.folder", Path("/srv"), disk.DiskSpace(1, free, files))
    assert (check.status, check.setting) == (status, "output.folder")
    assert "/srv" in check.message
    assert bool(check.advice) == check.is_problem


@pytest.mark.parametrize(
    ("seconds", "status", "words"),
    [
        (30, OK, "agrees"),
        (600, WARNING, "10 minutes ahead"),
        (-600, WARNING, "10 minutes behind"),
        (-86_400, ERROR, "1,440 minutes behind"),
    ],
)
def test_clocks(seconds: int, status: HealthStatus, words: str) -> None:
    check = clock.judge_clock(NOW + timedelta(seconds=seconds), NOW, "papers.example.org")
    assert check.status is status
    assert words in check.message


FEED = b"<feed>tag:papers.example.org,2024:feed:all new</feed>"
OLDER = b"<feed>tag:papers.example.org,2024:feed:all old</feed>"


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (WebAnswer(200, FEED), OK, "what was built last"),
        (WebAnswer(200, OLDER), WARNING, "another state"),
        (WebAnswer(200, b"<html>welcome</html>"), ERROR, "not this site"),
        (WebAnswer(404, b"nothing"), ERROR, "does not exist"),
        (WebAnswer(503, b""), ERROR, "status 503"),
        (WebAnswer(problem="no such host"), ERROR, "no such host"),
    ],
)
def test_the_served_site(answer: WebAnswer, status: HealthStatus, words: str) -> None:
    url = "https://papers.example.org/atom.xml"
    check = output.judge_site(url, FEED, answer, "tag:papers.example.org,2024")
    assert check.status is status
    assert words in check.message


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (WebAnswer(200, b'{"status":"ok"}'), OK),
        (WebAnswer(200, b"<html>"), ERROR),
        (WebAnswer(404), ERROR),
        (WebAnswer(503, b"{}"), ERROR),
        (WebAnswer(problem="refused"), ERROR),
    ],
)
def test_the_app(answer: WebAnswer, status: HealthStatus) -> None:
    assert web.judge_app("https://papers.example.org/healthz", answer).status is status


@pytest.mark.parametrize(
    ("days", "shown"), [(-3, "0 days"), (0, "0 days"), (1, "1 day"), (13, "13 days"), (14, "")]
)
def test_certificates(days: int, shown: str) -> None:
    check = network.judge_certificate("mail", "mail.example.org", timedelta(days=days), "mail.host")
    assert (check is None) == (shown == "")
    assert check is None or check.message.endswith(shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 30 Nov 2026 12:00:00 GMT", NOW),
        ("Mon, 30 Nov 2026 12:00:00 -0000", NOW),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: datetime | None) -> None:
    assert network.read_date(text) == expected


@pytest.mark.parametrize(
    ("flags", "sends", "settings"),
    [
        ({"site": SITE}, False, []),
        ({}, False, ["site.url"]),
        ({"site": SITE, "mail": {"username": "me"}}, False, ["mail.transport"]),
        ({"site": SITE, "mail": SMTP}, True, ["inbox.host"]),
        ({"site": SITE, "mail": SMTP, "inbox": {"host": "imap.example.net"}}, True, []),
        ({"site": SITE, "mail": SMTP, "web": {"url": "https://a.example.net"}}, True, []),
        (
            {"site": SITE, "mail": {"transport": "smtp"}, "inbox": {"host": "imap.example.net"}},
            True,
            ["mail.from_address"],
        ),
        ({"site": {**SITE, "tag_date": "2031"}}, False, ["site.tag_date"]),
    ],
)
def test_contradictions(flags: dict[str, Any], sends: bool, settings: list[str]) -> None:
    loaded = settings_of(**flags)
    assert configuration.leaves_machine(loaded) is sends
    checks = [
        *configuration.address_problems(loaded, sends=sends),
        *configuration.mail_contradictions(loaded, sends=sends),
        *configuration.tag_problems(loaded, 2026),
    ]
    assert [check.setting for check in checks if check.is_problem] == settings


def test_a_local_address_is_worse_where_mail_is_sent() -> None:
    loaded = settings_of()
    statuses = [
        next(configuration.address_problems(loaded, sends=sends)).status for sends in (False, True)
    ]
    assert statuses == [WARNING, ERROR]


GMAIL = {"transport": "smtp", "host": "smtp.gmail.com", "username": "me@gmail.com"}


@pytest.mark.parametrize(
    ("keys", "pace", "settings"),
    [
        ({**GMAIL, "from_address": "me@gmail.com"}, {"preset": "gmail"}, []),
        ({**GMAIL, "from_address": "Me@Gmail.com"}, {}, ["pace.preset"]),
        ({**GMAIL, "from_address": "news@lab.org"}, {"per_day": 400}, ["mail.from_address"]),
        ({**SMTP, "host": "mail.lab.org", "username": "news"}, {}, []),
    ],
)
def test_accounts(keys: dict[str, object], pace: dict[str, object], settings: list[str]) -> None:
    loaded = settings_of(mail=keys, pace=pace)
    checks = [*mail.sender_problems(loaded.mail), *mail.limit_problems(loaded)]
    assert [check.setting for check in checks] == settings


@pytest.mark.parametrize(
    ("flags", "extras"),
    [
        ({}, []),
        ({"store": {"url": "postgresql://db/papers"}}, ["postgresql"]),
        ({"mail": {"dkim_key_file": "key.pem", "keyring": True}}, ["dkim", "keyring"]),
        ({"source": {"feeds": ["https://a.example.org/rss"]}}, ["feeds"]),
        ({"web": {"url": "https://a.example.org"}}, ["web"]),
    ],
)
def test_extras(flags: dict[str, Any], extras: list[str]) -> None:
    assert [needed.extra for needed in program.needed_extras(settings_of(**flags))] == extras


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ({"url": "https://a.example.net", "trusted_proxies": ["127.0.0.1"]}, []),
        ({"url": "http://localhost:8000"}, []),
        ({"url": "https://a.example.net"}, ["web.trusted_proxies"]),
        ({"url": "http://a.example.net", "host": "::"}, ["web.url"]),
        ({"url": "https://a.example.net/papers", "host": "::"}, ["web.url"]),
        (
            {"url": "http://localhost:8000", "webhook_secret": "short"},
            ["web.webhook_secret"],
        ),
    ],
)
def test_web_settings(keys: dict[str, object], settings: list[str]) -> None:
    checks = web.web_problems(settings_of(web=keys))
    assert [check.setting for check in checks] == settings


def task(name: str, *, failed: bool = False, result: str = "") -> TaskState:
    return TaskState(name, None, None, None, NOW, failed=failed, result=result)


def test_tasks() -> None:
    good, bad = task("letters"), task("inbox", failed=True, result="login refused")
    (check,) = automation.judge_tasks([good, bad])
    assert (check.status, "login refused" in check.message) == (WARNING, True)
    (check,) = automation.judge_tasks([good])
    assert (check.status, "2026-11-30 12:00" in check.message) == (OK, True)
    assert list(automation.judge_tasks([])) == []


def test_issues() -> None:
    paused = FrozenIssue("2026-W48", NOW, NOW, NOW, "", IssueState.PAUSED, None, "quota")
    checks = list(automation.judge_issues([paused], {"2026-W48": 3}))
    assert [check.status for check in checks] == [WARNING, WARNING]
    assert "quota" in checks[0].message
    assert "3 deliveries in doubt" in checks[1].message


def test_subscribers() -> None:
    (check,) = automation.judge_people({SubscriberStatus.ACTIVE: 1}, 0)
    assert (check.status, check.message) == (OK, "1 active subscriber")
    nobody, waiting = automation.judge_people({}, 2)
    assert (nobody.status, waiting.status) == (SKIPPED, WARNING)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["/usr/bin/python", "-m", "publisher", "run"], "run"),
        (["python", "/home/me/.local/bin/publisher", "serve", "--port", "80"], "serve"),
        (["publisher.exe", "run"], "run"),
        (["publisher", "build"], ""),
        (["vim", "publisher", "notes"], ""),
        (["run"], ""),
        ([], ""),
    ],
)
def test_commands_of_processes(words: list[str], command: str) -> None:
    assert automation.command_in(words) == command


@pytest.mark.parametrize(
    ("arguments", "folder", "expected"),
    [
        ([], "site", True),
        ([], "other", False),
        (["--config", "../site/publisher.toml"], "other", True),
        (["--config=publisher.toml"], "site", True),
        (["--config", "other.toml"], "site", False),
    ],
)
def test_processes_of_another_site(
    tmp_path: Path, arguments: list[str], folder: str, expected: bool
) -> None:
    for name in ("site", "other"):
        (tmp_path / name).mkdir()
    file = tmp_path / "site" / "publisher.toml"
    file.touch()
    words = ["publisher", "run", *arguments]
    assert automation.is_for(words, tmp_path / folder, load(file, {})) is expected


MODEL = {"url": "https://models.example.org/v1", "name": "m"}


@pytest.mark.parametrize(
    ("keys", "spent", "tokens", "problems"),
    [
        ({}, 0, 0, 0),
        (MODEL, 0, 0, 0),
        ({**MODEL, "price_in": 1.0}, 0, 0, 1),
        ({**MODEL, "price_in": 1.0, "budget_per_day": 2.0}, 1_999_999, 0, 0),
        ({**MODEL, "price_in": 1.0, "budget_per_day": 2.0}, 2_000_000, 0, 1),
        ({**MODEL, "tokens_per_day": 100}, 0, 100, 1),
    ],
)
def test_budgets(keys: dict[str, Any], spent: int, tokens: int, problems: int) -> None:
    checks = list(gathering.judge_budget(GatherModel(**keys), spent, tokens))
    assert [check.status for check in checks] == [WARNING] * problems


@pytest.mark.parametrize(
    ("names", "status"),
    [(None, OK), ((), OK), (("m", "n"), OK), (("n",), WARNING)],
)
def test_models(names: tuple[str, ...] | None, status: HealthStatus) -> None:
    assert gathering.judge_model("https://models.example.org", "m", names).status is status


def test_announcements() -> None:
    def record(day: int, state: BatchState) -> BatchRecord:
        return BatchRecord("arxiv", "cs.CV", date(2026, 11, day), state, message="241 of 400 read")

    (check,) = gathering.overdue((record(27, BatchState.COMPLETE),), NOW)
    assert (check.status, "2026-11-27" in check.message) == (OK, True)
    (check,) = gathering.overdue((record(27, BatchState.PARTIAL),), NOW)
    assert (check.status, "241 of 400" in check.message) == (WARNING, True)


@pytest.mark.parametrize(
    ("folder", "file", "mode", "is_open"),
    [(0o755, "data.db", 0o644, True), (0o755, "data.db", 0o600, False), (0o700, "x", 0o644, False)],
)
def test_permissions(tmp_path: Path, folder: int, file: str, mode: int, is_open: bool) -> None:
    tmp_path.chmod(folder)
    problem = store.open_to_others(tmp_path / file, mode)
    assert (problem is not None) is is_open
    assert problem is None or problem[2].startswith("chmod u=rwX,go= ")
