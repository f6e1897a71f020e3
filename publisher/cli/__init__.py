"""The command line: one file per command, ten lines of logic at most.

Whatever a command needs is imported when it runs, so that `publisher --help` is quick.
"""

from __future__ import annotations

import os
import sys
import traceback

import typer

from publisher.cli.build import build
from publisher.cli.check import check
from publisher.cli.demo import demo
from publisher.cli.init import init
from publisher.cli.papers import papers
from publisher.cli.ping import ping
from publisher.cli.preflight import preflight
from publisher.cli.preview import preview
from publisher.cli.publish import publish
from publisher.cli.send import send
from publisher.cli.status import status
from publisher.cli.subscribers import app as subscribers
from publisher.errors import PublisherError

app = typer.Typer(
    name="publisher",
    help="Feeds and a weekly newsletter from Markdown digests of research papers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(init)
app.command()(papers)
app.command()(build)
app.command()(check)
app.command()(preview)
app.command()(preflight)
app.command()(send)
app.command()(publish)
app.add_typer(subscribers, name="subscribers")
app.command()(ping)
app.command()(status)
app.command()(demo)


def main() -> None:
    """Run the program: errors are one line on stderr, a traceback only with --verbose."""
    try:
        app()
    except PublisherError as error:
        if "--verbose" in sys.argv:
            traceback.print_exc()
        sys.stderr.write(f"publisher: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe (head, say) has seen enough; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("publisher: stopped\n")
        sys.exit(130)
