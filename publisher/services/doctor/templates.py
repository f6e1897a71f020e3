"""Checks of the user's own templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import TemplateError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination

AREA = "templates"


def templates(examination: Examination) -> Iterator[HealthCheck]:
    """Check that each template compiles, and that it replaces one of the program's."""
    from publisher.formatter.templating import templates as program  # noqa: PLC0415 - jinja2
    from publisher.formatter.templating.folders import template_folders  # noqa: PLC0415 - jinja2

    settings = examination.quiet_settings
    if not settings.templates.folder:
        text = _("the program's own are used")
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="templates.folder")
        return
    own, packaged = template_folders(settings)
    count = problems = 0
    for path in sorted(own.rglob("*.j2")):
        name = path.relative_to(own).as_posix()
        count += 1
        try:
            program.compile_template(name, settings)
        except TemplateError as error:
            problems += 1
            advice = _("mend the line, or delete the file to have the program's template again")
            yield HealthCheck(AREA, HealthStatus.ERROR, str(error), advice, "templates.folder")
        if not (packaged / name).is_file():
            problems += 1
            text = _("{file}: the program has no template of this name").format(file=path)
            advice = _("it is used only where a template of yours includes it; check the name")
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice, "templates.folder")
    if not problems:
        text = ngettext("1 template of yours compiles", "{count} templates of yours compile", count)
        yield HealthCheck(
            AREA, HealthStatus.OK, text.format(count=count), setting="templates.folder"
        )
