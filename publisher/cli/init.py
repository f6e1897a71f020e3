"""`publisher init`: look at the folder, ask what is left, and write publisher.toml."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options, show
from publisher.errors import OutputError
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

_TOPIC_OPTIONS = ("arxiv", "keyword", "topic", "contact", "model_url", "model_name", "prices")


def _parsed(ctx: click.Context, param: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - click's
    from publisher.cli.first_topic import parse_option

    text = ",".join(value) if isinstance(value, tuple) else value
    return parse_option(str(param.name), text) if value else value


@click.command()
@click.argument(
    "folder",
    type=options.PATH,
    default=".",
    metavar="[DIR]",
    help="Folder to write it to, such as a blog's.  [default: .]",
)
@click.option("--url", callback=_parsed, metavar="URL", help="Address of the papers' site.")
@click.option("--title", callback=_parsed, metavar="TEXT", help="Title of the site.")
@click.option(
    "--language",
    callback=_parsed,
    metavar="TAG",
    help="Language of the site, such as en or zh-CN.  [default: the blog's, or else LANG's]",
)
@click.option(
    "--timezone",
    callback=_parsed,
    metavar="ZONE",
    help="Time zone, such as Europe/Berlin.  [default: the blog's, or else the system's]",
)
@options.source
@options.output
@click.option(
    "--newsletter/--no-newsletter", default=None, help="Send a newsletter by mail; needs --from."
)
@click.option(
    "--from",
    "from_address",
    callback=_parsed,
    metavar="ADDRESS",
    help="Address that the newsletter comes from.",
)
@click.option(
    "--web/--no-web",
    default=None,
    help="Serve the site with sign-up and operator's pages from this machine, behind a proxy.",
)
@click.option(
    "--allow-blog-changes",
    is_flag=True,
    help="Add to the blog's own settings what keeps the papers' site safe.",
)
@click.option(
    "--yes", is_flag=True, help="Ask nothing: take the defaults, and change no file of the blog."
)
@click.option("--full", is_flag=True, help="Write every setting, each with its description.")
@click.option(
    "--arxiv",
    multiple=True,
    callback=_parsed,
    metavar="CATEGORY",
    help="Write digests from this category of arXiv, such as cs.CV; may be repeated.",
)
@click.option(
    "--keyword",
    multiple=True,
    callback=_parsed,
    metavar="PHRASE",
    help="Phrase that its papers have; may be repeated.",
)
@click.option(
    "--topic", callback=_parsed, metavar="NAME", help="Topic.  [default: the first phrase]"
)
@click.option(
    "--contact",
    callback=_parsed,
    metavar="ADDRESS",
    help="Your email or web address, by which arXiv can reach you.",
)
@click.option(
    "--model-url",
    callback=_parsed,
    metavar="URL",
    help="Address of an OpenAI-compatible API that writes summaries.",
)
@click.option("--model-name", callback=_parsed, metavar="NAME", help="Name of the model.")
@click.option(
    "--prices",
    nargs=2,
    callback=_parsed,
    metavar="IN OUT",
    help="What it takes for a million tokens that it reads, and that it writes.",
)
@options.verbose
def init(
    *,
    folder: Path,
    yes: bool,
    full: bool,
    allow_blog_changes: bool,
    verbose: bool,
    **answers: Any,  # noqa: ANN401 - of sixteen options
) -> None:
    """Write a publisher.toml to start from, and list private files in .gitignore.

    A blog of Hexo, Jekyll, Hugo, Zola, Pelican or MkDocs in the folder gives title, address,
    language, time zone and posts. On a terminal, questions fill in the rest. With --arxiv it is for
    digests that `publisher gather` writes. A publisher.toml that exists is not changed: what is
    new since is shown.
    """
    from publisher.cli import first_topic, init_questions, init_report
    from publisher.settings import CONFIG_NAME

    topic = first_topic.from_options(folder, {name: answers[name] for name in _TOPIC_OPTIONS})
    given = init_questions.from_options(folder, answers)
    place = init_questions.look_around(folder, given)
    target = folder / CONFIG_NAME
    is_asked = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    if target.exists():
        first = init_questions.without_questions(place, given, topic)
        init_report.show_news(target, first, _with_ignore_file(target))
        return
    init_report.show_place(place)
    if is_asked:
        first = init_questions.ask(place, given, topic)
        allow_blog_changes = allow_blog_changes or init_questions.may_change_blog(first)
    else:
        first = init_questions.without_questions(place, given, topic)
    if allow_blog_changes:
        first = init_report.change_blog(first)
    _write(target, init_report.full_file(first) if full else init_report.short_file(first))
    init_report.show_next_steps(target, first, _with_ignore_file(target))


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(
            _("{path}: can't be written: {reason}").format(path=target, reason=error.strerror)
        ) from error


def _with_ignore_file(target: Path) -> Settings:
    """Return the settings in `target`, after their private files are listed in .gitignore."""
    from publisher.services.private_files import extend_ignore_file
    from publisher.settings import load

    settings = load(target, os.environ)
    ignore_file = extend_ignore_file(settings, os.environ)
    if ignore_file is not None:
        show.note(
            _("{path}: private files are listed, so that git leaves them out.").format(
                path=ignore_file
            )
        )
    return settings
