"""Checks of the web app: its address, secrets, proxies and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.services.doctor.configuration import is_local
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "web"
_OK, _NOT_FOUND = 200, 404
_SECRET_LENGTH = 16


def web(examination: Examination) -> Iterator[HealthCheck]:
    """Check the settings of the web app."""
    settings = examination.settings
    if not settings.web.url:
        text = _("no web app: people subscribe and unsubscribe by mail to {address}")
        yield HealthCheck(
            AREA,
            HealthStatus.SKIPPED,
            text.format(address=settings.inbox_address),
            setting="web.url",
        )
        return
    problems = tuple(web_problems(settings))
    yield from problems
    if not problems:
        text = _("the app at {url} is set up").format(url=settings.web.root)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="web.url")


def web_problems(settings: Settings) -> Iterator[HealthCheck]:
    """Yield what keeps the app from running, or from knowing its readers."""
    web = settings.web
    parts = urlsplit(web.url)
    public = not is_local(parts.hostname or "")
    if parts.scheme == "http" and public:
        text = _("web.url is {url}: links hold tokens, and need https").format(url=web.url)
        advice = _("put a proxy with https in front; docs/how-to/web-app.md")
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "web.url")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        text = _("web.url is {url}: it must be the root of a host").format(url=web.url)
        advice = _("set under [web]: {line}").format(
            line=f'url = "{parts.scheme}://{parts.hostname}/"'
        )
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "web.url")
    if public and is_local(web.host) and not web.trusted_proxies:
        text = _("no proxy is trusted, so all readers seem to be one, and share its limits")
        advice = _("set under [web]: {line}").format(line='trusted_proxies = ["127.0.0.1"]')
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "web.trusted_proxies")
    if 0 < len(web.webhook_secret.reveal()) < _SECRET_LENGTH:
        text = _("web.webhook_secret is so short that it can be guessed")
        advice = 'python -c "import secrets; print(secrets.token_hex(16))"'
        yield HealthCheck(AREA, HealthStatus.ERROR, text, advice, "web.webhook_secret")


def app(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the app answers at its address."""
    root = examination.settings.web.root
    if root:
        url = f"{root}healthz"
        yield judge_app(url, network.fetch(url))


def judge_app(url: str, answer: network.WebAnswer) -> HealthCheck:
    """Return whether `answer` is that of a healthy app."""
    status, advice = HealthStatus.ERROR, ""
    if answer.status == _OK and b'"ok"' in answer.content:
        status, text = HealthStatus.OK, _("{url} answers").format(url=url)
    elif answer.problem:
        text = _("{url} can't be reached: {problem}").format(url=url, problem=answer.problem)
        advice = _("does `publisher serve` run, and does the proxy pass requests on to it?")
    elif answer.status in {_NOT_FOUND, _OK}:
        text = _("{url} is answered by another program").format(url=url)
        advice = _("have the proxy pass all requests of this host on to `publisher serve`")
    else:
        text = _("{url} answers with status {status}").format(url=url, status=answer.status)
        advice = _("look into the log of `publisher serve` and of the proxy")
    return HealthCheck(AREA, status, text, advice, "web.url")
