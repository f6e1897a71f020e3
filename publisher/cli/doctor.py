"""`publisher doctor`: examine everything, and say what is wrong and how to mend it."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show, terminal
from publisher.models.health import HealthStatus
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from publisher.models.health import HealthCheck

# The mark of a line, that of terminals without such characters, and its colour.
_MARKS = {
    HealthStatus.OK: ("✓", "ok", "green"),
    HealthStatus.WARNING: ("!", "!", "yellow"),
    HealthStatus.ERROR: ("✗", "X", "red"),
    HealthStatus.SKIPPED: ("–", "-", None),
}


class AreaName(click.ParamType[str]):
    """The name of an area, looked up when the command runs."""

    name = "area"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return `value` if it is an area."""
        from publisher.services.doctor import AREAS

        if value not in AREAS:
            names = ", ".join(AREAS)
            self.fail(_("{name} is no area; there are {names}").format(name=value, names=names))
        return value


@click.command()
@click.argument(
    "areas",
    nargs=-1,
    type=AreaName(),
    metavar="[AREA]...",
    help="What to look at, such as mail or store.  [default: everything]",
)
@click.option("--offline", is_flag=True, help="Ask no server.")
@click.option(
    "--nameserver",
    default="",
    metavar="ADDRESS[:PORT]",
    help="DNS server to ask.  [default: the system's]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.config
@options.verbose
def doctor(
    *,
    areas: tuple[str, ...],
    offline: bool,
    nameserver: str,
    as_json: bool,
    config: Path | None,
    verbose: bool,
) -> None:
    """Look at everything, and say what is wrong and how to mend it.

    Nothing is written or sent, so it may run at any time. The exit code is 1 if there is an error.
    """
    from publisher.services.doctor import examine

    checks = examine(
        lambda: options.settings_of(config),
        now=sending.now(),
        environment=os.environ,
        areas=areas,
        offline=offline,
        nameserver=nameserver,
    )
    results = list(checks) if as_json else list(_printed(checks))
    errors = sum(check.status is HealthStatus.ERROR for check in results)
    if as_json:
        rows = [asdict(check) for check in results]
        show.json_line({"errors": errors, "checks": rows})
    else:
        _print_summary(results)
        if offline:
            _echo(_("No server was asked (--offline)."))
    if errors:
        raise SystemExit(1)


def _printed(checks: Iterable[HealthCheck]) -> Iterator[HealthCheck]:
    """Print each check below the title of its area as soon as it is there, and yield it."""
    from publisher.services.doctor import AREAS

    area = ""
    for check in checks:
        if check.area != area:
            area = check.area
            _echo(click.style(_(AREAS[area]), bold=True))
        for text in lines_of(check, plain=not _has_marks()):
            _echo(text)
        yield check


def lines_of(check: HealthCheck, *, plain: bool) -> list[str]:
    """Return a check as one line, or two where there is something to do."""
    mark, ascii_mark, colour = _MARKS[check.status]
    mark = click.style(ascii_mark if plain else mark, fg=colour, bold=check.is_problem)
    setting = ""
    if check.is_problem and check.setting and check.setting not in check.message:
        setting = click.style(f" ({check.setting})", dim=True)
    lines = [f"  {mark} {check.message}{setting}"]
    if check.advice:
        lines.append(f"      {'->' if plain else '→'} {check.advice}")
    return lines


def summary(checks: Sequence[HealthCheck]) -> str:
    """Return the numbers of problems, in words."""
    errors = sum(check.status is HealthStatus.ERROR for check in checks)
    warnings = sum(check.status is HealthStatus.WARNING for check in checks)
    mend = ngettext("1 thing to mend", "{count} things to mend", errors).format(count=errors)
    look = ngettext("1 to look at", "{count} to look at", warnings).format(count=warnings)
    if errors and warnings:
        return _("{mend}, {look}").format(mend=mend, look=look)
    if warnings:
        look = ngettext("1 thing to look at", "{count} things to look at", warnings)
        return look.format(count=warnings)
    return mend if errors else _("everything that was checked is in order")


def _print_summary(checks: Sequence[HealthCheck]) -> None:
    """Print the numbers, and the problems again, the worst first: areas may fill a screen."""
    from publisher.services.doctor import AREAS, worst_first

    problems = worst_first(checks)
    _echo("")
    _echo(click.style(summary(checks) + (":" if problems else ""), bold=True))
    for check in problems:
        mark, ascii_mark, colour = _MARKS[check.status]
        mark = click.style(mark if _has_marks() else ascii_mark, fg=colour, bold=True)
        _echo(f"  {mark} {_(AREAS[check.area])}: {check.message}")


def _has_marks() -> bool:
    """Return whether standard output can show the marks."""
    try:
        "✓✗–→".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _echo(text: str) -> None:
    """Print a line at once, also one that the output can't show in full."""
    try:
        click.echo(text, color=terminal.colour_choice())
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        click.echo(text.encode(encoding, "replace").decode(encoding), color=False)
    sys.stdout.flush()
