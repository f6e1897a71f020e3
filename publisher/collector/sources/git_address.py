"""Addresses of git repositories: parsed, checked, and their hosts looked up."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publisher.errors import SourceError
from publisher.git_process import without_credentials

# git's short form of ssh: [user@]host:path. One letter before the colon is a Windows drive.
_SCP = re.compile(r"(?:(?P<user>[^@/\\:\s]+)@)?(?P<host>[^@/\\:\s]{2,}|\[[0-9A-Fa-f:.]+\]):(?!//)")
_PORTS = {"https": 443, "ssh": 22}
# Addresses of IPv4 inside IPv6 (RFC 6052, 2.1): a way round the check of the IPv4 address.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# https://git-scm.com/docs/git-check-ref-format
_BAD_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(?:/|$)|^[-/.@]$|^[-/]|[/.]$")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a repository; `host` is empty for one on this machine.

    `url` has no password: git would pass it to a program as an argument, which anybody on the
    machine can list. `authorization` is the header that carries it (RFC 7617).
    """

    url: str
    host: str = ""
    port: int = 0
    authorization: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The address without user and password, for people."""
        return hide(self.url, self)


def parse(value: str, base: Path) -> Address:
    """Return the address in the setting `value`; a path is relative to `base`.

    Raises `SourceError` for what git would take for an option, and for other protocols than https
    and ssh.
    """
    value = value.strip()
    if value.startswith("-") or any(ord(char) < 32 or char == "\x7f" for char in value):  # noqa: PLR2004 - a blank
        raise SourceError("source.git: must be an address or a path, and no option")
    if "::" in value.split("/")[0].split("[")[0]:  # ext::, which runs a program
        raise SourceError("source.git: must begin with https:// or ssh://, or be a path")
    if "://" in value:
        return _of_url(value, base)
    match = _SCP.match(value)
    if match and not (base / value).exists():
        host = match["host"].strip("[]")
        return Address(value, _checked_host(host), _PORTS["ssh"])
    return Address(str((base / Path(value).expanduser()).absolute()))


def _of_url(value: str, base: Path) -> Address:
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise SourceError("source.git: not a valid address") from error
    if parts.scheme == "file" and host in ("", "localhost"):
        return Address(str((base / unquote(parts.path)).absolute()))
    if parts.scheme not in _PORTS:
        scheme = parts.scheme[:20]
        raise SourceError(f"source.git: {scheme}:// is not allowed; use https://, ssh:// or a path")
    _checked_host(host)
    port = port or _PORTS[parts.scheme]
    if parts.scheme == "https" and parts.username and parts.password:
        user, password = unquote(parts.username), unquote(parts.password)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        secrets = (parts.password, password, token)
        return Address(url, host, port, f"Authorization: Basic {token}", secrets)
    # For a user (or token) alone, git's own credential helper may know the password.
    return Address(value, host, port, secrets=tuple(filter(None, (parts.password,))))


def _checked_host(host: str) -> str:
    if not host or host.startswith("-"):
        raise SourceError("source.git: the address names no host")
    return host


def check_branch(branch: str) -> str:
    """Return `branch`. Raises `SourceError` where no branch can have that name."""
    if branch and (_BAD_BRANCH.search(branch) or branch.startswith("-")):
        raise SourceError(f"source.branch: {branch[:80]!r}: no branch can have this name")
    return branch


def hide(text: str, address: Address | None) -> str:
    """Return `text` without the user and password of any address in it."""
    for secret in address.secrets if address else ():
        text = text.replace(secret, "***")
    return without_credentials(text)


def resolve(
    address: Address, *, allow_private: bool, setting: str = "source.git"
) -> tuple[str, ...]:
    """Return the IP addresses of the host of `address`, () where there is nothing to check.

    Raises `SourceError` where one of them is not public (private, loopback, link-local, ...) and
    `OSError` where the name can't be looked up.
    """
    if not address.host or allow_private:
        return ()
    infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    ips = tuple(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in infos))
    for ip in ips:
        if not is_public(ip):
            raise SourceError(
                f"{setting}: {address.host} is {ip}, which is not a public address; "
                "set source.allow_private_hosts = true if that is meant"
            )
    return ips


def is_public(ip: str) -> bool:
    """Return whether `ip` is an address of the public internet."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast
