"""What has to be right before the app starts."""

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
# Of 32 random bytes no more than this many are ever the same.
_FEWEST_DIFFERENT = 8


def check(settings: Settings, keys: Mapping[int, bytes]) -> None:
    """Raise `SettingsError` where the app must not run; `keys` are the store's secrets."""
    found = [
        *url_problems(settings.web.url),
        *secret_problems(settings.web.webhook_secret.reveal()),
        *key_problems(keys),
    ]
    if found:
        raise SettingsError("; ".join(found))


def url_problems(url: str) -> Iterator[str]:
    """Yield what is wrong with `web.url`."""
    if not url:
        yield (
            "web.url: is not set; it is where readers reach this program, e.g. "
            "https://papers.example.org/, or http://localhost:8000/ to try it here"
        )
        return
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield "web.url: has to be https, as links hold tokens; http is for this machine alone"
    if parts.query or parts.fragment or parts.username or parts.password:
        yield "web.url: has to be an address without a query, a fragment and a user"
    if parts.path not in ("", "/"):
        yield "web.url: has to be the root of a host, not a folder of it"


def secret_problems(secret: str) -> Iterator[str]:
    """Yield what is wrong with `web.webhook_secret`."""
    if secret and (len(secret) < _SECRET_LENGTH or len(set(secret)) < _FEWEST_DIFFERENT):
        yield "web.webhook_secret: can be guessed; take 32 random characters"


def key_problems(keys: Mapping[int, bytes]) -> Iterator[str]:
    """Yield what is wrong with the store's keys; whoever knows one can make tokens."""
    if not keys:
        yield "store.url: the store has no key; restore it from a backup"
    for number, key in keys.items():
        if len(key) < _KEY_BYTES or len(set(key)) < _FEWEST_DIFFERENT:
            yield f"store.url: key {number} of the store can be guessed; tokens need a random one"


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, by its name or address."""
    # Browsers take what is below localhost for it too.
    return host.endswith(".localhost") or is_this_host(host)
