"""`publisher init`: write a commented publisher.toml."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options, show
from publisher.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.cli.first_topic import FirstTopic
    from publisher.settings import Settings


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
    help="Folder to write it to.  [default: .]",
)
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
def init(*, folder: Path, verbose: bool, **answers: Any) -> None:  # noqa: ANN401 - of seven options
    """Write a commented publisher.toml to start from, and list private files in .gitignore.

    With --arxiv, or after questions on a terminal, it is for digests that `publisher gather`
    writes.
    """
    import os

    from publisher.cli import first_topic
    from publisher.services.private_files import extend_ignore_file
    from publisher.settings import CONFIG_NAME, load
    from publisher.settings.starter import starter_file

    target = folder / CONFIG_NAME
    is_new = not target.exists()
    topic = first_topic.from_options(folder, answers)
    if topic is None and is_new and sys.stdin.isatty() and sys.stdout.isatty():
        topic = first_topic.ask()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_new:
            with target.open("x", encoding="utf-8") as file:
                file.write(starter_file(topic.settings() if topic else {}))
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror}") from error
    settings = load(target, os.environ)
    ignore_file = extend_ignore_file(settings, os.environ)
    if ignore_file is not None:
        show.line(f"{ignore_file}: private files are listed, so that git leaves them out.")
    if not is_new:
        _refuse(target, topic)
    if topic is None:
        show.line(
            f"{target} written. Next: set site.url and source.folders, then `publisher build`."
        )
    else:
        _next_steps(target, topic, settings)


def _refuse(target: Path, topic: FirstTopic | None) -> None:
    """Raise `OutputError`, after the lines to add for `topic`."""
    from publisher.settings.sections import GatherTopic
    from publisher.settings.starter import table_lines

    advice = ""
    if topic is not None:
        show.line("\n".join(table_lines("gather.topics", GatherTopic, topic.table())))
        advice = "; add these lines to its end, and see that source.folders has gather.folder"
    raise OutputError(f"{target}: already exists; it was not changed{advice}")


def _next_steps(target: Path, topic: FirstTopic, settings: Settings) -> None:
    from publisher.gather.summaries.costs import describe, estimate

    show.line(f"{target} written, for {topic.table()['name']} from {', '.join(topic.arxiv)}.")
    show.line(describe(estimate(settings.gather)))
    if topic.model_url:
        show.line(
            "A service that costs money needs PUBLISHER_GATHER__MODEL__API_KEY in the environment;"
            " set its prices and a budget in [gather.model]."
        )
    contact = "" if topic.contact else "gather.contact, by which arXiv can reach you, and "
    show.line(f"Set {contact}site.url. Next:")
    show.line(f"  publisher gather    writes digests into {settings.path(settings.gather.folder)}")
    show.line(
        f"  publisher build     makes feeds and pages in {settings.path(settings.output.folder)}"
    )
