"""Checks of the output folder, and of the address at which readers find it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.services.doctor.configuration import is_local
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "output"
_NOT_FOUND = 404
_ERRORS = 400
# The folders that static site generators empty, by the file that shows them.
_GENERATORS = {
    "_config.yml": ("Hexo or Jekyll", ("public", "_site")),
    "hugo.toml": ("Hugo", ("public",)),
    "pelicanconf.py": ("Pelican", ("output",)),
}


def folder(examination: Examination) -> Iterator[HealthCheck]:
    """Check that the folder can be written, is ours, and holds a site."""
    from publisher.formatter.site.manifest import read_manifest  # noqa: PLC0415 - feeds

    settings = examination.settings
    place = settings.path(settings.output.folder).absolute()
    above = nearest(place)
    if not above.is_dir() or not os.access(above, os.W_OK):
        yield HealthCheck(
            AREA,
            HealthStatus.ERROR,
            _("{folder} can't be written").format(folder=above),
            advice=_("give this user the right to write there, or set output.folder to another"),
            setting="output.folder",
        )
    yield from generator_problems(settings)
    files = len(read_manifest(place)) if place.is_dir() else 0
    if not files:
        text = _("nothing is built in {folder} yet").format(folder=place)
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, "publisher build", "output.folder")
        return
    text = ngettext("1 file in {folder}", "{count:,} files in {folder}", files)
    yield HealthCheck(
        AREA, HealthStatus.OK, text.format(count=files, folder=place), setting="output.folder"
    )


def nearest(path: Path) -> Path:
    """Return `path` or the nearest folder above it that exists."""
    return next((each for each in (path, *path.parents) if each.exists()), Path())


def generator_problems(settings: Settings) -> Iterator[HealthCheck]:
    """Yield what a static site generator in the same folder would do to the output."""
    first, *rest = Path(settings.output.folder).parts or ("",)
    for name, (generator, emptied) in _GENERATORS.items():
        if first in emptied and (settings.base / name).is_file():
            yield HealthCheck(
                AREA,
                HealthStatus.ERROR,
                _("{generator} empties the folder “{folder}” and takes your feeds with it").format(
                    generator=generator, folder=first
                ),
                advice=_("set output.folder to a folder of its own, or below “source” for Hexo"),
                setting="output.folder",
            )
    if first == "source" and rest and (settings.base / "_config.yml").is_file():
        text = (settings.base / "_config.yml").read_text(encoding="utf-8", errors="replace")
        inside = "/".join(rest)
        if inside not in text:
            yield HealthCheck(
                AREA,
                HealthStatus.WARNING,
                _("Hexo would change the files in source/{folder}").format(folder=inside),
                advice=_("add to _config.yml: {line}").format(line=f'skip_render: "{inside}/**"'),
                setting="output.folder",
            )


def served(examination: Examination) -> Iterator[HealthCheck]:
    """Check that `site.url` answers with what was built."""
    from publisher.formatter.feeds.formats import FORMATS  # noqa: PLC0415 - feeds

    settings = examination.settings
    name = FORMATS[0].file_name
    try:
        built = (settings.path(settings.output.folder) / name).read_bytes()
    except OSError:
        return  # `folder` says so
    if is_local(settings.site.domain):
        text = _("{url} is on this machine and not asked").format(url=settings.site.url)
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, setting="site.url")
        return
    url = settings.site.root + name
    yield judge_site(url, built, network.fetch(url), settings.site.tag_authority)
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        end = network.certificate_of(parts.hostname, parts.port or 443)
        left = None if end is None else end - examination.now
        if left is not None and (
            problem := network.judge_certificate(AREA, parts.hostname, left, "site.url")
        ):
            yield problem


def judge_site(url: str, built: bytes, answer: network.WebAnswer, tag: str) -> HealthCheck:
    """Return whether `answer` is the feed that was `built`, whose ids begin with `tag`."""
    status, advice = HealthStatus.ERROR, ""
    if answer.problem:
        text = _("{url} can't be reached: {problem}").format(url=url, problem=answer.problem)
        advice = _("is site.url right, and is the site published there?")
    elif answer.status == _NOT_FOUND:
        text = _("{url} does not exist: another site answers, or nothing is published yet").format(
            url=url
        )
        advice = _("upload the output folder so that its files are at site.url")
    elif answer.status >= _ERRORS:
        text = _("{url} answers with status {status}").format(url=url, status=answer.status)
        advice = _("look into the log of the web server")
    elif answer.content == built:
        status, text = HealthStatus.OK, _("{url} is what was built last").format(url=url)
    elif tag.encode() in answer.content:
        status = HealthStatus.WARNING
        text = _("{url} is another state than was built last").format(url=url)
        advice = _("upload the output folder again; a cache in between may take some minutes")
    else:
        text = _("{url} is not this site's feed").format(url=url)
        advice = _("is site.url right, and is the output folder published there?")
    return HealthCheck(AREA, status, text, advice, "site.url")
