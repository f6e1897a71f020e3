"""The git program, run with fixed arguments, no shell, no prompt, and a time-out."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from publisher.collector.sources import git_address
from publisher.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.collector.sources.git_address import Address
    from publisher.settings.sections import Source

# The address is given to git in the environment under this name, so that it appears in no list of
# processes and in no file of the checkout.
REMOTE = "publisher"
# Variables that a hook or a shell sets for another repository must not reach ours; these may.
_PASSED_ON = (
    "GIT_SSH",
    "GIT_SSL",
    "GIT_PROXY",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC",
)
_FATAL = re.compile(r"^(?:fatal|error|ERROR|ssh|Permission denied)\b:?.*$", re.MULTILINE)
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class GitFailure(Exception):
    """A failure of git; the text is its reason in one line, without credentials."""


class GitTimeout(GitFailure):
    """Git took too long and was stopped."""


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
    variables = {
        k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_PASSED_ON)
    }
    variables |= {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_LFS_SKIP_SMUDGE": "1",  # or a .lfsconfig would name a host of its own
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
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
        process = subprocess.Popen(
            ["git", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            # No terminal to ask for a password on, and one group to stop.
            start_new_session=sys.platform != "win32",
        )
    except FileNotFoundError as error:
        raise SourceError("source.git: the git program is not installed") from error
    except OSError as error:
        raise SourceError(f"source.git: git can't be started: {error.strerror}") from error
    with process:
        try:
            output, errors = process.communicate(data, timeout=max(timeout, 0.01))
        except subprocess.TimeoutExpired as error:
            _stop(process)
            raise GitTimeout("no answer in time (setting source.timeout_seconds)") from error
        except BaseException:
            _stop(process)
            raise
    if process.returncode:
        raise GitFailure(_reason(errors.decode("utf-8", "replace"), process.returncode))
    return output


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop git and its children: one of these talks to the network."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _reason(errors: str, code: int) -> str:
    """Return the first of git's own lines; lines of the remote side are not trusted."""
    lines = [line for line in errors.splitlines() if not line.startswith("remote:")]
    match = _FATAL.search("\n".join(lines))
    text = match.group() if match else next(filter(None, lines), f"git ended with {code}")
    text = _NOT_PRINTABLE.sub(" ", git_address.hide(text, None))
    return text.removeprefix("fatal: ").removeprefix("error: ").strip()[:300]
