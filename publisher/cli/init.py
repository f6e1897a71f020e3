"""`publisher init`: look at the folder, ask what is left, and write publisher.toml."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext, redirect_stdout
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
@options.as_json
@options.verbose
def init(
    *,
    folder: Path,
    yes: bool,
    full: bool,
    allow_blog_changes: bool,
    as_json: bool,
    verbose: bool,
    **answers: Any,  # noqa: ANN401 - of sixteen options
) -> None:
    """Write a publisher.toml to start from, and list private files in .gitignore.

    A blog of Hexo, Jekyll, Hugo, Zola, Pelican or MkDocs in the folder gives title, address,
    language, time zone and posts. On a terminal, questions fill in the rest. With --arxiv it is for
    digests that `publisher gather` writes. A publisher.toml that exists is not changed: what is
    new since is shown.
    """
    from publisher.settings import CONFIG_NAME

    target, is_new = folder / CONFIG_NAME, not (folder / CONFIG_NAME).exists()
    is_asked = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    # With --json, what is for people goes to stderr.
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        settings = _init(
            target, answers, is_asked=is_asked, full=full, allow_blog_changes=allow_blog_changes
        )
    if as_json:
        show.json_line(
            {
                "file": str(target),
                "written": is_new,
                "title": settings.site.title,
                "url": settings.site.url,
                "language": settings.site.language,
                "folders": list(settings.source.folders),
                "output": settings.output.folder,
                "topics": [topic.name for topic in settings.gather.topics],
            }
        )


def _init(
    target: Path,
    answers: dict[str, Any],
    *,
    is_asked: bool,
    full: bool,
    allow_blog_changes: bool,
) -> Settings:
    """Write `target`, or show what is new where it exists; return its settings."""
    from publisher.cli import first_topic, init_questions, init_report

    folder = target.parent
    topic = first_topic.from_options(folder, {name: answers[name] for name in _TOPIC_OPTIONS})
    given = init_questions.from_options(folder, answers)
    place = init_questions.look_around(folder, given)
    if target.exists():
        first = init_questions.without_questions(place, given, topic)
        settings = _with_ignore_file(target)
        init_report.show_news(target, first, settings)
        return settings
    init_report.show_place(place, topic)
    if is_asked:
        first = init_questions.ask(place, given, topic)
        allow_blog_changes = allow_blog_changes or init_questions.may_change_blog(first)
    else:
        first = init_questions.without_questions(place, given, topic)
    if allow_blog_changes:
        first = init_report.change_blog(first)
    _write(target, init_report.full_file(first) if full else init_report.short_file(first))
    settings = _with_ignore_file(target)
    init_report.show_next_steps(target, first, settings)
    return settings


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
