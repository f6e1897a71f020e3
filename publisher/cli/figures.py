"""`publisher figures`: copy the figures that papers name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.services.figures.update import FigureReport
    from publisher.settings import Settings


@click.command()
@click.option("--retry", is_flag=True, help="Try figures again that failed lately.")
@options.as_json
@options.config
@options.source
@options.verbose
def figures(
    *, retry: bool, as_json: bool, config: Path | None, source: tuple[Path, ...], verbose: bool
) -> None:
    """Copy the figures that papers name, and list those that can't be copied.

    The next build shows the copies. May be stopped at any moment and run again.
    """
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.services import build
    from publisher.services.figures.update import FetchOptions, update_figures

    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    with graceful_stop() as stopping:
        chosen = FetchOptions(None, retry, stopping, show.copying)
        _collection, report = update_figures(collection, settings, chosen)
    if as_json:
        show.json_line(_values(report))
    else:
        _show(report, settings)
    if report.problem:
        show.warnings([report.problem])
        raise SystemExit(1)


def _show(report: FigureReport, settings: Settings) -> None:
    for url, reason, next_try in report.failed:
        moment = datetime.fromtimestamp(next_try, UTC).astimezone(settings.site.zone)
        text = _("{url}: {reason}; next try {moment}")
        show.line(text.format(url=url, reason=reason, moment=f"{moment:%Y-%m-%d %H:%M %Z}"))
    counts = (report.new, report.copied, len(report.failed), report.waiting)
    new, copied, failed, waiting = (f"{count:,}" for count in counts)
    text = _("figures: {new} copied now, {copied} in all; {failed} can't be copied, {waiting} wait")
    show.note(text.format(new=new, copied=copied, failed=failed, waiting=waiting))
    if not settings.figures.copy:
        show.note(_("figures.copy is off: set it to true, so that builds show the copies"))
    elif report.new:
        show.note(_("next: `publisher build` shows them"))


def _values(report: FigureReport) -> dict[str, object]:
    return {
        "new": report.new,
        "copied": report.copied,
        "waiting": report.waiting,
        "failed": [
            {
                "url": url,
                "reason": reason,
                "next_try": datetime.fromtimestamp(next_try, UTC).isoformat(),
            }
            for url, reason, next_try in report.failed
        ],
    }
