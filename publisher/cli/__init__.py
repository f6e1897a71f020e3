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

import click

from publisher import __version__
from publisher.errors import PublisherError

# The order of the help. `publisher NAME` is the function NAME in publisher/cli/NAME.py.
COMMANDS = (
    "init",
    "gather",
    "papers",
    "build",
    "check",
    "formats",
    "preview",
    "preflight",
    "doctor",
    "send",
    "publish",
    "run",
    "ping",
    "status",
    "deliveries",
    "demo",
    "subscribers",
    "inbox",
    "tokens",
    "serve",
    "login",
    "secret",
)


class InOrder(click.Group):
    """A group that lists its commands in the order of the code, not alphabetically."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)


class Program(InOrder):
    """The commands of the program, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `cmd_name`, None for an unknown one."""
        # To suggest the nearest command for a wrong name, click has to know them all.
        for name in (cmd_name,) if cmd_name in COMMANDS else COMMANDS:
            self.add_command(getattr(import_module(f"{__name__}.{name}"), name))
        return super().get_command(ctx, cmd_name)


app = click.version_option(__version__, prog_name="publisher", message="%(prog)s %(version)s")(
    Program(
        "publisher", help="Feeds and a weekly newsletter from Markdown digests of research papers."
    )
)


def main() -> None:
    """Run the program: errors are one line on stderr, a traceback only with --verbose."""
    # Commands keep nearly all that they make, so frequent garbage collections find nothing.
    gc.set_threshold(50_000)
    try:
        sys.exit(app(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PublisherError as error:
        if "--verbose" in sys.argv:
            traceback.print_exc()
        sys.stderr.write(f"publisher: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has closed it; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("publisher: stopped\n")
        sys.exit(130)
