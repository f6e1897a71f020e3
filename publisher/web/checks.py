"""Checks of the settings before the app starts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.errors import SettingsError
from publisher.sender.transports.login import is_this_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.settings import Settings

_KEY_BYTES = 32
_SECRET_LENGTH = 16
# 32 random bytes practically always have more different values than this.
_FEWEST_DIFFERENT = 8


def check(settings: Settings, keys: Mapping[int, bytes]) -> None:
    """Raise `SettingsError` where the app must not run; `keys` are the store's secrets."""
    problems = [
        *url_problems(settings.web.url),
        *secret_problems(settings.web.webhook_secret.reveal()),
        *key_problems(keys),
    ]
    if problems:
        raise SettingsError("; ".join(problems))


def url_problems(url: str) -> Iterator[str]:
    """Yield the problems of `web.url`."""
    if not url:
        yield (
            "web.url: is not set; it is the address at which readers reach this program, such as "
            "https://papers.example.org/, or http://localhost:8000/ to try it on this machine"
        )
        return
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield "web.url: must be https, as links contain tokens; http is for this machine only"
    if parts.query or parts.fragment or parts.username or parts.password:
        yield "web.url: must not have a query, a fragment or a user name"
    if parts.path not in ("", "/"):
        yield "web.url: must be the root of a host, not a folder"


def secret_problems(secret: str) -> Iterator[str]:
    """Yield the problems of `web.webhook_secret`."""
    if secret and (len(secret) < _SECRET_LENGTH or len(set(secret)) < _FEWEST_DIFFERENT):
        yield "web.webhook_secret: can be guessed; use 32 random characters"


def key_problems(keys: Mapping[int, bytes]) -> Iterator[str]:
    """Yield the problems of the store's keys; whoever knows one can make tokens."""
    if not keys:
        yield "store.url: the store has no key; restore it from a backup"
    for number, key in keys.items():
        if len(key) < _KEY_BYTES or len(set(key)) < _FEWEST_DIFFERENT:
            yield f"store.url: key {number} of the store can be guessed; tokens need a random one"


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, by its name or address."""
    # Browsers resolve names below localhost to this machine too.
    return host.endswith(".localhost") or is_this_host(host)
