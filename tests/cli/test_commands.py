"""Look-up of commands, and the errors of a wrong command line."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from publisher import __version__
from publisher.cli import COMMANDS, SECTIONS, app, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

WRONG = [
    ([], "[OPTIONS] COMMAND [ARGS]..."),
    (["biuld"], "No such command 'biuld'. Did you mean 'build'?"),
    (["subscribers"], "Add, confirm, list, import and remove subscribers."),
    (["subscribers", "confirm"], "Missing argument 'ADDRESS'."),
    (["build", "--wacth"], "Did you mean '--watch'?"),
    (["build", "--config"], "Option '--config' requires an argument."),
    (["preview", "--language", "fr"], "'fr' is not one of 'en', 'zh', 'both'."),
    (["preview", "a", "b"], "unexpected extra argument (b)"),
    (["check", "--format", "TEXT"], "'TEXT' is not one of 'text', 'json', 'github'."),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_a_wrong_command_line(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["publisher", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_file_and_says_what_it_does(name: str) -> None:
    command = getattr(import_module(f"publisher.cli.{name}"), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_help_lists_commands_by_section_in_their_order() -> None:
    lines = CliRunner().invoke(app, ["--help"]).stdout.partition("Start here:")[2].splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert names == list(COMMANDS)
    assert [line for line in lines if line.endswith(":")] == [f"{name}:" for name in SECTIONS][1:]
    shown = CliRunner().invoke(app, ["subscribers", "--help"]).stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in shown.splitlines() if line][:3] == ["add", "confirm", "set"]


def test_it_says_which_version_it_is() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"publisher {__version__}\n"


def test_a_command_imports_no_other() -> None:
    program = (
        "import sys; from publisher.cli import COMMANDS, app; "
        "app(['status', '--help'], standalone_mode=False); "
        "sys.exit(' '.join(n for n in COMMANDS if f'publisher.cli.{n}' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "status"


@pytest.mark.parametrize("arguments", [["-h"], ["help"]])
def test_help_by_other_names(arguments: list[str]) -> None:
    pages = CliRunner().invoke(app, ["--help"]).stdout
    assert CliRunner().invoke(app, arguments).stdout == pages
    assert "Usage: publisher build" in CliRunner().invoke(app, ["help", "build"]).stdout
    assert "Usage: publisher tokens add" in CliRunner().invoke(app, ["tokens", "add", "-h"]).stdout


def test_help_names_the_next_step_where_there_are_no_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    hint = "There is no publisher.toml in this folder: `publisher init` writes one"
    assert hint in CliRunner().invoke(app, []).output
    (tmp_path / "publisher.toml").touch()
    assert hint not in CliRunner().invoke(app, []).output


def test_help_names_values_and_defaults() -> None:
    shown = " ".join(CliRunner().invoke(app, ["check", "--help"]).stdout.split())
    assert "Usage: publisher check [OPTIONS] [PATH]..." in shown
    assert "--format [text|json|github]" in shown
    assert "[default: text]" in shown
    assert "[default: source.folders]" in shown


def test_who_stops_it_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publisher.cli.options.settings_of", stop)
    monkeypatch.setattr(sys, "argv", ["publisher", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == "publisher: stopped"
