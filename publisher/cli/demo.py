"""`publisher demo`: everything at once, on the example digests."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.cli import options, sending, show

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
    help="Where to write.  [default: outbox]",
)
@options.verbose
def demo(*, folder: Path, verbose: bool) -> None:
    """Build and send the example digests into a folder; run it again and nothing goes twice."""
    from publisher.formatter.feeds.formats import FORMATS
    from publisher.services import build, publish
    from publisher.settings import load

    folder = folder.absolute()
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
        f"collected {show.count(len(built.collection.papers), 'paper')} from "
        f"{show.count(built.collection.digest_count, 'digest')}; "
        f"{show.count(len(built.changes.written), 'file')} written"
    )
    with build.open_store(settings) as store:
        for email, name, topics in READERS:
            if store.subscribers.find(email) is None:
                store.subscribers.add(email, name, topics, now=sending.now(), detail="demo")
                store.subscribers.confirm(email, now=sending.now(), detail="demo")
        issues = publish.due(built.collection, settings, store, sending.now())
        well = sending.send_due(issues, settings, store, built.collection)
    if issues:
        build.build(settings)  # the list of issues and their feed know them now
    for what, where in (
        ("the site", folder / "site" / "index.html"),
        ("a feed for your reader", folder / "site" / FORMATS[0].file_name),
        ("the messages", folder / "mail"),
    ):
        show.line(f"{what}: {where}")
    if not well:
        raise SystemExit(1)


def examples() -> Path:
    """Return the folder of examples: in the wheel, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"
