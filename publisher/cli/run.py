"""`publisher run`: everything that happens by itself, in one process."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input does.")
@options.config
@options.source
@options.output
@options.verbose
def run(
    *,
    with_parent: bool,
    config: Path | None,
    source: tuple[Path, ...],
    output: Path | None,
    verbose: bool,
) -> None:
    """Go on until stopped: build what lands, send issues when they are due, read the mailbox.

    Any number may run at once, beside cron jobs too: each thing happens once.
    """
    from publisher.automation.run import run as everything
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.services import build
    from publisher.settings import CONFIG_NAME

    def write(text: str) -> None:
        show.line(text)
        sys.stdout.flush()

    ended = _end_of_input() if with_parent else lambda: False
    with (
        graceful_stop() as asked,
        build.open_store(options.settings_of(config, source, output)) as store,
    ):
        everything(
            lambda: options.settings_of(config, source, output),
            config or Path(CONFIG_NAME),
            store,
            clock=sending.now,
            write=write,
            stopping=lambda: asked() or ended(),
            verbose=verbose,
        )


def _end_of_input() -> Callable[[], bool]:
    """Return what says whether the process at the other end of standard input is gone."""
    gone = threading.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        gone.set()

    threading.Thread(target=wait, daemon=True).start()
    return gone.is_set
