"""`publisher build --watch`: build whenever something changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli import show
from publisher.cli.options import settings_of

if TYPE_CHECKING:
    from publisher.settings import Settings
    from publisher.watcher.loop import BuildOutcome


def watch(
    config: Path | None,
    source: tuple[Path, ...],
    output: Path | None,
    *,
    ping: bool,
    force: bool,
    verbose: bool,
) -> None:
    """Build now and after every change, until SIGTERM or Ctrl-C; the exit code is 0 then.

    Only the first build that ends well may be forced: what appears later nobody has seen yet.
    """
    from publisher.automation.building import Builder, outcome
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.settings import CONFIG_NAME
    from publisher.watcher.loop import Watcher

    def line(text: str) -> None:
        show.line(text)
        sys.stdout.flush()

    with graceful_stop() as stopping, Builder(show.note, stopping, ping, verbose) as builder:

        def build(settings: Settings) -> BuildOutcome:
            nonlocal force
            built = builder.build(settings, force=force)
            force = False
            return outcome(built)

        Watcher(
            load=lambda: settings_of(config, source, output),
            config=config or Path(CONFIG_NAME),
            build=build,
            say=line,
            stopping=stopping,
        ).run()
