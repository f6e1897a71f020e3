"""The command line: one file per command, ten lines of logic at most.

A command's module is imported when the command runs, and heavy rooms inside its function, so that
`publisher --help` is quick and a command pays for nothing that it does not need.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from publisher import __version__
from publisher.cli import help_pages, terminal
from publisher.errors import PublisherError
from publisher.translation import _, mark

# The order of the help. `publisher NAME` is the function NAME in publisher/cli/NAME.py.
SECTIONS = {
    mark("Start here"): ("init", "secret", "preview", "doctor", "demo", "completion"),
    mark("Publish"): (
        "gather",
        "build",
        "figures",
        "issue",
        "preflight",
        "send",
        "publish",
        "run",
        "serve",
        "ping",
        "announce",
    ),
    mark("People"): ("subscribers", "inbox", "store", "login", "tokens"),
    mark("Look"): ("status", "check", "papers", "formats", "deliveries"),
}
COMMANDS = tuple(name for names in SECTIONS.values() for name in names)


class InOrder(click.Group):
    """A group that lists its commands in the order of the code, not alphabetically."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)


class Program(InOrder):
    """The commands of the program, each imported when it is called."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's
    ) -> click.Context:
        """Return the context of a command line; `help NAME` stands for `NAME --help`."""
        help_pages.prepare(self)
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().make_context(
            info_name, args, parent, color=terminal.colour_choice(), **extra
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `cmd_name`, None for an unknown one."""
        # To suggest the nearest command for a wrong name, click has to know them all.
        for name in (cmd_name,) if cmd_name in COMMANDS else COMMANDS:
            command = getattr(import_module(f"{__name__}.{name}"), name)
            help_pages.prepare(command)
            self.add_command(command)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, all with their meanings at the same column."""
        width = max(map(len, COMMANDS))
        for section, names in SECTIONS.items():
            with formatter.section(_(section)):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl(
                    [
                        (name.ljust(width), command.get_short_help_str())
                        for name, command in commands
                        if command is not None
                    ]
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the next step where there is no settings file."""
        if not os.path.exists("publisher.toml"):  # noqa: PTH110 - pathlib takes 10 ms to load
            formatter.write_paragraph()
            formatter.write_text(
                _(
                    "There is no publisher.toml in this folder: `publisher init` writes one, and "
                    "`publisher demo` shows everything at work without one."
                )
            )


app = click.version_option(__version__, prog_name="publisher", message="%(prog)s %(version)s")(
    Program(
        "publisher",
        help="Feeds and a newsletter from Markdown digests of research papers.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
)


def main() -> None:
    """Run the program: errors are one line on stderr, a traceback only with --verbose."""
    # Commands keep nearly all that they make, so frequent garbage collections find nothing.
    gc.set_threshold(50_000)
    help_pages.translate_click()
    try:
        sys.exit(app(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PublisherError as error:
        if "--verbose" in sys.argv:
            traceback.print_exc()
        sys.stderr.write(f"{terminal.coloured('publisher:', 'red', sys.stderr)} {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has closed it; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write(_("publisher: stopped") + "\n")
        sys.exit(130)
