"""`publisher run`: build, send and read mail automatically, in one process."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show
from publisher.services.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
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
    """Keep running: build new digests, send issues when they are due, read the mailbox.

    Several may run at once, cron jobs beside them: nothing happens twice.
    """
    from publisher.automation.run import run as run_tasks
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.settings import CONFIG_NAME

    def write(text: str) -> None:
        show.line(text)
        sys.stdout.flush()

    input_ended = _end_of_input() if with_parent else lambda: False
    with (
        graceful_stop() as is_stopping,
        open_store(options.settings_of(config, source, output)) as store,
    ):
        run_tasks(
            lambda: options.settings_of(config, source, output),
            config or Path(CONFIG_NAME),
            store,
            clock=sending.now,
            write=write,
            stopping=lambda: is_stopping() or input_ended(),
            verbose=verbose,
        )


def _end_of_input() -> Callable[[], bool]:
    """Return a function that tells whether standard input, a pipe from the parent, has ended."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    return ended.is_set
