"""`publisher demo`: build and send the example digests."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.cli import options, sending, show
from publisher.services import build
from publisher.services.store import open_store
from publisher.translation import _

READERS = (
    ("ada@example.org", "Ada Reader", ("nerf", "3dgs")),
    ("bo@example.org", "薄 小波", ("yixuetuxiang-fenge",)),
    ("cleo@example.org", "", ()),
)


@click.command()
@click.argument(
    "folder",
    type=options.PATH,
    default="outbox",
    metavar="[DIR]",
    help="Folder to write to.  [default: outbox]",
)
@options.verbose
def demo(*, folder: Path, verbose: bool) -> None:
    """Build the example site and send an example issue, all into a folder.

    Running it again sends nothing twice.
    """
    from publisher.formatter.feeds.formats import FORMATS
    from publisher.settings import load

    settings = load(
        examples() / "publisher.toml",
        {},
        {
            "output": {"folder": str(folder / "site")},
            "mail": {"transport": "outbox", "outbox": str(folder / "mail")},
            "store": {"url": f"sqlite:///{(folder / 'publisher.db').as_posix()}"},
        },
    )
    built = build.build(settings)
    show.line(
        _("collected {papers} from {digests}; {files} written").format(
            papers=show.number_of(len(built.collection.papers), "1 paper", "{count} papers"),
            digests=show.number_of(built.collection.digest_count, "1 digest", "{count} digests"),
            files=show.number_of(len(built.changes.written), "1 file", "{count} files"),
        )
    )
    with open_store(settings) as store:
        for email, name, topics in READERS:
            if store.subscribers.find(email) is None:
                store.subscribers.add(email, name, topics, now=sending.now(), detail="demo")
                store.subscribers.confirm(email, now=sending.now(), detail="demo")
        result = sending.send_issues(settings, store, built.collection)
    if result.frozen:
        build.build(settings)  # the list of issues and the feed of issues name them now
    show.line(_("the site: {path}").format(path=folder / "site" / "index.html"))
    feed = folder / "site" / FORMATS[0].file_name
    show.line(_("a feed for your reader: {path}").format(path=feed))
    show.line(_("the messages: {path}").format(path=folder / "mail"))
    if not result.well:
        raise SystemExit(1)


def examples() -> Path:
    """Return the folder of examples: in the wheel, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "examples"
    return packaged if packaged.is_dir() else package.parent / "examples"
