"""`publisher build --watch`: builds for ever, and says so."""

from __future__ import annotations

import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli import show
from publisher.cli.options import settings_of

if TYPE_CHECKING:
    from publisher.models import Finding
    from publisher.pipeline import Built
    from publisher.settings import Settings


def watch(
    config: Path | None,
    source: tuple[Path, ...],
    output: Path | None,
    *,
    ping: bool,
    verbose: bool,
) -> None:
    """Build now and whenever something changes; ends with exit code 0 at SIGTERM or Ctrl-C."""
    from publisher import pipeline, websub
    from publisher.sender.stopping import graceful_stop
    from publisher.settings import CONFIG_NAME
    from publisher.watcher.loop import Outcome, Stopped, Watcher

    # A hub that takes its time keeps no digest waiting.
    with ThreadPoolExecutor(max_workers=1) as hub, graceful_stop() as stopping:
        known: set[Finding] = set()

        def tell(built: Built, settings: Settings) -> None:
            show.warnings(websub.announce(built.changes.written, settings, stopping))

        def build(settings: Settings) -> Outcome:
            say = show.waiting()

            def waiting(message: str) -> None:
                if stopping():
                    raise Stopped
                say(message)

            try:
                built = pipeline.build(settings, waiting=waiting)
            except Exception:
                if verbose:
                    traceback.print_exc()
                raise
            if ping:
                hub.submit(tell, built, settings)
            _new_errors(built, known)
            return Outcome(*_said(built))

        def line(text: str) -> None:
            show.line(text)
            sys.stdout.flush()

        Watcher(
            load=lambda: settings_of(config, source, output),
            config=config or Path(CONFIG_NAME),
            build=build,
            say=line,
            stopping=stopping,
        ).run()


def _said(built: Built) -> tuple[str, bool]:
    written = len(built.changes.written)
    removed = len(getattr(built.changes, "removed", ()))
    parts = [f"{show.count(written, 'file')} written"] if written else []
    parts += [f"{removed:,} removed"] if removed else []
    return ", ".join(parts) or "nothing changed", bool(parts)


def _new_errors(built: Built, known: set[Finding]) -> None:
    """Print the errors that the build before did not have."""
    errors = set(built.collection.errors)
    for found in sorted(errors - known):
        show.note(f"error: {found}")
    known.clear()
    known.update(errors)
