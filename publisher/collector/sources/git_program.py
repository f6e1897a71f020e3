"""The git program, run for repositories that are not trusted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher import git_process
from publisher.collector.sources import git_address
from publisher.errors import SourceError
from publisher.git_process import GitFailure, GitMissing, GitTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.collector.sources.git_address import Address
    from publisher.settings.sections import Source

# The address is given to git in the environment under this name, so that it appears in no list of
# processes and in no file of the checkout.
REMOTE = "publisher"
_PASSED_ON = (
    "GIT_SSH",
    "GIT_SSL",
    "GIT_PROXY",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC",
)


def environment(address: Address | None, source: Source | None) -> dict[str, str]:
    """Return the environment for git; our configuration takes precedence over the user's.

    The host of `address` is looked up here, and https is pinned to the result, so that a second
    look-up can't lead elsewhere. Raises `GitFailure` where it can't be looked up, `SourceError`
    where it is not allowed.
    """
    config = {
        "core.hooksPath": os.devnull,
        "core.fsmonitor": "false",
        "core.autocrlf": "false",
        "core.longpaths": "true",
        "init.defaultBranch": "publisher",
        "advice.detachedHead": "false",
        "fetch.recurseSubmodules": "false",
        "submodule.recurse": "false",
        "gc.autoDetach": "false",
        "credential.interactive": "false",
        "http.lowSpeedLimit": "1000",
        "http.lowSpeedTime": "60",
    }
    if address is not None and source is not None:
        config[f"remote.{REMOTE}.url"] = address.url
        if address.authorization:
            site = f"https://{address.url.split('/')[2]}/"  # for no other host
            config[f"http.{site}.extraHeader"] = address.authorization
        if not source.allow_private_hosts:
            config["http.followRedirects"] = "false"
        try:
            ips = git_address.resolve(address, allow_private=source.allow_private_hosts)
        except OSError as error:
            raise GitFailure(f"{address.host} can't be looked up: {error.strerror}") from error
        if ips and address.url.startswith("https://"):
            bracketed = ",".join(f"[{ip}]" if ":" in ip else ip for ip in ips)
            config["http.curloptResolve"] = f"{address.host}:{address.port}:{bracketed}"
    variables = git_process.environment(_PASSED_ON) | {
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_LFS_SKIP_SMUDGE": "1",  # or a .lfsconfig would name a host of its own
        "GIT_CONFIG_COUNT": str(len(config)),
    }
    for index, (key, value) in enumerate(config.items()):
        variables[f"GIT_CONFIG_KEY_{index}"] = key
        variables[f"GIT_CONFIG_VALUE_{index}"] = value
    return variables


def in_folder(folder: Path) -> list[str]:
    """Return the arguments that tie git to the checkout `folder`.

    Without them, git goes on to the parent folder where `.git` is broken, and that may be the
    user's own repository, with uncommitted work.
    """
    return [f"--git-dir={folder / '.git'}", f"--work-tree={folder}"]


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    data: bytes = b"",
) -> bytes:
    """Run git with the standard input `data`, and return its output.

    Raises `GitFailure` with its reason, `GitTimeout` after `timeout` seconds, and `SourceError`
    where there is no git at all.
    """
    try:
        return git_process.run(arguments, environment, timeout, data)
    except GitTimeout as error:
        raise GitTimeout(f"{error} (setting source.timeout_seconds)") from error
    except GitMissing as error:
        raise SourceError(f"source.git: {error}") from error
