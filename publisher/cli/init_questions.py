"""The first settings of a folder: from options, from its blog, and by questions on a terminal."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli import first_topic
from publisher.services.blog import find_blog
from publisher.services.blog.description import OUTSIDE
from publisher.services.blog.digest_survey import survey, survey_plain
from publisher.services.first_settings import proposal, sender, web_app
from publisher.settings import Site
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.cli.first_topic import FirstTopic
    from publisher.services.blog.description import Blog, ListAddition
    from publisher.services.blog.digest_survey import DigestSurvey
    from publisher.services.first_settings import Values

_SITE_OPTIONS = ("url", "title", "language", "timezone")


@dataclass(frozen=True, slots=True)
class BlogFolder:
    """The blog of a folder, and the survey of its digests, where there are any."""

    folder: Path
    blog: Blog | None
    survey: DigestSurvey | None

    @property
    def has_papers(self) -> bool:
        """Whether there are papers to read."""
        return self.survey is not None and bool(self.survey.papers)


@dataclass(frozen=True, slots=True)
class GivenSettings:
    """Values of options by section and key; whether mails go out, and whether there is a web app.

    None: not said.
    """

    values: Values
    newsletter: bool | None
    web: bool | None


@dataclass(frozen=True, slots=True)
class FirstSettings:
    """The values of a new publisher.toml by section and key, and what they are for."""

    place: BlogFolder
    values: Values
    topic: FirstTopic | None = None

    @property
    def addition(self) -> ListAddition | None:
        """Addition that the blog's own settings need; None for none, or for output elsewhere."""
        blog = self.place.blog
        if blog is None or self.values["output", "folder"] not in (OUTSIDE, blog.output):
            return None
        return blog.addition


def from_options(folder: Path, options: dict[str, Any]) -> GivenSettings:
    """Return the settings that the options of `publisher init` name.

    Raises `click.UsageError` where one needs another.
    """
    values: Values = {("site", name): options[name] for name in _SITE_OPTIONS if options[name]}
    if options["source"]:
        values["source", "folders"] = [_inside(folder, path) for path in options["source"]]
    if options["output"]:
        values["output", "folder"] = _inside(folder, options["output"])
    newsletter, address = options["newsletter"], options["from_address"]
    if newsletter is False and address:
        raise click.UsageError(_("--from is for a newsletter; leave out --no-newsletter."))
    if address:
        values |= sender(address)
        newsletter = True
    elif newsletter and not (os.isatty(0) and os.isatty(1)):
        raise click.UsageError(
            _("--newsletter needs --from ADDRESS, the address that it comes from.")
        )
    return GivenSettings(values, newsletter, options["web"])


def _inside(folder: Path, path: Path) -> str:
    """Return `path` as seen from `folder`, absolute where it is elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def look_around(folder: Path, given: GivenSettings) -> BlogFolder:
    """Return the blog and the digests of `folder`; digests of the folders `given`, if any."""
    blog = find_blog(folder)
    zone = ZoneInfo("UTC")
    places = given.values.get(("source", "folders"))
    if places:
        return BlogFolder(folder, blog, survey(folder, places, zone))
    of_blog = survey(folder, blog.posts, zone) if blog and blog.posts else None
    return BlogFolder(folder, blog, of_blog or survey_plain(folder, zone))


def without_questions(
    place: BlogFolder, given: GivenSettings, topic: FirstTopic | None
) -> FirstSettings:
    """Return the first settings by what is `given`, and by what the folder and system say."""
    values = proposal(place.blog, place.survey, os.environ)
    if topic is not None:
        values |= {name: value for name, value in topic.settings().items() if value}
    values |= given.values
    if given.web:
        values |= web_app(values["site", "url"])
    return FirstSettings(place, values, topic)


def ask(place: BlogFolder, given: GivenSettings, topic: FirstTopic | None) -> FirstSettings:
    """Return the first settings by what is `given`, and by answers at a terminal."""
    if topic is None and not place.has_papers:
        topic = first_topic.ask()
    first = without_questions(place, given, topic)
    values = dict(first.values)
    if topic is None and place.survey is None and ("source", "folders") not in given.values:
        values["source", "folders"] = [_answer(_("Folder of your digests"), "title", "digests")]
    if ("site", "url") not in given.values:
        question = _("Address at which the papers' site will be")
        values["site", "url"] = _answer(question, "url", values["site", "url"])
    if ("site", "language") not in given.values:
        question = _("Language of the site, such as en or zh-CN")
        values["site", "language"] = _answer(question, "language", values["site", "language"])
    is_sent = given.newsletter
    if is_sent is None:
        is_sent = click.confirm(_("Send a newsletter by mail too?"), default=False)
    if is_sent and ("mail", "from_address") not in given.values:
        values |= sender(
            _answer(_("Address that it comes from (Gmail's server is known)"), "from_address")
        )
    is_served = given.web
    if is_served is None and find_spec("starlette") is not None:
        question = _("Serve it with sign-up and operator's pages from this machine?")
        is_served = click.confirm(question, default=False)
    if is_served:
        values |= web_app(values["site", "url"])
    return replace(first, values=values, topic=topic)


def may_change_blog(first: FirstSettings) -> bool:
    """Return whether somebody at a terminal lets the blog's own settings be changed."""
    addition = first.addition
    if addition is None:
        return False
    click.echo(
        _("{file} needs these lines, {reason}:").format(
            file=addition.file.name, reason=addition.reason
        )
    )
    for line in addition.lines():
        click.echo(f"  {line}")
    return click.confirm(_("Add them? Nothing else in it changes."), default=True)


def _answer(question: str, option: str, default: str | None = None) -> str:
    def parse(text: str) -> str:
        return str(first_topic.parse_option(option, text))

    answer: str = click.prompt(question, default=default, value_proc=parse)
    return answer


def has_address(values: Values) -> bool:
    """Return whether `values` have an address of the site that is not the default."""
    return bool(values["site", "url"] != Site().url)
