"""Feeds as sources: fetched into the cache before each build, or files that are there already.

An address is not trusted. It must be https and lead to a public host unless the settings allow
others, as must each redirect; the connection goes to the address that was checked. Where a feed
can't be fetched, its last state is used.

    <cache>/feeds/<host and path>-<hash>.xml        the feed
    <cache>/feeds/<host and path>-<hash>.json       its ETag and Last-Modified (RFC 9110, 13.1)
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from publisher import __version__
from publisher.collector.findings import finding
from publisher.collector.sources import git_address
from publisher.collector.sources.folder_source import Folder
from publisher.collector.sources.pinned_request import pinned_stream
from publisher.collector.text.slugs import slugify
from publisher.errors import SourceError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import httpx2

    from publisher.models import Finding
    from publisher.settings import Settings

_SETTING = "source.feeds"
_MOST_BYTES = 20_000_000  # as of any file
_MOST_SECONDS = 60.0
_REDIRECTS = 5
_NOT_MODIFIED, _OK = 304, 200
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9"


class _Validators(msgspec.Struct, frozen=True):
    """The answer of a server about the state that is in the cache."""

    etag: str = ""
    modified: str = ""


class _Download(NamedTuple):
    """A new state of a feed."""

    content: bytes
    validators: _Validators


class _FetchError(Exception):
    """The reason why a feed can't be fetched."""


def is_address(feed: str) -> bool:
    """Return whether an entry of the setting is an address rather than a file."""
    return "://" in feed


def update(settings: Settings) -> list[Finding]:
    """Fetch the feeds of the settings that are addresses.

    Returns D305 for each that can't be fetched; its last state is used, if there is one. Raises
    `SourceError` where the package that reads feeds is not installed.
    """
    if settings.source.feeds and find_spec("feedparser") is None:
        raise SourceError(f"{_SETTING}: to read feeds: pip install 'digest-publisher[feeds]'")
    findings: list[Finding] = []
    for feed in filter(is_address, settings.source.feeds):
        try:
            _fetch(feed, _state(feed, settings), settings)
        except _FetchError as error:
            findings.append(finding(_SETTING, 0, "D305", f"{_shown(feed)}: {error}"))
        except OSError as error:
            reason = f"{settings.cache_folder}: {error.strerror or error}"
            raise SourceError(f"source.cache: {reason}") from error
    return findings


def files(settings: Settings) -> list[Folder]:
    """Return the feeds that can be read. Raises `SourceError` for a file that is missing."""
    folders: list[Folder] = []
    for feed in settings.source.feeds:
        path = _state(feed, settings) if is_address(feed) else settings.path(feed)
        if path.is_file():
            folders.append(Folder(path))
        elif not is_address(feed):
            raise SourceError(f"{path}: no such file (setting {_SETTING})")
    return folders


def _shown(feed: str) -> str:
    return git_address.hide(feed, None)


def _state(feed: str, settings: Settings) -> Path:
    parts = urlsplit(feed)
    slug = slugify(f"{parts.hostname} {parts.path}".replace("/", " "))[:60].strip("-")
    # Letters alone: digits in a file's name may be a date.
    key = hashlib.sha256(feed.encode()).hexdigest()[:10].translate(_LETTERS)
    return settings.cache_folder / "feeds" / f"{slug}-{key}.xml"


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def _fetch(feed: str, state: Path, settings: Settings) -> None:
    """Bring the file `state` to the newest state of `feed`. Raises `_FetchError` and `OSError`."""
    seconds = min(settings.source.timeout_seconds, _MOST_SECONDS)
    known = _validators(state)
    outcome: list[_Download | Exception | None] = []

    def download() -> None:
        try:
            outcome.append(_download(feed, known, settings, time.monotonic() + seconds))
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            outcome.append(error)

    # A server may send a byte of its headers now and then, which no timeout of a client limits.
    worker = threading.Thread(target=download, daemon=True)
    worker.start()
    worker.join(seconds + 1)
    result = outcome[0] if outcome else _FetchError("it takes too long")
    if isinstance(result, _FetchError):
        raise result
    if isinstance(result, Exception):
        raise _FetchError(" ".join(str(result).split())[:200] or type(result).__name__) from result
    if result is not None:
        state.parent.mkdir(parents=True, exist_ok=True)
        _replace(state, result.content)
        _replace(state.with_suffix(".json"), msgspec.json.encode(result.validators))


def _download(
    feed: str, known: _Validators, settings: Settings, deadline: float
) -> _Download | None:
    """Return what `feed` holds, None where it has not changed."""
    import httpx2  # noqa: PLC0415 - few sites have feeds, and it takes a tenth of a second

    url = feed
    with httpx2.Client(timeout=10.0, trust_env=False) as client:
        for _ in range(_REDIRECTS + 1):
            with _request(client, url, known, settings) as response:
                if response.next_request is None:
                    return _content(response, known, deadline)
                url = str(httpx2.URL(url).join(response.headers["Location"]))
    raise _FetchError(f"more than {_REDIRECTS} redirects")


def _request(
    client: httpx2.Client, url: str, known: _Validators, settings: Settings
) -> AbstractContextManager[httpx2.Response]:
    """Return the request for `url`, to the address of its host that was checked."""
    parts = urlsplit(url)
    allow_private = settings.source.allow_private_hosts
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise _FetchError(f"{parts.scheme[:20]}:// is not allowed; use https://")
    headers = {"User-Agent": f"digest-publisher/{__version__}", "Accept": _ACCEPT}
    headers |= {"If-None-Match": known.etag} if known.etag else {}
    headers |= {"If-Modified-Since": known.modified} if known.modified else {}
    try:
        return pinned_stream(client, url, headers, allow_private=allow_private, setting=_SETTING)
    except OSError as error:
        raise _FetchError(f"{parts.hostname}: {error.strerror or error}") from error


def _content(response: httpx2.Response, known: _Validators, deadline: float) -> _Download | None:
    if response.status_code == _NOT_MODIFIED and known != _Validators():
        return None
    if response.status_code != _OK:
        raise _FetchError(f"the server answers {response.status_code}")
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > _MOST_BYTES:
            raise _FetchError(f"larger than {_MOST_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise _FetchError("it takes too long")
    if b"<rss" not in content and b"<feed" not in content and b"RDF" not in content:
        raise _FetchError("the answer is neither RSS nor Atom")
    headers = response.headers
    validators = _Validators(headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:100])
    return _Download(bytes(content), validators)


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(path)


def _validators(state: Path) -> _Validators:
    """Return what the server said of the state in the cache, nothing where there is none."""
    try:
        if state.exists():
            content = state.with_suffix(".json").read_bytes()
            return msgspec.json.decode(content, type=_Validators)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        pass
    return _Validators()
