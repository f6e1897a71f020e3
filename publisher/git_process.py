"""Runs of the git program: no shell, no prompt, and a time-out."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FATAL = re.compile(r"^(?:fatal|error|ERROR|ssh|Permission denied)\b:?.*$", re.MULTILINE)
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*@")


class GitFailure(Exception):
    """A failure of git; the text is its reason in one line, without credentials."""


class GitTimeout(GitFailure):
    """Git took too long and was stopped."""


class GitMissing(Exception):
    """There is no git program, or it can't be started; the text says which."""


def environment(passed_on: tuple[str, ...]) -> dict[str, str]:
    """Return our environment for git, which then asks for nothing and speaks English.

    Variables that a hook or a shell sets for another repository must not reach ours: of those that
    begin with GIT_, only those that begin with one of `passed_on` do.
    """
    variables = {
        k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(passed_on)
    }
    return variables | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    data: bytes = b"",
) -> bytes:
    """Run git with the standard input `data`, and return its output.

    Raises `GitFailure` with its reason, `GitTimeout` after `timeout` seconds, and `GitMissing`.
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
        raise GitMissing("the git program is not installed") from error
    except OSError as error:
        raise GitMissing(f"git can't be started: {error.strerror}") from error
    with process:
        try:
            output, errors = process.communicate(data, timeout=max(timeout, 0.01))
        except subprocess.TimeoutExpired as error:
            _stop(process)
            raise GitTimeout("no answer in time") from error
        except BaseException:
            _stop(process)
            raise
    if process.returncode:
        raise GitFailure(_reason(errors.decode("utf-8", "replace"), process.returncode))
    return output


def without_credentials(text: str) -> str:
    """Return `text` without the user and password of any address in it."""
    return _CREDENTIALS.sub("***@", text)


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
    text = _NOT_PRINTABLE.sub(" ", without_credentials(text))
    return text.removeprefix("fatal: ").removeprefix("error: ").strip()[:300]
