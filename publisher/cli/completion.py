"""`publisher completion`: complete commands, options, topics and issues in a shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.errors import OutputError, SettingsError
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import ShellComplete

SHELLS = ("bash", "zsh", "fish", "powershell")
_MARK = "# publisher: completion"


@click.command()
@click.argument(
    "shell",
    type=click.Choice(SHELLS),
    required=False,
    help="bash, zsh, fish or powershell.  [default: yours]",
)
@click.option("--install", is_flag=True, help="Install it for your shell; a new shell has it.")
@options.verbose
@click.pass_context
def completion(context: click.Context, *, shell: str | None, install: bool, verbose: bool) -> None:
    """Print the script by which a shell completes commands, options, topics and issues.

    With --install, it is written where your shell looks for it; doing so again changes nothing.
    """
    name = shell or current_shell(os.environ)
    script = _completer(context, name).source()
    if not install:
        show.line(script.rstrip("\n"))
        return
    for path, text, is_appended in installation(name, script, os.environ, Path.home()):
        if _write(path, text, append=is_appended):
            show.line(_("{path}: written").format(path=path))
        else:
            show.line(_("{path}: has it already").format(path=path))
    show.line(_("Open a new shell, and try: publisher <Tab>"))


def current_shell(environment: Mapping[str, str]) -> str:
    """Return the name of the user's shell. Raises `SettingsError` where it is not known."""
    name = Path(environment.get("SHELL", "")).name.removesuffix(".exe")
    if name in SHELLS:
        return name
    if "PSModulePath" in environment and not name:
        return "powershell"
    raise SettingsError(
        _("your shell is not known; name it: publisher completion {shells}").format(
            shells="|".join(SHELLS)
        )
    )


def installation(
    shell: str, script: str, environment: Mapping[str, str], home: Path
) -> list[tuple[Path, str, bool]]:
    """Return the files that make `shell` complete: path, text, and whether it is appended."""
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "fish":  # which reads this folder by itself
        return [(config / "fish" / "completions" / "publisher.fish", script, False)]
    suffix = "ps1" if shell == "powershell" else shell
    path = data / "publisher" / f"completion.{suffix}"
    # bash-completion and zsh's compinit may be missing: a line in the start-up file always works.
    if shell == "bash":
        start, line = home / ".bashrc", f'[ -r "{path}" ] && . "{path}"'
    elif shell == "zsh":
        start = Path(environment.get("ZDOTDIR") or home) / ".zshrc"
        ready = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }"
        line = f'[ -r "{path}" ] && {{ {ready}; . "{path}"; }}'
    else:
        start = _profile(config, home)
        line = f'if (Test-Path "{path}") {{ . "{path}" }}'
    return [(path, script, False), (start, f"{line}  {_MARK}\n", True)]


def _profile(config: Path, home: Path) -> Path:
    if os.name == "nt":
        return home / "Documents" / "PowerShell" / "Microsoft.PowerShell_profile.ps1"
    return config / "powershell" / "Microsoft.PowerShell_profile.ps1"


def _write(path: Path, text: str, *, append: bool) -> bool:
    """Write or append `text`; return whether that was needed. Raises `OutputError`."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if text == before or (append and text in before):
            return False
        if append:
            # A line of an earlier version, or of another folder, is replaced.
            kept = [line for line in before.splitlines() if not line.endswith(_MARK)]
            text = "".join(f"{line}\n" for line in kept) + text
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            _("{path}: can't be written: {reason}").format(path=path, reason=error.strerror)
        ) from error
    return True


def _completer(context: click.Context, shell: str) -> ShellComplete:
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise LookupError(f"click knows no shell {shell}")
    return kind(context.find_root().command, {}, "publisher", "_PUBLISHER_COMPLETE")
