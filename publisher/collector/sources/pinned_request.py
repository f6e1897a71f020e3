"""Requests to hosts that others name: the connection goes to the address that was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.collector.sources import git_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import httpx2


def pinned_stream(
    client: httpx2.Client,
    url: str,
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    setting: str,
) -> AbstractContextManager[httpx2.Response]:
    """Return the request for `url`, which a setting such as `setting` or a digest names.

    Raises `SourceError` where its host is not public, `OSError` where it can't be looked up, and
    `ValueError` where `url` is no address.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    ips = git_address.resolve(
        git_address.Address(url, host, port), allow_private=allow_private, setting=setting
    )
    extensions: dict[str, str] = {}
    target, sent = parts, dict(headers)
    if ips:
        sent["Host"] = parts.netloc.rpartition("@")[2]
        extensions["sni_hostname"] = host
        ip = f"[{ips[0]}]" if ":" in ips[0] else ips[0]
        target = parts._replace(netloc=f"{ip}:{port}")
    return client.stream("GET", target.geturl(), headers=sent, extensions=extensions)
